"""Why? of a label and of a score: what they follow from is stored and shown, never a figure without its interval."""

from __future__ import annotations

import json

import pytest

from domain.joining import CoordinatorsOnly
from domain.refusals import StaleButton
from domain.refusals_batches import NoLabels
from domain.rules import Rules
from storage import skills
from tests.builders import make_batch, make_coordinator, make_worker
from tests.steps import answer, buttons, screen
from tests.usecases.desk import Desk
from tests.usecases.fitting import answered, crowd, is_stale, refit
from usecases import accuracy, coordinating, disputes, history, labels, leases, refits, reporting, work


@pytest.fixture
def desk() -> Desk:
    return Desk(Rules(quick_tap_millis=0))


def test_the_least_sure_label_comes_first_and_why_says_who_is_trusted_how_far(desk: Desk) -> None:
    carla = desk.make(make_coordinator)
    batch, _ = crowd(desk, tasks=30)
    with pytest.raises(NoLabels):
        desk.do(labels.show, carla, batch=batch)
    refit(desk, batch)
    desk.do(coordinating.open_batch, carla, batch=batch)
    assert buttons(screen(desk.tx, carla, "batch"))["Labels"] == ("b_labels", (batch,))
    desk.do(labels.show, carla, batch=batch)
    shown = screen(desk.tx, carla, "labels")
    found = [row[0] for row in desk.tx.all("select confidence from labels order by confidence, task_id")]
    assert len(found) == 30 and found[0] < found[-1]
    assert f"1. {_name(desk, batch, 0)}: <b>" in shown.text and f"{round(found[0] / 100)}%" in shown.text
    assert "from 120 answers, rule " in shown.text and "Without gold nobody can check" in shown.text
    pressed = buttons(shown)
    task = pressed["Why? 1"][1][0]
    assert "Surer ones" in pressed and "Least sure" not in pressed
    action, numbers = pressed["Surer ones"]
    assert action == "lb_more" and numbers[0] == batch
    desk.do(labels.show, carla, batch=batch, after=(numbers[1], numbers[2]))
    following = buttons(screen(desk.tx, carla, "labels"))
    assert following["Least sure"] == ("lb_list", (batch,))
    assert following["Why? 1"][1][0] != task
    desk.do(labels.why, carla, task=task)
    assert f"about {round(found[0] / 100)}% sure" in screen(desk.tx, carla, "label_why").text
    dog = desk.value("select min(task_id) from labels where label = 'Dog'")
    desk.do(labels.why, carla, task=dog)
    explained = screen(desk.tx, carla, "label_why")
    assert explained.photo is not None and explained.protect
    assert "Dog 3: 3 " in explained.text and "Cat 1: 1 hardly better than chance" in explained.text
    assert buttons(explained)["Labels"] == ("lb_list", (batch,))


def test_what_a_human_decided_since_the_fit_is_no_label_to_look_over(desk: Desk) -> None:
    carla = desk.make(make_coordinator)
    batch, _ = crowd(desk, tasks=30)
    refit(desk, batch)
    first, second, third = (_name(desk, batch, place) for place in range(3))
    desk.tx.run("update tasks set decided = 'Dog', decided_at = 1 where name = :name", name=first)
    desk.tx.run("update tasks set gold = 'Dog', gold_at = 1 where name = :name", name=second)
    desk.do(labels.show, carla, batch=batch)
    shown = screen(desk.tx, carla, "labels").text
    assert f"1. {third}: " in shown and f" {first}: " not in shown and f" {second}: " not in shown


def _name(desk: Desk, batch: int, place: int) -> str:
    rows = desk.tx.all(
        "select t.name from labels l join tasks t on t.id = l.task_id where l.batch_id = :batch"
        " order by l.confidence, t.id",
        batch=batch,
    )
    return str(rows[place][0])


def test_only_coordinators_see_labels(desk: Desk) -> None:
    batch, workers = crowd(desk)
    refit(desk, batch)
    for press, values in ((labels.show, {"batch": batch}), (labels.why, {"task": 1})):
        with pytest.raises(CoordinatorsOnly):
            desk.do(press, workers[0], **values)
    carla = desk.make(make_coordinator)
    for press, values in ((labels.show, {"batch": 99}), (labels.why, {"task": 9_999})):
        with pytest.raises(StaleButton):
            desk.do(press, carla, **values)


