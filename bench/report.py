"""What was measured: one line of JSON a row in bench/results/, and tables for people."""

from __future__ import annotations

import json
import os
import platform
import subprocess
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


class Report:
    """Writes each row as it comes, so that a run that is broken off leaves what it had."""

    def __init__(self, folder: Path = RESULTS, **conditions: Any) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        began = datetime.now(UTC)
        self.path = folder / f"{began:%Y%m%dT%H%M%SZ}.jsonl"
        self.add("run", at=f"{began:%Y-%m-%d %H:%M} UTC", **conditions, **machine())

    def add(self, kind: str, **fields: Any) -> None:
        """Append one row."""
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"kind": kind, **fields}) + "\n")


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
