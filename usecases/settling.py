"""How a payout ends, whatever rail it went over: paid, failed or returned, with its transfer and what its worker reads.

Each function may be called again with the same payout and then changes nothing; a step that cannot be (a failed payout
is paid) raises WrongStep, for the caller has to look first. `payout` is read anew in here: one that was read before
another change is no danger.
"""

from __future__ import annotations

from domain import ledger
from domain.bank_answers import PAYERS, group_of
from domain.ledger import Account
from domain.payouts import OPEN, Payout, WrongStep
from storage import payout_methods, payouts, people
from storage.database import Tx
from storage.ledger import balance, moved, transfer
from usecases import funds
from usecases.notify import inform


def paid(tx: Tx, payout: Payout, *, reference: str | None, now: int) -> None:
    """The money has arrived, as the rail's `reference`; the worker gets a receipt."""
    one = _fresh(tx, payout)
    if one.state == "paid":
        return
    _only_from(one, OPEN)
    _move(tx, one, "paid", ledger.in_transit(one.worker_id), ledger.paid(one.worker_id), now=now)
    payouts.close(tx, one.id, state="paid", reference=reference, problem=None, now=now)
    _tell(tx, one, "payout_paid", now=now)
    _end_run(tx, one.run_id, now=now)


def failed(tx: Tx, payout: Payout, *, problem: str, now: int) -> None:
    """The money never left, or is certainly back: it is on the worker's balance again, and they read why.

    `problem` is a code of why (domain.bank_answers.group_of). Unless the payer's side is to blame, nothing more goes to
    that method, and the worker is asked for a new one.
    """
    one = _fresh(tx, payout)
    if one.state == "failed":
        return
    _only_from(one, OPEN)
    _move(tx, one, "failed", ledger.in_transit(one.worker_id), ledger.available(one.worker_id), now=now)
    _back(tx, one, "failed", problem, now=now)
    _end_run(tx, one.run_id, now=now)


def returned(tx: Tx, payout: Payout, *, problem: str, now: int) -> None:
    """What was paid came back: it is on the worker's balance again, and they read why."""
    one = _fresh(tx, payout)
    if one.state == "returned":
        return
    _only_from(one, ("paid",))
    _move(tx, one, "returned", ledger.paid(one.worker_id), ledger.available(one.worker_id), now=now)
    _back(tx, one, "returned", problem, now=now)


def unknown(tx: Tx, payout: Payout, *, now: int) -> None:
    """Nobody can tell by program whether it arrived. Its money stays in transit; staff are told until it is known."""
    one = _fresh(tx, payout)
    if one.state == "unknown":
        return
    _only_from(one, ("sending",))
    payouts.change(tx, one.id, state="unknown")


def fee(tx: Tx, run_id: int, amount: int, *, number: int, now: int) -> None:
    """Record once what a rail charged for a run, in micro-units; `number` tells the fees of one run apart.

    It comes out of what batches set aside for fees; what that does not cover, out of the clients' funds, which may owe.
    """
    cause, currency = f"run:{run_id}:fee:{number}", tx.rules.currency
    missing = amount - balance(tx, ledger.FEES)
    if missing > 0 and not moved(tx, cause):
        funds.owe(tx, cause=f"run:{run_id}:fee_covered:{number}", credit=ledger.FEES, amount=missing, now=now)
    transfer(tx, cause=cause, debit=ledger.FEES, credit=ledger.WORLD, amount=amount, currency=currency, now=now)


def _fresh(tx: Tx, payout: Payout) -> Payout:
    one = payouts.payout(tx, payout.id)
    assert one is not None, "payouts are never deleted"
    return one


def _only_from(one: Payout, states: tuple[str, ...]) -> None:
    if one.state not in states:
        raise WrongStep(f"payout {one.id} is {one.state}")


def _move(tx: Tx, one: Payout, event: str, debit: Account, credit: Account, *, now: int) -> None:
    cause, currency = f"payout:{one.id}:{event}", tx.rules.currency
    transfer(tx, cause=cause, debit=debit, credit=credit, amount=one.amount, currency=currency, now=now)


def _back(tx: Tx, one: Payout, state: str, problem: str, *, now: int) -> None:
    payouts.close(tx, one.id, state=state, reference=one.reference, problem=problem, now=now)
    if one.method_id is not None and group_of(problem) not in PAYERS:
        payout_methods.fail(tx, one.method_id, now, problem=problem)
    _tell(tx, one, f"payout_{state}", now=now)


def _tell(tx: Tx, one: Payout, key: str, *, now: int) -> None:
    worker = people.by_id(tx, one.worker_id)
    inform(tx, worker, key, now=now, dedupe=f"payout:{one.id}:{key.removeprefix('payout_')}", payout=one.id)


def _end_run(tx: Tx, run_id: int, *, now: int) -> None:
    """A run is settled with its last payout."""
    run = payouts.by_id(tx, run_id)
    if run is not None and run.state == "approved" and not payouts.any_open(tx, run_id):
        payouts.change_run(tx, run_id, state="settled", settled_at=now)
