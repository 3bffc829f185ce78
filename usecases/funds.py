"""Money received from clients, and where all of it is."""

from __future__ import annotations

from dataclasses import dataclass

from domain import ledger as accounts
from domain.ledger import Account
from domain.money import parse_amount
from domain.people import Person
from storage import audit, ledger, people
from storage.database import Tx
from usecases.notify import inform, tell
from usecases.roles import require_coordinator, require_owner


@dataclass(frozen=True, slots=True)
class Funds:
    """Micro-units: received and not reserved (below zero: owed), reserved for batches, set aside for fees, held while a
    rejection can be appealed, and spent: earned by workers, paid or not, and what payouts have cost.
    """

    free: int
    reserved: int
    fees: int
    held: int
    spent: int

    @property
    def owed(self) -> int:
        """What is missing in the funds."""
        return max(0, -self.free)


def funds(tx: Tx, *, by: Person, text: str = "", message_id: int = 0, now: int) -> None:
    """Show coordinators the funds; with an amount, the owner records it as received, once a message.

    Raises the sentence about an amount that cannot be read.
    """
    require_coordinator(by)
    received = None
    if text.strip():
        require_owner(by)
        received = parse_amount(text, currency=tx.rules.currency)
        record(tx, by=by, amount=received, message_id=message_id, now=now)
    tell(tx, by, "funds", now=now, received=received)


def record(tx: Tx, *, by: Person, amount: int, message_id: int = 0, now: int) -> None:
    """Book money received from a client, once: world → funds, with an audit row.

    Messages that came in one answer of Telegram's were received at the same instant: their ids tell them apart.
    """
    new = ledger.transfer(
        tx,
        cause=f"funds:{by.id}:recorded:{now}:{message_id}",
        debit=accounts.WORLD,
        credit=accounts.FUNDS,
        amount=amount,
        currency=tx.rules.currency,
        now=now,
    )
    if new:
        audit.add(tx, person_id=by.id, action="funds.recorded", subject="funds", now=now, amount=amount)


def owe(tx: Tx, *, cause: str, credit: Account, amount: int, now: int) -> None:
    """Take what people are owed from the funds, once per cause, whatever these hold; for the kinds that may owe alone.

    When that brings them below zero the owners are told, once until they are above it again.
    """
    before = ledger.balance(tx, accounts.FUNDS)
    new = ledger.transfer(
        tx, cause=cause, debit=accounts.FUNDS, credit=credit, amount=amount, currency=tx.rules.currency, now=now
    )
    if new and before >= 0 > before - amount:
        for person in people.owners(tx):
            inform(tx, person, "funds_owed", now=now)


def standing(tx: Tx) -> Funds:
    """Where the money is; what came in is free + reserved + fees + held + spent."""
    kept = [ledger.balance(tx, account) for account in (accounts.FUNDS, accounts.FEES, accounts.HELD)]
    free, fees, held = kept
    reserved = ledger.reserved(tx)
    return Funds(free, reserved, fees, held, ledger.received(tx) - sum(kept) - reserved)


def may_record(tx: Tx, person_id: int) -> bool:
    """Whether this person records money received."""
    return people.by_id(tx, person_id).is_owner
