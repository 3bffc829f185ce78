"""No payout is forgotten: who coordinates is told of what does not end within a day, workers of pay that is late."""

from __future__ import annotations

from typing import Final

from domain.payouts import ALERT_AFTER, LATE_AFTER, PayoutRun
from storage import payouts, people
from storage.database import Tx
from usecases.notify import inform

STEP: Final = 500
RUNS: Final = 50
"""So many runs that are not settled are looked at; there is one a week."""


def run_due(tx: Tx, *, now: int) -> bool:
    """Make one bounded step of what is due; True when there is more."""
    for run in payouts.unpaid(tx, limit=RUNS):
        if now >= run.cutoff + LATE_AFTER and _tell_workers(tx, run, now=now):
            return True
        since = _stuck_since(tx, run)
        if since is not None and now >= max(since, run.alerted_at or 0) + ALERT_AFTER:
            payouts.change_run(tx, run.id, alerted_at=now)
            for person in people.coordinators(tx):
                inform(tx, person, "payout_alert", now=now, run=run.id, since=since)
    return False


def _stuck_since(tx: Tx, run: PayoutRun) -> int | None:
    """Since when the run waits for somebody or something: for approval, or for its oldest payout to end."""
    if run.state != "approved":
        return run.confirmed_at or run.created_at
    return min(filter(None, (payouts.oldest_sent(tx, run.id), _waits_since(tx, run))), default=None)


def _waits_since(tx: Tx, run: PayoutRun) -> int | None:
    """Since its approval something of it waits to be paid by hand, put into a file or sent."""
    return run.approved_at if payouts.rails_of(tx, run.id, "reserved") else None


def _tell_workers(tx: Tx, run: PayoutRun, *, now: int) -> bool:
    """Tell the next workers of a run that their pay is late, each once; False when all know."""
    found = payouts.next_late(tx, run.id, limit=STEP)
    for one in found:
        payouts.change(tx, one.id, late_at=now)
        inform(tx, people.by_id(tx, one.worker_id), "payout_late", now=now, payout=one.id)
    return len(found) == STEP
