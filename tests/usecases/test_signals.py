"""Signals before a human: shown with evidence, answered with Fine or with words; money and work stay as they are."""

from __future__ import annotations

import pytest

from domain.joining import ReviewersOnly
from domain.people import Person
from domain.refusals import StaleButton
from domain.refusals_signals import AboutYourself, NobodyReached, OnlySignal, SignalSeen
from domain.rules import DAY, Rules
from files.near_texts import Alike
from storage import people
from storage import signals as rows
from tests.builders import make_batch, make_draft, make_owner, make_worker
from tests.steps import books_are_right, buttons, screen, write
from tests.usecases.desk import Desk
from usecases import asking, inspecting, leaving, lookalikes, reviews, signals, typed, work


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


def pair_of(desk: Desk, batch: int, *whose: Person) -> int:
    """Some answer alike; returns the signal, its prompt on the owner's screen as message 77."""
    evidence = {"shared": 3, "same": 3, "examples": []}
    people_meant = tuple(one.id for one in whose)
    desk.make(signals.record, batch, [("copies", people_meant, 900, evidence)], kinds=("copies",), rule=1, now=desk.now)
    signal = int(desk.value("select max(id) from signals"))
    desk.tx.run(
        "insert into slots (person_id, slot, message_id, media) values (1, :slot, 77, 0)", slot=f"talk:{signal}"
    )
    return signal


def test_who_left_blocked_or_said_stop_gets_no_words_and_their_writer_is_told_so(desk: Desk) -> None:
    owner, ana, ben, batch = batch_with(desk)
    signal = pair_of(desk, batch, ana, ben)
    desk.do(
        leaving.withdraw, ana, agreed_at=desk.value("select agreed_at from consents where person_id = :id", id=ana.id)
    )
    desk.do(typed.text, owner, text="Hello?", message_id=78, reply_to=77)
    assert "coordinator_wrote" not in desk.queued(ana) and "coordinator_wrote" in desk.queued(ben)
    assert "Sent to 1 of 2" in screen(desk.tx, owner, "signal_sent").text
    for change in ({"reachable": 0}, {"reachable": 1, "listening": "nothing"}):
        people.change(desk.tx, ben.id, **change)
        with pytest.raises(NobodyReached):
            desk.do(signals.talk, owner, signal=signal)
        with pytest.raises(NobodyReached):
            desk.do(signals.talked, owner, signal=signal, text="Hello?")
    assert desk.value("select count(*) from signal_words") == 1


def test_who_was_written_to_can_ask_about_work_that_is_accepted(desk: Desk) -> None:
    owner, ana, ben, batch = batch_with(desk)
    pair_of(desk, batch, ana, ben)
    desk.do(typed.text, owner, text="Is everything clear?", message_id=78, reply_to=77)
    assert reviews.accept_due(desk.tx, now=desk.now + 30 * DAY) is not None
    action, (submission,) = buttons(screen(desk.tx, ben, "coordinator_wrote"))["Ask the coordinator"]
    assert action == "rj_inquire"
    assert desk.value("select state from submissions where id = :id", id=submission) == "accepted"
    desk.do(asking.ask, ben, submission=submission)
    desk.do(asking.asked, ben, submission=submission, text="What do you mean?")
    assert "inquiry" in desk.queued(owner)


def test_words_that_were_written_outlive_a_signal_that_came_back_and_went(desk: Desk) -> None:
    owner, ana, ben, batch = batch_with(desk)
    signal = pair_of(desk, batch, ana, ben)
    desk.do(typed.text, owner, text="Is everything clear?", message_id=78, reply_to=77)
    evidence = {"shared": 9, "same": 9, "examples": []}
    stronger = [("copies", (ana.id, ben.id), 9_000, evidence)]
    desk.make(signals.record, batch, stronger, kinds=("copies",), rule=1, now=desk.now)
    assert rows.count(desk.tx, batch) == 1
    desk.make(signals.record, batch, [], kinds=("copies",), rule=1, now=desk.now)
    assert rows.by_id(desk.tx, signal) is None
    assert "Is everything clear?" in screen(desk.tx, ben, "coordinator_wrote").text


