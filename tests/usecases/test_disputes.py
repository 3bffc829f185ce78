"""What nobody agrees on is put before a human, who says what is right; what workers said is paid all the same."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.courier import plain
from bot.rendering.disputes import View, dispute
from bot.rendering.message import Message
from domain import ledger as accounts
from domain.disputes import DisputeDecided, NotYourDecision, OnlyDispute, OwnAnswer
from domain.joining import ReviewersOnly
from domain.kinds.base import UnknownAnswer
from domain.long_texts import CAPTION, units
from domain.people import Person
from domain.refusals import StaleButton
from domain.rules import Rules
from locales.words import Words
from storage import disputes as stored
from storage import fits, ledger
from tests.builders import make_batch, make_owner, make_worker
from tests.steps import books_are_right, buttons, make_reviewer, screen, told
from tests.usecases.desk import Desk
from tests.usecases.test_adaptive_overlap import PRICE, crew, tap, wanted
from usecases import disputes, inspecting, work
from usecases.answering import undo

SPLIT = (0, 1, 2)


@pytest.fixture
def desk() -> Desk:
    return Desk(Rules(quick_tap_millis=0))


def split(desk: Desk, *, tasks: int = 1, most: int = 3) -> tuple[int, list[Person]]:
    """A batch whose tasks three workers have answered, each otherwise: nothing more may be asked."""
    batch = desk.make(make_batch, n_tasks=tasks, price=PRICE, overlap=most, adaptive=2)
    workers = crew(desk, 3)
    for _ in range(tasks):
        for worker, choice in zip(workers, SPLIT, strict=True):
            tap(desk, worker, batch, choice)
    return batch, workers


def test_a_tie_at_the_most_is_done_for_workers_and_put_before_a_human(desk: Desk) -> None:
    owner = desk.make(make_owner)
    batch, _ = split(desk)
    assert wanted(desk.tx, batch) == ([3], 3, 1)
    assert stored.count(desk.tx, batch) == 1
    done = screen(desk.tx, owner, "batch_done")
    assert "Nobody agrees on 1 task" in done.text
    assert buttons(done)["Nobody agrees · 1"] == ("dp_show", (batch, 0))


def test_the_screen_shows_the_votes_and_the_answers_as_buttons(desk: Desk) -> None:
    rita = desk.make(make_reviewer)
    batch, _ = split(desk)
    desk.do(inspecting.show_batches, rita)
    listed = buttons(screen(desk.tx, rita, "inspect"))
    assert [data for text, data in listed.items() if text.startswith("Nobody agrees")] == [("dp_show", (batch, 0))]
    desk.do(disputes.show, rita, batch=batch)
    shown = screen(desk.tx, rita, "dispute")
    assert "Nobody agrees: <b>Cat 1 · Dog 1 · Something else 1</b>" in shown.text
    assert "1 task of this batch waits for a decision." in shown.text
    task = desk.value("select id from tasks")
    assert buttons(shown) == {
        "Cat": ("dp_pick", (task, 0)),
        "Dog": ("dp_pick", (task, 1)),
        "Something else": ("dp_pick", (task, 2)),
        "Skip it": ("dp_skip", (task,)),
        "Not usable": ("dp_none", (task,)),
    }
    assert shown.photo is not None and shown.protect


def test_the_humans_answer_is_the_label_with_who_and_when_and_pay_stays_as_it_is(desk: Desk) -> None:
    rita = desk.make(make_reviewer)
    batch, workers = split(desk)
    task = desk.value("select id from tasks")
    assert desk.do(disputes.decide, rita, task=task, choice=2) == "Something else"
    found = stored.of_task(desk.tx, task)
    assert found is not None
    assert (found.label, found.by, found.at) == ("Something else", rita.id, desk.now)
    assert stored.count(desk.tx, batch) == 0
    assert "nothing waits for your decision" in screen(desk.tx, rita, "dispute").text
    assert all(ledger.balance(desk.tx, accounts.in_review(worker.id)) == PRICE for worker in workers)
    assert desk.value("select action from audit order by id desc limit 1") == "dispute.decided"
    books_are_right(desk.tx)


def test_not_usable_leaves_it_without_a_label(desk: Desk) -> None:
    rita = desk.make(make_reviewer)
    split(desk)
    task = desk.value("select id from tasks")
    desk.do(disputes.not_usable, rita, task=task)
    found = stored.of_task(desk.tx, task)
    assert found is not None
    assert (found.label, found.by) == (None, rita.id) and found.at is not None
    with pytest.raises(DisputeDecided):
        desk.do(disputes.decide, rita, task=task, choice=0)


def test_each_is_decided_once_whoever_is_first(desk: Desk) -> None:
    owner, rita = desk.make(make_owner), desk.make(make_reviewer)
    split(desk)
    task = desk.value("select id from tasks")
    desk.do(disputes.decide, rita, task=task, choice=0)
    for act in (disputes.not_usable, disputes.decide):
        with pytest.raises(DisputeDecided):
            desk.do(act, owner, task=task, **({"choice": 1} if act is disputes.decide else {}))
    found = stored.of_task(desk.tx, task)
    assert found is not None and (found.label, found.by) == ("Cat", rita.id)


def test_undo_takes_ones_own_decision_back_and_shows_the_task_again(desk: Desk) -> None:
    owner, rita = desk.make(make_owner), desk.make(make_reviewer)
    batch, _ = split(desk, tasks=2)
    first, second = (row[0] for row in desk.tx.all("select id from tasks order by id"))
    desk.do(disputes.decide, rita, task=first, choice=1)
    shown = screen(desk.tx, rita, "dispute")
    assert shown.text.startswith("✓ ") and "Decided: Dog" in shown.text.splitlines()[0]
    assert buttons(shown)["Undo"] == ("dp_undo", (first,))
    with pytest.raises(NotYourDecision):
        desk.do(disputes.undo, owner, task=first)
    desk.tx.run("update batches set fit_asked = 0")
    desk.do(disputes.undo, rita, task=first)
    assert desk.value("select fit_asked from batches") == 1, "the label is another one from the next fit on"
    found = stored.of_task(desk.tx, first)
    assert found is not None and (found.label, found.by, found.at) == (None, None, None)
    again = screen(desk.tx, rita, "dispute")
    assert buttons(again)["Dog"] == ("dp_pick", (first, 1)) and "Undo" not in buttons(again)
    assert desk.value("select action from audit order by id desc limit 1") == "dispute.undone"
    with pytest.raises(NotYourDecision):
        desk.do(disputes.undo, rita, task=first)
    desk.do(disputes.not_usable, rita, task=first)
    desk.do(disputes.decide, rita, task=second, choice=0)
    last = screen(desk.tx, rita, "dispute")
    assert "nothing waits for your decision" in last.text and buttons(last)["Undo"] == ("dp_undo", (second,))
    desk.do(disputes.undo, rita, task=second)
    assert stored.count(desk.tx, batch) == 1


@pytest.mark.parametrize("language", ["en", "fr", "es"])
def test_what_was_decided_and_the_next_one_fit_below_a_photo_whatever_people_write(desk: Desk, language: str) -> None:
    rita = desk.make(make_reviewer)
    split(desk, tasks=2)
    first, second = (row[0] for row in desk.tx.all("select id from tasks order by id"))
    desk.do(disputes.decide, rita, task=first, choice=1)
    found, last = disputes.view(desk.tx, second), disputes.view(desk.tx, first)
    assert found is not None and last is not None and last.dispute is not None
    answers = tuple(f"{number}" * 90 for number in range(8))
    face = replace(found.batch.face, question="q" * 500, answers=answers, translations={})
    batch = found.batch._replace(title="t" * 200, face=face)
    task = found.task._replace(name="n" * 200)
    found = replace(found, batch=batch, task=task, votes=tuple((one, 999) for one in answers), waiting=5_000)
    last = replace(last, batch=batch, task=task, dispute=replace(last.dispute, label=answers[0]))
    shown = dispute(View(batch, found, last), Words(language, desk.rules, None))
    assert isinstance(shown, Message) and shown.photo is not None
    assert units(plain(shown)) <= CAPTION


def test_skip_it_shows_the_next_and_after_the_last_the_first(desk: Desk) -> None:
    rita = desk.make(make_reviewer)
    batch, _ = split(desk, tasks=2)
    first, second = (row[0] for row in desk.tx.all("select id from tasks order by id"))
    desk.do(disputes.show, rita, batch=batch)
    for task, following in ((first, second), (second, first)):
        assert buttons(screen(desk.tx, rita, "dispute"))["Skip it"] == ("dp_skip", (task,))
        desk.do(disputes.skip, rita, task=task)
        assert buttons(screen(desk.tx, rita, "dispute"))["Skip it"] == ("dp_skip", (following,))
    desk.do(disputes.decide, rita, task=first, choice=0)
    with pytest.raises(OnlyDispute):
        desk.do(disputes.skip, rita, task=second)


def test_workers_and_made_up_tasks_and_answers_are_refused(desk: Desk) -> None:
    rita = desk.make(make_reviewer)
    batch, workers = split(desk)
    task = desk.value("select id from tasks")
    for act, values in (
        (disputes.show, {"batch": batch}),
        (disputes.skip, {"task": task}),
        (disputes.decide, {"task": task, "choice": 0}),
        (disputes.not_usable, {"task": task}),
    ):
        with pytest.raises(ReviewersOnly):
            desk.do(act, workers[0], **values)
    with pytest.raises(UnknownAnswer):
        desk.do(disputes.decide, rita, task=task, choice=3)
    for act, values in (
        (disputes.show, {"batch": 999}),
        (disputes.skip, {"task": 999}),
        (disputes.not_usable, {"task": 999}),
    ):
        with pytest.raises(StaleButton):
            desk.do(act, rita, **values)


def test_nobody_decides_about_a_task_they_answered_themselves(desk: Desk) -> None:
    owner = desk.make(make_owner)
    batch, workers = split(desk)
    task = desk.value("select id from tasks")
    desk.tx.run("update people set is_reviewer = 1 where id = :id", id=workers[0].id)
    with pytest.raises(OwnAnswer):
        desk.do(disputes.decide, workers[0], task=task, choice=0)
    desk.do(disputes.show, workers[0], batch=batch)
    assert "nothing waits for your decision" in screen(desk.tx, workers[0], "dispute").text
    desk.do(disputes.decide, owner, task=task, choice=0)


def test_an_answer_taken_back_takes_it_from_the_human_again(desk: Desk) -> None:
    batch, workers = split(desk)
    last = desk.undo_id(workers[-1])
    assert last is not None
    desk.do(undo, workers[-1], submission=last)
    assert stored.count(desk.tx, batch) == 0
    rita = desk.make(make_reviewer)
    with pytest.raises(DisputeDecided):
        desk.do(disputes.decide, rita, task=desk.value("select id from tasks"), choice=0)
    card = desk.card(workers[-1])
    assert card is not None
    desk.do(work.submit, workers[-1], assignment=card, answer_index=0)
    assert stored.count(desk.tx, batch) == 0
    assert wanted(desk.tx, batch)[2] == 1


def test_answers_of_a_fixed_overlap_that_say_as_many_things_are_put_before_a_human_too(desk: Desk) -> None:
    batch = desk.make(make_batch, n_tasks=1, price=PRICE, overlap=2)
    for worker, choice in zip(crew(desk, 2), (0, 1), strict=True):
        tap(desk, worker, batch, choice)
    assert stored.count(desk.tx, batch) == 1


@pytest.mark.parametrize("overlap", [{"overlap": 2}, {"overlap": 3, "adaptive": 2}])
def test_what_was_decided_stays_when_an_answer_is_taken_back_and_another_one_comes(
    desk: Desk, overlap: dict[str, int]
) -> None:
    batch = desk.make(make_batch, n_tasks=1, price=PRICE, **overlap)
    workers, rita = crew(desk, 3), desk.make(make_reviewer)
    for worker, choice in zip(workers, SPLIT, strict=True):
        if stored.count(desk.tx, batch) == 0:
            tap(desk, worker, batch, choice)
            last = worker
    task = desk.value("select id from tasks")
    desk.do(disputes.decide, rita, task=task, choice=2)
    desk.do(undo, last, submission=desk.undo_id(last))
    card = desk.card(last)
    desk.do(work.submit, last, assignment=card, answer_index=0)
    found = stored.of_task(desk.tx, task)
    assert found is not None and (found.label, found.by) == ("Something else", rita.id)
    assert fits.known(desk.tx, batch)[1] == {task: "Something else"}


def test_workers_hear_nothing_of_it(desk: Desk) -> None:
    rita = desk.make(make_reviewer)
    _, workers = split(desk)
    before = [told(desk.tx, worker) for worker in workers]
    desk.do(disputes.decide, rita, task=desk.value("select id from tasks"), choice=0)
    assert [told(desk.tx, worker) for worker in workers] == before


def test_the_screen_of_a_decided_one_says_what_was_decided(desk: Desk) -> None:
    rita = desk.make(make_reviewer)
    owner = desk.make(make_owner)
    batch, _ = split(desk)
    desk.do(disputes.show, owner, batch=batch)
    desk.do(disputes.decide, rita, task=desk.value("select id from tasks"), choice=1)
    assert "Decided: Dog" in screen(desk.tx, owner, "dispute").text
    assert desk.make(make_worker, 900, "Late").id  # somebody who comes now finds nothing of it
