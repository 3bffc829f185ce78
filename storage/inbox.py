"""Updates as they came, sealed, until each has been handled once."""

from __future__ import annotations

from dataclasses import dataclass
from sqlite3 import Row

from storage.database import Tx

CONTEXT = b"inbox.payload"


@dataclass(frozen=True, slots=True)
class Waiting:
    """An update that waits to be handled: `payload` is Telegram's JSON."""

    seq: int
    received_at: int
    attempts: int
    payload: bytes


def add(tx: Tx, *, bot: int, update_id: int, payload: bytes, now: int) -> int | None:
    """Keep an update; the same one again adds nothing. Returns its seq, or None when it was known.

    Ids start anew after a quiet week, so only equality counts; known ones are forgotten after 48 hours.
    """
    row = tx.one(
        "insert into inbox (bot, update_id, received_at, payload) values (:bot, :update_id, :now, :payload)"
        " on conflict (bot, update_id) do nothing returning seq",
        bot=bot,
        update_id=update_id,
        now=now,
        payload=tx.cipher.seal(payload, CONTEXT),
    )
    return None if row is None else int(row["seq"])


def waiting(tx: Tx, *, after: int, limit: int) -> list[Waiting]:
    """The oldest unhandled updates behind `after`, in order."""
    rows = tx.all(
        "select seq, received_at, attempts, payload from inbox where state = 'waiting' and seq > :after"
        " order by seq limit :limit",
        after=after,
        limit=limit,
    )
    return [_waiting(tx, row) for row in rows]


def newest(tx: Tx) -> int:
    """The seq of the newest update ever kept, 0 without any."""
    return int(tx.value("select coalesce(max(seq), 0) from inbox"))


def start(tx: Tx, seq: int, attempt: int) -> int:
    """Note that handling this update starts for the nth time, over all processes; returns that number."""
    tx.run("update inbox set attempts = :attempt where seq = :seq", seq=seq, attempt=attempt)
    return attempt


def close(tx: Tx, seq: int) -> bool:
    """Mark it handled and empty its payload; False when it was closed before."""
    sql = "update inbox set state = 'done', payload = null where seq = :seq and state = 'waiting'"
    return tx.run(sql, seq=seq).rowcount == 1


def fail(tx: Tx, seq: int, *, reference: str) -> bool:
    """Close it as failed under a reference number; False when it was closed before."""
    sql = (
        "update inbox set state = 'failed', payload = null, reference = :reference"
        " where seq = :seq and state = 'waiting'"
    )
    return tx.run(sql, seq=seq, reference=reference).rowcount == 1


def forget(tx: Tx, *, before: int, limit: int) -> int:
    """Delete closed rows received before an instant, at most `limit`; returns how many."""
    sql = (
        "delete from inbox where seq in (select seq from inbox where state <> 'waiting' and received_at < :before"
        " order by received_at limit :limit)"
    )
    return tx.run(sql, before=before, limit=limit).rowcount


def _waiting(tx: Tx, row: Row) -> Waiting:
    return Waiting(row["seq"], row["received_at"], row["attempts"], tx.cipher.open(row["payload"], CONTEXT))
