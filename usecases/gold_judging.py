"""After answers to gold: a missed one is explained to its worker, later and kindly; the first is forgiven.

A tick does it, from rows; no tap does, so that a tap on gold is like any other. What could still be undone waits: until
its worker has gone on, or has rested so long that they may be told, which ends Undo.
"""

from __future__ import annotations

from typing import Final

from domain.batches import Batch, Submission
from domain.kinds import kind
from domain.notices import Slot
from domain.people import Person
from domain.refusals import StaleButton
from domain.rules import MINUTE
from storage import batches, enrolments, gold_answers, people, sessions, submissions
from storage.database import Tx
from storage.gold_answers import GoldAnswer, Miss
from usecases import gold_standing, progress
from usecases.notify import inform, tell
from usecases.training import is_lesson, is_told_by_test

RESTS: Final = 5 * MINUTE
"""Who has done nothing for so long can be told."""
STEP: Final = 500


def run_due(tx: Tx, *, now: int) -> bool:
    """Judge what is new, in all batches. Always False: what waits for its worker to go on is looked at again later."""
    after, touched = (0, 0), set()
    while found := gold_answers.due(tx, after=after, limit=STEP):
        for worker_id, batch_id in found:
            if judge(tx, worker_id, batch_id, now=now):
                touched.add(batch_id)
        after = (found[-1][1], found[-1][0])
    for batch_id in sorted(touched):
        gold_standing.refresh(tx, batch_id)
        progress.refresh(tx, batch_id, now)
    return False


def judge(tx: Tx, worker_id: int, batch_id: int, *, now: int) -> bool:
    """Tell a worker which gold of a batch they missed and do not know of, and forgive the first.

    True when there was anything to judge. What was explained in training is told no more, and what a test asked is told
    by its result.
    """
    batch, mine = batches.by_id(tx, batch_id), enrolments.of(tx, worker_id, batch_id)
    if batch is None or mine is None:
        return False
    found = gold_answers.of_worker(tx, worker_id, batch_id)
    undo = sessions.of(tx, worker_id).undo_submission_id
    settled, waits = [], False
    for one in found:
        if one.submission_id == undo and not _may_be_told(batch, one, now):
            waits = True
        elif not is_lesson(mine, _as_submission(tx, one)):
            settled.append(one)
    to_tell = [one for one in settled if not is_right(batch, one) and not is_told_by_test(mine, one.submission_id)]
    gold_answers.judged(tx, worker_id, batch_id, waits=waits)
    for one in to_tell:
        if not one.told:
            _explain(tx, one, batch, first=one is to_tell[0], now=now)
    if to_tell:
        gold_answers.forgive(tx, worker_id, batch_id, to_tell[0].submission_id)
    return bool(found)


def object_to(tx: Tx, *, by: Person, submission: int, now: int) -> None:
    """**I think it is right**: a coordinator is asked to look. Raises StaleButton for somebody else's."""
    miss = gold_answers.miss(tx, submission)
    if miss is None or miss.worker_id != by.id:
        raise StaleButton
    if gold_answers.object_to(tx, submission, now=now):
        gold_standing.refresh(tx, miss.batch_id)
        progress.refresh(tx, miss.batch_id, now)
    tell(tx, by, "gold_missed", now=now, slot=Slot.GOLD_MISSED, submission=submission)


def is_right(batch: Batch, one: GoldAnswer) -> bool:
    """Whether an answer says what the gold says."""
    return kind(batch.kind).label(one.answer) == one.gold


def notice_key(submission_id: int) -> str:
    """What the notice of a miss is known by."""
    return f"gold_missed:{submission_id}"


def _may_be_told(batch: Batch, one: GoldAnswer, now: int) -> bool:
    """Whether somebody's last answer is over: reviewed, its batch closed, or missed while they rest."""
    if one.state != "pending" or one.review_started_at is not None or batch.state not in ("open", "paused"):
        return True
    return not is_right(batch, one) and now - one.submitted_at >= RESTS


def _explain(tx: Tx, one: GoldAnswer, batch: Batch, *, first: bool, now: int) -> None:
    label = kind(batch.kind).label(one.answer)
    assert label is not None, "gold is for kinds with labels"
    gold_answers.end_undo(tx, one.worker_id, one.submission_id)
    gold_answers.told(
        tx,
        Miss(one.submission_id, one.task_id, batch.id, one.worker_id, label, one.gold, first, now, None, None),
    )
    worker = people.by_id(tx, one.worker_id)
    key = notice_key(one.submission_id)
    inform(tx, worker, "gold_missed", now=now, dedupe=key, submission=one.submission_id)


def _as_submission(tx: Tx, one: GoldAnswer) -> Submission:
    found = submissions.by_id(tx, one.submission_id)
    assert found is not None
    return found
