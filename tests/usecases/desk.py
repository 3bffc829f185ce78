"""A desk to work at without an event loop: the real schema, the real use cases, one connection, time by hand."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any, TypeVar

from domain.people import Person
from domain.rules import SECOND, Rules
from storage import assignments, people, sessions
from storage.cipher import Cipher
from storage.database import Tx
from tests.builders import NOON
from tests.databases import migrated
from usecases import typed

R = TypeVar("R")


class Desk:
    """`do` runs a use case as one transaction, as arrivals.handle does: what is refused leaves no trace."""

    def __init__(self, rules: Rules | None = None) -> None:
        self.connection = sqlite3.connect(":memory:", isolation_level=None)
        self.connection.row_factory = sqlite3.Row
        self.connection.execute("pragma foreign_keys = on")
        self.connection.deserialize(migrated())
        self.rules = rules or Rules(bot_username="tallyhand_bot")
        self.tx = Tx(self.connection, Cipher(b"test"), self.rules)
        self.now = NOON
        self.messages = 1_000
        self.connection.execute("begin")

    def make(self, function: Callable[..., R], *args: Any, **values: Any) -> R:
        """Run a builder."""
        with self.tx.savepoint():
            return function(self.tx, *args, **values)

    def do(self, function: Callable[..., R], by: Person, /, *, wait: float = 5, **values: Any) -> R:
        """After `wait` seconds the person does it; their card has been on the screen for a second at least."""
        self.pass_time(wait)
        self.show(by)
        with self.tx.savepoint():
            return function(self.tx, by=people.by_id(self.tx, by.id), now=self.now, **values)

    def pass_time(self, seconds: float) -> None:
        """Let time go by."""
        self.now += int(seconds * SECOND)

    def show(self, by: Person, *, ago: float = 1) -> None:
        """The sender has put the person's card on the screen."""
        card = self.card(by)
        if card is not None:
            assignments.shown(self.tx, card, now=self.now - int(ago * SECOND))

    def card(self, by: Person) -> int | None:
        """The assignment on the person's screen."""
        return sessions.of(self.tx, by.id).assignment_id

    def undo_id(self, by: Person) -> int | None:
        """The submission the person's Undo is for."""
        return sessions.of(self.tx, by.id).undo_submission_id

    def task(self, by: Person) -> int:
        """The task of the card on the person's screen."""
        return int(self.tx.value("select task_id from assignments where id = :id", id=self.card(by)))

    def say(self, by: Person, text: str, *, wait: float = 5) -> int:
        """The person sends a message; returns its id."""
        self.messages += 1
        self.do(typed.text, by, wait=wait, text=text, message_id=self.messages)
        return self.messages

    def queued(self, by: Person, key: str | None = None) -> list[str]:
        """The keys of what waits to be sent to the person, oldest first."""
        rows = self.tx.all("select key from outbox where person_id = :id and state = 'waiting' order by id", id=by.id)
        return [row["key"] for row in rows if key in (None, row["key"])]

    def sent(self, by: Person) -> None:
        """Everything queued for the person has gone out."""
        self.tx.run("delete from outbox where person_id = :id and state = 'waiting'", id=by.id)

    def value(self, sql: str, **values: object) -> Any:
        """The first column of the first row."""
        return self.tx.value(sql, **values)
