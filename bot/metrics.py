"""What the process counts of itself, for /metrics: updates, messages, calls, commits, ticks, the disk.

One registry of our own, so that what a library registers globally is not shown. Labels come from our code alone: lanes,
outcomes, methods of the Bot API, ticks; no id, name or text can get into one.
"""

from __future__ import annotations

import os
import platform
import tomllib
from asyncio import get_running_loop
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    disable_created_metrics,
)
from telegram.error import BadRequest, NetworkError, RetryAfter, TelegramError

from bot.courier import Courier, Parcel
from bot.pacing import Pace
from bot.transport import Api, is_gone
from domain.notices import Lane
from domain.rules import SECOND
from scheduler.runner import Scheduler
from storage.database import Database
from storage.migrate import migrations
from usecases.delivery import Delivered

HANDLED: Final = ("done", "refused", "failed", "ignored")
SENDS: Final = ("sent", "edited", "done", "asked_to_wait", "no_answer", "refused", "gone", "failed")
COMMIT_BUCKETS: Final = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
CALL_BUCKETS: Final = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
HANDLE_BUCKETS: Final = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 15.0, 60.0, 300.0)


class Meters:
    """The meters of one process, each with its name in `registry`. Fed by callbacks; those cost a few microseconds."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each, which nobody here reads
        self.registry = registry = CollectorRegistry(auto_describe=False)
        ProcessCollector(registry=registry)
        about = {"version": version(), "python": platform.python_version(), "schema": str(migrations()[-1][0])}
        Info("tallyhand", "What runs here; the schema is the number of the newest migration.", registry=registry).info(
            about
        )
        self._handled = Counter(
            "tallyhand_updates_handled", "Updates that came to their end.", ["outcome"], registry=registry
        )
        self._handling = Histogram(
            "tallyhand_update_seconds",
            "From when an update was received to its end.",
            buckets=HANDLE_BUCKETS,
            registry=registry,
        )
        self._sends = Counter(
            "tallyhand_sends", "Tries to send or change a message.", ["lane", "outcome"], registry=registry
        )
        self._sending = Histogram(
            "tallyhand_send_seconds",
            "How long Telegram took for a try.",
            ["lane"],
            buckets=CALL_BUCKETS,
            registry=registry,
        )
        self._calls = Counter(
            "tallyhand_bot_api_calls", "Calls of the Bot API.", ["method", "result"], registry=registry
        )
        self._too_many = Counter("tallyhand_bot_api_429", "Answers 429 of the Bot API.", registry=registry)
        self._groups = Histogram(
            "tallyhand_group_seconds",
            "Transactions that share a commit, from the first statement to the disk.",
            buckets=COMMIT_BUCKETS,
            registry=registry,
        )
        self._sizes = Histogram(
            "tallyhand_group_size", "How many shared one.", buckets=(1, 2, 4, 8, 16, 32, 64), registry=registry
        )
        self._commits = Histogram(
            "tallyhand_commit_seconds",
            "The commit alone: mostly the disk's fsync.",
            buckets=COMMIT_BUCKETS,
            registry=registry,
        )
        self._ticked = Gauge(
            "tallyhand_tick_finished_timestamp_seconds",
            "When a tick last came to its end.",
            ["tick"],
            registry=registry,
        )
        self._tick_failures = Counter("tallyhand_tick_failures", "Ticks that raised.", ["tick"], registry=registry)
        # Looking a label up costs more than counting, so those of the hot path are looked up once.
        self._ends = {outcome: self._handled.labels(outcome) for outcome in HANDLED}
        self._tries = {
            (int(lane), outcome): self._sends.labels(lane.name.lower(), outcome) for lane in Lane for outcome in SENDS
        }
        self._times = {int(lane): self._sending.labels(lane.name.lower()) for lane in Lane}
        self._results: dict[tuple[str, str], Counter] = {}

    def handled(self, outcome: str, seconds: float) -> None:
        """An update came to its end so long after it was received."""
        self._ends[outcome].inc()
        self._handling.observe(max(0.0, seconds))

    def tried(self, lane: int, outcome: str, seconds: float) -> None:
        """A message was tried once; `outcome` is one of SENDS."""
        self._tries[lane, outcome].inc()
        self._times[lane].observe(seconds)

    def called(self, method: str, error: BaseException | None) -> None:
        """A call of the Bot API came back, or did not."""
        result = "ok" if error is None else _outcome(error)
        counter = self._results.get((method, result))
        if counter is None:
            counter = self._results[method, result] = self._calls.labels(method, result)
        counter.inc()
        if isinstance(error, RetryAfter):
            self._too_many.inc()

    def committed(self, size: int, seconds: float, commit_seconds: float) -> None:
        """A group of transactions is on disk."""
        self._sizes.observe(size)
        self._groups.observe(seconds)
        self._commits.observe(commit_seconds)

    def ticked(self, name: str, succeeded: bool, now: int) -> None:
        """A tick came to its end, or raised."""
        if succeeded:
            self._ticked.labels(name).set(now / SECOND)
        else:
            self._tick_failures.labels(name).inc()

    def watch_database(self, db: Database, path: Path) -> None:
        """Count its groups, and show the size of its files and what is free beside them."""
        db.on_group = lambda size, seconds: self.committed(size, seconds, db.commit_seconds)
        sizes = Gauge("tallyhand_database_bytes", "Size of the database.", ["file"], registry=self.registry)
        for name, ending in (("main", ""), ("wal", "-wal")):
            sizes.labels(name).set_function(partial(_size, Path(f"{path}{ending}")))
        free = Gauge("tallyhand_disk_free_bytes", "Free where the database is.", registry=self.registry)
        free.set_function(lambda: _free(path.parent))

    def watch_pace(self, pace: Pace) -> None:
        """Show what the pace allows; read in the event loop's thread."""
        limit = Gauge("tallyhand_pace_per_second", "Messages a second; 0 when pacing is off.", registry=self.registry)
        limit.set(pace.limits.all_per_second if pace.limits.enabled else 0)
        spare = Gauge("tallyhand_pace_spare", "Messages that could go at once.", registry=self.registry)
        spare.set_function(lambda: pace.spare(get_running_loop().time()))
        paused = Gauge(
            "tallyhand_pace_paused_seconds", "News and offers wait so long after 429s.", registry=self.registry
        )
        paused.set_function(lambda: max(0.0, pace.bulk_paused_until - get_running_loop().time()))

    def watch_ticks(self, scheduler: Scheduler) -> None:
        """Expect these ticks: one that never came to its end shows 0."""
        for name in scheduler.names:
            self._ticked.labels(name)
            self._tick_failures.labels(name)


