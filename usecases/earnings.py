"""What a worker has: available, in review, paid, and what comes next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from domain import ledger
from domain.notices import Slot
from domain.pay import per_hour
from domain.payouts import minimum, payable
from domain.people import Person
from domain.periods import next_payout
from domain.refusals import Refusal
from domain.words import N_
from storage import consents, earnings, people, rejections, worker_days
from storage.database import Tx
from storage.ledger import balance
from storage.worker_days import Done
from usecases import payout_methods
from usecases.notify import tell

DAYS: Final = 30


class NoEarnings(Refusal):
    """Somebody who neither works here nor has money here."""

    text = N_("Earnings are for people who do tasks here. /start shows how to begin.")


@dataclass(frozen=True, slots=True)
class Earned:
    """One day of the picture, in micro-units: accepted by now, and still in review."""

    day: int
    accepted: int
    in_review: int


@dataclass(frozen=True, slots=True)
class Earnings:
    """Everything /earnings says, in micro-units, instants and days since the epoch.

    `silent_until` is when silence has paid the last of what is in review; `payout` is what the next run would pay of
    what is available now (0 below the minimum), `payout_expected` of what will be available by its cut-off. What was
    earned is with top-ups; `topups` is all there ever were, `hourly` over all active time.
    Without a payout method that is paid here, nothing is paid: then `method_wanted`. `held` is the price of rejected
    work that can be appealed, or is. Who is suspended or has left is shown no way to work (`may_work`).
    """

    at: int
    available: int
    in_review: int
    silent_until: int | None
    in_transit: int
    paid: int
    today: Done
    week: Done
    ever: Done
    topups: int
    hourly: int | None
    payout_at: int
    payout: int
    payout_expected: int
    minimum: int
    days: tuple[Earned, ...]
    held: int = 0
    method_wanted: bool = False
    may_work: bool = True

    @property
    def empty(self) -> bool:
        """Nothing was ever earned, and nothing is on its way."""
        money = (self.available, self.in_review, self.held, self.in_transit, self.paid)
        return not (self.ever.submissions or any(money))


def show(tx: Tx, *, by: Person, now: int) -> None:
    """Show a worker their money; who stopped working still sees it. Raises NoEarnings."""
    require_money(tx, by)
    tell(tx, by, "earnings", now=now, slot=Slot.EARNINGS, at=now)


def require_money(tx: Tx, by: Person) -> None:
    """Raise NoEarnings for who neither works here nor ever had money here."""
    accounts = (ledger.available, ledger.in_review, ledger.in_transit, ledger.paid)
    if not by.is_worker and not any(balance(tx, account(by.id)) for account in accounts):
        raise NoEarnings


def of(tx: Tx, worker_id: int, *, at: int) -> Earnings:
    """Return a worker's money as it is now; days, week and the next payout are those of the instant `at`."""
    rules = tx.rules
    today = rules.day(at)
    available, in_review = balance(tx, ledger.available(worker_id)), balance(tx, ledger.in_review(worker_id))
    cutoff = next_payout(rules, at).due_at
    method = payout_methods.standing(tx, worker_id, at=at)
    rail = method.rail(rules)
    left = consents.of(tx, worker_id) is None
    expected = available + earnings.silent_by(tx, worker_id, at=cutoff)
    ever = _earned(tx, worker_id, 0, today + 1)
    return Earnings(
        at=at,
        available=available,
        in_review=in_review,
        silent_until=earnings.last_review(tx, worker_id),
        in_transit=balance(tx, ledger.in_transit(worker_id)),
        paid=balance(tx, ledger.paid(worker_id)),
        today=_earned(tx, worker_id, today, today),
        week=_earned(tx, worker_id, today - rules.local(at).weekday(), today),
        ever=ever,
        topups=earnings.topups(tx, worker_id, first=0, last=today + 1),
        hourly=per_hour(ever.earned, ever.active_micros),
        payout_at=cutoff,
        payout=payable(available, rules, rail, left=left),
        payout_expected=payable(expected, rules, rail, left=left),
        minimum=minimum(rules, rail),
        held=rejections.held(tx, worker_id),
        days=_days(tx, worker_id, today),
        method_wanted=payout_methods.wanted(tx, worker_id),
        may_work=not left and people.by_id(tx, worker_id).suspended_at is None,
    )


def _earned(tx: Tx, worker_id: int, first: int, last: int) -> Done:
    """What stands of these days' work, and what lifted them to the floor."""
    done = worker_days.between(tx, worker_id, first, last)
    return replace(done, earned=done.earned + earnings.topups(tx, worker_id, first=first, last=last))


def _days(tx: Tx, worker_id: int, today: int) -> tuple[Earned, ...]:
    first = today - DAYS + 1
    done = worker_days.days(tx, worker_id, first, today)
    waiting: dict[int, int] = {}
    for at, amount in earnings.in_review_by_time(tx, worker_id):
        day = tx.rules.day(at)
        waiting[day] = waiting.get(day, 0) + amount
    lifted = earnings.topups_by_day(tx, worker_id, first=first, last=today)
    nothing = Done(0, 0, 0)
    found = []
    for day in range(first, today + 1):
        earned = done.get(day, nothing).earned
        in_review = min(earned, waiting.get(day, 0))  # work handed in anew is earned on the day it was first handed in
        found.append(Earned(day, earned - in_review + lifted.get(day, 0), in_review))
    return tuple(found)
