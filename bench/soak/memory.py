"""Memory of a process that lives: 10,000 workers known, an hour's updates in ten minutes, no faults.

RSS is read from /proc of the bot's process (the server and the people are in another). The first half is warm-up:
10,000 people are seen for the first time, and SQLite's page cache fills as the database grows, up to the size that
storage/database.py gives it. What SQLite holds is told apart.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from bench.soak import seeding
from bench.soak.people import FIRST_WORKER, People
from bench.soak.plan import Plan
from bench.soak.victims import TOKEN, Victims, victims
from emulator.server import Emulator

SAMPLES = 60
WARM = 0.5


@dataclass(frozen=True, slots=True)
class Memory:
    """RSS in megabytes: when it first served, after the warm-up, in the end, at most; SQLite's part of three of them.

    `drift` is from the warm-up to the end, as a part, of all but SQLite's; `drift_of_all` of all.
    """

    workers: int
    updates: int
    seconds: float
    start: float
    warm: float
    end: float
    most: float
    sqlite_start: float
    sqlite_warm: float
    sqlite_end: float
    drift: float
    drift_of_all: float
    samples: list[tuple[float, float]]


async def measure(plan: Plan, folder: Path, *, workers: int) -> Memory:
    """Run the plan's load on one process for the plan's time; nothing is killed."""
    sizes = plan.sizes
    numbers = [FIRST_WORKER + number for number in range(workers)]
    places = int(sizes.rate * sizes.seconds) + workers * seeding.OVERLAP
    await seeding.seed(folder / "data", workers=numbers, submissions=places, replies=places // 20)
    async with Emulator(bots={TOKEN: "tallyhand_bot"}, limits=False) as server:
        people = People(server, workers=workers, seed=plan.seed)
        async with victims(folder, server.address, plan, PACING="false", EVERY_SECONDS="60") as run:
            await run.renew()
            start = (resident(run.pid), sqlite_of(run))
            load = asyncio.create_task(people.keep_acting(sizes.rate))
            stories = asyncio.create_task(people.stories(4.0))
            samples = []
            began = time.monotonic()
            try:
                for number in range(1, SAMPLES + 1):
                    await asyncio.sleep(max(0.0, began + sizes.seconds * number / SAMPLES - time.monotonic()))
                    samples.append((resident(run.pid), sqlite_of(run)))
            finally:
                for task in (load, stories):
                    task.cancel()
                await asyncio.gather(load, stories, return_exceptions=True)
            await run.stop()
    return summary(workers, len(people.witness.puts), sizes.seconds, start, samples)


def summary(
    workers: int, updates: int, seconds: float, start: tuple[float, float], samples: list[tuple[float, float]]
) -> Memory:
    """Figures of samples of (RSS, SQLite's part): warm is the tenth after the warm-up, end the last tenth."""
    tenth = max(1, len(samples) // 10)
    warmed = int(len(samples) * WARM)
    warm, warm_sqlite = _means(samples[warmed : warmed + tenth])
    end, end_sqlite = _means(samples[-tenth:])
    return Memory(
        workers=workers,
        updates=updates,
        seconds=seconds,
        start=round(start[0], 1),
        warm=round(warm, 1),
        end=round(end, 1),
        most=round(max(start[0], *(one for one, _ in samples)), 1),
        sqlite_start=round(start[1], 1),
        sqlite_warm=round(warm_sqlite, 1),
        sqlite_end=round(end_sqlite, 1),
        drift=round((end - end_sqlite) / (warm - warm_sqlite) - 1, 4),
        drift_of_all=round(end / warm - 1, 4),
        samples=[(round(one, 1), round(sqlite, 1)) for one, sqlite in samples],
    )


def _means(samples: list[tuple[float, float]]) -> tuple[float, float]:
    return mean(one for one, _ in samples), mean(sqlite for _, sqlite in samples)


def sqlite_of(run: Victims) -> float:
    """Megabytes that SQLite held when the process last said so."""
    facts = reversed(run.trace.more())
    return next((fact["sqlite"] / 2**20 for fact in facts if fact["fact"] == "memory"), 0.0)


def resident(pid: int) -> float:
    """Megabytes of a process that are in memory."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise ProcessLookupError(pid)
