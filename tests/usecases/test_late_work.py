"""Work that comes after its lease: counted while the task wants it, else paid if it is good and somebody pays it."""

from __future__ import annotations

import pytest

from domain import ledger as accounts
from domain.people import Person
from domain.refusals_work import AlreadyAnswered
from domain.rules import DAY, HOUR, MINUTE
from storage import assignments, batches, ledger, tasks
from storage.database import Tx
from tests.builders import NOON, add_funds, make_batch, make_owner, make_rated, make_worker
from tests.steps import MESSAGE_IDS, answer, books_are_right, make_reviewer, money, sent, take, the, told, write
from tests.usecases.desk import Desk
from usecases import leases, publishing, reviews, work, writing
from usecases.answering import Outcome

PRICE = 50_000
LATER = NOON + 3 * HOUR


@pytest.fixture
def tx() -> Tx:
    return Desk().tx


def late(tx: Tx, *, overlap: int = 1, choices: tuple[int, ...] = (0,)) -> tuple[Person, int, int]:
    """Ana's card ran out and others finished its task, with these answers. Ana, her old card, the batch."""
    ana = make_worker(tx)
    batch = make_batch(tx, n_tasks=1, price=PRICE, overlap=overlap)
    old = take(tx, ana, batch, now=NOON)
    leases.expire(tx, now=NOON + HOUR)
    for number, choice in enumerate(choices):
        answer(tx, make_worker(tx, 300 + number, f"B{number}"), batch, now=NOON + 2 * HOUR, choice=choice)
    return ana, old, batch


def counted(tx: Tx, batch: int) -> None:
    """Task and batch are counted as their rows are."""
    found, task = batches.by_id(tx, batch), tasks.by_id(tx, 1)
    assert found is not None and task is not None
    live = tx.value("select count(*) from submissions where state in ('pending', 'accepted')")
    assert (task.answered, task.taken, found.submissions, found.measured) == (live,) * 4
    assert task.taken <= task.wanted == found.wanted
    assert found.done == int(task.answered >= task.wanted)
    books_are_right(tx)


def test_good_late_work_is_paid_from_the_free_funds(tx: Tx) -> None:
    ana, old, batch = late(tx)
    add_funds(tx, by=make_owner(tx), amount=2 * PRICE, now=LATER)
    free = ledger.balance(tx, accounts.FUNDS)
    receipt = work.submit(tx, by=ana, assignment=old, answer_index=0, now=LATER)
    assert (receipt.outcome, receipt.amount) == (Outcome.SAVED, PRICE)
    assert money(tx, ana).review == PRICE
    assert ledger.balance(tx, accounts.FUNDS) == free - PRICE - PRICE * 2 // 100  # and what paying it out costs
    counted(tx, batch)
    reviews.accept_due(tx, now=LATER + 2 * DAY)
    assert money(tx, ana).available == PRICE
    counted(tx, batch)


def test_late_work_nobody_has_money_for_is_declined_kindly(tx: Tx) -> None:
    ana, old, batch = late(tx)
    tx.run("update balances set balance = 0 where id = 1")
    receipt = work.submit(tx, by=ana, assignment=old, answer_index=0, now=LATER)
    assert receipt.outcome is Outcome.GONE
    assert money(tx, ana).review == 0
    assert tx.value("select answered from tasks") == 1
    assert batch


def test_late_work_that_is_not_good_is_not_paid(tx: Tx) -> None:
    ana, old, batch = late(tx, overlap=3, choices=(0, 0, 1))
    add_funds(tx, by=make_owner(tx), amount=2 * PRICE, now=LATER)
    assert work.submit(tx, by=ana, assignment=old, answer_index=1, now=LATER).outcome is Outcome.GONE
    assert work.submit(tx, by=ana, assignment=old, answer_index=0, now=LATER + MINUTE).outcome is Outcome.SAVED
    counted(tx, batch)


