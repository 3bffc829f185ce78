"""Rejected submissions: what was told when, what is appealed, what the clock decides next."""

from __future__ import annotations

from domain.rejections import ANSWER_WITHIN, APPEAL_FOR, GRACE, STANDING, UNTOLD_FOR, Rejection
from storage.database import Tx

COLUMNS = ", ".join(Rejection._fields)
# One look-up for each who rejected something that is appealed: whoever that was, and however much it is.
JUDGES = """with recursive judges (by) as (
 select min(by) from rejections where state = 'appealed'
 union all
 select (select min(r.by) from rejections r where r.state = 'appealed' and r.by > j.by)
 from judges j where j.by is not null)"""


def add(
    tx: Tx,
    *,
    submission_id: int,
    batch_id: int,
    worker_id: int,
    ground_id: int,
    by: int,
    seconded_by: int | None,
    day_counted: bool,
    standing: bool,
    now: int,
) -> int:
    """Record a rejection; returns its id. The time to appeal begins with its delivery, at the latest UNTOLD_FOR on."""
    return tx.add(
        "insert into rejections (submission_id, batch_id, worker_id, ground_id, by, seconded_by, at, day_counted,"
        " standing, due_at) values (:submission_id, :batch_id, :worker_id, :ground_id, :by, :seconded_by, :now,"
        " :day_counted, :standing, :due_at)",
        submission_id=submission_id,
        batch_id=batch_id,
        worker_id=worker_id,
        ground_id=ground_id,
        by=by,
        seconded_by=seconded_by,
        day_counted=int(day_counted),
        standing=int(standing),
        now=now,
        due_at=now + UNTOLD_FOR + APPEAL_FOR + GRACE,
    )


def of_submission(tx: Tx, submission_id: int) -> Rejection | None:
    """The rejection of a submission, whatever became of it."""
    row = tx.one(f"select {COLUMNS} from rejections where submission_id = :id", id=submission_id)
    return None if row is None else Rejection(*tuple(row))


def by_id(tx: Tx, rejection_id: int) -> Rejection | None:
    """The rejection, if there is one (ids come in button data)."""
    row = tx.one(f"select {COLUMNS} from rejections where id = :id", id=rejection_id)
    return None if row is None else Rejection(*tuple(row))


def alone(tx: Tx, by: int, *, since: int, limit: int) -> int:
    """How many a person rejected since an instant without a second human, counted up to `limit`."""
    sql = (
        "select count(*) from (select 1 from rejections where by = :by and at > :since and seconded_by is null"
        " limit :limit)"
    )
    return int(tx.value(sql, by=by, since=since, limit=limit))


def in_batch(tx: Tx, batch_id: int) -> tuple[int, int]:
    """Of a batch's answers, how many are rejected and were not found good since: all, and those of one human alone."""
    row = tx.one(
        "select count(*), coalesce(sum(seconded_by is null), 0) from rejections"
        " where batch_id = :batch_id and state <> 'upheld'",
        batch_id=batch_id,
    )
    assert row is not None
    return row[0], row[1]


def standing_left(tx: Tx, worker_id: int, *, since: int) -> bool:
    """Whether one more rejection of this day counts towards the worker's standing."""
    sql = (
        "select count(*) from (select 1 from rejections where worker_id = :worker_id and standing = 1 and at >= :since"
        " limit :limit)"
    )
    return int(tx.value(sql, worker_id=worker_id, since=since, limit=STANDING)) < STANDING


def counting(tx: Tx, batch_id: int) -> dict[int, int]:
    """How many rejections of a batch count towards whose standing; those found wrong since do not."""
    rows = tx.all(
        "select worker_id, count(*) as count from rejections where batch_id = :batch_id and state <> 'upheld'"
        " and standing = 1 group by worker_id",
        batch_id=batch_id,
    )
    return {row["worker_id"]: row["count"] for row in rows}


def untold(tx: Tx, worker_id: int, batch_id: int, *, limit: int) -> list[Rejection]:
    """A worker's rejections in a batch that they have not been told of, oldest first."""
    rows = tx.all(
        f"select {COLUMNS} from rejections where worker_id = :worker_id and batch_id = :batch_id and told_at is null"
        " order by id limit :limit",
        worker_id=worker_id,
        batch_id=batch_id,
        limit=limit,
    )
    return [Rejection(*tuple(row)) for row in rows]


def untold_between(tx: Tx, worker_id: int, batch_id: int, *, first: int, last: int) -> tuple[int, int]:
    """Of a worker's rejections with ids in a range: how many are not told yet, and the micro-units they held."""
    row = tx.one(
        "select count(*), coalesce(sum(s.price), 0) from rejections r join submissions s on s.id = r.submission_id"
        " where r.worker_id = :worker_id and r.batch_id = :batch_id and r.told_at is null"
        " and r.id between :first and :last",
        worker_id=worker_id,
        batch_id=batch_id,
        first=first,
        last=last,
    )
    assert row is not None
    return row[0], row[1]


def told(tx: Tx, worker_id: int, batch_id: int, *, upto: int, now: int) -> int:
    """The news of those up to an id was delivered: the time to appeal begins. Returns how many these were."""
    return tx.run(
        "update rejections set told_at = :now, due_at = case state when 'open' then :due_at else due_at end"
        " where worker_id = :worker_id and batch_id = :batch_id and told_at is null and id <= :upto",
        worker_id=worker_id,
        batch_id=batch_id,
        upto=upto,
        now=now,
        due_at=now + APPEAL_FOR + GRACE,
    ).rowcount


