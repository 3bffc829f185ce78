"""The weekly payout run: balances become payouts, staff approve and mark them paid, everybody gets a receipt."""

from __future__ import annotations

from typing import Final

from domain import ledger, rails
from domain.money import minor_digits
from domain.notices import Json, Slot
from domain.payouts import LISTED, AlreadyApproved, AlreadyPaid, NotYetApproved, PayoutRun, payable
from domain.people import Person
from domain.periods import last_payout
from domain.rails import Rail
from domain.refusals import StaleButton
from storage import audit, job_runs, outbox, payout_methods, payouts, people
from storage.database import Tx
from storage.job_runs import JobRun
from storage.ledger import transfer
from storage.payouts import Due
from usecases import settling
from usecases.notify import inform, tell
from usecases.reviews import accept_due
from usecases.roles import require_coordinator

NAME: Final = "payouts"
STEP: Final = 1_000
SETTLED_AT_ONCE: Final = 500


def run_due(tx: Tx, *, now: int) -> bool:
    """Make one bounded step of what is due, once per period whatever clock and restarts do; True when there is more.

    A run begun before is finished first; before a new one, what silence has paid is made available. Periods missed
    while the process was down are one: their money is in the newest. A period in which nobody has the minimum has no
    run.
    """
    marked = payouts.marked(tx)
    if marked is not None:
        _settle(tx, marked, now=now)
        return True
    period = job_runs.unfinished(tx, NAME)
    if period is None and accept_due(tx, now=now):
        return True
    period = period or job_runs.begin(tx, NAME, last_payout(tx.rules, now), now=now)
    if period is None:
        return False
    _gather(tx, period, now=now)
    return True


def _gather(tx: Tx, period: JobRun, *, now: int) -> None:
    """Reserve what the next people have; after the last of them, propose the run to the coordinators."""
    least = 10 ** (6 - minor_digits(tx.rules.currency))
    found, cursor = payouts.due(tx, after=period.cursor, limit=STEP, least=least)
    run = payouts.of_period(tx, period.period)
    for one in found:
        place = _place(tx, one)
        amount = 0 if place is None else payable(one.balance, tx.rules, place[0], left=one.has_left)
        if place is not None and amount:
            run = run or payouts.add_run(tx, period=period.period, cutoff=period.due_at, now=now)
            _reserve(tx, run, one, amount, *place, now=now)
    if cursor is not None:
        job_runs.step(tx, period, cursor=cursor)
        return
    job_runs.close(tx, period, now=now)
    if run is not None:
        payouts.change_run(tx, run.id, state="proposed")
        for person in people.coordinators(tx):
            inform(tx, person, "payout_run", now=now, slot=Slot.payout_run(run.id), run=run.id)
            if run.count > LISTED:
                inform(tx, person, "payout_file", now=now, run=run.id)


def _place(tx: Tx, one: Due) -> tuple[Rail, int | None] | None:
    """Where somebody's money goes: the rail and their method; None when they have none that a rail here pays."""
    if rails.hand_alone(tx.rules):
        return rails.RAILS[rails.BY_HAND], None
    method = payout_methods.active(tx, one.worker_id)
    rail = None if method is None else rails.for_method(method.kind, tx.rules)
    return None if method is None or rail is None else (rail, method.id)


def _reserve(tx: Tx, run: PayoutRun, one: Due, amount: int, rail: Rail, method_id: int | None, *, now: int) -> None:
    """Put somebody's money into the run. Of who has left, what is below the smallest coin is rounded off."""
    payout_id = payouts.add(
        tx, run_id=run.id, worker_id=one.worker_id, amount=amount, rail=rail.name, method_id=method_id
    )
    source = ledger.available(one.worker_id)
    moves = [(f"payout:{payout_id}:reserved", ledger.in_transit(one.worker_id), amount)]
    if one.has_left and one.balance > amount:
        moves.append((f"worker:{one.worker_id}:rounded:{run.id}", ledger.ROUNDING, one.balance - amount))
    for cause, target, part in moves:
        transfer(tx, cause=cause, debit=source, credit=target, amount=part, currency=tx.rules.currency, now=now)


def overview(tx: Tx, *, by: Person, now: int) -> None:
    """Show a coordinator the last runs, and each run that waits for them with its buttons."""
    require_coordinator(by)
    tell(tx, by, "payouts", now=now, at=now)
    for run in payouts.unpaid(tx, limit=3):
        outbox.forget_slot(tx, by.id, Slot.payout_run(run.id))
        tell(tx, by, "payout_run", now=now, slot=Slot.payout_run(run.id), run=run.id)


def approve(tx: Tx, *, by: Person, run_id: int, now: int) -> PayoutRun:
    """Approve a proposed run once, on record. Raises AlreadyApproved, AlreadyPaid."""
    run = _run(tx, by, run_id)
    if run.state == "settled":
        raise AlreadyPaid
    if run.state == "approved":
        raise AlreadyApproved
    payouts.change_run(tx, run.id, state="approved", approved_at=now, approved_by=by.id)
    audit.add(tx, person_id=by.id, action="payout_run.approved", subject=f"payout_run:{run.id}", now=now, **_facts(run))
    _refresh(tx, run, by, now=now)
    return run


def mark_paid(tx: Tx, *, by: Person, run_id: int, now: int) -> PayoutRun:
    """Record once that a person paid an approved run by hand; each worker gets a receipt.

    Up to SETTLED_AT_ONCE payouts are closed here, the rest by the clock. Raises NotYetApproved, AlreadyPaid.
    """
    run = _run(tx, by, run_id)
    if run.state in ("proposed", "confirming"):
        raise NotYetApproved
    if run.state != "approved" or not payouts.mark(tx, run.id, rail=rails.BY_HAND, now=now):
        raise AlreadyPaid
    audit.add(tx, person_id=by.id, action="payout_run.paid", subject=f"payout_run:{run.id}", now=now, **_facts(run))
    _settle(tx, run, now=now)
    _refresh(tx, run, by, now=now)
    return run


def _settle(tx: Tx, run: PayoutRun, *, now: int) -> None:
    """Close the next payouts by hand of a run that is marked paid; after the last of all, the run."""
    for payout in payouts.in_state(tx, run.id, rail=rails.BY_HAND, state="sending", limit=SETTLED_AT_ONCE):
        settling.paid(tx, payout, reference=None, now=now)


def _run(tx: Tx, by: Person, run_id: int) -> PayoutRun:
    require_coordinator(by)
    run = payouts.by_id(tx, run_id)
    if run is None or run.state == "gathering":
        raise StaleButton
    return run


def _refresh(tx: Tx, run: PayoutRun, by: Person, *, now: int) -> None:
    """Everybody who has the run's message sees the new state in it."""
    tell(tx, by, "payout_run", now=now, slot=Slot.payout_run(run.id), run=run.id)
    for person in people.coordinators(tx):
        if person.id != by.id:
            inform(tx, person, "payout_run", now=now, slot=Slot.payout_run(run.id), run=run.id)


def _facts(run: PayoutRun) -> dict[str, Json]:
    return {"period": run.period, "total": run.total, "count": run.count}
