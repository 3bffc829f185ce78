"""Payouts through a faulty provider while the payer is killed: forty here, a thousand in the soak."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from bench.soak import payouts
from bench.soak.points import PAYING


@pytest.mark.timeout(120)
async def test_forty_payouts_and_five_kills_pay_each_once(tmp_path: Path) -> None:
    for seed in (7, 8, 9):  # where a kill falls is a matter of pace
        folder = tmp_path / str(seed)
        folder.mkdir()
        outcome = await payouts.play(seed, folder, payouts.SMALL)
        assert payouts.violations(outcome) == []
        assert len(outcome.deaths) == payouts.SMALL.kills
        assert outcome.truth["paid_once"] == payouts.SMALL.payouts
        assert outcome.provider_kills == 1
        struck = any(death.how == "point" and death.reached for death in outcome.deaths)
        if struck and any(outcome.open_at):
            break
    else:
        pytest.fail("no run had a kill point that struck and a kill with payouts under way")
    _sees_what_is_wrong(outcome)


def _sees_what_is_wrong(outcome: payouts.Outcome) -> None:
    """A provider that has paid somebody twice, and one whom it has not paid, are violations."""
    by_item = outcome.truth["by_item"]
    one, other = list(by_item)[:2]
    by_item[one]["paid"] = 2
    del by_item[other]
    found = [violation.where for violation in payouts.violations(outcome)]
    assert found == [f"{one}: taken 1 times, paid 2 times", f"{other}: taken 0 times, paid 0 times"]


@pytest.mark.parametrize("name", PAYING)
def test_a_kill_point_of_the_payer_names_what_is_there(name: str) -> None:
    module, _, path = PAYING[name].where.partition(":")
    found = importlib.import_module(module)
    for part in path.split("."):
        found = getattr(found, part)
    assert callable(found)
