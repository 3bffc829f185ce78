"""crowd-kit beside us, in the same run: installed into `.venv-quality`, run as a process of its own.

It is big (0.8 GB with what it needs), so nothing else of the project has it: `make bench-quality` installs it, at the
version of the `quality` extra. Where it cannot be installed the table says so and shows our side alone.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.process import ROOT
from bench.quality.sets import Crowd
from domain.inference.votes import Votes

HOME: Final = ROOT / ".venv-quality"
SCRIPT: Final = Path(__file__).with_name("crowd_kit.py")
PATIENCE_SECONDS: Final = 3600


class Peer(NamedTuple):
    """What one method said of one set: a score for each label of each task, its CPU seconds, its memory in MiB."""

    scores: NDArray[np.float64]
    seconds: float
    mebibytes: float


def pin() -> str:
    """Name and version of the peer, as pyproject.toml has it."""
    extras: dict[str, list[str]] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"][
        "optional-dependencies"
    ]
    return next(pin for pin in extras["quality"] if pin.startswith("crowd-kit=="))


def install() -> str | None:
    """Make the peer's environment if it is not there; None, or why that failed."""
    python = HOME / "bin" / "python"
    mark = HOME / pin()
    if mark.exists():
        return None
    for command in (
        [sys.executable, "-m", "venv", str(HOME)],
        [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", pin()],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            return (done.stderr.strip().splitlines() or ["no reason given"])[-1]
    mark.touch()
    return None


def run(crowds: Sequence[Crowd], more: tuple[str, Votes], folder: Path) -> Results:
    """Run all methods on all crowds; and, in another process, Dawid–Skene alone on the votes that are `more`."""
    found: dict[str, dict[str, Peer]] = {}
    failed: dict[str, str] = {}
    for part, named in enumerate(([(crowd.name, crowd.votes) for crowd in crowds], [more])):
        here = folder / str(part)
        here.mkdir()
        for at, (_, votes) in enumerate(named):
            sizes = (votes.n_tasks, votes.n_workers, votes.n_classes)
            np.savez(here / f"{at:03d}.npz", task=votes.task, worker=votes.worker, label=votes.label, sizes=sizes)
        problem = _run(here)
        if problem:
            return Results(found, failed, problem)
        for at, (name, _) in enumerate(named):
            found[name] = _peers(here / f"{at:03d}.out.npz")
            failed |= json.loads((here / f"{at:03d}.failed.json").read_text())
    return Results(found, failed, None)


def _run(folder: Path) -> str | None:
    """Why the process did not do all of the folder, or None."""
    command = [str(HOME / "bin" / "python"), str(SCRIPT), str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        return f"took longer than {PATIENCE_SECONDS} s"
    return None if done.returncode == 0 else (done.stderr.strip().splitlines() or ["no reason given"])[-1]


class Results(NamedTuple):
    """By set and method what the peer said; which methods failed and why; what went wrong with all of it."""

    found: dict[str, dict[str, Peer]]
    failed: dict[str, str]
    problem: str | None


def _peers(path: Path) -> dict[str, Peer]:
    held = np.load(path)
    return {
        name: Peer(held[name], float(held[f"{name}.seconds"][0]), float(held[f"{name}.seconds"][1]) / 1024)
        for name in held.files
        if not name.endswith(".seconds")
    }
