"""A coordinator is told that photos show almost the same before paying for them, looks, and finds it fine."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageOps

from tests.e2e.conftest import House
from tests.e2e.test_drafts import PETS, zipped
from tests.files.test_near import scene


def encoded(photo: Image.Image, quality: int = 85) -> bytes:
    """A JPEG of it."""
    out = io.BytesIO()
    photo.save(out, "JPEG", quality=quality)
    return out.getvalue()


@pytest.mark.soak  # it waits twice for the three seconds between updates of a draft
async def test_a_draft_says_which_photos_show_almost_the_same_until_somebody_has_looked(house: House) -> None:
    olivia = await house.owner()
    photos = [encoded(scene(seed)) for seed in (1, 2, 3)]
    copies = [encoded(scene(2).resize((200, 200)), 40), encoded(ImageOps.mirror(scene(2)))]
    names = ("oak.jpg", "elm.jpg", "fir.jpg", "elm again.jpg", "mle.jpg")
    await olivia.document("trees.zip", zipped(*zip(names, photos + copies, strict=True)), caption=PETS)
    await olivia.sees("5 photos")
    await house.settled()
    await house.tick("lookalikes")
    draft = await olivia.sees("5 photos", "Some photos show almost the same: 1 group.")
    assert "Publish" in draft.buttons
    await olivia.tap("Look-alikes (1)")
    shown = await olivia.sees("3 photos show almost the same: elm again.jpg, elm.jpg, mle.jpg")
    assert shown.buttons == ["1", "2", "3", "Fine", "Next", "Back to the draft"]
    await olivia.tap("3")
    await house.settled()
    turned = await olivia.sees("3 photos show almost the same")
    assert turned.id == shown.id != draft.id and None not in (shown.photo, turned.photo)
    assert turned.photo != shown.photo
    assert await olivia.tap("Fine") == "Noted: it is fine."
    await olivia.sees("nothing waits to be looked at")
    await house.settled()
    await olivia.sees("5 photos", "trees")
    await olivia.tap("Back to the draft")
    await house.settled()
    draft = await olivia.last()
    assert "5 photos" in draft.text
    assert "almost the same" not in draft.text and not any("Look-alikes" in button for button in draft.buttons)
