"""Tasks whose answers agree on nothing: given up, before a human who says what is right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from storage.database import Tx
from storage.submissions import LIVE

OPEN: Final = "t.given_up_at is not null and t.decided_at is null"
OF_OTHERS: Final = f"""not exists (select 1 from submissions s where s.task_id = t.id and s.worker_id = :person_id
 and s.state in {LIVE})"""
"""Nobody decides about a task they answered themselves."""


@dataclass(frozen=True, slots=True)
class Dispute:
    """A task that was given up, and what a human made of it: `label` is None for one that is not usable."""

    task_id: int
    label: str | None
    by: int | None
    at: int | None


def of_task(tx: Tx, task_id: int) -> Dispute | None:
    """The task's, decided or not; None for a task that is not given up."""
    row = tx.one(
        "select id, decided, decided_by, decided_at from tasks where id = :id and given_up_at is not null",
        id=task_id,
    )
    return None if row is None else Dispute(*tuple(row))


def next_task(tx: Tx, batch_id: int, person_id: int, *, after: int) -> int | None:
    """The first open one of a batch behind the task `after` that this person may decide about."""
    found: int | None = tx.value(
        f"select t.id from tasks t where t.batch_id = :batch_id and t.id > :after and {OPEN} and {OF_OTHERS}"
        " order by t.id limit 1",
        batch_id=batch_id,
        person_id=person_id,
        after=after,
    )
    return found


def count(tx: Tx, batch_id: int) -> int:
    """How many tasks of a batch wait for a human."""
    return int(tx.value(f"select count(*) from tasks t where t.batch_id = :batch_id and {OPEN}", batch_id=batch_id))


def waiting_batches(tx: Tx, *, limit: int) -> list[tuple[int, str, int]]:
    """Batches with tasks that wait for a human: (batch, title, how many), most first."""
    rows = tx.all(
        "select g.batch_id, b.title, g.n from"
        f" (select t.batch_id, count(*) as n from tasks t where {OPEN} group by t.batch_id) g"
        " join batches b on b.id = g.batch_id order by g.n desc, g.batch_id limit :limit",
        limit=limit,
    )
    return [(row["batch_id"], row["title"], row["n"]) for row in rows]


def decide(tx: Tx, task_id: int, *, label: str | None, by: int, now: int) -> bool:
    """Keep what a human decided, once; None: it is not usable. False when it is decided or not given up any more."""
    sql = (
        "update tasks set decided = :label, decided_by = :by, decided_at = :now"
        " where id = :id and given_up_at is not null and decided_at is null"
    )
    return tx.run(sql, id=task_id, label=label, by=by, now=now).rowcount == 1


def undo(tx: Tx, task_id: int, *, by: int) -> bool:
    """Take a decision back, whose it is: the task waits for a human again. False for what they have not decided."""
    sql = (
        "update tasks set decided = null, decided_by = null, decided_at = null"
        " where id = :id and given_up_at is not null and decided_at is not null and decided_by = :by"
    )
    return tx.run(sql, id=task_id, by=by).rowcount == 1
