"""What comes in: getUpdates → the durable inbox → one queue per person → handlers.

A whole batch is in the inbox, committed, before the offset moves. Fetching never waits for handling: taps live only 150
seconds in Telegram's queue, so the inbox is the buffer and only rows in hand are bounded. One queue per person keeps
their order; only a queue's head takes a slot, so nobody waits behind somebody else's backlog.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import orjson
from telegram import Update
from telegram.error import TelegramError
from telegram.ext import Application

from bot import logs
from bot.transport import Api
from domain.people import Sender
from domain.rules import Rules
from handlers import routes
from handlers.context import Context, Refused, current
from storage import inbox
from storage.database import Database, GroupLost, Tx
from usecases import arrivals
from usecases.arrivals import AlreadyHandled, Arrival, Tapped

log = logs.get()

ALLOWED = ["message", "edited_message", "callback_query", "my_chat_member"]
TRIES = 3
IN_HAND = 2_000
PAGE = 200
POLL_SECONDS = 10
"""A poll that hangs leaves us deaf until it is given up, and taps live only 150 seconds: short ones bound that."""
OF_A_TAPPED_MESSAGE = frozenset({"message_id", "date", "chat", "photo"})


@dataclass(frozen=True, slots=True)
class _InHand:
    """An update on its way to its handler; `attempts` were made by earlier processes."""

    seq: int
    received_at: int
    attempts: int
    update: dict[str, Any]


class Receiver:
    """Fetches, keeps and hands out updates; each has its effect once, whatever happens to the process."""

    def __init__(
        self,
        db: Database,
        api: Api,
        application: Application[Any, Any, Any, Any, Any, Any],
        rules: Rules,
        *,
        bot_id: int,
        clock: Callable[[], int],
        slots: int = 64,
    ) -> None:
        self._db = db
        self._api = api
        self._application = application
        self._rules = rules
        self._bot_id = bot_id
        self._clock = clock
        self._slots = asyncio.Semaphore(slots)
        self._queues: dict[int, deque[_InHand]] = {}
        self._in_hand: set[int] = set()
        self._kept = 0
        self._loaded = 0
        self._arrived = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._workers: set[asyncio.Task[None]] = set()
        self._left_over = 0
        self.on_handled: Callable[[str, int], None] = lambda outcome, received_at: None
        self._stopping = False

    async def start(self, *, poll: bool = True) -> None:
        """Hand out what an earlier process left, then begin to fetch."""
        self._left_over = self._kept = await self._db.read(inbox.newest)
        self._tasks.append(asyncio.create_task(self._hand_out()))
        if poll:
            self._tasks.append(asyncio.create_task(self._fetch()))

    async def stop(self, *, seconds: float = 20.0) -> None:
        """Stop fetching, finish what is in hand for at most so long; the rest stays rows."""
        self._stopping = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for queue in self._queues.values():
            while len(queue) > 1:
                queue.pop()
        if self._workers:
            _, late = await asyncio.wait(self._workers, timeout=seconds)
            for worker in late:
                worker.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def take_in(self, updates: list[dict[str, Any]]) -> None:
        """Keep updates durably; returns when they are on disk, and hands them out."""
        now, lean = self._clock(), [_lean(update) for update in updates]
        kept = await self._db.write(_keep, bot=self._bot_id, updates=lean, now=now)
        rows = [(seq, update) for seq, update in zip(kept, lean, strict=True) if seq is not None]
        if not rows or self._stopping:
            return
        if self._loaded == self._kept and len(self._in_hand) + len(rows) <= IN_HAND:
            for seq, update in rows:
                self._enqueue(_InHand(seq, now, 0, update))
            self._loaded = max(self._loaded, rows[-1][0])
        else:  # too many, or older ones still wait as rows: these wait with them
            self._loaded = min(self._loaded, rows[0][0] - 1)
        self._kept = max(self._kept, rows[-1][0])
        self._arrived.set()

    async def _fetch(self) -> None:
        offset, failures = 0, 0
        while True:
            try:
                updates = await self._api.call(
                    "getUpdates",
                    {"offset": offset, "timeout": POLL_SECONDS, "limit": 100, "allowed_updates": ALLOWED},
                    timeout=POLL_SECONDS + 2,
                )
                if updates:
                    await self.take_in(updates)
                # After an empty answer everything is confirmed, and ids may begin anew below the last one.
                offset = updates[-1]["update_id"] + 1 if updates else 0
                failures = 0
            except Exception as error:  # no server, a full disk, no Bot API's answer: a bot that stops fetching is deaf
                failures += 1
                log.warning("not_fetched", error=type(error).__name__, why=str(error)[:100], failures=failures)
                await asyncio.sleep(0.2 * 2 ** min(failures, 5))  # short: taps live only 150 seconds

    async def _hand_out(self) -> None:
        """Move rows that wait in the inbox into people's queues, in order: after a start, and when too many come."""
        while True:
            self._arrived.clear()
            if self._loaded >= self._kept or len(self._in_hand) > IN_HAND - PAGE:
                await self._arrived.wait()
                continue
            newest = self._kept
            try:
                rows = await self._db.read(inbox.waiting, after=self._loaded, limit=PAGE)
            except Exception:
                log.exception("inbox_unreadable")
                await asyncio.sleep(1.0)
                continue
            for row in rows:
                self._enqueue(_InHand(row.seq, row.received_at, row.attempts, orjson.loads(row.payload)))
            self._loaded = rows[-1].seq if rows else newest

    def _enqueue(self, one: _InHand) -> None:
        if one.seq in self._in_hand:
            return
        key = _sender_id(one.update)
        self._in_hand.add(one.seq)
        queue = self._queues.get(key)
        if queue is not None:
            queue.append(one)
            return
        self._queues[key] = deque([one])
        worker = asyncio.create_task(self._work(key))
        self._workers.add(worker)
        worker.add_done_callback(self._workers.discard)

    async def _work(self, key: int) -> None:
        """Handle one person's updates, one after the other."""
        queue = self._queues[key]
        while queue:
            async with self._slots:
                one = queue[0]
                try:
                    await self._handle(one)
                except Exception as error:  # the disk gives way: it stays first, and is handled when there is room
                    log.error("not_kept", seq=one.seq, error=type(error).__name__)
                    await asyncio.sleep(1.0)
                    continue
            queue.popleft()
            self._in_hand.discard(one.seq)
            if self._loaded < self._kept:
                self._arrived.set()
        del self._queues[key]

    async def _handle(self, one: _InHand) -> None:
        """Give an update its effect: at most TRIES starts, over restarts too; then it is closed as failed.

        Raises GroupLost when the disk gives way, which is no failure of the update's.
        """
        try:
            arrival = _arrival(one)
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            log.error("update_not_understood", seq=one.seq, error=type(error).__name__)
            arrival = None
        if arrival is None:
            await self._db.write(inbox.close, one.seq)
            self.on_handled("ignored", one.received_at)
            return
        starts = 1
        if one.seq <= self._left_over:  # an earlier process had it, and may have died of it
            starts = 1 + await self._db.write(inbox.start, one.seq, one.attempts + 1)
        while starts <= TRIES:
            try:
                await self._run(one.update, arrival)
                self.on_handled("done", one.received_at)
                return
            except (Refused, AlreadyHandled):
                self.on_handled("refused", one.received_at)
                return
            except GroupLost:
                raise
            except Exception:
                log.exception("handler_failed", seq=one.seq, start=starts)
                starts += 1
        await self._fail(arrival, one.update)
        self.on_handled("failed", one.received_at)

    async def _run(self, raw: dict[str, Any], arrival: Arrival) -> None:
        query = raw.get("callback_query")
        context = Context(
            db=self._db,
            arrival=arrival,
            rules=self._rules,
            answer_tap=self._answer(query.get("id")) if query else None,
        )
        if query:  # most of what comes, and only its data matters: python-telegram-bot's objects cost 0.13 ms
            await routes.on_tap(context, query.get("data") or "")
            await context.toast("")
        else:
            token = current.set(context)
            try:
                await self._application.process_update(Update.de_json(raw, self._application.bot))
            finally:
                current.reset(token)
            if context.failure is not None:
                raise context.failure
        if not context.written:  # an update nobody routes: a row that nothing closes would come back at each start
            await self._db.write(inbox.close, arrival.seq)

    def _answer(self, query_id: object) -> Callable[[str, bool], Coroutine[object, object, None]]:
        async def answer(text: str, alert: bool) -> None:
            values: dict[str, Any] = {"callback_query_id": query_id}
            if text:
                values |= {"text": text, "show_alert": alert}
            try:
                await self._api.call("answerCallbackQuery", values, timeout=5)
            except TelegramError as error:
                # Too old, or the connection broke: the effect is on disk, only the toast is lost.
                log.info("tap_not_answered", error=type(error).__name__)

        return answer

    async def _fail(self, arrival: Arrival, raw: dict[str, Any]) -> None:
        reference = secrets.token_hex(4)
        log.error("update_given_up", seq=arrival.seq, reference=reference)
        try:
            await self._db.write(arrivals.fail, arrival, reference=reference)
        except GroupLost:
            raise
        except Exception:  # even to tell the person fails: the row must not come back for ever
            log.exception("failure_not_told", seq=arrival.seq, reference=reference)
            await self._db.write(inbox.fail, arrival.seq, reference=reference)
        query = raw.get("callback_query")
        if query:
            await self._answer(query.get("id"))("", False)


