"""A worker's statement of a month: asked for in a tap, read in pages, made by a job; every line is a transfer.

The sums are the ledger's: what a month begins with is what all transfers before it made, none is counted twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from domain.notices import Slot
from domain.people import Person
from domain.rules import Rules
from domain.statements import (
    NOTHING,
    Balances,
    MonthNotThere,
    Move,
    Plan,
    StatementUnderWay,
    month_of,
    month_of_day,
    plan,
    plus,
)
from storage import jobs, people, statements
from storage.database import Tx
from usecases.earnings import require_money
from usecases.notify import tell

STEP: Final = 500
JOB: Final = "statement"


@dataclass(frozen=True, slots=True)
class Months:
    """The months one can ask for: from the first with work to this one."""

    first: int
    current: int


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far the reading came: in which of the sources, behind which row."""

    source: int = 0
    after: int = 0

    @property
    def done(self) -> bool:
        """Every source is read."""
        return self.source == len(statements.SOURCES)


@dataclass(frozen=True, slots=True)
class Part:
    """One page: the sum of what was before the month, the moves in it, and where to go on."""

    before: Balances
    moves: tuple[Move, ...]
    cursor: Cursor


def choose(tx: Tx, *, by: Person, now: int) -> None:
    """**Statement**: ask for which month. Raises NoEarnings."""
    require_money(tx, by)
    tell(tx, by, "statement_months", now=now, slot=Slot.STATEMENT, at=now)


def choose_earlier(tx: Tx, *, by: Person, newest: int, now: int) -> None:
    """Show a year of months up to `newest`, in the same message. Raises NoEarnings, MonthNotThere."""
    require_money(tx, by)
    _require_there(tx, by, newest, now=now)
    tell(tx, by, "statement_months", now=now, slot=Slot.STATEMENT, at=now, newest=newest)


def ask(tx: Tx, *, by: Person, month: int, now: int) -> int:
    """Have the statement of a month made, as CSV and PDF; returns the month. One at a time for each person.

    Raises NoEarnings, MonthNotThere, StatementUnderWay.
    """
    require_money(tx, by)
    _require_there(tx, by, month, now=now)
    if jobs.of_person(tx, by.id, JOB):
        raise StatementUnderWay
    jobs.ask(tx, JOB, person_id=by.id, now=now, month=month, at=now)
    return month


def months(tx: Tx, worker_id: int, *, at: int) -> Months:
    """From the month of the first work to the one of the instant."""
    current = month_of(tx.rules, at)
    day, reported_at = statements.began(tx, worker_id)
    found = [current]
    found += [] if day is None else [month_of_day(day)]
    found += [] if reported_at is None else [month_of(tx.rules, reported_at)]
    return Months(min(found), current)


def _require_there(tx: Tx, by: Person, month: int, *, now: int) -> None:
    there = months(tx, by.id, at=now)
    if not there.first <= month <= there.current:
        raise MonthNotThere


def planned(rules: Rules, job: jobs.Job) -> Plan:
    """What a job's statement covers; the same after a restart."""
    return plan(rules, worker=job.person_id, month=int(job.params["month"]), at=int(job.params["at"]))


def holder(tx: Tx, worker_id: int) -> tuple[str, str]:
    """The worker's name, opened for themselves alone, and their language."""
    return people.name(tx, worker_id), people.by_id(tx, worker_id).language


def part(tx: Tx, plan: Plan, cursor: Cursor, *, limit: int = STEP) -> Part:
    """Read the next page of a statement, at most `limit` rows with a few transfers each."""
    page = statements.SOURCES[cursor.source](tx, plan.worker, after=cursor.after, limit=limit)
    before = plus(NOTHING, (move for move in page.moves if move.at < plan.begins))
    moves = tuple(move for move in page.moves if plan.begins <= move.at < plan.until)
    following = Cursor(cursor.source + 1) if page.last is None else Cursor(cursor.source, page.last)
    return Part(before, moves, following)


def finish(tx: Tx, *, job: int, name: str, before: list[int], after: list[int], lines: int, now: int) -> None:
    """End the job, once, and send the two documents."""
    asked = jobs.open_by_id(tx, job)
    if asked is None:
        return
    jobs.close(tx, job, now=now)
    month = int(asked.params["month"])
    for ending in ("pdf", "csv"):
        tell(
            tx,
            asked.person_id,
            f"statement_{ending}",
            now=now,
            job=job,
            name=name,
            month=month,
            before=list(before),
            after=list(after),
            lines=lines,
        )
