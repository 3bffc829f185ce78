"""What the clock decides of work nobody judged, and who comes first when several decide at once."""

from __future__ import annotations

import pytest

from domain import ledger as accounts
from domain.reviews import NothingToAccept, Verdict
from domain.rules import DAY, HOUR, MINUTE, SECOND
from storage import batches, ledger, tasks, worker_days
from storage.database import Database, Tx
from tests.builders import NOON, make_batch, make_coordinator, make_owner, make_worker
from tests.steps import (
    REPLY_PRICE,
    Money,
    answer,
    books_are_right,
    buttons,
    make_reviewer,
    money,
    screen,
    sent,
    the,
    told,
    write,
    write_again,
    written_replies,
)
from usecases import leases, publishing, reviews, work

PRICE = REPLY_PRICE


async def test_accept_all_takes_what_was_handed_in_before_the_screen_and_asks_first(db: Database) -> None:
    def story(tx: Tx) -> None:
        reviewer, worker, batch, replies = written_replies(tx, 3)
        other = make_batch(tx, "write_reply", 2, PRICE)
        elsewhere = write(tx, worker, other, "Another batch", now=NOON)
        screen_at = NOON + HOUR
        reviews.open_queue(tx, by=reviewer, now=screen_at)
        action, numbers = buttons(screen(tx, reviewer, "review"))["Accept all"]
        assert (action, numbers) == ("rv_all", (batch, replies[0], screen_at))
        reviews.ask_accept_all(
            tx, by=reviewer, batch_id=batch, submission_id=replies[0], until=screen_at, now=screen_at + MINUTE
        )
        asked = screen(tx, reviewer, "review_all")
        assert buttons(asked)["Accept 3"] == ("rv_all_yes", (batch, screen_at))
        assert money(tx, worker).available == 0
        assert reviews.accept_all(tx, by=reviewer, batch_id=batch, until=screen_at, now=screen_at + 2 * MINUTE) == 3
        assert [the(tx, reply).state for reply in replies] == ["accepted"] * 3
        assert the(tx, elsewhere).state == "pending"
        assert money(tx, worker).available == 3 * PRICE
        with pytest.raises(NothingToAccept):
            reviews.accept_all(tx, by=reviewer, batch_id=batch, until=screen_at, now=screen_at + 3 * MINUTE)
        books_are_right(tx)

    await db.write(story)


async def test_accept_all_leaves_what_came_after_the_screen(db: Database) -> None:
    def story(tx: Tx) -> None:
        reviewer, worker, batch, (reply,) = written_replies(tx, 1)
        later = write(tx, worker, batch, "Later", now=NOON + 2 * HOUR)
        assert reviews.accept_all(tx, by=reviewer, batch_id=batch, until=NOON + HOUR, now=NOON + 3 * HOUR) == 1
        assert (the(tx, reply).state, the(tx, later).state) == ("accepted", "pending")

    await db.write(story)


async def test_silence_pays_also_after_a_week_of_downtime_and_only_once(db: Database) -> None:
    def story(tx: Tx) -> None:
        _, worker, _, replies = written_replies(tx, 2)
        photos = make_batch(tx, n_tasks=2, price=50_000)
        tapped = answer(tx, worker, photos, now=NOON)
        assert reviews.accept_due(tx, now=NOON + 23 * HOUR) is False
        assert the(tx, tapped).state == "pending"
        assert reviews.accept_due(tx, now=NOON + DAY + MINUTE) is False
        assert (the(tx, tapped).state, the(tx, replies[0]).state) == ("accepted", "pending")
        reviews.accept_due(tx, now=NOON + 10 * DAY)
        reviews.accept_due(tx, now=NOON + 10 * DAY)
        reviews.accept_due(tx, now=NOON)
        assert money(tx, worker) == Money(review=0, available=2 * PRICE + 50_000, transit=0, paid=0)
        assert the(tx, replies[0]).decided_by is None
        books_are_right(tx)

    await db.write(story)


async def test_silence_takes_bounded_steps_and_says_when_there_is_more(db: Database) -> None:
    def story(tx: Tx) -> None:
        _, worker, _, replies = written_replies(tx, 5)
        more = [reviews.accept_due(tx, now=NOON + 10 * DAY, limit=2) for _ in range(3)]
        assert more == [True, True, False]
        assert money(tx, worker).available == len(replies) * PRICE

    await db.write(story)


