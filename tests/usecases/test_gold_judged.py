"""After gold: counted by a tick, a miss explained later and kindly, the first forgiven; wrong gold found and undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from domain.brief.model import Translation
from domain.gold_doubts import Answered, doubts
from domain.people import Person
from domain.refusals import StaleButton
from domain.refusals_work import NothingToUndo
from storage import batches, gold_answers, sessions, tasks
from storage import people as people_stored
from tests.builders import make_coordinator, make_owner, make_worker
from tests.steps import books_are_right, buttons, screen
from tests.usecases.desk import Desk
from tests.usecases.fitting import gold_counts
from tests.usecases.test_gold import counters, crew, gold_batch
from usecases import gold_doubts, gold_judging, gold_standing, work

ANSWERS = ("Cat", "Dog", "Something else")


@pytest.fixture
def desk() -> Desk:
    return Desk()


def answers(desk: Desk, worker: Person, batch: int, say: Callable[[int], int], *, most: int = 10_000) -> list[int]:
    """Answer card after card, each as `say` says of its task; returns the tasks."""
    desk.do(work.start, worker, batch=batch)
    seen: list[int] = []
    while desk.card(worker) is not None and len(seen) < most:
        seen.append(desk.task(worker))
        desk.do(work.submit, worker, assignment=desk.card(worker), answer_index=say(seen[-1]))
    return seen


def tick(desk: Desk) -> None:
    desk.make(gold_judging.run_due, now=desk.now)


def missing(desk: Desk, *, misses: int, rest: bool = True) -> tuple[int, Person, dict[int, str], list[int]]:
    """A worker who has missed the first so many gold tasks they met, and been right on the others."""
    known = {n: "Cat" if n % 2 else "Dog" for n in range(8)}
    batch, labels = gold_batch(desk, tasks=40, known=known, overlap=1, share=100)
    worker = desk.make(make_worker, telegram_id=100, name="Ana")
    missed: list[int] = []

    def say(task: int) -> int:
        right = ANSWERS.index(labels.get(task, "Cat"))
        if task in labels and len(missed) < misses:
            missed.append(task)
            return 2
        return right

    answers(desk, worker, batch, say, most=30)
    if rest:
        desk.do(work.stop, worker)
    return batch, worker, labels, missed


def test_a_miss_is_told_after_the_work_with_both_answers_and_why_and_the_first_is_forgiven(desk: Desk) -> None:
    batch, worker, labels, missed = missing(desk, misses=2)
    assert desk.queued(worker, "gold_missed") == []
    tick(desk)
    assert len(desk.queued(worker, "gold_missed")) == 2
    right, wrong = gold_counts(desk.tx, worker.id, batch)
    assert (right, wrong) == (
        desk.value("select count(*) from submissions s join tasks t on t.id = s.task_id where t.gold is not null") - 2,
        1,
    )
    rows = desk.tx.all("select forgiven from gold_misses order by submission_id")
    assert [row["forgiven"] for row in rows] == [1, 0]
    text = screen(desk.tx, worker, "gold_missed").text
    assert "You said: Something else" in text
    assert labels[missed[1]] in text and "It is a" in text
    assert "paid like any other" in text
    tick(desk)
    assert len(desk.queued(worker, "gold_missed")) == 2, "nothing is told twice"


def test_the_first_miss_says_that_it_does_not_count(desk: Desk) -> None:
    _, worker, _, _ = missing(desk, misses=1)
    tick(desk)
    assert "the first one does not count" in screen(desk.tx, worker, "gold_missed").text


def test_nothing_is_told_while_the_answer_can_be_undone_and_then_undo_has_ended(desk: Desk) -> None:
    batch, labels = gold_batch(desk, tasks=30, known=dict.fromkeys(range(10), "Cat"), overlap=1, share=100)
    worker = desk.make(make_worker, telegram_id=100, name="Ana")
    desk.do(work.start, worker, batch=batch)
    while desk.task(worker) not in labels:
        desk.do(work.submit, worker, assignment=desk.card(worker), answer_index=0)
    desk.do(work.submit, worker, assignment=desk.card(worker), answer_index=1)
    undo = desk.undo_id(worker)
    desk.pass_time(60)
    tick(desk)
    assert desk.queued(worker, "gold_missed") == []
    desk.pass_time(5 * 60)
    tick(desk)
    assert len(desk.queued(worker, "gold_missed")) == 1
    with pytest.raises(NothingToUndo):
        desk.do(work.undo, worker, submission=undo)
    assert sessions.of(desk.tx, worker.id).undo_submission_id is None


def test_an_undone_miss_is_never_told_and_never_counted(desk: Desk) -> None:
    batch, labels = gold_batch(desk, tasks=30, known=dict.fromkeys(range(10), "Cat"), overlap=1, share=100)
    worker = desk.make(make_worker, telegram_id=100, name="Ana")
    desk.do(work.start, worker, batch=batch)
    while desk.task(worker) not in labels:
        desk.do(work.submit, worker, assignment=desk.card(worker), answer_index=0)
    desk.do(work.submit, worker, assignment=desk.card(worker), answer_index=1)
    tick(desk)
    desk.do(work.undo, worker, submission=desk.undo_id(worker))
    desk.do(work.submit, worker, assignment=desk.card(worker), answer_index=0)
    desk.do(work.stop, worker)
    tick(desk)
    assert desk.queued(worker, "gold_missed") == []
    assert gold_counts(desk.tx, worker.id, batch) == (1, 0)


def test_counts_are_what_the_rows_say_whatever_was_done(desk: Desk) -> None:
    batch, worker, _, _ = missing(desk, misses=3)
    tick(desk)
    before = gold_counts(desk.tx, worker.id, batch)
    desk.tx.run("update gold_misses set forgiven = 1")
    desk.tx.run("update enrolments set gold_due = 1")
    tick(desk)
    assert gold_counts(desk.tx, worker.id, batch) == before
    assert before[1] == 2


def test_i_think_it_is_right_is_noted_once_and_puts_the_gold_before_a_coordinator(desk: Desk) -> None:
    batch, worker, _, missed = missing(desk, misses=1)
    tick(desk)
    message = screen(desk.tx, worker, "gold_missed")
    action, (submission,) = buttons(message)["I think it is right"]
    assert action == "gold_object"
    other = desk.make(make_worker, telegram_id=200, name="Oto")
    with pytest.raises(StaleButton):
        desk.do(gold_judging.object_to, other, submission=submission)
    desk.do(gold_judging.object_to, worker, submission=submission)
    desk.do(gold_judging.object_to, worker, submission=submission)
    after = screen(desk.tx, worker, "gold_missed")
    assert "A coordinator will look at it" in after.text and not after.keyboard
    found = batches.by_id(desk.tx, batch)
    assert found is not None
    (doubt,) = gold_standing.found(desk.tx, found)
    assert (doubt.task_id, doubt.objections) == (missed[0], 1)
    assert gold_answers.summary(desk.tx, batch)[2] == 1


def wrong_gold(desk: Desk, workers: int = 6) -> tuple[int, list[Person], int]:
    """A batch in which one photo of a dog is gold as a cat: everybody good says Dog to it. (batch, crew, task)"""
    known = {n: "Cat" if n % 2 else "Dog" for n in range(10)}
    batch, labels = gold_batch(desk, tasks=40, known=known, overlap=workers, share=40)
    wrong = next(task for task, label in labels.items() if label == "Cat")
    people = crew(desk, workers)
    for worker in people:
        answers(desk, worker, batch, lambda task: 1 if task == wrong else ANSWERS.index(labels.get(task, "Cat")))
        desk.do(work.stop, worker)
    tick(desk)
    return batch, people, wrong


def test_gold_that_good_workers_miss_is_doubted_with_reasons_and_no_other(desk: Desk) -> None:
    batch, _, wrong = wrong_gold(desk)
    owner = desk.make(make_owner)
    desk.do(gold_doubts.show, owner, batch=batch)
    message = screen(desk.tx, owner, "gold_doubt")
    assert "Known answer: <b>Cat</b>" in message.text
    assert "Dog" in message.text and "good elsewhere" in message.text
    shown = buttons(message)
    assert {"Right as it is", "Take it back", "It is: Dog"} <= shown.keys()
    assert shown["Take it back"][1] == (wrong, ANSWERS.index("Cat"))
    assert gold_answers.summary(desk.tx, batch)[2] == 1


def test_taking_gold_back_repairs_counts_tells_who_was_told_and_keeps_the_money_right(desk: Desk) -> None:
    batch, people, wrong = wrong_gold(desk)
    owner = desk.make(make_owner)
    told = [worker for worker in people if desk.queued(worker, "gold_missed")]
    assert told
    for worker in told[1:]:
        desk.sent(worker)
        desk.tx.run("update outbox set state = 'sent' where person_id = :id", id=worker.id)
    became = desk.do(gold_doubts.take_back, owner, task=wrong)
    assert became in ("asked", "done")
    counters(desk, batch)
    books_are_right(desk.tx)
    for worker in people:
        assert gold_counts(desk.tx, worker.id, batch)[1] == 0
    assert [len(desk.queued(worker, "gold_void")) for worker in told] == [0] + [1] * (len(told) - 1)
    if len(told) > 1:
        assert "was wrong" in screen(desk.tx, told[1], "gold_void").text
    task = tasks.by_id(desk.tx, wrong)
    assert task is not None and task.gold is None and task.state in ("open", "done")
    assert desk.value("select fit_asked from batches where id = :b", b=batch) == 1
    before = desk.value("select count(*) from audit")
    assert desk.do(gold_doubts.take_back, owner, task=wrong) is None
    assert desk.value("select count(*) from audit") == before
    message = screen(desk.tx, owner, "gold_doubt")
    assert "No gold looks wrong" in message.text and "Back" in buttons(message)


@pytest.mark.parametrize("first", ["keep", "change", "take_back"])
def test_of_two_coordinators_who_look_at_the_same_gold_the_second_overrides_nothing(desk: Desk, first: str) -> None:
    batch, _, wrong = wrong_gold(desk)
    olga, carla = desk.make(make_owner), desk.make(make_coordinator)
    cat, dog = ANSWERS.index("Cat"), ANSWERS.index("Dog")
    ways: dict[str, Callable[[Person], object]] = {
        "keep": lambda by: desk.do(gold_doubts.keep, by, task=wrong, known=cat),
        "change": lambda by: desk.do(gold_doubts.change, by, task=wrong, index=dog, known=cat),
        "take_back": lambda by: desk.do(gold_doubts.take_back, by, task=wrong, known=cat),
    }
    assert ways[first](olga)
    task = tasks.by_id(desk.tx, wrong)
    for way in ways.values():
        assert not way(carla)
        assert tasks.by_id(desk.tx, wrong) == task
        assert "No gold looks wrong" in screen(desk.tx, carla, "gold_doubt").text
    counters(desk, batch)


def test_gold_taken_back_from_a_batch_that_is_done_does_not_say_again_that_it_is(desk: Desk) -> None:
    known = {n: "Cat" if n % 2 else "Dog" for n in range(6)}
    batch, labels = gold_batch(desk, tasks=20, known=known, overlap=2, share=100)
    owner, people = desk.make(make_owner), crew(desk, 2)
    wrong = next(task for task, label in labels.items() if label == "Cat")
    for worker in people:
        answers(desk, worker, batch, lambda task: 1 if task == wrong else ANSWERS.index(labels.get(task, "Cat")))
        desk.do(work.stop, worker)
    boss = people_stored.by_id(desk.tx, desk.value("select created_by from batches where id = :b", b=batch))
    assert len(desk.queued(boss, "batch_done")) == 1
    tick(desk)
    assert desk.do(gold_doubts.take_back, owner, task=wrong) == "done"
    assert len(desk.queued(boss, "batch_done")) == 1
    counters(desk, batch)
    books_are_right(desk.tx)


def test_who_answered_wrong_gold_reads_their_answer_in_their_own_language(desk: Desk) -> None:
    batch, people, wrong = wrong_gold(desk)
    one = batches.by_id(desk.tx, batch)
    assert one is not None
    french = Translation("Quoi ?", ("Chat", "Chien", "Autre"), "")
    batches.change(desk.tx, batch, face=replace(one.face, translations={"fr": french}).to_json())
    told = [worker for worker in people if desk.queued(worker, "gold_missed")]
    desk.tx.run("update outbox set state = 'sent' where key = 'gold_missed'")
    desk.do(gold_doubts.take_back, desk.make(make_owner), task=wrong)
    assert "Chien" in screen(desk.tx, told[0], "gold_void", "fr").text


def test_another_label_judges_only_what_comes_after_it(desk: Desk) -> None:
    batch, people, wrong = wrong_gold(desk)
    owner = desk.make(make_owner)
    assert desk.do(gold_doubts.change, owner, task=wrong, index=1) == "Dog"
    task = tasks.by_id(desk.tx, wrong)
    assert task is not None and task.gold == "Dog"
    counters(desk, batch)
    for worker in people:
        assert gold_counts(desk.tx, worker.id, batch)[1] == 0
    assert gold_answers.summary(desk.tx, batch)[2] == 0


def test_right_as_it_is_ends_the_doubt_until_twice_as_many_have_answered(desk: Desk) -> None:
    batch, _, wrong = wrong_gold(desk)
    desk.do(gold_doubts.keep, desk.make(make_owner), task=wrong)
    assert gold_answers.summary(desk.tx, batch)[2] == 0
    desk.tx.run("update tasks set gold_kept = 2 where id = :id", id=wrong)
    found = batches.by_id(desk.tx, batch)
    assert found is not None
    assert [one.task_id for one in gold_standing.found(desk.tx, found)] == [wrong]


def test_lazy_workers_who_miss_everything_make_no_gold_doubtful() -> None:
    gold = dict.fromkeys(range(20), "Cat")
    lazy = [Answered(worker, worker * 100 + task, task, "Dog") for worker in range(3) for task in range(20)]
    good = [Answered(worker, worker * 100 + task, task, "Cat") for worker in range(3, 6) for task in range(20)]
    assert doubts(gold, lazy + good, labels=2, kept={}, fitted={}) == []


def test_two_misses_are_too_few_to_doubt_and_three_good_ones_are_enough() -> None:
    gold = dict.fromkeys(range(6), "Cat")
    for crowd, found in ((2, []), (3, [5])):
        given = [
            Answered(worker, worker * 100 + task, task, "Dog" if task == 5 else "Cat")
            for worker in range(crowd)
            for task in range(6)
        ]
        assert [one.task_id for one in doubts(gold, given, labels=3, kept={}, fitted={})] == found
