"""Long work, taken from rows: archives, offers, exports. Jobs of one kind run one after the other, in the order asked.

A job reads, computes in a worker process, writes in bounded idempotent steps and remembers how far it came in the same
transaction as the step. A restart starts it again from there. Three failures without a step in between give it up, or
twelve processes that died with it under way: the person is told a reference number. A full disk is no failure of the
job's: it waits for room. Nor is a Bot API that does not answer: the next try waits until it does. Nor is a stop,
however often.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from telegram.error import BadRequest, NetworkError, TelegramError

from bot import logs
from bot.processes import Processes
from bot.transport import Api
from domain.rules import Rules
from storage import jobs
from storage.database import Database, GroupLost, Tx
from storage.jobs import Job
from usecases import progress
from usecases.notify import tell

log = logs.get()

TRIES = 3
STARTS = 4
"""So many processes that end with the job under way count as one failure: mostly they had other reasons to end."""


@dataclass(frozen=True, slots=True)
class JobContext:
    """What a job may use."""

    db: Database
    api: Api
    processes: Processes
    data_dir: Path
    rules: Rules
    now: Callable[[], int]

    async def download(self, file_id: str, to: Path) -> None:
        """Bring a file people sent to the disk; raises transport.FileTooBig."""
        await self.api.download(file_id, to)


Kind = Callable[[JobContext, Job], Awaitable[None]]


class Jobs:
    """Works off the rows of `jobs`. `wake` is called after a commit that asked for one."""

    def __init__(self, context: JobContext, kinds: dict[str, Kind], *, pause: float = 1.0) -> None:
        """`pause` is the shortest time in seconds between two tries."""
        self._context = context
        self._kinds = kinds
        self._pause = pause
        self._asked = {kind: asyncio.Event() for kind in kinds}
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin with what an earlier process left."""
        self._tasks = [asyncio.create_task(self._run(kind)) for kind in self._kinds]

    def wake(self) -> None:
        """There is a new job."""
        for asked in self._asked.values():
            asked.set()

    async def stop(self) -> None:
        """Leave the jobs in hand; their steps so far are kept and they go on at the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _run(self, kind: str) -> None:
        while True:
            self._asked[kind].clear()
            try:
                waiting = await self._context.db.read(jobs.waiting, kind, limit=10)
                for job in waiting:
                    await self._work(job)
            except Exception as error:  # the disk gives way: what waits stays, and goes on when there is room
                log.error("jobs_held", kind=kind, error=type(error).__name__)
                await asyncio.sleep(self._pause)
                continue
            if not waiting:
                await self._asked[kind].wait()

    async def _work(self, job: Job) -> None:
        try:
            await self._attempt(job)
        except asyncio.CancelledError:
            with contextlib.suppress(Exception):  # a disk that is full: one start too many is counted
                await self._context.db.write(jobs.unstart, job.id)
            raise

    async def _attempt(self, job: Job) -> None:
        attempts = await self._context.db.write(jobs.start, job.id)
        if attempts > TRIES * STARTS:
            await self._give_up(job)
            return
        attempt = (attempts - 1) // STARTS + 1
        log.info("job_started", job=job.id, kind=job.kind, attempt=attempt)
        try:
            await self._run_while_full(job)
        except Exception as error:
            log.exception("job_failed", job=job.id, kind=job.kind, attempt=attempt)
            await self._context.db.write(jobs.start, job.id, starts=STARTS - 1)
            await asyncio.sleep(min(10.0, self._pause * 2 ** (attempt - 1)))
            if isinstance(error, NetworkError) and not isinstance(error, BadRequest):
                await self._reached()
            return
        log.info("job_done", job=job.id, kind=job.kind)

    async def _run_while_full(self, job: Job) -> None:
        """Run it to its end; while the disk is full, wait and go on from the step it had come to."""
        db, now = self._context.db, self._context.now
        left: Job | None = job
        while left is not None:
            try:
                await self._kinds[left.kind](self._context, left)
                await db.write(jobs.close, left.id, now=now())
                return
            except Exception as error:
                if not _is_full(error):
                    raise
                log.error("job_held", job=job.id, kind=job.kind, error=type(error).__name__)
                await asyncio.sleep(self._pause)
            left = await db.read(jobs.open_by_id, job.id)

    async def _reached(self) -> None:
        """Wait until the Bot API answers."""
        while True:
            try:
                await self._context.api.call("getMe", timeout=10)
                return
            except TelegramError:
                await asyncio.sleep(self._pause)

    async def _give_up(self, job: Job) -> None:
        reference = secrets.token_hex(4)
        log.error("job_given_up", job=job.id, kind=job.kind, reference=reference)
        await self._context.db.write(_close_failed, job=job, reference=reference, now=self._context.now())


def _close_failed(tx: Tx, *, job: Job, reference: str, now: int) -> None:
    jobs.close(tx, job.id, now=now, reference=reference)
    tell(tx, job.person_id, "job_failed", now=now, reference=reference)
    if job.batch_id is not None:
        progress.refresh(tx, job.batch_id, now=now)


def _is_full(error: Exception) -> bool:
    return isinstance(error, GroupLost) or (isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT))
