"""Pilots that go on."""

from __future__ import annotations

from storage.database import Tx


def unanswered(tx: Tx, *, before: int, limit: int) -> list[tuple[int, int]]:
    """Pilots begun before an instant that nobody has answered and whose coordinators do not know it: id, begun at."""
    rows = tx.all(
        "select id, published_at from batches where piloting = 1 and state = 'open' and submissions = 0"
        " and pilot_told = 0 and published_at <= :before order by id limit :limit",
        before=before,
        limit=limit,
    )
    return [(row["id"], row["published_at"]) for row in rows]


def workers(tx: Tx, batch_id: int, *, below: int) -> list[int]:
    """Who has answered in the batch, fewer tasks than `below`, and has no card of it in hand, in order of their ids."""
    rows = tx.all(
        "select distinct s.worker_id from submissions s join enrolments e"
        " on e.worker_id = s.worker_id and e.batch_id = s.batch_id and e.state = 'working' and e.done < :below"
        " where s.batch_id = :batch_id and not exists (select 1 from assignments a where a.worker_id = s.worker_id"
        " and a.batch_id = s.batch_id and a.state = 'offered') order by s.worker_id",
        batch_id=batch_id,
        below=below,
    )
    return [row["worker_id"] for row in rows]


def answerers(tx: Tx, batch_id: int) -> int:
    """How many workers have answered; for a batch of few answers."""
    return int(
        tx.value(
            "select count(distinct worker_id) from submissions where batch_id = :batch_id and state <> 'withdrawn'",
            batch_id=batch_id,
        )
    )
