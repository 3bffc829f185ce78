"""Still there?, seen on the phone: the card asks in its place and without a sound; one tap and it is as before."""

from __future__ import annotations

from storage import submissions
from tests.e2e.conftest import House
from tests.e2e.phones import Phone
from tests.e2e.test_work import CAPTION, photos, prompts

PLAIN = CAPTION.replace("> Choose what is biggest.\n", "")


async def silence(house: House, seconds: int) -> None:
    """Nothing comes from anybody for a while, and the clock ticks."""
    house.clock.forward(seconds=seconds)
    await house.tick("still_there")
    await house.settled()


async def last_active(house: House) -> int:
    """The counted seconds of the newest answer."""
    found = await house.read(lambda tx: submissions.by_id(tx, tx.value("select max(id) from submissions")))
    return int(found.active_micros // 1_000_000)


async def at_work(house: House) -> Phone:
    """Ana with a photo before her."""
    olivia = await house.owner()
    ana = await house.worker(olivia, "Ana")
    await photos(house, olivia, caption=PLAIN)
    await ana.say("/work")
    await ana.sees("1 of up to 3 for you")
    await house.settled()
    return ana


async def test_a_long_silence_is_asked_about_on_the_card_itself(house: House) -> None:
    ana = await at_work(house)
    card = await ana.last()
    await silence(house, 35)
    asked = await ana.sees("Still there?")
    assert asked.id == card.id and asked.photo == card.photo
    assert asked.buttons == ["Still here", *card.buttons]
    assert await ana.tap("Still here") == "Good. Your time goes on."
    await house.settled()
    again = await ana.sees("1 of up to 3 for you")
    assert again.id == card.id and again.buttons == card.buttons and "Still there?" not in again.text
    house.clock.forward(seconds=20)
    assert await ana.tap("Dog") == "Saved · +$0.05"
    assert await last_active(house) >= 55


async def test_who_was_away_comes_back_to_the_same_card_and_answers_it(house: House) -> None:
    ana = await at_work(house)
    card = await ana.last()
    await silence(house, 35)
    await silence(house, 35)
    assert (await ana.sees("We ask for the last time")).id == card.id
    await silence(house, 300)
    assert await ana.tap("Dog") == "Saved · +$0.05"
    assert await last_active(house) == 10


async def test_a_writer_s_card_asks_where_it_stands_and_sends_nothing_below_the_draft(house: House) -> None:
    olivia = await house.owner()
    ana = await house.worker(olivia, "Ana")
    await prompts(house, olivia, "Say hello.", "Say goodbye.")
    await ana.say("/work")
    card = await ana.sees("Say hello.")
    await ana.say("Hello there")
    draft = await ana.sees_button("Submit")
    await silence(house, 400)
    asked = next(one for one in await ana.messages() if one.id == card.id)
    assert "Still there?" in asked.text
    assert (await ana.last()).id == draft.id
