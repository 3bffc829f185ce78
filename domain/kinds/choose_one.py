"""Choose one of 2–20 answers about a photo or a text: one tap submits."""

from __future__ import annotations

from typing import Final, Literal

from domain.brief import Brief, Problem, check_answers, check_question
from domain.kinds.base import (
    Answer,
    AnswerButton,
    BatchFace,
    Card,
    Input,
    NotATap,
    Payload,
    Tap,
    UnknownAnswer,
    seconds_to_read,
)


class ChooseOne:
    """The answer is {"choice": index, "label": the answer's text in the batch's language}."""

    name: Final = "choose_one"
    input: Final[Literal["tap"]] = "tap"
    has_labels: Final = True
    is_ordinal: Final = False

    def default_seconds(self, payload: Payload | None = None) -> int:
        """10 s; a text adds its reading time."""
        return 10 + seconds_to_read(payload)

    def check_brief(self, brief: Brief) -> tuple[Problem, ...]:
        """A question and 2–20 answers."""
        return (*check_question(brief), *check_answers(brief, needed=True))

    def card(self, batch: BatchFace, payload: Payload, language: str) -> Card:
        """The photo or the text, the question and a button an answer, in the batch's order."""
        seen = batch.in_language(language)
        buttons = tuple(AnswerButton(index, text) for index, text in enumerate(seen.answers))
        return Card(payload.photo, payload.messages, seen.question, seen.instructions, buttons, self.input)

    def apply(self, batch: BatchFace, payload: Payload, given: Input) -> Answer:
        """Return the tapped answer. Raises NotATap, UnknownAnswer."""
        if not isinstance(given, Tap):
            raise NotATap
        if not 0 <= given.index < len(batch.answers):
            raise UnknownAnswer
        return {"choice": given.index, "label": batch.answers[given.index]}

    def compare(self, one: Answer, other: Answer) -> bool:
        """The same label: it stays true when answers are put in another order."""
        return one["label"] == other["label"]

    def label(self, answer: Answer) -> str | None:
        """The chosen answer's text."""
        return str(answer["label"])

    def export_row(self, answer: Answer) -> dict[str, int | str]:
        """`answer` (text) and `choice` (index from 0)."""
        return {"answer": answer["label"], "choice": answer["choice"]}
