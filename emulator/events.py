"""What happened in the chats, in order: the stream that the page follows and the transcripts that tests read."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emulator.chats import Stored

KEPT = 50_000


class Event:
    """One thing that happened. `stored` lives on and shows the message as it is now; `body` is as it was then."""

    __slots__ = ("at", "body", "bot", "extra", "kind", "n", "person", "stored")

    def __init__(
        self,
        n: int,
        at: float,
        person: int | None,
        bot: int,
        kind: str,
        stored: Stored | None,
        extra: dict[str, Any] | None,
    ) -> None:
        self.n = n
        self.at = at
        self.person = person
        self.bot = bot
        self.kind = kind
        self.stored = stored
        self.body = stored.body if stored is not None else None
        self.extra = extra

    def live(self) -> dict[str, Any]:
        """As the page gets it."""
        view: dict[str, Any] = {"n": self.n, "at": self.at, "person": self.person, "bot": self.bot, "kind": self.kind}
        if self.stored is not None:
            view["message_id"] = self.stored.body["message_id"]
            view["message"] = self.stored.view()
        if self.extra:
            view.update(self.extra)
            view.pop("old", None)
        return view

    def told(self) -> dict[str, Any]:
        """As a transcript has it: the message as it was at that moment."""
        view: dict[str, Any] = {"n": self.n, "at": self.at, "kind": self.kind}
        if self.stored is not None and self.body is not None:
            view["message_id"] = self.body["message_id"]
            view["from_bot"] = self.stored.from_bot
            view["silent"] = self.stored.silent
            view["message"] = self.body
        if self.extra:
            view.update(self.extra)
        return view


class Events:
    """The last `KEPT` events, and those who wait for more."""

    def __init__(self, kept: int = KEPT) -> None:
        self.n = 0
        self._kept: deque[Event] = deque(maxlen=kept)
        self._waiters: set[asyncio.Future[None]] = set()
        self.on_event: Callable[[Event], None] = lambda event: None
        """Told of each event as it happens, in the same moment: for people who live in the server's process."""

    def add(
        self,
        at: float,
        person: int | None,
        bot: int,
        kind: str,
        stored: Stored | None = None,
        extra: dict[str, Any] | None = None,
    ) -> Event:
        """Note an event and wake whoever waits."""
        self.n += 1
        event = Event(self.n, at, person, bot, kind, stored, extra)
        self._kept.append(event)
        if self._waiters:
            self.wake()
        self.on_event(event)
        return event

    def wake(self) -> None:
        """Let everybody who waits look again."""
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)
        self._waiters.clear()

    def after(self, n: int) -> list[Event]:
        """Events after number `n` that are still kept, oldest first."""
        if not self._kept or n >= self.n:
            return []
        return list(islice(self._kept, max(0, n + 1 - self._kept[0].n), None))

    async def wait(self, timeout: float) -> None:
        """Return at the next event, or after `timeout` seconds."""
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.add(waiter)
        try:
            await asyncio.wait_for(waiter, timeout)
        except TimeoutError:
            pass
        finally:
            self._waiters.discard(waiter)
