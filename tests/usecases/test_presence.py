"""Signs of life: Still there? is asked in time, in silence; what is answered counts, what is not counts carefully."""

from __future__ import annotations

import pytest

from bot.rendering.message import Message
from domain.pay import SECOND
from domain.people import Person
from domain.refusals import StaleButton
from storage import sessions, submissions
from tests import steps
from tests.builders import make_batch, make_worker
from tests.usecases.desk import Desk
from usecases import leases, presence, work, writing
from usecases.answering import submit, undo


class Working:
    """A worker with a card of a photo batch (9 s by its caption) before them, shown right now."""

    def __init__(self, kind: str = "choose_one", caption: str = "seconds 45") -> None:
        self.desk = Desk()
        self.worker: Person = self.desk.make(make_worker)
        self.batch: int = self.desk.make(make_batch, kind, 5, caption=caption)
        self.desk.do(work.start, self.worker, batch=self.batch)
        self.desk.show(self.worker, ago=0)
        self.desk.sent(self.worker)

    def wait(self, seconds: float) -> list[str]:
        """Time goes by and the clock ticks; what it tells the worker."""
        for _ in range(int(seconds)):
            self.desk.pass_time(1)
            with self.desk.tx.savepoint():
                presence.ask(self.desk.tx, now=self.desk.now)
        return self.desk.queued(self.worker)

    def tap(self) -> None:
        """**Still here**."""
        with self.desk.tx.savepoint():
            presence.still_here(self.desk.tx, by=self.worker, assignment=self.card, now=self.desk.now)
        self.desk.sent(self.worker)

    def answer(self) -> int:
        """Tap the first answer; returns the counted seconds."""
        with self.desk.tx.savepoint():
            receipt = submit(self.desk.tx, by=self.worker, assignment=self.card, answer_index=0, now=self.desk.now)
        assert receipt.submission_id is not None
        return self.counted(receipt.submission_id)

    def counted(self, submission_id: int) -> int:
        """Whole seconds of active time."""
        found = submissions.by_id(self.desk.tx, submission_id)
        assert found is not None
        return found.active_micros // SECOND

    @property
    def card(self) -> int:
        """The assignment before them."""
        found = self.desk.card(self.worker)
        assert found is not None
        return found

    def screen(self) -> Message:
        """The question as the card shows it."""
        return steps.screen(self.desk.tx, self.worker, "still_there")


def test_nobody_is_asked_before_twice_the_usual_time() -> None:
    one = Working()
    assert one.wait(89) == []
    assert one.wait(2) == ["still_there"]


def test_quick_work_is_asked_about_after_half_a_minute() -> None:
    one = Working(caption="seconds 9")
    assert one.wait(29) == []
    assert one.wait(2) == ["still_there"]


def test_the_question_is_on_the_card_with_a_button_first_and_makes_no_new_message() -> None:
    one = Working()
    one.wait(91)
    shown = one.screen()
    assert shown.stays
    assert "Still there?" in shown.text
    assert [button.text for button in shown.keyboard[0]] == ["Still here"]
    assert {"Cat", "Dog", "Skip"} <= set(steps.buttons(shown))


def test_who_answers_it_gets_the_card_back_and_all_of_the_time_counts() -> None:
    one = Working()
    one.wait(91)
    one.desk.pass_time(9)
    with one.desk.tx.savepoint():
        presence.still_here(one.desk.tx, by=one.worker, assignment=one.card, now=one.desk.now)
    assert "Still there?" not in one.screen().text
    one.desk.sent(one.worker)
    one.wait(50)
    assert one.answer() == 150


def test_who_does_not_counts_with_the_usual_time_and_loses_nothing_else() -> None:
    one = Working()
    assert one.wait(200) == ["still_there"]
    assert "last time" in one.screen().text
    one.desk.pass_time(400)
    assert one.answer() == 45
    assert sessions.of(one.desk.tx, one.worker.id)[-2:] == (1, 0)


