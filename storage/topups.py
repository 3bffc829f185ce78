"""Top-ups, the days that wait for them, and how far the walk behind the newest submission has come."""

from __future__ import annotations

import json
from sqlite3 import Row
from typing import Any, NamedTuple

from domain.topups import Part
from storage.compact import compact
from storage.database import Tx
from storage.ledger import USES

NAME = "topups"
STANDS = "('pending', 'accepted')"
COLUMNS = "id, worker_id, day, batch_id, amount, evidence, at"


class Topup(NamedTuple):
    """What a batch added to a worker's day (micro-units), and what it was computed from."""

    id: int
    worker_id: int
    day: int
    batch_id: int
    amount: int
    evidence: dict[str, Any]
    at: int


class Handed(NamedTuple):
    """A submission as the walk sees it."""

    id: int
    worker_id: int
    batch_id: int
    submitted_at: int
    price: int
    active_micros: int


class Standing(NamedTuple):
    """A batch as its top-ups concern it. `waived` when a coordinator goes on although the reserve falls short."""

    state: str
    created_by: int
    floor: int | None
    projected: int
    waived: int
    paused_for: str | None


class Worked(NamedTuple):
    """A worker's unsettled day in a batch: between which submissions it is found, beside what was found good on it."""

    batch_id: int
    first_id: int
    last_id: int
    day: int = 0


def add(
    tx: Tx, *, worker_id: int, day: int, batch_id: int, amount: int, evidence: dict[str, Any], now: int
) -> int | None:
    """Note a top-up, once for a worker's day in a batch; None when it is there already."""
    row = tx.one(
        "insert into topups (worker_id, day, batch_id, amount, evidence, at)"
        " values (:worker_id, :day, :batch_id, :amount, :evidence, :now)"
        " on conflict (worker_id, day, batch_id) do nothing returning id",
        worker_id=worker_id,
        day=day,
        batch_id=batch_id,
        amount=amount,
        evidence=compact(evidence),
        now=now,
    )
    return None if row is None else int(row["id"])


def of_worker(tx: Tx, worker_id: int, *, limit: int) -> list[Topup]:
    """A worker's newest top-ups, newest day first."""
    rows = tx.all(
        f"select {COLUMNS} from topups where worker_id = :worker_id order by day desc, batch_id desc limit :limit",
        worker_id=worker_id,
        limit=limit,
    )
    return [_topup(row) for row in rows]


def between(tx: Tx, worker_id: int, first_day: int, last_day: int) -> list[Topup]:
    """A worker's top-ups from the first to the last day, both included, in order."""
    rows = tx.all(
        f"select {COLUMNS} from topups where worker_id = :worker_id and day between :first and :last"
        " order by day, batch_id",
        worker_id=worker_id,
        first=first_day,
        last=last_day,
    )
    return [_topup(row) for row in rows]


def walked(tx: Tx) -> tuple[int, int]:
    """The last submission that was looked at, and the day it counted to."""
    row = tx.one("select submission_id, day from walks where name = :name", name=NAME)
    return (0, 0) if row is None else (row["submission_id"], row["day"])


def walk_to(tx: Tx, submission_id: int, day: int) -> None:
    """All submissions up to this one were looked at; days before this one take nothing more."""
    tx.run(
        "insert into walks (name, submission_id, day) values (:name, :submission_id, :day) on conflict (name)"
        " do update set submission_id = excluded.submission_id, day = max(day, excluded.day)",
        name=NAME,
        submission_id=submission_id,
        day=day,
    )


def handed_in(tx: Tx, *, after: int, limit: int) -> list[Handed]:
    """The submissions behind one, in order of id."""
    rows = tx.all(
        "select id, worker_id, batch_id, submitted_at, price, active_micros from submissions where id > :after"
        " order by id limit :limit",
        after=after,
        limit=limit,
    )
    return [Handed(*tuple(row)) for row in rows]


def note(
    tx: Tx, *, day: int, worker_id: int, batch_id: int, first_id: int, last_id: int, active: int, earned: int
) -> None:
    """The worker's day in the batch is to be settled, up to this submission."""
    tx.run(
        "insert into unsettled (day, worker_id, batch_id, first_id, last_id, active_micros, earned)"
        " values (:day, :worker_id, :batch_id, :first_id, :last_id, :active, :earned)"
        " on conflict (day, worker_id, batch_id) do update set last_id = excluded.last_id,"
        " first_id = case when first_id > last_id then excluded.first_id else first_id end,"
        " active_micros = active_micros + excluded.active_micros, earned = earned + excluded.earned",
        day=day,
        worker_id=worker_id,
        batch_id=batch_id,
        first_id=first_id,
        last_id=last_id,
        active=active,
        earned=earned,
    )


def note_upheld(tx: Tx, *, day: int, rejection_id: int, active: int) -> None:
    """A rejection that was found wrong after its own day was settled: its work counts to this day.

    Where the worker has handed in nothing on it yet, its span of submissions is empty (it begins behind its end).
    """
    tx.run("update rejections set lift_day = :day where id = :id", day=day, id=rejection_id)
    tx.run(
        "insert into unsettled (day, worker_id, batch_id, first_id, last_id, active_micros, earned)"
        " select :day, r.worker_id, r.batch_id, s.id, s.id - 1, :active, s.price"
        " from rejections r join submissions s on s.id = r.submission_id where r.id = :id"
        " on conflict (day, worker_id, batch_id) do update set"
        " active_micros = active_micros + excluded.active_micros, earned = earned + excluded.earned",
        day=day,
        id=rejection_id,
        active=active,
    )


