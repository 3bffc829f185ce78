"""A worker's private mirror: how right they were, and two answers to learn from that give nothing away."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.brief.model import Translation
from domain.people import Person
from domain.refusals import StaleButton
from domain.rules import Rules
from storage import batches, people
from tests.builders import make_batch, make_owner, make_worker
from tests.steps import answer, buttons, render, screen, sent, told
from tests.usecases.desk import Desk
from tests.usecases.reporting import fit, make_gold
from tests.usecases.test_weekly import monday, run
from usecases import mirrors

PRICE = 50_000


@pytest.fixture
def desk() -> Desk:
    desk = Desk(Rules(payout_minimum=1))
    desk.make(make_owner)
    return desk


def owner(desk: Desk) -> Person:
    return people.owners(desk.tx)[0]


def tap(desk: Desk, worker: Person, batch: int, choice: int) -> int:
    """One answer; returns its submission."""
    desk.pass_time(30)
    return answer(desk.tx, worker, batch, now=desk.now, choice=choice)


def task_of(desk: Desk, submission: int) -> int:
    return int(desk.value("select task_id from submissions where id = :id", id=submission))


def miss(desk: Desk, submission: int, gold: str, why: str | None) -> None:
    """The task was gold all along, and its worker has been told that they missed it."""
    task = task_of(desk, submission)
    desk.tx.run("update tasks set gold = :gold, gold_why = :why where id = :id", gold=gold, why=why, id=task)
    desk.tx.run(
        "insert into gold_misses (submission_id, task_id, batch_id, worker_id, label, gold, forgiven, told_at)"
        " select id, task_id, batch_id, worker_id, 'x', :gold, 0, :now from submissions where id = :id",
        id=submission,
        gold=gold,
        now=desk.now,
    )


def known(desk: Desk, worker: Person, *, enough: int) -> None:
    desk.tx.run(
        "insert into skills (worker_id, kind, language, estimate, low, high, corrected_low, answers, enough,"
        " rule, at) values (:id, 'choose_one', 'en', 9200, 8500, 9600, 8000, 140, :enough, 1, 1)",
        id=worker.id,
        enough=enough,
    )


def test_the_week_says_how_right_they_were_or_that_it_is_too_early(desk: Desk) -> None:
    ana, ben, zoe = (desk.make(make_worker, 100 + one, name) for one, name in enumerate(("Ana", "Ben", "Zoe")))
    batch = desk.make(make_batch, n_tasks=9, price=PRICE, overlap=3)
    for worker in (ana, ben, zoe):
        tap(desk, worker, batch, 0)
    known(desk, ana, enough=1)
    known(desk, ben, enough=0)
    sent(desk.tx)
    monday(desk)
    run(desk)
    assert told(desk.tx, ana) == ["week"], "one message, with the statement of the week"
    text = screen(desk.tx, ana, "week").text
    assert "1 task, $0.05 for" in text
    assert "you alone read this" in text
    assert "Choosing an answer, English: about 92% right, likely 85–96%, from 140 answers" in text
    for other in (ben, zoe):
        assert "Choosing an answer, English: not enough answers yet to say" in screen(desk.tx, other, "week").text
    for one in (ana, ben, zoe):
        text = screen(desk.tx, one, "week").text
        assert not [name for name in ("Ana", "Ben", "Zoe") if name in text], "nobody is named, nobody compared"


def test_two_missed_gold_come_first_with_why_and_their_photos_one_tap_away(desk: Desk) -> None:
    ana = desk.make(make_worker)
    batch = desk.make(make_batch, n_tasks=9, price=PRICE)
    numbers = [tap(desk, ana, batch, choice) for choice in (1, 1, 2, 0)]
    miss(desk, numbers[0], "Cat", "Look at the ears <first>.")
    miss(desk, numbers[1], "Cat", None)
    miss(desk, numbers[2], "Dog", None)
    monday(desk)
    run(desk)
    shown = screen(desk.tx, ana, "week")
    assert "1. Photos" in shown.text and "you answered <b>Something else</b>, it is <b>Dog</b>" in shown.text
    assert "you answered <b>Dog</b>, it is <b>Cat</b>" in shown.text
    assert shown.text.count("you answered") == 2, "two mistakes, not one of them twice"
    looks = [numbers_ for name, (_, numbers_) in buttons(shown).items() if name.startswith("Look at")]
    assert looks == [(numbers[2],), (numbers[1],)]
    desk.do(mirrors.show, ana, submission=numbers[0])
    one = screen(desk.tx, ana, "example")
    assert "it is <b>Cat</b>. Look at the ears &lt;first&gt;." in one.text
    assert one.photo is not None and one.protect


def test_gold_they_were_not_told_of_objected_to_or_that_was_taken_back_is_not_shown(desk: Desk) -> None:
    ana = desk.make(make_worker)
    batch = desk.make(make_batch, n_tasks=9, price=PRICE)
    numbers = [tap(desk, ana, batch, 1) for _ in range(4)]
    begins, ends = 0, desk.now + 1
    make_gold(desk, owner(desk), batch, ["Cat"])
    for number in numbers[1:]:
        miss(desk, number, "Cat", None)
    desk.tx.run("update gold_misses set objected_at = 1 where submission_id = :id", id=numbers[1])
    desk.tx.run("update gold_misses set void_at = 1 where submission_id = :id", id=numbers[2])
    found = mirrors.examples(desk.tx, ana.id, since=begins, until=ends)
    assert [one.submission_id for one in found] == [numbers[3]]
    for number in numbers[:3]:
        with pytest.raises(StaleButton):
            desk.do(mirrors.show, ana, submission=number)
    desk.do(mirrors.show, ana, submission=numbers[3])
    desk.tx.run("update tasks set gold = null where id = :id", id=task_of(desk, numbers[3]))
    assert mirrors.examples(desk.tx, ana.id, since=begins, until=ends) == ()
    params = {"submission": numbers[3]}
    assert type(render(desk.tx, "example", params, ana)).__name__ == "Nothing", "it was taken back before it was sent"


def test_without_missed_gold_it_is_where_all_others_said_something_else_of_a_finished_task(desk: Desk) -> None:
    ana, ben, zoe = (desk.make(make_worker, 100 + one, f"W{one}") for one in range(3))
    batch = desk.make(make_batch, n_tasks=6, price=PRICE, overlap=3)
    said: dict[int, list[int]] = {0: [1, 1, 0, 2], 1: [0, 1, 0, 0], 2: [0, 0, 1, 0]}
    for place, worker in enumerate((ana, ben, zoe)):
        for choice in said[place]:
            tap(desk, worker, batch, choice)
    fit(desk, batch, [9_900, 9_900, 9_900, 8_000])
    begins, ends = 0, desk.now + 1
    (one,) = mirrors.examples(desk.tx, ana.id, since=begins, until=ends)
    assert (one.said, one.right, one.others) == ("Dog", "Cat", 2), "not where one agreed, nor where it is not sure"
    monday(desk)
    run(desk)
    assert "you answered <b>Dog</b>; 2 others answered <b>Cat</b>" in screen(desk.tx, ana, "week").text
    assert "everybody misses one" in screen(desk.tx, ana, "week").text
    desk.do(mirrors.show, ana, submission=one.submission_id)
    assert "The others may be wrong, too" in screen(desk.tx, ana, "example").text
    desk.tx.run("update tasks set state = 'open' where batch_id = :id", id=batch)
    assert mirrors.examples(desk.tx, ana.id, since=begins, until=ends) == (), "only of tasks that are done"


def test_nobody_sees_the_example_of_somebody_else(desk: Desk) -> None:
    ana, ben = desk.make(make_worker), desk.make(make_worker, 101, "Ben")
    batch = desk.make(make_batch, n_tasks=9, price=PRICE)
    number = tap(desk, ana, batch, 1)
    miss(desk, number, "Cat", None)
    for nobody in (ben, owner(desk)):
        with pytest.raises(StaleButton):
            desk.do(mirrors.show, nobody, submission=number)
    with pytest.raises(StaleButton):
        desk.do(mirrors.show, ana, submission=10**12)


def test_their_own_language_names_the_answers(desk: Desk) -> None:
    ana = desk.make(make_worker)
    batch = desk.make(make_batch, n_tasks=3, price=PRICE)
    found = batches.by_id(desk.tx, batch)
    assert found is not None
    french = Translation("Qu’y a-t-il ?", ("Chat", "Chien", "Autre chose"), "")
    batches.change(desk.tx, batch, face=replace(found.face, translations={"fr": french}).to_json())
    number = tap(desk, ana, batch, 1)
    miss(desk, number, "Cat", None)
    desk.do(mirrors.show, ana, submission=number)
    text = screen(desk.tx, ana, "example", "fr").text
    assert "Chien" in text and "Chat" in text and "Dog" not in text
