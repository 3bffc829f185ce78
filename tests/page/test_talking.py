"""People talk: texts, commands, replies, edits, entities, two people side by side."""

from __future__ import annotations

from playwright.async_api import Locator, Page, expect

from emulator.server import Emulator
from tests.page.conftest import OpenPage
from tests.page.script_bot import ScriptBot


def field(page: Page, person: int) -> Locator:
    return page.locator(f"[data-person='{person}'] textarea.message-field")


async def test_what_is_typed_reaches_the_bot_and_its_answer_shows(open_page: OpenPage, bot: ScriptBot) -> None:
    page = await open_page(people="11")
    assert await page.locator("[data-person='11']").get_by_role("button", name="START").is_visible()
    await page.get_by_role("button", name="START").click()
    assert (await bot.next("message"))["text"] == "/start"
    await field(page, 11).fill("first line")
    await field(page, 11).press("Shift+Enter")
    await field(page, 11).type("second")
    await field(page, 11).press("Enter")
    assert (await bot.next("message"))["text"] == "first line\nsecond"
    number = await bot.say(11, "Hello Ana")
    bubble = page.locator(f"[data-message='{number}']")
    await expect(bubble).to_contain_text("Hello Ana")
    await expect(field(page, 11)).to_have_value("")


async def test_two_people_side_by_side_keep_their_own_chats(open_page: OpenPage, bot: ScriptBot) -> None:
    page = await open_page()
    await expect(page.locator("[data-person]")).to_have_count(2)
    await bot.say(11, "for Ana")
    await bot.say(12, "for Bo")
    await expect(page.locator("[data-person='11'] .list")).to_contain_text("for Ana")
    await expect(page.locator("[data-person='12'] .list")).to_contain_text("for Bo")
    await expect(page.locator("[data-person='11'] .list")).not_to_contain_text("for Bo")
    await field(page, 12).fill("from Bo")
    await field(page, 12).press("Enter")
    assert (await bot.next("message"))["from"]["id"] == 12


async def test_a_closed_chat_shows_that_something_came(open_page: OpenPage, bot: ScriptBot) -> None:
    page = await open_page()
    await page.locator("[data-person='12']").get_by_role("button", name="Close this chat").click()
    await expect(page.locator("[data-person]")).to_have_count(1)
    await bot.say(12, "are you there?")
    chip = page.get_by_role("button", name="Bo, 1 new message")
    await chip.click()
    await expect(page.locator("[data-person='12'] .list")).to_contain_text("are you there?")
    await expect(page.get_by_role("button", name="Bo", exact=True)).to_have_attribute("aria-pressed", "true")


async def test_markup_in_a_text_stays_text(open_page: OpenPage, bot: ScriptBot) -> None:
    page = await open_page(people="11")
    evil = "<img src=x onerror=\"document.title='hit'\"><script>1</script>"
    number = await bot.say(11, evil)
    bubble = page.locator(f"[data-message='{number}']")
    await expect(bubble.locator(".text")).to_contain_text(evil)
    assert await bubble.locator("img, script").count() == 0
    assert await page.title() != "hit"


async def test_entities_are_found_by_utf16_offsets(open_page: OpenPage, bot: ScriptBot) -> None:
    page = await open_page(people="11")
    styled = "👩‍👩‍👧 <b>bold <i>both</i></b> <tg-spoiler>hidden</tg-spoiler>"
    linked = "<a href='https://example.org/'>site</a> /help"
    number = await bot.say(11, f"{styled} {linked}", parse_mode="HTML")
    bubble = page.locator(f"[data-message='{number}']")
    await expect(bubble.locator("strong")).to_have_text("bold both")
    await expect(bubble.locator("strong em")).to_have_text("both")
    await expect(bubble.get_by_role("link", name="site")).to_have_attribute("rel", "noopener noreferrer")
    await bubble.get_by_role("button", name="Hidden text").click()
    await expect(bubble.locator(".spoiler.shown")).to_have_text("hidden")
    await bubble.get_by_role("button", name="/help").click()
    assert (await bot.next("message"))["text"] == "/help"


async def test_a_dangerous_link_is_not_a_link(open_page: OpenPage, bot: ScriptBot) -> None:
    page = await open_page(people="11")
    entities = [{"type": "text_link", "offset": 0, "length": 5, "url": "javascript:alert(1)"}]
    try:
        number = await bot.say(11, "press this", entities=entities)
    except RuntimeError:
        return  # the server refused it already
    await expect(page.locator(f"[data-message='{number}']")).to_contain_text("press this")
    assert await page.locator(f"[data-message='{number}'] a").count() == 0


