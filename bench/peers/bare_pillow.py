"""Bare Pillow: the same decode, resize and encode of each photo, from the file to a JPEG in memory, kept nowhere."""

from __future__ import annotations

import io
import multiprocessing
import os
import zipfile
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache, partial
from pathlib import Path

from PIL import Image

PROCESSES = 2
SIDE, QUALITY = 1_280, 85


def once(path: Path) -> int:
    """One photo from its file; returns the bytes that came out."""
    return _small(path)


def once_unpacked(archive: Path, name: str) -> int:
    """One photo out of a ZIP, which each process reads the directory of once."""
    return _small(io.BytesIO(_opened(archive).read(name)))


@lru_cache(maxsize=1)
def _opened(archive: Path) -> zipfile.ZipFile:
    return zipfile.ZipFile(archive)


def _small(source: Path | io.BytesIO) -> int:
    with Image.open(source) as photo:
        scale = SIDE / max(photo.size)
        target = (round(photo.width * scale), round(photo.height * scale))
        photo.draft(None, target)
        small = photo.resize(target, Image.Resampling.LANCZOS, reducing_gap=3.0)
    made = io.BytesIO()
    small.save(made, "JPEG", quality=QUALITY)
    return len(made.getvalue())


class Pool:
    """Two processes, at the same low priority as the bot's, so that neighbours slow both alike."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(PROCESSES, mp_context=context, initializer=os.nice, initargs=(10,))

    def run(self, paths: list[Path]) -> int:
        """All photos, one at a time for whichever process is free; returns the bytes that came out."""
        return sum(self._pool.map(once, paths))

    def run_unpacked(self, archive: Path, names: list[str]) -> int:
        """The same, out of a ZIP."""
        return sum(self._pool.map(partial(once_unpacked, archive), names))

    def close(self) -> None:
        """End both."""
        self._pool.shutdown()
