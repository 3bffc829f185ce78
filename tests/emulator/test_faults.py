"""Faults on demand."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import aiohttp
import pytest

from tests.emulator.client import Client, Human, Refused


async def faults(client: Client, *wanted: dict[str, Any], seed: int = 1) -> None:
    await client.control("faults", faults=list(wanted), seed=seed)


async def bot_messages(ana: Human) -> int:
    return sum(message["from_bot"] for message in (await ana.chat())["messages"])


async def test_429_and_502_strike_as_often_as_asked(client: Client, ana: Human) -> None:
    await faults(
        client, {"kind": "429", "method": "sendMessage", "count": 1, "retry_after": 7}, {"kind": "502", "count": 1}
    )
    with pytest.raises(Refused) as refused:
        await client.call("sendMessage", chat_id=ana.id, text="x")
    assert (refused.value.code, refused.value.parameters) == (429, {"retry_after": 7})
    with pytest.raises(Refused) as refused:
        await client.call("getMe")
    assert refused.value.code == 502
    await client.call("sendMessage", chat_id=ana.id, text="x")
    assert [call["fault"] for call in await client.look("log") if call["fault"]] == ["429", "502"]


@pytest.mark.parametrize(("kind", "stored"), [("reset_before", 0), ("reset_after", 1)])
async def test_reset_cuts_the_connection_before_or_after_the_message_is_stored(
    client: Client, ana: Human, kind: str, stored: int
) -> None:
    await faults(client, {"kind": kind, "chat_id": ana.id, "count": 1})
    with pytest.raises(aiohttp.ClientError):
        await client.call("sendMessage", chat_id=ana.id, text="x")
    assert await bot_messages(ana) == stored
    await client.call("sendMessage", chat_id=ana.id, text="x")


async def test_slow_waits(client: Client) -> None:
    await faults(client, {"kind": "slow", "method": "getme", "seconds": 0.3})
    began = time.monotonic()
    await client.call("getMe")
    assert time.monotonic() - began > 0.29


async def test_outage_cuts_every_bot_call_also_waiting_polls(client: Client, ana: Human) -> None:
    polling = asyncio.create_task(client.updates(timeout=20))
    await asyncio.sleep(0.1)
    await faults(client, {"kind": "outage", "seconds": 30})
    with pytest.raises(aiohttp.ClientError):
        await polling
    with pytest.raises(aiohttp.ClientError):
        await client.call("getMe")
    await ana.act("say", text="meanwhile")
    assert [fault["kind"] for fault in (await client.look("faults"))["faults"]] == ["outage"]
    await client.control("clock", advance=31)
    assert (await client.look("faults"))["faults"] == []
    assert [update["message"]["text"] for update in await client.updates()] == ["meanwhile"]


async def test_duplicate_update_comes_once_more_though_confirmed(client: Client, ana: Human) -> None:
    await faults(client, {"kind": "duplicate_update", "count": 1})
    await ana.act("say", text="x")
    first = await client.updates()
    again = await client.updates(offset=first[0]["update_id"] + 1)
    assert again == first
    assert await client.updates(offset=first[0]["update_id"] + 1) == []


async def test_reordered_updates_are_all_there(client: Client, ana: Human) -> None:
    await faults(client, {"kind": "reorder_updates"})
    ids = [(await ana.act("say", text=str(number)))["update_id"] for number in range(8)]
    got = [update["update_id"] for update in await client.updates()]
    assert got != ids
    assert sorted(got) == ids


async def test_chance_is_seeded(client: Client) -> None:
    async def outcomes() -> list[bool]:
        await faults(client, {"kind": "502", "probability": 0.5}, seed=42)
        answers = []
        for _ in range(20):
            async with client.http.get(client.url("getMe")) as response:
                answers.append(response.status == 200)
        return answers

    first = await outcomes()
    assert 0 < sum(first) < 20
    assert await outcomes() == first


async def test_nonsense_is_refused_and_nothing_clears(client: Client) -> None:
    with pytest.raises(AssertionError, match="A fault has a kind"):
        await faults(client, {"kind": "flood"})
    await faults(client, {"kind": "502"})
    await faults(client)
    await client.call("getMe")
