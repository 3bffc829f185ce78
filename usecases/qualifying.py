"""Around a test: what a draft lacks for one, why one ended so, whom a coordinator lets in, what wrong gold changes."""

from __future__ import annotations

from typing import Final

from domain.batches import Batch
from domain.brief import Problem
from domain.drafts import GOLD_ALIKE
from domain.notices import Slot
from domain.people import Person
from domain.qualification import RULE, is_enough, least_gold
from domain.refusals import StaleButton
from domain.refusals_work import InAlready
from domain.reviews import OwnWork
from storage import audit, batches, enrolments, gold, people, tasks, training
from storage.database import Tx
from storage.enrolments import Enrolment
from storage.training import Test
from usecases.notify import inform, tell
from usecases.roles import require_coordinator
from usecases.training import standing

CLOSED: Final = ("failed", "undecided")


def lacking(tx: Tx, draft: Batch) -> tuple[Problem, ...]:
    """What the gold of a draft's test lacks besides its number (domain.drafts.needs says that): kinds of answers."""
    if not draft.test or not draft.gold or draft.gold < least_gold(draft.training or 0):
        return ()
    return () if is_enough(gold.by_class(tx, draft.id), training=draft.training or 0) else (Problem(GOLD_ALIKE),)


def why(tx: Tx, *, by: Person, test: int, now: int) -> None:
    """Show what a test came from: to whom it is about, and to coordinators."""
    found = training.by_id(tx, test)
    if found is None or (found.worker_id != by.id and not by.may_coordinate):
        raise StaleButton
    tell(tx, by, "test_why", now=now, test=test)


def let_in(tx: Tx, *, by: Person, test: int, now: int) -> None:
    """Let somebody work whom their test did not let in; their later answers are checked like any. Raises InAlready."""
    require_coordinator(by)
    found = training.by_id(tx, test)
    batch = None if found is None else batches.by_id(tx, found.batch_id)
    if found is None or batch is None:
        raise StaleButton
    if found.worker_id == by.id:
        raise OwnWork
    mine = enrolments.of(tx, found.worker_id, batch.id)
    if mine is None or mine.stage != "failed":
        raise InAlready
    one = Test(
        id=0,
        worker_id=found.worker_id,
        batch_id=batch.id,
        kind=batch.kind,
        language=batch.language,
        attempt=0,
        after=found.upto,
        upto=found.upto,
        began_at=now,
        ended_at=now,
        outcome="let_in",
        right=0,
        wrong=0,
        by_id=by.id,
        rule=RULE,
        evidence={"test": found.id},
    )
    test_id = training.add(tx, one)
    _comes_in(tx, mine, batch, test_id, now=now)
    tell(tx, by, "test_doubt", now=now, slot=Slot.NEWCOMER, test=test)
    audit.add(tx, person_id=by.id, action="worker.let_in", subject=f"person:{mine.worker_id}", now=now, batch=batch.id)


def gold_changed(tx: Tx, task_id: int, *, now: int) -> None:
    """Judge anew the tests this task was a question of: it is gold no more, or has another label.

    Who had not passed by it comes in, or goes on with the test, and is told; who had passed stays in. Tests under way
    need nothing: they are judged from what stands at each answer.
    """
    task = tasks.by_id(tx, task_id)
    batch = None if task is None else batches.by_id(tx, task.batch_id)
    if batch is None:
        return
    for test in training.ended_with(tx, batch.id, task_id):
        mine = enrolments.of(tx, test.worker_id, batch.id)
        if mine is not None:
            _judge_anew(tx, test, mine, batch, now=now)


def _judge_anew(tx: Tx, test: Test, mine: Enrolment, batch: Batch, *, now: int) -> None:
    verdict, evidence, gold_left = standing(tx, test, batch)
    after = test._replace(right=verdict.right, wrong=verdict.wrong, evidence=evidence)
    if test.outcome not in CLOSED or mine.stage != "failed":
        training.judged_anew(tx, after)
    elif verdict.outcome == "passed":
        training.judged_anew(tx, after._replace(outcome="passed"))
        _comes_in(tx, mine, batch, test.id, now=now)
    elif verdict.outcome == "open" and gold_left:
        training.reopened(tx, test.id)
        enrolments.put(tx, mine._replace(stage="testing", retry_at=None, test_after=test.after))
        inform(tx, people.by_id(tx, mine.worker_id), "test_goes_on", now=now, batch=batch.id)
    else:
        outcome = "undecided" if verdict.outcome == "open" else verdict.outcome
        training.judged_anew(tx, after._replace(outcome=outcome))


def _comes_in(tx: Tx, mine: Enrolment, batch: Batch, test_id: int, *, now: int) -> None:
    # Their test counts among the answers to gold from now on: the tick counts anew.
    enrolments.put(tx, mine._replace(stage="working", retry_at=None, gold_due=1))
    inform(tx, people.by_id(tx, mine.worker_id), "test_came_in", now=now, test=test_id, batch=batch.id)
