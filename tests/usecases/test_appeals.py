"""Appeals: one tap within 14 days, another human within 7, silence pays; with nobody else it is paid at once."""

from __future__ import annotations

import pytest

from domain import ledger as accounts
from domain.joining import ReviewersOnly
from domain.people import Person
from domain.refusals import StaleButton
from domain.rejections import (
    AlreadyAppealed,
    AppealDecided,
    CannotAppeal,
    EvidenceMissing,
    NotYourAppeal,
)
from domain.rules import DAY, HOUR, MINUTE, SECOND
from storage import batches, consents, ledger, people, rejections, tasks
from storage.database import Tx
from tests.builders import NOON, make_batch, make_coordinator, make_owner, make_worker
from tests.rejecting import deliver, person, reject, state, told_rejection
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
    written_replies,
)
from tests.usecases.desk import Desk
from usecases import appeals, history, leaving, proposals, reviews, typed, work
from usecases.appeals import Appealed
from usecases.rejecting import Effect

PRICE = REPLY_PRICE
AT = NOON + HOUR


@pytest.fixture
def tx() -> Tx:
    return Desk().tx


def rejected(tx: Tx) -> tuple[Person, Person, Person, int, int]:
    """Rita rejected Ana's reply and Ana knows; Carla may hear an appeal. The batch, the reply."""
    reviewer, worker, batch, (reply, _) = written_replies(tx, 2)
    carla = make_coordinator(tx)
    told_rejection(tx, reviewer, worker, reply, now=AT)
    reviews.accept_due(tx, now=NOON + 4 * DAY)
    return reviewer, carla, worker, batch, reply


def test_one_tap_within_14_days_and_another_human_pays(tx: Tx) -> None:
    _, carla, worker, batch, reply = rejected(tx)
    now = AT + 13 * DAY
    assert appeals.appeal(tx, by=worker, submission=reply, now=now) is Appealed.ASKED
    assert "waits for an answer" in screen(tx, worker, "rejection").text
    assert "appeals_wait" in told(tx, carla)
    appeals.open_queue(tx, by=carla, now=now + HOUR)
    asked = screen(tx, carla, "appeal")
    assert "It is asdf all over." in asked.text
    assert appeals.pay(tx, by=carla, rejection=buttons(asked)["Pay the work"][1][0], now=now + HOUR) == PRICE
    assert the(tx, reply).state == "accepted"
    assert money(tx, worker) == Money(review=0, available=2 * PRICE, transit=0, paid=0)
    assert "A second person found your work good" in screen(tx, worker, "appeal_decided").text
    found = batches.by_id(tx, batch)
    assert found is not None
    assert (found.submissions, found.accepted, found.done) == (2, 2, 2)
    books_are_right(tx)


def test_keeping_it_wants_a_reason_which_the_writer_reads(tx: Tx) -> None:
    _, carla, worker, batch, reply = rejected(tx)
    reserve = ledger.balance(tx, accounts.reserve(batch))
    appeals.appeal(tx, by=worker, submission=reply, now=AT + DAY)
    appeals.ask_keep(tx, by=carla, rejection=1, now=AT + 2 * DAY)
    with pytest.raises(EvidenceMissing), tx.savepoint():
        typed.text(tx, by=carla, text=" \u200b ", message_id=1, now=AT + 2 * DAY)
    typed.text(tx, by=carla, text="It is <i>random</i> words.", message_id=2, now=AT + 2 * DAY)
    assert state(tx, reply) == "kept"
    assert "It is &lt;i&gt;random&lt;/i&gt; words." in screen(tx, worker, "appeal_decided").text
    assert ledger.balance(tx, accounts.reserve(batch)) == reserve + PRICE
    assert money(tx, worker).available == PRICE
    books_are_right(tx)


