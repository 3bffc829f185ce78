"""What the waves and the sender ask again and again goes through indexes, and never sorts or scans a table."""

from __future__ import annotations

import sqlite3

import pytest

from storage import broadcasts, offers
from storage.migrate import migrate


@pytest.mark.parametrize(
    ("sql", "index"),
    [
        (broadcasts.WANTING, "batches_state"),
        (broadcasts.DUE, "outbox_campaign (campaign=? AND not_before<?)"),
        (broadcasts.AHEAD, "outbox_campaign (campaign=? AND not_before>?)"),
        (broadcasts.WAITING, "outbox_campaign (campaign=?)"),
        (broadcasts.ANY, "outbox_campaign"),
        (offers.CANDIDATES, "people_languages_turn (language=? AND (turn,person_id)>(?,?) AND turn<?)"),
    ],
    ids=["wanting", "due", "ahead", "waiting", "any", "candidates"],
)
def test_each_question_walks_its_index(sql: str, index: str) -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate(connection)
    names = ["campaign", "now", "limit", "version", "batch_id", "language", "turn", "person_id", "upto"]
    names += ["kind", "skill_least", "passed_since"]
    plan = [str(row[3]) for row in connection.execute(f"explain query plan {sql}", dict.fromkeys(names, 1))]
    assert index in plan[0]
    assert not [step for step in plan if "TEMP B-TREE" in step]
    assert not [step for step in plan[1:] if step.startswith("SCAN")]