def test_answers_after_the_fit_are_named_as_not_in_it(desk: Desk) -> None:
    batch = desk.make(make_batch, n_tasks=1, price=50_000, overlap=3)
    for number in range(2):
        answered(desk, batch, desk.make(make_worker, 300 + number, "W"), [0])
    refit(desk, batch)
    answered(desk, batch, desk.make(make_worker, 310, "W"), [1])
    found = labels.explained(desk.tx, int(desk.value("select id from tasks")))
    assert found is not None and found.since == 1
    assert dict(found.votes) == {"Cat": ("unknown", "unknown"), "Dog": ("unknown",)}


def test_gold_and_what_a_human_decided_say_so_and_ask_for_a_fit(desk: Desk) -> None:
    carla = desk.make(make_coordinator)
    batch, _ = crowd(desk, tasks=6)
    refit(desk, batch)
    first, second, third = (row[0] for row in desk.tx.all("select id from tasks order by id limit 3"))
    assert not is_stale(desk.tx, batch)
    desk.tx.run("update tasks set gold = 'Dog', gold_why = 'Look at its ears.', gold_at = 0 where id = :id", id=first)
    assert is_stale(desk.tx, batch)
    refit(desk, batch)
    desk.tx.run("update tasks set given_up_at = 1, decided = 'Cat', decided_at = 2 where id = :id", id=second)
    assert is_stale(desk.tx, batch)
    desk.tx.run("update tasks set given_up_at = 1, decided_at = 2 where id = :id", id=third)
    refit(desk, batch)
    stored = {
        row[0]: (row[1], row[2], row[3]) for row in desk.tx.all("select task_id, label, confidence, source from labels")
    }
    assert stored[first] == ("Dog", 10_000, "gold") and stored[second] == ("Cat", 10_000, "human")
    assert third not in stored, "what is not usable has no label"
    said = {}
    for task in (first, second, third):
        desk.do(labels.why, carla, task=task)
        said[task] = screen(desk.tx, carla, "label_why").text
    assert "<b>Dog</b>: this is gold" in said[first] and "Look at its ears." in said[first]
    assert "<b>Cat</b>: a human decided so" in said[second]
    assert "not usable" in said[third]
    assert disputes.view(desk.tx, third) is not None


def test_a_worker_reads_how_often_they_are_right_with_its_interval_and_why(desk: Desk) -> None:
    batch, workers = crowd(desk, tasks=30)
    ana = workers[0]
    desk.do(history.show, ana)
    assert buttons(screen(desk.tx, ana, "history"))["How often I am right"] == ("ac_show", ())
    desk.do(accuracy.show, ana)
    shown = screen(desk.tx, ana, "accuracy")
    assert "1. Choosing an answer, English: not enough answers yet to say." in shown.text
    assert "Why? 1" not in buttons(shown)
    refit(desk, batch)
    known = skills.of_worker(desk.tx, ana.id)[0]
    assert known.skill.enough and known.skill.low < known.skill.estimate < known.skill.high
    desk.do(accuracy.show, ana)
    shown = screen(desk.tx, ana, "accuracy")
    low, high = round(known.skill.low / 100), round(known.skill.high / 100)
    assert f"likely {low}–{high}%, from 30 answers" in shown.text
    assert "never changes your pay" in shown.text
    desk.do(accuracy.why, ana, place=buttons(shown)["Why? 1"][1][0])
    why = screen(desk.tx, ana, "accuracy_why").text
    assert f"likely between {low}% and {high}%" in why
    assert "30 answers, about " in why and f"rule {known.rule}." in why
    for place in (1, 7):
        with pytest.raises(StaleButton):
            desk.do(accuracy.why, ana, place=place)


def test_few_answers_are_not_enough_and_no_figure_is_shown(desk: Desk) -> None:
    batch = desk.make(make_batch, n_tasks=2, price=50_000, overlap=1)
    ana = desk.make(make_worker)
    answered(desk, batch, ana, [0, 1])
    refit(desk, batch)
    desk.do(accuracy.show, ana)
    assert "not enough answers yet" in screen(desk.tx, ana, "accuracy").text
    assert "%" not in screen(desk.tx, ana, "accuracy").text
    desk.do(accuracy.why, ana, place=0)
    assert "Not enough yet: 2 answers" in screen(desk.tx, ana, "accuracy_why").text


