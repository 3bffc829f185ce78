"""Every way in which the ledger can be wrong is found, with its cause and its account; a right one is found right."""

from __future__ import annotations

import pytest

from domain.books import FLOWS, PAYOUT, SUBMISSION
from domain.people import Person
from domain.rules import DAY, HOUR, MINUTE, Rules
from storage import ledger, people, sessions
from storage import payouts as rows
from storage.books import account_name, cause_name
from storage.database import Tx
from tests.builders import NOON, make_batch, make_owner, make_worker
from tests.steps import answer, take, violations, write, write_again
from tests.usecases.desk import Desk
from usecases import answering, journal, payouts, publishing, reviews, verifying


def history(tx: Tx) -> Person:
    """Every event that moves money: one batch of photos, one of replies, a closed one, two paydays; an open card."""
    owner = make_owner(tx)
    ana, ben = make_worker(tx), make_worker(tx, 101, "Ben")
    photos, replies = make_batch(tx, n_tasks=6, price=333_333, overlap=2), make_batch(tx, "write_reply", 4, 1_234_567)
    closed = make_batch(tx, n_tasks=3)
    for step in range(4):
        answer(tx, ana, photos, now=NOON + step * MINUTE)
    last = sessions.of(tx, ana.id).undo_submission_id
    assert last is not None
    answering.undo(tx, by=ana, submission=last, now=NOON + 5 * MINUTE)
    answer(tx, ben, closed, now=NOON)
    publishing.close(tx, by=owner, batch=closed, now=NOON + HOUR)
    while payouts.run_due(tx, now=NOON + 9 * DAY):
        pass
    for run in rows.recent(tx, limit=9):
        payouts.approve(tx, by=owner, run_id=run.id, now=NOON + 9 * DAY)
        payouts.mark_paid(tx, by=owner, run_id=run.id, now=NOON + 9 * DAY)
    for number in range(2):
        reply = write(tx, ben, replies, f"Reply {number}", now=NOON + 10 * DAY + number * HOUR)
        reviews.send_back(
            tx, by=owner, submission_id=reply, version=1, reason="#short", now=NOON + 10 * DAY + number * HOUR + MINUTE
        )
    write_again(tx, ben, "A longer one", now=NOON + 10 * DAY + 3 * HOUR)
    answer(tx, ana, photos, now=NOON + 10 * DAY)
    take(tx, ben, photos, now=NOON + 10 * DAY + 4 * HOUR)
    reviews.accept_due(tx, now=NOON + 12 * DAY, limit=1)
    for step in range(3):
        answer(tx, ben, photos, now=NOON + 12 * DAY + step * MINUTE)
    while payouts.run_due(tx, now=NOON + 16 * DAY):
        pass
    answer(tx, ana, photos, now=NOON + 16 * DAY)
    take(tx, ana, photos, now=NOON + 16 * DAY + HOUR)
    tx.run("delete from outbox")
    return owner


@pytest.fixture
def tx() -> Tx:
    desk = Desk(Rules(payout_minimum=1, quick_tap_millis=0))
    desk.make(history)
    return desk.tx


def test_every_kind_of_event_is_in_the_history(tx: Tx) -> None:
    assert {row[0] for row in tx.all("select distinct kind from ledger")} >= set(range(1, 10))
    assert {row[0] for row in tx.all("select distinct state from submissions")} == SUBMISSION.keys() - {"rejected"}
    assert {row[0] for row in tx.all("select distinct state from payouts")} == {"reserved", "paid"}


@pytest.mark.parametrize("limit", [1, 3, 10_000])
def test_a_right_ledger_is_found_right_whatever_the_page(tx: Tx, limit: int) -> None:
    assert violations(tx, limit=limit) == []


