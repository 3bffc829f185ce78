"""What could not be used of what was sent for a batch, by name and reason."""

from __future__ import annotations

import json

from domain.file_problems import Refused
from storage.database import Tx


def add(tx: Tx, batch_id: int, refused: Refused) -> None:
    """Remember a photo or a row that was left out."""
    tx.run(
        "insert into refused_files (batch_id, name, reason, detail) values (:batch_id, :name, :reason, :detail)",
        batch_id=batch_id,
        name=refused.name,
        reason=refused.reason,
        detail=json.dumps(refused.detail or {}, ensure_ascii=False, separators=(",", ":")),
    )


def of_batch(tx: Tx, batch_id: int, *, limit: int) -> list[Refused]:
    """What was left out, in the order it was met."""
    rows = tx.all(
        "select name, reason, detail from refused_files where batch_id = :batch_id order by id limit :limit",
        batch_id=batch_id,
        limit=limit,
    )
    return [Refused(row["name"], row["reason"], json.loads(row["detail"])) for row in rows]


def count(tx: Tx, batch_id: int) -> int:
    """How many lines the list has."""
    return int(tx.value("select count(*) from refused_files where batch_id = :batch_id", batch_id=batch_id))
