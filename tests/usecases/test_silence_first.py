"""Silence has paid from the instant its time is over, not from the tick after it: who comes in between is too late."""

from __future__ import annotations

import pytest

from domain import ledger as accounts
from domain.rejections import AppealDecided, NotRejectable
from domain.reviews import Verdict
from domain.rules import DAY, HOUR, MINUTE
from storage import ledger, rejections
from storage.database import Tx
from tests.builders import NOON, make_coordinator, make_owner
from tests.rejecting import person, reject, told_rejection, weigh
from tests.steps import REPLY_PRICE, Money, books_are_right, buttons, make_reviewer, money, the, told, written_replies
from tests.usecases.desk import Desk
from tests.usecases.test_proposals import tapped
from usecases import appeals, proposals, rejecting, reviews
from usecases.rejecting import Effect

PRICE = REPLY_PRICE
OVER = NOON + 4 * DAY
"""The review period of the replies has ended; the process was down and no tick has run yet."""


@pytest.fixture
def tx() -> Tx:
    return Desk().tx


def test_a_reply_whose_review_period_is_over_is_not_rejected_before_the_tick(tx: Tx) -> None:
    reviewer, worker, _, (reply,) = written_replies(tx, 1)
    asked = weigh(tx, reviewer, reply, now=the(tx, reply).review_until - MINUTE)
    with pytest.raises(NotRejectable):
        rejecting.confirm(tx, by=reviewer, ground=buttons(asked)["Reject"][1][0], now=OVER)
    reviews.accept_due(tx, now=OVER)
    assert money(tx, worker) == Money(review=0, available=PRICE, transit=0, paid=0)
    books_are_right(tx)


def test_nor_is_it_sent_back(tx: Tx) -> None:
    reviewer, worker, _, (reply,) = written_replies(tx, 1)
    judged = reviews.send_back_for(tx, by=reviewer, submission_id=reply, version=1, code=0, now=OVER)
    assert judged.verdict is Verdict.GONE
    assert "sent_back" not in told(tx, worker)
    assert money(tx, worker) == Money(review=0, available=PRICE, transit=0, paid=0)
    books_are_right(tx)


def test_of_many_taps_only_those_are_rejected_whose_period_goes_on(tx: Tx) -> None:
    reviewer = make_reviewer(tx)
    make_coordinator(tx)
    _, _, answers = tapped(tx, 400)
    first, second, third = answers[:3]
    tx.run("update submissions set review_until = :at where id = :id", at=NOON + 3 * HOUR, id=first)
    tx.run("update submissions set review_until = :at where id = :id", at=NOON + 9 * DAY, id=second)
    tx.run("update submissions set review_until = :at where id = :id", at=NOON + 9 * DAY, id=third)
    assert reject(tx, reviewer, first, third, now=NOON + 4 * HOUR) == (Effect.REJECTED, 2)
    assert [the(tx, one).state for one in (first, second, third)] == ["pending", "rejected", "rejected"]
    books_are_right(tx)


def test_what_a_second_human_agrees_to_after_the_period_is_paid_all_the_same(tx: Tx) -> None:
    rita, carla = make_reviewer(tx), make_coordinator(tx)
    _, (worker,), answers = tapped(tx, 40)
    assert reject(tx, rita, answers[0], answers[-1], now=NOON + HOUR)[0] is Effect.PROPOSED
    now = NOON + 2 * DAY
    proposals.agree(tx, by=carla, proposal=1, count=40, now=now)
    assert tx.value("select count(*) from rejections") == 0
    reviews.accept_due(tx, now=now)
    assert money(tx, worker).available == 40 * the(tx, answers[0]).price
    books_are_right(tx)


def test_an_appeal_nobody_answered_in_a_week_is_not_kept_before_the_tick(tx: Tx) -> None:
    reviewer, worker, _, (reply,) = written_replies(tx, 1)
    carla = make_owner(tx)
    told_rejection(tx, reviewer, worker, reply, now=NOON + HOUR)
    appeals.appeal(tx, by=worker, submission=reply, now=NOON + DAY)
    found = rejections.of_submission(tx, reply)
    assert found is not None
    with pytest.raises(AppealDecided):
        appeals.ask_keep(tx, by=carla, rejection=found.id, now=NOON + 8 * DAY)
    with pytest.raises(AppealDecided):
        appeals.keep_written(tx, by=carla, text="It is asdf", rejection=found.id, now=NOON + 8 * DAY)
    appeals.decide_due(tx, now=NOON + 8 * DAY)
    assert ledger.balance(tx, accounts.HELD) == 0
    assert money(tx, person(tx, worker)).available == PRICE
    books_are_right(tx)
