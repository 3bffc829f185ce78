"""Long work, as rows: asked for in the transaction that needs it, resumed after a restart."""

from __future__ import annotations

import json
from dataclasses import dataclass
from sqlite3 import Row
from typing import Any

from domain.notices import Json
from storage.compact import compact
from storage.database import Tx


@dataclass(frozen=True, slots=True)
class Job:
    """A job as its worker sees it; `progress` is what its earlier steps left."""

    id: int
    kind: str
    params: dict[str, Any]
    person_id: int
    progress: dict[str, Any]
    attempts: int
    batch_id: int | None


def ask(tx: Tx, kind: str, *, person_id: int, now: int, batch_id: int | None = None, **params: Json) -> int:
    """Queue a job for a person; it starts after the commit. With `batch_id` it counts as that batch's."""
    job_id = tx.add(
        "insert into jobs (kind, params, person_id, batch_id, created_at)"
        " values (:kind, :params, :person_id, :batch_id, :now)",
        kind=kind,
        params=compact(params),
        person_id=person_id,
        batch_id=batch_id,
        now=now,
    )
    tx.signal("jobs", job_id)
    return job_id


def waiting(tx: Tx, kind: str, *, limit: int) -> list[Job]:
    """Jobs of a kind that are not done, oldest first."""
    rows = tx.all(
        "select id, kind, params, person_id, progress, attempts, batch_id from jobs"
        " where state = 'waiting' and kind = :kind order by id limit :limit",
        kind=kind,
        limit=limit,
    )
    return [_job(row) for row in rows]


def of_batch(tx: Tx, batch_id: int, kind: str, *, limit: int = 100) -> list[Job]:
    """A batch's jobs of a kind that are not done, oldest first."""
    rows = tx.all(
        "select id, kind, params, person_id, progress, attempts, batch_id from jobs"
        " where batch_id = :batch_id and kind = :kind and state = 'waiting' order by id limit :limit",
        batch_id=batch_id,
        kind=kind,
        limit=limit,
    )
    return [_job(row) for row in rows]


def of_person(tx: Tx, person_id: int, kind: str) -> list[Job]:
    """A person's jobs of a kind that are not done, oldest first; looks at what is not worked off yet."""
    rows = tx.all(
        "select id, kind, params, person_id, progress, attempts, batch_id from jobs"
        " where state = 'waiting' and kind = :kind and person_id = :person_id order by id",
        person_id=person_id,
        kind=kind,
    )
    return [_job(row) for row in rows]


def open_by_id(tx: Tx, job_id: int) -> Job | None:
    """The job as it stands now; None when it is done or given up."""
    row = tx.one(
        "select id, kind, params, person_id, progress, attempts, batch_id from jobs"
        " where id = :id and state = 'waiting'",
        id=job_id,
    )
    return None if row is None else _job(row)


def done_by_id(tx: Tx, job_id: int, kind: str) -> Job | None:
    """A job of a kind that is done, for what is asked about it later."""
    row = tx.one(
        "select id, kind, params, person_id, progress, attempts, batch_id from jobs"
        " where id = :id and kind = :kind and state = 'done'",
        id=job_id,
        kind=kind,
    )
    return None if row is None else _job(row)


def start(tx: Tx, job_id: int, *, starts: int = 1) -> int:
    """Count one more start, or more for one that failed; returns how many there are."""
    sql = "update jobs set attempts = attempts + :starts where id = :id returning attempts"
    return int(tx.value(sql, id=job_id, starts=starts))


def unstart(tx: Tx, job_id: int) -> None:
    """The last start does not count: the process was asked to stop."""
    tx.run("update jobs set attempts = attempts - 1 where id = :id and state = 'waiting' and attempts > 0", id=job_id)


def progress(tx: Tx, job_id: int, **progress: Json) -> None:
    """Remember how far it came, in the same transaction as the step itself; the start count begins anew."""
    tx.run(
        "update jobs set progress = :progress, attempts = 1 where id = :id",
        id=job_id,
        progress=compact(progress),
    )


def close(tx: Tx, job_id: int, *, now: int, reference: str | None = None) -> None:
    """It is done, or (with a reference number) given up."""
    tx.run(
        "update jobs set state = case when :reference is null then 'done' else 'failed' end, closed_at = :now,"
        " reference = :reference where id = :id",
        id=job_id,
        now=now,
        reference=reference,
    )


def _job(row: Row) -> Job:
    return Job(
        row["id"],
        row["kind"],
        json.loads(row["params"]),
        row["person_id"],
        json.loads(row["progress"]),
        row["attempts"],
        row["batch_id"],
    )
