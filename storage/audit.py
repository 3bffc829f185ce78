"""Who did what that others rely on: append-only."""

from __future__ import annotations

from domain.notices import Json
from storage.compact import compact
from storage.database import Tx


def add(tx: Tx, *, person_id: int | None, action: str, subject: str, now: int, **details: Json) -> None:
    """Record an action (`batch.published`) on a subject (`batch:7`), by a person or by the clock (None)."""
    tx.run(
        "insert into audit (at, person_id, action, subject, details)"
        " values (:now, :person_id, :action, :subject, :details)",
        now=now,
        person_id=person_id,
        action=action,
        subject=subject,
        details=compact(details),
    )
