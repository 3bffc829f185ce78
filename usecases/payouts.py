"""The weekly payout run: balances become payouts, staff approve and mark them paid, everybody gets a receipt."""

from __future__ import annotations

from typing import Final

from domain import ledger
from domain.notices import Json, Slot
from domain.payouts import LISTED, AlreadyApproved, AlreadyPaid, NotYetApproved, PayoutRun, payable
from domain.people import Person
from domain.periods import last_payout
from domain.refusals import StaleButton
from storage import audit, job_runs, outbox, payouts, people
from storage.database import Tx
from storage.job_runs import JobRun
from storage.ledger import transfer
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
    marked = payouts.settling(tx)
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
    found, cursor = payouts.due(tx, after=period.cursor, limit=STEP, minimum=tx.rules.payout_minimum)
    run = payouts.of_period(tx, period.period)
    for worker_id, balance in found:
        amount = payable(balance, tx.rules)
        if amount:
            run = run or payouts.add_run(tx, period=period.period, cutoff=period.due_at, now=now)
            _reserve(tx, run, worker_id, amount, now=now)
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


def _reserve(tx: Tx, run: PayoutRun, worker_id: int, amount: int, *, now: int) -> None:
    payout_id = payouts.add(tx, run_id=run.id, worker_id=worker_id, amount=amount)
    transfer(
        tx,
        cause=f"payout:{payout_id}:reserved",
        debit=ledger.available(worker_id),
        credit=ledger.in_transit(worker_id),
        amount=amount,
        currency=tx.rules.currency,
        now=now,
    )


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
    if run.state in ("settling", "paid"):
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
    if run.state == "proposed":
        raise NotYetApproved
    if run.state != "approved":
        raise AlreadyPaid
    payouts.change_run(tx, run.id, state="settling", paid_at=now, paid_by=by.id)
    audit.add(tx, person_id=by.id, action="payout_run.paid", subject=f"payout_run:{run.id}", now=now, **_facts(run))
    _settle(tx, run, now=now)
    _refresh(tx, run, by, now=now)
    return run


def _settle(tx: Tx, run: PayoutRun, *, now: int) -> None:
    """Close the next payouts of a run that is marked paid; after the last, the run."""
    found = payouts.reserved(tx, run.id, limit=SETTLED_AT_ONCE)
    for payout in found:
        transfer(
            tx,
            cause=f"payout:{payout.id}:paid",
            debit=ledger.in_transit(payout.worker_id),
            credit=ledger.paid(payout.worker_id),
            amount=payout.amount,
            currency=tx.rules.currency,
            now=now,
        )
        payouts.close(tx, payout.id, now=now)
        worker = people.by_id(tx, payout.worker_id)
        inform(tx, worker, "payout_paid", now=now, dedupe=f"payout:{payout.id}:paid", payout=payout.id)
    if len(found) < SETTLED_AT_ONCE:
        payouts.change_run(tx, run.id, state="paid")


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
