"""Where a worker is at the moment: the batch, the open card, the answer that can still be undone."""

from __future__ import annotations

from typing import NamedTuple

from storage.database import Tx


class Session(NamedTuple):
    """A worker's place; all None when nothing is open.

    `asked` counts how often "Still there?" came to nothing or was answered, `answered` the latter.
    """

    worker_id: int
    batch_id: int | None
    assignment_id: int | None
    undo_submission_id: int | None
    touched_at: int
    asked: int = 0
    answered: int = 0


COLUMNS = ", ".join(Session._fields)


def of(tx: Tx, worker_id: int) -> Session:
    """The worker's session; an empty one when they never worked."""
    row = tx.one(f"select {COLUMNS} from sessions where worker_id = :id", id=worker_id)
    return Session(worker_id, None, None, None, 0) if row is None else Session(*tuple(row))


def put(
    tx: Tx, worker_id: int, *, batch_id: int | None, assignment_id: int | None, undo_submission_id: int | None, now: int
) -> None:
    """Move the worker to another place."""
    tx.run(
        "insert into sessions (worker_id, batch_id, assignment_id, undo_submission_id, touched_at)"
        " values (:worker_id, :batch_id, :assignment_id, :undo, :now) on conflict (worker_id) do update set"
        " batch_id = excluded.batch_id, assignment_id = excluded.assignment_id,"
        " undo_submission_id = excluded.undo_submission_id, touched_at = excluded.touched_at",
        worker_id=worker_id,
        batch_id=batch_id,
        assignment_id=assignment_id,
        undo=undo_submission_id,
        now=now,
    )


def touch(tx: Tx, worker_id: int, *, now: int) -> None:
    """The worker is busy: news waits a little longer."""
    tx.run("update sessions set touched_at = :now where worker_id = :worker_id", worker_id=worker_id, now=now)


def count_question(tx: Tx, worker_id: int, *, asked: int, answered: int) -> None:
    """Note a "Still there?" that came to nothing, or was answered in time."""
    tx.run(
        "update sessions set asked = asked + :asked, answered = answered + :answered where worker_id = :worker_id",
        worker_id=worker_id,
        asked=asked,
        answered=answered,
    )


def clear_card(tx: Tx, worker_id: int, assignment_id: int) -> None:
    """The card is no longer the worker's; whatever else the session holds stays."""
    tx.run(
        "update sessions set assignment_id = null where worker_id = :worker_id and assignment_id = :assignment_id",
        worker_id=worker_id,
        assignment_id=assignment_id,
    )
