"""Written answers that are almost the same as another: copied, cut, wrapped in other words, shuffled, lightly edited.

By rapidfuzz: `token_set_ratio` finds shuffled, wrapped and halved copies, `ratio` edited ones. A text somebody had a
model write is not found, and no detector finds those reliably.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from rapidfuzz import fuzz, utils

RULE: Final = 1
SHARED: Final = 90
"""Per cent of the words (token_set_ratio) from which two texts are alike."""
EDITED: Final = 80
"""Per cent of the letters in their order (ratio) from which they are."""
WORDS: Final = 0.5
"""What part of the shorter one's words both must have before letters are compared: that is 30 times as quick."""
FEW: Final = 4
"""A text of so few words is one whose language writes no blanks: its letters are compared all the same."""
LEAST: Final = 40
"""Letters a text must have: everybody says "thank you very much"."""
MOST: Final = 5_000
"""So many texts are compared with each new one, the newest."""
CUT: Final = 2_000
"""Letters of a text that are compared."""


class Alike(NamedTuple):
    """Texts of two owners (or one) that are alike, as places: `one` and `other` most, by `percent`; `copied` are all of
    the later ones."""

    owners: tuple[int, ...]
    percent: int
    one: int
    other: int
    copied: tuple[int, ...]


def between(texts: Sequence[str], owners: Sequence[int], *, first: int = 0) -> list[Alike]:
    """Return what is alike between each two owners (and of one owner): each text beside the earlier one it is nearest
    to, so that ten copies of one text are nine pairs."""
    nearest: dict[int, tuple[int, int]] = {}
    for one, other, percent in pairs(texts, first=first):
        if percent > nearest.get(other, (0, 0))[0]:
            nearest[other] = percent, one
    by_owners: dict[tuple[int, ...], list[tuple[int, int, int]]] = {}
    for other, (percent, one) in sorted(nearest.items()):
        by_owners.setdefault(tuple(sorted({owners[one], owners[other]})), []).append((percent, one, other))
    return [
        Alike(whose, *max(found, key=lambda pair: pair[0]), tuple(other for *_, other in found))
        for whose, found in sorted(by_owners.items())
    ]


def pairs(texts: Sequence[str], *, first: int = 0) -> Iterator[tuple[int, int, int]]:
    """Yield (one, other, per cent) of texts that are alike, where `other` is from `first` on; one < other."""
    clean = {at: text for at, one in enumerate(texts) if len(text := utils.default_process(one)[:CUT]) >= LEAST}
    known = sorted(clean)[-MOST:]
    words = {at: frozenset(clean[at].split()) for at in known}
    for place, other in enumerate(known):
        if other < first:
            continue
        mine = words[other]
        for one in known[:place]:
            least = min(len(mine), len(words[one]))
            if least <= FEW or len(mine & words[one]) >= WORDS * least:
                percent = _alike(clean[one], clean[other])
                if percent:
                    yield one, other, percent


def _alike(one: str, other: str) -> int:
    """Per cent, 0 for two that are not alike."""
    scores = fuzz.token_set_ratio(one, other, score_cutoff=SHARED), fuzz.ratio(one, other, score_cutoff=EDITED)
    return int(max(scores))
