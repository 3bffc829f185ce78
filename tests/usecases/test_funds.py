"""Money received, and where all of it is."""

from __future__ import annotations

import pytest

from domain import ledger as accounts
from domain.joining import CoordinatorsOnly, OwnersOnly
from domain.money import AmountTooSmall
from storage import ledger
from storage.database import Database, Tx
from tests.builders import NOON, make_batch, make_coordinator, make_owner, make_worker
from usecases import funds, publishing


async def test_received_money_is_free_and_what_is_reserved_and_spent_adds_up(db: Database) -> None:
    def story(tx: Tx) -> None:
        owner = make_owner(tx)
        funds.funds(tx, by=owner, text="500", now=NOON)
        batch = make_batch(tx, n_tasks=4, overlap=3)
        ledger.transfer(
            tx,
            cause="submission:1:credited",
            debit=accounts.reserve(batch),
            credit=accounts.in_review(9),
            amount=50_000,
            currency="USD",
            now=NOON,
        )
        assert funds.standing(tx) == funds.Funds(free=500_000_000, reserved=550_000, spent=50_000)
        publishing.close(tx, by=owner, batch=batch, now=NOON)
        assert funds.standing(tx) == funds.Funds(free=500_550_000, reserved=0, spent=50_000)
        assert tx.value("select count(*) from audit where action = 'funds.recorded'") == 2

    await db.write(story)


async def test_the_same_update_twice_records_once(db: Database) -> None:
    def story(tx: Tx) -> None:
        owner = make_owner(tx)
        funds.record(tx, by=owner, amount=5_000_000, now=NOON)
        funds.record(tx, by=owner, amount=5_000_000, now=NOON)
        assert ledger.balance(tx, accounts.FUNDS) == 5_000_000
        assert tx.value("select count(*) from audit where action = 'funds.recorded'") == 1

    await db.write(story)


async def test_two_payments_told_in_one_breath_both_count(db: Database) -> None:
    def story(tx: Tx) -> None:
        owner = make_owner(tx)
        for message_id, text in enumerate(("500", "500", "300")):  # read from Telegram at once: the same instant
            funds.funds(tx, by=owner, text=text, message_id=message_id, now=NOON)
        assert ledger.balance(tx, accounts.FUNDS) == 1_300_000_000
        assert tx.value("select count(*) from audit where action = 'funds.recorded'") == 3

    await db.write(story)


async def test_only_the_owner_records_and_only_coordinators_look(db: Database) -> None:
    def story(tx: Tx) -> None:
        funds.funds(tx, by=make_coordinator(tx), now=NOON)
        with pytest.raises(OwnersOnly):
            funds.funds(tx, by=make_coordinator(tx), text="500", now=NOON)
        with pytest.raises(CoordinatorsOnly):
            funds.funds(tx, by=make_worker(tx), now=NOON)
        with pytest.raises(AmountTooSmall):
            funds.funds(tx, by=make_owner(tx), text="0", now=NOON)
        assert ledger.balance(tx, accounts.FUNDS) == 0

    await db.write(story)
