"""Rate limits: what counts, what is refused, for how long."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from emulator.server import Emulator
from tests.emulator.client import TOKEN, Client, Human, Refused


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Emulator]:
    """A strict server whose clock stands still unless it is moved: a slow machine refills no bucket."""
    async with Emulator(bots={TOKEN: "tallyhand_bot"}, limits=True) as running:
        clock, began = running.world.clock, running.world.clock.now()
        monkeypatch.setattr(clock, "now", lambda: began + clock.shift)
        yield running


async def send(client: Client, chat: int, count: int = 1) -> None:
    for _ in range(count):
        await client.call("sendMessage", chat_id=chat, text="x")


async def test_chat_takes_a_burst_of_five_then_one_a_second(client: Client, ana: Human) -> None:
    await send(client, ana.id, 5)
    with pytest.raises(Refused) as refused:
        await send(client, ana.id)
    assert refused.value.code == 429
    seconds = refused.value.parameters["retry_after"]
    assert refused.value.text == f"Too Many Requests: retry after {seconds}"
    await client.control("clock", advance=seconds)
    await send(client, ana.id)


async def test_limiter_stays_strict_until_retry_after_is_over(client: Client, ana: Human) -> None:
    await client.control("limits", chat_per_second=0.25, chat_burst=1)
    await send(client, ana.id)
    with pytest.raises(Refused) as refused:
        await send(client, ana.id)
    assert refused.value.parameters["retry_after"] == 4
    await client.control("clock", advance=2)
    with pytest.raises(Refused) as refused:
        await send(client, ana.id)
    assert refused.value.parameters["retry_after"] == 2
    await client.control("clock", advance=2)
    await send(client, ana.id)


async def test_all_chats_together_take_thirty(client: Client) -> None:
    people = [await client.control("people", first_name=f"P{n}", started=True) for n in range(31)]
    for person in people[:30]:
        await send(client, person["id"])
    with pytest.raises(Refused) as refused:
        await send(client, people[30]["id"])
    assert refused.value.code == 429


async def test_edits_have_a_limit_of_their_own_and_answers_none(client: Client, ana: Human) -> None:
    sent = await client.call("sendMessage", chat_id=ana.id, text="x")
    place = {"chat_id": ana.id, "message_id": sent["message_id"]}
    for number in range(5):
        await client.call("editMessageText", **place, text=str(number))
    with pytest.raises(Refused) as refused:
        await client.call("editMessageText", **place, text="once more")
    assert refused.value.code == 429
    await send(client, ana.id, 4)
    for _ in range(20):
        await client.call("sendChatAction", chat_id=ana.id, action="typing")


async def test_refused_calls_store_nothing_and_wrong_ones_cost_nothing(client: Client, ana: Human) -> None:
    for _ in range(10):
        with pytest.raises(Refused):
            await client.call("sendMessage", chat_id=ana.id, text="")
    await send(client, ana.id, 5)
    with pytest.raises(Refused):
        await send(client, ana.id)
    assert sum(message["from_bot"] for message in (await ana.chat())["messages"]) == 5


async def test_group_takes_twenty_a_minute(client: Client, ana: Human) -> None:
    group = await client.control("groups", title="Staff", members=[ana.id])
    await client.control("limits", chat_burst=100)
    await send(client, group["id"], 20)
    with pytest.raises(Refused) as refused:
        await send(client, group["id"])
    assert refused.value.parameters["retry_after"] >= 2


async def test_limits_can_be_off(client: Client, ana: Human) -> None:
    assert (await client.control("limits", enabled=False))["enabled"] is False
    await send(client, ana.id, 50)
    with pytest.raises(AssertionError, match="no limit called"):
        await client.control("limits", warp=9)
