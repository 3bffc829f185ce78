"""The whole ledger as of one instant, page by page, for an export; the bot goes on meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from domain.ledger import Account, Transfer
from storage import books
from storage.books import LEAST, Entry, Point, account_name, cause_name
from storage.database import Tx

STEP: Final = 10_000
"""Submissions or payouts a page: under 0.1 s."""


@dataclass(slots=True)
class Journal:
    """An export under way. `balances` are those of the instant, in micro-units, by account number."""

    point: Point
    balances: dict[int, int]
    parts: list[str] = field(default_factory=lambda: list(books.NOUNS))
    after: int = LEAST

    @property
    def done(self) -> bool:
        """Whether every transfer has been read."""
        return not self.parts

    def accounts(self) -> list[tuple[Account, int]]:
        """Every account with its balance, in the order of their numbers."""
        return [(Account(account_name(number)), self.balances[number]) for number in sorted(self.balances)]


def begin(tx: Tx) -> tuple[Journal, list[Transfer]]:
    """Fix the instant; the transfers of funds and batches, in the ledger's order."""
    journal = Journal(books.fix(tx), books.balances(tx))
    return journal, list(map(_transfer, books.whole(tx)))


def step(tx: Tx, journal: Journal, *, limit: int = STEP) -> list[Transfer]:
    """The next page of transfers; `journal.done` after the last. Each call is one read."""
    noun, after = journal.parts[0], journal.after
    last = journal.point.last[noun]
    upto = books.page_end(tx, noun, after=after, last=last, limit=limit)
    found = books.entries(tx, noun, after=after, upto=upto)
    found = books.fixed(found, journal.point, noun, after=after, upto=upto)
    journal.after = upto
    if upto == last:
        journal.parts.pop(0)
        journal.after = LEAST
    return list(map(_transfer, found))


def _transfer(entry: Entry) -> Transfer:
    kind, subject, number, part, debit, credit, amount, currency, at = entry
    source, target = Account(account_name(debit)), Account(account_name(credit))
    return Transfer(cause_name(kind, subject, number, part), at, source, target, amount, currency)
