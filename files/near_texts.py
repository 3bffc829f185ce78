"""Written answers that are almost the same as another: copied, cut, wrapped in other words, shuffled, lightly edited.

By rapidfuzz: `token_set_ratio` finds shuffled, wrapped and halved copies, `ratio` edited ones. A text somebody had a
model write is not found, and no detector finds those reliably.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rapidfuzz import fuzz, utils

RULE: Final = 1
SHARED: Final = 90
"""Per cent of the words (token_set_ratio) from which two texts are alike."""
EDITED: Final = 80
"""Per cent of the letters in their order (ratio) from which they are."""
WORDS: Final = 0.5
"""What part of the shorter one's words both must have before letters are compared: that is 30 times as quick."""
LEAST: Final = 40
"""Letters a text must have: everybody says "thank you very much"."""
MOST: Final = 5_000
"""So many texts are compared with each new one, the newest."""
CUT: Final = 2_000
"""Letters of a text that are compared."""


def pairs(texts: Sequence[str], *, first: int = 0) -> list[tuple[int, int, int]]:
    """Return (one, other, per cent) of texts that are alike, where `other` is from `first` on; one < other."""
    clean = {at: text for at, one in enumerate(texts) if len(text := utils.default_process(one)[:CUT]) >= LEAST}
    known = sorted(clean)[-MOST:]
    words = {at: frozenset(clean[at].split()) for at in known}
    found = []
    for place, other in enumerate(known):
        if other < first:
            continue
        mine = words[other]
        for one in known[:place]:
            theirs = words[one]
            if len(mine & theirs) >= WORDS * min(len(mine), len(theirs)):
                percent = _alike(clean[one], clean[other])
                if percent:
                    found.append((one, other, percent))
    return sorted(found)


def _alike(one: str, other: str) -> int:
    """Per cent, 0 for two that are not alike."""
    scores = fuzz.token_set_ratio(one, other, score_cutoff=SHARED), fuzz.ratio(one, other, score_cutoff=EDITED)
    return int(max(scores))
