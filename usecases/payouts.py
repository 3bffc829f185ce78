"""The weekly payout run: balances become payouts, staff approve and mark them paid, everybody gets a receipt."""

from __future__ import annotations

from typing import Final

from domain import ledger, rails
from domain.money import smallest_coin
from domain.notices import Json, Slot
from domain.payouts import (
    AGAIN_AFTER,
    LISTED,
    AlreadyApproved,
    AlreadyPaid,
    NotYetApproved,
    PayoutRun,
    SecondLook,
    SecondWanted,
    minimum,
    payable,
)
from domain.people import Person
from domain.periods import last_payout
from domain.rails import Rail
from domain.refusals import StaleButton
from storage import audit, job_runs, outbox, payout_methods, payouts, people, worker_days
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
    least = smallest_coin(tx.rules.currency)
    found, cursor = payouts.due(tx, after=period.cursor, limit=STEP, least=least)
    run = payouts.of_period(tx, period.period)
    for one in found:
        place = _place(tx, one)
        amount = 0 if isinstance(place, str) else payable(one.balance, tx.rules, place[0], left=one.has_left)
        if isinstance(place, str) or not amount:
            _leave_out(tx, one, place if isinstance(place, str) else "minimum", at=period.due_at, now=now)
            continue
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


def _place(tx: Tx, one: Due) -> tuple[Rail, int | None] | str:
    """Where somebody's money goes, the rail and their method; or why it goes nowhere."""
    if rails.hand_alone(tx.rules):
        return rails.RAILS[rails.BY_HAND], None
    method = payout_methods.active(tx, one.worker_id)
    if method is None:
        return "waiting" if payout_methods.waiting(tx, one.worker_id) else "no_method"
    rail = rails.for_method(method.kind, tx.rules)
    return "not_paid" if rail is None else (rail, method.id)


def _leave_out(tx: Tx, one: Due, why: str, *, at: int, now: int) -> None:
    """Who is left out reads why; of small sums only who has worked since the last payday."""
    small = one.balance < minimum(tx.rules)
    if small and not worker_days.any_since(tx, one.worker_id, tx.rules.day(at) - 7):
        return
    why = "minimum" if small else why
    inform(tx, people.by_id(tx, one.worker_id), "payout_kept", now=now, dedupe=f"kept:{one.worker_id}:{at}", why=why)


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


def show_run(tx: Tx, *, by: Person, run_id: int, now: int) -> None:
    """Show a coordinator a run below what they read about it: who is paid how much, before they approve."""
    run = _run(tx, by, run_id)
    outbox.forget_slot(tx, by.id, Slot.payout_run(run.id))
    tell(tx, by, "payout_run", now=now, slot=Slot.payout_run(run.id), run=run.id)


def show_dry_run(tx: Tx, *, by: Person, now: int) -> None:
    """Show a coordinator what a run now would pay, and whom it would leave out."""
    require_coordinator(by)
    tell(tx, by, "payout_dry_run", now=now, at=now)


def show_list(tx: Tx, *, by: Person, run_id: int, now: int) -> None:
    """Send a coordinator everybody in a run as a table, with columns for what became of each."""
    run = _run(tx, by, run_id)
    _note(tx, run, by, "listed", now=now)
    tell(tx, by, "payout_file", now=now, run=run.id)


def approve(tx: Tx, *, by: Person, run_id: int, now: int) -> PayoutRun:
    """Approve a proposed run, on record; from the last approval it needs on it is frozen. Returns it as it is then.

    Above `payout_two_above` it takes two humans; who is alone approves once more, AGAIN_AFTER later. Raises
    AlreadyApproved, AlreadyPaid, SecondWanted, SecondLook.
    """
    run = _run(tx, by, run_id)
    if run.state == "settled":
        raise AlreadyPaid
    if run.state == "approved":
        raise AlreadyApproved
    if run.state == "proposed" and run.total > tx.rules.payout_two_above:
        payouts.change_run(tx, run.id, state="confirming", confirmed_at=now, confirmed_by=by.id)
        _note(tx, run, by, "confirmed", now=now)
        return refresh(tx, run, by, now=now)
    if run.state == "confirming" and run.confirmed_by == by.id:
        if any(person.id != by.id for person in people.coordinators(tx)):
            raise SecondWanted
        assert run.confirmed_at is not None
        if now < run.confirmed_at + AGAIN_AFTER:
            raise SecondLook(at=run.confirmed_at + AGAIN_AFTER)
    payouts.change_run(tx, run.id, state="approved", approved_at=now, approved_by=by.id, alerted_at=None)
    _note(tx, run, by, "approved", now=now)
    return refresh(tx, run, by, now=now)


def mark_paid(tx: Tx, *, by: Person, run_id: int, now: int) -> PayoutRun:
    """Record once that a person paid an approved run by hand; each worker gets a receipt.

    Up to SETTLED_AT_ONCE payouts are closed here, the rest by the clock. Raises NotYetApproved, AlreadyPaid.
    """
    run = _run(tx, by, run_id)
    if run.state in ("proposed", "confirming"):
        raise NotYetApproved
    if run.state != "approved" or not payouts.mark(tx, run.id, rail=rails.BY_HAND, now=now):
        raise AlreadyPaid
    _note(tx, run, by, "paid", now=now)
    _settle(tx, run, now=now)
    return refresh(tx, run, by, now=now)


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


def refresh(tx: Tx, run: PayoutRun, by: Person, *, now: int) -> PayoutRun:
    """Everybody who has the run's message sees in it how it stands; returns the run as it is now."""
    tell(tx, by, "payout_run", now=now, slot=Slot.payout_run(run.id), run=run.id)
    for person in people.coordinators(tx):
        if person.id != by.id:
            inform(tx, person, "payout_run", now=now, slot=Slot.payout_run(run.id), run=run.id)
    fresh = payouts.by_id(tx, run.id)
    assert fresh is not None
    return fresh


def _note(tx: Tx, run: PayoutRun, by: Person, event: str, *, now: int) -> None:
    facts: dict[str, Json] = {"period": run.period, "total": run.total, "count": run.count}
    audit.add(tx, person_id=by.id, action=f"payout_run.{event}", subject=f"payout_run:{run.id}", now=now, **facts)
