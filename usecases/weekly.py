"""Once a week: every worker whose money or work moved reads their week, with how right they were and what to learn
from; every reviewer the mirror of theirs."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median_low
from typing import Final

from domain import ledger
from domain.periods import day_begins, last_week
from domain.rules import SECOND, Rules
from storage import earnings, job_runs, people, weeks, worker_days
from storage.database import Tx
from storage.job_runs import JobRun
from storage.ledger import balance
from storage.worker_days import Done
from usecases import mirrors
from usecases.mirrors import Example, Known, Rated
from usecases.notify import inform

NAME: Final = "statements"
STEP: Final = 200
LOOKED_AT: Final = 2_000
"""So many of a reviewer's newest decisions of the week make their median."""


@dataclass(frozen=True, slots=True)
class Week:
    """What a worker reads, from the first to the last day; amounts in micro-units, the last two as of now.

    `paid` arrived in the week, the last of it at `paid_at`; `topups` are those of the week's days. `known` and
    `examples` are their private mirror: how often they are right, and what they can learn from; `rated` what others
    make of their replies.
    """

    first: int
    last: int
    done: Done
    topups: int
    rejected: int
    paid: int
    paid_at: int | None
    available: int
    in_review: int
    known: tuple[Known, ...] = ()
    examples: tuple[Example, ...] = ()
    rated: Rated | None = None

    @property
    def empty(self) -> bool:
        """Nothing happened, whatever is still waiting."""
        done = self.done.submissions or self.done.active_micros
        return not (done or self.topups or self.rejected or self.paid)


@dataclass(frozen=True, slots=True)
class Mirror:
    """A reviewer's week: what they decided and how long its writers had waited, appeals against them and those lost."""

    first: int
    last: int
    decided: int
    median_micros: int | None
    rejected: int
    appeals: int
    lost: int


def run_due(tx: Tx, *, now: int) -> bool:
    """Send what is due, once a period whatever clock and restarts do, in bounded steps; True when there is more.

    Weeks missed while the process was down are not told one by one: the newest is, and /earnings has every month.
    """
    period = job_runs.unfinished(tx, NAME) or job_runs.begin(tx, NAME, last_week(tx.rules, now), now=now)
    if period is None:
        return False
    first, last = days_of(tx.rules, period.due_at)
    found, cursor = weeks.moved(
        tx,
        after=period.cursor,
        limit=STEP,
        first=first,
        last=last,
        since=_since(tx, period, first),
        until=period.due_at,
    )
    for person_id in found:
        person = people.by_id(tx, person_id)
        inform(tx, person, "week", now=now, dedupe=f"week:{period.period}:{person_id}", first=first, last=last)
    if cursor is not None:
        job_runs.step(tx, period, cursor=cursor)
        return True
    job_runs.close(tx, period, now=now)
    for person in people.staff(tx):
        seen = mirror(tx, person.id, first=first, last=last)
        if seen.decided or seen.appeals:
            inform(tx, person, "mirror", now=now, dedupe=f"mirror:{period.period}:{person.id}", first=first, last=last)
    return True


def days_of(rules: Rules, due_at: int) -> tuple[int, int]:
    """The seven finished days before it is due; in a trial with its short periods the last is the day itself."""
    last = rules.day(due_at) - (1 if rules.every_seconds is None else 0)
    return last - 6, last


def of(tx: Tx, worker_id: int, *, first: int, last: int) -> Week:
    """Return a worker's week and what waits for them now."""
    begins, ends = day_begins(tx.rules, first), day_begins(tx.rules, last + 1)
    paid, paid_at = weeks.paid(tx, worker_id, begins=begins, ends=ends)
    return Week(
        first=first,
        last=last,
        done=worker_days.between(tx, worker_id, first, last),
        topups=earnings.topups(tx, worker_id, first=first, last=last),
        rejected=weeks.rejected(tx, worker_id, begins=begins, ends=ends),
        paid=paid,
        paid_at=paid_at,
        available=balance(tx, ledger.available(worker_id)),
        in_review=balance(tx, ledger.in_review(worker_id)),
        known=mirrors.known(tx, worker_id, since=begins, until=ends),
        examples=mirrors.examples(tx, worker_id, since=begins, until=ends),
        rated=mirrors.rated(tx, worker_id, since=begins, until=ends),
    )


def mirror(tx: Tx, person_id: int, *, first: int, last: int) -> Mirror:
    """Return what a reviewer decided in these days, and what became of what they had rejected."""
    begins, ends = day_begins(tx.rules, first), day_begins(tx.rules, last + 1)
    waits = weeks.newest_waits(tx, person_id, begins=begins, ends=ends, limit=LOOKED_AT)
    appeals, lost = weeks.appeals(tx, person_id, begins=begins, ends=ends)
    return Mirror(
        first=first,
        last=last,
        decided=weeks.decided(tx, person_id, begins=begins, ends=ends),
        median_micros=median_low(waits) if waits else None,
        rejected=weeks.rejections(tx, person_id, begins=begins, ends=ends),
        appeals=appeals,
        lost=lost,
    )


def _since(tx: Tx, period: JobRun, first: int) -> int:
    """A trial tells who did something since the last time, not everybody every few minutes."""
    every = tx.rules.every_seconds
    return day_begins(tx.rules, first) if every is None else period.due_at - every * SECOND
