"""Add budget: more of the free funds for a batch that runs, for what was not foreseen.

It is needed for tasks done anew after a rejection, for late work, and where top-ups use up what was kept back.
"""

from __future__ import annotations

from domain import ledger as accounts
from domain.costs import Cost, cost_of_pay, split
from domain.money import parse_amount
from domain.people import Person
from domain.refusals_batches import BudgetTooLarge, BudgetTooSmall
from storage import audit, batches, ledger, questions
from storage.database import Tx
from usecases import progress, reserves, waves
from usecases.notify import tell
from usecases.publishing import running
from usecases.roles import require_coordinator

PURPOSE = "budget"


def ask(tx: Tx, *, by: Person, batch: int, now: int) -> None:
    """Ask how much shall be added; nothing is moved yet. Raises NotPublished."""
    require_coordinator(by)
    running(tx, batch)
    questions.ask(tx, by.id, PURPOSE, now=now, batch=batch)
    tell(tx, by, "budget_ask", now=now, batch=batch)


def add(tx: Tx, *, by: Person, text: str, batch: int, now: int) -> Cost:
    """Move the amount from the free funds to the batch, once a message, divided as its own money was.

    A batch that rested for its top-ups goes on when this covers them. Raises the sentence about an amount that cannot
    be read, is too little for one answer, or is not free; it stays asked for.
    """
    require_coordinator(by)
    found, priced = running(tx, batch), batches.priced(tx, batch)
    assert priced is not None
    amount = parse_amount(text, currency=tx.rules.currency)
    least = cost_of_pay(priced.price, priced.rates).total
    if amount < least:
        raise BudgetTooSmall(amount=amount, amount_least=least)
    free = max(0, ledger.balance(tx, accounts.FUNDS))
    if amount > free:
        raise BudgetTooLarge(amount=amount, amount_free=free)
    cost = split(amount, priced.rates)
    reserves.add(tx, batch, cost, by=by, now=now)
    audit.add(tx, person_id=by.id, action="batch.budget_added", subject=f"batch:{batch}", now=now, amount=amount)
    _go_on(tx, by, batch, now=now)
    tell(tx, by, "budget_added", now=now, batch=batch, **cost._asdict())
    for person in {by.id, found.created_by}:
        progress.show(tx, person, batch, now=now)
    return cost


def _go_on(tx: Tx, by: Person, batch: int, *, now: int) -> None:
    paused_for, projected = batches.rests(tx, batch)
    if paused_for == "topups" and projected <= ledger.balance(tx, accounts.topups(batch)):
        batches.change(tx, batch, state="open", paused_for=None)
        audit.add(tx, person_id=by.id, action="batch.resumed", subject=f"batch:{batch}", now=now)
        waves.ask(tx, batch, by=by.id, now=now)
