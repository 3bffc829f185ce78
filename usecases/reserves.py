"""What a batch has set aside: taken from the funds when it is published or added to, given back when it is not needed.

Pay, top-ups and fees are three accounts of one sum. Whatever gives pay or top-ups back gives their fees back too.
"""

from __future__ import annotations

from domain import ledger as accounts
from domain.costs import Cost, cost_of_pay, fees_on
from domain.ledger import FEES, FUNDS, Account
from domain.people import Person
from storage import additions, batches, ledger
from storage.database import Tx
from usecases import funds


def begin(tx: Tx, batch: int, cost: Cost, *, now: int) -> None:
    """Reserve what publishing costs, once."""
    _reserve(tx, batch, cost, ("reserved", "topups_reserved", "fees_reserved"), "", now=now)


def add(tx: Tx, batch: int, cost: Cost, *, by: Person, now: int) -> None:
    """Add what a coordinator gives a published batch; the funds must cover it."""
    number = additions.add(tx, batch, cost, by=by.id, now=now)
    _reserve(tx, batch, cost, ("added", "topups_added", "fees_reserved"), f":{number}", now=now)


def one_more(tx: Tx, batch: int) -> Cost:
    """What one answer (or report) more than was reserved costs a batch: its price, and what paying it out costs."""
    found = batches.priced(tx, batch)
    assert found is not None
    return Cost(found.price, 0, fees_on(found.price, found.rates))


def for_answers(tx: Tx, batch: int, answers: int) -> Cost:
    """What so many answers more cost a published batch, with all that is kept back beside them."""
    found = batches.priced(tx, batch)
    assert found is not None
    return cost_of_pay(answers * found.price, found.rates)


def owe_topups(tx: Tx, batch: int, amount: int, *, now: int) -> None:
    """Bring the batch's top-ups up by what is owed beyond them, whatever the funds hold: people do not wait for it."""
    number = additions.add(tx, batch, Cost(0, amount, 0), by=None, now=now)
    cause = f"batch:{batch}:topups_added:{number}"
    funds.owe(tx, cause=cause, credit=accounts.topups(batch), amount=amount, now=now)


def release_rest(tx: Tx, batch: int, now: int) -> int:
    """Give back the pay a closed batch holds beyond its open cards and work sent back; returns micro-units, often 0.

    Call it whenever one of those ends, or money comes back to the reserve; a second call finds nothing left.
    """
    need = batches.still_needed(tx, batch)
    if need is None:
        return 0
    return _release_pay(tx, batch, ledger.balance(tx, accounts.reserve(batch)) - need, now)


def release_spared(tx: Tx, batch: int, now: int) -> int:
    """Give back the pay of answers that no task can want any more, once all tasks are done; returns micro-units.

    Only a batch whose overlap adapts spares any, and what was answered anew after rejections has used some of it up. No
    task is given more answers afterwards (batches.want_one_more).
    """
    found = batches.priced(tx, batch)
    if found is None or found.state not in ("open", "paused") or found.piloting or found.done < found.tasks:
        return 0
    spared = found.tasks * found.overlap - found.wanted - found.spared
    if spared <= 0:
        return 0
    batches.count(tx, batch, spared=spared)
    left = ledger.balance(tx, accounts.reserve(batch)) - batches.promised(tx, batch)
    return _release_pay(tx, batch, min(spared * found.price, left), now)


def release_topups(tx: Tx, batch: int, now: int) -> int:
    """Give back what a closed batch kept back for top-ups; returns micro-units. A second call finds nothing.

    Call it when every day that was worked in the batch is settled, and no card of it is open.
    """
    found = batches.priced(tx, batch)
    if found is None or found.state != "closed":
        return 0
    left = ledger.balance(tx, accounts.topups(batch))
    if left == 0:
        return 0
    _give_back(tx, batch, "topups_released", accounts.topups(batch), left, now)
    return left + _fees_follow(tx, batch, now)


def kept_for_topups(tx: Tx, batch: int) -> tuple[int, int]:
    """What was kept back for top-ups and not given back, and what of it is left; the rest was paid out."""
    found = batches.priced(tx, batch)
    begun = found.cost.topups if found is not None and found.state not in ("draft", "discarded") else 0
    kept = begun + additions.given(tx, batch).topups + additions.owed(tx, batch)
    return kept - ledger.all_moved(tx, "batch", "topups_released", batch)[0], ledger.balance(tx, accounts.topups(batch))


def _reserve(tx: Tx, batch: int, cost: Cost, events: tuple[str, str, str], number: str, *, now: int) -> None:
    to = (accounts.reserve(batch), accounts.topups(batch), FEES)
    for event, credit, amount in zip(events, to, cost, strict=True):
        if amount:
            ledger.transfer(
                tx,
                cause=f"batch:{batch}:{event}{number}",
                debit=FUNDS,
                credit=credit,
                amount=amount,
                currency=tx.rules.currency,
                now=now,
            )


def _release_pay(tx: Tx, batch: int, amount: int, now: int) -> int:
    if amount <= 0:
        return 0
    _give_back(tx, batch, "released", accounts.reserve(batch), amount, now)
    batches.count(tx, batch, released=amount, releases=1)
    return amount + _fees_follow(tx, batch, now)


def _fees_follow(tx: Tx, batch: int, now: int) -> int:
    """Give back the fees of what will not be paid out; what payouts have used up of them meanwhile is noted instead."""
    found = batches.priced(tx, batch)
    assert found is not None
    begun, added = found.cost, additions.given(tx, batch)
    back = {event: ledger.all_moved(tx, "batch", event, batch)[0] for event in RELEASES}
    committed = begun.pay + begun.topups + added.pay + added.topups - back["released"] - back["topups_released"]
    taken = begun.fees + added.fees
    spare = taken - min(taken, fees_on(committed, found.rates)) - back["fees_released"] - found.fees_used
    freed = min(spare, ledger.balance(tx, FEES))
    if freed > 0:
        _give_back(tx, batch, "fees_released", FEES, freed, now)
    if freed < spare:
        batches.count(tx, batch, fees_used=spare - freed)
    return max(0, freed)


RELEASES = ("released", "topups_released", "fees_released")


def _give_back(tx: Tx, batch: int, event: str, debit: Account, amount: int, now: int) -> None:
    number = ledger.all_moved(tx, "batch", event, batch)[1] + 1
    ledger.transfer(
        tx,
        cause=f"batch:{batch}:{event}" + (f":{number}" if number > 1 else ""),
        debit=debit,
        credit=FUNDS,
        amount=amount,
        currency=tx.rules.currency,
        now=now,
    )
