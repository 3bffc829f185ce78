"""A bot's queue of updates: what waits, for how long, who polls for it.

An update is turned into bytes when it is made, so that later edits do not reach into the past and a poll only joins
bytes. Ids come from the clock, ten thousand to the second, so a fresh server repeats none of an older one's.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

from emulator.codec import encode
from emulator.errors import conflict
from emulator.faults import Faults

KEPT_SECONDS = 24 * 3600.0
TAP_KEPT_SECONDS = 150.0
EPOCH = 1_767_225_600  # 2026-01-01: keeps the ids short
IDS_PER_SECOND = 10_000
LONGEST_POLL = 50
LARGEST_BATCH = 100
OFF_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
KINDS = {
    "message", "edited_message", "channel_post", "edited_channel_post", "business_connection", "business_message",
    "edited_business_message", "deleted_business_messages", "guest_message", "message_reaction",
    "message_reaction_count", "inline_query", "chosen_inline_result", "callback_query", "shipping_query",
    "pre_checkout_query", "purchased_paid_media", "poll", "poll_answer", "my_chat_member", "chat_member",
    "chat_join_request", "chat_boost", "removed_chat_boost", "managed_bot", "subscription",
    "stopped_message_generation",
}  # fmt: skip


class Update:
    """One update as it waits."""

    __slots__ = ("chat", "data", "expires", "handed", "id", "kind")

    def __init__(self, id: int, kind: str, chat: int | None, data: bytes, expires: float) -> None:
        self.id = id
        self.kind = kind
        self.chat = chat
        self.data = data
        self.expires = expires
        self.handed = False


class UpdateQueue:
    """What waits for one bot. Polls and webhook deliveries take from it; only what is confirmed leaves it."""

    def __init__(self, now: Callable[[], float], faults: Faults) -> None:
        self._now = now
        self._faults = faults
        self._next_id = int((now() - EPOCH) * IDS_PER_SECOND)
        self._waiting: deque[Update] = deque()
        self._echoes: list[Update] = []  # handed out once more, though confirmed: the fault `duplicate_update`
        self._poller: asyncio.Future[bool] | None = None
        self._soonest = float("inf")
        self.allowed: frozenset[str] | None = None
        self.arrived = asyncio.Event()
        self.on_confirmed: Callable[[int], None] = lambda number: None  # told the id of each update the bot has

    def put(self, kind: str, body: dict[str, Any], chat: int | None) -> int | None:
        """Queue an update and wake the poller; its id, or None when the bot did not ask for this kind."""
        if kind in OFF_BY_DEFAULT if self.allowed is None else kind not in self.allowed:
            return None
        number = self._next_id
        self._next_id += 1
        expires = self._now() + (TAP_KEPT_SECONDS if kind == "callback_query" else KEPT_SECONDS)
        update = Update(number, kind, chat, encode({"update_id": number, kind: body}), expires)
        self._waiting.append(update)
        if expires < self._soonest:
            self._soonest = expires
        if self._faults.set and self._faults.for_delivery("duplicate_update", chat):
            self._echoes.append(update)
        self.arrived.set()
        if self._poller is not None and not self._poller.done():
            self._poller.set_result(True)
        return number

    def allow(self, kinds: list[str] | None) -> None:
        """Remember allowed_updates; an empty list means the default, unknown names are ignored as Telegram does."""
        if kinds is not None:
            known = frozenset(kinds) & KINDS
            self.allowed = known or None

    async def poll(self, offset: int, limit: int, timeout: int) -> bytes:
        """The updates from `offset` on as a JSON array; waits up to `timeout` seconds for the first.

        Raises the 409 in the poll that was there before, as Telegram does.
        """
        if self._poller is not None and not self._poller.done():
            self._poller.set_result(False)
        self._poller = None
        self._confirm(offset)
        batch = self._take(limit)
        if not batch and timeout > 0:
            poller = self._poller = asyncio.get_running_loop().create_future()
            await asyncio.wait((poller,), timeout=timeout)
            if poller.done() and not poller.result():
                raise conflict(
                    "terminated by other getUpdates request; make sure that only one bot instance is running"
                )
            if self._poller is poller:
                self._poller = None
            batch = self._take(limit)
        return b"[" + b",".join([update.data for update in batch]) + b"]"

    def stop_poll(self) -> None:
        """End a waiting poll with the 409, because a webhook was set."""
        if self._poller is not None and not self._poller.done():
            self._poller.set_result(False)

    def wake(self) -> None:
        """End a waiting poll at once with what there is: an outage began or the server stops."""
        if self._poller is not None and not self._poller.done():
            self._poller.set_result(True)
        self.arrived.set()

    def waiting(self) -> list[Update]:
        """What waits and has not grown too old, in order."""
        self._expire()
        return list(self._waiting)

    def since(self, number: int) -> list[Update]:
        """What waits and came after the update with this number, in order."""
        self._expire()
        found = []
        for update in reversed(self._waiting):
            if update.id <= number:
                break
            found.append(update)
        found.reverse()
        return found

    def confirm_one(self, update: Update) -> None:
        """Take one delivered update out (webhooks confirm one by one)."""
        if self._waiting and self._waiting[0] is update:
            self._waiting.popleft()
        else:
            try:
                self._waiting.remove(update)
            except ValueError:
                return  # grew too old or was dropped meanwhile
        if update.expires > self._now():  # else nobody took it in time
            self.on_confirmed(update.id)

    def drop(self) -> None:
        """Forget everything that waits."""
        self._waiting.clear()
        self._echoes.clear()
        self._soonest = float("inf")

    def counts(self) -> dict[str, int]:
        """How many wait, and how many of them were handed out but not confirmed."""
        self._expire()
        return {"updates": len(self._waiting), "unconfirmed": sum(1 for u in self._waiting if u.handed)}

    def echo(self) -> Update | None:
        """One update that must be delivered once more, if any (webhooks ask)."""
        return self._echoes.pop(0) if self._echoes else None

    def _confirm(self, offset: int) -> None:
        waiting = self._waiting
        if offset > 0:
            while waiting and waiting[0].id < offset:
                self.on_confirmed(waiting.popleft().id)
        elif offset < 0:
            while len(waiting) > -offset:
                self.on_confirmed(waiting.popleft().id)

    def _take(self, limit: int) -> list[Update]:
        self._expire()
        batch: list[Update] = []
        if self._echoes:
            # Only what was handed out before is a duplicate; the rest waits for its first time.
            again = [u for u in self._echoes if u.handed][:limit]
            if again:
                batch.extend(again)
                self._echoes = [u for u in self._echoes if u not in again]
        for update in self._waiting:
            if len(batch) >= limit:
                break
            if update not in batch:
                update.handed = True
                batch.append(update)
        if len(batch) > 1 and self._faults.set and self._faults.for_delivery("reorder_updates"):
            self._faults.rng.shuffle(batch)
        return batch

    def _expire(self) -> None:
        now = self._now()
        if now < self._soonest:
            return
        self._waiting = deque(u for u in self._waiting if u.expires > now)
        self._soonest = min((u.expires for u in self._waiting), default=float("inf"))
