"""An offer to many, seen from the phones: one each, a pause and a resume in the middle, somebody at work meanwhile."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from storage import broadcasts, people
from storage.database import Tx
from tests.builders import make_worker
from tests.e2e.conftest import House
from tests.e2e.phones import Phone

CREW = 70


@pytest.fixture
def limits() -> bool:
    """Telegram's limits hold, so that an offer to many takes its time."""
    return True


async def enlist(house: House, count: int) -> list[Phone]:
    """Workers who have been there before."""
    crew = [await house.phones.person(f"Worker {number}") for number in range(count)]
    bot = house.server.world.bot_called(None)
    for phone in crew:
        house.server.people.begin(bot, house.server.world.person(phone.id))

    def join(tx: Tx) -> None:
        for phone in crew:
            make_worker(tx, phone.id, phone.name, now=house.clock())

    await house.app.db.write(join)
    return crew


def offers(house: House, crew: list[Phone]) -> list[int]:
    """How many offers each phone has."""
    chats = house.server.world.bot_called(None).chats
    return [sum(_is_offer(one.body) for one in chats[phone.id].messages.values()) for phone in crew]


def _is_offer(body: dict[str, Any]) -> bool:
    rows = body.get("reply_markup", {}).get("inline_keyboard", [])
    return any(button["text"] == "Not this one" for row in rows for button in row)


async def publish(olivia: Phone, question: str, *, most: int) -> None:
    texts = "\n".join(f"Is {number} an even number?" for number in range(60))
    caption = f"{question}\n- Yes\n- No\nprice 0.05\nmax {most}"
    await olivia.document("texts.txt", texts.encode(), caption)
    await olivia.sees(question, "60 texts")
    await olivia.tap("Publish")


async def test_a_pause_and_a_resume_in_between_and_still_one_offer_for_each_who_wants_it(house: House) -> None:
    olivia = await house.owner()
    ana = await house.worker(olivia, "Ana")
    await publish(olivia, "Is this even?", most=40)
    await ana.tap("Start")
    await ana.sees_button("Yes")
    crew = await enlist(house, CREW)
    stopped, blocked, *others, silent = crew
    await stopped.say("/stop")
    await house.settled()
    house.server.people.block(house.server.world.bot_called(None), house.server.world.person(blocked.id))

    await publish(olivia, "Is this odd?", most=1)
    while sum(offers(house, crew)) < 5:
        await asyncio.sleep(0.02)
    for _ in range(2):
        card = await ana.sees_button("Yes")
        await ana.tap("Yes", on=card)
        while (await ana.sees_button("Yes")).text == card.text:
            await asyncio.sleep(0.01)
    assert sum(offers(house, crew)) < CREW - 10, "who works waits for nobody's offers"

    await olivia.tap("Pause")
    await olivia.sees("paused", "Offers: ")
    await asyncio.sleep(0.2)  # what was in flight
    held = sum(offers(house, crew))
    assert held < CREW - 10
    await silent.say("/settings")
    await silent.tap("Offers: on")
    await asyncio.sleep(0.8)
    assert sum(offers(house, crew)) == held
    await olivia.tap("Resume")
    await house.settled()

    assert offers(house, others) == [1] * len(others)
    assert offers(house, [stopped, blocked, silent]) == [0, 0, 0]

    def reachable(tx: Tx) -> bool:
        person = people.by_telegram_id(tx, blocked.id)
        return person is not None and person.reachable

    assert not await house.read(reachable)
    assert not await house.read(broadcasts.any_waits)
