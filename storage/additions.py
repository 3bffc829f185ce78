"""What was added to published batches: rows beside their transfers. Amounts in micro-units."""

from __future__ import annotations

from domain.costs import Cost
from storage.database import Tx


def add(tx: Tx, batch_id: int, cost: Cost, *, by: int | None, now: int) -> int:
    """Note an addition; `by` is None for top-ups that were owed. Returns its id, the number of its transfers."""
    return tx.add(
        "insert into additions (batch_id, pay, topups, fees, by, at)"
        " values (:batch_id, :pay, :topups, :fees, :by, :now)",
        batch_id=batch_id,
        **cost._asdict(),
        by=by,
        now=now,
    )


def given(tx: Tx, batch_id: int) -> Cost:
    """What coordinators added to the batch, together."""
    row = tx.one(
        "select coalesce(sum(pay), 0), coalesce(sum(topups), 0), coalesce(sum(fees), 0) from additions"
        " where batch_id = :batch_id and by is not null",
        batch_id=batch_id,
    )
    assert row is not None
    return Cost(*tuple(row))


def owed(tx: Tx, batch_id: int) -> int:
    """Top-ups that were owed beyond what the batch had kept back, together."""
    sql = "select coalesce(sum(topups), 0) from additions where batch_id = :batch_id and by is null"
    return int(tx.value(sql, batch_id=batch_id))
