"""Judging written work: who may, what a tap does and does not, what the clock does when nobody judges."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest

from domain import ledger as accounts
from domain.joining import ReviewersOnly
from domain.kinds import Payload, payload_to_json
from domain.long_texts import MESSAGE, units
from domain.notices import Slot
from domain.refusals import Refusal, StaleButton
from domain.refusals_work import NothingToUndo, UnderReview
from domain.reviews import NothingToAccept, OnlyOne, OwnWork, ReasonEmpty, ReasonTooLong, Verdict
from domain.rules import HOUR, MINUTE
from storage import batches, ledger, outbox, people, questions
from storage.database import Database, Tx
from tests.builders import NOON, make_batch, make_worker
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
from usecases import reviews, typed, work, writing

PRICE = REPLY_PRICE


async def test_the_queue_shows_the_oldest_with_its_text_and_when_silence_pays(db: Database) -> None:
    def story(tx: Tx) -> None:
        reviewer, _, _, _ = written_replies(tx, 2)
        reviews.open_queue(tx, by=reviewer, now=NOON + HOUR)
        shown = screen(tx, reviewer, "review")
        assert "Prompt 0" in shown.text
        assert "Reply 0" in shown.text
        assert "2 waiting" in shown.text
        assert "$0.50" in shown.text
        assert "3 days" in shown.text
        assert {"Accept", "Accept all", "Return", "Skip"} <= buttons(shown).keys()

    await db.write(story)


async def test_showing_a_reply_ends_its_writers_undo_and_editing(db: Database) -> None:
    def story(tx: Tx) -> None:
        worker, reviewer = make_worker(tx), make_reviewer(tx)
        batch = make_batch(tx, "write_reply", 2, PRICE)
        reply = write(tx, worker, batch, "First words", now=NOON, message_id=77)
        writing.edited(tx, by=worker, text="Better words", message_id=77, now=NOON + 2 * MINUTE)
        assert the(tx, reply).version == 2
        reviews.open_queue(tx, by=reviewer, now=NOON + HOUR)
        assert the(tx, reply).review_started_at == NOON + HOUR
        with pytest.raises(UnderReview):
            writing.edited(tx, by=worker, text="Too late", message_id=77, now=NOON + HOUR)
        with pytest.raises(NothingToUndo):
            work.undo(tx, by=worker, submission=reply, now=NOON + HOUR)

    await db.write(story)


async def test_accept_pays_once_and_a_second_tap_is_polite(db: Database) -> None:
    def story(tx: Tx) -> None:
        reviewer, worker, batch, replies = written_replies(tx, 2)
        judged = reviews.accept(tx, by=reviewer, submission_id=replies[0], version=1, now=NOON + HOUR)
        assert judged == reviews.Judged(Verdict.ACCEPTED, PRICE)
        again = reviews.accept(tx, by=reviewer, submission_id=replies[0], version=1, now=NOON + HOUR)
        assert again.verdict is Verdict.GONE
        assert money(tx, worker) == Money(review=PRICE, available=PRICE, transit=0, paid=0)
        found = batches.by_id(tx, batch)
        assert found is not None
        assert found.accepted == 1
        assert "Reply 1" in screen(tx, reviewer, "review").text
        books_are_right(tx)

    await db.write(story)


async def test_a_button_of_an_older_text_shows_the_new_one_and_changes_nothing(db: Database) -> None:
    def story(tx: Tx) -> None:
        worker, reviewer = make_worker(tx), make_reviewer(tx)
        batch = make_batch(tx, "write_reply", 2, PRICE)
        reply = write(tx, worker, batch, "First words", now=NOON, message_id=77)
        writing.edited(tx, by=worker, text="Better words", message_id=77, now=NOON + 2 * MINUTE)
        taps: tuple[Callable[[], reviews.Judged | None], ...] = (
            lambda: reviews.accept(tx, by=reviewer, submission_id=reply, version=1, now=NOON + HOUR),
            lambda: reviews.ask_reason(tx, by=reviewer, submission_id=reply, version=1, now=NOON + HOUR),
            lambda: reviews.send_back_for(tx, by=reviewer, submission_id=reply, version=1, code=0, now=NOON + HOUR),
        )
        for tap in taps:
            judged = tap()
            assert judged is not None
            assert judged.verdict is Verdict.CHANGED
            assert the(tx, reply).state == "pending"
            assert "Better words" in screen(tx, reviewer, "review").text
        assert money(tx, worker) == Money(review=PRICE, available=0, transit=0, paid=0)

    await db.write(story)


async def test_a_returned_reply_keeps_its_money_reserved_and_its_writer_is_told_why(db: Database) -> None:
    def story(tx: Tx) -> None:
        reviewer, worker, batch, (reply, _) = written_replies(tx, 2)
        reserved = ledger.balance(tx, accounts.reserve(batch))
        sent(tx)
        judged = reviews.send_back_for(tx, by=reviewer, submission_id=reply, version=1, code=2, now=NOON + HOUR)
        assert judged.verdict is Verdict.RETURNED
        assert ledger.balance(tx, accounts.reserve(batch)) == reserved + PRICE
        assert money(tx, worker).review == PRICE
        news = screen(tx, worker, "sent_back")
        assert "too short" in news.text
        assert "$0.50" in news.text
        work.show(tx, by=worker, now=NOON + 2 * HOUR)
        again = write_again(tx, worker, "A longer and better reply", now=NOON + 2 * HOUR)
        assert the(tx, reply).state == "withdrawn"
        assert the(tx, again).state == "pending"
        assert ledger.balance(tx, accounts.reserve(batch)) == reserved
        reviews.accept(tx, by=reviewer, submission_id=again, version=1, now=NOON + 3 * HOUR)
        assert money(tx, worker) == Money(review=PRICE, available=PRICE, transit=0, paid=0)
        books_are_right(tx)

    await db.write(story)


async def test_a_reply_can_be_returned_and_handed_in_again_many_times(db: Database) -> None:
    def story(tx: Tx) -> None:
        reviewer, worker, batch, (reply,) = written_replies(tx, 1)
        for turn in range(1, 5):
            at = NOON + turn * HOUR
            reviews.send_back(tx, by=reviewer, submission_id=reply, version=1, reason="Again, please", now=at)
            assert money(tx, worker).review == 0
            reply = write_again(tx, worker, f"Try {turn}", now=at + MINUTE)
            assert money(tx, worker).review == PRICE
        found = batches.by_id(tx, batch)
        assert found is not None
        assert found.submissions == 1
        books_are_right(tx)

    await db.write(story)


async def test_a_reason_in_own_words_reaches_the_writer_as_written(db: Database) -> None:
    def story(tx: Tx) -> None:
        reviewer, worker, _, (reply,) = written_replies(tx, 1)
        reviews.ask_reason(tx, by=reviewer, submission_id=reply, version=1, now=NOON + HOUR)
        assert "own words" in screen(tx, reviewer, "review_reason").text
        for bad, refusal in ((" \u200b", ReasonEmpty), ("x" * 501, ReasonTooLong)):
            with pytest.raises(refusal), tx.savepoint():
                typed.text(tx, by=reviewer, text=bad, message_id=1, now=NOON + HOUR)
            assert questions.open_for(tx, reviewer.id) is not None
        typed.text(tx, by=reviewer, text="Say <b>why</b> & how", message_id=2, now=NOON + HOUR)
        assert questions.open_for(tx, reviewer.id) is None
        assert the(tx, reply).reason == "Say <b>why</b> & how"
        assert "Say &lt;b&gt;why&lt;/b&gt; &amp; how" in screen(tx, worker, "sent_back").text

    await db.write(story)


async def test_own_words_are_never_taken_for_a_code(db: Database) -> None:
    def story(tx: Tx) -> None:
        reviewer, worker, _, (reply,) = written_replies(tx, 1)
        reviews.reason_written(tx, by=reviewer, text="#short", submission_id=reply, version=1, now=NOON + HOUR)
        assert the(tx, reply).reason == "short"
        assert "too short" not in screen(tx, worker, "sent_back").text

    await db.write(story)


async def test_a_question_of_an_earlier_reply_does_not_hit_the_next_one(db: Database) -> None:
    def story(tx: Tx) -> None:
        reviewer, _, _, replies = written_replies(tx, 2)
        reviews.ask_reason(tx, by=reviewer, submission_id=replies[0], version=1, now=NOON + HOUR)
        reviews.show(tx, by=reviewer, submission_id=replies[0], now=NOON + HOUR)
        typed.text(tx, by=reviewer, text="hello", message_id=3, now=NOON + HOUR)
        reviews.ask_reason(tx, by=reviewer, submission_id=replies[0], version=1, now=NOON + HOUR)
        reviews.open_queue(tx, by=reviewer, now=NOON + HOUR)
        typed.text(tx, by=reviewer, text="hello", message_id=4, now=NOON + HOUR)
        assert [the(tx, reply).state for reply in replies] == ["pending", "pending"]

    await db.write(story)


async def test_own_work_is_never_shown_nor_judged(db: Database) -> None:
    def story(tx: Tx) -> None:
        _, worker, batch, (reply,) = written_replies(tx, 1)
        people.change(tx, worker.id, is_reviewer=1)
        worker = people.by_id(tx, worker.id)
        reviews.open_queue(tx, by=worker, now=NOON + HOUR)
        assert "review_empty" in told(tx, worker)
        for tap in (
            lambda: reviews.accept(tx, by=worker, submission_id=reply, version=1, now=NOON + HOUR),
            lambda: reviews.send_back_for(tx, by=worker, submission_id=reply, version=1, code=0, now=NOON + HOUR),
            lambda: reviews.skip(tx, by=worker, submission_id=reply, now=NOON + HOUR),
            lambda: reviews.show_all(tx, by=worker, submission_id=reply, now=NOON + HOUR),
        ):
            with pytest.raises(OwnWork):
                tap()
        with pytest.raises(NothingToAccept):
            reviews.accept_all(tx, by=worker, batch_id=batch, until=NOON + HOUR, now=NOON + HOUR)
        assert the(tx, reply).state == "pending"

    await db.write(story)


async def test_a_worker_cannot_review_whatever_they_tap(db: Database) -> None:
    def story(tx: Tx) -> None:
        _, _, batch, (reply,) = written_replies(tx, 1)
        other = make_worker(tx, 101, "Ben")
        at = NOON + HOUR
        for tap in (
            lambda: reviews.open_queue(tx, by=other, now=at),
            lambda: reviews.accept(tx, by=other, submission_id=reply, version=1, now=at),
            lambda: reviews.ask_reason(tx, by=other, submission_id=reply, version=1, now=at),
            lambda: reviews.send_back(tx, by=other, submission_id=reply, version=1, reason="x", now=at),
            lambda: reviews.accept_all(tx, by=other, batch_id=batch, until=at, now=at),
            lambda: reviews.ask_accept_all(tx, by=other, batch_id=batch, submission_id=reply, until=at, now=at),
        ):
            with pytest.raises(ReviewersOnly):
                tap()
        assert the(tx, reply).state == "pending"

    await db.write(story)


async def test_made_up_numbers_in_buttons_are_stale(db: Database) -> None:
    def story(tx: Tx) -> None:
        reviewer, _, _, (reply,) = written_replies(tx, 1)
        at = NOON + HOUR
        for tap in (
            lambda: reviews.accept(tx, by=reviewer, submission_id=9_999, version=1, now=at),
            lambda: reviews.send_back_for(tx, by=reviewer, submission_id=reply, version=1, code=99, now=at),
            lambda: reviews.accept_all(tx, by=reviewer, batch_id=9_999, until=at, now=at),
        ):
            with pytest.raises(Refusal):
                tap()
        with pytest.raises(StaleButton):
            reviews.show_all(tx, by=reviewer, submission_id=9_999, now=at)

    await db.write(story)


async def test_one_tap_work_has_no_review_whatever_numbers_a_button_carries(db: Database) -> None:
    def story(tx: Tx) -> None:
        rita, ana, later = make_reviewer(tx), make_worker(tx), NOON + MINUTE
        batch = make_batch(tx)
        one = answer(tx, ana, batch, now=NOON)
        for use_case, values in (
            (reviews.accept, {"submission_id": one, "version": 1}),
            (reviews.ask_reason, {"submission_id": one, "version": 1}),
            (reviews.send_back_for, {"submission_id": one, "version": 1, "code": 0}),
            (reviews.show, {"submission_id": one}),
            (reviews.show_all, {"submission_id": one}),
            (reviews.ask_accept_all, {"batch_id": batch, "submission_id": one, "until": later}),
            (reviews.accept_all, {"batch_id": batch, "until": later}),
        ):
            with pytest.raises(StaleButton):
                use_case(tx, by=rita, now=later, **values)
        assert (the(tx, one).state, the(tx, one).review_started_at) == ("pending", None)

    await db.write(story)


async def test_skip_goes_round_and_says_when_there_is_only_one(db: Database) -> None:
    def story(tx: Tx) -> None:
        reviewer, _, _, replies = written_replies(tx, 3)
        at = NOON + HOUR
        seen = []
        for reply in [replies[0], replies[1], replies[2]]:
            reviews.skip(tx, by=reviewer, submission_id=reply, now=at)
            seen.append(buttons(screen(tx, reviewer, "review"))["Skip"][1][0])
        assert seen == [replies[1], replies[2], replies[0]]
        for reply in replies[1:]:
            reviews.accept(tx, by=reviewer, submission_id=reply, version=1, now=at)
        with pytest.raises(OnlyOne):
            reviews.skip(tx, by=reviewer, submission_id=replies[0], now=at)

    await db.write(story)


async def test_a_long_conversation_fits_the_screen_and_show_all_sends_the_rest(db: Database) -> None:
    def story(tx: Tx) -> None:
        worker, reviewer = make_worker(tx), make_reviewer(tx)
        batch = make_batch(tx, "write_reply", 2, PRICE)
        turns = tuple(
            ("user" if turn % 2 == 0 else "assistant", f"Turn {turn}: " + "wörd 😀 " * 250) for turn in range(5)
        )
        long = payload_to_json(Payload(messages=turns))
        tx.run("update tasks set payload = :payload where batch_id = :batch", payload=long, batch=batch)
        reply = write(tx, worker, batch, "R" * 3_000, now=NOON)
        reviews.open_queue(tx, by=reviewer, now=NOON + HOUR)
        shown = screen(tx, reviewer, "review")
        assert units(_plain(shown.text)) <= MESSAGE
        assert "Show all" in buttons(shown)
        assert "R" * 2_000 in shown.text
        sent(tx)
        reviews.show_all(tx, by=reviewer, submission_id=reply, now=NOON + HOUR)
        assert told(tx, reviewer) == ["review_file", "review"]
        document = screen(tx, reviewer, "review_file").document
        assert document is not None
        assert document.data is not None
        whole = document.data.decode()
        assert all(text.strip() in whole for _, text in turns)
        assert "R" * 3_000 in whole

    await db.write(story)


async def test_show_all_of_three_pages_sends_silent_messages_then_the_screen(db: Database) -> None:
    def story(tx: Tx) -> None:
        reviewer, worker, batch, (reply,) = written_replies(tx, 1)
        long = write(tx, worker, batch, "L" * 5_000, now=NOON + HOUR)
        reviews.accept(tx, by=reviewer, submission_id=reply, version=1, now=NOON + HOUR)
        sent(tx)
        reviews.show_all(tx, by=reviewer, submission_id=long, now=NOON + 2 * HOUR)
        assert told(tx, reviewer) == [*["review_page"] * 3, "review"]
        assert screen(tx, reviewer, "review_page").silent

    await db.write(story)


async def test_the_queue_and_its_count_look_at_no_tapped_work(db: Database) -> None:
    def story(tx: Tx) -> None:
        _, worker, _, _ = written_replies(tx, 1)
        photos = make_batch(tx, n_tasks=3, price=50_000)
        for index in range(3):
            answer(tx, worker, photos, now=NOON + index * MINUTE)
        reviewer = make_reviewer(tx)
        reviews.open_queue(tx, by=reviewer, now=NOON + HOUR)
        assert "1 waiting" in screen(tx, reviewer, "review").text

    await db.write(story)


async def test_a_reviewers_screen_is_one_message(db: Database) -> None:
    def story(tx: Tx) -> None:
        reviewer, _, _, replies = written_replies(tx, 2)
        for at in range(3):
            reviews.open_queue(tx, by=reviewer, now=NOON + HOUR + at)
        reviews.accept(tx, by=reviewer, submission_id=replies[0], version=1, now=NOON + HOUR)
        rows = [outbox.load(tx, row.id) for row in outbox.pending(tx, after=0, limit=100)]
        assert len([row for row in rows if row is not None and row.slot == Slot.REVIEW]) == 1

    await db.write(story)


def _plain(text: str) -> str:
    return html.unescape(re.sub(r"<[^<>]*>", "", text))
