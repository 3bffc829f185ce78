"""Rejecting work: a code, evidence and a human; money held, the task free, the writer told once, nothing twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from domain import ledger as accounts
from domain.joining import ReviewersOnly
from domain.refusals import Refusal, StaleButton
from domain.refusals_work import AlreadyAnswered
from domain.rejections import CODES, EvidenceMissing, NoSuchSource, NotRejectable, WordsTooLong
from domain.reviews import OwnWork
from domain.rules import DAY, HOUR, MINUTE, SECOND
from storage import assignments, batches, grounds, ledger, people, rejections, tasks, worker_days
from storage.database import Tx
from tests.builders import NOON, make_batch, make_coordinator, make_owner, make_worker
from tests.rejecting import CODE, deliver, reject, told_rejection, weigh
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
    take,
    the,
    told,
    write,
    write_again,
    written_replies,
)
from tests.usecases.desk import Desk
from usecases import appeals, leases, publishing, rejecting, reviews, topups, typed, work
from usecases import rejections as effects
from usecases.rejecting import Effect

PRICE = REPLY_PRICE
AT = NOON + HOUR


@pytest.fixture
def tx() -> Tx:
    return Desk().tx


def test_too_fast_and_disagreeing_are_no_codes() -> None:
    assert [code for code, _ in CODES] == ["blank", "language", "copied", "instruction", "harmful"]


def test_a_rejection_has_a_code_evidence_a_human_and_a_time(tx: Tx) -> None:
    reviewer, worker, _, (reply, _) = written_replies(tx, 2)
    assert reject(tx, reviewer, reply, now=AT) == (Effect.REJECTED, 1)
    found = rejections.of_submission(tx, reply)
    assert found is not None
    ground = grounds.by_id(tx, found.ground_id)
    assert ground is not None
    assert (ground.code, ground.words, ground.rule, found.by, found.at) == (
        "blank",
        "It is asdf all over.",
        1,
        reviewer.id,
        AT,
    )
    audited = tx.one("select person_id, action, subject, at from audit order by id desc limit 1")
    assert audited is not None
    assert tuple(audited) == (reviewer.id, "submission.rejected", f"submission:{reply}", AT)
    assert (the(tx, reply).state, the(tx, reply).decided_by) == ("rejected", reviewer.id)
    assert money(tx, worker) == Money(review=PRICE, available=0, transit=0, paid=0)
    assert ledger.balance(tx, accounts.HELD) == PRICE
    books_are_right(tx)


def test_nothing_happens_before_it_is_confirmed_and_the_screen_says_what_will(tx: Tx) -> None:
    reviewer, worker, _, (reply, _) = written_replies(tx, 2)
    make_coordinator(tx)
    asked = weigh(tx, reviewer, reply, now=AT)
    assert the(tx, reply).state == "pending"
    assert "rejected" not in told(tx, worker)
    for part in ("$0.50", "14 days", "within 7 days is paid", "It is asdf all over.", "It is blank or random."):
        assert part in asked.text
    assert {"Reject", "Cancel"} == buttons(asked).keys()


def test_with_nobody_else_the_screen_says_beforehand_that_an_appeal_is_paid_at_once(tx: Tx) -> None:
    owner, worker = make_owner(tx), make_worker(tx)
    batch = make_batch(tx, "write_reply", 2, PRICE)
    reply = write(tx, worker, batch, "Hello", now=NOON)
    asked = weigh(tx, owner, reply, now=AT)
    assert "With nobody else on the team to hear an appeal, an appeal is paid at once." in asked.text
    make_reviewer(tx)
    assert "paid at once" not in weigh(tx, owner, reply, now=AT + SECOND).text


def test_its_task_is_free_for_somebody_else_and_never_again_for_its_writer(tx: Tx) -> None:
    reviewer, worker, batch, (reply, other) = written_replies(tx, 2)
    before = batches.by_id(tx, batch)
    reject(tx, reviewer, reply, now=AT)
    task, found = tasks.by_id(tx, the(tx, reply).task_id), batches.by_id(tx, batch)
    assert task is not None and before is not None and found is not None
    assert (task.state, task.taken, task.answered) == ("open", 0, 0)
    assert (found.submissions, found.done, found.measured) == (before.submissions - 1, before.done - 1, 1)
    assert found.active_micros == the(tx, other).active_micros
    # Its money is held, so its place is offered once that is the batch's again.
    rejections_over = AT + 60 * DAY
    effects.forfeit(tx, rejections.of_submission(tx, reply), state="lapsed", by=None, reason=None, now=rejections_over)  # type: ignore[arg-type]
    with pytest.raises(AssertionError, match="nothing left"):
        take(tx, worker, batch, now=rejections_over)
    again = write(tx, make_worker(tx, 101, "Ben"), batch, "Mine", now=rejections_over + MINUTE)
    assert the(tx, again).task_id == task.id
    books_are_right(tx)


def test_nothing_is_offered_beyond_the_reserve_while_a_rejection_holds_money(tx: Tx) -> None:
    reviewer, _, batch, (reply, other) = written_replies(tx, 2)
    reject(tx, reviewer, reply, now=AT)
    reviews.send_back(tx, by=reviewer, submission_id=other, version=1, reason="Once more", now=AT)
    assert ledger.balance(tx, accounts.reserve(batch)) == PRICE
    with pytest.raises(AssertionError, match="nothing left"):
        take(tx, make_worker(tx, 101, "Ben"), batch, now=AT)  # what is there is kept for the work sent back
    books_are_right(tx)


def test_own_words_are_required_and_reach_the_writer_as_written(tx: Tx) -> None:
    reviewer, worker, _, (reply, _) = written_replies(tx, 2)
    target = {"first": reply, "last": reply, "version": 1}
    rejecting.ask_evidence(tx, by=reviewer, code=CODE["harmful"], now=AT, **target)
    for bad, refusal in ((" \u200b", EvidenceMissing), ("x" * 501, WordsTooLong)):
        with pytest.raises(refusal), tx.savepoint():
            typed.text(tx, by=reviewer, text=bad, message_id=1, now=AT)
    typed.text(tx, by=reviewer, text="It <b>insults</b> & threatens", message_id=2, now=AT)
    ground = buttons(screen(tx, reviewer, "reject_confirm"))["Reject"][1][0]
    rejecting.confirm(tx, by=reviewer, ground=ground, now=AT)
    assert "It &lt;b&gt;insults&lt;/b&gt; &amp; threatens" in screen(tx, worker, "rejected").text


def test_against_an_instruction_shows_the_line_and_needs_one(tx: Tx) -> None:
    reviewer, worker = make_reviewer(tx), make_worker(tx)
    batch = make_batch(tx, "write_reply", 3, PRICE, caption="> Be kind.\n> Answer in two sentences.")
    work.start(tx, by=worker, batch=batch, now=NOON)
    card = tx.value("select assignment_id from sessions where worker_id = :id", id=worker.id)
    work.got_it(tx, by=worker, assignment=card, now=NOON)
    reply = write(tx, worker, batch, "Hello", now=NOON)
    target = {"first": reply, "last": reply, "version": 1}
    rejecting.ask_evidence(tx, by=reviewer, code=CODE["instruction"], now=AT, **target)
    assert "2. Answer in two sentences." in screen(tx, reviewer, "reject_line").text
    with pytest.raises(StaleButton):
        rejecting.choose_line(tx, by=reviewer, line=3, now=AT, **target)
    rejecting.choose_line(tx, by=reviewer, line=2, now=AT, **target)
    rejecting.confirm(tx, by=reviewer, ground=1, now=AT)
    news = screen(tx, worker, "rejected").text
    assert "against instruction 2" in news
    assert "Answer in two sentences." in news


def test_copied_names_the_source_or_the_other_answer(tx: Tx) -> None:
    reviewer, worker, batch, (reply, _) = written_replies(tx, 2, overlap=2)
    ben = make_worker(tx, 101, "Ben")
    copy = write(tx, ben, batch, "Reply 0", now=NOON + 30 * MINUTE)
    assert the(tx, copy).task_id == the(tx, reply).task_id
    target = {"first": copy, "last": copy, "version": 1}
    rejecting.ask_evidence(tx, by=reviewer, code=CODE["copied"], now=AT, **target)
    assert f"The same as #{reply}" in buttons(screen(tx, reviewer, "reject_words"))
    for wrong in ("#999", str(copy)):
        with pytest.raises(NoSuchSource), tx.savepoint():
            typed.text(tx, by=reviewer, text=wrong, message_id=1, now=AT)
    typed.text(tx, by=reviewer, text=f"#{reply}", message_id=2, now=AT)
    rejecting.confirm(tx, by=reviewer, ground=1, now=AT)
    assert f"#{reply}" in screen(tx, ben, "rejected").text
    assert "rejected" not in told(tx, worker)


def test_several_of_a_batch_are_told_as_one_message(tx: Tx) -> None:
    reviewer, worker, _, replies = written_replies(tx, 50)
    for number, reply in enumerate(replies[:4]):
        reject(tx, reviewer, reply, now=AT + number * 30 * SECOND)
    rows = tx.all("select not_before from outbox where person_id = :id and key = 'rejected'", id=worker.id)
    assert len(rows) == 1
    assert rows[0]["not_before"] == AT + 90 * SECOND + MINUTE
    news = screen(tx, worker, "rejected")
    assert "rejected 4 answers of yours" in news.text
    assert "$2.00" in news.text
    assert {"Appeal 1", "Why? 1", "Appeal 4", "Why? 4", "Appeal all", "Ask the coordinator"} <= buttons(news).keys()
    deliver(tx, worker, now=AT + 10 * MINUTE)
    reject(tx, reviewer, replies[4], now=AT + HOUR)
    assert "rejected 1 answer of yours" in screen(tx, worker, "rejected").text


def test_a_single_one_shows_the_work_the_code_the_evidence_and_every_button(tx: Tx) -> None:
    reviewer, worker, _, (reply, _) = written_replies(tx, 2)
    reject(tx, reviewer, reply, now=AT)
    news = screen(tx, worker, "rejected")
    for part in ("Reply 0", "It is blank or random.", "It is asdf all over.", "$0.50", "14 days"):
        assert part in news.text
    assert buttons(news).keys() == {"Appeal", "Why?", "Ask the coordinator"}
    assert reviewer.telegram_id not in (worker.telegram_id,)
    assert "Rita" not in news.text


def test_the_fourteen_days_run_from_the_delivery(tx: Tx) -> None:
    reviewer, worker, _, (reply, _) = written_replies(tx, 2)
    reject(tx, reviewer, reply, now=AT)
    found = rejections.of_submission(tx, reply)
    assert found is not None
    assert found.told_at is None
    deliver(tx, worker, now=AT + 3 * DAY)
    found = rejections.of_submission(tx, reply)
    assert found is not None
    assert found.told_at == AT + 3 * DAY
    assert found.due_at == AT + 3 * DAY + 15 * DAY  # with a day's grace for taps that waited


def test_what_was_rejected_while_the_news_was_on_its_way_is_told_after_it(tx: Tx) -> None:
    reviewer, worker, _, replies = written_replies(tx, 30)
    reject(tx, reviewer, replies[0], now=AT)
    on_its_way = screen(tx, worker, "rejected")
    reject(tx, reviewer, replies[1], now=AT + SECOND)
    assert on_its_way.tells is not None
    tx.run("delete from outbox where person_id = :id", id=worker.id)
    effects.delivered(tx, worker_id=worker.id, batch_id=on_its_way.tells[0], upto=on_its_way.tells[1], now=AT + MINUTE)
    first, second = (rejections.of_submission(tx, reply) for reply in replies[:2])
    assert first is not None and second is not None
    assert (first.told_at, second.told_at) == (AT + MINUTE, None)
    assert "rejected 1 answer" in screen(tx, worker, "rejected").text


def test_who_cannot_be_told_is_told_again_when_they_are_back(tx: Tx) -> None:
    reviewer, worker, _, (reply, _) = written_replies(tx, 2)
    people.change(tx, worker.id, listening="nothing")
    reject(tx, reviewer, reply, now=AT)
    assert "rejected" not in told(tx, worker)
    effects.tell_again(tx, now=AT + HOUR)
    assert "rejected" not in told(tx, worker)
    people.change(tx, worker.id, listening="all")
    effects.tell_again(tx, now=AT + 20 * DAY)
    assert "rejected 1 answer" in screen(tx, worker, "rejected").text


@pytest.mark.parametrize("first", ["reject", "accept", "silence", "return"])
def test_who_comes_first_decides_and_the_others_change_nothing(tx: Tx, first: str) -> None:
    reviewer, worker, _, (reply, _) = written_replies(tx, 2)
    carla = make_coordinator(tx)
    weigh(tx, reviewer, reply, now=AT)
    now, over = AT + MINUTE, NOON + 4 * DAY
    decide: dict[str, Callable[[], object]] = {
        "reject": lambda: rejecting.confirm(tx, by=reviewer, ground=1, now=now),
        "accept": lambda: reviews.accept(tx, by=carla, submission_id=reply, version=1, now=now),
        "silence": lambda: reviews.accept_due(tx, now=over),
        "return": lambda: reviews.send_back(tx, by=carla, submission_id=reply, version=1, reason="No", now=now),
    }
    decide[first]()
    after = the(tx, reply).state
    assert after == {"reject": "rejected", "return": "sent_back"}.get(first, "accepted")
    for name in ("reject", "accept", "silence", "return", "reject"):
        try:
            with tx.savepoint():
                decide[name]()
        except Refusal:
            pass
    assert the(tx, reply).state == after
    assert money(tx, worker).available == (PRICE if after == "accepted" else 0) + PRICE * (
        the(tx, reply + 1).state == "accepted"
    )
    books_are_right(tx)


def test_a_text_that_changed_since_is_not_rejected(tx: Tx) -> None:
    reviewer, worker, _, (reply, _) = written_replies(tx, 2)
    weigh(tx, reviewer, reply, now=AT)
    tx.run("update submissions set version = 2 where id = :id", id=reply)
    with pytest.raises(NotRejectable):
        rejecting.confirm(tx, by=reviewer, ground=1, now=AT)
    assert the(tx, reply).state == "pending"
    assert money(tx, worker).review == 2 * PRICE


def test_nobody_rejects_own_work_nor_confirms_for_somebody_else_nor_without_the_role(tx: Tx) -> None:
    reviewer, worker, _, (reply, _) = written_replies(tx, 2)
    weigh(tx, reviewer, reply, now=AT)
    people.change(tx, worker.id, is_reviewer=1)
    with pytest.raises(OwnWork):
        rejecting.ask_code(tx, by=people.by_id(tx, worker.id), first=reply, last=reply, version=1, now=AT)
    with pytest.raises(StaleButton):
        rejecting.confirm(tx, by=make_coordinator(tx), ground=1, now=AT)
    with pytest.raises(ReviewersOnly):
        rejecting.ask_code(tx, by=make_worker(tx, 102, "Cem"), first=reply, last=reply, version=1, now=AT)
    with pytest.raises(StaleButton):
        rejecting.confirm(tx, by=reviewer, ground=99, now=AT)
    assert the(tx, reply).state == "pending"


def test_a_rejected_answer_leaves_its_day_until_the_days_top_up_is_settled(tx: Tx) -> None:
    reviewer, worker, _, replies = written_replies(tx, 30)
    day = tx.rules.day(NOON)
    before = worker_days.between(tx, worker.id, day, day)
    reject(tx, reviewer, replies[0], now=AT)
    after = worker_days.between(tx, worker.id, day, day)
    assert (before.submissions - after.submissions, before.earned - after.earned) == (1, PRICE)
    assert before.active_micros - after.active_micros == the(tx, replies[0]).active_micros
    settled_at = NOON + 2 * DAY
    for _ in range(50):
        if not topups.run_due(tx, now=settled_at):
            break
    settled = worker_days.between(tx, worker.id, day, day)
    reject(tx, reviewer, replies[1], now=settled_at)
    assert worker_days.between(tx, worker.id, day, day) == settled
    found = rejections.of_submission(tx, replies[1])
    assert found is not None and not found.day_counted
    books_are_right(tx)


def test_at_most_ten_rejections_a_day_count_towards_standing(tx: Tx) -> None:
    reviewer, worker, batch, replies = written_replies(tx, 130)
    for number in range(12):
        assert reject(tx, reviewer, replies[number], now=AT + number * SECOND) == (Effect.REJECTED, 1)
    assert rejections.counting(tx, batch) == {worker.id: 10}
    assert tx.value("select count(*) from rejections where standing = 1") == 10


def test_work_that_was_returned_before_is_rejected_like_any_other(tx: Tx) -> None:
    reviewer, worker, _, (reply, _) = written_replies(tx, 2)
    reviews.send_back(tx, by=reviewer, submission_id=reply, version=1, reason="More", now=AT)
    again = write_again(tx, worker, "A bit more", now=AT + HOUR)
    reject(tx, reviewer, again, now=AT + 2 * HOUR)
    day = worker_days.between(tx, worker.id, 0, 100_000)
    assert (day.submissions, day.earned) == (1, PRICE)
    appeals.appeal(tx, by=worker, submission=again, now=AT + DAY)
    appeals.decide_due(tx, now=AT + 9 * DAY)
    day = worker_days.between(tx, worker.id, 0, 100_000)
    assert (day.submissions, day.earned) == (2, 2 * PRICE)
    books_are_right(tx)


def test_a_rejected_worker_cannot_answer_the_task_again_by_an_old_card(tx: Tx) -> None:
    reviewer, ana = make_reviewer(tx), make_worker(tx)
    batch = make_batch(tx, n_tasks=1, overlap=1)
    old = take(tx, ana, batch, now=NOON)
    leases.expire(tx, now=NOON + HOUR)
    one = answer(tx, ana, batch, now=NOON + 2 * HOUR)
    assert reject(tx, reviewer, one, now=NOON + 3 * HOUR) == (Effect.REJECTED, 1)
    hand = assignments.by_id(tx, old)
    assert hand is not None and hand.state == "expired"
    with pytest.raises(AlreadyAnswered):
        work.submit(tx, by=ana, assignment=old, answer_index=0, now=NOON + 4 * HOUR)
    books_are_right(tx)


def test_a_closed_batch_gets_the_money_back_when_a_rejection_stands(tx: Tx) -> None:
    reviewer, worker, batch, (reply, _) = written_replies(tx, 2)
    told_rejection(tx, reviewer, worker, reply, now=AT)
    work.stop(tx, by=worker, now=AT)
    publishing.close(tx, by=make_owner(tx), batch=batch, now=AT + HOUR)
    sent(tx)
    free = ledger.balance(tx, accounts.FUNDS)
    appeals.decide_due(tx, now=AT + 20 * DAY)
    assert ledger.balance(tx, accounts.HELD) == 0
    assert ledger.balance(tx, accounts.reserve(batch)) == 0
    assert ledger.balance(tx, accounts.FUNDS) >= free + PRICE
    books_are_right(tx)
