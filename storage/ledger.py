"""The double-entry ledger: immutable transfers, each with the event that caused it as its key.

Accounts are credit-normal: a transfer moves `amount` from the debit account to the credit account. Balances are kept by
a trigger in the same statement and equal the replay of all transfers; their sum is zero.

Causes and accounts are texts here and whole numbers in the tables, where there are many of them; the views `transfers`
and `accounts` show the texts. `submission:881:sent_back:2` is noun, subject, event and up to two numbers more.
"""

from __future__ import annotations

import sqlite3
from typing import Final, NamedTuple

from domain.ledger import Account, Overdrawn, Transfer
from storage.database import Tx

KINDS: Final = {
    ("funds", "recorded"): 1,
    ("batch", "reserved"): 2,
    ("batch", "released"): 3,
    ("submission", "credited"): 4,
    ("submission", "undone"): 5,
    ("submission", "sent_back"): 6,
    ("submission", "accepted"): 7,
    ("payout", "reserved"): 8,
    ("payout", "paid"): 9,
    ("submission", "rejected"): 10,
    ("submission", "upheld"): 11,
    ("submission", "forfeited"): 12,
    ("batch", "topups_reserved"): 13,
    ("batch", "topups_released"): 14,
    ("batch", "fees_reserved"): 15,
    ("batch", "fees_released"): 16,
    ("batch", "added"): 17,
    ("batch", "topups_added"): 18,
    ("topup", "credited"): 19,
    ("payout", "failed"): 20,
    ("payout", "returned"): 21,
    ("run", "fee"): 22,
    ("run", "fee_covered"): 23,
    ("worker", "rounded"): 24,
    ("report", "credited"): 25,
}
"""As in the table transfer_kinds; another one is a line here and in a migration."""
USES: Final = {"world": 0, "funds": 1, "reserve": 2, "review": 3, "available": 4, "transit": 5, "paid": 6, "topups": 7}
"""What an account is for; its number is its owner's id * 8 + this."""
HOUSE: Final = {"world": 0, "funds": 1, "fees": 9, "rounding": 17, "held": 25}
"""The accounts without an owner, by number: those of the house share the use of `funds`."""


OVERDRAWN: Final = ("CHECK constraint failed: id in (0, 1) or balance >= 0", "the funds do not cover this")


class Cause(NamedTuple):
    """A cause as the key of its transfer."""

    kind: int
    subject: int
    number: int = 0
    part: int = 0


def number_of(use: str, owner: str) -> str:
    """The number of an account in SQL, for look-ups inside other statements: `owner` is its owner's column."""
    return f"{owner} * 8 + {USES[use]}"


class CauseReused(Exception):
    """The same cause came again with other parameters: a fault of ours, never a replay."""


def transfer(tx: Tx, *, cause: str, debit: Account, credit: Account, amount: int, currency: str, now: int) -> bool:
    """Move money once per cause. False when exactly this transfer was there already.

    Raises CauseReused when the cause was used for another transfer, Overdrawn when the debit account would go below
    zero (only `world` may, and `funds` for what people are owed: see transfer_kinds.owing), KeyError or ValueError for
    a cause or an account of no known form.
    """
    key, (source, target) = _cause(cause), (_number(debit), _number(credit))
    try:
        added = tx.run(
            "insert into ledger (kind, subject, number, part, at, debit, credit, amount, currency)"
            " values (:kind, :subject, :number, :part, :now, :debit, :credit, :amount, :currency)"
            " on conflict (kind, subject, number, part) do nothing",
            kind=key.kind,
            subject=key.subject,
            number=key.number,
            part=key.part,
            now=now,
            debit=source,
            credit=target,
            amount=amount,
            currency=currency,
        )
    except sqlite3.IntegrityError as error:
        if any(said in str(error) for said in OVERDRAWN):
            raise Overdrawn(debit) from error
        raise
    if added.rowcount == 1:
        return True
    known = tx.one(
        "select debit, credit, amount, currency from ledger"
        " where kind = :kind and subject = :subject and number = :number and part = :part",
        **key._asdict(),
    )
    if known is None or tuple(known) != (source, target, amount, currency):
        raise CauseReused(cause)
    return False


