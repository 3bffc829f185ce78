"""People around a broadcast, inside the server's process: some tap, some ask, and many only receive.

Those who tap think for half a second to one and a half between a card and their tap, so that no limit of Telegram's for
one chat is met; those who ask send a command every two to four seconds, and its answer is a new message.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from dataclasses import dataclass
from random import Random
from time import perf_counter

from emulator.chats import Person, Stored
from emulator.events import Event
from emulator.people import FIRST_ID
from emulator.server import Emulator

TAP_EVERY = (0.5, 1.5)
ASK_EVERY = (2.0, 4.0)


@dataclass(slots=True)
class Member:
    """Somebody who waits for an answer now and then: `began` is since when, `card` the message with their buttons."""

    person: Person
    taps: bool
    card: int | None = None
    began: float | None = None


class Audience:
    """`waits` has (when it began, seconds until the card or answer came) by "tap" and "ask".

    `received` counts the bot's messages by receiver; `arrivals` has when each came.
    """

    def __init__(self, server: Emulator, *, tappers: int, askers: int, receivers: int, seed: int) -> None:
        self._server = server
        self._bot = server.world.bot_called(None)
        self._chance = Random(seed)
        self._done = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self.waits: dict[str, list[tuple[float, float]]] = {"tap": [], "ask": []}
        self.received: Counter[int] = Counter()
        self.arrivals: list[float] = []
        ids = range(FIRST_ID, FIRST_ID + tappers + askers + receivers)
        self.workers, self.first = ids[:tappers], FIRST_ID + tappers + askers
        self.receivers = ids[tappers + askers :]
        people = [server.people.add(f"Person {number}", language_code="en", id=number) for number in ids]
        for person in people:
            server.people.begin(self._bot, person)
        self._members = {
            one.id: Member(one, taps=place < tappers) for place, one in enumerate(people[: tappers + askers])
        }
        self._watch()

    async def gather(self, opening: str) -> None:
        """Who taps says `opening`; returns when each has a card."""
        for member in self._tappers():
            self._server.people.say(self._bot, member.person, opening)
        while any(member.card is None for member in self._tappers()):
            await self._moved()

    def go(self) -> None:
        """Begin to tap and to ask."""
        self._tasks = [asyncio.create_task(self._live(member)) for member in self._members.values()]

    async def rest(self) -> None:
        """Stop; who still waits counts with what they have waited so far."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for member in self._members.values():
            self._came(member)

    async def reached(self, count: int, *, seconds: float) -> bool:
        """Wait until so many receivers have something; False when it takes longer."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while len(self.received) < count:
                    await self._moved()
                return True
        return False

    def waited(self, kind: str, since: float, until: float) -> list[float]:
        """How long those waited who began in this time, in seconds; who waits still, until now."""
        ended = [wait for began, wait in self.waits[kind] if since <= began < until]
        members = [one for one in self._members.values() if one.taps == (kind == "tap") and one.began is not None]
        return ended + [perf_counter() - one.began for one in members if one.began and since <= one.began < until]

    def say(self, person: int, text: str) -> None:
        """Let somebody say something."""
        self._server.people.say(self._bot, self._server.world.person(person), text)

    async def tap_button(self, person: int, text: str, *, seconds: float = 20.0) -> None:
        """Tap the newest button whose text begins so, once the person sees one."""
        who = self._server.world.person(person)
        async with asyncio.timeout(seconds):
            while (found := self._button(who, text)) is None:
                await self._moved()
        self._server.people.tap(self._bot, who, found[0], data=found[1])

    def _button(self, who: Person, text: str) -> tuple[int, str] | None:
        for stored in reversed(list(self._server.world.chat_of(self._bot, who).messages.values())):
            for row in stored.body.get("reply_markup", {}).get("inline_keyboard", []):
                for button in row:
                    if button["text"].startswith(text):
                        return stored.body["message_id"], button["callback_data"]
        return None

    def _tappers(self) -> list[Member]:
        return [member for member in self._members.values() if member.taps]

    async def _live(self, member: Member) -> None:
        while True:
            await asyncio.sleep(self._chance.uniform(*(TAP_EVERY if member.taps else ASK_EVERY)))
            if member.taps and member.card is not None:
                member.began = perf_counter()
                self._server.people.tap(self._bot, member.person, member.card, place=(0, 0))
            elif not member.taps:
                member.began = perf_counter()
                self._server.people.say(self._bot, member.person, "/help")
            while member.began is not None:
                await self._moved()

    async def _moved(self) -> None:
        self._done.clear()
        await self._done.wait()

    def _watch(self) -> None:
        def noted(event: Event) -> None:
            by_bot = event.kind in ("edited", "message") and event.stored is not None and event.stored.from_bot
            if by_bot and event.stored is not None and event.person is not None:
                self._happened(event.person, event.kind, event.stored)
                self._done.set()

        self._server.world.events.on_event = noted

    def _happened(self, person: int, kind: str, stored: Stored) -> None:
        member = self._members.get(person)
        if member is None:
            if person in self.receivers and kind == "message":
                self.received[person] += 1
                self.arrivals.append(perf_counter())
        elif not member.taps:
            self._came(member)
        elif stored.body.get("reply_markup", {}).get("inline_keyboard"):
            member.card = stored.body["message_id"]
            self._came(member)

    def _came(self, member: Member) -> None:
        if member.began is not None:
            self.waits["tap" if member.taps else "ask"].append((member.began, perf_counter() - member.began))
            member.began = None
