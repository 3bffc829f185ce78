"""What the clock must do once per period, and how far it has come with it."""

from __future__ import annotations

from dataclasses import dataclass

from domain.periods import Period
from storage.database import Tx


@dataclass(frozen=True, slots=True)
class JobRun:
    """A period that was begun; `cursor` is what its last step left."""

    name: str
    period: str
    due_at: int
    cursor: int


def unfinished(tx: Tx, name: str) -> JobRun | None:
    """The oldest period that was begun and not closed."""
    row = tx.one(
        "select name, period, due_at, cursor from job_runs where name = :name and closed_at is null"
        " order by due_at limit 1",
        name=name,
    )
    return None if row is None else JobRun(*tuple(row))


def begin(tx: Tx, name: str, period: Period, *, now: int) -> JobRun | None:
    """Begin a period; None when it was begun before. Only the same period counts: a clock that was ahead for an hour
    must not keep later periods from being paid."""
    known = tx.run(
        "insert into job_runs (name, period, due_at, started_at) values (:name, :period, :due_at, :now)"
        " on conflict (name, period) do nothing",
        name=name,
        period=period.name,
        due_at=period.due_at,
        now=now,
    )
    return JobRun(name, period.name, period.due_at, 0) if known.rowcount == 1 else None


def step(tx: Tx, run: JobRun, *, cursor: int) -> None:
    """Remember how far it came, in the transaction of the step itself."""
    tx.run(
        "update job_runs set cursor = :cursor where name = :name and period = :period",
        name=run.name,
        period=run.period,
        cursor=cursor,
    )


def furthest(tx: Tx, name: str) -> int:
    """The highest cursor of all its periods; 0 before the first."""
    return int(tx.value("select coalesce(max(cursor), 0) from job_runs where name = :name", name=name))


def forget(tx: Tx, *, before: int, limit: int) -> int:
    """Delete periods that were closed before an instant, at most `limit`, but each name's furthest; say how many."""
    return tx.run(
        "delete from job_runs where (name, period) in (select name, period from job_runs r"
        " where closed_at < :before and closed_at is not null"
        " and cursor < (select max(cursor) from job_runs f where f.name = r.name) order by closed_at limit :limit)",
        before=before,
        limit=limit,
    ).rowcount


def close(tx: Tx, run: JobRun, *, now: int) -> None:
    """The last step is done: this period never runs again."""
    tx.run(
        "update job_runs set closed_at = :now where name = :name and period = :period",
        name=run.name,
        period=run.period,
        now=now,
    )
