"""Who has ever had money available, and what they were told about a payout method: each once."""

from __future__ import annotations

from storage.database import Tx


def unasked(tx: Tx, *, limit: int) -> list[int]:
    """People who have money available for the first time and were not asked yet."""
    rows = tx.all(
        "select r.worker_id from method_requests r join people p on p.id = r.worker_id where r.asked_at is null"
        " order by r.worker_id limit :limit",
        limit=limit,
    )
    return [int(row["worker_id"]) for row in rows]


def unreminded(tx: Tx, *, asked_before: int, after: int, limit: int) -> list[int]:
    """People behind an id who were asked before an instant and have not been reminded."""
    rows = tx.all(
        "select worker_id from method_requests where reminded_at is null and asked_at < :asked_before"
        " and worker_id > :after order by worker_id limit :limit",
        asked_before=asked_before,
        after=after,
        limit=limit,
    )
    return [int(row["worker_id"]) for row in rows]


def asked(tx: Tx, worker_id: int, *, now: int) -> None:
    """They were asked, or need not be: not again."""
    tx.run(
        "insert into method_requests (worker_id, asked_at) values (:id, :now)"
        " on conflict (worker_id) do update set asked_at = excluded.asked_at",
        id=worker_id,
        now=now,
    )


def reminded(tx: Tx, worker_id: int, *, now: int) -> None:
    """They were reminded: not again."""
    tx.run("update method_requests set reminded_at = :now where worker_id = :id", id=worker_id, now=now)


def problem(tx: Tx, worker_id: int) -> str | None:
    """Why money came back from their last method, until they give another one."""
    found: str | None = tx.value("select problem from method_requests where worker_id = :id", id=worker_id)
    return found


def settled(tx: Tx, worker_id: int) -> None:
    """They have given a new method: why the last one failed is over."""
    tx.run("update method_requests set problem = null where worker_id = :id and problem is not null", id=worker_id)


def shared(tx: Tx, worker_id: int, *, now: int) -> bool:
    """Note that they gave a number that is somebody else's; True the first time."""
    row = tx.one(
        "insert into method_requests (worker_id, asked_at, shared_at) values (:id, :now, :now) on conflict (worker_id)"
        " do update set shared_at = excluded.shared_at where shared_at is null returning worker_id",
        id=worker_id,
        now=now,
    )
    return row is not None


def forget(tx: Tx, worker_id: int) -> None:
    """They have nothing to ask about: the next money that becomes available makes the row anew."""
    tx.run("delete from method_requests where worker_id = :id and shared_at is null", id=worker_id)
