"""A function that hangs, eats memory or crashes takes its own worker with it and nothing else."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.processes import Processes, ProcessFailed
from domain.file_problems import NotAZip, PictureProblem
from files.archives import list_archive
from files.charts import Day, earnings_chart
from files.pictures import normalise
from tests.files.zips import blank_png


@pytest.fixture
async def processes() -> AsyncIterator[Processes]:
    pool = Processes(2, memory=1_000_000_000)
    yield pool
    await pool.close()


def double(number: int) -> int:
    return number * 2


def who(_: int = 0) -> tuple[int, int, dict[str, str]]:
    print("a library that talks")
    return os.getpid(), os.nice(0), dict(os.environ)


def hang(path: str) -> None:
    Path(path).write_text(str(os.getpid()))
    time.sleep(60)


def spin() -> None:
    while True:
        pass


def eat() -> int:
    return len(bytes(3_000_000_000))


def crash() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


class Awkward(Exception):
    def __init__(self, one: int, two: int) -> None:
        super().__init__("awkward")


def awkward() -> None:
    raise Awkward(1, 2)


def fail() -> None:
    raise ValueError("as expected")


def money(micro: int) -> str:
    return f"{micro / 1e6:.2f}"


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_results_come_back_and_workers_are_used_again(processes: Processes) -> None:
    assert await asyncio.gather(*(processes.run(double, number) for number in range(20))) == [2 * n for n in range(20)]
    pids = {(await processes.run(who, n))[0] for n in range(6)}
    assert len(pids) <= 2
    assert os.getpid() not in pids


async def test_workers_are_polite_and_know_no_secrets(processes: Processes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "hidden")
    monkeypatch.setenv("BOT_TOKEN", "hidden")
    _, nice, environment = await processes.run(who)
    assert nice >= 10
    assert "hidden" not in environment.values()


@pytest.mark.parametrize("hog", [spin, eat, crash])
async def test_one_that_breaks_a_limit_fails_alone_and_the_pool_heals(processes: Processes, hog: object) -> None:
    reasons = {spin: "time", eat: "memory", crash: "died"}
    results = await asyncio.gather(
        processes.run(hog, seconds=1.0 if hog is spin else 60.0),  # type: ignore[arg-type]
        *(processes.run(double, number) for number in range(5)),
        return_exceptions=True,
    )
    failure = results.pop(0)
    assert isinstance(failure, ProcessFailed)
    assert failure.reason == reasons[hog]  # type: ignore[index]
    assert results == [0, 2, 4, 6, 8]
    assert await asyncio.gather(*(processes.run(double, 4) for _ in range(3))) == [8, 8, 8]


async def test_a_cancelled_call_kills_its_worker(processes: Processes, tmp_path: Path) -> None:
    path = tmp_path / "pid"
    call = asyncio.create_task(processes.run(hang, str(path)))
    for _ in range(250):
        await asyncio.sleep(0.02)
        if path.exists() and path.read_text():
            break
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert not alive(int(path.read_text()))
    assert await processes.run(double, 1) == 2


async def test_exceptions_come_back_as_they_are(processes: Processes, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="as expected") as caught:
        await processes.run(fail)
    assert "in fail" in caught.value.__notes__[0]
    with pytest.raises(RuntimeError, match="Awkward"):
        await processes.run(awkward)
    (tmp_path / "a.zip").write_bytes(b"nothing")
    with pytest.raises(NotAZip):
        await processes.run(list_archive, tmp_path / "a.zip")
    with pytest.raises(PictureProblem) as problem:
        await processes.run(normalise, blank_png(7_100, 7_100))
    assert (problem.value.reason, problem.value.params) == ("pixels", {"limit": 25})


async def test_charts_and_the_largest_pictures_fit_under_the_memory_limit(processes: Processes) -> None:
    days = [Day(str(number), number * 1_000_000, 0) for number in range(30)]
    words = dict.fromkeys(("title", "total", "paid", "review", "today", "empty"), "word")
    chart, picture = await asyncio.gather(
        processes.run(earnings_chart, days, words, money), processes.run(normalise, blank_png(5_000, 5_000))
    )
    assert chart.startswith(b"\x89PNG")
    assert (picture.width, picture.height) == (1_280, 1_280)


async def test_ctrl_c_is_left_to_the_parent_and_a_worker_lost_while_idle_is_replaced(processes: Processes) -> None:
    pid, *_ = await processes.run(who)
    os.kill(pid, signal.SIGINT)
    assert (await processes.run(who))[0] == pid
    os.kill(pid, signal.SIGKILL)
    await asyncio.sleep(0.2)
    assert (await processes.run(who))[0] != pid


async def test_idle_workers_leave_and_closing_ends_all() -> None:
    pool = Processes(1, idle=0.05)
    pid, *_ = await pool.run(who)
    for _ in range(100):
        await asyncio.sleep(0.05)
        if not alive(pid):
            break
    assert not alive(pid)
    pid, *_ = await pool.run(who)
    call = asyncio.create_task(pool.run(spin))
    await asyncio.sleep(0.3)
    await pool.close()
    with pytest.raises(ProcessFailed):
        await call
    with pytest.raises(ProcessFailed):
        await pool.run(double, 1)
    assert not alive(pid)


def test_the_bot_starts_without_what_only_its_workers_need() -> None:
    told = "import sys, bot.app; print(*sys.modules.keys() & {'numpy', 'scipy', 'matplotlib', 'fpdf'})"
    began = subprocess.run([sys.executable, "-c", told], capture_output=True, check=True, text=True)
    assert not began.stdout.strip()
