"""Polling: what waits, for how long, and who gets it."""

from __future__ import annotations

import asyncio
import time

import pytest

from emulator.server import Emulator
from tests.emulator.client import TOKEN, Client, Human, Refused, buttons


def texts(updates: list[dict]) -> list[str]:  # type: ignore[type-arg]
    return [update["message"]["text"] for update in updates]


async def test_updates_come_again_until_an_offset_confirms_them(client: Client, ana: Human) -> None:
    for text in ("1", "2", "3"):
        await ana.act("say", text=text)
    assert texts(await client.updates()) == texts(await client.updates()) == ["1", "2", "3"]
    assert await client.look("pending") == {"updates": 3, "unconfirmed": 3}
    second = (await client.updates(limit=2))[1]
    assert texts(await client.updates(offset=second["update_id"])) == ["2", "3"]
    assert texts(await client.updates(offset=second["update_id"] + 1)) == ["3"]
    assert await client.look("pending") == {"updates": 1, "unconfirmed": 1}


async def test_who_watches_is_told_of_each_update_the_bot_has_confirmed(client: Client, ana: Human) -> None:
    told: list[int] = []
    client.server.world.bot_called(None).queue.on_confirmed = told.append
    for text in ("1", "2", "3"):
        await ana.act("say", text=text)
    first, second, _ = (update["update_id"] for update in await client.updates())
    assert told == []
    await client.updates(offset=second + 1)
    assert told == [first, second]


async def test_negative_offset_forgets_all_but_the_last(client: Client, ana: Human) -> None:
    for text in ("1", "2", "3"):
        await ana.act("say", text=text)
    assert texts(await client.updates(offset=-2)) == ["2", "3"]
    assert texts(await client.updates()) == ["2", "3"]


async def test_poll_wakes_when_something_arrives(client: Client, ana: Human) -> None:
    began = time.monotonic()
    polling = asyncio.create_task(client.updates(timeout=20))
    await asyncio.sleep(0.1)
    await ana.act("say", text="hello")
    assert texts(await polling) == ["hello"]
    assert time.monotonic() - began < 5


async def test_poll_waits_no_longer_than_its_timeout(client: Client) -> None:
    began = time.monotonic()
    assert await client.updates(timeout=1) == []
    assert 0.9 < time.monotonic() - began < 5


async def test_second_poller_ends_the_first(client: Client, ana: Human) -> None:
    first = asyncio.create_task(client.updates(timeout=20))
    await asyncio.sleep(0.1)
    second = asyncio.create_task(client.updates(timeout=20))
    with pytest.raises(Refused) as refused:
        await first
    assert (refused.value.code, refused.value.text) == (
        409,
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    )
    await ana.act("say", text="hello")
    assert texts(await second) == ["hello"]


async def test_allowed_updates_are_remembered(client: Client, ana: Human) -> None:
    await client.updates(allowed_updates=["callback_query"])
    sent = await client.call("sendMessage", chat_id=ana.id, text="?", reply_markup=buttons(["Cat"]))
    assert (await ana.act("say", text="not asked for"))["update_id"] is None
    await ana.act("tap", message_id=sent["message_id"], data="Cat")
    assert [set(update) for update in await client.updates()] == [{"update_id", "callback_query"}]
    await client.updates(allowed_updates=[])
    assert (await ana.act("say", text="asked for again"))["update_id"] is not None


async def test_taps_wait_150_seconds_and_messages_a_day(client: Client, ana: Human) -> None:
    sent = await client.call("sendMessage", chat_id=ana.id, text="?", reply_markup=buttons(["Cat"]))
    await ana.act("say", text="stays")
    await ana.act("tap", message_id=sent["message_id"], data="Cat")
    await client.control("clock", advance=149)
    assert len(await client.updates()) == 2
    await client.control("clock", advance=2)
    assert texts(await client.updates()) == ["stays"]
    await client.control("clock", advance=24 * 3600)
    assert await client.updates() == []


async def test_fresh_server_repeats_no_update_id_and_no_message_id(client: Client, ana: Human) -> None:
    said = await ana.act("say", text="x")
    await asyncio.sleep(1.1)
    async with Emulator(bots={TOKEN: "tallyhand_bot"}) as later:
        person = later.people.add("Bo")
        told = later.people.start(later.world.bots[TOKEN], person)
    assert told["update_id"] > said["update_id"]
    assert told["message_id"] >= said["message_id"]


async def test_edited_message_is_an_update_of_its_own(client: Client, ana: Human) -> None:
    said = await ana.act("say", text="helo")
    await ana.act("edit", message_id=said["message_id"], text="hello")
    first, second = await client.updates()
    assert first["message"]["text"] == "helo"
    assert second["edited_message"]["text"] == "hello"
    assert second["edited_message"]["edit_date"]


async def test_get_webhook_info_counts_what_waits(client: Client, ana: Human) -> None:
    await ana.act("say", text="x")
    info = await client.call("getWebhookInfo")
    assert (info["url"], info["pending_update_count"]) == ("", 1)
