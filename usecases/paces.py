"""How fast answers come to a batch of late, and when the last one can be expected by that."""

from __future__ import annotations

from typing import Final

from domain.batches import Batch
from domain.quality import expected_end
from domain.rules import DAY
from storage import quality_reports
from storage.database import Tx

RECENT: Final = 3 * DAY
MOST: Final = 1_000
"""The pace is that of the answers of the last days, and of so many of them at most."""


def ends_at(tx: Tx, batch: Batch, *, left: int, now: int) -> int | None:
    """When an open batch has its `left` answers, in waking hours; None where nobody can tell."""
    if batch.state != "open" or left <= 0:
        return None
    given, since = quality_reports.pace(tx, batch.id, since=now - RECENT, limit=MOST)
    offset = tx.rules.offset_minutes if tx.rules.quiet_hours else None
    return expected_end(left=left, given=given, since=since, now=now, offset_at=offset)
