"""People tap: answers as toasts and alerts, styles, keyboard shortcuts, deep links."""

from __future__ import annotations

from playwright.async_api import expect

from tests.page.conftest import OpenPage
from tests.page.script_bot import ScriptBot


async def test_a_tap_waits_for_its_answer_and_shows_it(open_page: OpenPage, bot: ScriptBot) -> None:
    number = await bot.say(11, "Cat or dog?", keys=[[("Cat", "c"), ("Dog", "d")]])
    page = await open_page(people="11")
    cat = page.locator(f"[data-message='{number}']").get_by_role("button", name="Cat")
    await cat.click()
    await expect(cat).to_have_attribute("aria-busy", "true")
    tap = await bot.next("callback_query")
    assert (tap["data"], tap["message"]["message_id"]) == ("c", number)
    await bot.answer(tap, "Saved · +$0.05")
    await expect(page.locator("[data-person='11'] .toast")).to_have_text("Saved · +$0.05")
    await expect(cat).not_to_have_attribute("aria-busy", "true")


async def test_an_alert_is_a_dialog(open_page: OpenPage, bot: ScriptBot) -> None:
    await bot.say(11, "Why?", keys=[[("Why?", "w")]])
    page = await open_page(people="11")
    await page.locator(".row").get_by_role("button", name="Why?").click()
    await bot.answer(await bot.next("callback_query"), "Because of instruction 2.", show_alert=True)
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("Because of instruction 2.")
    await page.keyboard.press("Enter")
    await expect(dialog).to_have_count(0)


async def test_digits_tap_the_last_keyboard(open_page: OpenPage, bot: ScriptBot) -> None:
    await bot.say(11, "Old", keys=[[("Old one", "old")]])
    await bot.say(11, "Cat or dog?", keys=[[("Cat", "c"), ("Dog", "d")], [("Skip", "s")]])
    page = await open_page()
    await page.locator("[data-person='11'] .scroller").click(position={"x": 200, "y": 30})
    await page.keyboard.press("3")
    assert (await bot.next("callback_query"))["data"] == "s"
    await page.keyboard.press("1")
    assert (await bot.next("callback_query"))["data"] == "c"


async def test_digits_are_digits_while_somebody_writes(open_page: OpenPage, bot: ScriptBot) -> None:
    await bot.say(11, "Cat or dog?", keys=[[("Cat", "c"), ("Dog", "d")]])
    page = await open_page(people="11")
    await page.locator("textarea.message-field").click()
    await page.keyboard.type("12 cats")
    await expect(page.locator("textarea.message-field")).to_have_value("12 cats")


async def test_a_card_changes_in_place_and_keeps_the_focus(open_page: OpenPage, bot: ScriptBot) -> None:
    number = await bot.say(11, "Task 1", keys=[[("Cat", "1c"), ("Dog", "1d")]])
    page = await open_page(people="11")
    await page.get_by_role("button", name="Cat").click()
    await bot.answer(await bot.next("callback_query"))
    keys = {"inline_keyboard": [[{"text": "Cat", "callback_data": "2c"}, {"text": "Dog", "callback_data": "2d"}]]}
    await bot.call("editMessageText", chat_id=11, message_id=number, text="Task 2", reply_markup=keys)
    await expect(page.locator(f"[data-message='{number}']")).to_contain_text("Task 2")
    await expect(page.get_by_role("button", name="Cat")).to_be_focused()
    await page.keyboard.press("2")
    assert (await bot.next("callback_query"))["data"] == "2d"


async def test_styles_of_buttons(open_page: OpenPage, bot: ScriptBot) -> None:
    await bot.say(11, "Sure?", keys=[[{"text": "Reject", "callback_data": "r", "style": "danger"}]])
    page = await open_page(people="11")
    key = page.get_by_role("button", name="Reject")
    await expect(key).to_have_class("key danger")


async def test_a_deep_link_is_followed_as_the_person_chosen(open_page: OpenPage, bot: ScriptBot) -> None:
    await bot.say(11, "Invite: https://t.me/tallyhand_bot?start=abc123")
    page = await open_page(people="11")
    await page.get_by_role("link", name="t.me/tallyhand_bot").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_label("Ana")).to_be_checked()
    await dialog.get_by_label("Bo").check()
    await dialog.get_by_role("button", name="Start").click()
    message = await bot.next("message")
    assert (message["from"]["id"], message["text"]) == (12, "/start abc123")
    await expect(page.locator("[data-person='12'] .list")).to_contain_text("/start abc123")


async def test_a_deep_link_button_stays_in_the_page(open_page: OpenPage, bot: ScriptBot) -> None:
    await bot.say(11, "Join", keys=[[{"text": "Join us", "url": "https://t.me/tallyhand_bot?start=join7"}]])
    page = await open_page(people="11")
    await page.get_by_role("button", name="Join us").click()
    await page.get_by_role("dialog").get_by_role("button", name="Start").click()
    assert (await bot.next("message"))["text"] == "/start join7"


async def test_a_reply_keyboard_says_its_texts(open_page: OpenPage, bot: ScriptBot) -> None:
    await bot.say(11, "Language?", reply_markup={"keyboard": [[{"text": "English"}, {"text": "Français"}]]})
    page = await open_page(people="11")
    await page.get_by_role("group", name="Bot's keyboard").get_by_role("button", name="Français").click()
    assert (await bot.next("message"))["text"] == "Français"
    await bot.say(11, "Thank you", reply_markup={"remove_keyboard": True})
    await expect(page.get_by_role("group", name="Bot's keyboard")).to_be_hidden()
