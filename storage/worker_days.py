"""What a worker did on a calendar day of the installation: submissions that stand, micro-units, active microseconds."""

from __future__ import annotations

from dataclasses import dataclass

from storage.database import Tx


@dataclass(frozen=True, slots=True)
class Done:
    """A sum over days."""

    submissions: int
    earned: int
    active_micros: int


def add(tx: Tx, worker_id: int, day: int, *, submissions: int, earned: int, active_micros: int) -> None:
    """Add to the day (negative when an answer is taken back)."""
    tx.run(
        "insert into worker_days (worker_id, day, submissions, earned, active_micros)"
        " values (:worker_id, :day, :submissions, :earned, :active_micros) on conflict (worker_id, day) do update set"
        " submissions = submissions + excluded.submissions, earned = earned + excluded.earned,"
        " active_micros = active_micros + excluded.active_micros",
        worker_id=worker_id,
        day=day,
        submissions=submissions,
        earned=earned,
        active_micros=active_micros,
    )


def lift(tx: Tx, worker_id: int, day: int, amount: int) -> None:
    """Note what lifted the day to the floor (micro-units), beside what was earned on it."""
    tx.run(
        "insert into worker_days (worker_id, day) values (:worker_id, :day) on conflict (worker_id, day) do nothing",
        worker_id=worker_id,
        day=day,
    )
    tx.run(
        "update worker_days set topup = topup + :amount where worker_id = :worker_id and day = :day",
        worker_id=worker_id,
        day=day,
        amount=amount,
    )


def between(tx: Tx, worker_id: int, first: int, last: int) -> Done:
    """The sum from the first to the last day, both included."""
    row = tx.one(
        "select coalesce(sum(submissions), 0), coalesce(sum(earned), 0), coalesce(sum(active_micros), 0)"
        " from worker_days where worker_id = :worker_id and day between :first and :last",
        worker_id=worker_id,
        first=first,
        last=last,
    )
    assert row is not None
    return Done(*tuple(row))


def days(tx: Tx, worker_id: int, first: int, last: int) -> dict[int, Done]:
    """Each day with something done, by day."""
    rows = tx.all(
        "select day, submissions, earned, active_micros from worker_days"
        " where worker_id = :worker_id and day between :first and :last order by day",
        worker_id=worker_id,
        first=first,
        last=last,
    )
    return {row["day"]: Done(row["submissions"], row["earned"], row["active_micros"]) for row in rows}


def any_since(tx: Tx, worker_id: int, day: int) -> bool:
    """The worker has handed something in on that day or later."""
    sql = "select 1 from worker_days where worker_id = :worker_id and day >= :day limit 1"
    return tx.one(sql, worker_id=worker_id, day=day) is not None
