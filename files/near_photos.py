"""Photos that show almost the same: re-encoded, resized, brightened, and also mirrored or turned ones.

The perceptual hash of Zauner, "Implementation and benchmarking of perceptual image hash functions" (2010): the signs of
the 64 lowest frequencies of a 32 × 32 grey picture, beside their median. A photo has eight, one for each way it can be
mirrored and turned; two photos are alike when the first of one is near any of the other's.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

RULE: Final = 1
NEAR: Final = 10
"""Of 64 bits so many may differ: re-encoded and resized copies lie within, other photos about 30 apart."""
SIDE: Final = 32
LOW: Final = 8
PLAIN: Final = 6.0
"""Grey levels a picture must vary by (standard deviation): of a plain one the hash is noise."""
CHUNK: Final = 128

_steps = np.arange(SIDE)
_COSINES = np.cos(np.pi * (2 * _steps[None, :] + 1) * _steps[:LOW, None] / (2 * SIDE))


def look(photos: Sequence[Path]) -> list[bytes]:
    """Return the eight hashes of each stored photo (64 bytes); empty for one too plain, or not there any more."""
    return [_one(path) for path in photos]


def pairs(looks: Sequence[bytes], *, first: int = 0) -> list[tuple[int, int, int]]:
    """Return (one, other, bits that differ) of photos that are alike, where `other` is from `first` on; one < other.

    As many pairs as hold each group together, no more: of 30 photos all alike 29. Quadratic, a few ns a comparison; an
    empty hash is like nothing.
    """
    known = [at for at, one in enumerate(looks) if len(one) == LOW * 8]
    if not known:
        return []
    table = np.frombuffer(b"".join(looks[at] for at in known), dtype=np.uint64).reshape(-1, 8)
    group, found = np.arange(len(known)), []
    begin = bisect_left(known, first)
    for start in range(begin, len(known), CHUNK):
        chunk = table[start : start + CHUNK]
        before = table[: start + len(chunk), 0]
        apart = np.full((len(chunk), len(before)), 64, dtype=np.uint8)
        for turned in range(8):
            np.minimum(apart, np.bitwise_count(chunk[:, turned, None] ^ before[None, :]), out=apart)
        for row in np.flatnonzero((apart <= NEAR).any(axis=1)).tolist():
            mine = start + row
            alike = np.flatnonzero(apart[row, :mine] <= NEAR)
            groups, at = np.unique(group[alike], return_index=True)
            for one, column in zip(groups.tolist(), alike[at].tolist(), strict=True):
                if one != group[mine]:
                    found.append((known[column], known[mine], int(apart[row, column])))
                    group[group == one] = group[mine]
    return found


def _one(path: Path) -> bytes:
    try:
        with Image.open(path) as photo:
            photo.draft("L", (2 * SIDE, 2 * SIDE))
            grey = ImageOps.grayscale(photo).resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    except OSError:
        return b""
    pixels = np.asarray(grey, dtype=np.float64)
    if pixels.std() < PLAIN:
        return b""
    turned = [np.rot90(side, turns) for side in (pixels, pixels[:, ::-1]) for turns in range(4)]
    return b"".join(_hash(one).tobytes() for one in turned)


def _hash(pixels: NDArray[np.float64]) -> NDArray[np.uint8]:
    low = (_COSINES @ pixels @ _COSINES.T).reshape(-1)
    low[0] = 0.0  # the brightness says nothing
    return np.packbits(low > np.median(low))