def test_silence_of_seven_days_pays_also_after_downtime_and_only_once(tx: Tx) -> None:
    _, carla, worker, _, reply = rejected(tx)
    appeals.appeal(tx, by=worker, submission=reply, now=AT + DAY)
    appeals.decide_due(tx, now=AT + 8 * DAY - SECOND)
    assert state(tx, reply) == "appealed"
    appeals.decide_due(tx, now=AT + 8 * DAY)
    assert state(tx, reply) == "upheld"
    for _ in range(3):
        appeals.decide_due(tx, now=AT + 30 * DAY)
    assert money(tx, worker).available == 2 * PRICE
    assert the(tx, reply).decided_by is None
    assert "Nobody answered it within 7 days" in screen(tx, worker, "appeal_decided").text
    with pytest.raises(AppealDecided):
        appeals.pay(tx, by=carla, rejection=1, now=AT + 30 * DAY)
    books_are_right(tx)


def test_with_no_other_human_the_writer_is_paid_at_once(tx: Tx) -> None:
    owner, worker = make_owner(tx), make_worker(tx)
    reply = write(tx, worker, make_batch(tx, "write_reply", 2, PRICE), "Hello", now=NOON)
    told_rejection(tx, owner, worker, reply, now=AT)
    assert appeals.appeal(tx, by=worker, submission=reply, now=AT + HOUR) is Appealed.PAID
    assert (the(tx, reply).state, money(tx, worker).available) == ("accepted", PRICE)
    assert "nobody else to hear it" in screen(tx, worker, "rejection").text
    books_are_right(tx)


def test_a_reviewer_who_is_suspended_or_gone_is_nobody_else(tx: Tx) -> None:
    owner, worker, rita = make_owner(tx), make_worker(tx), make_reviewer(tx)
    reply = write(tx, worker, make_batch(tx, "write_reply", 2, PRICE), "Hello", now=NOON)
    told_rejection(tx, owner, worker, reply, now=AT)
    people.change(tx, rita.id, reachable=0)
    assert appeals.appeal(tx, by=worker, submission=reply, now=AT + HOUR) is Appealed.PAID


def test_who_rejected_it_who_wrote_it_and_who_may_not_review_do_not_hear_it(tx: Tx) -> None:
    reviewer, carla, worker, _, reply = rejected(tx)
    appeals.appeal(tx, by=worker, submission=reply, now=AT + DAY)
    people.change(tx, worker.id, is_reviewer=1)
    now = AT + 2 * DAY
    for somebody in (reviewer, person(tx, worker)):
        appeals.open_queue(tx, by=somebody, now=now)
        assert "appeal" not in told(tx, somebody)
        for use_case in (appeals.pay, appeals.ask_keep, appeals.skip, appeals.show):
            with pytest.raises(NotYourAppeal):
                use_case(tx, by=somebody, rejection=1, now=now)
        with pytest.raises(NotYourAppeal):
            appeals.keep_written(tx, by=somebody, text="No", rejection=1, now=now)
    with pytest.raises(ReviewersOnly):
        appeals.pay(tx, by=make_worker(tx, 105, "Eve"), rejection=1, now=now)
    with pytest.raises(StaleButton):
        appeals.pay(tx, by=carla, rejection=77, now=now)
    assert state(tx, reply) == "appealed"


def test_who_agreed_to_the_rejection_does_not_hear_its_appeal_either(tx: Tx) -> None:
    reviewer, worker, _, replies = written_replies(tx, 2)
    carla, olga = make_coordinator(tx), make_owner(tx)
    assert [reject(tx, reviewer, reply, now=AT)[0] for reply in replies] == [Effect.REJECTED, Effect.PROPOSED]
    proposals.agree(tx, by=carla, proposal=1, count=1, now=AT)
    deliver(tx, worker, now=AT + MINUTE)
    assert appeals.appeal(tx, by=worker, submission=replies[1], now=AT + DAY) is Appealed.ASKED
    for somebody in (reviewer, carla):
        with pytest.raises(NotYourAppeal):
            appeals.keep_written(tx, by=somebody, text="It stays asdf", rejection=2, now=AT + 2 * DAY)
    assert appeals.pay(tx, by=olga, rejection=2, now=AT + 2 * DAY) == PRICE