def untold_anywhere(tx: Tx, *, after: tuple[int, int], limit: int) -> list[tuple[int, int]]:
    """(worker, batch) behind `after` with something untold."""
    rows = tx.all(
        "select distinct worker_id, batch_id from rejections where told_at is null"
        " and (worker_id, batch_id) > (:worker_id, :batch_id) order by worker_id, batch_id limit :limit",
        worker_id=after[0],
        batch_id=after[1],
        limit=limit,
    )
    return [(row["worker_id"], row["batch_id"]) for row in rows]


def open_of(tx: Tx, worker_id: int, batch_id: int, *, limit: int) -> list[Rejection]:
    """What a worker may appeal in a batch."""
    rows = tx.all(
        f"select {COLUMNS} from rejections where worker_id = :worker_id and batch_id = :batch_id and state = 'open'"
        " order by id limit :limit",
        worker_id=worker_id,
        batch_id=batch_id,
        limit=limit,
    )
    return [Rejection(*tuple(row)) for row in rows]


def count_open(tx: Tx, worker_id: int, batch_id: int) -> int:
    """How many those are."""
    return int(
        tx.value(
            "select count(*) from rejections where worker_id = :worker_id and batch_id = :batch_id and state = 'open'",
            worker_id=worker_id,
            batch_id=batch_id,
        )
    )


def appeal(tx: Tx, rejection_id: int, *, now: int) -> bool:
    """Appealed: somebody answers within ANSWER_WITHIN. False when it cannot be (any more)."""
    sql = (
        "update rejections set state = 'appealed', appealed_at = :now, due_at = :due_at"
        " where id = :id and state = 'open' and due_at > :now"
    )
    return tx.run(sql, id=rejection_id, now=now, due_at=now + ANSWER_WITHIN).rowcount == 1


def decide(tx: Tx, rejection_id: int, *, was: str, state: str, by: int | None, reason: str | None, now: int) -> bool:
    """The outcome, once. False when it is in another state by now."""
    sql = (
        "update rejections set state = :state, decided_at = :now, decided_by = :by, reason = :reason"
        " where id = :id and state = :was"
    )
    return tx.run(sql, id=rejection_id, was=was, state=state, by=by, reason=reason, now=now).rowcount == 1


def due(tx: Tx, *, now: int, limit: int) -> list[Rejection]:
    """What the clock decides: the time to appeal, or to answer one, has ended. The longest ended first."""
    rows = tx.all(
        f"select {COLUMNS} from rejections where state in ('open', 'appealed') and due_at <= :now"
        " order by due_at limit :limit",
        now=now,
        limit=limit,
    )
    return [Rejection(*tuple(row)) for row in rows]


def next_appeal(tx: Tx, person_id: int, *, after: tuple[int, int] = (-1, 0)) -> Rejection | None:
    """The appeal behind `after` (due_at, id) that is due first and that this person may hear.

    Nobody hears what they rejected, agreed to reject, or wrote. One look-up for each who rejected something appealed.
    """
    row = tx.one(
        f"{JUDGES} select {COLUMNS} from rejections where id in (select (select r.id from rejections r"
        " where r.by = j.by and r.state = 'appealed' and r.due_at >= :due_at and (r.due_at, r.id) > (:due_at, :id)"
        " and r.worker_id <> :person_id and (r.seconded_by is null or r.seconded_by <> :person_id)"
        " order by r.due_at, r.id limit 1) from judges j where j.by <> :person_id)"
        " order by due_at, id limit 1",
        person_id=person_id,
        due_at=after[0],
        id=after[1],
    )
    return None if row is None else Rejection(*tuple(row))


def count_appeals(tx: Tx, person_id: int, *, limit: int) -> int:
    """How many appeals wait for this person, counted up to `limit`."""
    return int(
        tx.value(
            f"{JUDGES} select count(*) from (select 1 from judges j cross join rejections r on r.by = j.by"
            " and r.state = 'appealed' and r.worker_id <> :person_id"
            " and (r.seconded_by is null or r.seconded_by <> :person_id) where j.by <> :person_id limit :limit)",
            person_id=person_id,
            limit=limit,
        )
    )


def of_task(tx: Tx, task_id: int, worker_id: int) -> bool:
    """Whether an answer of this worker to the task stands rejected and may still be found good."""
    sql = (
        "select 1 from assignments a join submissions s on s.assignment_id = a.id and s.state = 'rejected'"
        " where a.worker_id = :worker_id and a.task_id = :task_id and a.state = 'submitted'"
    )
    return tx.one(sql, task_id=task_id, worker_id=worker_id) is not None


def price(tx: Tx, rejection_id: int) -> int:
    """What the rejected work pays, in micro-units."""
    sql = "select s.price from rejections r join submissions s on s.id = r.submission_id where r.id = :id"
    return int(tx.value(sql, id=rejection_id))


def held(tx: Tx, worker_id: int) -> int:
    """The price of a worker's rejected work that can be appealed or is, in micro-units."""
    return int(
        tx.value(
            "select coalesce(sum(s.price), 0) from rejections r join submissions s on s.id = r.submission_id"
            " where r.worker_id = :worker_id and r.at > 0 and r.state in ('open', 'appealed')",
            worker_id=worker_id,
        )
    )


def decided_since(tx: Tx, worker_id: int, batch_id: int, *, since: int, limit: int) -> list[Rejection]:
    """A worker's appeals in a batch that were decided since an instant, oldest first."""
    rows = tx.all(
        f"select {COLUMNS} from rejections where batch_id = :batch_id and state in ('upheld', 'kept')"
        " and worker_id = :worker_id and decided_at >= :since order by decided_at, id limit :limit",
        worker_id=worker_id,
        batch_id=batch_id,
        since=since,
        limit=limit,
    )
    return [Rejection(*tuple(row)) for row in rows]
