"""What happened, kept over kills: one line of JSON an event, on disk before anybody is answered."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from emulator.codec import decode, encode


class Journal:
    """Appends events to a file, or keeps nothing without one. A last line that a kill left half is taken away."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: int | None = None

    def events(self) -> Iterator[dict[str, Any]]:
        """Everything that was written, oldest first; to be read once, before the first `write`."""
        if self._path is None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        content = self._path.read_bytes()
        whole = content.rfind(b"\n") + 1
        os.ftruncate(self._file, whole)
        for line in content[:whole].splitlines():
            yield decode(line)

    def write(self, event: dict[str, Any]) -> None:
        """Keep an event; when this returns, it is on disk."""
        if self._file is not None:
            os.write(self._file, encode(event) + b"\n")
            os.fsync(self._file)

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
