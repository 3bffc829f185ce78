"""`kill -9` after an update is on disk and before Telegram hears of it: it comes again, and has its effect once."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from emulator.server import Emulator
from tests.e2e.phones import Phones
from tests.e2e.test_kill import OWNER, TOKEN, Bot, story
from tests.web.conftest import free_port


@dataclass
class Line:
    """What lies between Telegram and the bot: it loses the answer of the bot it kills."""

    bot: Bot
    port: int
    kills: int = 0
    statuses: list[int] = field(default_factory=list)
    armed: bool = False

    async def pass_on(self, request: web.BaseRequest) -> web.Response:
        """Pass a request on; when armed, kill the bot as soon as it has answered."""
        body, headers = await request.read(), dict(request.headers)
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.post(f"http://127.0.0.1:{self.port}{request.path}", data=body, headers=headers) as response,
            ):
                status = response.status
        except aiohttp.ClientError:
            return web.Response(status=502)
        self.statuses.append(status)
        if self.armed and status == 200:
            self.armed = False
            self.kills += 1
            await self.bot.end(signal.SIGKILL)
            await self.bot.start()
            return web.Response(status=502)
        return web.Response(status=status)


@asynccontextmanager
async def listening(line: Line, port: int) -> AsyncIterator[None]:
    """The line, where Telegram posts to."""
    runner = web.ServerRunner(web.Server(line.pass_on))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield
    finally:
        await runner.cleanup()


async def test_a_kill_between_the_commit_and_the_answer_has_one_effect(tmp_path: Path) -> None:
    outside, inside = free_port(), free_port()
    async with (
        Emulator(bots={TOKEN: "tallyhand_bot"}, limits=False) as server,
        aiohttp.ClientSession(server.address) as session,
    ):
        phones = Phones(session)
        url = f"http://127.0.0.1:{outside}/telegram"
        bot = Bot(server.address, tmp_path, WEBHOOK_URL=url, WEB_PORT=str(inside))
        line = Line(bot, inside)
        async with listening(line, outside):
            await bot.start()
            try:
                olivia = await phones.person("Olivia", id=OWNER)
                await olivia.start()
                await olivia.sees("Olivia")
                line.armed = True
                await olivia.say("/funds 10")
                while not line.kills or (await phones.get("pending"))["updates"]:
                    await asyncio.sleep(0.02)
                await olivia.say("/funds 10")
                await olivia.sees("20")
                assert bot.ask("select count(*) from transfers") == [(2,)]
                assert bot.ask("select count(*) from inbox where state = 'done'") == [(3,)]
                answered = [status for status in line.statuses if status != 503]  # not ready yet, or about to end
                assert answered == [200] * 4, "a start, two sums, and the first of them once more"
                assert await bot.end(signal.SIGTERM) == 0
            finally:
                await bot.end(signal.SIGKILL)


@pytest.mark.soak
@pytest.mark.timeout(1200)
async def test_a_hundred_kills_behind_a_webhook_lose_nothing_and_pay_once(tmp_path: Path) -> None:
    port = free_port()
    more = {"WEBHOOK_URL": f"http://127.0.0.1:{port}/telegram", "WEB_PORT": str(port)}
    await story(tmp_path, kills=100, workers=12, seed=4, **more)
