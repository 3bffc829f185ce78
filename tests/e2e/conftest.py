"""The whole product in one test: the real bot, the real database, the local Bot API; only the clock can be moved."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.app import App, running
from bot.settings import Settings
from domain.rules import SECOND
from emulator.server import Emulator
from tests.databases import place
from tests.e2e.phones import PATIENCE, Phone, Phones, is_quiet

TOKEN = "1000001:LOCAL"
OWNER = 700_000_999


@dataclass
class Clock:
    """The wall clock, moved forward by a test."""

    ahead: int = 0

    def __call__(self) -> int:
        """Now, in microseconds since the epoch."""
        return time.time_ns() // 1000 + self.ahead

    def forward(self, *, seconds: float) -> None:
        """Let time pass."""
        self.ahead += int(seconds * SECOND)


@dataclass
class House:
    """The running product and the people around it."""

    server: Emulator
    phones: Phones
    settings: Settings
    clock: Clock
    app: App
    stack: AsyncExitStack = field(repr=False)

    async def owner(self, *, funds: str = "500") -> Phone:
        """Olivia, who owns the bot, with money received."""
        olivia = await self.phones.person("Olivia", id=OWNER)
        await olivia.start()
        if funds:
            await olivia.say(f"/funds {funds}")
            await olivia.sees(funds)
        return olivia

    async def worker(self, owner: Phone, name: str, language: str = "en") -> Phone:
        """Somebody who follows the owner's invite and agrees."""
        await owner.say("/invite worker")
        link = await owner.sees("start=")
        payload = next(word for word in link.text.split() if "start=" in word).partition("start=")[2]
        person = await self.phones.person(name, language)
        await person.start(payload)
        await person.tap("I agree" if language == "en" else "J’accepte")
        await person.tap("Start working" if language == "en" else "Commencer à travailler")
        return person

    async def settled(self, seconds: float = PATIENCE) -> None:
        """Wait until everything that was sent has been handled and everything due has gone out."""
        ends = time.monotonic() + seconds
        calm = 0
        while calm < 3:
            pending = await self.phones.get("pending")
            quiet = pending["updates"] == 0 and is_quiet(self.settings.data_dir / "tallyhand.db", self.clock())
            calm = calm + 1 if quiet else 0
            assert time.monotonic() < ends, f"still busy: {pending}"
            await asyncio.sleep(0.02)

    async def tick(self, name: str) -> None:
        """Let one tick of the clock run now."""
        await self.app.scheduler.run_once(name, self.clock())

    async def read(self, work: Callable[..., Any], **values: Any) -> Any:
        """Look into the database."""
        return await self.app.db.read(work, **values)

    async def restart(self) -> None:
        """Stop the bot in the right order and start it again on the same data."""
        await self.stack.aclose()
        self.stack = AsyncExitStack()
        self.app = await self.stack.enter_async_context(running(self.settings, clock=self.clock))


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, Any]:
    """Settings a test may override by a fixture of this name."""
    return {}


@pytest.fixture
def samples() -> Path | None:
    """A folder of files the chat page offers in one click; a test may override it."""
    return None


@pytest.fixture
def limits() -> bool:
    """Whether Telegram's limits hold; most stories are told without waiting for them, the main one with them."""
    return False


@pytest.fixture
async def house(tmp_path: Path, settings: dict[str, Any], samples: Path | None, limits: bool) -> AsyncIterator[House]:
    """The product on a fresh folder; no quiet hours, quick-tap rule or floor, unless a test tells of them."""
    async with (
        Emulator(bots={TOKEN: "tallyhand_bot"}, limits=limits, samples=samples) as server,
        aiohttp.ClientSession(server.address) as session,
    ):
        values: dict[str, Any] = {
            "bot_token": TOKEN,
            "bot_api_url": server.address,
            "data_dir": tmp_path / "data",
            "owner_ids": (OWNER,),
            "secret_key": "test",
            "quiet_hours": False,
            "quick_tap_millis": 0,
            "pause_seconds": 0,
            "floor": "0",
            "pacing": limits,
            "log_level": "WARNING",
        }
        configured = Settings(_env_file=None, **(values | settings))  # type: ignore[call-arg]
        place(configured.data_dir / "tallyhand.db")
        clock, stack = Clock(), AsyncExitStack()
        app = await stack.enter_async_context(running(configured, clock=clock))
        house = House(server, Phones(session), configured, clock, app, stack)
        try:
            yield house
        finally:
            await house.stack.aclose()
