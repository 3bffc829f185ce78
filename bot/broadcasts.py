"""What goes to many, on its way into the sender: a few rows at a time, so that a huge broadcast fills no memory.

Rows are asked for as places in the window become free. What is paused, closed, full or not due is not asked for; it is
looked for again every LOOK_AGAIN seconds while anything waits. While offers go out, the progress of their batches is
kept current.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Final

from bot import logs
from domain.rules import SECOND
from storage import broadcasts
from storage.database import Database, Tx
from storage.outbox import Pending
from usecases import progress

log = logs.get()

WINDOW: Final = 64
LOW: Final = 32
LOOK_AGAIN: Final = 1.0


class Broadcasts:
    """The window. `enter` takes a row into the sender's queues, `holds` tells whether it still has it (person, row)."""

    def __init__(
        self,
        db: Database,
        *,
        clock: Callable[[], int],
        enter: Callable[[Pending], None],
        holds: Callable[[int, int], bool],
    ) -> None:
        self._db = db
        self._clock = clock
        self._enter = enter
        self._holds = holds
        self._known: dict[int, Pending] = {}
        self._news = asyncio.Event()
        self._more = False
        self._shown: dict[int, int] = {}

    def wake(self) -> None:
        """There are new rows."""
        self._news.set()

    def low(self) -> None:
        """Few rows are left that may be sent."""
        if self._more:
            self._news.set()

    async def run(self, ready: Callable[[], int]) -> None:
        """Keep the window filled; `ready` counts the rows in it that may be sent."""
        while True:
            self._news.clear()
            try:
                again = await self._fill(WINDOW - ready())
            except Exception as error:
                log.error("outbox_unreadable", error=type(error).__name__)
                again = True
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_AGAIN if again else None):
                    await self._news.wait()

    async def _fill(self, room: int) -> bool:
        """Take in what has room; True when there is something to look for again soon."""
        self._known = {row_id: row for row_id, row in self._known.items() if self._holds(row.person_id, row_id)}
        if room > 0:
            rows, waits = await self._db.read(_look, now=self._clock(), limit=room + len(self._known))
            fresh = [row for row in rows if row.id not in self._known]
            self._more = len(fresh) >= room
            for row in fresh[:room]:
                self._known[row.id] = row
                self._enter(row)
        else:
            self._more = waits = True
        await self._show_progress()
        return waits or bool(self._known) or bool(self._shown)

    async def _show_progress(self) -> None:
        """Tell who published what goes out how far it is, now and then and at the end."""
        now = self._clock()
        going = {row.campaign for row in self._known.values() if row.campaign is not None}
        ended = self._shown.keys() - going
        for campaign in going | ended:
            if campaign in ended or not 0 <= now - self._shown.get(campaign, -SECOND * 3600) < progress.EVERY:
                await self._db.write(progress.refresh, batch_id=campaign, now=now)
                self._shown[campaign] = now
        for campaign in ended:
            del self._shown[campaign]


def _look(tx: Tx, *, now: int, limit: int) -> tuple[list[Pending], bool]:
    return broadcasts.due(tx, now=now, limit=limit), broadcasts.any_waits(tx)
