"""The server's own clock: the machine's, moved on by whoever tests what time does."""

from __future__ import annotations

import time


class Clock:
    """Unix seconds. It only ever goes forward by `advance`; nothing sleeps on it."""

    def __init__(self) -> None:
        self.shift = 0.0

    def now(self) -> float:
        """Seconds since the epoch, with what was advanced."""
        return time.time() + self.shift

    def advance(self, seconds: float) -> None:
        """Move the clock on. Going back would let limits and ages contradict what was already answered."""
        if seconds < 0:
            raise ValueError("the clock only goes forward")
        self.shift += seconds
