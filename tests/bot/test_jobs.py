"""Long work from rows: what breaks off is tried again, what is not the job's fault does not end it."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from telegram.error import TimedOut

from bot.clock import now
from bot.jobs import STARTS, TRIES, JobContext, Jobs
from bot.processes import Processes
from bot.transport import Api
from domain.people import Sender
from emulator.server import Emulator
from storage import jobs, people
from storage.database import Database, GroupLost, Tx
from storage.jobs import Job

TOKEN = "1000001:LOCAL"
Work = Callable[[JobContext, Job], Awaitable[None]]
Begin = Callable[[Work], Jobs]


def asked(tx: Tx) -> int:
    person = people.add(tx, Sender(1, "Olivia", None, "en"), now=1)
    return jobs.ask(tx, "kind", person_id=person.id, now=1)


def states(tx: Tx) -> list[tuple[str, int]]:
    return [(row["state"], row["attempts"]) for row in tx.all("select state, attempts from jobs order by id")]


async def closed(db: Database) -> list[tuple[str, int]]:
    """Wait until no job waits; states and counted starts."""
    for _ in range(500):
        found = await db.read(states)
        if all(state != "waiting" for state, _ in found):
            return found
        await asyncio.sleep(0.02)
    raise AssertionError("a job still waits")


@pytest.fixture
async def server() -> AsyncIterator[Emulator]:
    async with Emulator(bots={TOKEN: "tallyhand_bot"}, limits=False) as server:
        yield server


@pytest.fixture
async def begin(db: Database, server: Emulator, tmp_path: Path) -> AsyncIterator[Begin]:
    api, processes, made = Api(server.address, TOKEN), Processes(), []
    await api.transport.initialize()
    context = JobContext(db, api, processes, tmp_path, db.rules, now)

    def begin(work: Work) -> Jobs:
        made.append(Jobs(context, {"kind": work}, pause=0.02))
        made[-1].start()
        return made[-1]

    yield begin
    for one in made:
        await one.stop()
    await processes.close()
    await api.transport.shutdown()


async def test_a_job_outlives_more_kills_than_it_may_have_failures(db: Database, begin: Begin) -> None:
    async def works(_: JobContext, __: Job) -> None:
        pass

    await db.write(asked)
    for _ in range(TRIES + 1):
        await db.write(jobs.start, 1)  # and the process dies
    begin(works)
    assert [state for state, _ in await closed(db)] == ["done"]


async def test_a_job_under_which_a_dozen_processes_died_is_given_up(db: Database, begin: Begin) -> None:
    async def works(_: JobContext, __: Job) -> None:
        raise AssertionError("never again")

    await db.write(asked)
    for _ in range(TRIES * STARTS):
        await db.write(jobs.start, 1)
    begin(works)
    assert [state for state, _ in await closed(db)] == ["failed"]


async def test_a_job_that_is_stopped_again_and_again_is_not_given_up(db: Database, begin: Begin) -> None:
    started, going_on = asyncio.Event(), asyncio.Event()

    async def slow(_: JobContext, __: Job) -> None:
        started.set()
        await going_on.wait()

    await db.write(asked)
    for _ in range(4):
        started.clear()
        running = begin(slow)
        await started.wait()
        await running.stop()
    going_on.set()
    begin(slow)
    assert await closed(db) == [("done", 1)]


async def test_a_job_that_fails_three_times_is_given_up(db: Database, begin: Begin) -> None:
    calls = []

    async def fails(_: JobContext, job: Job) -> None:
        calls.append(job.id)
        raise ZeroDivisionError

    await db.write(asked)
    begin(fails)
    assert [state for state, _ in await closed(db)] == ["failed"]
    assert len(calls) == 3


@pytest.mark.parametrize("error", [GroupLost("full"), OSError(errno.ENOSPC, "No space left on device")])
async def test_a_full_disk_holds_a_job_and_does_not_end_it(db: Database, begin: Begin, error: Exception) -> None:
    calls = []

    async def full(_: JobContext, job: Job) -> None:
        calls.append(job.id)
        if len(calls) < 6:
            raise error

    await db.write(asked)
    begin(full)
    assert await closed(db) == [("done", 1)]


async def test_jobs_of_a_kind_go_on_after_a_start_that_could_not_be_noted(
    db: Database, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, failures = jobs.start, [1, 2]

    def flaky(tx: Tx, job_id: int) -> int:
        if failures:
            failures.pop()
            raise GroupLost("full")
        return start(tx, job_id)

    async def works(_: JobContext, __: Job) -> None: ...

    monkeypatch.setattr(jobs, "start", flaky)
    await db.write(asked)
    begin(works)
    assert [state for state, _ in await closed(db)] == ["done"]


async def test_an_outage_of_the_bot_api_ends_no_job(db: Database, begin: Begin, server: Emulator) -> None:
    calls = []

    async def fetches(context: JobContext, job: Job) -> None:
        calls.append(job.id)
        if server.world.faults.outage(server.world.clock.now()):
            await context.api.call("getMe")
            raise TimedOut

    server.world.faults.replace([{"kind": "outage", "seconds": 1.0}], None, server.world.clock.now())
    await db.write(asked)
    begin(fetches)
    assert [state for state, _ in await closed(db)] == ["done"]
    assert len(calls) == 2
