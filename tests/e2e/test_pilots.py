"""A pilot on the phone: what an hour brings is measured, the price that would do is a tap, nobody waits in vain."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.conftest import House
from tests.e2e.phones import Phone
from tests.e2e.test_drafts import PETS, pets

HOUR = 3_600


@pytest.fixture
def settings() -> dict[str, Any]:
    """With a floor, and another one for work from Mexico."""
    return {"floor": "15", "region_floors": "MX=6"}


async def label(worker: Phone, house: House, count: int, *, seconds: float) -> None:
    for number in range(1, count + 1):
        card = await worker.sees(f"{number} of up to 3 for you")
        house.clock.forward(seconds=seconds)
        assert (await worker.tap("Cat", on=card)).startswith("Saved")


async def test_below_the_floor_a_pilot_measures_by_how_much_and_one_tap_sets_the_price_that_would_do(
    house: House,
) -> None:
    olivia = await house.owner()
    ana = await house.worker(olivia, "Ana")
    await olivia.document("pets.zip", pets(), caption=PETS.replace("overlap 1", "overlap 2"))
    draft = await olivia.sees_button("Pilot")
    assert "Publish" not in draft.buttons and "not measured yet" in draft.text
    assert await olivia.tap("Pilot") == "Pilot begun · $0.459 reserved"
    await olivia.sees("Pilot: 0 of 6 answered")
    await ana.tap("Start", on=await ana.sees_button("Start"))
    await ana.tap("Got it")
    await label(ana, house, 3, seconds=20)
    await house.settled()
    await olivia.sees("Pilot: 3 of 6 answered, 1 worker, about 20 s each, $9")

    # Four of six answers tell; an hour of it is below the floor, and the draft says what would do.
    ben = await house.worker(olivia, "Ben")
    await ben.say("/work")
    await ben.tap("Got it")
    await label(ben, house, 1, seconds=20)
    await house.settled()
    short = await olivia.sees("less than the floor of $15/h", "would do")
    assert "Publish" not in short.buttons
    (better,) = [name for name in short.buttons if name.startswith("Set price to")]
    await olivia.tap(better, on=short)
    await olivia.sees("Meets the floor of $15/h", "measured in the pilot")
    assert (await olivia.tap("Publish")).startswith("Published")
    await olivia.sees("pets · open")
    price = better.removeprefix("Set price to ")
    assert await ben.tap("Cat", on=await ben.sees("2 of up to 3 for you")) == f"Saved · +{price}"


async def test_a_pilot_nobody_takes_is_told_with_ways_on_and_its_price_can_be_raised(house: House) -> None:
    olivia = await house.owner()
    await olivia.document("pets.zip", pets(), caption=PETS)
    await olivia.tap("Pilot", on=await olivia.sees_button("Pilot"))
    await house.settled()
    house.clock.forward(seconds=49 * HOUR)
    await house.tick("pilots")
    told = await olivia.sees("Nobody has taken the pilot of pets yet")
    await olivia.tap("Invite", on=told)
    await olivia.sees("start=")
    await olivia.tap("Raise price", on=told)
    await olivia.sees("What does one task pay?")
    await olivia.say("0.02")
    await olivia.sees("A pilot has begun at $0.05 a task. From there the price can be raised, not lowered.")
    await olivia.say("0.08")
    await olivia.sees("$0.08 a task")


async def test_a_region_has_its_own_floor_and_a_batch_only_a_higher_one(house: House) -> None:
    olivia = await house.owner()
    await olivia.document("pets.zip", pets(), caption=PETS + "\nregion MX\nfloor 5")
    await house.settled()
    await olivia.sees("The floor is 6.00 an hour here; a batch can only have a higher one. Write: floor 6.00")
    await olivia.tap("Floor", on=await olivia.sees_button("Floor"))
    await olivia.sees("What shall an hour of it bring at least?")
    await olivia.say("8")
    shown = await olivia.sees("Floor of its own: $8/h", "Region MX")
    assert {"Pilot", "Region"} <= set(shown.buttons)
