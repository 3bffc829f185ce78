"""Payout runs in euros over rails: people who are owed, the run, its files."""

from __future__ import annotations

import zlib
from typing import Any

from domain import ledger
from domain.payouts import (
    PayoutRun,
)
from domain.people import Person
from domain.rules import DAY, HOUR, Payer, Rules
from storage import ledger as books
from storage import payout_files, payout_methods, payouts
from storage.database import Tx
from tests.builders import NOON, make_worker
from tests.usecases.desk import Desk
from usecases import payout_files as files
from usecases import payouts as runs

EURO = Rules(
    bot_username="tallyhand_bot",
    currency="EUR",
    rails=("sepa", "csv_paypal", "by_hand"),
    payer=Payer("Tally", "DE89370400440532013000"),
    quiet_hours=False,
)
IBAN = "DE75512108001245126199"
PAYDAY = NOON + 9 * DAY
"""A Wednesday, two hours after the cut-off."""


def owed(desk: Desk, number: int, amount: int, *, kind: str | None = "iban", state: str = "active") -> Person:
    """A worker with so many micro-units available, and a payout method unless `kind` is None."""
    worker = make_worker(desk.tx, 100 + number, f"W{number}")
    books.transfer(
        desk.tx,
        cause=f"topup:{number}:credited",
        debit=ledger.WORLD,
        credit=ledger.available(worker.id),
        amount=amount,
        currency=desk.rules.currency,
        now=NOON,
    )
    if kind is not None:
        method(desk.tx, worker, kind, number, state=state)
    return worker


def method(tx: Tx, worker: Person, kind: str, number: int, *, state: str = "active") -> None:
    text = {"iban": f"{IBAN}{number}", "paypal": f"w{number}@example.org", "mobile": f"+2547000000{number:02d}"}.get(
        kind
    )
    payout_methods.begin(tx, worker.id, kind, text or "", now=NOON)
    begun = payout_methods.begun(tx, worker.id)
    assert begun is not None
    payout_methods.confirm(tx, begun, name=f"Name {number}", active_from=NOON if state == "active" else NOON + 90 * DAY,
                           now=NOON)  # fmt: skip


def run(desk: Desk, now: int = PAYDAY) -> PayoutRun | None:
    while runs.run_due(desk.tx, now=now):
        pass
    found = payouts.recent(desk.tx, limit=1)
    return found[0] if found else None


def approved(desk: Desk, owner: Person) -> PayoutRun:
    found = run(desk)
    assert found is not None
    runs.approve(desk.tx, by=owner, run_id=found.id, now=PAYDAY)
    return found


def the(desk: Desk, worker: Person) -> Any:
    found = desk.tx.one("select id from payouts where worker_id = :id order by id desc", id=worker.id)
    return None if found is None else payouts.payout(desk.tx, found["id"])


def keep(desk: Desk, one: PayoutRun, rail: str, owner: Person, number: int = 1) -> int:
    """What the job does when the file is made."""
    orders = files.page(desk.tx, run_id=one.id, rail=rail, after=0, limit=100)
    files.keep(
        desk.tx, run_id=one.id, rail=rail, number=number, key=f"MSG-{rail}-{number}", name="f.xml", sha256="00" * 32,
        content=zlib.compress(b"bytes"), orders=(len(orders), sum(order.micro for order in orders), orders[-1].id),
        by=owner.id, now=PAYDAY + HOUR,
    )  # fmt: skip
    return payout_files.of_run(desk.tx, one.id, rail)[-1].id