def moved(tx: Tx, cause: str) -> int:
    """The micro-units a cause moved, 0 when it moved none (yet)."""
    return int(
        tx.value(
            "select amount from ledger where kind = :kind and subject = :subject and number = :number and part = :part",
            **_cause(cause)._asdict(),
        )
        or 0
    )


def all_moved(tx: Tx, noun: str, event: str, subject: int) -> tuple[int, int]:
    """The micro-units one event of a subject moved over all its numbers, and in how many transfers."""
    row = tx.one(
        "select coalesce(sum(amount), 0), count(*) from ledger where kind = :kind and subject = :subject",
        kind=KINDS[noun, event],
        subject=subject,
    )
    assert row is not None
    return row[0], row[1]


def balance(tx: Tx, account: Account) -> int:
    """The balance in micro-units; an account nothing ever moved through has 0."""
    return int(tx.value("select balance from balances where id = :id", id=_number(account)) or 0)


def received(tx: Tx) -> int:
    """What clients sent in: every transfer of funds recorded, together; few, as people write them."""
    return int(
        tx.value("select coalesce(sum(amount), 0) from ledger where kind = :kind", kind=KINDS["funds", "recorded"])
    )


def reserved(tx: Tx) -> int:
    """What all batches together hold in reserve, for tasks and top-ups; looks at those that hold something."""
    return int(tx.value("select coalesce(sum(balance), 0) from balances where id & 7 in (2, 7) and balance > 0"))


def total(tx: Tx) -> int:
    """The sum of all balances: zero, always."""
    return int(tx.value("select coalesce(sum(balance), 0) from balances"))


SHORTFALL = (
    "select coalesce(sum(max(0, b.price * b.leased - coalesce(a.balance, 0))), 0) from batches b"
    f" left join balances a on a.id = {number_of('reserve', 'b.id')}"
    " where b.state in ('open', 'paused', 'closed') and b.leased > 0"
)


def shortfall(tx: Tx) -> int:
    """Micro-units that open assignments may still earn and their batch's reserve does not hold: zero, always."""
    return int(tx.value(SHORTFALL))


def replay(tx: Tx) -> dict[Account, int]:
    """Balances computed anew from every transfer; reads the whole ledger, so for checks alone."""
    rows = tx.all(
        "select a.id, sum(m.amount) as balance from (select credit as account, amount from ledger"
        " union all select debit, -amount from ledger) m join accounts a on a.number = m.account group by m.account"
    )
    return {Account(row["id"]): row["balance"] for row in rows}


def cached(tx: Tx) -> dict[Account, int]:
    """The cached balances of all accounts; for checks alone."""
    return {Account(row["id"]): row["balance"] for row in tx.all("select id, balance from accounts")}


def caused_by(tx: Tx, noun: str, subject: int) -> list[Transfer]:
    """The transfers that events of one subject (`batch`, 7) caused, in order of event and number."""
    rows = [
        row
        for (one, _), kind in KINDS.items()
        if one == noun
        for row in tx.all(
            "select t.id, t.at, t.debit, t.credit, t.amount, t.currency from transfers t"
            " where t.kind = :kind and t.subject = :subject order by t.number, t.part",
            kind=kind,
            subject=subject,
        )
    ]
    return [Transfer(*tuple(row)) for row in rows]


def _cause(text: str) -> Cause:
    noun, subject, event, *numbers = text.split(":")
    return Cause(KINDS[noun, event], int(subject), *map(int, numbers))


def _number(account: Account) -> int:
    if account in HOUSE:
        return HOUSE[account]
    owner, _, use = account.rpartition(":")
    return int(owner.partition(":")[2] or 0) * 8 + USES[use]