def test_names_are_those_of_the_views(tx: Tx) -> None:
    named = tx.all("select kind, subject, number, part, id from transfers")
    assert [cause_name(*tuple(row)[:4]) for row in named] == [row[4] for row in named]
    kept = tx.all("select number, id from accounts")
    assert [account_name(row[0]) for row in kept] == [row[1] for row in kept]


def test_every_event_and_every_state_has_its_flow() -> None:
    assert FLOWS.keys() == ledger.KINDS.keys()
    for noun, states in (("submission", SUBMISSION), ("payout", PAYOUT)):
        assert {event for allowed in states.values() for one in allowed for event in one} == {
            event for one, event in FLOWS if one == noun
        }


ONE = "(select min(id) from submissions where state = '{}')"
ACCEPTED, PENDING, BACK = (ONE.format(state) for state in ("accepted", "pending", "sent_back"))
OFF = "drop trigger ledger_no_update", "drop trigger ledger_no_delete", "drop trigger ledger_moves"
INSERT = "insert into ledger (kind, subject, at, debit, credit, amount, currency) select"

PLANTED = {
    "a balance changed": (["update balances set balance = balance + 1 where id = 1"], ["funds: its balance", "not 0"]),
    "money moved without a cause": (
        ["update balances set balance = balance + iif(id = 1, -5, 5) where id in (1, 18)"],
        ["funds: its balance", "batch:2:reserve: its balance is 0.000005 more"],
    ),
    "somebody owes": (
        ["pragma ignore_check_constraints = on", "update balances set balance = -7 where id & 7 = 6"],
        [":paid: owes 0.000007"],
    ),
    "a credit is missing": (
        [*OFF, f"delete from ledger where kind = 4 and subject = {PENDING}"],
        [":credited, batch:"],
    ),
    "a credit of another amount": (
        [*OFF, f"update ledger set amount = amount + 1 where kind = 4 and subject = {PENDING}"],
        [":credited, batch:1:reserve: 0.333334 USD"],
    ),
    "a credit to somebody else": (
        [*OFF, f"update ledger set credit = 8 * 999 + 3 where kind = 4 and subject = {ACCEPTED}"],
        ["to worker:999:review moved; submission"],
    ),
    "another currency": (
        [*OFF, f"update ledger set currency = 'EUR' where kind = 4 and subject = {ACCEPTED}"],
        ["0.333333 EUR"],
    ),
    "accepted and not paid for": (
        [f"update submissions set state = 'accepted' where id = {PENDING}"],
        [":accepted, worker:", "missing; submission"],
    ),
    "paid for and not accepted": (
        [f"update submissions set state = 'pending' where id = {ACCEPTED}"],
        ["too much; submission"],
    ),
    "withdrawn and still paid for": (
        [f"update submissions set state = 'withdrawn' where id = {PENDING}"],
        [":undone", "missing; submission"],
    ),
    "accepted twice over": (
        [f"{INSERT} 5, id, 1, worker_id * 8 + 4, batch_id * 8 + 2, 1, 'USD' from submissions where id = {ACCEPTED}"],
        [":undone, worker:", "too much; submission"],
    ),
    "sent back as another version": (
        [f"update submissions set version = 2 where id = {BACK}"],
        [":sent_back:1, worker:", "too much", ":sent_back:2, worker:", "missing"],
    ),
    "rejected without its transfer": (
        [f"update submissions set state = 'rejected' where id = {PENDING}"],
        [":rejected, worker:", "missing"],
    ),
    "a submission that is not there": (
        [f"{INSERT} 4, 9999, 1, 10, 8 * 4 + 3, 1, 'USD'"],
        ["submission:9999:credited, batch:1:reserve: 0.000001 USD", "there is no submission 9999"],
    ),
    "a submission that is gone": (
        [f"delete from submissions where id = {ACCEPTED}"],
        ["there is no submission"],
    ),
    "paid without a transfer": (
        ["update payouts set state = 'paid' where state = 'reserved'"],
        ["payout:", ":paid, worker:", "missing; payout"],
    ),
    "paid and still to be paid": (
        ["update payouts set state = 'reserved' where state = 'paid'"],
        [":paid, worker:", "too much; payout"],
    ),
    "a payout of another amount": (["update payouts set amount = amount + 10000"], ["which asks for", "payout_run:"]),
    "a payout to somebody else": (
        ["update payouts set worker_id = 1 where id = 1"],
        ["payout:1:reserved, worker:"],
    ),
    "a run counted wrong": (["update payout_runs set count = count + 1 where id = 1"], ["payout_run:1: says"]),
    "a batch that reserved nothing": (
        [*OFF, "delete from ledger where kind = 2 and subject = 1"],
        ["batch:1:reserved, batch:1:reserve: nothing reserved; batch 1 is open"],
    ),
    "a batch that grew": (["update batches set tasks = tasks + 1 where id = 1"], ["which asks for 4.666662"]),
    "given back and not counted": (
        ["update batches set released = 0, releases = 0 where releases > 0"],
        [":released, batch:3:reserve", "the batch counts 0.00 in 0"],
    ),
    "a reserve that is too small": (
        [
            f"{INSERT} 3, 1, 1, 10, 1, balance - 1, 'USD' from balances where id = 10",
            "update batches set releases = 1, released = (select amount from ledger where kind = 3 and subject = 1)"
            " where id = 1",
        ],
        ["batch:1:reserve: holds 0.000001; 2 open assignments and 0 submissions sent back may still earn 0.666666"],
    ),
    "funds from nobody": ([f"{INSERT} 1, 777, 1, 0, 1, 5, 'USD'"], ["funds:777:recorded, world:", "no person 777"]),
    "funds that went elsewhere": (
        [f"{INSERT} 1, 1, 1, 0, 8 * 4 + 6, 5, 'USD'"],
        ["moved; it should go from world to funds"],
    ),
}


