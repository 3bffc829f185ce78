"""Synthetic people inside the server's process: each acts again as soon as the bot has answered.

They read the server's events and act on its state directly, so the load costs next to nothing. A step of a person who
taps ends when both of its calls have come: the tap is answered and a card with buttons is shown (edited, or sent anew).
A step of a person who talks ends with the bot's message.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from random import Random
from time import perf_counter
from typing import Any

from emulator.chats import Person, Stored
from emulator.errors import ControlError
from emulator.events import Event
from emulator.people import FIRST_ID
from emulator.server import Emulator


def ids(count: int) -> range:
    """The Telegram ids of a crowd."""
    return range(FIRST_ID, FIRST_ID + count)


@dataclass(slots=True)
class Member:
    """One person, and where they are in their step."""

    person: Person
    card: int | None = None
    tap: str | None = None
    began: float | None = None
    answered: bool = False
    shown: bool = False


class Crowd:
    """`count` people in front of the server's one bot. `steps` has (when it ended, seconds it took) of each step."""

    def __init__(self, server: Emulator, *, count: int, taps: bool, seed: int) -> None:
        self._server = server
        self._bot = server.world.bot_called(None)
        self._taps = taps
        self._going = False
        self._complete = asyncio.Event()
        self._moved = asyncio.Event()
        self.begun = 0
        self.strange = 0
        self.steps: list[tuple[float, float]] = []
        people = [server.people.add(f"Worker {number}", language_code="en", id=number) for number in ids(count)]
        Random(seed).shuffle(people)
        self._members = {person.id: Member(person) for person in people}
        self._watch()

    async def gather(self, opening: str) -> None:
        """Everybody says `opening`; returns when each has their first card."""
        for member in self._members.values():
            self._server.people.say(self._bot, member.person, opening)
        await self._complete.wait()

    def go(self) -> None:
        """Everybody begins."""
        self._going = True
        for member in self._members.values():
            self._act(member)

    async def rest(self, seconds: float = 10.0) -> int:
        """Nobody begins anything new; returns how many steps are still not ended after at most so long."""
        self._going = False
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self.begun > len(self.steps):
                    self._moved.clear()
                    await self._moved.wait()
        return self.begun - len(self.steps)

    def _watch(self) -> None:
        def noted(event: Event) -> None:
            member = self._members.get(event.person or 0)
            if member is not None and event.bot == self._bot.id:
                self._happened(member, event.kind, event.stored, event.extra)

        self._server.world.events.on_event = noted

    def _happened(self, member: Member, kind: str, stored: Stored | None, extra: dict[str, Any] | None) -> None:
        if kind == "answer" and extra is not None and extra["callback_query_id"] == member.tap:
            member.answered = True
        elif kind in ("edited", "message") and stored is not None and stored.from_bot:
            if self._taps and not stored.body.get("reply_markup", {}).get("inline_keyboard"):
                return
            member.card = stored.body["message_id"]
            member.shown = True
        else:
            return
        if member.shown and (member.answered or not self._taps or member.began is None):
            self._ended(member)

    def _ended(self, member: Member) -> None:
        now = perf_counter()
        if member.began is not None:
            self.steps.append((now, now - member.began))
            member.began = None
            self._moved.set()
            if self._going:
                asyncio.get_running_loop().call_soon(self._act, member)
        elif not self._complete.is_set():
            if all(other.card is not None for other in self._members.values()):
                self._complete.set()
        else:
            self.strange += 1

    def _act(self, member: Member) -> None:
        if not self._going or member.began is not None:
            return
        member.answered = member.shown = False
        member.began = perf_counter()
        self.begun += 1
        if self._taps:
            assert member.card is not None
            try:
                member.tap = self._server.people.tap(self._bot, member.person, member.card, place=(0, 0)).id
            except ControlError:  # the card has no first button: nothing left to do
                self.strange += 1
        else:
            self._server.people.say(self._bot, member.person, f"This is message {self.begun}.")
