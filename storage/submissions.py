"""Submissions as their writers see them: handed in, taken back, edited, given anew. storage.reviews judges them."""

from __future__ import annotations

import sqlite3
from sqlite3 import Row

from domain.batches import Submission
from domain.kinds.base import Answer, answer_from_json, answer_to_json
from domain.refusals_work import AlreadyAnswered
from storage.database import Tx

COLUMNS = ", ".join(Submission._fields)
LIVE = "('pending', 'accepted', 'sent_back')"


def add(
    tx: Tx,
    *,
    assignment_id: int,
    task_id: int,
    batch_id: int,
    worker_id: int,
    answer: Answer,
    price: int,
    shown_at: int,
    now: int,
    active_micros: int,
    review_until: int,
    review_first: bool = False,
) -> int:
    """Record a submission that waits for review; returns its id. Raises AlreadyAnswered for a second live one.

    `review_first` puts it before the others in the reviewers' queue.
    """
    try:
        return tx.add(
            "insert into submissions (assignment_id, task_id, batch_id, worker_id, state, answer, price, shown_at,"
            " submitted_at, active_micros, review_until, review_first) values (:assignment_id, :task_id, :batch_id,"
            " :worker_id, 'pending', :answer, :price, :shown_at, :now, :active_micros, :review_until, :review_first)",
            assignment_id=assignment_id,
            task_id=task_id,
            batch_id=batch_id,
            worker_id=worker_id,
            answer=answer_to_json(answer),
            price=price,
            shown_at=shown_at,
            now=now,
            active_micros=active_micros,
            review_until=review_until,
            review_first=int(review_first),
        )
    except sqlite3.IntegrityError as error:
        if error.sqlite_errorname == "SQLITE_CONSTRAINT_UNIQUE":
            raise AlreadyAnswered from error
        raise


def by_id(tx: Tx, submission_id: int) -> Submission | None:
    """The submission, if there is one (ids come in button data)."""
    return _one(tx, "id = :id", id=submission_id)


def untouched(tx: Tx, submission_id: int) -> bool:
    """It stands as it was handed in, and no reviewer has opened it."""
    sql = "select 1 from submissions where id = :id and state = 'pending' and review_started_at is null"
    return tx.one(sql, id=submission_id) is not None


def live_of_assignment(tx: Tx, assignment_id: int) -> Submission | None:
    """The assignment's submission that stands: pending, accepted or sent back. Its task and worker lead to it."""
    return _one(
        tx,
        "(task_id, worker_id) = (select a.task_id, a.worker_id from assignments a where a.id = :assignment_id)"
        f" and state in {LIVE} and assignment_id = :assignment_id",
        assignment_id=assignment_id,
    )


def answers(tx: Tx, task_id: int, *, besides: int) -> list[Answer]:
    """The live answers to a task, without one of them."""
    rows = tx.all(
        f"select answer from submissions where task_id = :task_id and state in {LIVE} and id <> :besides",
        task_id=task_id,
        besides=besides,
    )
    return [answer_from_json(row["answer"]) for row in rows]


def votes(tx: Tx, task_id: int, *, besides: int) -> list[tuple[Answer, int | None]]:
    """The live answers to a task without one of them, each with the reliance of its worker in the batch."""
    rows = tx.all(
        "select s.answer, e.reliance from submissions s"
        " left join enrolments e on e.worker_id = s.worker_id and e.batch_id = s.batch_id"
        f" where s.task_id = :task_id and s.state in {LIVE} and s.id <> :besides",
        task_id=task_id,
        besides=besides,
    )
    return [(answer_from_json(row["answer"]), row["reliance"]) for row in rows]


def of_task(tx: Tx, task_id: int, *, besides: int) -> list[Submission]:
    """The live submissions to a task, without one of them."""
    rows = tx.all(
        f"select {COLUMNS} from submissions where task_id = :task_id and state in {LIVE} and id <> :besides",
        task_id=task_id,
        besides=besides,
    )
    return sorted(map(_submission, rows), key=lambda one: one.id)


def withdraw(tx: Tx, submission_id: int, *, was: str) -> bool:
    """Take it out: undone, or given anew after it was sent back. The row stays. False when it is in another state."""
    sql = "update submissions set state = 'withdrawn' where id = :id and state = :was"
    return tx.run(sql, id=submission_id, was=was).rowcount == 1


def revise(tx: Tx, submission_id: int, answer: Answer) -> bool:
    """Put another answer in its place, with the next version; False once a review has started."""
    return (
        tx.run(
            "update submissions set answer = :answer, version = version + 1"
            " where id = :id and state = 'pending' and review_started_at is null",
            id=submission_id,
            answer=answer_to_json(answer),
        ).rowcount
        == 1
    )


def sent_back_to(tx: Tx, worker_id: int, *, since: int) -> Submission | None:
    """The oldest submission a reviewer sent back to this worker, not earlier than `since`."""
    return _one(
        tx,
        "worker_id = :worker_id and state = 'sent_back' and decided_at > :since order by id limit 1",
        worker_id=worker_id,
        since=since,
    )


def _one(tx: Tx, condition: str, **values: object) -> Submission | None:
    row = tx.one(f"select {COLUMNS} from submissions where {condition}", **values)
    return None if row is None else _submission(row)


def _submission(row: Row) -> Submission:
    values = dict(zip(row.keys(), tuple(row), strict=True))
    values["answer"] = answer_from_json(row["answer"])
    return Submission(**values)
