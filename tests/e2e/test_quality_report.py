"""/report on the phone, against the whole product: a picture made in a worker process, with its buttons."""

from __future__ import annotations

import io

from PIL import Image

from storage import jobs
from tests.e2e.conftest import House
from tests.e2e.phones import Phone, Shown
from tests.e2e.test_drafts import PETS, pets

TWO = PETS.replace("> Choose what is biggest.\n", "").replace("overlap 1", "overlap 2")


async def _picture(house: House, shown: Shown) -> Image.Image:
    assert shown.photo is not None
    content = await house.phones.file(max(shown.raw["photo"], key=lambda size: size["width"])["file_id"])
    return Image.open(io.BytesIO(content))


async def _tap(house: House, person: Phone, text: str) -> None:
    await person.say("/work")
    card = await person.sees_button("Cat")
    house.clock.forward(seconds=9)
    await person.tap(text, on=card)


async def test_a_coordinator_asks_how_good_the_labels_are_and_the_morning_brings_it_by_itself(house: House) -> None:
    olivia = await house.owner()
    ana, ben = await house.worker(olivia, "Ana"), await house.worker(olivia, "Ben")
    await olivia.document("pets.zip", pets(3), caption=TWO)
    await house.settled()
    await olivia.tap("Publish")
    await olivia.sees("open")
    await olivia.say("/report")
    shown = await olivia.sees("0 of 3 photos done", "no answers yet")
    assert (await _picture(house, shown)).width == 1_080
    await _tap(house, ana, "Cat")
    await _tap(house, ben, "Dog")

    await olivia.say("/report")
    shown = await olivia.sees("1 of 3 photos done (33%)", "0% of the pairs")
    assert shown.buttons == ["Tasks nobody agrees on (1)", "Make gold", "Other batches"]
    await olivia.tap("Other batches", on=shown)
    listed = await olivia.sees("Which batch?", "agreement 0%")
    assert await olivia.tap(listed.buttons[0], on=listed) == ""
    await house.settled()
    assert len([one for one in await olivia.messages() if "1 of 3 photos done" in one.text]) == 2
    await olivia.tap("Tasks nobody agrees on (1)", on=shown)
    await olivia.sees("Which answer is right?")
    assert await house.read(jobs.waiting, kind="quality_report", limit=9) == []

    house.clock.forward(seconds=24 * 3_600)
    await house.tick("summary")
    await house.settled()
    summary = await olivia.sees("Quality summary", "1 of 3 done, agreement 0%")
    assert summary.photo is not None and summary.buttons == []
    after = [one for one in await olivia.messages() if one.id > summary.id]
    assert [("1 of 3 photos done" in one.text, one.photo is not None) for one in after] == [(True, True)]

    await ana.say("/report")
    await ana.sees("coordinators")
