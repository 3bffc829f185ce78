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


def workers(tx: Tx, batch_id: int) -> list[int]:
    """Who has answered in the batch, in order of their ids; for a batch of few answers."""
    rows = tx.all(
        "select worker_id from submissions where batch_id = :batch_id and state <> 'withdrawn'", batch_id=batch_id
    )
    return sorted({row["worker_id"] for row in rows})
