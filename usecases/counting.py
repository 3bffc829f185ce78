"""What an answer adds to the counters, and what taking it back takes out again; a recount gives the same (tested)."""

from __future__ import annotations

from domain.batches import Batch, Submission
from domain.kinds import Answer, kind
from domain.pay import bucket, median_from_histogram
from domain.working import median_is_due
from storage import batches, submissions, tasks, timings, worker_days
from storage.database import Tx
from storage.tasks import Counted


def count_in(
    tx: Tx, batch: Batch, *, task_id: int, submission_id: int, answer: Answer, active: int, task: Counted, leased: int
) -> None:
    """Add an answer to its batch: two statements, one more where others have answered, one when the median is due.

    `task` is as of after the answer; `leased` is by how much the batch's open assignments changed with it.
    """
    timings.add(tx, batch.id, bucket(active))
    median = batch.median_micros
    if median_is_due(batch.measured + 1):
        median = median_from_histogram(timings.histogram(tx, batch.id))
    pairs, same = _pairs(tx, batch, task_id, submission_id, answer) if task.answered > 1 else (0, 0)
    batches.tally(
        tx,
        batch.id,
        median_micros=median,
        submissions=1,
        measured=1,
        active_micros=active,
        done=int(task.answered == task.wanted),
        leased=leased,
        pairs=pairs,
        pairs_same=same,
    )


def take_out(tx: Tx, batch: Batch, submission: Submission) -> None:
    """Undo an answer in every counter; its place in the task stays taken by the assignment, which is open again."""
    timings.remove(tx, batch.id, bucket(submission.active_micros))
    was_done = tasks.unanswer(tx, submission.task_id)
    pairs, same = _pairs(tx, batch, submission.task_id, submission.id, submission.answer)
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


def _pairs(tx: Tx, batch: Batch, task_id: int, submission_id: int, answer: Answer) -> tuple[int, int]:
    """How many other live answers the task has, and how many of them say the same; nothing for written answers."""
    this = kind(batch.kind)
    if this.label(answer) is None:
        return 0, 0
    others = submissions.answers(tx, task_id, besides=submission_id)
    return len(others), sum(this.compare(answer, other) for other in others)
