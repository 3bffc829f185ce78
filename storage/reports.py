"""Problems workers reported with a task."""

from __future__ import annotations

from typing import NamedTuple

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


class Report(NamedTuple):
    """A worker's word about a task, not decided yet."""

    id: int
    worker_id: int
    reason: str
    at: int


def open_of_task(tx: Tx, batch_id: int, task_id: int) -> list[Report]:
    """The reports of a task that no coordinator has decided about."""
    rows = tx.all(
        "select id, worker_id, reason, at from reports where batch_id = :batch_id and task_id = :task_id"
        " and state = 'open' order by id",
        batch_id=batch_id,
        task_id=task_id,
    )
    return [Report(*tuple(row)) for row in rows]


def next_task(tx: Tx, batch_id: int, *, after: int) -> int | None:
    """The first task of a batch behind `after` with a report that nobody has decided about."""
    found: int | None = tx.value(
        "select min(task_id) from reports where batch_id = :batch_id and state = 'open' and task_id > :after",
        batch_id=batch_id,
        after=after,
    )
    return found


def count_open(tx: Tx, batch_id: int) -> int:
    """How many reports of a batch wait for a coordinator."""
    sql = "select count(*) from reports where batch_id = :batch_id and state = 'open'"
    return int(tx.value(sql, batch_id=batch_id))


def decide(tx: Tx, report_id: int, *, state: str, by: int, amount: int, now: int) -> bool:
    """A coordinator agrees (and it pays `amount`, micro-units) or declines, once. False when it is decided."""
    sql = (
        "update reports set state = :state, decided_by = :by, decided_at = :now, amount = :amount"
        " where id = :id and state = 'open'"
    )
    return tx.run(sql, id=report_id, state=state, by=by, amount=amount, now=now).rowcount == 1