async def test_a_message_is_edited_in_place_and_marked(open_page: OpenPage, bot: ScriptBot) -> None:
    page = await open_page(people="11")
    number = await bot.say(11, "1 of 10")
    bubble = page.locator(f"[data-message='{number}']")
    await expect(bubble).to_contain_text("1 of 10")
    await bubble.evaluate("node => { node.same = true; }")
    await bot.call("editMessageText", chat_id=11, message_id=number, text="2 of 10")
    await expect(bubble).to_contain_text("2 of 10")
    await expect(bubble.locator(".edited")).to_have_text("edited")
    assert await bubble.evaluate("node => node.same") is True


async def test_own_message_is_edited_with_the_arrow_key(open_page: OpenPage, bot: ScriptBot) -> None:
    await bot.say(11, "Go on")
    page = await open_page(people="11")
    await field(page, 11).fill("a typo")
    await field(page, 11).press("Enter")
    await bot.next("message")
    await expect(page.locator(".row.out")).to_contain_text("a typo")
    await field(page, 11).press("ArrowUp")
    await expect(field(page, 11)).to_have_value("a typo")
    await field(page, 11).fill("no typo")
    await field(page, 11).press("Enter")
    assert (await bot.next("edited_message"))["text"] == "no typo"
    await expect(page.locator(".row.out")).to_contain_text("no typo")


async def test_force_reply_makes_the_next_text_a_reply(open_page: OpenPage, bot: ScriptBot) -> None:
    page = await open_page(people="11")
    number = await bot.say(11, "Why?", reply_markup={"force_reply": True, "input_field_placeholder": "Your reason"})
    await expect(field(page, 11)).to_have_attribute("placeholder", "Your reason")
    await expect(field(page, 11)).to_be_focused()
    await page.keyboard.type("Because")
    await page.keyboard.press("Enter")
    assert (await bot.next("message"))["reply_to_message"]["message_id"] == number
    await expect(page.locator(".row.out .quote")).to_contain_text("Why?")


async def test_reply_from_the_menu_of_a_message(open_page: OpenPage, bot: ScriptBot) -> None:
    number = await bot.say(11, "One of several")
    page = await open_page(people="11")
    await page.locator(f"[data-message='{number}'] .bubble").click(button="right")
    await page.get_by_role("menuitem", name="Reply").click()
    await field(page, 11).fill("to this one")
    await field(page, 11).press("Enter")
    assert (await bot.next("message"))["reply_to_message"]["message_id"] == number


async def test_commands_are_offered_while_a_slash_is_typed(open_page: OpenPage, bot: ScriptBot) -> None:
    commands = [{"command": "work", "description": "Do tasks"}, {"command": "help", "description": "What this is"}]
    await bot.call("setMyCommands", commands=commands)
    await bot.say(11, "Hello")
    page = await open_page(people="11")
    await page.get_by_role("button", name="Commands").click()
    await expect(page.get_by_role("option")).to_have_count(2)
    await page.keyboard.type("w")
    await expect(page.get_by_role("option")).to_have_count(1)
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    assert (await bot.next("message"))["text"] == "/work"


async def test_a_person_blocks_and_unblocks_the_bot(open_page: OpenPage, bot: ScriptBot) -> None:
    await bot.say(11, "Hello")
    page = await open_page(people="11")
    await page.get_by_role("button", name="Chat menu").click()
    await page.get_by_role("menuitem", name="Block the bot").click()
    assert (await bot.next("my_chat_member"))["new_chat_member"]["status"] == "kicked"
    await page.get_by_role("button", name="UNBLOCK").click()
    assert (await bot.next("my_chat_member"))["new_chat_member"]["status"] == "member"
    await expect(field(page, 11)).to_be_visible()


async def test_a_new_person_gets_a_phone_and_can_start(open_page: OpenPage, bot: ScriptBot, server: Emulator) -> None:
    page = await open_page(people="11")
    await page.get_by_role("button", name="New person").click()
    await page.get_by_label("First name").fill("Zoë")
    await page.get_by_label("Language code").fill("fr")
    await page.keyboard.press("Enter")
    phone = page.get_by_role("region", name="Zoë's phone")
    await phone.get_by_role("button", name="START").click()
    message = await bot.next("message")
    assert (message["from"]["first_name"], message["from"]["language_code"]) == ("Zoë", "fr")


async def test_long_chats_stay_quick_and_keep_the_place(open_page: OpenPage, bot: ScriptBot) -> None:
    for number in range(500):
        await bot.say(11, f"message {number}")
    page = await open_page(people="11")
    await expect(page.locator(".row")).to_have_count(500)
    scroller = page.locator(".scroller")
    await scroller.evaluate("node => { node.scrollTop = 1000; }")
    await page.wait_for_timeout(100)
    began = await page.evaluate("performance.now()")
    last = await bot.say(11, "the newest")
    await page.locator(f"[data-message='{last}']").wait_for(state="attached")
    assert await page.evaluate("performance.now()") - began < 1500
    assert abs(await scroller.evaluate("node => node.scrollTop") - 1000) < 5
    await page.get_by_role("button", name="1 new message").click()
    await expect(page.locator(f"[data-message='{last}']")).to_be_in_viewport()
