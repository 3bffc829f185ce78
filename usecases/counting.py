"""What an answer adds to the counters, and what taking it back takes out again; a recount gives the same (tested)."""

from __future__ import annotations

from domain import agreement
from domain.batches import Batch, Submission
from domain.kinds import Answer, kind
from domain.overlap import wants_one_more
from domain.pay import bucket, median_from_histogram
from domain.working import median_is_due
from storage import batches, enrolments, reviews, submissions, tasks, timings, worker_days
from storage.database import Tx
from storage.tasks import Counted


def count_in(
    tx: Tx, batch: Batch, *, task_id: int, submission_id: int, answer: Answer, active: int, task: Counted, leased: int
) -> None:
    """Add an answer to its batch: two statements, one more where others have answered, one when the median is due.

    Where the overlap adapts and the answers differ, the task wants one more instead of being done: two statements more.
    `task` is as of after the answer; `leased` is by how much the batch's open assignments changed with it.
    """
    timings.add(tx, batch.id, bucket(active))
    median = batch.median_micros
    if median_is_due(batch.measured + 1):
        median = median_from_histogram(timings.histogram(tx, batch.id))
    others = _others(tx, batch, task_id, submission_id, answer) if task.answered > 1 else []
    pairs, same = _pairs(batch, answer, others)
    done = task.answered == task.wanted and not task.beside
    if done and same < pairs and batch.overlap_least is not None and batch.state in ("open", "paused"):
        done = not _widened(tx, batch, task_id, [answer, *others])
    batches.tally(
        tx,
        batch.id,
        median_micros=median,
        submissions=1,
        measured=1,
        active_micros=active,
        done=int(done),
        leased=leased,
        pairs=pairs,
        pairs_same=same,
    )


def take_out(tx: Tx, batch: Batch, submission: Submission) -> None:
    """Undo an answer in every counter; its place in the task stays taken by the assignment, which is open again."""
    timings.remove(tx, batch.id, bucket(submission.active_micros))
    was_done = tasks.unanswer(tx, submission.task_id)
    others = _others(tx, batch, submission.task_id, submission.id, submission.answer)
    pairs, same = _pairs(batch, submission.answer, others)
    _narrow(tx, batch, submission.task_id, others)
    median = batch.median_micros
    if median_is_due(batch.measured - 1):
        median = median_from_histogram(timings.histogram(tx, batch.id))
    batches.tally(
        tx,
        batch.id,
        median_micros=median,
        submissions=-1,
        measured=-1,
        active_micros=-submission.active_micros,
        done=-int(was_done),
        leased=1,
        pairs=-pairs,
        pairs_same=-same,
    )
    worker_days.add(
        tx,
        submission.worker_id,
        tx.rules.day(submission.submitted_at),
        submissions=-1,
        earned=-submission.price,
        active_micros=-submission.active_micros,
    )


def count_out(tx: Tx, batch: Batch, submission: Submission, *, day_open: bool, anew: bool) -> None:
    """A rejected answer counts nowhere any more, and its place in the task is free for somebody else.

    `day_open`: it also leaves its day's pay and time. `anew` is work that had been returned: its first time of being
    handed in stays measured, as with work that was not improved.
    """
    task = tasks.by_id(tx, submission.task_id)
    assert task is not None
    tasks.free(tx, batch.id, task.id, leased=False, answered=True)
    others = _others(tx, batch, task.id, submission.id, submission.answer)
    done = int(_narrow(tx, batch, task.id, others)) - int(task.answered >= task.wanted)
    _recount(tx, batch, submission, -1, done=done, anew=anew)
    if day_open:
        _day(tx, submission, -1)


def count_back(tx: Tx, batch: Batch, submission: Submission, *, day_open: bool, anew: bool) -> None:
    """What `count_out` took out counts again; a task whose place others have taken has one answer more."""
    _recount(tx, batch, submission, 1, done=add_answer(tx, batch.id, submission.task_id), anew=anew)
    if day_open:
        _day(tx, submission, 1)


def add_answer(tx: Tx, batch_id: int, task_id: int) -> int:
    """Count an answer in its task, whatever the task wants; returns 1 when the task is done by it, else 0."""
    before = tasks.by_id(tx, task_id)
    assert before is not None
    grown = tasks.add_answer(tx, task_id)
    if grown:
        batches.count(tx, batch_id, wanted=1)
    return int(not grown and before.answered + 1 == before.wanted)


def _recount(tx: Tx, batch: Batch, submission: Submission, sign: int, *, done: int, anew: bool) -> None:
    others = _others(tx, batch, submission.task_id, submission.id, submission.answer)
    pairs, same = _pairs(batch, submission.answer, others)
    measured, median = 0 if anew else sign, batch.median_micros
    if not anew:
        change = timings.add if sign > 0 else timings.remove
        change(tx, batch.id, bucket(submission.active_micros))
        if median_is_due(batch.measured + measured):
            median = median_from_histogram(timings.histogram(tx, batch.id))
    batches.tally(
        tx,
        batch.id,
        median_micros=median,
        submissions=sign,
        measured=measured,
        active_micros=sign * submission.active_micros,
        done=done,
        pairs=sign * pairs,
        pairs_same=sign * same,
    )
    enrolments.add(tx, submission.worker_id, submission.batch_id, done=sign, earned=sign * submission.price)


def _day(tx: Tx, submission: Submission, sign: int) -> None:
    """Pay on the day it was first handed in, time on the day it took."""
    counted = tx.rules.day(reviews.first_handed_in(tx, submission))
    own = tx.rules.day(submission.submitted_at)
    add = worker_days.add
    add(tx, submission.worker_id, counted, submissions=sign, earned=sign * submission.price, active_micros=0)
    add(tx, submission.worker_id, own, submissions=0, earned=0, active_micros=sign * submission.active_micros)


def _others(tx: Tx, batch: Batch, task_id: int, submission_id: int, answer: Answer) -> list[Answer]:
    """The other live answers the task has; none for written work, which is not compared."""
    if kind(batch.kind).label(answer) is None:
        return []
    return submissions.answers(tx, task_id, besides=submission_id)


def _pairs(batch: Batch, answer: Answer, others: list[Answer]) -> tuple[int, int]:
    """How many pairs the answer makes, and how many of them say the same."""
    this = kind(batch.kind)
    return len(others), sum(this.compare(answer, other) for other in others)


def _votes(batch: Batch, answers: list[Answer]) -> dict[str, int]:
    return agreement.count(map(kind(batch.kind).label, answers))


def _widened(tx: Tx, batch: Batch, task_id: int, answers: list[Answer]) -> bool:
    """Ask for one more answer to a task that has all it wanted, where they differ and its money is still set aside."""
    if not wants_one_more(_votes(batch, answers), most=batch.overlap):
        return False
    freed = batches.want_one_more(tx, batch.id)
    if freed is None:
        return False
    tasks.widen(tx, task_id, freed=freed)
    return True


def _narrow(tx: Tx, batch: Batch, task_id: int, others: list[Answer]) -> bool:
    """Where the overlap adapts and the answers that are left agree, want no more than at first; True when that is done.

    What others have in hand already stays wanted.
    """
    if batch.overlap_least is None or len(_votes(batch, others)) > 1:
        return False
    fewer, done = tasks.narrow(tx, task_id, least=batch.overlap_least)
    if fewer:
        batches.count(tx, batch.id, wanted=-fewer)
    return done
