"""Rejections when several press at the same moment: one outcome, money in one place."""

from __future__ import annotations

import asyncio

import pytest

from domain import ledger as accounts
from domain.rules import DAY, HOUR, MINUTE
from storage import ledger, people, rejections
from storage.database import Database, Tx
from tests.builders import NOON, make_batch, make_coordinator, make_owner, make_worker
from tests.handlers.phone import Phone
from tests.handlers.test_races import outcomes
from tests.rejecting import deliver, reject, weigh
from tests.steps import answer, books_are_right, make_reviewer, money, the, write
from usecases import appeals, proposals, rejecting, reviews

PRICE = 1_000_000


@pytest.mark.parametrize("turn", range(6))
async def test_reject_accept_silence_and_return_at_once_leave_money_in_one_place(db: Database, turn: int) -> None:
    def build(tx: Tx) -> int:
        make_owner(tx), make_coordinator(tx)
        rita = make_reviewer(tx)
        one = write(tx, make_worker(tx), make_batch(tx, "write_reply", price=PRICE), "A reply.", now=NOON)
        weigh(tx, rita, one, now=NOON + HOUR)
        return one

    one = await db.write(build)
    now = NOON + 4 * DAY
    olga, carla = await db.read(people.coordinators)
    rita = await db.read(lambda tx: people.by_telegram_id(tx, 50))
    assert rita is not None
    phone = Phone(db, 50, "Rita", now)
    calls = [
        db.write(rejecting.confirm, by=rita, ground=1, now=now),
        db.write(reviews.accept, by=olga, submission_id=one, version=1, now=now),
        db.write(reviews.accept_due, now=now),
        db.write(reviews.send_back_for, by=carla, submission_id=one, version=1, code=0, now=now),
        phone.tap("rj_yes:1"),
        db.write(rejecting.confirm, by=rita, ground=1, now=now),
    ]
    await outcomes(*(calls[turn:] + calls[:turn]))
    state = (await db.read(the, one)).state
    ana = await db.read(lambda tx: people.by_telegram_id(tx, 100))
    has = await db.read(lambda tx: money(tx, ana))  # type: ignore[arg-type]
    held = await db.read(lambda tx: ledger.balance(tx, accounts.HELD))
    assert (has.available, has.review, held) == {
        "accepted": (PRICE, 0, 0),
        "rejected": (0, 0, PRICE),
        "sent_back": (0, 0, 0),
    }[state]
    await db.read(books_are_right)


@pytest.mark.parametrize("turn", range(4))
async def test_two_judges_the_clock_and_a_second_tap_decide_an_appeal_once(db: Database, turn: int) -> None:
    def build(tx: Tx) -> int:
        make_owner(tx), make_coordinator(tx)
        rita, ana = make_reviewer(tx), make_worker(tx)
        one = write(tx, ana, make_batch(tx, "write_reply", price=PRICE), "A reply.", now=NOON)
        reject(tx, rita, one, now=NOON + HOUR)
        deliver(tx, ana, now=NOON + HOUR)
        return one

    one = await db.write(build)
    ana = Phone(db, 100, "Ana", NOON + DAY)
    toasts = await asyncio.gather(*(ana.tap(f"rj_appeal:{one}") for _ in range(3)))
    assert sum("Somebody else looks at it" in toast for toast in toasts) == 1
    assert sum("on its way" in toast for toast in toasts) == 2
    now = NOON + 9 * DAY
    olga, carla = await db.read(people.coordinators)
    calls = [
        db.write(appeals.pay, by=olga, rejection=1, now=now),
        db.write(appeals.keep_written, by=carla, text="No", rejection=1, now=now),
        db.write(appeals.decide_due, now=now),
        db.write(appeals.keep_written, by=olga, text="No", rejection=1, now=now),
    ]
    await outcomes(*(calls[turn:] + calls[:turn]))
    found = await db.read(rejections.by_id, 1)
    assert found is not None
    held = await db.read(lambda tx: ledger.balance(tx, accounts.HELD))
    paid = await db.read(lambda tx: ledger.balance(tx, accounts.available(found.worker_id)))
    assert (held, paid) == (0, PRICE if found.state == "upheld" else 0)
    await db.read(books_are_right)


async def test_two_people_agree_and_decline_at_once_and_the_first_decides(db: Database) -> None:
    def build(tx: Tx) -> None:
        make_owner(tx), make_coordinator(tx)
        rita, ana = make_reviewer(tx), make_worker(tx)
        batch = make_batch(tx, n_tasks=30, price=PRICE)
        found = [answer(tx, ana, batch, now=NOON + number * MINUTE // 6) for number in range(30)]
        reject(tx, rita, found[0], found[-1], now=NOON + HOUR)

    await db.write(build)
    olga, carla = await db.read(people.coordinators)
    now = NOON + 2 * HOUR
    decided = await asyncio.gather(
        *(db.write(proposals.agree, by=by, proposal=1, count=30, now=now) for by in (olga, carla) * 2),
        *(db.write(proposals.decline, by=by, proposal=1, count=30, now=now) for by in (olga, carla)),
    )
    assert [one[0].value for one in decided].count("changed") == 5
    assert await db.read(lambda tx: tx.value("select count(*) from rejections")) == 30
    await db.read(books_are_right)
