"""Delivery of updates to a webhook: secret header, several at once, retries with back-off, calls in the answer.

As Telegram does it: one person's messages go out in order, and so do one person's taps, but a message and a tap of the
same person may overtake each other. An update leaves the queue when its POST was answered with 200–299.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
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
    """Sort what comes into lanes; each lane that has something has a worker."""
    connector = aiohttp.TCPConnector(limit=webhook.max_connections)
    timeout = aiohttp.ClientTimeout(total=TIMEOUT)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        delivery = _Delivery(world, bot, webhook, session)
        try:
            while True:
                bot.queue.arrived.clear()
                delivery.sort_in()
                await bot.queue.arrived.wait()
        finally:
            delivery.stop()


class _Delivery:
    """The lanes of one webhook."""

    def __init__(self, world: World, bot: Bot, webhook: Webhook, session: aiohttp.ClientSession) -> None:
        self.world = world
        self.bot = bot
        self.webhook = webhook
        self.session = session
        self.seen = 0
        self.free = asyncio.Semaphore(webhook.max_connections)
        self.lanes: dict[Lane, deque[Update]] = {}
        self.workers: set[asyncio.Task[None]] = set()

    def sort_in(self) -> None:
        """Take what is new in the queue, and what a fault wants delivered once more."""
        new = self.bot.queue.since(self.seen)
        if new:
            self.seen = new[-1].id
        faults = self.world.faults
        if len(new) > 1 and faults.set and faults.for_delivery("reorder_updates"):
            faults.rng.shuffle(new)
        while (echo := self.bot.queue.echo()) is not None:
            new.append(echo)
        for update in new:
            lane = (update.kind == "callback_query", update.chat)
            if lane in self.lanes:
                self.lanes[lane].append(update)
                continue
            self.lanes[lane] = deque((update,))
            worker = asyncio.create_task(self._work(lane))
            self.workers.add(worker)
            worker.add_done_callback(self.workers.discard)

    def stop(self) -> None:
        """End the workers; what they did not bring home waits in the queue."""
        for worker in self.workers:
            worker.cancel()
        for update in self.bot.queue.waiting():
            update.handed = False

    async def _work(self, lane: Lane) -> None:
        line = self.lanes[lane]
        while line:
            update = line.popleft()
            update.handed = True
            wait = FIRST_WAIT
            while update.expires > self.world.clock.now():
                async with self.free:
                    taken = await _post(self.world, self.bot, self.webhook, self.session, update)
                if taken:
                    break
                await asyncio.sleep(wait)
                wait = min(LONGEST_WAIT, wait * 2)
            self.bot.queue.confirm_one(update)
        del self.lanes[lane]


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
