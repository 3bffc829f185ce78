"""The durable outbox on its way out: rows → lanes → pace → render → Telegram → mark.

In memory stand only ids: what waits for whom, in which lane (of broadcasts a few at a time: bot/broadcasts.py). The
row itself, the person's language and the slot's message are read when it is sent. One message is in flight per chat;
order in a chat is lane, then id.
"""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from telegram.error import BadRequest, NetworkError, RetryAfter, TelegramError

from bot import logs
from bot.broadcasts import LOW, Broadcasts
from bot.courier import Courier, Parcel, plain
from bot.pacing import Pace
from bot.preparing import Verdict, prepare
from bot.processes import ProcessFailed
from bot.rendering.message import Message, StoredPhoto
from bot.transport import is_gone, is_unknown_method
from bot.uploads import is_wrong_file
from domain.notices import Lane
from domain.rules import SECOND
from storage import outbox
from storage.database import Database
from storage.outbox import Outgoing, Pending
from usecases import delivery
from usecases.delivery import Delivered

log = logs.get()

BATCH = 32
LONGEST_WAIT = 60.0
DRAWINGS = 3
"""So often a picture is tried whose process dies."""

Pick = tuple[int, int, int]
"""A row in flight: lane, row id, person id."""


@dataclass(slots=True)
class _Chat:
    """What waits for one person, by (lane, id); at most one in flight."""

    rows: list[tuple[int, int]] = field(default_factory=list)
    in_flight: bool = False
    retries: int = 0