class MeasuredApi(Api):
    """The Bot API, each call counted by method and result."""

    def __init__(self, meters: Meters, address: str, token: str) -> None:
        super().__init__(address, token)
        self._meters = meters

    async def call(
        self,
        method: str,
        values: Mapping[str, Any] | None = None,
        files: Mapping[str, tuple[str, bytes]] | None = None,
        *,
        timeout: float | None = None,
    ) -> Any:
        """As Api.call."""
        try:
            result = await super().call(method, values, files, timeout=timeout)
        except Exception as error:
            self._meters.called(method, error)
            raise
        self._meters.called(method, None)
        return result


class MeasuredCourier(Courier):
    """The courier, each parcel counted by lane and outcome."""

    meters: Meters

    async def carry(self, parcel: Parcel) -> Delivered:
        """As Courier.carry."""
        began = get_running_loop().time()
        try:
            delivered = await super().carry(parcel)
        except Exception as error:
            self.meters.tried(parcel.row.lane, _outcome(error), get_running_loop().time() - began)
            raise
        outcome = "done" if delivered.message_id is None else "sent" if delivered.new_message else "edited"
        self.meters.tried(parcel.row.lane, outcome, get_running_loop().time() - began)
        return delivered


def version() -> str:
    """Of this program, as pyproject.toml beside it says."""
    try:
        project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8"))
        return str(project["project"]["version"])
    except (OSError, LookupError, tomllib.TOMLDecodeError):
        return "unknown"


def _outcome(error: BaseException) -> str:
    if isinstance(error, RetryAfter):
        return "asked_to_wait"
    if isinstance(error, TelegramError) and is_gone(error):
        return "gone"
    if isinstance(error, BadRequest):
        return "refused"
    return "no_answer" if isinstance(error, NetworkError) else "failed"


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _free(folder: Path) -> int:
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize
