"""That the growth section measures what it says, on two tiny databases; nothing here looks at how fast it was."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench import growth
from bench.options import Options
from bench.report import Report


async def test_both_databases_are_measured_at_the_same_things(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growth, "RESULTS", tmp_path)
    report = Report(tmp_path / "results")
    sizes = {"growth_small": 100, "growth": 200, "growth_steps": 20, "growth_rounds": 2, "growth_starts": 0}
    folder = tmp_path / "run"
    folder.mkdir()
    await growth.run(report, folder, Options(sizes=tuple(sizes.items())))
    rows = [json.loads(line) for line in report.path.read_text().splitlines()]
    assert len([row for row in rows if row["kind"] == "grown"]) == 2
    weighed = next(row for row in rows if row["kind"] == "bytes")
    assert weighed["live"] == 1_000
    assert sum(row["each"] for row in rows if row["kind"] == "bytes_of") == pytest.approx(weighed["each"], rel=0.01)
    measured = [row for row in rows if row["kind"] == "growth"]
    assert len(measured) >= 17
    assert all(row["small"] > 0 and row["large"] > 0 for row in measured)
    assert {row["part"] for row in rows if row["kind"] == "growth_step"} == {"median", "p95", "p99"}
    assert [(goal.wanted, goal.reached > 0) for goal in report.goals] == [(700, True), (2, True)]