def test_in_a_tie_each_of_the_leading_answers_is_good(tx: Tx) -> None:
    ana, old, batch = late(tx, overlap=2, choices=(0, 1))
    add_funds(tx, by=make_owner(tx), amount=2 * PRICE, now=LATER)
    assert work.submit(tx, by=ana, assignment=old, answer_index=2, now=LATER).outcome is Outcome.GONE
    assert work.submit(tx, by=ana, assignment=old, answer_index=1, now=LATER + MINUTE).outcome is Outcome.SAVED
    counted(tx, batch)


def test_late_work_is_taken_back_like_any_other_and_handed_in_again(tx: Tx) -> None:
    ana, old, batch = late(tx)
    add_funds(tx, by=make_owner(tx), amount=2 * PRICE, now=LATER)
    receipt = work.submit(tx, by=ana, assignment=old, answer_index=0, now=LATER)
    assert receipt.submission_id is not None
    work.undo(tx, by=ana, submission=receipt.submission_id, now=LATER + MINUTE)
    books_are_right(tx)
    assert work.submit(tx, by=ana, assignment=old, answer_index=2, now=LATER + HOUR // 12).outcome is Outcome.SAVED
    counted(tx, batch)


def test_a_second_tap_on_the_late_card_is_refused_and_not_paid(tx: Tx) -> None:
    ana, old, batch = late(tx)
    add_funds(tx, by=make_owner(tx), amount=10 * PRICE, now=LATER)
    work.submit(tx, by=ana, assignment=old, answer_index=0, now=LATER)
    with pytest.raises(AlreadyAnswered):
        work.submit(tx, by=ana, assignment=old, answer_index=0, now=LATER)
    assert money(tx, ana).review == PRICE
    counted(tx, batch)


def test_late_work_of_a_closed_batch_leaves_nothing_behind(tx: Tx) -> None:
    ana, old, batch = late(tx)
    add_funds(tx, by=make_owner(tx), amount=2 * PRICE, now=LATER)
    publishing.close(tx, by=make_owner(tx), batch=batch, now=LATER)
    assert work.submit(tx, by=ana, assignment=old, answer_index=0, now=LATER + MINUTE).outcome is Outcome.SAVED
    assert ledger.balance(tx, accounts.reserve(batch)) == 0
    counted(tx, batch)


def test_late_written_work_goes_to_its_review(tx: Tx) -> None:
    ana, ben, rita = make_worker(tx), make_worker(tx, 101, "Ben"), make_reviewer(tx)
    batch = make_batch(tx, "write_reply", 1, PRICE)
    old = take(tx, ana, batch, now=NOON)
    writing.take(tx, by=ana, text="My reply", message_id=next(MESSAGE_IDS), now=NOON)
    leases.expire(tx, now=NOON + 2 * HOUR)
    write(tx, ben, batch, "Mine", now=NOON + 2 * HOUR)
    sent(tx)
    add_funds(tx, by=make_owner(tx), amount=2 * PRICE, now=LATER)
    one = assignments.by_id(tx, old)
    assert one is not None
    receipt = writing.submit(tx, by=ana, assignment=old, version=one.draft_version, now=LATER)
    assert receipt.outcome is Outcome.SAVED
    assert receipt.submission_id is not None
    assert the(tx, receipt.submission_id).state == "pending"
    assert "draft_gone" not in told(tx, ana)
    counted(tx, batch)
    reviews.accept(tx, by=rita, submission_id=receipt.submission_id, version=1, now=LATER + HOUR)
    assert money(tx, ana).available == PRICE
    counted(tx, batch)


def test_late_rating_next_to_anothers_is_good_and_one_far_off_is_not(tx: Tx) -> None:
    ana, batch = make_worker(tx), make_rated(tx, 1, overlap=2)
    old = take(tx, ana, batch, now=NOON)
    leases.expire(tx, now=NOON + HOUR)
    for number in range(2):
        answer(tx, make_worker(tx, 300 + number, f"B{number}"), batch, now=NOON + 2 * HOUR, choice=4)
    add_funds(tx, by=make_owner(tx), amount=2 * PRICE, now=LATER)
    assert work.submit(tx, by=ana, assignment=old, answer_index=2, now=LATER).outcome is Outcome.GONE
    assert work.submit(tx, by=ana, assignment=old, answer_index=3, now=LATER + MINUTE).outcome is Outcome.SAVED
    counted(tx, batch)
