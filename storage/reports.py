"""Problems workers reported with a task."""

from __future__ import annotations

from storage.database import Tx


def add(tx: Tx, *, assignment_id: int, task_id: int, batch_id: int, worker_id: int, reason: str, now: int) -> None:
    """Record a report; an assignment has at most one."""
    tx.run(
        "insert into reports (assignment_id, task_id, batch_id, worker_id, reason, at)"
        " values (:assignment_id, :task_id, :batch_id, :worker_id, :reason, :now)",
        assignment_id=assignment_id,
        task_id=task_id,
        batch_id=batch_id,
        worker_id=worker_id,
        reason=reason,
        now=now,
    )


def reasons(tx: Tx, batch_id: int, task_id: int) -> dict[str, int]:
    """How often each reason was given for a task."""
    rows = tx.all(
        "select reason, count(*) as count from reports"
        " where batch_id = :batch_id and task_id = :task_id group by reason",
        batch_id=batch_id,
        task_id=task_id,
    )
    return {row["reason"]: row["count"] for row in rows}
