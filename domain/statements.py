"""A worker's statement: each transfer that touched their money in a month, where it moved, and what was there before.

A month is a number, year × 12 + month - 1, of the installation's calendar. Amounts are micro-units.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, NamedTuple

from domain.books import FLOWS
from domain.periods import day_begins
from domain.refusals import Refusal
from domain.rules import EPOCH, Rules
from domain.words import N_

ACCOUNTS: Final = ("review", "available", "transit", "paid", "held")
"""Where a worker's money is. `held` is the house's account; the part of it that is this worker's rejected work."""
ORDER: Final = (
    ("submission", "credited"),
    ("submission", "undone"),
    ("submission", "sent_back"),
    ("submission", "rejected"),
    ("submission", "forfeited"),
    ("submission", "upheld"),
    ("submission", "accepted"),
    ("report", "credited"),
    ("topup", "credited"),
    ("payout", "reserved"),
    ("payout", "paid"),
    ("payout", "failed"),
    ("payout", "returned"),
    ("worker", "rounded"),
)
"""Every event that moves a worker's money. At one instant they stand in this order: what comes in before what goes, and
a payout before its return, since one file of a bank can tell of both."""

Balances = tuple[int, ...]
"""One amount for each of ACCOUNTS, in their order."""
NOTHING: Final[Balances] = (0,) * len(ACCOUNTS)


class MonthNotThere(Refusal):
    """A month before the first work or after this one; the numbers come in button data, which anybody can alter."""

    text = N_("There is no statement for that month. /earnings shows what you have now.")


class StatementUnderWay(Refusal):
    """One at a time: a second tap on the same or another month."""

    text = N_("Your statement is being made and comes in a moment. After it you can ask for another month.")


class Move(NamedTuple):
    """One transfer of a worker's money. `event` is a place in ORDER; `title` and `task` say what it was for.

    `tap` is 1 for one-tap work, of which many lines are alike.
    """

    at: int
    event: int
    subject: int
    number: int
    part: int
    amount: int
    batch: int
    title: str
    task: str
    tap: int

    @property
    def cause(self) -> str:
        """The id of the transfer, as in the ledger."""
        noun, event = ORDER[self.event]
        numbers = [self.number, self.part] if self.part else [self.number] if self.number else []
        return ":".join(map(str, (noun, self.subject, event, *numbers)))


@dataclass(frozen=True, slots=True)
class Plan:
    """What a statement covers: the transfers of a worker from `begins` until before `ends`, as known at `at`."""

    worker: int
    month: int
    begins: int
    ends: int
    at: int

    @property
    def until(self) -> int:
        """Where it stops: the month's end, or for one that is not over, when it was asked for."""
        return min(self.ends, self.at + 1)


def changes(event: int, amount: int) -> Balances:
    """What an event does to each of ACCOUNTS."""
    source, target = FLOWS[ORDER[event]]
    return tuple((amount if name == target else 0) - (amount if name == source else 0) for name in ACCOUNTS)


def plus(balances: Balances, moves: Iterable[Move]) -> Balances:
    """The balances after these moves."""
    sums = list(balances)
    for move in moves:
        for place, change in enumerate(changes(move.event, move.amount)):
            sums[place] += change
    return tuple(sums)


def month_of(rules: Rules, at: int) -> int:
    """The month an instant falls in."""
    local = rules.local(at)
    return local.year * 12 + local.month - 1


def month_of_day(day: int) -> int:
    """The month of a calendar day (days since 1970-01-01)."""
    found = EPOCH.date() + timedelta(days=day)
    return found.year * 12 + found.month - 1


def first_day(month: int) -> int:
    """The first calendar day of a month."""
    return date(month // 12, month % 12 + 1, 1).toordinal() - EPOCH.date().toordinal()


def plan(rules: Rules, *, worker: int, month: int, at: int) -> Plan:
    """What a worker's statement of a month covers when it is asked for at an instant."""
    begins, ends = (day_begins(rules, first_day(one)) for one in (month, month + 1))
    return Plan(worker, month, begins, ends, at)


class Group(NamedTuple):
    """Moves that read as one line: one-tap work of a batch on a day, decided the same way, at the same price."""

    day: int
    first: Move
    last: Move
    many: int

    @property
    def amount(self) -> int:
        """The sum of the group in micro-units."""
        return self.first.amount * self.many


def grouped(moves: Sequence[Move], day_of: Iterable[int]) -> list[Group]:
    """Lines for people: what was tapped is summed up by day, event, batch and price, all else stands alone.

    `moves` in order of time, `day_of` the calendar day of each. A group stands where its first move stood.
    """
    found: dict[tuple[int, ...], Group] = {}
    for place, (move, day) in enumerate(zip(moves, day_of, strict=True)):
        key = (day, move.event, move.batch, move.amount) if move.tap else (-1, place)
        known = found.get(key)
        found[key] = Group(day, move, move, 1) if known is None else known._replace(last=move, many=known.many + 1)
    return list(found.values())
