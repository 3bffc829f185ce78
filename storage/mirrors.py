"""What a worker's week can be learned from: gold they missed and were told of, and where several others agreed."""

from __future__ import annotations

from typing import NamedTuple

from storage.database import Tx


class Missed(NamedTuple):
    """A submission that was not what it should have been: what they said (as JSON) and the right label, with why.

    `others` is how many people answered that; 0 where it was gold, which needs nobody.
    """

    submission_id: int
    batch_id: int
    task_id: int
    answer: str
    label: str
    why: str | None
    others: int


def worked_in(tx: Tx, worker_id: int, *, since: int, until: int, limit: int) -> list[int]:
    """The batches of a worker's newest `limit` submissions that were handed in between two instants."""
    rows = tx.all(
        "select batch_id from (select batch_id, submitted_at from submissions where worker_id = :worker_id"
        " order by id desc limit :limit) where submitted_at >= :since and submitted_at < :until",
        worker_id=worker_id,
        since=since,
        until=until,
        limit=limit,
    )
    return sorted({row["batch_id"] for row in rows})


MISSED = """select m.submission_id, m.batch_id, m.task_id, s.answer, m.gold as label, t.gold_why as why, 0 as others
 from gold_misses m join submissions s on s.id = m.submission_id join tasks t on t.id = m.task_id
 where m.worker_id = :worker_id and m.void_at is null and m.objected_at is null and t.gold = m.gold"""


def missed_gold(tx: Tx, worker_id: int, *, since: int, until: int, limit: int) -> list[Missed]:
    """The newest gold a worker was told in this time that they had missed; without what they object to."""
    rows = tx.all(
        f"{MISSED} and m.told_at >= :since and m.told_at < :until",
        worker_id=worker_id,
        since=since,
        until=until,
    )
    return sorted((Missed(*row) for row in rows), reverse=True)[:limit]


def missed_one(tx: Tx, worker_id: int, submission_id: int) -> Missed | None:
    """The same for one submission, if it is one of these."""
    row = tx.one(f"{MISSED} and m.submission_id = :submission_id", worker_id=worker_id, submission_id=submission_id)
    return None if row is None else Missed(*row)


# An answer alone against the others: the task is done, what it is thought to be is sure, and not one of the others said
# what this worker did. Nothing of this is gold, and nothing of it is open.
ALONE = """select s.id as submission_id, s.batch_id, s.task_id, s.answer, l.label, null as why,
 (select count(*) from submissions o where o.task_id = s.task_id and o.state in ('pending', 'accepted', 'sent_back')
  and o.state <> 'sent_back' and o.worker_id <> s.worker_id) as others
 from submissions s join tasks t on t.id = s.task_id join labels l on l.task_id = t.id
 where s.worker_id = :worker_id and s.state in ('pending', 'accepted') and t.state = 'done' and t.gold is null
 and t.given_up_at is null and (l.source = 'human' or l.confidence >= :sure)
 and not exists (select 1 from submissions o where o.task_id = s.task_id
  and o.state in ('pending', 'accepted', 'sent_back') and o.worker_id <> s.worker_id and o.answer = s.answer)"""


def alone(tx: Tx, worker_id: int, *, since: int, until: int, sure: int, limit: int) -> list[Missed]:
    """Of a worker's newest `limit` submissions those of this time where nobody else said the same, newest first.

    Their own label may still be the one the task has: that is for the caller to see.
    """
    rows = tx.all(
        f"{ALONE} and s.submitted_at >= :since and s.submitted_at < :until and s.id >= coalesce((select min(id) from"
        " (select id from submissions where worker_id = :worker_id order by id desc limit :limit)), 0)"
        " order by s.id desc",
        worker_id=worker_id,
        since=since,
        until=until,
        sure=sure,
        limit=limit,
    )
    return [Missed(*row) for row in rows]


def alone_one(tx: Tx, worker_id: int, submission_id: int, *, sure: int) -> Missed | None:
    """The same for one submission, if it is one of these."""
    row = tx.one(f"{ALONE} and s.id = :submission_id", worker_id=worker_id, submission_id=submission_id, sure=sure)
    return None if row is None else Missed(*row)
