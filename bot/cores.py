"""Which processor cores are used by what: the bot's threads stay on one, worker processes may use all.

The threads share Python's one interpreter lock, and the writer lets go of it at each statement. On two cores that wakes
a thread over there every few microseconds, which then waits for the lock again; on one core the statement is over
before anybody else has run. Measured: two thirds of the processor time a step (docs/performance.md).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from pathlib import Path

CAN_CHOOSE = hasattr(os, "sched_setaffinity")
"""Linux can; elsewhere threads stay where the system puts them."""
ALL = frozenset(os.sched_getaffinity(0) if CAN_CHOOSE else range(os.cpu_count() or 1))
"""The cores this process was given at its start."""
SAMPLE_SECONDS = 0.1
AGAIN_SECONDS = 60.0
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


async def keep_together() -> None:
    """Stay on the core that has least else to do; looks again every minute. Ends only when it is cancelled."""
    while True:
        if CAN_CHOOSE:
            with contextlib.suppress(OSError, ValueError):  # a sandbox that hides what its cores do
                await settle()
        await asyncio.sleep(AGAIN_SECONDS)


async def settle() -> int:
    """Put every thread of this process, and those it starts from now on, on the core others use least; tell which.

    Processes started afterwards inherit that; a worker process is told to use ALL.
    """
    before, ours = _busy(), _own()
    await asyncio.sleep(SAMPLE_SECONDS)
    after, ours = _busy(), _own() - ours
    here = os.sched_getaffinity(0)
    # What this process did itself is no reason to leave.
    others = {
        core: after.get(core, 0) - before.get(core, 0) - (ours if here == {core} else 0) for core in ALL
    }  # in a container the file may know fewer cores than there are
    core = min(others, key=lambda one: (others[one], one not in here, -one))
    _move(core)
    return core


def _move(core: int) -> None:
    for thread in Path("/proc/self/task").iterdir():
        with contextlib.suppress(OSError):  # it has ended meanwhile, or the machine took the core away
            os.sched_setaffinity(int(thread.name), {core})


def _own() -> int:
    """Clock ticks that all threads of this process have used."""
    return int(time.process_time() * TICKS_PER_SECOND)


def _busy() -> dict[int, int]:
    """Clock ticks that each core has worked since the machine started."""
    busy = {}
    for line in Path("/proc/stat").read_text().splitlines():
        name, *ticks = line.split()
        if name.startswith("cpu") and name != "cpu":
            user, nice, system, _, _, irq, softirq, *_ = map(int, ticks)
            busy[int(name[3:])] = user + nice + system + irq + softirq
    return busy
