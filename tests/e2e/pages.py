"""The chat page in a real browser: what a person sees on their phone and does with their fingers; and its pictures."""

from __future__ import annotations

import io
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.async_api import Browser, FilePayload, Locator, Page, async_playwright, expect

from tests.e2e.conftest import House
from tests.e2e.phones import Phone
from tests.page.conftest import ARGUMENTS, CHROMIUM

PATIENCE = 30_000.0
"""Milliseconds until what somebody waits for is missed; nothing is asserted about how quick it is."""
PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pictures"
MOST_BYTES = 250_000


@dataclass(frozen=True)
class Screen:
    """One person's phone on the page."""

    page: Page
    root: Locator

    def bubble(self, *texts: str) -> Locator:
        """The newest message that shows all these texts (or has them on its buttons)."""
        rows = self.root.locator(".row")
        for text in texts:
            rows = rows.filter(has_text=text)
        return rows.last

    async def sees(self, *texts: str) -> Locator:
        """Wait for a message with all these texts."""
        found = self.bubble(*texts)
        await expect(found).to_be_visible(timeout=PATIENCE)
        return found

    async def taps(self, name: str, *, on: str = "") -> None:
        """Tap the newest button of this name, of the message that shows `on`."""
        rows = self.root.locator(".row").filter(has=self.page.locator(".key", has_text=name))
        row = (rows.filter(has_text=on) if on else rows).last
        await row.get_by_role("button", name=name, exact=True).click()

    async def hears(self, toast: str) -> None:
        """Wait for a toast that begins so."""
        await expect(self.root.locator(".toast", has_text=toast).first).to_be_visible(timeout=PATIENCE)

    async def says(self, text: str) -> None:
        """Type a message and send it."""
        await self.root.locator("textarea.message-field").fill(text)
        await self.root.locator("textarea.message-field").press("Enter")

    async def mends(self, text: str, into: str) -> None:
        """Edit the own message that says `text`."""
        await self.root.locator(".row.out .bubble").filter(has_text=text).last.click(button="right")
        await self.page.get_by_role("menuitem", name="Edit").click()
        await self.says(into)

    async def attaches(self, name: str, content: bytes, caption: str) -> None:
        """Choose a file with the paper clip, write its caption and send it."""
        await self.root.get_by_role("button", name="Attach").click()
        async with self.page.expect_file_chooser() as chooser:
            await self.page.get_by_role("menuitem", name="File").click()
        file: FilePayload = {"name": name, "mimeType": "application/zip", "buffer": content}
        await (await chooser.value).set_files([file])
        await self.page.get_by_label("Caption").fill(caption)
        await self.page.get_by_role("dialog").get_by_role("button", name="Send").click()

    async def sends_sample(self, name: str) -> None:
        """Send a file that the attach menu offers."""
        await self.root.get_by_role("button", name="Attach").click()
        await self.page.get_by_role("menuitem", name=name).click()
        await self.page.get_by_role("dialog").get_by_role("button", name="Send").click()

    async def downloads(self) -> bytes:
        """Download the newest document."""
        async with self.page.expect_download() as download:
            await self.root.get_by_role("link", name="Download").last.click()
        return (await (await download.value).path()).read_bytes()

    async def shows_photo(self, row: Locator) -> None:
        """Wait until the message's picture is there, loaded and whole."""
        picture = row.locator(".photo img").last
        await expect(picture).to_be_visible(timeout=PATIENCE)
        await expect(picture).to_have_js_property("complete", True)
        assert await picture.evaluate("image => image.naturalWidth") > 100


@dataclass(frozen=True)
class Pictures:
    """Screenshots for docs/pictures, taken only when PICTURES=1 (`make pictures`)."""

    browser: Browser
    house: House
    wanted: bool

    async def page(self, page: Page, name: str) -> None:
        """The page as it is."""
        if self.wanted:
            await _settled(page)
            _keep(name, await page.screenshot())

    async def phone(self, person: Phone, name: str, *, dark: bool = False, height: int = 860) -> None:
        """One person's phone, as wide as a phone."""
        if not self.wanted:
            return
        context = await self.browser.new_context(
            viewport={"width": 420, "height": height}, color_scheme="dark" if dark else "light"
        )
        page = await opened(await context.new_page(), self.house, person)
        await _settled(page)
        _keep(name, await page.screenshot())
        await context.close()


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Debian's Chromium, which must be there."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()


async def opened(page: Page, house: House, *people: Phone) -> Page:
    """The chat page with these people's phones."""
    page.set_default_timeout(PATIENCE)
    await page.goto(f"{house.server.address}/#{','.join(str(person.id) for person in people)}")
    for person in people:
        await page.locator(f".phone[data-person='{person.id}'] .scroller[aria-busy=false]").wait_for()
    return page


def screen(page: Page, person: Phone) -> Screen:
    """A person's phone on the page."""
    return Screen(page, page.locator(f".phone[data-person='{person.id}']"))


def pictures(browser: Browser, house: House) -> Pictures:
    """Takes pictures when PICTURES=1."""
    return Pictures(browser, house, os.environ.get("PICTURES") == "1")


async def _settled(page: Page) -> None:
    """No picture is on its way, nothing moves, no pointer hovers."""
    await page.mouse.move(1, 1)
    await page.evaluate(
        """async () => {
            document.activeElement?.blur();
            for (const image of document.images) { image.loading = "eager"; await image.decode().catch(() => {}); }
            for (const box of document.querySelectorAll(".scroller")) box.scrollTop = box.scrollHeight;
        }"""
    )
    await page.wait_for_timeout(500)
    await page.evaluate("() => Promise.all(document.getAnimations().map(one => one.finished.catch(() => {})))")


def _keep(name: str, shot: bytes) -> None:
    """Write it with a palette of 256 colours, which a screen of flat colours hardly shows; MOST_BYTES at most."""
    image = Image.open(io.BytesIO(shot)).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    assert out.tell() <= MOST_BYTES, f"{name} has {out.tell()} bytes"
    PICTURES.mkdir(parents=True, exist_ok=True)
    (PICTURES / f"{name}.png").write_bytes(out.getvalue())
