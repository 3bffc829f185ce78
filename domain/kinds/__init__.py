"""The kinds of task. A new kind is a file beside these and a line in `KINDS`; nothing else asks which kind it is."""

from __future__ import annotations

from typing import Final

from domain.brief import Brief
from domain.brief.model import Data
from domain.kinds.base import (
    MAX_TEXT,
    Answer,
    AnswerButton,
    BatchFace,
    Card,
    EmptyAnswer,
    Input,
    Kind,
    Message,
    NotATap,
    NotAText,
    Parts,
    Payload,
    Tap,
    TooLong,
    UnknownAnswer,
    answer_from_json,
    answer_to_json,
    parse_payload,
    payload_to_json,
)
from domain.kinds.choose_one import ChooseOne
from domain.kinds.rate import Rate
from domain.kinds.write_reply import WriteReply

KINDS: Final[dict[str, Kind]] = {one.name: one for one in (ChooseOne(), WriteReply(), Rate())}


def kind(name: str) -> Kind:
    """Return the kind of that name. KeyError for a name this version does not know."""
    return KINDS[name]


def kind_for(data: Data, brief: Brief) -> Kind:
    """Return the kind a batch is: rated where it has a scale; else photos are chosen for, texts are when there are
    answers, and replied to when not."""
    if brief.scale is not None:
        return KINDS["rate"]
    return KINDS["choose_one" if data == "photos" or brief.answers else "write_reply"]


__all__ = [
    "KINDS",
    "MAX_TEXT",
    "Answer",
    "AnswerButton",
    "BatchFace",
    "Card",
    "EmptyAnswer",
    "Input",
    "Kind",
    "Message",
    "NotATap",
    "NotAText",
    "Parts",
    "Payload",
    "Tap",
    "TooLong",
    "UnknownAnswer",
    "answer_from_json",
    "answer_to_json",
    "kind",
    "kind_for",
    "parse_payload",
    "payload_to_json",
]
