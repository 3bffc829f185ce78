"""Gold while other things happen to it: cards out when it is taken back, late answers, agreement, its own maker."""

from __future__ import annotations

from itertools import combinations

import pytest

from domain.people import CONSENT_VERSION, Person
from storage import batches, consents, fits, gold_answers, people
from tests.builders import make_worker
from tests.steps import books_are_right
from tests.usecases.desk import Desk
from tests.usecases.fitting import gold_counts
from tests.usecases.test_gold import counters, crew, gold_batch, work_through
from usecases import gold_doubts, gold_judging, leases, publishing, quality_reports, work


@pytest.fixture
def desk() -> Desk:
    return Desk()


def with_gold_in_hand(desk: Desk) -> tuple[int, int, Person, int]:
    """A batch, its coordinator's task of gold, and a worker who has it open: batch, task, worker, assignment."""
    batch, labels = gold_batch(desk, tasks=20, known=dict.fromkeys(range(6), "Cat"), overlap=2, share=100)
    worker = desk.make(make_worker, telegram_id=500, name="Ana")
    desk.do(work.start, worker, batch=batch)
    while desk.task(worker) not in labels:
        desk.do(work.submit, worker, assignment=desk.card(worker), answer_index=0)
    card = desk.card(worker)
    assert card is not None
    return batch, desk.task(worker), worker, card


def agreement(desk: Desk, batch: int) -> tuple[int, int]:
    """Pairs of answers to ordinary tasks and how many say the same: from the rows, and as the batch counts them."""
    rows = desk.tx.all(
        "select s.task_id, s.answer from submissions s join tasks t on t.id = s.task_id where s.batch_id = :b"
        " and s.state in ('pending', 'accepted', 'sent_back') and t.gold is null and t.gold_rests = 0",
        b=batch,
    )
    pairs = [(one["answer"] == other["answer"]) for one, other in combinations(rows, 2) if one[0] == other[0]]
    found = batches.by_id(desk.tx, batch)
    assert found is not None and (found.pairs, found.pairs_same) == (len(pairs), sum(pairs))
    return len(pairs), sum(pairs)


def owner_of(desk: Desk, batch: int) -> Person:
    found = batches.by_id(desk.tx, batch)
    assert found is not None
    return people.by_id(desk.tx, found.created_by)


def test_a_card_that_was_out_when_its_gold_was_taken_back_without_money_is_counted_and_paid(desk: Desk) -> None:
    batch, task, worker, card = with_gold_in_hand(desk)
    owner = owner_of(desk, batch)
    desk.do(publishing.close, owner, batch=batch)
    assert desk.do(gold_doubts.take_back, owner, task=task) == "retired"
    counters(desk, batch)
    assert desk.do(work.submit, worker, assignment=card, answer_index=1).outcome == "saved"
    counters(desk, batch)
    books_are_right(desk.tx)


@pytest.mark.parametrize("state", ["open", "paused", "closed"])
def test_a_late_answer_to_gold_is_counted_once_whatever_the_batch_does(desk: Desk, state: str) -> None:
    batch, task, worker, card = with_gold_in_hand(desk)
    owner = owner_of(desk, batch)
    other = desk.make(make_worker, telegram_id=700, name="Ben")
    desk.make(batches.change, batch, gold_salt=8)
    work_through(desk, other, batch, choice=0)
    desk.pass_time(100_000)
    desk.make(leases.expire, now=desk.now)
    counters(desk, batch)
    if state != "open":
        desk.do(publishing.pause if state == "paused" else publishing.close, owner, batch=batch)
    answered = desk.value("select answered from tasks where id = :id", id=task)
    got = desk.do(work.submit, worker, assignment=card, answer_index=0).outcome
    assert got == ("saved" if state == "open" or answered else "gone")
    counters(desk, batch)
    books_are_right(desk.tx)


def test_what_was_said_of_gold_makes_pairs_once_it_is_ordinary_work_again(desk: Desk) -> None:
    batch, labels = gold_batch(desk, tasks=12, known={0: "Cat"}, overlap=2, share=100)
    (task,) = labels
    for choice, worker in enumerate(crew(desk, 3)):
        work_through(desk, worker, batch, choice=choice % 2)
    before = agreement(desk, batch)
    answers = desk.value("select answered from tasks where id = :id", id=task)
    assert answers >= 2
    desk.do(gold_doubts.take_back, owner_of(desk, batch), task=task)
    assert agreement(desk, batch)[0] == before[0] + answers * (answers - 1) // 2


def test_who_said_what_is_right_is_paid_for_their_answers_but_neither_measured_nor_heard_by_them(desk: Desk) -> None:
    batch, labels = gold_batch(desk, tasks=20, known=dict.fromkeys(range(6), "Cat"), overlap=2, share=100)
    owner, worker = owner_of(desk, batch), desk.make(make_worker, telegram_id=500, name="Ana")
    desk.make(people.change, owner.id, is_worker=1)
    desk.make(consents.agree, owner.id, version=CONSENT_VERSION, now=desk.now)
    desk.make(people.set_languages, owner.id, ["en"])
    met = {}
    for person, choice in ((owner, 1), (worker, 0)):
        met[person.id] = set(work_through(desk, person, batch, choice=choice)) & set(labels)
        desk.do(work.stop, person)
        desk.pass_time(1_000)
        desk.make(gold_judging.run_due, now=desk.now)
    assert met[owner.id] and met[worker.id]
    assert gold_counts(desk.tx, owner.id, batch) == (0, 0)
    assert not desk.queued(owner, "gold_missed")
    assert gold_counts(desk.tx, worker.id, batch) == (len(met[worker.id]), 0)
    assert gold_answers.summary(desk.tx, batch)[:2] == (len(met[worker.id]),) * 2
    seen, _ = quality_reports.page(desk.tx, batch, after=0)
    assert (seen.gold_answers, seen.gold_right) == (len(met[worker.id]),) * 2
    voted = {one.task_id for one in fits.votes(desk.tx, batch, after=0, limit=1_000) if one.worker_id == owner.id}
    assert voted and not voted & set(labels)
    books_are_right(desk.tx)