@pytest.mark.parametrize("name", PLANTED)
def test_what_is_wrong_is_found_with_its_cause_and_account(tx: Tx, name: str) -> None:
    statements, said = PLANTED[name]
    for statement in statements:
        assert tx.run(statement).rowcount != 0, statement
    found = "\n".join(violations(tx, limit=2))
    for part in said:
        assert part in found
    for person in ("Ana", "Ben", "Olga"):
        assert person not in found


def test_what_happens_while_it_reads_is_no_violation_and_is_not_in_the_export(tx: Tx) -> None:
    owner = people.by_telegram_id(tx, 1)
    assert owner is not None
    work, found = verifying.begin(tx, currency="USD")
    book, exported = journal.begin(tx)
    there = tx.value("select count(*) from ledger")

    for run in rows.recent(tx, limit=9):
        if run.state == "proposed":
            payouts.approve(tx, by=owner, run_id=run.id, now=NOON + 17 * DAY)
            payouts.mark_paid(tx, by=owner, run_id=run.id, now=NOON + 17 * DAY)
    ben = people.by_telegram_id(tx, 101)
    assert ben is not None
    answer(tx, ben, 1, now=NOON + 17 * DAY)
    while reviews.accept_due(tx, now=NOON + 30 * DAY):
        pass
    assert tx.value("select count(*) from ledger") > there + 3

    while not work.done:
        found += verifying.step(tx, work, limit=2)
    while not book.done:
        exported += journal.step(tx, book, limit=2)
    assert found == []
    assert len(exported) == work.transfers == there


def test_what_was_wrong_before_is_found_however_much_happens_meanwhile(tx: Tx) -> None:
    tx.run("update balances set balance = balance + 5 where id & 7 = 4 and balance > 0")
    work, found = verifying.begin(tx, currency="USD")
    while reviews.accept_due(tx, now=NOON + 30 * DAY):
        pass
    while not work.done:
        found += verifying.step(tx, work, limit=2)
    assert any("available: its balance is 0.000005 more" in str(one) for one in found)
