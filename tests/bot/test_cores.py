"""The bot's threads keep to one core, its worker processes do not."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from bot import cores
from bot.processes import Processes

ROOT = Path(__file__).parents[2]
LOOK = """
import asyncio, os, threading
from pathlib import Path
from bot import cores

async def main():
    ended = threading.Event()
    threading.Thread(target=ended.wait).start()
    core = await cores.settle()
    after = threading.Thread(target=ended.wait)
    after.start()
    places = {tuple(os.sched_getaffinity(int(one.name))) for one in Path("/proc/self/task").iterdir()}
    ended.set()
    print(core in cores.ALL, places == {(core,)})

asyncio.run(main())
"""


async def test_all_threads_are_on_one_core_also_those_that_come_later() -> None:
    looking = await asyncio.create_subprocess_exec(sys.executable, "-c", LOOK, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    said, _ = await looking.communicate()
    assert said.decode().split() == ["True", "True"]


async def test_worker_processes_use_every_core() -> None:
    here = os.sched_getaffinity(0)
    processes = Processes(1)
    os.sched_setaffinity(0, {min(here)})
    try:
        assert await processes.run(os.sched_getaffinity, 0) == set(cores.ALL)
    finally:
        os.sched_setaffinity(0, here)
        await processes.close()


async def test_where_the_system_hides_what_its_cores_do_nothing_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def hidden(path: Path, *_: object) -> str:
        asked.append(path)
        raise PermissionError(path)

    monkeypatch.setattr(Path, "read_text", hidden)
    keeping = asyncio.create_task(cores.keep_together())
    await asyncio.sleep(0.05)
    assert asked == [Path("/proc/stat")]
    assert not keeping.done()
    keeping.cancel()
