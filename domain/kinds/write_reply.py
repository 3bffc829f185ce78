"""Write the reply a conversation should have got: one or several messages, then Submit."""

from __future__ import annotations

from typing import Final, Literal

from domain.brief import Brief, Problem, check_question
from domain.kinds.base import MAX_TEXT, Answer, BatchFace, Card, EmptyAnswer, Input, NotAText, Parts, Payload, TooLong
from domain.words import N_


class WriteReply:
    """The answer is {"text": the messages, a blank line between}."""

    name: Final = "write_reply"
    input: Final[Literal["text"]] = "text"
    has_labels: Final = False
    is_ordinal: Final = False

    def default_seconds(self, payload: Payload | None = None) -> int:
        """180 s, whatever the length of the conversation."""
        return 180

    def check_brief(self, brief: Brief) -> tuple[Problem, ...]:
        """No answers to choose from; without a question the card asks for a reply in the reader's language."""
        asked = check_question(brief) if brief.question else ()
        if not brief.answers:
            return asked
        chosen = Problem(N_("A reply is written, not chosen. Leave out the lines that start with a dash."))
        return (*asked, chosen)

    def card(self, batch: BatchFace, payload: Payload, language: str) -> Card:
        """The conversation and what is asked for."""
        seen = batch.in_language(language)
        return Card(payload.photo, payload.messages, seen.question, seen.instructions, (), self.input)

    def apply(self, batch: BatchFace, payload: Payload, given: Input) -> Answer:
        """Return the text as written, without blank ends. Raises NotAText, EmptyAnswer, TooLong (over MAX_TEXT)."""
        if not isinstance(given, Parts):
            raise NotAText
        text = "\n\n".join(part for raw in given.texts if (part := _tidy(raw)))
        if not any(char.isprintable() and not char.isspace() for char in text):
            raise EmptyAnswer
        if len(text) > MAX_TEXT:
            raise TooLong(length=len(text), limit=MAX_TEXT)
        return {"text": text}

    def compare(self, one: Answer, other: Answer) -> bool:
        """The same words, whatever the spaces and the case."""
        return _words(one) == _words(other)

    def label(self, answer: Answer) -> str | None:
        """None: written answers have no majority."""
        return None

    def export_row(self, answer: Answer) -> dict[str, int | str]:
        """`answer` (text)."""
        return {"answer": answer["text"]}


def _tidy(text: str) -> str:
    """Return the text with plain newlines and without what cannot be stored or sent: NUL and lone surrogates."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return plain.encode("utf-8", "ignore").decode("utf-8").strip()


def _words(answer: Answer) -> list[str]:
    return str(answer["text"]).casefold().split()
