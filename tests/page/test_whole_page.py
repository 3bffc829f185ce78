"""The page around the chats: help, narrow screens, a server that goes away and comes back."""

from __future__ import annotations

from playwright.async_api import expect

from emulator.server import Emulator
from tests.page.conftest import OpenPage
from tests.page.script_bot import ScriptBot


async def test_events_go_on_after_the_line_broke(open_page: OpenPage, bot: ScriptBot) -> None:
    page = await open_page(people="11", expect_errors=True)
    await page.context.set_offline(True)
    number = await bot.say(11, "said meanwhile")
    await page.wait_for_timeout(300)
    await page.context.set_offline(False)
    await expect(page.locator(f"[data-message='{number}']")).to_contain_text("said meanwhile")
    after = await bot.say(11, "said afterwards")
    await expect(page.locator(f"[data-message='{after}']")).to_contain_text("said afterwards")
    await expect(page.locator("[data-message]")).to_have_count(2)


async def test_a_new_server_on_the_same_port_is_taken_up(open_page: OpenPage, server: Emulator) -> None:
    page = await open_page(people="11", expect_errors=True)
    port = server.port
    await server.stop()
    await expect(page.locator(".link-state")).to_be_visible()
    async with Emulator({"1000001:LOCAL": "tallyhand_bot"}, limits=False, port=port) as fresh:
        fresh.people.add("Cleo", id=13)
        await expect(page.get_by_role("button", name="Cleo")).to_be_visible(timeout=15000)
        await expect(page.locator(".link-state")).to_be_hidden(timeout=15000)


async def test_one_person_at_a_time_on_a_phone(open_page: OpenPage, bot: ScriptBot) -> None:
    page = await open_page(width=390, height=844)
    await expect(page.locator("[data-person]")).to_have_count(1)
    await page.get_by_role("button", name="Bo", exact=True).click()
    await expect(page.locator("[data-person]")).to_have_count(1)
    await expect(page.locator("[data-person='12']")).to_be_visible()
    wide = await page.evaluate("document.documentElement.scrollWidth")
    assert wide == 390


async def test_help_lists_the_keys(open_page: OpenPage) -> None:
    page = await open_page()
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="Help")).to_contain_text("Tap the nth button")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_the_address_keeps_who_is_shown(open_page: OpenPage) -> None:
    page = await open_page()
    await page.locator("[data-person='11']").get_by_role("button", name="Close this chat").click()
    await page.reload()
    await expect(page.locator("[data-person='12']")).to_be_visible()
    await expect(page.locator("[data-person='11']")).to_have_count(0)


async def test_what_the_bot_is_doing_is_shown(open_page: OpenPage, bot: ScriptBot) -> None:
    await bot.say(11, "One moment")
    page = await open_page(people="11")
    await bot.call("sendChatAction", chat_id=11, action="upload_document")
    await expect(page.locator(".status.doing")).to_have_text("sending a file…")
    await bot.say(11, "Here it is")
    await expect(page.locator(".status")).to_have_text("bot")
