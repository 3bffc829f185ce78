"""The typed context of a handler: the database, who and when, one write, and the toast."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TypeVar

from domain.people import Person
from domain.refusals import Refusal
from domain.rules import Rules
from locales.words import Words
from storage.database import Database
from usecases import arrivals
from usecases.arrivals import Arrival

R = TypeVar("R")

Toast = Callable[[str, bool], Awaitable[None]]


class Refused(Exception):
    """The use case refused; the person has been answered and the handler has nothing more to do."""


class WrittenTwice(Exception):
    """A handler called `write` a second time: an update has exactly one transaction."""


@dataclass(slots=True)
class Context:
    """What a handler may use. `write` runs the update's one transaction; `toast` answers a tap after its commit."""

    db: Database
    arrival: Arrival
    rules: Rules
    answer_tap: Toast | None = None
    slot: str | None = None
    person: Person | None = None
    written: bool = False
    toasted: bool = False
    failure: Exception | None = None

    async def write(self, work: Callable[..., R], **values: object) -> R:
        """Run a use case as `work(tx, by=person, now=received_at, **values)`; it closes the update in the same commit.

        A refusal answers the person (a toast for a tap, a message otherwise) and raises Refused.
        """
        if self.written:
            raise WrittenTwice
        self.written = True
        handled = await self.db.write(arrivals.handle, self.arrival, self.slot, work, **values)
        self.person = handled.person
        if isinstance(handled.result, Refusal):
            if self.answer_tap is not None:
                await self._say(handled.result.text, handled.result.params)
            raise Refused
        return handled.result

    async def toast(self, text: str, /, *, alert: bool = False, **params: object) -> None:
        """Answer a tap with a short sentence (200 characters); amounts among the params are micro-units."""
        await self._say(text, params, alert=alert)

    async def _say(self, text: str, params: Mapping[str, object], *, alert: bool = False) -> None:
        if self.answer_tap is not None and not self.toasted:
            self.toasted = True
            await self.answer_tap(self._words().filled(text, params)[:200] if text else "", alert)

    def _words(self) -> Words:
        """The person's, as the transaction found them."""
        assert self.person is not None, "a toast in words comes after the write"
        return Words(self.person.language, self.rules, self.person.utc_offset)


current: ContextVar[Context] = ContextVar("current")
"""The context of the update in hand; set by the receiver around `process_update`."""
