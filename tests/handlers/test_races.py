"""Several people at the same moment: the writer takes one after the other, and only one of them gets it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable

import pytest

from domain import ledger as accounts
from domain.joining import STAFF_INVITE_LASTS
from domain.people import Person
from domain.refusals import Refusal
from domain.rules import DAY, MINUTE
from storage import batches, invites, ledger, payouts, people
from storage.database import Database, Tx
from tests.builders import NOON, add_funds, make_batch, make_coordinator, make_draft, make_owner, make_worker, publish
from tests.handlers.phone import Phone
from tests.steps import answer, books_are_right, money, the, write
from usecases import payouts as paying
from usecases import reviews, work


def _ana(tx: Tx) -> Person:
    found = people.by_telegram_id(tx, 100)
    assert found is not None
    return found


async def outcomes(*calls: Awaitable[object]) -> Counter[str]:
    """How often each call went well (by its result's type) or was refused; any other exception is raised."""
    found: Counter[str] = Counter()
    for result in await asyncio.gather(*calls, return_exceptions=True):
        if isinstance(result, BaseException) and not isinstance(result, Refusal):
            raise result
        found[type(result).__name__] += 1
    return found


async def test_two_workers_for_the_last_task_and_one_gets_it(db: Database) -> None:
    def build(tx: Tx) -> int:
        for one in range(20):
            make_worker(tx, 100 + one, f"W{one}")
        return make_batch(tx, n_tasks=1)

    batch = await db.write(build)
    phones = [Phone(db, 100 + one, f"W{one}", NOON) for one in range(20)]
    await asyncio.gather(*(phone.tap(f"start:{batch}") for phone in phones))
    cards = await db.read(lambda tx: tx.all("select id, worker_id from assignments"))
    assert len(cards) == 1
    for phone in phones:
        phone.now += MINUTE
    toasts = await asyncio.gather(*(phone.tap(f"answer:{cards[0]['id']}:0") for phone in phones * 2))
    assert Counter(toast.partition(" ")[0] for toast in toasts)["Saved"] == 1
    assert await db.read(lambda tx: tx.value("select count(*) from submissions")) == 1
    await db.read(books_are_right)


async def test_two_coordinators_publish_with_the_same_money(db: Database) -> None:
    def build(tx: Tx) -> list[int]:
        owner = make_owner(tx)
        add_funds(tx, by=owner, amount=400_000)
        return [make_draft(tx, by=by) for by in (owner, make_coordinator(tx))]  # 229,500 each, all included

    drafts = await db.write(build)
    by = await db.read(people.coordinators)
    found = await outcomes(
        *(
            db.write(publish, by=one, batch=draft, tasks=3, cost=229_500, now=NOON)
            for draft, one in zip(drafts * 2, by * 2, strict=True)
        )
    )
    assert found["Published"] == 1
    assert await db.read(ledger.balance, accounts.FUNDS) == 170_500
    await db.read(books_are_right)


async def test_two_people_approve_and_mark_paid_and_everybody_is_paid_once(db: Database) -> None:
    def build(tx: Tx) -> int:
        owner, ana = make_owner(tx), make_worker(tx)
        make_coordinator(tx)
        answer(tx, ana, make_batch(tx, price=3_000_000), now=NOON)
        reviews.accept_due(tx, now=NOON + 2 * DAY)
        while paying.run_due(tx, now=NOON + 9 * DAY):
            pass
        assert owner.is_owner
        return payouts.unpaid(tx, limit=1)[0].id

    run = await db.write(build)
    by = await db.read(people.coordinators)
    later = NOON + 10 * DAY
    for press in (paying.approve, paying.mark_paid):
        found = await outcomes(*(db.write(press, by=one, run_id=run, now=later) for one in by * 3))
        assert found["PayoutRun"] == 1
    assert (await db.read(lambda tx: money(tx, _ana(tx)))).paid == 3_000_000
    assert await db.read(lambda tx: tx.value("select count(*) from outbox where key = 'payout_paid'")) == 1
    await db.read(books_are_right)


async def test_fifty_race_for_a_staff_invite_and_one_gets_it(db: Database) -> None:
    def build(tx: Tx) -> None:
        owner = make_owner(tx)
        invites.add(
            tx, code="open-sesame", role="coordinator", single_use=True, created_by=owner.id,
            expires_at=NOON + STAFF_INVITE_LASTS, now=NOON,
        )  # fmt: skip

    await db.write(build)
    phones = [Phone(db, 1_000 + one, f"P{one}", NOON) for one in range(50)]
    await asyncio.gather(*(phone.command("/start open-sesame") for phone in phones))
    assert await db.read(lambda tx: tx.value("select count(*) from people where is_coordinator = 1")) == 1
    assert await db.read(lambda tx: tx.value("select uses from invites")) == 1


@pytest.mark.parametrize("turn", range(6))
async def test_accept_undo_return_and_the_clock_at_once_leave_money_in_one_place(db: Database, turn: int) -> None:
    def build(tx: Tx) -> int:
        make_owner(tx), make_coordinator(tx)
        ana = make_worker(tx)
        return write(tx, ana, make_batch(tx, "write_reply", price=1_000_000), "A reply.", now=NOON, message_id=7)

    one = await db.write(build)
    now = NOON + 4 * DAY
    olga, carla = await db.read(people.coordinators)
    ana = await db.read(_ana)
    writer = Phone(db, 100, "Ana", now)
    calls = [
        db.write(reviews.accept, by=olga, submission_id=one, version=1, now=now),
        db.write(reviews.send_back_for, by=carla, submission_id=one, version=1, code=0, now=now),
        db.write(work.undo, by=ana, submission=one, now=now),
        db.write(reviews.accept_due, now=now),
        db.write(reviews.accept, by=carla, submission_id=one, version=1, now=now),
        writer.write("Something else."),
    ]
    await outcomes(*(calls[turn:] + calls[:turn]))
    state = (await db.read(the, one)).state
    has = await db.read(lambda tx: money(tx, ana))
    reserve = await db.read(lambda tx: ledger.balance(tx, accounts.reserve(1)))
    wanted = (1_000_000, 0, 2_000_000) if state == "accepted" else (0, 0, 3_000_000)
    assert (has.available, has.review, reserve) == wanted
    batch = await db.read(batches.by_id, 1)
    assert batch is not None
    assert batch.accepted == (state == "accepted")
    await db.read(books_are_right)
