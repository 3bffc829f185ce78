"""The measurement of payout runs, small: every rail's file is made, pays everybody, and its figures are there."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.payouts import RAILS, measure
from domain.rails import RAILS as ALL


@pytest.mark.parametrize("rail", ["sepa", "csv_mobile"])
async def test_a_run_is_made_and_measured(tmp_path: Path, rail: str) -> None:
    found = await measure(tmp_path, rail, 20)
    assert (found["rail"], found["workers"], found["files"]) == (rail, 20, 1)
    assert found["bot_mb"] > 1
    assert found["file_kb"] >= 0


def test_every_rail_of_files_is_measured() -> None:
    assert set(RAILS) == {name for name, rail in ALL.items() if rail.how == "file"}