def test_a_forgiven_miss_counts_for_nothing_and_another_one_does(desk: Desk) -> None:
    batch, workers = crowd(desk, tasks=12)
    ana = workers[3]
    missed = [row[0] for row in desk.tx.all("select id from tasks order by id") if row[0] % 3 != 1][:2]
    for task in missed:
        desk.tx.run("update tasks set gold = 'Something else', gold_at = 0 where id = :id", id=task)
    refit(desk, batch)
    before = _wrong(desk, ana.id)
    submission = desk.value("select id from submissions where worker_id = :w and task_id = :t", w=ana.id, t=missed[0])
    desk.tx.run(
        "insert into gold_misses (submission_id, task_id, batch_id, worker_id, label, gold, forgiven, told_at)"
        " values (:s, :t, :b, :w, 'Cat', 'Something else', 1, 5)",
        s=submission,
        t=missed[0],
        b=batch,
        w=ana.id,
    )
    refit(desk, batch)
    assert _wrong(desk, ana.id) == before - 1 == 1
    desk.do(accuracy.why, ana, place=0)
    assert (
        "Of gold you missed 1, and were told which. 1 of them is forgiven" in screen(desk.tx, ana, "accuracy_why").text
    )


def _wrong(desk: Desk, worker: int) -> int:
    return int(desk.value("select gold_wrong from worker_skills where worker_id = :id", id=worker))


def test_what_expired_was_skipped_or_given_back_never_changes_a_skill(desk: Desk) -> None:
    batch, workers = crowd(desk, tasks=12, right=3, lazy=0)
    refit(desk, batch)
    ana = workers[0]
    before = skills.of_worker(desk.tx, ana.id)[0].skill
    more = desk.make(make_batch, n_tasks=4, price=50_000, overlap=2)
    desk.do(work.start, ana, batch=more)
    desk.do(reporting.skip, ana, assignment=desk.card(ana))
    desk.do(work.stop, ana)
    desk.do(work.start, ana, batch=more)
    desk.pass_time(3_600)
    leases.expire(desk.tx, now=desk.now)
    states = {row[0] for row in desk.tx.all("select state from assignments where batch_id = :id", id=more)}
    assert states == {"skipped", "released", "expired"}
    refit(desk, more)
    refit(desk, batch)
    assert skills.of_worker(desk.tx, ana.id)[0].skill == before


def test_a_fit_that_was_given_up_is_not_asked_for_again_and_again(desk: Desk) -> None:
    batch, _ = crowd(desk)
    refits.run_due(desk.tx, now=desk.now)
    asked = "select count(*) from jobs where kind = 'refit'"
    assert desk.value(asked) == 1
    desk.tx.run("update jobs set state = 'failed', closed_at = :now where kind = 'refit'", now=desk.now)
    desk.pass_time(600)
    refits.run_due(desk.tx, now=desk.now)
    assert desk.value(asked) == 1
    desk.pass_time(3_600)
    refits.run_due(desk.tx, now=desk.now)
    assert desk.value(asked) == 2
    assert json.loads(desk.value("select params from jobs where kind = 'refit' limit 1")) == {}
    assert batch


def test_batches_that_rest_keep_no_other_from_its_fit(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refits, "LOOKED_AT", 1)
    first, _ = crowd(desk)
    refits.run_due(desk.tx, now=desk.now)
    desk.tx.run("update jobs set state = 'failed', closed_at = :now where kind = 'refit'", now=desk.now)
    second = desk.make(make_batch, n_tasks=4, overlap=2)
    answer(desk.tx, desk.make(make_worker, 900, "Zoe"), second, now=desk.now)
    desk.pass_time(600)
    assert refits.run_due(desk.tx, now=desk.now) is False
    asked = desk.tx.all("select batch_id from jobs where kind = 'refit' order by id")
    assert [row[0] for row in asked] == [first, second]
