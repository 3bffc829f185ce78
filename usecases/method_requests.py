"""What the clock does about payout methods: changes take effect, people with money are asked, what is over goes."""

from __future__ import annotations

from typing import Final

from domain import ledger, rails
from domain.payout_methods import BEGUN_KEPT, KEPT, REMINDED_BEFORE
from domain.payouts import payable
from domain.periods import Period, next_payout
from storage import job_runs, method_requests, people
from storage import payout_methods as methods
from storage.database import Tx
from storage.ledger import balance
from usecases.notify import inform
from usecases.payout_methods import ask, open_kinds, wanted

NAME: Final = "payout_reminders"
STEP: Final = 200


def run_due(tx: Tx, *, now: int) -> bool:
    """Make one bounded step of what is due; True when there is more. Comes before payouts, also after downtime."""
    changed = methods.activate_due(tx, now, limit=STEP)
    for method in changed:
        inform(tx, people.by_id(tx, method.worker_id), "payout_method_active", now=now, method=method.id)
    more = [len(changed) == STEP, methods.forget_begun(tx, before=now - BEGUN_KEPT, limit=STEP) == STEP]
    more += [methods.erase(tx, before=now - KEPT, limit=STEP) == STEP, _erase_who_left(tx, now=now)]
    if open_kinds(tx.rules):
        more += [_ask(tx, now=now), _remind(tx, now=now)]
    return any(more)


def _erase_who_left(tx: Tx, *, now: int) -> bool:
    """Who took their consent back and has been paid keeps no number here."""
    coin = max(rail.coin(tx.rules.currency) for rail in rails.enabled(tx.rules))
    found = methods.left(tx, coin=coin, limit=STEP)
    for worker_id in found:
        methods.erase_all(tx, worker_id, now=now)
    return len(found) == STEP


def _ask(tx: Tx, *, now: int) -> bool:
    """Ask who has money for the first time, once."""
    found = method_requests.unasked(tx, limit=STEP)
    for worker_id in found:
        if not wanted(tx, worker_id):
            method_requests.asked(tx, worker_id, now=now)
        elif not balance(tx, ledger.available(worker_id)):
            method_requests.forget(tx, worker_id)
        else:
            ask(tx, people.by_id(tx, worker_id), "money", now)
    return len(found) == STEP


def _remind(tx: Tx, *, now: int) -> bool:
    """A day before the cut-off, remind who would be paid and has no method; once, whatever the number of paydays.

    In a trial with a payday every few seconds nobody is reminded: there is no day before.
    """
    period = next_payout(tx.rules, now)
    begins = period.due_at - REMINDED_BEFORE
    if tx.rules.every_seconds is not None or now < begins:
        return False
    run = job_runs.unfinished(tx, NAME) or job_runs.begin(tx, NAME, Period(period.name, begins), now=now)
    if run is None:
        return False
    found = method_requests.unreminded(tx, asked_before=begins, after=run.cursor, limit=STEP)
    for worker_id in found:
        if wanted(tx, worker_id) and payable(balance(tx, ledger.available(worker_id)), tx.rules):
            ask(tx, people.by_id(tx, worker_id), "payday", now)
    if len(found) < STEP:
        job_runs.close(tx, run, now=now)
        return False
    job_runs.step(tx, run, cursor=found[-1])
    return True
