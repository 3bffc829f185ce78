"""All that a run leaves behind and the invariants are held against."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.soak.trace import Fact, Life, lives
from bench.soak.victims import Death
from bench.soak.witness import Witness


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message of the bot's as the server stored it."""

    chat: int
    message: int
    at: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """`calls` is the server's log, `arrived` the bot's messages, `facts` the victim's trace, `now` the end."""

    data_dir: Path
    witness: Witness
    facts: list[Fact]
    calls: list[dict[str, Any]]
    arrived: list[Arrived]
    now: float
    deaths: list[Death] = field(default_factory=list)
    started: list[float] = field(default_factory=list)
    send_slots: int = 64
    ahead: int = 0
    """Seconds the process's clock is ahead of the machine's, in the end."""

    def lives(self) -> list[Life]:
        """The processes, one after the other."""
        return lives(self.facts, until=self.now)