def _keep(tx: Tx, *, bot: int, updates: list[dict[str, Any]], now: int) -> list[int | None]:
    return [
        inbox.add(tx, bot=bot, update_id=update["update_id"], payload=orjson.dumps(update), now=now)
        for update in updates
    ]


def _lean(update: dict[str, Any]) -> dict[str, Any]:
    """An update without what a tapped message said: most of its bytes, and rows tell what a button means."""
    query = update.get("callback_query")
    if not isinstance(query, dict) or not isinstance(query.get("message"), dict):
        return update
    message = {name: value for name, value in query["message"].items() if name in OF_A_TAPPED_MESSAGE}
    return {**update, "callback_query": {**query, "message": message}}


def _body(update: dict[str, Any]) -> dict[str, Any] | None:
    for kind in ALLOWED:
        if kind in update:
            body: dict[str, Any] = update[kind]
            return body
    return None


def _sender_id(update: dict[str, Any]) -> int:
    """Whose queue it belongs to; 0 for what nobody sent, or is not understood."""
    try:
        return int((_body(update) or {})["from"]["id"])
    except (LookupError, TypeError, ValueError):
        return 0


def _arrival(one: _InHand) -> Arrival | None:
    """Who it came from and which message; None for what has no person behind it, or is not a private chat."""
    update = one.update
    body = _body(update)
    if body is None or "from" not in body or body["from"].get("is_bot"):
        return None
    user = body["from"]
    tapped = body.get("message") if "callback_query" in update else None
    chat = tapped["chat"] if tapped else body.get("chat", {})
    if chat.get("type") != "private":
        return None
    return Arrival(
        seq=one.seq,
        received_at=one.received_at,
        sender=Sender(
            telegram_id=user["id"],
            name=" ".join(filter(None, (user.get("first_name"), user.get("last_name")))),
            username=user.get("username"),
            language_code=user.get("language_code"),
        ),
        message_id=body.get("message_id") if "message" in update else None,
        tapped=Tapped(tapped["message_id"], media="photo" in tapped) if tapped else None,
    )
