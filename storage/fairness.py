"""Counting for /fairness: pay from the ledger, time from the days of work, one bounded step after another."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from domain.fairness import BARS, Facts
from domain.pay import HOUR
from storage.database import Tx
from storage.ledger import KINDS

GIVEN: Final = (KINDS["submission", "credited"], KINDS["submission", "upheld"])
TAKEN: Final = tuple(KINDS["submission", event] for event in ("undone", "sent_back", "rejected"))
REJECTED, UPHELD, TOPPED_UP = KINDS["submission", "rejected"], KINDS["submission", "upheld"], KINDS["topup", "credited"]
FACTS: Final = (
    "day, floor, measured_at, workers, at_floor, median, tenth, bars, decided, rejected, overturned, review_micros,"
    " pay_micros"
)


@dataclass(frozen=True, slots=True)
class Counting:
    """One that is under way."""

    id: int
    day: int
    step: Literal["clearing", "submissions", "workers"]
    cursor: int
    upto: int
    floor: int


@dataclass(frozen=True, slots=True)
class Decided:
    """A submission that somebody or the clock decided."""

    worker_id: int
    state: str
    submitted_at: int
    decided_at: int


def newest(tx: Tx) -> Facts | None:
    """The newest that is done."""
    row = tx.one(f"select {FACTS} from fairness where step = 'done' order by id desc limit 1")
    if row is None:
        return None
    values = dict(zip(row.keys(), tuple(row), strict=True))
    return Facts(**values | {"bars": tuple(json.loads(values["bars"]))})


def under_way(tx: Tx) -> Counting | None:
    """The oldest that is not done."""
    row = tx.one("select id, day, step, cursor, upto, floor from fairness where step <> 'done' order by id limit 1")
    return None if row is None else Counting(*tuple(row))


def begin(tx: Tx, *, day: int, cursor: int, upto: int, floor: int) -> None:
    """Begin to count, behind the submission `cursor`."""
    tx.run(
        "insert into fairness (day, cursor, upto, floor) values (:day, :cursor, :upto, :floor)",
        day=day,
        cursor=cursor,
        upto=upto,
        floor=floor,
    )


def advance(tx: Tx, counting: Counting, *, step: str, cursor: int) -> None:
    """Remember how far it came."""
    tx.run(
        "update fairness set step = :step, cursor = :cursor where id = :id", id=counting.id, step=step, cursor=cursor
    )


def clear(tx: Tx, *, limit: int) -> bool:
    """Drop what the counting before has found, at most so many people of it; True when there is more."""
    tx.run("delete from fairness_times")
    sql = "delete from fairness_workers where worker_id in (select worker_id from fairness_workers limit :limit)"
    return tx.run(sql, limit=limit).rowcount == limit


def newest_submission(tx: Tx) -> int:
    """The highest id there is; 0 without any."""
    return int(tx.value("select coalesce(max(id), 0) from submissions"))


def before(tx: Tx, instant: int, *, upto: int) -> int:
    """An id behind which all submissions are that were handed in from an instant on: ids are in order of time."""
    low, high = 0, upto
    while low < high:
        middle = (low + high) // 2
        at = tx.value("select submitted_at from submissions where id > :id order by id limit 1", id=middle)
        if at is not None and at < instant:
            low = middle + 1
        else:
            high = middle
    return low


def page_end(tx: Tx, *, after: int, upto: int, limit: int) -> int | None:
    """The last id of the next page of submissions; None when there is none."""
    end: int | None = tx.value(
        "select max(id) from (select id from submissions where id > :after and id <= :upto order by id limit :limit)",
        after=after,
        upto=upto,
        limit=limit,
    )
    return end


def add_pay(tx: Tx, *, after: int, last: int, begins: int, ends: int) -> None:
    """Add up for each worker what the ledger gave for these submissions and did not take back."""
    tx.run(
        "insert into fairness_workers (worker_id, pay)"
        f" select s.worker_id, sum(case when l.kind in {GIVEN} then l.amount else -l.amount end)"
        f" from ledger l cross join submissions s on s.id = l.subject where l.kind in {(*GIVEN, *TAKEN)}"
        " and l.subject > :after and l.subject <= :last and s.submitted_at >= :begins and s.submitted_at < :ends"
        " group by s.worker_id"
        " on conflict (worker_id) do update set pay = pay + excluded.pay",
        after=after,
        last=last,
        begins=begins,
        ends=ends,
    )


def decided(tx: Tx, *, after: int, last: int, begins: int, ends: int) -> list[Decided]:
    """Those of these submissions that are decided."""
    rows = tx.all(
        "select worker_id, state, submitted_at, decided_at from submissions where id > :after and id <= :last"
        " and decided_at is not null and submitted_at >= :begins and submitted_at < :ends order by id",
        after=after,
        last=last,
        begins=begins,
        ends=ends,
    )
    return [Decided(*row) for row in rows]


def rejections(tx: Tx, *, after: int, last: int, begins: int, ends: int) -> tuple[int, int]:
    """How many of these submissions were rejected, and for how many that was taken back, by the ledger."""
    row = tx.one(
        f"select coalesce(sum(l.kind = {REJECTED}), 0), coalesce(sum(l.kind = {UPHELD}), 0)"
        f" from ledger l cross join submissions s on s.id = l.subject where l.kind in {(REJECTED, UPHELD)}"
        " and l.subject > :after and l.subject <= :last and s.submitted_at >= :begins and s.submitted_at < :ends",
        after=after,
        last=last,
        begins=begins,
        ends=ends,
    )
    assert row is not None
    return row[0], row[1]


def add_decided(tx: Tx, counting: Counting, *, decided: int, rejected: int, overturned: int) -> None:
    """Add to the sums of the counting."""
    tx.run(
        "update fairness set decided = decided + :decided, rejected = rejected + :rejected,"
        " overturned = overturned + :overturned where id = :id",
        id=counting.id,
        decided=decided,
        rejected=rejected,
        overturned=overturned,
    )


def add_times(tx: Tx, what: str, counts: Mapping[int, int]) -> None:
    """Add to the histogram of a kind of waiting, by bucket (domain.pay.bucket)."""
    for bucket, count in counts.items():
        tx.run(
            "insert into fairness_times (what, bucket, count) values (:what, :bucket, :count)"
            " on conflict (what, bucket) do update set count = count + excluded.count",
            what=what,
            bucket=bucket,
            count=count,
        )


def times(tx: Tx, what: str) -> dict[str, int]:
    """The histogram of a kind of waiting."""
    rows = tx.all("select bucket, count from fairness_times where what = :what", what=what)
    return {str(row["bucket"]): row["count"] for row in rows}


def paid_runs(tx: Tx, worker_id: int) -> list[tuple[int, int]]:
    """A worker's payouts that arrived: (when the run was gathered, when it was paid), oldest first."""
    rows = tx.all(
        "select r.created_at, o.closed_at from payouts o join payout_runs r on r.id = o.run_id"
        " where o.worker_id = :worker_id and o.state = 'paid' order by o.id",
        worker_id=worker_id,
    )
    return [(row["created_at"], row["closed_at"]) for row in rows]


