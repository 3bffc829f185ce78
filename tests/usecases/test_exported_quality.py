"""What an export says of labels and workers: confidence, where it is from, skills with intervals, what stands out."""

from __future__ import annotations

import pytest

from domain.rules import Rules
from storage import consents, fits
from tests.builders import make_batch, make_worker
from tests.usecases.desk import Desk
from tests.usecases.fitting import answered, crowd, refit
from usecases import exports, signals


@pytest.fixture
def desk() -> Desk:
    return Desk(Rules(quick_tap_millis=0))


def tasks(desk: Desk, batch: int) -> list[exports.Row]:
    plan = exports.plan(desk.tx, batch)
    return exports.tasks_page(desk.tx, plan, after=0, upto=plan.upto).flat


def workers(desk: Desk, batch: int) -> list[exports.Row]:
    return exports.workers_page(desk.tx, exports.plan(desk.tx, batch), after=0, upto=0).rows


def test_labels_come_with_confidence_and_source_and_are_blank_where_nothing_is_known(desk: Desk) -> None:
    batch, _ = crowd(desk, tasks=6)
    assert [(row["label"], row["confidence"], row["source"]) for row in tasks(desk, batch)] == [(None, None, None)] * 6
    desk.tx.run("update tasks set gold = 'Dog', gold_at = 0 where id = 1")
    desk.tx.run("update tasks set given_up_at = 1, decided = 'Cat', decided_at = 2 where id = 2")
    desk.tx.run("update tasks set given_up_at = 1, decided_at = 2 where id = 3")
    refit(desk, batch)
    found = tasks(desk, batch)
    assert [(row["label"], row["confidence"], row["source"]) for row in found[:3]] == [
        ("Dog", 1.0, "gold"),
        ("Cat", 1.0, "human"),
        (None, None, None),
    ]
    assert {row["source"] for row in found[3:]} == {"fit"}
    assert all(0.3 < row["confidence"] < 1 for row in found[3:])
    assert [row["majority"] for row in found] == ["Cat", "Dog", "Something else"] * 2, "the votes stay what they are"


def test_workers_have_the_numbers_of_the_submissions_and_a_figure_only_with_its_interval(desk: Desk) -> None:
    batch, crew = crowd(desk, tasks=30)
    refit(desk, batch)
    found = workers(desk, batch)
    assert [row["worker"] for row in found] == ["w01", "w02", "w03", "w04"]
    assert all(row["accuracy_low"] < row["accuracy"] < row["accuracy_high"] for row in found)
    assert found[0]["accuracy_low"] > found[3]["accuracy_high"]
    assert found[3]["above_chance"] < 0.2 < found[0]["above_chance"]
    assert set(found[3]["by_label"]) == {"Cat"} and found[3]["by_label"]["Cat"]["answers"] == 30
    plan = exports.plan(desk.tx, batch)
    numbers = {row["worker"] for row in exports.submissions_page(desk.tx, plan, after=0, upto=plan.upto).flat}
    assert numbers == {row["worker"] for row in found}
    consents.withdraw(desk.tx, crew[1].id, now=desk.now)
    assert [row["worker"] for row in workers(desk, batch)] == ["w01", "w03", "w04"], "gone, and the numbers stay"
    page = exports.workers_page(desk.tx, plan, after=0, upto=0, limit=2)
    assert [row["worker"] for row in page.flat] == ["w01"] and page.last == 2
    page = exports.workers_page(desk.tx, plan, after=2, upto=0, limit=3)
    assert [row["worker"] for row in page.flat] == ["w03", "w04"] and page.last is None


def test_few_answers_have_no_figure(desk: Desk) -> None:
    batch = desk.make(make_batch, n_tasks=3, price=50_000, overlap=1)
    answered(desk, batch, desk.make(make_worker), [0, 1, 2])
    refit(desk, batch)
    (row,) = workers(desk, batch)
    assert (row["answers"], row["compared"]) == (3, 3)
    assert {row[name] for name in ("accuracy", "accuracy_low", "accuracy_high", "above_chance")} == {None}


def test_what_stands_out_is_named_until_a_human_finds_it_fine(desk: Desk) -> None:
    batch, crew = crowd(desk, tasks=6)
    desk.tx.run("delete from signals")
    signals.record(
        desk.tx,
        batch,
        [("constant", [crew[3].id], 900, {"answers": 6}), ("photos", [], 900, {"tasks": [2, 5]})],
        kinds=("constant", "photos"),
        rule=1,
        now=desk.now,
    )
    assert [row["signals"] for row in workers(desk, batch)] == ["", "", "", "constant"]
    assert [row["signals"] for row in tasks(desk, batch)] == ["", "photos", "", "", "photos", ""]
    desk.tx.run("update signals set outcome = 'fine', seen_by = 1, seen_at = 1, seen_strength = 900")
    assert {row["signals"] for row in (*workers(desk, batch), *tasks(desk, batch))} == {""}


def test_who_withdrew_leaves_nothing_behind_in_labels_or_skills(desk: Desk) -> None:
    batch, crew = crowd(desk, tasks=6)
    refit(desk, batch)
    consents.withdraw(desk.tx, crew[3].id, now=desk.now)
    fits.ask_for_worker(desk.tx, crew[3].id)
    refit(desk, batch)
    for table in ("worker_skills", "skills"):
        assert not desk.value(f"select count(*) from {table} where worker_id = :id", id=crew[3].id)
    assert desk.value("select votes from labels where task_id = 2") == '{"Dog": 3}'
