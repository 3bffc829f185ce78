"""What meters ask of the rows walks an index of waiting rows, whatever else there is."""

from __future__ import annotations

import pytest

from storage import backlog
from storage.database import Database


@pytest.mark.parametrize(
    ("sql", "index"),
    [
        (backlog.UPDATES, "inbox_waiting"),
        (backlog.MESSAGES, "outbox_waiting"),
        (backlog.JOBS, "jobs_waiting"),
        (backlog.OWED, "batches_state"),
    ],
)
async def test_each_question_uses_its_index_and_scans_no_table(db: Database, sql: str, index: str) -> None:
    plan = [row["detail"] for row in await db.read(lambda tx: tx.all("explain query plan " + sql, now=1))]
    tables = [step for step in plan if step.startswith(("SCAN", "SEARCH"))]
    assert len(tables) == 1
    assert f"INDEX {index}" in tables[0]
