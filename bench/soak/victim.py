"""`python -m bench.soak.victim`: `python -m bot run` as it is, with a pen, a clock that can be set, and kill points.

Everything is wrapped from outside before the product is started; see points.py. The folder in SOAK_FOLDER has the
trace it writes (trace.jsonl) and the conditions it reads (conditions.json, again and again): `shift`, seconds the wall
clock is wrong by; `full`, whether the disk is full, which `pragma max_page_count` makes SQLite say for real.
SOAK_PAYING, when set: so many payouts a call to PayPal, answers waited for as long as SOAK_PAYPAL_SECONDS, and waits of
tenths of seconds where they are of minutes.
SOAK_POINT, SOAK_PASS and SOAK_AFTER: at the nth time it comes by that point, so many seconds after its start, it kills
itself.
"""

from __future__ import annotations

import _sqlite3
import asyncio
import contextlib
import ctypes
import functools
import itertools
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from bench.soak.points import PAYING, POINTS, arm, die, wrap
from bench.soak.trace import Pen
from bot import clock

LOOK_SECONDS = 0.05
LARGEST = 1_073_741_823


class Conditions:
    """The clock and the disk, as the one who runs the soak wants them now."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen = 0
        self.shift = 0.0
        self.full = False
        self.look()

    def look(self) -> None:
        """Read the file anew when it was changed."""
        try:
            changed = self._path.stat().st_mtime_ns
            if changed == self._seen:
                return
            values = json.loads(self._path.read_text())
        except (FileNotFoundError, ValueError):
            return
        self._seen = changed
        self.shift, self.full = float(values["shift"]), bool(values["full"])

    def now(self) -> int:
        """In the place of bot.clock.now."""
        return (time.time_ns() + int(self.shift * 1e9)) // 1000


def set_up(folder: Path) -> None:
    """Wrap what is to be wrapped. Raises Moved when the product has changed its names."""
    if "bot.app" in sys.modules:
        raise RuntimeError("the clock must be set before bot.app takes it")
    pen = Pen(folder / "trace.jsonl")
    pen.note("start", pid=os.getpid())
    conditions = Conditions(folder / "conditions.json")
    clock.now = conditions.now
    from bot import app

    if vars(app)["now"] != conditions.now:
        raise RuntimeError("bot.app does not take the clock from bot.clock")
    arm_point(pen)
    hasten_paying()
    wrap("bot.courier:Courier.carry", functools.partial(_traced, pen))
    wrap("bot.receiver:Receiver._handle", functools.partial(_handling, pen))
    wrap("bot.receiver:Receiver.start", functools.partial(_noted, pen, "serving"))
    wrap("bot.app:App.stop", functools.partial(_noted, pen, "ended"))
    wrap("storage.database:Database.open", functools.partial(_conditioned, conditions, pen))


def arm_point(pen: Pen) -> None:
    """Die at SOAK_POINT. Raises Moved."""
    name = os.environ.get("SOAK_POINT")
    if not name:
        return
    nth, after = int(os.environ["SOAK_PASS"]), time.monotonic() + float(os.environ["SOAK_AFTER"])
    passes = itertools.count(1)

    def on_pass() -> None:
        if time.monotonic() >= after and next(passes) == nth:
            die(lambda: pen.note("point", name=name))

    arm((POINTS | PAYING)[name], on_pass)


def hasten_paying() -> None:
    """With SOAK_PAYING: the same engine and rules with shorter waits, and more calls for the same payouts."""
    items = int(os.environ.get("SOAK_PAYING", "0"))
    if not items:
        return
    from bot import paying
    from domain import sendings
    from domain.rules import SECOND

    sendings.AGAIN, sendings.SOON, sendings.LATEST = SECOND // 20, SECOND // 10, SECOND // 2
    paying.MEASURES = paying.Measures(items=items, step=max(1, items // 2), look=0.2)
    seconds = float(os.environ["SOAK_PAYPAL_SECONDS"])
    wrap("bot.paypal:PayPal.__init__", lambda made: lambda self, *given: made(self, *given, timeout=seconds))


def _traced(pen: Pen, carry: Callable[..., Any]) -> Callable[..., Any]:
    """Courier.carry: each row on its way, and what became of it."""

    @functools.wraps(carry)
    async def traced(self: Any, parcel: Any) -> Any:
        row = parcel.row
        about = {"row": row.id, "chat": row.telegram_id}
        pen.note("go", **about, lane=int(row.lane), slot=row.slot, key=row.key, edits=bool(parcel.edits))
        try:
            delivered = await carry(self, parcel)
        except BaseException as error:
            pen.note("error", **about, error=type(error).__name__)
            raise
        pen.note(
            "gone",
            **about,
            lane=int(row.lane),
            slot=row.slot,
            message=delivered.message_id,
            new=bool(delivered.new_message),
        )
        return delivered

    return traced


def _handling(pen: Pen, handle: Callable[..., Any]) -> Callable[..., Any]:
    """Receiver._handle: when each update's turn comes."""

    @functools.wraps(handle)
    async def handled(self: Any, one: Any) -> Any:
        pen.note("turn", update=one.update["update_id"])
        return await handle(self, one)

    return handled


def _noted(pen: Pen, fact: str, original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    async def noted(*args: Any, **values: Any) -> Any:
        result = await original(*args, **values)
        pen.note(fact, pid=os.getpid())
        return result

    return noted


def _conditioned(conditions: Conditions, pen: Pen, original: Callable[..., Any]) -> Any:
    """Database.open: the database it makes has the disk that the conditions say."""

    @functools.wraps(original)
    async def opened(*args: Any, **values: Any) -> Any:
        db = await original(*args, **values)
        db.soak = asyncio.create_task(_keep(conditions, db, pen))  # held, or the collector would take it
        return db

    return opened


async def _keep(conditions: Conditions, db: Any, pen: Pen) -> None:
    full = False
    used = _sqlite_memory()
    for number in itertools.count():
        if number % 20 == 0:
            pen.note("memory", sqlite=used())
        conditions.look()
        if conditions.full != full:
            wanted = conditions.full
            with contextlib.suppress(Exception):  # lost with its group, the disk being full: once more
                await db.write(_limit, full=wanted)
                full = wanted
        await asyncio.sleep(LOOK_SECONDS)


def _sqlite_memory() -> Callable[[], int]:
    """SQLite's own count of the bytes it holds: mostly its page cache, which has a bound."""
    used = ctypes.CDLL(_sqlite3.__file__).sqlite3_memory_used
    used.restype = ctypes.c_int64
    return cast("Callable[[], int]", used)


def _limit(tx: Any, *, full: bool) -> None:
    """No page more than there are; or as many as SQLite can have."""
    pages = tx.value("pragma page_count") if full else LARGEST
    tx.value(f"pragma max_page_count = {pages}")


def main() -> None:
    """Set up, then `python -m bot run`."""
    set_up(Path(os.environ["SOAK_FOLDER"]))
    from bot.__main__ import cli

    cli(["run"])


if __name__ == "__main__":
    main()
