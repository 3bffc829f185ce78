"""What does not fit into one message: cut for a card, or split into pages between turns. Lengths are Telegram's.

Telegram counts UTF-16 code units after markup is taken out: 4,096 in a message, 1,024 in a caption.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from domain.kinds.base import Message

MESSAGE: Final = 4_096
CAPTION: Final = 1_024
PAGE: Final = 3_600
"""A page's texts; the rest of MESSAGE is for the names of who speaks."""
PAGES: Final = 3
"""More pages than that become one .txt file."""
TURN: Final = 40
"""What the name of who speaks and the blank line take, generously."""
ELLIPSIS: Final = "…"


def units(text: str) -> int:
    """Return the length of a text as Telegram counts it."""
    return len(text.encode("utf-16-le")) // 2


def cut_end(text: str, limit: int) -> str:
    """Return the text, or as much of its beginning as fits with "…" after it."""
    if units(text) <= limit:
        return text
    return _first(text, max(0, limit - 1)).rstrip() + ELLIPSIS


def cut_start(text: str, limit: int) -> str:
    """Return the text, or as much of its end as fits with "…" before it."""
    if units(text) <= limit:
        return text
    return ELLIPSIS + _first(text[::-1], max(0, limit - 1))[::-1].lstrip()


def tail(turns: Sequence[Message], limit: int) -> tuple[tuple[Message, ...], bool]:
    """Return the last turns that fit, the first of them cut at its start if need be, and whether something is missing.

    The last words of a conversation are what a reply answers, so the beginning goes first. A turn is not begun for less
    than 80 units.
    """
    kept: list[Message] = []
    left = limit
    for role, text in reversed(turns):
        left -= TURN
        if units(text) > left:
            if left >= 80 or not kept:
                kept.insert(0, (role, cut_start(text, max(80, left))))
            return tuple(kept), True
        kept.insert(0, (role, text))
        left -= units(text)
    return tuple(kept), False


def pages(turns: Sequence[Message], limit: int = PAGE) -> list[tuple[Message, ...]]:
    """Return all turns in pages of at most `limit` units, split between turns, or inside a longer one."""
    found: list[tuple[Message, ...]] = []
    page: list[Message] = []
    used = 0
    for role, text in turns:
        for part in _parts(text, limit - TURN):
            size = units(part) + TURN
            if page and used + size > limit:
                found.append(tuple(page))
                page, used = [], 0
            page.append((role, part))
            used += size
    return [*found, tuple(page)] if page else found


def _parts(text: str, limit: int) -> list[str]:
    """Split a text into parts that fit: after a paragraph, a line, a word, or where it must be."""
    parts = []
    while units(text) > limit:
        head = _first(text, limit)
        at = next((end for mark in ("\n\n", "\n", " ") if (end := head.rfind(mark)) > len(head) // 2), len(head))
        parts.append(text[:at].rstrip())
        text = text[at:].lstrip()
    return [*parts, text] if text or not parts else parts


def _first(text: str, limit: int) -> str:
    """The beginning of at most `limit` units; a character above the basic plane is two of them and is not halved."""
    if units(text) <= limit:
        return text
    low, high = limit // 2, min(limit, len(text))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if units(text[:middle]) <= limit else (low, middle - 1)
    return text[:low]