def test_answers_to_earlier_questions_vouch_for_a_missed_one() -> None:
    one = Working()
    for _ in range(3):
        one.wait(91)
        one.tap()
        one.answer()
        one.desk.show(one.worker, ago=0)
        one.desk.sent(one.worker)
    one.wait(600)
    assert one.answer() == 45 + (225 - 45) * 3 // 5  # 3 of 4, and one more for doubt
    assert sessions.of(one.desk.tx, one.worker.id)[-2:] == (4, 3)


def test_a_second_question_answered_in_time_is_an_answered_question() -> None:
    one = Working()
    one.wait(200)
    one.tap()
    assert sessions.of(one.desk.tx, one.worker.id)[-2:] == (1, 1)
    assert one.answer() == 200


def test_a_card_that_is_not_on_the_screen_asks_nothing() -> None:
    one = Working()
    one.desk.do(work.change_batch, one.worker)
    one.desk.sent(one.worker)
    assert one.wait(300) == []


def test_a_card_left_for_the_list_keeps_its_time_and_goes_on_when_it_is_back() -> None:
    one = Working()
    one.wait(40)
    one.desk.do(work.change_batch, one.worker, wait=0)
    one.desk.pass_time(600)
    one.desk.do(work.start, one.worker, wait=0, batch=one.batch)
    one.desk.show(one.worker, ago=0)
    one.desk.sent(one.worker)
    one.wait(20)
    assert one.answer() == 60


def test_reading_the_instructions_is_a_sign_of_life() -> None:
    one = Working(caption="seconds 45\n> Choose what is biggest.")
    one.wait(60)
    with one.desk.tx.savepoint():
        work.instructions(one.desk.tx, by=one.worker, assignment=one.card, now=one.desk.now)
    one.desk.sent(one.worker)
    assert one.wait(60) == []
    assert one.answer() == 120


def test_each_message_of_a_draft_is_a_sign_of_life() -> None:
    one = Working("write_reply", "seconds 60")
    card = one.card
    for _ in range(4):
        one.wait(110)
        one.desk.say(one.worker, "A part of the answer.", wait=0)
        one.desk.sent(one.worker)
    version = int(one.desk.value("select draft_version from assignments where id = :id", id=card))
    receipt = one.desk.do(writing.submit, one.worker, wait=0, assignment=card, version=version)
    assert one.counted(receipt.submission_id or 0) == 440


def test_an_answer_taken_back_keeps_its_time_and_goes_on_from_there() -> None:
    one = Working()
    one.wait(40)
    one.answer()
    last = one.desk.undo_id(one.worker)
    one.desk.do(undo, one.worker, wait=100, submission=last)
    one.wait(20)
    assert one.answer() == 60
    assert (
        one.desk.value("select active_micros from worker_days where worker_id = :id", id=one.worker.id) == 60 * SECOND
    )


def test_a_lease_is_as_long_as_time_can_count_and_begins_anew_with_still_here() -> None:
    one = Working(caption="seconds 600")
    until = "select expires_at - :now from assignments where id = :id"
    one.desk.pass_time(600)
    one.tap()
    assert one.desk.value(until, id=one.card, now=one.desk.now) == 3_600 * SECOND
    assert not leases.expire(one.desk.tx, now=one.desk.now + 3_599 * SECOND)


def test_still_here_of_a_card_that_is_gone_is_stale() -> None:
    one = Working()
    card = one.card
    one.wait(5)
    one.answer()
    with pytest.raises(StaleButton):
        one.desk.do(presence.still_here, one.worker, assignment=card)


def test_somebody_else_s_card_takes_no_tap() -> None:
    one = Working()
    other = one.desk.make(make_worker, 101, "Ben")
    with pytest.raises(StaleButton):
        one.desk.do(presence.still_here, other, assignment=one.card)


def test_the_question_is_put_to_nobody_twice_at_once() -> None:
    one = Working()
    one.wait(91)
    one.desk.sent(one.worker)
    assert not presence.ask(one.desk.tx, now=one.desk.now)
    assert one.desk.queued(one.worker) == []
