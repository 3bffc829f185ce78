"""That the broadcast's figures are what they say: everybody is reached, nothing is refused, a kill loses nothing."""

from __future__ import annotations

from pathlib import Path

from bench.broadcast import PEERS, measure, restart
from bench.contenders import OURS


async def test_everybody_is_reached_within_the_limits_while_people_tap(tmp_path: Path) -> None:
    found = await measure(OURS, tmp_path, receivers=45, quiet=0.5, seed_=1, settle=0.5)
    assert (found.reached, found.refused) == (45, 0)
    assert found.busy_taps > 0


async def test_a_kill_in_the_middle_misses_nobody_and_doubles_what_was_in_flight_at_most(tmp_path: Path) -> None:
    found = await restart(tmp_path, receivers=50, latency=0.15, seed_=1)
    assert 0 < found.before < 50
    assert (found.missed, found.refused) == (0, 0)
    assert found.doubled <= found.unmarked
    assert found.most <= 2


async def test_a_peer_reaches_everybody_too(tmp_path: Path) -> None:
    found = await measure(PEERS[1], tmp_path, receivers=20, quiet=0.5, seed_=1, settle=0.0)
    assert found.reached == 20
