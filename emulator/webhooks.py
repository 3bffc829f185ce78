"""Delivery of updates to a webhook: secret header, several at once, retries with back-off, calls in the answer.

As Telegram does it: one person's messages go out in order, and so do one person's taps, but a message and a tap of the
same person may overtake each other. An update leaves the queue when its POST was answered with 200–299.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import aiohttp

from emulator.bots import Bot, Webhook
from emulator.codec import decode
from emulator.updates import Update
from emulator.world import World

FIRST_WAIT = 1.0
LONGEST_WAIT = 60.0
TIMEOUT = 60.0

Lane = tuple[bool, int | None]


def start_delivery(world: World, bot: Bot) -> None:
    """Begin to deliver to `bot.webhook` until `stop_delivery`."""
    assert bot.webhook is not None
    bot.webhook.task = asyncio.create_task(_deliver(world, bot, bot.webhook))


async def stop_delivery(bot: Bot) -> None:
    """End deliveries; what was not confirmed stays in the queue. Does nothing without a webhook."""
    webhook, bot.webhook = bot.webhook, None
    if webhook is None or webhook.task is None:
        return
    webhook.task.cancel()
    if webhook.task is not asyncio.current_task():
        with contextlib.suppress(asyncio.CancelledError):
            await webhook.task


async def _deliver(world: World, bot: Bot, webhook: Webhook) -> None:
    """Hand each waiting update to its lane's worker; one update of a lane is on its way at a time."""
    free = asyncio.Semaphore(webhook.max_connections)
    busy: dict[Lane, asyncio.Task[None]] = {}
    connector = aiohttp.TCPConnector(limit=webhook.max_connections)
    timeout = aiohttp.ClientTimeout(total=TIMEOUT)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        try:
            while True:
                bot.queue.arrived.clear()
                echo = bot.queue.echo()
                if echo is not None:
                    await _post(world, bot, webhook, session, echo)
                waiting = bot.queue.waiting()
                if len(waiting) > 1 and world.faults.set and world.faults.for_delivery("reorder_updates"):
                    world.faults.rng.shuffle(waiting)
                for update in waiting:
                    lane = (update.kind == "callback_query", update.chat)
                    if update.handed or lane in busy:
                        continue
                    update.handed = True
                    await free.acquire()
                    task = asyncio.create_task(_until_taken(world, bot, webhook, session, update))
                    busy[lane] = task
                    task.add_done_callback(lambda _, lane=lane: _done(bot, busy, lane, free))  # type: ignore[misc]
                await bot.queue.arrived.wait()
        finally:
            for task in list(busy.values()):
                task.cancel()
            for update in bot.queue.waiting():
                update.handed = False


def _done(bot: Bot, busy: dict[Lane, asyncio.Task[None]], lane: Lane, free: asyncio.Semaphore) -> None:
    busy.pop(lane, None)
    free.release()
    bot.queue.arrived.set()


async def _until_taken(
    world: World, bot: Bot, webhook: Webhook, session: aiohttp.ClientSession, update: Update
) -> None:
    wait = FIRST_WAIT
    while not await _post(world, bot, webhook, session, update):
        await asyncio.sleep(wait)
        wait = min(LONGEST_WAIT, wait * 2)
        if update.expires <= world.clock.now():
            break
    bot.queue.confirm_one(update)


async def _post(world: World, bot: Bot, webhook: Webhook, session: aiohttp.ClientSession, update: Update) -> bool:
    """One try; True when it was taken. A method call in the answer is carried out, its result is for nobody."""
    if world.faults.set and world.faults.outage(world.clock.now()):
        return False
    headers = {"Content-Type": "application/json"}
    if webhook.secret is not None:
        headers["X-Telegram-Bot-Api-Secret-Token"] = webhook.secret
    try:
        async with session.post(webhook.url, data=update.data, headers=headers) as response:
            body = await response.read()
            if 200 <= response.status < 300:
                await _answer_call(world, bot, response.content_type, body)
                return True
            problem = f"Wrong response from the webhook: {response.status} {response.reason}"
    except (aiohttp.ClientError, TimeoutError) as error:
        problem = f"Connection failed: {type(error).__name__}"
    webhook.last_error_date = int(world.clock.now())
    webhook.last_error_message = problem
    return False


async def _answer_call(world: World, bot: Bot, content_type: str, body: bytes) -> None:
    if not body or content_type != "application/json" or world.run_call is None:
        return
    try:
        found: Any = decode(body)
    except ValueError:
        return
    if isinstance(found, dict) and isinstance(found.get("method"), str):
        await world.run_call(bot, found.pop("method"), found)
