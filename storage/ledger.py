"""The double-entry ledger: immutable transfers, each with the event that caused it as its key.

Accounts are credit-normal: a transfer moves `amount` from the debit account to the credit account. Balances are kept by
a trigger in the same statement and equal the replay of all transfers; their sum is zero.
"""

from __future__ import annotations

import sqlite3

from domain.ledger import Account, Overdrawn, Transfer
from storage.database import Tx


class CauseReused(Exception):
    """The same cause came again with other parameters: a fault of ours, never a replay."""


def transfer(tx: Tx, *, cause: str, debit: Account, credit: Account, amount: int, currency: str, now: int) -> bool:
    """Move money once per cause. False when exactly this transfer was there already.

    Raises CauseReused when the cause was used for another transfer, Overdrawn when the debit account would go below
    zero (only `world` may).
    """
    try:
        added = tx.run(
            "insert into transfers (id, at, debit, credit, amount, currency)"
            " values (:cause, :now, :debit, :credit, :amount, :currency) on conflict (id) do nothing",
            cause=cause,
            now=now,
            debit=debit,
            credit=credit,
            amount=amount,
            currency=currency,
        )
    except sqlite3.IntegrityError as error:
        if "CHECK constraint failed: id = 'world' or balance >= 0" in str(error):
            raise Overdrawn(debit) from error
        raise
    if added.rowcount == 1:
        return True
    known = tx.one("select debit, credit, amount, currency from transfers where id = :cause", cause=cause)
    if known is None or tuple(known) != (debit, credit, amount, currency):
        raise CauseReused(cause)
    return False


def balance(tx: Tx, account: Account) -> int:
    """The balance in micro-units; an account nothing ever moved through has 0."""
    return int(tx.value("select balance from accounts where id = :id", id=account) or 0)


def balances(tx: Tx, prefix: str) -> dict[Account, int]:
    """Balances of all accounts whose id starts with the prefix."""
    rows = tx.all(
        "select id, balance from accounts where id >= :low and id < :high", low=prefix, high=prefix + "\U0010ffff"
    )
    return {Account(row["id"]): row["balance"] for row in rows}


def total(tx: Tx) -> int:
    """The sum of all balances: zero, always."""
    return int(tx.value("select coalesce(sum(balance), 0) from accounts"))


def replay(tx: Tx) -> dict[Account, int]:
    """Balances computed anew from every transfer."""
    rows = tx.all(
        "select account, sum(amount) as balance from (select credit as account, amount from transfers"
        " union all select debit, -amount from transfers) group by account"
    )
    return {Account(row["account"]): row["balance"] for row in rows}


def cached(tx: Tx) -> dict[Account, int]:
    """The cached balances of all accounts."""
    return {Account(row["id"]): row["balance"] for row in tx.all("select id, balance from accounts")}


def by_cause(tx: Tx, prefix: str) -> list[Transfer]:
    """Transfers whose cause starts with the prefix, in order of their cause."""
    rows = tx.all(
        "select id, at, debit, credit, amount, currency from transfers where id >= :low and id < :high order by id",
        low=prefix,
        high=prefix + "\U0010ffff",
    )
    return [Transfer(*tuple(row)) for row in rows]
