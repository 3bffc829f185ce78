"""Signals before a human: shown with evidence, answered with Fine or with words; money and work stay as they are."""

from __future__ import annotations

import pytest

from domain.joining import ReviewersOnly
from domain.people import Person
from domain.refusals import StaleButton
from domain.refusals_signals import AboutYourself, OnlySignal, SignalSeen
from domain.rules import Rules
from storage import signals as rows
from tests.builders import make_batch, make_owner, make_worker
from tests.steps import books_are_right, buttons, screen
from tests.usecases.desk import Desk
from usecases import signals, typed, work


@pytest.fixture
def desk() -> Desk:
    return Desk(Rules(quick_tap_millis=0))


def answered(desk: Desk, who: Person, batch: int, choices: list[int]) -> None:
    for choice in choices:
        desk.do(work.start, who, batch=batch)
        card = desk.card(who)
        assert card is not None
        desk.do(work.submit, who, assignment=card, answer_index=choice)


def found(desk: Desk, batch: int, who: Person, strength: int = 900) -> int:
    """A fit found that somebody's answers look blind."""
    example = desk.value("select min(id) from submissions where worker_id = :id", id=who.id)
    evidence = {"answers": 3, "agreed": 1, "examples": [example]}
    desk.make(signals.record, batch, [("blind", (who.id,), strength, evidence)], kinds=("blind",), rule=1, now=desk.now)
    return int(desk.value("select max(id) from signals"))


def batch_with(desk: Desk) -> tuple[Person, Person, Person, int]:
    owner, ana, ben = desk.make(make_owner), desk.make(make_worker, 101, "Ana"), desk.make(make_worker, 102, "Ben")
    batch = desk.make(make_batch, n_tasks=3, price=50_000, overlap=2)
    answered(desk, ana, batch, [0, 1, 2])
    answered(desk, ben, batch, [0, 0, 0])
    return owner, ana, ben, batch


def test_a_human_sees_who_what_and_answers_beside_those_of_others(desk: Desk) -> None:
    owner, _, ben, batch = batch_with(desk)
    found(desk, batch, ben)
    desk.do(signals.show, owner, batch=batch)
    shown = screen(desk.tx, owner, "signal")
    assert "Ben" in shown.text and "Of 3 answers, 1" in shown.text
    assert "not a verdict" in shown.text and "others:" in shown.text
    assert {"Fine", "Talk to them", "See their answers", "Next"} <= set(buttons(shown))


def test_fine_is_final_until_it_is_half_as_strong_again(desk: Desk) -> None:
    owner, _, ben, batch = batch_with(desk)
    signal = found(desk, batch, ben, 900)
    desk.do(signals.fine, owner, signal=signal)
    assert rows.count(desk.tx, batch) == 0
    with pytest.raises(SignalSeen):
        desk.do(signals.fine, owner, signal=signal)
    assert found(desk, batch, ben, 1_349) == signal
    assert rows.count(desk.tx, batch) == 0
    found(desk, batch, ben, 1_350)
    assert rows.count(desk.tx, batch) == 1


def test_what_is_not_there_any_more_is_not_shown_and_what_was_seen_is_kept(desk: Desk) -> None:
    owner, ana, ben, batch = batch_with(desk)
    desk.do(signals.fine, owner, signal=found(desk, batch, ben))
    found(desk, batch, ana)
    desk.make(signals.record, batch, [], kinds=("blind",), rule=1, now=desk.now)
    assert desk.value("select group_concat(subject) from signals") == str(ben.id)


def test_words_go_to_each_alone_without_a_name_and_can_be_answered(desk: Desk) -> None:
    owner, ana, ben, batch = batch_with(desk)
    evidence = {"shared": 3, "same": 3, "examples": []}
    pair = [("copies", (ana.id, ben.id), 900, evidence)]
    desk.make(signals.record, batch, pair, kinds=("copies",), rule=1, now=desk.now)
    signal = int(desk.value("select id from signals"))
    desk.do(signals.talk, owner, signal=signal)
    desk.tx.run(
        "insert into slots (person_id, slot, message_id, media) values (:id, :slot, 77, 0)",
        id=owner.id,
        slot=f"talk:{signal}",
    )
    desk.do(typed.text, owner, text="Is everything clear?", message_id=78, reply_to=77)
    for worker, other in ((ana, "Ben"), (ben, "Ana")):
        assert "coordinator_wrote" in desk.queued(worker)
        told = screen(desk.tx, worker, "coordinator_wrote")
        assert "Is everything clear?" in told.text and other not in told.text and "Olga" not in told.text
        assert "Ask the coordinator" in buttons(told)
    assert rows.count(desk.tx, batch) == 0


def test_nobody_looks_at_what_is_about_themselves_and_workers_see_none_of_it(desk: Desk) -> None:
    owner, ana, ben, batch = batch_with(desk)
    signal = found(desk, batch, ben)
    desk.tx.run("update people set is_reviewer = 1 where id = :id", id=ben.id)
    with pytest.raises(AboutYourself):
        desk.do(signals.fine, ben, signal=signal)
    desk.do(signals.show, ben, batch=batch)
    assert "nothing waits" in screen(desk.tx, ben, "signal").text
    for one in (signals.fine, signals.talk, signals.following):
        with pytest.raises(ReviewersOnly):
            desk.do(one, ana, signal=signal)
    with pytest.raises(OnlySignal):
        desk.do(signals.following, owner, signal=signal)
    with pytest.raises(StaleButton):
        desk.do(signals.fine, owner, signal=9_999)


def test_a_signal_changes_nobodys_money_work_or_standing(desk: Desk) -> None:
    owner, _, ben, batch = batch_with(desk)

    def rest() -> list[tuple[object, ...]]:
        tables = ("submissions", "assignments", "tasks", "ledger", "balances", "people", "enrolments", "rejections")
        return [tuple(row) for table in tables for row in desk.tx.all(f"select * from {table}")]

    before = rest()
    signal = found(desk, batch, ben, 99_999)
    desk.do(signals.show, owner, batch=batch)
    desk.do(signals.fine, owner, signal=signal)
    after = rest()
    assert [row for row in after if row not in before] == []
    books_are_right(desk.tx)
