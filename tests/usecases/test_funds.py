"""Money received, and where all of it is."""

from __future__ import annotations

import pytest

from domain import ledger as accounts
from domain.costs import Cost
from domain.joining import CoordinatorsOnly, OwnersOnly
from domain.money import AmountTooSmall
from storage import ledger
from storage.database import Database, Tx
from tests.builders import NOON, make_batch, make_coordinator, make_owner, make_worker
from tests.steps import screen, told
from usecases import funds, publishing, reserves


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
        assert funds.standing(tx) == funds.Funds(free=500_000_000, reserved=850_000, fees=18_000, held=0, spent=50_000)
        publishing.close(tx, by=owner, batch=batch, now=NOON)
        reserves.release_topups(tx, batch, NOON)
        assert funds.standing(tx) == funds.Funds(free=500_867_000, reserved=0, fees=1_000, held=0, spent=50_000)
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


async def test_what_is_owed_is_paid_below_zero_and_the_owner_is_told_when_it_begins(db: Database) -> None:
    def story(tx: Tx) -> None:
        owner, batch = make_owner(tx), make_batch(tx)
        for amount in (70_000, 30_000):
            reserves.owe_topups(tx, batch, amount, now=NOON)
        assert funds.standing(tx).owed == 100_000
        assert told(tx, owner).count("funds_owed") == 1
        funds.funds(tx, by=owner, now=NOON)
        for key in ("funds", "funds_owed"):
            assert "$0.10 is missing" in screen(tx, owner, key).text
        funds.record(tx, by=owner, amount=100_000, now=NOON + 1)
        assert funds.standing(tx).free == 0
        reserves.owe_topups(tx, batch, 1, now=NOON)
        assert told(tx, owner).count("funds_owed") == 2

    await db.write(story)


async def test_nothing_but_what_is_owed_takes_the_funds_below_zero(db: Database) -> None:
    def story(tx: Tx) -> None:
        batch = make_batch(tx)
        reserves.owe_topups(tx, batch, 1, now=NOON)
        with pytest.raises(accounts.Overdrawn):
            reserves.begin(tx, 99, Cost(1, 0, 0), now=NOON)

    await db.write(story)
