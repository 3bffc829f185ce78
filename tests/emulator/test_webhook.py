"""Webhooks: delivery, the secret, retries, calls in the answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web

from tests.emulator.client import Client, Human, Refused, buttons

Answer = Callable[[dict[str, Any]], Awaitable[web.Response]]


class Hook:
    """A bot's web server that notes what it gets."""

    def __init__(self) -> None:
        self.url = ""
        self.got: list[dict[str, Any]] = []
        self.secrets: list[str | None] = []
        self.arrived = asyncio.Event()
        self.answer: Answer | None = None

    async def handle(self, request: web.BaseRequest) -> web.Response:
        update = await request.json()
        self.got.append(update)
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        self.arrived.set()
        return await self.answer(update) if self.answer else web.Response()

    async def until(self, count: int) -> list[dict[str, Any]]:
        async with asyncio.timeout(10):
            while len(self.got) < count:
                self.arrived.clear()
                await self.arrived.wait()
        return self.got


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    made = Hook()
    runner = web.ServerRunner(web.Server(made.handle))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield made
    await runner.cleanup()


async def empty(client: Client) -> None:
    """Wait until nothing waits."""
    async with asyncio.timeout(10):
        while (await client.look("pending"))["updates"]:
            await asyncio.sleep(0.02)


async def test_updates_are_delivered_with_the_secret(client: Client, ana: Human, hook: Hook) -> None:
    await ana.act("say", text="before")
    await client.call("setWebhook", url=hook.url, secret_token="s3cret")
    await ana.act("say", text="after")
    assert [update["message"]["text"] for update in await hook.until(2)] == ["before", "after"]
    assert hook.secrets == ["s3cret", "s3cret"]
    await empty(client)
    assert (await client.call("getWebhookInfo"))["url"] == hook.url


async def test_polling_is_409_while_a_webhook_is_set(client: Client, ana: Human, hook: Hook) -> None:
    polling = asyncio.create_task(client.updates(timeout=20))
    await asyncio.sleep(0.1)
    await client.call("setWebhook", url=hook.url)
    for coroutine in (polling, client.updates()):
        with pytest.raises(Refused) as refused:
            await coroutine
        assert refused.value.code == 409
    await client.call("deleteWebhook", drop_pending_updates=True)
    assert await client.updates() == []


async def test_failed_delivery_is_tried_again(client: Client, ana: Human, hook: Hook) -> None:
    async def first_fails(update: dict[str, Any]) -> web.Response:
        return web.Response(status=500 if len(hook.got) == 1 else 200)

    hook.answer = first_fails
    await client.call("setWebhook", url=hook.url)
    await ana.act("say", text="x")
    first, second = await hook.until(2)
    assert first == second
    await empty(client)
    assert "500" in (await client.call("getWebhookInfo"))["last_error_message"]


async def test_one_slow_person_does_not_hold_up_others_nor_messages_a_tap(
    client: Client, ana: Human, hook: Hook
) -> None:
    release = asyncio.Event()

    async def slow_for_messages_of_ana(update: dict[str, Any]) -> web.Response:
        if update.get("message", {}).get("from", {}).get("id") == ana.id:
            await release.wait()
        return web.Response()

    bo = await client.person("Bo")
    sent = await client.call("sendMessage", chat_id=ana.id, text="?", reply_markup=buttons(["Cat"]))
    hook.answer = slow_for_messages_of_ana
    await client.call("setWebhook", url=hook.url)
    await ana.act("say", text="1")
    await ana.act("say", text="2")
    await ana.act("tap", message_id=sent["message_id"], data="Cat")
    await bo.act("say", text="3")
    got = await hook.until(3)
    assert [update.get("message", {}).get("text") for update in got] == ["1", None, "3"]
    release.set()
    assert (await hook.until(4))[3]["message"]["text"] == "2"


async def test_method_in_the_answer_is_carried_out(client: Client, ana: Human, hook: Hook) -> None:
    async def echo(update: dict[str, Any]) -> web.Response:
        chat = update["message"]["chat"]["id"]
        return web.json_response({"method": "sendMessage", "chat_id": chat, "text": "from the answer"})

    hook.answer = echo
    await client.call("setWebhook", url=hook.url)
    await ana.act("say", text="x")
    await empty(client)
    assert (await ana.last())["text"] == "from the answer"
    assert [call["ok"] for call in await client.look("log", method="sendMessage")] == [True]


async def test_update_may_be_delivered_twice(client: Client, ana: Human, hook: Hook) -> None:
    await client.control("faults", faults=[{"kind": "duplicate_update", "count": 1}])
    await client.call("setWebhook", url=hook.url)
    await ana.act("say", text="x")
    first, second = await hook.until(2)
    assert first == second


async def test_wrong_secrets_and_addresses_are_refused(client: Client) -> None:
    for parameters in ({"url": "nonsense"}, {"url": "http://127.0.0.1:1/", "secret_token": "no spaces"}):
        with pytest.raises(Refused):
            await client.call("setWebhook", **parameters)
