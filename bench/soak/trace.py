"""What the victim writes down as it happens, one line of JSON a fact, in one `write` each: a kill loses none of them.

Facts: `start` and `serving` (with `pid`), `go` (a row is about to be sent: `row`, `chat`, `lane`, `slot`, `key`),
`turn` (an update begins to be handled: `update`), `gone` (Telegram answered: `row`, `chat`, `message`, `new`),
`error` (it did not, or refused), `point` (a kill point struck), `memory` (`sqlite`: bytes), `ended` (a shutdown). `t`
is the machine's time in seconds, which no fault touches.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Fact = dict[str, Any]


class Pen:
    """Appends facts to a file."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def note(self, fact: str, **fields: Any) -> None:
        """Write one fact down."""
        os.write(self._file, json.dumps({"fact": fact, "t": time.time(), **fields}).encode() + b"\n")


class Reader:
    """Follows a trace. `facts` are those read so far."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._at = 0
        self.facts: list[Fact] = []

    def more(self) -> list[Fact]:
        """Read what was written since; returns all facts."""
        if self._path.exists():
            with self._path.open("rb") as file:
                file.seek(self._at)
                new = file.read()
            self._at += len(new)
            self.facts += [json.loads(line) for line in new.splitlines()]
        return self.facts


@dataclass(frozen=True, slots=True)
class Life:
    """One process: when it started, served (None: never) and ended; how: `kill`, `term`; the facts between."""

    pid: int
    began: float
    serving: float | None
    ended: float
    clean: bool
    facts: list[Fact]


def lives(facts: list[Fact], *, until: float) -> list[Life]:
    """The facts by process; one without an `ended` was killed, before the next began or, the last, by `until`."""
    starts = [index for index, fact in enumerate(facts) if fact["fact"] == "start"]
    found = []
    for index, end in zip(starts, [*starts[1:], len(facts)], strict=True):
        own = facts[index:end]
        serving = next((fact["t"] for fact in own if fact["fact"] == "serving"), None)
        clean = any(fact["fact"] == "ended" for fact in own)
        ended = facts[end]["t"] if end < len(facts) else until
        found.append(Life(own[0]["pid"], own[0]["t"], serving, ended, clean, own))
    return found
