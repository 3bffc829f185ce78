"""Text from strangers made safe to store and show: names of files and rows, and the texts themselves."""

from __future__ import annotations

import re
import unicodedata

# C0 and C1 controls except tab and line feed, the byte order mark, halves of surrogate pairs (no UTF-8 can hold them).
_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\ud800-\udfff]")
_DIGITS = re.compile(r"(\d+)", re.ASCII)


def clean_text(text: str) -> str:
    """`text` in NFC with plain line ends, without control characters and outer white space; always valid UTF-8."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _UNWANTED.sub("", text)).strip()


def is_blank(text: str) -> bool:
    """True if nobody could see anything of `text`: white space, zero-width and other invisible characters only."""
    return not any(character.isprintable() and not character.isspace() for character in text)


def clean_name(name: str, longest: int = 120) -> str:
    """`name` in NFC on one line, at most `longest` characters; of a longer one the end stays: it tells files apart."""
    # Direction overrides (U+202E and kin) are not printable, so "gpj.exe" cannot show itself as "exe.jpg" either.
    name = "".join(character for character in unicodedata.normalize("NFC", name) if character.isprintable())
    name = name or "?"
    return name if len(name) <= longest else "…" + name[1 - longest :]


def natural(name: str) -> tuple[object, ...]:
    """A sort key that puts photo2 before photo10."""
    # Text and numbers alternate, so like is compared with like. Numbers stay strings: int() refuses very long ones.
    parts = _DIGITS.split(name.casefold())
    key = [part if index % 2 == 0 else (len(part.lstrip("0")), part.lstrip("0")) for index, part in enumerate(parts)]
    return tuple(key), name  # a pair: "a" against "a1" must not compare a name with a number
