"""Where the offers of each published batch are: the wave that goes out, and when the next one begins."""

from __future__ import annotations

from dataclasses import dataclass

from storage.database import Tx

DUE = (
    "select w.batch_id from waves w join batches b on b.id = w.batch_id"
    " where w.due_at <= :now and b.state = 'open' order by w.due_at limit :limit"
)


@dataclass(frozen=True, slots=True)
class Wave:
    """`missing` are still to be offered, from behind `turn`, `person_id` on; first to active workers, then `others`.

    With none missing the next wave begins at `due_at`. `began_at` is when this one did.
    """

    batch_id: int
    due_at: int
    began_at: int = 0
    missing: int = 0
    others: bool = False
    turn: int = -1
    person_id: int = 0


def put(tx: Tx, wave: Wave) -> None:
    """Store it in place of what was there."""
    tx.run(
        "insert into waves (batch_id, due_at, began_at, missing, others, turn, person_id)"
        " values (:batch_id, :due_at, :began_at, :missing, :others, :turn, :person_id)"
        " on conflict (batch_id) do update set due_at = excluded.due_at, began_at = excluded.began_at,"
        " missing = excluded.missing, others = excluded.others, turn = excluded.turn, person_id = excluded.person_id",
        batch_id=wave.batch_id,
        due_at=wave.due_at,
        began_at=wave.began_at,
        missing=wave.missing,
        others=int(wave.others),
        turn=wave.turn,
        person_id=wave.person_id,
    )


def of(tx: Tx, batch_id: int) -> Wave | None:
    """The batch's wave; None when it is offered no more."""
    row = tx.one(
        "select batch_id, due_at, began_at, missing, others, turn, person_id from waves where batch_id = :id",
        id=batch_id,
    )
    if row is None:
        return None
    values = {**dict(zip(row.keys(), tuple(row), strict=True)), "others": bool(row["others"])}
    return Wave(**values)


def due(tx: Tx, *, now: int, limit: int) -> list[int]:
    """Open batches whose next wave is due, the longest due first."""
    return [row["batch_id"] for row in tx.all(DUE, now=now, limit=limit)]


def end(tx: Tx, batch_id: int) -> None:
    """The batch is offered no more."""
    tx.run("delete from waves where batch_id = :id", id=batch_id)