class Sender:
    """Sends what the outbox holds. `queue` is called after each commit with the rows it brought."""

    def __init__(
        self, db: Database, courier: Courier, pace: Pace, *, clock: Callable[[], int], slots: int = 128
    ) -> None:
        self._db = db
        self._courier = courier
        self._pace = pace
        self._clock = clock
        self._slots = slots
        self._chats: dict[int, _Chat] = {}
        self._ready: tuple[list[tuple[int, int]], ...] = ([], [], [])
        self._later: list[tuple[float, int, Pending | int]] = []
        self._order = itertools.count()
        self._wake = asyncio.Event()
        self._moved = asyncio.Event()
        self._flying: set[asyncio.Task[None]] = set()
        self._in_flight = 0
        self._task: asyncio.Task[None] | None = None
        self._draining = False
        self._broadcasts = Broadcasts(db, clock=clock, enter=self._enter, holds=self._holds)
        self._filling: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Load everything unsent, then begin to send."""
        await self.load()
        self._task = asyncio.create_task(self._run())
        self._filling = asyncio.create_task(self._broadcasts.run(lambda: len(self._ready[Lane.BROADCAST])))

    async def load(self) -> None:
        """Take in every unsent row, broadcasts as there is room. One that is known is gone at its second turn."""
        after = 0
        while rows := await self._db.read(outbox.pending, after=after, limit=1000, upto=Lane.NOTICE):
            for row in rows:
                self.queue(row)
            after = rows[-1].id
        self._broadcasts.wake()

    def queue(self, row: Pending) -> None:
        """Take in a row; it goes out when its time, its chat and the pace allow."""
        if row.lane == Lane.BROADCAST:
            self._broadcasts.wake()
            return
        wait = min(row.not_before - self._clock(), row.longest) / SECOND
        if wait > 0.001:
            self._at(_now() + wait, row)
        else:
            self._enter(row)
        self._wake.set()

    async def stop(self, *, seconds: float = 20.0) -> None:
        """Send what answers people and what is in flight, for at most so long; the rest stays rows."""
        self._draining = True
        self._wake.set()
        if self._task is None:
            return
        ends = _now() + seconds
        while (self._in_flight or self._owes_answers()) and (left := ends - _now()) > 0:
            self._moved.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(left, 0.1)):
                    await self._moved.wait()
        tasks = [task for task in (self._task, self._filling, *self._flying) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _owes_answers(self) -> bool:
        """Somebody's answer waits, if only for its pace; those that keep failing are not waited for."""
        return any(
            chat.rows and chat.rows[0][0] == Lane.INTERACTIVE and not chat.retries for chat in self._chats.values()
        )

    def _holds(self, person_id: int, row_id: int) -> bool:
        """Whether a broadcast is in flight (or its chat is), or waits here."""
        chat = self._chats.get(person_id)
        return chat is not None and (chat.in_flight or (int(Lane.BROADCAST), row_id) in chat.rows)

    def _enter(self, row: Pending) -> None:
        chat = self._chats.setdefault(row.person_id, _Chat())
        heapq.heappush(chat.rows, (row.lane, row.id))
        self._offer(row.person_id, chat)

    def _offer(self, person_id: int, chat: _Chat) -> None:
        if chat.in_flight:
            return
        if not chat.rows:
            self._chats.pop(person_id, None)
            return
        lane, row_id = chat.rows[0]
        heapq.heappush(self._ready[lane], (row_id, person_id))
        self._wake.set()

    def _at(self, when: float, what: Pending | int) -> None:
        heapq.heappush(self._later, (when, next(self._order), what))

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            now = _now()
            while self._later and self._later[0][0] <= now:
                _, _, what = heapq.heappop(self._later)
                if isinstance(what, Pending):
                    self._enter(what)
                elif what in self._chats:
                    self._offer(what, self._chats[what])
            picks, again_at = self._pick(now)
            if picks:
                task = asyncio.create_task(self._send_batch(picks))
                self._flying.add(task)
                task.add_done_callback(self._flying.discard)
                continue
            if self._later:
                again_at = min(again_at, self._later[0][0])
            # Not wait_for: in Python 3.11 it loses a cancellation that comes together with the event.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max(0.001, min(again_at - now, LONGEST_WAIT))):
                    await self._wake.wait()

    def _pick(self, now: float) -> tuple[list[Pick], float]:
        """Rows that may be sent now, marked in flight; else when to look again."""
        picks: list[Pick] = []
        again_at = now + LONGEST_WAIT
        for lane in (Lane.INTERACTIVE,) if self._draining else Lane:
            ready = self._ready[lane]
            # A quarter of the slots is for answers alone, for the case that what is in flight hangs.
            slots = self._slots if lane is Lane.INTERACTIVE else self._slots - self._slots // 4
            while ready and len(picks) < BATCH and self._in_flight < slots:
                if lane is not Lane.INTERACTIVE and (bulk_at := self._pace.bulk_ready_at(now)) > now:
                    again_at = min(again_at, bulk_at)
                    break
                row_id, person_id = heapq.heappop(ready)
                chat = self._chats.get(person_id)
                if chat is None or chat.in_flight or not chat.rows or chat.rows[0] != (int(lane), row_id):
                    continue  # an entry whose chat moved on
                # An answer may turn out to be an edit, which has a pace of its own: it is paced once it is read.
                if lane is not Lane.INTERACTIVE and (at := self._pace.ready_at(person_id, lane, now)) > now:
                    self._at(at, person_id)
                    continue
                if lane is not Lane.INTERACTIVE:
                    self._pace.took(person_id, lane, now)
                heapq.heappop(chat.rows)
                chat.in_flight = True
                self._in_flight += 1
                picks.append((int(lane), row_id, person_id))
        if len(self._ready[Lane.BROADCAST]) < LOW:
            self._broadcasts.low()
        return picks, again_at

    async def _send_batch(self, picks: list[Pick]) -> None:
        try:
            rows = [row_id for _, row_id, _ in picks]
            loaded = await self._db.read(prepare, rows, now=self._clock())
        except Exception:
            log.exception("outbox_unreadable")
            for lane, row_id, person_id in picks:
                self._not_sent(person_id, lane)
                self._retry(person_id, row_id, lane, 1.0)
            return
        tasks = [self._send(person_id, lane, found) for (lane, _, person_id), found in zip(picks, loaded, strict=True)]
        if len(tasks) == 1:
            await tasks[0]
        else:
            await asyncio.gather(*tasks)

    def _not_sent(self, person_id: int, lane: int) -> None:
        """The place a row of bulk was picked for goes to others; answers are paced once they are read."""
        if lane != Lane.INTERACTIVE:
            self._pace.gave_back(person_id)

    async def _send(self, person_id: int, lane: int, found: Parcel | Verdict) -> None:
        if isinstance(found, Verdict):
            self._not_sent(person_id, lane)
            if found.drop:
                await self._write(delivery.failed, row_id=found.row_id)
            if found.not_before is not None:
                await self._write(delivery.postponed, row_id=found.row_id, not_before=found.not_before)
            if found.wait is not None and lane != Lane.BROADCAST:
                self._at(_now() + found.wait, Pending(found.row_id, person_id, found.lane, 0))
            self._landed(person_id)
            return
        row, now = found.row, _now()
        if row.lane == Lane.INTERACTIVE:
            at = self._pace.ready_at(person_id, row.lane, now, edit=found.edits)
            if at > now:
                self._retry(person_id, row.id, row.lane, at - now)
                return
            self._pace.took(person_id, row.lane, now, edit=found.edits)
        if found.retires and not found.edits:
            self._pace.took(person_id, row.lane, now, edit=True)
        await self._carry(person_id, found)

    async def _carry(self, person_id: int, parcel: Parcel) -> None:
        """Send it, and decide by Telegram's answer what becomes of the row."""
        row = parcel.row
        chat = self._chats[person_id]
        try:
            delivered = await self._on_its_way(parcel)
        except RetryAfter as error:
            seconds = float(_seconds(error.retry_after))
            self._pace.refused(person_id, seconds, _now())
            log.warning("asked_to_wait", seconds=seconds, lane=row.lane)
            self._retry(person_id, row.id, row.lane, seconds)
        except BadRequest as error:
            await self._refused(person_id, parcel, error)
        except NetworkError as error:
            chat.retries += 1
            log.warning("not_sent", row=row.id, error=type(error).__name__, retries=chat.retries)
            self._retry(person_id, row.id, row.lane, 0.5 * 2 ** min(chat.retries, 4))
        except TelegramError as error:
            if is_gone(error):
                await self._gone(person_id)
            elif is_unknown_method(error):
                log.error("no_such_method", row=row.id, key=row.key)
                await self._give_up(person_id, row)
            else:
                chat.retries += 1
                log.error("not_sent", row=row.id, error=type(error).__name__)
                self._retry(person_id, row.id, row.lane, LONGEST_WAIT)
        except Exception as error:
            chat.retries += 1
            if isinstance(error, ProcessFailed) and error.reason == "died" and chat.retries < DRAWINGS:
                self._retry(person_id, row.id, row.lane, 1.0)
                return
            log.exception("not_sent", row=row.id, key=row.key)
            await self._give_up(person_id, row)
        else:
            await self._write(delivery.sent, delivered=delivered, now=self._clock())
            self._landed(person_id)

    async def _on_its_way(self, parcel: Parcel) -> Delivered:
        if parcel.edits:
            return await self._courier.carry(parcel)
        left_at = _now()
        self._pace.left()
        try:
            return await self._courier.carry(parcel)
        finally:
            self._pace.arrived(_now() - left_at)

    async def _refused(self, person_id: int, parcel: Parcel, error: BadRequest) -> None:
        said, action = str(error).lower(), parcel.action
        if is_gone(error):
            await self._gone(person_id)
        elif parcel.file_id is not None and isinstance(action, Message) and is_wrong_file(error):
            assert isinstance(action.photo, StoredPhoto)
            photo, file_id = action.photo, parcel.file_id
            self._courier.forget_upload(photo, file_id)
            await self._write(delivery.forget_upload, sha256=photo.sha256, light=photo.light, file_id=file_id)
            await self._carry(person_id, replace(parcel, file_id=None))
        elif "can't parse entities" in said and isinstance(action, Message) and action.text != plain(action):
            log.error("markup_not_understood", key=parcel.row.key)
            await self._carry(person_id, replace(parcel, action=replace(action, text=plain(action))))
        else:
            log.error("refused_by_telegram", key=parcel.row.key, row=parcel.row.id, why=str(error)[:120])
            await self._give_up(person_id, parcel.row)

    async def _give_up(self, person_id: int, row: Outgoing) -> None:
        await self._write(delivery.failed, row_id=row.id)
        self._landed(person_id)

    async def _gone(self, person_id: int) -> None:
        self._chats[person_id].rows.clear()  # before the write: what comes after it is for somebody who is back
        await self._write(delivery.unreachable, person_id=person_id, now=self._clock())
        self._landed(person_id)

    def _retry(self, person_id: int, row_id: int, lane: int, seconds: float) -> None:
        """The row stays first of its chat and the chat waits."""
        chat = self._chats[person_id]
        heapq.heappush(chat.rows, (lane, row_id))
        chat.in_flight = False
        self._in_flight -= 1
        self._at(_now() + seconds, person_id)
        self._wake.set()

    def _landed(self, person_id: int) -> None:
        self._in_flight -= 1
        chat = self._chats[person_id]
        chat.in_flight, chat.retries = False, 0
        self._offer(person_id, chat)
        self._wake.set()
        self._moved.set()

    async def _write(self, work: Callable[..., Any], **values: Any) -> None:
        """Note an outcome; while the disk gives way, keep trying: the row would go out again otherwise."""
        for attempt in itertools.count():
            try:
                await self._db.write(work, **values)
                return
            except Exception:
                log.exception("outcome_not_noted", attempt=attempt)
                await asyncio.sleep(min(LONGEST_WAIT, 0.2 * 2 ** min(attempt, 9)))


def _now() -> float:
    return asyncio.get_running_loop().time()


def _seconds(value: Any) -> float:
    return float(value.total_seconds())