async def test_a_reply_nobody_improves_in_two_days_is_free_for_others(db: Database) -> None:
    def story(tx: Tx) -> None:
        reviewer, worker, batch, (reply,) = written_replies(tx, 1)
        back_at = NOON + HOUR
        reviews.send_back_for(tx, by=reviewer, submission_id=reply, version=1, code=0, now=back_at)
        reviews.expire_sent_back(tx, now=back_at + 2 * DAY - SECOND)
        assert the(tx, reply).state == "sent_back"
        sent(tx)
        assert reviews.expire_sent_back(tx, now=back_at + 2 * DAY) is False
        assert the(tx, reply).state == "withdrawn"
        assert "does not count against you" in screen(tx, worker, "sent_back_over").text
        task = tasks.by_id(tx, the(tx, reply).task_id)
        assert task is not None
        assert (task.state, task.taken, task.answered) == ("open", 1 - 1, 0)
        found = batches.by_id(tx, batch)
        assert found is not None
        assert (found.submissions, found.done) == (0, 0)
        days = worker_days.between(tx, worker.id, 0, 40_000)
        assert (days.submissions, days.earned) == (0, 0)
        assert days.active_micros > 0
        leases.expire(tx, now=back_at + 2 * DAY)
        other = make_worker(tx, 103, "Dee")
        for turn in range(2):
            write(tx, other, batch, f"Mine {turn}", now=back_at + 3 * DAY + turn * HOUR)
        assert money(tx, other).review == 2 * PRICE
        assert money(tx, worker) == Money(0, 0, 0, 0)
        books_are_right(tx)

    await db.write(story)


async def test_work_handed_in_anew_and_left_again_counts_out_where_it_counted_in(db: Database) -> None:
    def story(tx: Tx) -> None:
        reviewer, worker, _, (reply,) = written_replies(tx, 1)
        reviews.send_back_for(tx, by=reviewer, submission_id=reply, version=1, code=0, now=NOON + HOUR)
        again = write_again(tx, worker, "Next day", now=NOON + DAY)
        reviews.send_back_for(tx, by=reviewer, submission_id=again, version=1, code=0, now=NOON + DAY + HOUR)
        reviews.expire_sent_back(tx, now=NOON + 10 * DAY)
        days = worker_days.days(tx, worker.id, 0, 40_000).values()
        assert [(day.submissions, day.earned) for day in days] == [(0, 0), (0, 0)]

    await db.write(story)


async def test_money_of_a_reply_that_lapses_in_a_closed_batch_is_free_again(db: Database) -> None:
    def story(tx: Tx) -> None:
        reviewer, worker, batch, (reply,) = written_replies(tx, 1)
        reviews.send_back_for(tx, by=reviewer, submission_id=reply, version=1, code=0, now=NOON + HOUR)
        work.stop(tx, by=worker, now=NOON + HOUR)
        publishing.close(tx, by=make_owner(tx), batch=batch, now=NOON + 2 * HOUR)
        assert ledger.balance(tx, accounts.reserve(batch)) == PRICE
        reviews.expire_sent_back(tx, now=NOON + 3 * DAY)
        assert ledger.balance(tx, accounts.reserve(batch)) == 0
        assert ledger.balance(tx, accounts.FUNDS) == 2 * PRICE + 2 * PRICE // 50  # the fees of it, too
        books_are_right(tx)

    await db.write(story)


async def test_a_decision_after_the_clocks_changes_nothing(db: Database) -> None:
    def story(tx: Tx) -> None:
        reviewer, worker, _, (reply,) = written_replies(tx, 1)
        reviews.accept_due(tx, now=NOON + 10 * DAY)
        judged = reviews.send_back_for(tx, by=reviewer, submission_id=reply, version=1, code=0, now=NOON + 10 * DAY)
        assert judged.verdict is Verdict.GONE
        assert money(tx, worker).available == PRICE
        assert "sent_back" not in told(tx, worker)

    await db.write(story)


async def test_two_reviewers_on_one_reply_and_the_second_is_told(db: Database) -> None:
    first = await db.write(lambda tx: make_reviewer(tx))
    second = await db.write(lambda tx: make_coordinator(tx))
    _, worker, _, (reply,) = await db.write(lambda tx: written_replies(tx, 1))
    one = await db.write(reviews.accept, by=first, submission_id=reply, version=1, now=NOON + HOUR)
    other = await db.write(reviews.send_back_for, by=second, submission_id=reply, version=1, code=1, now=NOON + HOUR)
    assert (one.verdict, other.verdict) == (Verdict.ACCEPTED, Verdict.GONE)
    assert (await db.read(money, worker)).available == PRICE
