"""What a meter shows of the rows: numbers alone, never whose they are."""

from __future__ import annotations

from dataclasses import dataclass

from domain import ledger as accounts
from domain.notices import Lane
from storage import backlog, ledger
from storage.backlog import Backlog
from storage.database import Tx


@dataclass(frozen=True, slots=True)
class Waits:
    """So many wait; `due` of them could go now, the longest of those for `age` microseconds (0 when none is due)."""

    waiting: int
    due: int
    age: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What waits to be handled, sent and done; messages by lane (all of them), jobs by kind (those that wait)."""

    updates: Waits
    messages: dict[Lane, Waits]
    jobs: dict[str, Waits]


@dataclass(frozen=True, slots=True)
class Books:
    """What must be zero, in micro-units of `currency`: the sum of all balances, and what reserves lack."""

    currency: str
    imbalance: int
    shortfall: int


def probe(tx: Tx) -> bool:
    """The smallest question to the database: whether whoever runs it answers."""
    return bool(tx.value("select 1"))


def read(tx: Tx, *, now: int) -> Reading:
    """Read what waits; it costs what waits (100,000 messages: about 40 ms), not what there ever was."""
    lanes = backlog.messages(tx, now=now)
    return Reading(
        updates=_waits(backlog.updates(tx), now),
        messages={lane: _waits(lanes.get(lane), now) for lane in Lane},
        jobs={kind: _waits(found, now) for kind, found in backlog.jobs(tx).items()},
    )


def check_books(tx: Tx) -> Books:
    """Sum all accounts, on one state of the database: 20 ms for 100,000 workers, so not at every scrape."""
    owed = backlog.owed(tx).items()
    lacks = sum(max(0, amount - ledger.balance(tx, accounts.reserve(batch))) for batch, amount in owed)
    return Books(tx.rules.currency, ledger.total(tx), lacks)


def _waits(found: Backlog | None, now: int) -> Waits:
    if found is None:
        return Waits(0, 0, 0)
    return Waits(found.waiting, found.due, 0 if found.oldest is None else max(0, now - found.oldest))
