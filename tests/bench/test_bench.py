"""That the benchmark measures what it says: every step has its effect, once. Nothing here looks at how fast it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.contenders import AIOGRAM_TAPS, ECHOES, OURS, Contender
from bench.report import percentile, table
from bench.steps import measure


async def test_every_tap_of_ours_is_one_submission_and_the_books_are_right(tmp_path: Path) -> None:
    found = await measure(OURS, tmp_path, people=4, seconds=1.0, seed=1)
    assert found.steps > 0
    assert found.kept == found.total
    assert found.imbalance == 0
    assert found.cpu_ms > 0


@pytest.mark.parametrize("contender", [AIOGRAM_TAPS, ECHOES[0]], ids=lambda one: one.name)
async def test_a_peer_does_its_steps(tmp_path: Path, contender: Contender) -> None:
    found = await measure(contender, tmp_path, people=4, seconds=1.0, seed=1)
    assert found.steps > 0
    assert found.total >= found.steps
    assert found.kept is None


def test_percentiles_are_ranks() -> None:
    assert percentile([3.0, 1.0, 2.0, 4.0], 0.5) == 3.0
    assert percentile([], 0.95) == 0.0


def test_the_table_aligns_its_columns() -> None:
    assert table(("bot", "a second"), [("ours", "1,200")]).splitlines() == [
        "bot   a second",
        "----  --------",
        "ours     1,200",
    ]