def test_two_judges_at_once_and_the_first_decides(tx: Tx) -> None:
    _, carla, worker, _, reply = rejected(tx)
    olga = make_owner(tx)
    appeals.appeal(tx, by=worker, submission=reply, now=AT + DAY)
    appeals.pay(tx, by=carla, rejection=1, now=AT + 2 * DAY)
    for late in (
        lambda: appeals.pay(tx, by=olga, rejection=1, now=AT + 2 * DAY),
        lambda: appeals.keep_written(tx, by=olga, text="No", rejection=1, now=AT + 2 * DAY),
    ):
        with pytest.raises(AppealDecided):
            late()
    assert money(tx, worker).available == 2 * PRICE
    books_are_right(tx)


def test_a_second_tap_and_a_tap_too_late_are_told_kindly(tx: Tx) -> None:
    _, _, worker, batch, reply = rejected(tx)
    appeals.appeal(tx, by=worker, submission=reply, now=AT + DAY)
    with pytest.raises(AlreadyAppealed):
        appeals.appeal(tx, by=worker, submission=reply, now=AT + DAY)
    with pytest.raises(CannotAppeal):
        appeals.appeal_all(tx, by=worker, batch=batch, now=AT + DAY)


def test_nobody_appeals_for_somebody_else(tx: Tx) -> None:
    _, carla, _, batch, reply = rejected(tx)
    with pytest.raises(StaleButton):
        appeals.appeal(tx, by=carla, submission=reply, now=AT + DAY)
    with pytest.raises(CannotAppeal):
        appeals.appeal_all(tx, by=make_worker(tx, 101, "Ben"), batch=batch, now=AT + DAY)
    assert state(tx, reply) == "open"


def test_what_is_not_appealed_in_time_is_the_batchs_again_and_stays_rejected(tx: Tx) -> None:
    _, _, worker, batch, reply = rejected(tx)
    reserve = ledger.balance(tx, accounts.reserve(batch))
    appeals.decide_due(tx, now=AT + MINUTE + 14 * DAY)
    assert state(tx, reply) == "open"
    appeals.decide_due(tx, now=AT + MINUTE + 15 * DAY)
    assert (state(tx, reply), the(tx, reply).state) == ("lapsed", "rejected")
    assert ledger.balance(tx, accounts.reserve(batch)) == reserve + PRICE
    with pytest.raises(CannotAppeal):
        appeals.appeal(tx, by=worker, submission=reply, now=AT + 16 * DAY)
    books_are_right(tx)


def test_appeal_all_takes_all_of_the_batch_and_no_other(tx: Tx) -> None:
    reviewer, worker, batch, replies = written_replies(tx, 40)
    other = make_batch(tx, "write_reply", 2, PRICE)
    elsewhere = write(tx, worker, other, "Elsewhere", now=NOON)
    carla = make_coordinator(tx)
    for one in (*replies[:3], elsewhere):
        reject(tx, reviewer, one, now=AT)
    outcome, count = appeals.appeal_all(tx, by=worker, batch=batch, now=AT + HOUR)
    assert (outcome, count) == (Appealed.ASKED, 3)
    assert [state(tx, one) for one in (*replies[:3], elsewhere)] == ["appealed"] * 3 + ["open"]
    assert "you appealed 3 rejections" in screen(tx, worker, "appealed_all").text
    assert told(tx, carla).count("appeals_wait") == 1
    assert rejections.count_appeals(tx, carla.id, limit=100) == 3
    appeals.decide_due(tx, now=AT + 20 * DAY)
    assert told(tx, worker).count("appeal_decided") == 1
    assert screen(tx, worker, "appeal_decided").text.count("Your appeal is won") == 3
    books_are_right(tx)


