"""The accounts money moves between. All are credit-normal: balance = credits - debits, in micro-units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NewType

Account = NewType("Account", str)

WORLD = Account("world")
"""Money outside Tallyhand: what clients sent in, and what left with fees. Below zero by as much as there is inside."""
FUNDS = Account("funds")
"""Received from clients and not reserved. Below zero when top-ups or fees were owed that no reserve covered."""
FEES = Account("fees")
"""Set aside by clients for what paying out costs."""
ROUNDING = Account("rounding")
"""What is below the smallest coin of people who left."""
HELD = Account("held")
"""The price of rejected work while its writer may appeal, or does."""


def reserve(batch_id: int) -> Account:
    """Reserved for a batch's tasks that are not answered yet."""
    return Account(f"batch:{batch_id}:reserve")


def topups(batch_id: int) -> Account:
    """Kept back by a batch for what lifts its workers to the floor."""
    return Account(f"batch:{batch_id}:topups")


def in_review(worker_id: int) -> Account:
    """Earned, and waiting for review or for its time to pass."""
    return Account(f"worker:{worker_id}:review")


def available(worker_id: int) -> Account:
    """Accepted, and due with the next payout run."""
    return Account(f"worker:{worker_id}:available")


def in_transit(worker_id: int) -> Account:
    """In a payout run that is not finished."""
    return Account(f"worker:{worker_id}:transit")


def paid(worker_id: int) -> Account:
    """Paid out, over all time."""
    return Account(f"worker:{worker_id}:paid")


@dataclass(frozen=True, slots=True)
class Transfer:
    """One immutable row of the ledger."""

    cause: str
    at: int
    debit: Account
    credit: Account
    amount: int
    currency: str


class Overdrawn(Exception):
    """A transfer would have taken more than the account holds."""