def set_hourly(tx: Tx, *, after: int, first: int, last: int, limit: int) -> int | None:
    """Work out the next workers' pay an hour: with top-ups, over their active time; None when nobody is left."""
    end: int | None = tx.value(
        "select max(worker_id) from (select worker_id from fairness_workers where worker_id > :after"
        " order by worker_id limit :limit)",
        after=after,
        limit=limit,
    )
    if end is None:
        return None
    tx.run(
        "update fairness_workers as f set pay = pay + (select coalesce(sum(l.amount), 0) from topups u"
        f" cross join ledger l on l.kind = {TOPPED_UP} and l.subject = u.id"
        " where u.worker_id = f.worker_id and u.day between :first and :last)"
        " where worker_id > :after and worker_id <= :end",
        after=after,
        end=end,
        first=first,
        last=last,
    )
    # As a real number: micro-units × an hour in microseconds do not fit into an integer of SQLite.
    tx.run(
        "update fairness_workers as f set hourly = ("
        f"select cast(f.pay * {float(HOUR)} / sum(d.active_micros) as integer)"
        " from worker_days d where d.worker_id = f.worker_id and d.day between :first and :last"
        " having sum(d.active_micros) > 0) where worker_id > :after and worker_id <= :end",
        after=after,
        end=end,
        first=first,
        last=last,
    )
    return end


def workers(tx: Tx, *, at_least: int) -> tuple[int, int]:
    """How many people have a pay an hour, and how many of them at least so much."""
    row = tx.one(
        "select count(*), coalesce(sum(hourly >= :at_least), 0) from fairness_workers where hourly is not null",
        at_least=at_least,
    )
    assert row is not None
    return row[0], row[1]


def ranked(tx: Tx, place: int) -> int:
    """The pay an hour at a place from 0, the lowest first."""
    sql = "select hourly from fairness_workers where hourly is not null order by hourly limit 1 offset :place"
    return int(tx.value(sql, place=place))


def bars(tx: Tx, *, width: int, slack: int) -> list[int]:
    """How many people are in each of BARS bars; the last holds all that is more. `slack` below an edge is on it."""
    rows = tx.all(
        "select max(0, min((hourly + :slack) / :width, :last)) as bar, count(*) as count from fairness_workers"
        " where hourly is not null group by 1",
        width=width,
        slack=slack,
        last=BARS - 1,
    )
    counts = {row["bar"]: row["count"] for row in rows}
    return [counts.get(bar, 0) for bar in range(BARS)]


def finish(
    tx: Tx,
    counting: Counting,
    *,
    workers: int,
    at_floor: int,
    median: int | None,
    tenth: int | None,
    bars: list[int],
    review_micros: int | None,
    pay_micros: int | None,
    now: int,
) -> None:
    """It is counted: from now on it is shown."""
    tx.run(
        "update fairness set step = 'done', measured_at = :now, workers = :workers, at_floor = :at_floor,"
        " median = :median, tenth = :tenth, bars = :bars, review_micros = :review_micros, pay_micros = :pay_micros"
        " where id = :id",
        id=counting.id,
        now=now,
        workers=workers,
        at_floor=at_floor,
        median=median,
        tenth=tenth,
        bars=json.dumps(bars),
        review_micros=review_micros,
        pay_micros=pay_micros,
    )
