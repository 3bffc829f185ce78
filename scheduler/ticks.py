"""The one table of what the clock starts. Each use case takes one bounded step and says whether there is more.

APScheduler only ticks: what is due is a question to the rows, so nothing is lost while the process is down.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from domain.rules import Rules
from storage.database import Tx
from usecases import (
    appeals,
    fairness,
    gold_judging,
    housekeeping,
    leases,
    lookalikes,
    method_requests,
    payout_alerts,
    payouts,
    pilots,
    presence,
    refits,
    rejections,
    reviews,
    summaries,
    topups,
    waves,
    weekly,
)


class Work(Protocol):
    """A tick's use case: one transaction; True when it should be called again at once."""

    def __call__(self, tx: Tx, *, now: int) -> bool: ...


@dataclass(frozen=True, slots=True)
class Tick:
    """`name` is what `python -m bot tick NAME` takes; `seconds` says how often it asks what is due."""

    name: str
    seconds: Callable[[Rules], int]
    work: Work


def _often(rules: Rules) -> int:
    return rules.tick_seconds


def _promptly(_: Rules) -> int:
    """A question is about seconds."""
    return 5


def _seldom(rules: Rules) -> int:
    """Once an hour, in a trial like everything else."""
    return 3600 if rules.every_seconds is None else rules.tick_seconds


def _hourly(rules: Rules) -> int:
    return 3600


TICKS: tuple[Tick, ...] = (
    Tick("still_there", _promptly, presence.ask),
    Tick("leases", _often, leases.expire),
    Tick("gold", _often, gold_judging.run_due),
    Tick("reviews", _often, reviews.accept_due),
    Tick("appeals", _often, appeals.decide_due),
    Tick("sent_back", _often, reviews.expire_sent_back),
    Tick("offers", _often, waves.begin_due),
    Tick("pilots", _often, pilots.run_due),
    Tick("payout_methods", _often, method_requests.run_due),
    Tick("topups", _often, topups.run_due),
    Tick("payouts", _often, payouts.run_due),
    Tick("payout_alerts", _often, payout_alerts.run_due),
    Tick("refits", _often, refits.run_due),
    Tick("lookalikes", _often, lookalikes.run_due),
    Tick("summary", _often, summaries.run_due),
    Tick("statements", _often, weekly.run_due),
    Tick("fairness", _often, fairness.run_due),
    Tick("rejections", _seldom, rejections.tell_again),
    Tick("housekeeping", _hourly, housekeeping.tidy),
)
"""Reviews come before payouts: at a start, what silence has paid is in the run that is caught up after it. So do payout
methods: a change whose time has come is where that run pays to."""
