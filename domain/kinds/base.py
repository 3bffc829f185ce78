"""What a kind of task is: read a row, show a card, turn a worker's input into an answer, compare, export."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from typing import Final, Literal, Protocol, TypeAlias

from domain.brief.model import Brief, Problem, Translation
from domain.refusals import Refusal
from domain.words import N_

MAX_TEXT: Final = 8_000

Answer: TypeAlias = dict[str, int | str]
Message: TypeAlias = tuple[str, str]
"""(role, text); the roles are those of the chat format: system, user, assistant."""


class UnknownAnswer(Refusal):
    """A tap on an answer this batch does not have."""

    text = N_("This answer is not on the card. /work shows the card again.")


class NotATap(Refusal):
    """Text where a button is expected."""

    text = N_("This task is answered with a button. Tap one of the answers on the card.")


class NotAText(Refusal):
    """A tap where text is expected."""

    text = N_("This task is answered in writing. Write your reply as a message.")


class EmptyAnswer(Refusal):
    """A written answer with nothing to see in it."""

    text = N_("There is nothing written yet. Write your reply as a message, then submit it.")


class TooLong(Refusal):
    """A written answer above MAX_TEXT characters."""

    text = N_("Your reply has {length} characters; {limit} fit. Shorten it, then submit it.")


@dataclass(frozen=True, slots=True)
class Tap:
    """A tap on the answer with this index, counted from 0 in the batch's order."""

    index: int


@dataclass(frozen=True, slots=True)
class Parts:
    """The messages of a draft, oldest first."""

    texts: tuple[str, ...]


Input: TypeAlias = Tap | Parts


@dataclass(frozen=True, slots=True)
class Payload:
    """What one task is about: a photo by the SHA-256 of its bytes (hexadecimal), or messages."""

    photo: str | None = None
    messages: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class BatchFace:
    """The words a worker sees of a batch, in its language and in translation.

    Of a scale, `answers` are the steps, lowest first, and `ends` what the first and the last mean (or ()).
    """

    question: str
    answers: tuple[str, ...] = ()
    instructions: str = ""
    language: str = "en"
    translations: Mapping[str, Translation] = field(default_factory=dict, hash=False)
    ends: tuple[str, ...] = ()

    @classmethod
    def of(cls, brief: Brief, *, language: str = "en") -> BatchFace:
        """Return the face of a brief; `language` is that of the batch when the brief does not say."""
        answers, ends = (brief.scale.steps, brief.scale.ends) if brief.scale else (brief.answers, ())
        return cls(brief.question, answers, brief.instructions, brief.language or language, brief.translations, ends)

    def in_language(self, language: str) -> BatchFace:
        """Return the words in `language` (`fr`, `fr-CA`); where one is not translated it stays in the original."""
        words = self.translations.get(language) or self.translations.get(language.partition("-")[0]) or Translation()
        if words.answers:
            answers = tuple(own or original for own, original in zip(words.answers, self.answers, strict=True))
        else:
            answers = self.answers
        return BatchFace(
            words.question or self.question,
            answers,
            words.instructions or self.instructions,
            self.language,
            self.translations,
            words.ends or self.ends,
        )

    def to_json(self) -> str:
        """Return the face as JSON text that `from_json` reads back."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> BatchFace:
        """Read what `to_json` wrote. ValueError, KeyError or TypeError when it is something else."""
        row = json.loads(text)
        translations = {
            code: Translation(
                words["question"], tuple(words["answers"]), words["instructions"], tuple(words.get("ends", ()))
            )
            for code, words in row["translations"].items()
        }
        return cls(
            row["question"],
            tuple(row["answers"]),
            row["instructions"],
            row["language"],
            translations,
            tuple(row.get("ends", ())),
        )


@dataclass(frozen=True, slots=True)
class AnswerButton:
    """One answer on a card: the index a tap brings back, and the text in the worker's language."""

    index: int
    text: str


@dataclass(frozen=True, slots=True)
class Card:
    """A task as its worker sees it, before rendering: no markup, no keyboard, no money.

    `scale` says what the ends of a scale mean, "" without one or without names.
    """

    photo: str | None
    messages: tuple[Message, ...]
    question: str
    instructions: str
    answers: tuple[AnswerButton, ...]
    expects: Literal["tap", "text"]
    scale: str = ""


class Kind(Protocol):
    """One kind of task. Implementations hold no state."""

    @property
    def name(self) -> str:
        """The key in `KINDS` and in a batch's row."""

    @property
    def input(self) -> Literal["tap", "text"]:
        """What answers a card of this kind."""

    @property
    def has_labels(self) -> bool:
        """Whether `label` names answers, so that a task's can be compared."""

    @property
    def is_ordinal(self) -> bool:
        """Whether the labels are whole numbers in an order (a face's `answers`), to be pooled by domain.scales."""

    def default_seconds(self, payload: Payload | None = None) -> int:
        """Return the seconds a task is estimated to take before any is measured."""

    def check_brief(self, brief: Brief) -> tuple[Problem, ...]:
        """Return what this kind still needs, or cannot use, in a brief; () when it can be published."""

    def card(self, batch: BatchFace, payload: Payload, language: str) -> Card:
        """Return the task as a worker with that language sees it."""

    def apply(self, batch: BatchFace, payload: Payload, given: Input) -> Answer:
        """Return the answer the input makes, as a submission stores it; raise a refusal when it makes none."""

    def compare(self, one: Answer, other: Answer) -> bool:
        """Tell whether two answers say the same."""

    def label(self, answer: Answer) -> str | None:
        """Return what to count votes by; None for a kind without a majority."""

    def export_row(self, answer: Answer) -> dict[str, int | str]:
        """Return the columns of a submission's answer in an export."""


def seconds_to_read(payload: Payload | None) -> int:
    """The seconds its text takes at 20 characters a second (240 words a minute)."""
    return sum(len(said) for _, said in payload.messages) // 20 if payload else 0


@lru_cache(512)
def parse_payload(text: str) -> Payload:
    """Read the JSON of a task's row: {"photo": sha256} or {"messages": [[role, text], …]}. ValueError otherwise.

    A task in hand is read several times: the last few hundred are remembered.
    """
    row = json.loads(text)
    if not isinstance(row, dict):
        raise ValueError("a payload is an object")
    photo, messages = row.get("photo"), row.get("messages", [])
    pairs = isinstance(messages, list) and all(
        isinstance(pair, list) and len(pair) == 2 and all(isinstance(part, str) for part in pair) for pair in messages
    )
    if not pairs or not isinstance(photo, str | None) or not (photo or messages):
        raise ValueError("a payload has a photo or messages")
    return Payload(photo=photo, messages=tuple((role, said) for role, said in messages))


def payload_to_json(payload: Payload) -> str:
    """Return the JSON a task's row stores: the same text for the same payload."""
    row = {"photo": payload.photo} if payload.photo else {}
    return json.dumps(row | ({"messages": payload.messages} if payload.messages else {}), ensure_ascii=False)


_ANSWERS = json.JSONEncoder(ensure_ascii=False, sort_keys=True)
"""Made once: `json.dumps` makes an encoder at each call with such options."""


def answer_to_json(answer: Answer) -> str:
    """Return the JSON a submission's row stores: the same text for the same answer."""
    return _ANSWERS.encode(answer)


def answer_from_json(text: str) -> Answer:
    """Read what `answer_to_json` wrote. ValueError for anything but an object of texts and integers."""
    row = json.loads(text)
    if not isinstance(row, dict) or not all(isinstance(value, int | str) for value in row.values()):
        raise ValueError("an answer is an object of texts and integers")
    return row