def test_who_withdrew_or_is_suspended_appeals_and_is_paid(tx: Tx) -> None:
    _, carla, worker, _, reply = rejected(tx)
    given = consents.of(tx, worker.id)
    assert given is not None
    leaving.withdraw(tx, by=worker, agreed_at=given.agreed_at, now=AT + HOUR)
    people.change(tx, worker.id, suspended_at=AT)
    gone = person(tx, worker)
    history.show(tx, by=gone, now=AT + HOUR)
    assert "Appeal" in " ".join(buttons(screen(tx, gone, "history")))
    assert appeals.appeal(tx, by=gone, submission=reply, now=AT + DAY) is Appealed.ASKED
    appeals.pay(tx, by=carla, rejection=1, now=AT + 2 * DAY)
    assert money(tx, gone).available == 2 * PRICE


def test_a_won_appeal_counts_again_where_others_took_the_place_meanwhile(tx: Tx) -> None:
    reviewer, ana, ben = make_reviewer(tx), make_worker(tx), make_worker(tx, 101, "Ben")
    make_coordinator(tx)
    batch = make_batch(tx, n_tasks=2, overlap=1)
    one = answer(tx, ana, batch, now=NOON)
    work.stop(tx, by=ana, now=AT)
    reject(tx, reviewer, one, now=AT)
    deliver(tx, ana, now=AT)
    again = answer(tx, ben, batch, now=AT + HOUR)
    assert the(tx, again).task_id == the(tx, one).task_id
    sent(tx)
    appeals.appeal(tx, by=ana, submission=one, now=AT + 2 * HOUR)
    appeals.decide_due(tx, now=AT + 10 * DAY)
    task = tasks.by_id(tx, the(tx, one).task_id)
    found = batches.by_id(tx, batch)
    assert task is not None and found is not None
    live = tx.value(
        "select count(*) from submissions where task_id = :id and state in ('pending', 'accepted')", id=task.id
    )
    assert task.answered == task.taken == live <= task.wanted
    assert found.submissions == tx.value("select count(*) from submissions where state in ('pending', 'accepted')")
    assert found.done == tx.value("select count(*) from tasks where answered >= wanted")
    assert found.measured == found.submissions
    books_are_right(tx)


def test_review_shows_appeals_first_and_skip_leads_on_to_written_work(tx: Tx) -> None:
    reviewer, worker, batch, replies = written_replies(tx, 30)
    carla = make_coordinator(tx)
    for one in replies[:2]:
        told_rejection(tx, reviewer, worker, one, now=AT)
        appeals.appeal(tx, by=worker, submission=one, now=AT + HOUR)
    assert batch
    sent(tx)
    appeals.open_queue(tx, by=carla, now=AT + DAY)
    assert "Reply 0" in screen(tx, carla, "appeal").text
    appeals.skip(tx, by=carla, rejection=1, now=AT + DAY)
    assert "Reply 1" in screen(tx, carla, "appeal").text
    appeals.skip(tx, by=carla, rejection=2, now=AT + DAY)
    assert "review" in told(tx, carla)


def test_that_an_appeal_waits_is_not_told_when_it_has_been_heard_meanwhile(tx: Tx) -> None:
    reviewer, worker, _, replies = written_replies(tx, 30)
    carla = make_coordinator(tx)
    for one in replies[:2]:
        told_rejection(tx, reviewer, worker, one, now=AT)
        appeals.appeal(tx, by=worker, submission=one, now=AT + HOUR)
    appeals.pay(tx, by=carla, rejection=1, now=AT + 2 * HOUR)
    assert "A worker has appealed" in screen(tx, carla, "appeals_wait").text
    appeals.pay(tx, by=carla, rejection=2, now=AT + 2 * HOUR)
    with pytest.raises(AssertionError):
        screen(tx, carla, "appeals_wait")
