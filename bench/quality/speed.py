"""What a refit of a million answers takes, and the import: each in a process of its own, so that nothing is warm."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import numpy as np

from bench.process import ROOT
from bench.quality.rows import Row
from domain.inference.votes import Votes, votes

ANSWERS: Final = 1_000_000
TASKS, WORKERS, LABELS = 200_000, 5_000, 4
NAME: Final = "million"


def million(seed: int) -> Votes:
    """A million answers × four labels: five a task, from workers of unequal skill and diligence."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(LABELS, size=TASKS)
    task = np.repeat(np.arange(TASKS), ANSWERS // TASKS)
    worker = (WORKERS * rng.random(ANSWERS) ** 2).astype(np.int64)
    looked = rng.random(ANSWERS) < rng.beta(5, 3, WORKERS)[worker]
    label = np.where(looked, truth[task], rng.integers(LABELS, size=ANSWERS))
    return votes(task, worker, label, n_workers=WORKERS)


def rows(seed: int, peer: tuple[float, float] | None) -> list[Row]:
    """The lines of the table on speed; `peer` has seconds and MiB of crowd-kit's Dawid–Skene on the same votes."""
    taken = json.loads(_child("-m", "bench.quality.speed", str(seed)))
    beside = "crowd-kit's Dawid–Skene: " + (f"{peer[0]:.2f} s, {peer[1]:.0f} MiB" if peer else "not run")
    empty, loaded = (min(_started(line) for _ in range(3)) for line in ("pass", "from domain.inference import fit"))
    return [
        Row("refit of 1,000,000 answers × 4 labels, CPU seconds", 1.5, taken["seconds"], False, beside),
        Row("the same, MiB over the votes", 200, taken["mebibytes"], False, beside),
        Row("import of domain.inference with numpy, seconds", 0.3, loaded - empty, False, "beside an empty Python"),
    ]


def _started(line: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    _child("-c", line)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _child(*command: str) -> str:
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True, check=True, cwd=ROOT)
    return done.stdout


def _main(seed: int) -> None:
    from domain.inference import fit

    given = million(seed)
    held = int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1024
    began = time.process_time()
    fit(given)
    seconds = time.process_time() - began
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"seconds": seconds, "mebibytes": (after - held) / 1024}))


if __name__ == "__main__":
    _main(int(sys.argv[1]))
