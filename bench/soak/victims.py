"""Processes one after the other on one folder: started, ended as the plan says, started again."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from bench.process import ROOT
from bench.soak import seeding
from bench.soak.plan import Ending, Plan
from bench.soak.points import PAYING, POINTS
from bench.soak.trace import Reader

TOKEN = "1000001:LOCAL"
TERM_SECONDS = 30.0
SERVE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Death:
    """How a process ended: `how` of its ending, whether the point was reached, the exit code, when."""

    how: str
    point: str
    at: float
    code: int
    reached: bool


class Victims:
    """The victim and its successors. `deaths` has the ends so far, `started` when each was started."""

    def __init__(
        self, folder: Path, address: str, plan: Plan, *, program: str = "bench.soak.victim", **settings: str
    ) -> None:
        """`program` is the module that is run as the victim, `settings` are of its environment."""
        self._program = program
        self.folder = folder
        self.data_dir = folder / "data"
        self.deaths: list[Death] = []
        self.started: list[float] = []
        self.trace = Reader(folder / "trace.jsonl")
        self._plan = plan
        self._conditions = {"shift": 0.0, "full": False}
        self._process: asyncio.subprocess.Process | None = None
        inherited = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        self._environment = inherited | {
            "PYTHONPATH": str(ROOT),
            "SOAK_FOLDER": str(folder),
            "BOT_TOKEN": TOKEN,
            "BOT_API_URL": address,
            "DATA_DIR": str(self.data_dir),
            "SECRET_KEY": seeding.SECRET,
            "QUIET_HOURS": "false",
            "QUICK_TAP_MILLIS": "0",
            "PAUSE_SECONDS": "1",
            "EVERY_SECONDS": "20",
            "REVIEW_TAP_SECONDS": str(seeding.REVIEW_TAP_SECONDS),
            "REVIEW_WRITTEN_SECONDS": str(seeding.REVIEW_WRITTEN_SECONDS),
            "SEND_SLOTS": str(plan.sizes.send_slots),
            "LOG_JSON": "true",
            **settings,
        }

    def set(self, name: str, value: float | bool) -> None:
        """Change the clock's `shift` or whether the disk is `full`, for this process and those after it."""
        self._conditions[name] = value
        partial = self.folder / "conditions.partial"
        partial.write_text(json.dumps(self._conditions))
        partial.replace(self.folder / "conditions.json")

    async def start(self, ending: Ending | None = None) -> None:
        """Start a process, which may have a kill point in it."""
        environment = dict(self._environment)
        if ending is not None and ending.how == "point":
            environment |= {"SOAK_POINT": ending.point, "SOAK_PASS": str(ending.nth), "SOAK_AFTER": str(ending.after)}
        self.started.append(time.time())
        with (self.folder / "log.jsonl").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                self._program,
                cwd=self.folder,
                env=environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    @property
    def pid(self) -> int:
        """Of the process of now."""
        assert self._process is not None
        return self._process.pid

    async def serving(self, seconds: float) -> bool:
        """Wait until it hands out updates; False when it has ended before, or takes longer."""
        ends = time.monotonic() + seconds
        while self._alive() and time.monotonic() < ends:
            if self.serves:
                return True
            await asyncio.sleep(0.05)
        return False

    async def meet(self, ending: Ending) -> None:
        """Let the process of now come to its end, as this says."""
        patience = self._plan.sizes.point_patience
        if ending.how == "point" and (POINTS | PAYING)[ending.point].needs != "term":
            await self._ended(ending.after + patience)
            await self._record(ending, signal.SIGKILL)
            return
        await self.serving(patience)
        await self._ended(ending.after)
        if ending.how == "kill":
            await self._record(ending, signal.SIGKILL)
            return
        self._send(signal.SIGTERM)
        await self._ended(TERM_SECONDS)
        await self._record(ending, signal.SIGKILL)

    async def renew(self) -> None:
        """End the process of now, kill point or not, and have one that nothing happens to."""
        if self._process is not None and len(self.deaths) < len(self.started):
            self._send(signal.SIGKILL)
            await self._record(Ending("kill", 0.0), signal.SIGKILL)
        await self.start()
        if not await self.serving(SERVE_SECONDS):
            raise RuntimeError(f"the bot does not come up\n{self.said()}")

    def said(self) -> str:
        """The end of what the processes wrote."""
        return "\n".join((self.folder / "log.jsonl").read_text(errors="replace").splitlines()[-15:])

    def said_anywhere(self, word: str) -> bool:
        """Whether the processes wrote this, ever."""
        return word in (self.folder / "log.jsonl").read_text(errors="replace")

    async def stop(self) -> None:
        """SIGTERM, and the death noted."""
        await self.meet(Ending("term", 0.0))

    async def _record(self, ending: Ending, number: signal.Signals) -> None:
        reached = not self._alive()
        self._send(number)
        assert self._process is not None
        code = await self._process.wait()
        self.deaths.append(Death(ending.how, ending.point, time.time(), code, reached))

    async def _ended(self, seconds: float) -> None:
        assert self._process is not None
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(asyncio.ensure_future(self._process.wait())), seconds)

    @property
    def serves(self) -> bool:
        """Whether the process of now hands out updates."""
        if not self._alive():
            return False
        self.trace.more()
        for fact in reversed(self.trace.facts):
            if fact["fact"] == "serving":
                return bool(fact["pid"] == self.pid)
            if fact["fact"] == "start":
                return False
        return False

    def _alive(self) -> bool:
        return self._process is not None and self._process.returncode is None

    def _send(self, number: signal.Signals) -> None:
        if self._process is not None and self._alive():
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(number)

    def end(self) -> None:
        """Whatever still runs, runs no more."""
        self._send(signal.SIGKILL)


@contextlib.asynccontextmanager
async def victims(folder: Path, address: str, plan: Plan, **settings: str) -> AsyncIterator[Victims]:
    """Processes of a run; none is left when it is over."""
    made = Victims(folder, address, plan, **settings)
    try:
        yield made
    finally:
        made.end()