def oldest_day(tx: Tx) -> int | None:
    """The oldest day that is not settled."""
    day: int | None = tx.value("select min(day) from unsettled")
    return day


def workers_of(tx: Tx, day: int, *, limit: int) -> list[int]:
    """Who worked on a day that is not settled for them."""
    rows = tx.all(
        "select distinct worker_id from unsettled where day = :day order by worker_id limit :limit",
        day=day,
        limit=limit,
    )
    return [row["worker_id"] for row in rows]


def worked(tx: Tx, day: int, worker_id: int) -> list[Worked]:
    """A worker's unsettled day, by batch."""
    rows = tx.all(
        "select batch_id, first_id, last_id, day from unsettled where day = :day and worker_id = :worker_id"
        " order by batch_id",
        day=day,
        worker_id=worker_id,
    )
    return [Worked(*tuple(row)) for row in rows]


def part(tx: Tx, worker_id: int, one: Worked, *, floor: int) -> tuple[Part, int]:
    """What stands of a worker's day in a batch, and how many submissions these are.

    Work that was sent back and handed in anew took its time twice: both count where the new one stands. So does work
    that was found good on that day, its own being settled.
    """
    sums = (
        "select count(*), coalesce(sum(s.price), 0), coalesce(sum(s.active_micros + coalesce("
        "(select sum(w.active_micros) from submissions w where w.assignment_id = s.assignment_id"
        " and w.state = 'withdrawn' and w.reason is not null and w.id < s.id), 0)), 0)"
    )
    handed_in = (
        f"{sums} from submissions s where s.worker_id = :worker_id and s.id between :first_id and :last_id"
        f" and s.batch_id = :batch_id and s.state in {STANDS}"
    )
    upheld = (
        f"{sums} from rejections r cross join submissions s on s.id = r.submission_id"
        " where r.worker_id = :worker_id and r.batch_id = :batch_id and r.lift_day = :day"
    )
    rows = [tx.one(sql, worker_id=worker_id, **one._asdict()) for sql in (handed_in, upheld)]
    count, earned, active = (sum(column) for column in zip(*(tuple(row) for row in rows if row), strict=True))
    return Part(one.batch_id, floor, active, earned), count


def settle(tx: Tx, day: int, worker_id: int) -> None:
    """The worker's day is settled."""
    tx.run("delete from unsettled where day = :day and worker_id = :worker_id", day=day, worker_id=worker_id)


def still_counts(tx: Tx, *, day: int, worker_id: int, batch_id: int, submission_id: int) -> bool:
    """Whether the day a submission counts to is not settled for its worker, or was not looked at yet."""
    sql = "select 1 from unsettled where day = :day and worker_id = :worker_id and batch_id = :batch_id"
    waits = tx.one(sql, day=day, worker_id=worker_id, batch_id=batch_id) is not None
    return waits or submission_id > walked(tx)[0]


def projected(tx: Tx, batch_id: int, *, floor: int) -> int:
    """What the batch's unsettled days may ask of its top-up reserve: each worker's day in it by itself.

    In whole seconds, since the product of large currencies would not fit; what other batches pay above their floor is
    left out, so it is an upper bound for what stands now.
    """
    return int(
        tx.value(
            "select coalesce(sum(max(0, :floor * (active_micros / 1000000) / 3600 - earned)), 0) from unsettled"
            " where batch_id = :batch_id",
            batch_id=batch_id,
            floor=floor,
        )
    )


def to_release(tx: Tx, *, limit: int) -> list[int]:
    """Closed batches that keep something back for top-ups and can need none any more: all is handed in and settled."""
    rows = tx.all(
        "select b.id from balances a join batches b on b.id = a.id >> 3 where a.id & 7 in (2, 7) and a.balance > 0"
        f" and a.id & 7 = {USES['topups']} and b.state = 'closed' and b.leased = 0"
        " and not exists (select 1 from unsettled u where u.batch_id = b.id)"
        " and not exists (select 1 from submissions s where s.batch_id = b.id and s.state = 'sent_back') limit :limit",
        limit=limit,
    )
    return [row["id"] for row in rows]


def standing(tx: Tx, batch_id: int) -> Standing | None:
    """Where a batch stands that keeps something back for top-ups; None for one that does not, or is a pilot."""
    row = tx.one(
        "select state, created_by, floor, topups_projected, topups_waived, paused_for from batches"
        " where id = :id and topup_percent > 0 and piloting = 0",
        id=batch_id,
    )
    return None if row is None else Standing(*tuple(row))


def _topup(row: Row) -> Topup:
    worker_id, day, batch_id, amount, evidence, at = tuple(row)[1:]
    return Topup(row["id"], worker_id, day, batch_id, amount, json.loads(evidence), at)
