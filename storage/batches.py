"""Batches and their counters."""

from __future__ import annotations

from dataclasses import fields
from sqlite3 import Row

from domain.batches import Batch
from domain.kinds.base import BatchFace
from storage.database import Tx

COLUMNS = ", ".join(field.name for field in fields(Batch))


def by_id(tx: Tx, batch_id: int) -> Batch | None:
    """The batch, if there is one with this id (ids come in button data, which anybody can alter)."""
    row = tx.one(f"select {COLUMNS} from batches where id = :id", id=batch_id)
    return None if row is None else _batch(row)


def in_state(tx: Tx, *states: str, limit: int = 100) -> list[Batch]:
    """Batches in any of the states, oldest first."""
    found = [
        _batch(row)
        for state in states
        for row in tx.all(
            f"select {COLUMNS} from batches where state = :state order by id limit :limit", state=state, limit=limit
        )
    ]
    return sorted(found, key=lambda batch: batch.id)


def change(tx: Tx, batch_id: int, **columns: object) -> None:
    """Set columns by name (the names come from code, never from people)."""
    assignments = ", ".join(f"{column} = :{column}" for column in columns)
    tx.run(f"update batches set {assignments} where id = :id", id=batch_id, **columns)


def count(tx: Tx, batch_id: int, **steps: int) -> None:
    """Add to counters by name; steps may be negative."""
    assignments = ", ".join(f"{column} = {column} + :{column}" for column in steps)
    tx.run(f"update batches set {assignments} where id = :id", id=batch_id, **steps)


def _batch(row: Row) -> Batch:
    values = dict(zip(row.keys(), tuple(row), strict=True))
    values["face"] = BatchFace.from_json(row["face"])
    for flag in ("collecting", "seconds_given"):
        values[flag] = bool(values[flag])
    return Batch(**values)
