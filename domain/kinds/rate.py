"""Rate on a scale, a photo or a text: one tap on a number of 2–11 submits."""

from __future__ import annotations

from typing import Final, Literal

from domain.brief import Brief, Problem, check_question
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
from domain.words import N_


class Rate:
    """The answer is {"value": the step}; a batch's `answers` are its steps as texts, lowest first."""

    name: Final = "rate"
    input: Final[Literal["tap"]] = "tap"
    has_labels: Final = True
    is_ordinal: Final = True

    def default_seconds(self, payload: Payload | None = None) -> int:
        """10 s; a text adds its reading time."""
        return 10 + seconds_to_read(payload)

    def check_brief(self, brief: Brief) -> tuple[Problem, ...]:
        """A question and a scale."""
        missing = Problem(N_("The scale is missing. Write its ends, for example: scale 1-5"))
        return (*check_question(brief), *(() if brief.scale else (missing,)))

    def card(self, batch: BatchFace, payload: Payload, language: str) -> Card:
        """The photo or the text, the question, what the ends mean, and a button a step."""
        seen = batch.in_language(language)
        buttons = tuple(AnswerButton(index, text) for index, text in enumerate(seen.answers))
        scale = f"{seen.answers[0]} = {seen.ends[0]} · {seen.answers[-1]} = {seen.ends[1]}" if seen.ends else ""
        return Card(payload.photo, payload.messages, seen.question, seen.instructions, buttons, self.input, scale)

    def apply(self, batch: BatchFace, payload: Payload, given: Input) -> Answer:
        """Return the tapped step. Raises NotATap, UnknownAnswer."""
        if not isinstance(given, Tap):
            raise NotATap
        if not 0 <= given.index < len(batch.answers):
            raise UnknownAnswer
        return {"value": int(batch.answers[given.index])}

    def compare(self, one: Answer, other: Answer) -> bool:
        """The same step: how near others are is what ordinal α and the pooled score tell."""
        return one["value"] == other["value"]

    def label(self, answer: Answer) -> str | None:
        """The step as text."""
        return str(answer["value"])

    def export_row(self, answer: Answer) -> dict[str, int | str]:
        """`answer` (the step, a number)."""
        return {"answer": answer["value"]}
