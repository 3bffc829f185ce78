"""A submission that went back and was not improved: its place is free again, and it counts nowhere any more."""

from __future__ import annotations

from domain.batches import Submission
from storage import batches, enrolments, reviews, tasks, worker_days
from storage.database import Tx
from usecases import progress
from usecases.reserves import release_rest


def withdraw(tx: Tx, submission: Submission, *, now: int) -> None:
    """Free the task of a submission that was sent back, for others; the time it took stays measured.

    Its money is in the batch's reserve and waits there for the next worker; of a closed batch it is free.
    """
    task = tasks.by_id(tx, submission.task_id)
    assert task is not None
    tasks.free(tx, submission.batch_id, task.id, leased=False, answered=True)
    batches.count(tx, submission.batch_id, submissions=-1, done=-1 if task.answered >= task.wanted else 0)
    enrolments.add(tx, submission.worker_id, submission.batch_id, done=-1, earned=-submission.price)
    day = tx.rules.day(reviews.counted_at(tx, submission.assignment_id) or submission.submitted_at)
    worker_days.add(tx, submission.worker_id, day, submissions=-1, earned=-submission.price, active_micros=0)
    release_rest(tx, submission.batch_id, now)
    progress.refresh(tx, submission.batch_id, now)