def test_above_somebodys_answers_stands_what_is_to_be_looked_at_but_not_about_the_reader(desk: Desk) -> None:
    owner, ana, ben, batch = batch_with(desk)
    about_ben, about_both = found(desk, batch, ben), pair_of(desk, batch, ana, ben)
    people.change(desk.tx, ana.id, is_reviewer=1)
    for reader, seen in ((owner, {about_ben, about_both}), (ana, {about_ben})):
        desk.do(inspecting.show_page, reader, batch=batch, worker=ben.id, after=0)
        shown = buttons(screen(desk.tx, reader, "inspect_page")).values()
        assert {numbers[0] for action, numbers in shown if action == "sg_one"} == seen
    desk.do(signals.open_one, owner, signal=about_both)
    assert {"Answers of Ana", "Answers of Ben"} <= set(buttons(screen(desk.tx, owner, "signal")))
    desk.do(signals.fine, owner, signal=about_both)
    desk.do(inspecting.show_page, owner, batch=batch, worker=ben.id, after=0)
    shown = buttons(screen(desk.tx, owner, "inspect_page")).values()
    assert [numbers for action, numbers in shown if action == "sg_one"] == [(about_ben,)]


def test_a_draft_says_how_many_groups_of_photos_look_alike_until_they_are_looked_at(desk: Desk) -> None:
    owner = desk.make(make_owner)
    draft = desk.make(make_draft, n_tasks=9, by=owner)
    tasks = [row["id"] for row in desk.tx.all("select id from tasks order by id")]
    alike = [(0, at, 3) for at in range(1, 7)] + [(7, 8, 2)]
    desk.make(lookalikes.found_photos, draft, tasks, alike, rule=1, now=desk.now)
    told = screen(desk.tx, owner, "batch")
    assert "Some photos show almost the same: 2 groups." in told.text
    assert buttons(told)["Look-alikes (2)"] == ("b_alike", (draft,))
    desk.sent(owner)
    desk.do(signals.show, owner, batch=draft)
    first = screen(desk.tx, owner, "signal")
    assert first.photo is not None and "7 photos show almost the same: 1, 2, 3, 4, 5, 6 …" in first.text
    assert [button.text for button in first.keyboard[0]] == ["1", "2", "3", "4", "5", "6"]
    assert "Talk to them" not in buttons(first) and buttons(first)["Back to the draft"] == ("b_open", (draft,))
    _, (signal, photo) = buttons(first)["2"]
    desk.do(signals.turn, owner, signal=signal, photo=photo)
    second = screen(desk.tx, owner, "signal")
    assert second.photo is not None and second.photo != first.photo
    desk.do(signals.fine, owner, signal=signal)
    assert "Some photos show almost the same: 1 group." in screen(desk.tx, owner, "batch").text
    assert "2 photos show almost the same: 8, 9" in screen(desk.tx, owner, "signal").text


def test_texts_that_are_alike_stand_one_below_the_other_with_who_wrote_them(desk: Desk) -> None:
    owner = desk.make(make_owner)
    ana, ben = desk.make(make_worker, 101, "Ana"), desk.make(make_worker, 102, "Ben")
    batch = desk.make(make_batch, "write_reply", 4, 500_000)
    one = desk.make(write, ana, batch, "Stir it slowly, then wait.", now=desk.now)
    other = desk.make(write, ben, batch, "Stir it slowly, and wait.", now=desk.now)
    copies = [Alike((ana.id, ben.id), 96, 0, 1, (1,))]
    desk.make(lookalikes.found_texts, batch, [one, other], copies, rule=1, now=desk.now)
    desk.do(signals.show, owner, batch=batch)
    shown = screen(desk.tx, owner, "signal")
    assert shown.text.index("Ana:\n<blockquote>Stir it slowly, then") < shown.text.index("Ben:\n<blockquote>Stir it")
    assert "1 answer reads almost the same as another (96 % alike)" in shown.text
    assert set(buttons(shown)) == {"Talk to them", "Fine", "Next", "One-tap work"}


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
