"""The soak in seconds: every kind of fault once, kills, a SIGTERM, and every rule held. Wall time is not asserted."""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path

import pytest

from bench.soak import memory
from bench.soak.__main__ import violations
from bench.soak.figures import readiness, waits
from bench.soak.plan import SHORT, Sizes, draw
from bench.soak.points import POINTS, Moved, Point, arm, wrap
from bench.soak.run import play
from bench.soak.trace import Pen, Reader, lives
from emulator.faults import CALL_KINDS


@pytest.mark.timeout(300)
async def test_kills_and_every_fault_at_once_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    for seed in (1, 2, 3):  # where a kill falls is a matter of pace
        folder = tmp_path / str(seed)
        folder.mkdir()
        evidence, conditions = await play(draw(seed, SHORT), folder)
        assert violations(evidence) == []
        kinds = {call["fault"] for call in evidence.calls} >= {*CALL_KINDS}
        full = "GroupLost" in (folder / "log.jsonl").read_text()
        struck = any(death.how == "point" and death.reached for death in evidence.deaths)
        if kinds and full and struck and evidence.witness.saved:
            break
    else:
        pytest.fail(
            f"no run had each kind of fault ({kinds}), a full disk ({full}) and a kill point that struck ({struck})"
        )
    assert {death.how for death in evidence.deaths} == {"kill", "point", "term"}
    assert len(evidence.lives()) == 3
    assert len(readiness(evidence)) <= 3
    assert len(waits(evidence, conditions).answered) <= len(evidence.witness.taps)


def test_the_same_seed_is_the_same_plan_and_another_is_another() -> None:
    one, again, other = (draw(seed, Sizes()) for seed in (1, 1, 2))
    endings = [[ending for ending, _ in zip(plan.endings(), range(40), strict=False)] for plan in (one, again, other)]
    assert (one.turns, endings[0]) == (again.turns, endings[1])
    assert one.turns != other.turns
    assert endings[0] != endings[2]


def test_a_plan_has_every_kill_point_and_ten_minutes_have_twenty_kills() -> None:
    plan = draw(3, Sizes())
    endings = [ending for ending, _ in zip(plan.endings(), range(60), strict=False)]
    assert {ending.point for ending in endings if ending.how == "point"} == set(POINTS)
    assert {turn.what for turn in plan.turns} == {"rough", "burst", "shift", "days", "full", "outage"}
    length, kills = 0.0, 0
    for ending in endings:
        length += ending.after + 3.0
        kills += ending.how != "term"
        if length > 600:
            break
    assert kills >= 20


@pytest.mark.parametrize("name", POINTS)
def test_a_kill_point_names_what_is_there(name: str) -> None:
    module, _, path = POINTS[name].where.partition(":")
    found = importlib.import_module(module)
    for part in path.split("."):
        found = getattr(found, part)
    assert inspect.isfunction(found)


async def test_a_point_is_passed_before_or_after_and_a_name_that_is_gone_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from bench.soak import seeding

    passed: list[str] = []

    async def work() -> str:
        passed.append("work")
        return "done"

    monkeypatch.setattr(seeding, "seed", work)
    arm(Point("bench.soak.seeding:seed", after=True), lambda: passed.append("after"))
    arm(Point("bench.soak.seeding:seed"), lambda: passed.append("before"))
    assert await seeding.seed() == "done"  # type: ignore[call-arg, func-returns-value]
    assert passed == ["before", "work", "after"]
    with pytest.raises(Moved):
        wrap("bench.soak.seeding:sow", lambda original: original)


def test_a_trace_tells_the_killed_from_those_that_stopped(tmp_path: Path) -> None:
    pen, reader = Pen(tmp_path / "trace"), Reader(tmp_path / "trace")
    pen.note("start", pid=1)
    pen.note("serving", pid=1)
    assert [fact["fact"] for fact in reader.more()] == ["start", "serving"]
    pen.note("start", pid=2)
    pen.note("ended", pid=2)
    found = lives(reader.more(), until=9e9)
    assert [(life.pid, life.clean, life.serving is not None) for life in found] == [(1, False, True), (2, True, False)]


def test_drift_is_from_after_the_warm_up_to_the_end_and_leaves_out_what_sqlite_holds() -> None:
    samples = [(100.0, 5.0)] * 9 + [(110.0, 10.0)] * 9 + [(132.0, 22.0)] * 2
    found = memory.summary(10, 20, 600.0, (90.0, 4.0), samples)
    assert (found.start, found.warm, found.end, found.most) == (90.0, 110.0, 132.0, 132.0)
    assert (found.drift, found.drift_of_all) == (0.1, 0.2)
