"""Runs the table of ticks: on APScheduler while the process is up, once each at its start, one by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from scheduler.ticks import TICKS, Tick
from storage.database import Database

log = structlog.get_logger("tallyhand")

MISFIRE_SECONDS = 24 * 3600


class UnknownTick(Exception):
    """There is no tick of that name."""


class Scheduler:
    """The clock of the process. Ticks run one after the other, so none sees another's half-done period."""

    def __init__(self, db: Database, *, clock: Callable[[], int], ticks: Sequence[Tick] = TICKS) -> None:
        self._db = db
        self._clock = clock
        self._ticks = ticks
        self._turn = asyncio.Lock()
        self._stopping = False
        self.on_tick: Callable[[str, bool], None] = lambda name, succeeded: None
        self._caught_up: asyncio.Task[None] | None = None
        self._scheduler = AsyncIOScheduler(
            timezone=db.rules.zone,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": MISFIRE_SECONDS},
        )

    @property
    def names(self) -> tuple[str, ...]:
        """What `run_once` takes."""
        return tuple(tick.name for tick in self._ticks)

    async def start(self) -> None:
        """Begin to tick; what fell due while the process was down is caught up first, in the table's order."""
        self._caught_up = asyncio.create_task(self._catch_up())
        for tick in self._ticks:
            trigger = IntervalTrigger(seconds=tick.seconds(self._db.rules), timezone=self._db.rules.zone)
            self._scheduler.add_job(self._on_time, trigger, args=[tick], id=tick.name)
        self._scheduler.start()

    async def stop(self) -> None:
        """Stop after the step in hand; the next start goes on where it was."""
        self._stopping = True
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        if self._caught_up is not None:
            await asyncio.gather(self._caught_up, return_exceptions=True)
        async with self._turn:
            pass

    async def run_once(self, name: str, now: int | None = None) -> int:
        """Run one tick until nothing is left, as of `now` (the clock's when None); return its steps. UnknownTick."""
        for tick in self._ticks:
            if tick.name == name:
                return await self._steps(tick, now)
        raise UnknownTick(name)

    async def _catch_up(self) -> None:
        for tick in self._ticks:
            await self._run(tick)

    async def _on_time(self, tick: Tick) -> None:
        """While the catching-up goes on, each tick has its place there: none overtakes what comes before it."""
        if self._caught_up is None or self._caught_up.done():
            await self._run(tick)

    async def _run(self, tick: Tick) -> None:
        """A tick that fails is logged and tried again at its next time; the others go on."""
        try:
            await self._steps(tick, None)
        except Exception:
            log.exception("tick_failed", tick=tick.name)
            self.on_tick(tick.name, False)
        else:
            self.on_tick(tick.name, True)

    async def _steps(self, tick: Tick, now: int | None) -> int:
        steps = 0
        async with self._turn:
            while not self._stopping:
                steps += 1
                if not await self._db.write(tick.work, now=self._clock() if now is None else now):
                    break
                await asyncio.sleep(0)
        if steps > 1:
            log.info("tick_done", tick=tick.name, steps=steps)
        return steps
