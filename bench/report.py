"""What was measured: one line of JSON a row in bench/results/, and tables for people."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.process import ROOT

RESULTS = ROOT / "bench" / "results"
PACKAGES = (
    "python-telegram-bot",
    "httpx",
    "httpcore",
    "h11",
    "anyio",
    "aiolimiter",
    "aiogram",
    "aiohttp",
    "aiofiles",
    "magic-filter",
    "pydantic",
    "aiosqlite",
    "Pillow",
    "orjson",
)
"""What the peers and our way to Telegram run on; each is pinned in the `bench` extra or in requirements.txt."""


@dataclass(frozen=True, slots=True)
class Goal:
    """What was to be reached, beside what, and what was: a ratio or a number within this one run."""

    what: str
    beside: str
    wanted: float
    reached: float
    at_least: bool

    @property
    def met(self) -> bool:
        """Whether it was reached."""
        return self.reached >= self.wanted if self.at_least else self.reached <= self.wanted


class Report:
    """Writes each row as it comes, so that a run that is broken off leaves what it had."""

    def __init__(self, folder: Path = RESULTS, **conditions: Any) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        began = datetime.now(UTC)
        self.path = folder / f"{began:%Y%m%dT%H%M%SZ}.jsonl"
        self.goals: list[Goal] = []
        self.add("run", at=f"{began:%Y-%m-%d %H:%M} UTC", **conditions, **machine())

    def add(self, kind: str, **fields: Any) -> None:
        """Append one row."""
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"kind": kind, **fields}) + "\n")

    def goal(self, what: str, beside: str, *, wanted: float, reached: float, at_least: bool = True) -> None:
        """Note how a goal was met; `print_goals` shows them all."""
        goal = Goal(what, beside, wanted, round(reached, 3), at_least)
        self.goals.append(goal)
        self.add("goal", **asdict(goal), met=goal.met)

    def print_goals(self) -> None:
        """The table of goals; nothing without any."""
        if self.goals:
            print("\nGoals, each within this run\n")
            print(table(("what", "beside", "goal", "reached", ""), [_goal_line(goal) for goal in self.goals]))


def _goal_line(goal: Goal) -> tuple[str, ...]:
    sign = "≥" if goal.at_least else "≤"
    return goal.what, goal.beside, f"{sign} {goal.wanted:g}", f"{goal.reached:g}", "" if goal.met else "missed"


def machine() -> dict[str, Any]:
    """What the figures depend on besides the code."""
    return {
        "commit": _commit(),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
        **{name: version(name) for name in PACKAGES},
    }


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Columns under their heads; the first is text, the others are numbers."""
    widths = [max(len(line[column]) for line in (head, *rows)) for column in range(len(head))]
    lines = []
    for line in (head, tuple("-" * width for width in widths), *rows):
        cells = [
            line[0].ljust(widths[0]),
            *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True)),
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def percentile(values: list[float], part: float) -> float:
    """The value below which this part of the values lies (nearest rank); 0 without any."""
    return sorted(values)[min(len(values) - 1, int(part * len(values)))] if values else 0.0


def _commit() -> str:
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or "unknown"
