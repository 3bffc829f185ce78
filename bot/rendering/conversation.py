"""A conversation as people read it: who says what, whole or as much as fits."""

from __future__ import annotations

from collections.abc import Sequence

from domain.kinds.base import Message
from locales.words import Markup, Words
from usecases.reviews import REPLY


def speaker(role: str, words: Words) -> str:
    """Who speaks, by the role of the chat format; a role we do not know as it is."""
    if role == "user":
        return words.plain("User")
    if role == "assistant":
        return words.plain("Assistant")
    if role == "system":
        return words.plain("Setting")
    if role == REPLY:
        return words.plain("The reply")
    return role


def turns_html(turns: Sequence[Message], words: Words) -> Markup:
    """The turns with a bold name above each."""
    blocks = [
        words.html("<b>{speaker}</b>\n{said}", speaker=speaker(role, words), said=text.strip()) for role, text in turns
    ]
    return Markup("\n\n".join(blocks))


def turns_text(turns: Sequence[Message], words: Words) -> str:
    """The turns for a .txt file."""
    return "\n\n".join(f"[{speaker(role, words)}]\n{text.strip()}" for role, text in turns) + "\n"
