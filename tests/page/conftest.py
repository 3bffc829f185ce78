"""Chromium, a real emulator server and a scripted bot for the tests of the chat page."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright

from emulator.server import Emulator
from tests.page.script_bot import ScriptBot

TOKEN = "1000001:LOCAL"
CHROMIUM = shutil.which("chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
OpenPage = Callable[..., Awaitable[Page]]


@pytest_asyncio.fixture
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium, one for each test (start-up is about half a second)."""
    if CHROMIUM is None:
        pytest.skip("no chromium here: apt-get install chromium")
    async with async_playwright() as playwright:
        found = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield found
        await found.close()


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    """A folder of samples: one for everybody, one for person 11 alone."""
    folder = tmp_path / "samples"
    folder.mkdir()
    (folder / "pets.csv").write_text("file,label\na.png,Cat\n")
    (folder / "pets.csv.caption.txt").write_text("What is in the photo?\n- Cat\n- Dog\nprice 0.05")
    (folder / "private.txt").write_text("for one person")
    (folder / "private.txt.person").write_text("11")
    return folder


@pytest_asyncio.fixture
async def server(samples: Path) -> AsyncIterator[Emulator]:
    """A local Bot API with two people, Ana (11) and Bo (12), who both know the bot."""
    async with Emulator({TOKEN: "tallyhand_bot"}, limits=False, samples=samples) as found:
        bot = found.world.bot_called(None)
        for number, name in ((11, "Ana"), (12, "Bo")):
            found.people.begin(bot, found.people.add(name, username=name.lower(), language_code="en", id=number))
        yield found


@pytest_asyncio.fixture
async def bot(server: Emulator) -> AsyncIterator[ScriptBot]:
    """A bot that does what the test says."""
    async with ScriptBot(server.address, TOKEN) as found:
        yield found


@pytest_asyncio.fixture
async def open_page(browser: Browser, server: Emulator) -> AsyncIterator[OpenPage]:
    """`await open_page()` opens the chat page; the test fails when the page wrote an error to the console."""
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    async def opened(*, width: int = 1200, height: int = 860, people: str = "", expect_errors: bool = False) -> Page:
        context = await browser.new_context(viewport={"width": width, "height": height}, accept_downloads=True)
        page = await context.new_page()
        page.set_default_timeout(8000)
        if not expect_errors:
            page.on("console", listen)
            page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(f"{server.address}/{'#' + people if people else ''}")
        await page.locator(".phone .scroller[aria-busy=false]").first.wait_for()
        return page

    yield opened
    assert complaints == []
