"""People send and get files: photos, albums, documents, samples, the lightbox."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image
from playwright.async_api import FilePayload, Page, expect

from tests.page.conftest import OpenPage
from tests.page.script_bot import ScriptBot


def png(width: int = 320, height: int = 240, colour: str = "teal") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "PNG")
    return out.getvalue()


def picture(name: str, colour: str) -> FilePayload:
    return {"name": name, "mimeType": "image/png", "buffer": png(colour=colour)}


async def pick(page: Page, kind: str, files: list[FilePayload]) -> None:
    await page.locator(f"input[data-pick='{kind}']").first.set_input_files(files)


async def test_photos_enlarge_and_arrow_keys_go_on(open_page: OpenPage, bot: ScriptBot) -> None:
    first = await bot.photo(11, png(colour="navy"), caption="the first")
    await bot.photo(11, png(colour="maroon"), caption="the second")
    page = await open_page(people="11")
    await page.locator(f"[data-message='{first}']").get_by_role("button", name="Photo, enlarge").click()
    box = page.get_by_role("dialog", name="Photo")
    await expect(box).to_contain_text("the first")
    await expect(box).to_contain_text("1 of 2")
    await page.keyboard.press("ArrowRight")
    await expect(box).to_contain_text("the second")
    await page.keyboard.press("Escape")
    await expect(box).to_have_count(0)


async def test_a_photo_has_its_place_before_it_is_loaded(open_page: OpenPage, bot: ScriptBot) -> None:
    page = await open_page(people="11")
    await page.route("**/control/file/**", lambda route: None)  # never answered
    number = await bot.photo(11, png(800, 600))
    frame = page.locator(f"[data-message='{number}'] .photo")
    await frame.wait_for()
    size = await frame.bounding_box()
    assert size is not None
    assert abs(size["width"] / size["height"] - 4 / 3) < 0.05


async def test_a_card_changes_its_photo_in_place(open_page: OpenPage, bot: ScriptBot) -> None:
    number = await bot.photo(11, png(colour="navy"), caption="Task 1", keys=[[("Cat", "c")]])
    page = await open_page(people="11")
    frame = page.locator(f"[data-message='{number}'] .photo")
    await expect(frame.locator("img")).to_have_count(1)
    before = await frame.locator("img").get_attribute("src")
    await frame.evaluate("node => { node.same = true; }")
    await bot.call(
        "editMessageMedia", {"next": png(colour="maroon")}, chat_id=11, message_id=number,
        media={"type": "photo", "media": "attach://next", "caption": "Task 2"},
        reply_markup={"inline_keyboard": [[{"text": "Cat", "callback_data": "c"}]]},
    )  # fmt: skip
    await expect(page.locator(f"[data-message='{number}']")).to_contain_text("Task 2")
    await expect(frame.locator("img")).to_have_count(1)
    assert await frame.locator("img").get_attribute("src") != before
    assert await frame.evaluate("node => node.same") is True


async def test_several_photos_go_as_one_album(open_page: OpenPage, bot: ScriptBot) -> None:
    await bot.say(11, "Send photos")
    page = await open_page(people="11")
    await pick(page, "photos", [picture("a.png", "navy"), picture("b.png", "teal"), picture("c.png", "maroon")])
    dialog = page.get_by_role("dialog", name="Send 3 photos")
    await dialog.get_by_label("Caption").fill("three of them")
    await page.keyboard.press("Control+Enter")
    messages: list[dict[str, Any]] = [await bot.next("message") for _ in range(3)]
    assert len({message["media_group_id"] for message in messages}) == 1
    assert [message.get("caption") for message in messages] == ["three of them", None, None]
    album = page.locator(".row[data-album]")
    await expect(album.get_by_role("button", name="enlarge")).to_have_count(3)
    await expect(album).to_contain_text("three of them")


async def test_a_file_goes_with_a_caption_of_several_lines(open_page: OpenPage, bot: ScriptBot) -> None:
    await bot.say(11, "Send a file")
    page = await open_page(people="11")
    await pick(page, "files", [{"name": "tasks.csv", "mimeType": "text/csv", "buffer": b"prompt\nhello\n"}])
    await page.get_by_label("Caption").fill("What is it?")
    await page.keyboard.press("Enter")
    await page.keyboard.type("price 0.05")
    await page.get_by_role("dialog").get_by_role("button", name="Send").click()
    message = await bot.next("message")
    assert message["document"]["file_name"] == "tasks.csv"
    assert message["caption"] == "What is it?\nprice 0.05"
    await expect(page.locator(".row.out").get_by_role("link", name="tasks.csv")).to_be_visible()


async def test_a_picture_can_go_as_a_file(open_page: OpenPage, bot: ScriptBot) -> None:
    await bot.say(11, "Send a file")
    page = await open_page(people="11")
    await pick(page, "files", [picture("scan.png", "navy")])
    await page.get_by_role("dialog").get_by_role("button", name="Send").click()
    assert (await bot.next("message"))["document"]["file_name"] == "scan.png"


async def test_a_document_of_the_bot_can_be_downloaded(open_page: OpenPage, bot: ScriptBot) -> None:
    await bot.call("sendDocument", {"document": b"12345"}, chat_id=11, caption="Your statement")
    page = await open_page(people="11")
    async with page.expect_download() as download:
        await page.locator(".row").get_by_role("link", name="Download").click()
    assert (await (await download.value).path()).read_bytes() == b"12345"


async def test_a_sample_is_shown_with_its_caption_and_sent(open_page: OpenPage, bot: ScriptBot) -> None:
    await bot.say(12, "Send something")
    page = await open_page(people="12")
    await page.get_by_role("button", name="Attach").click()
    await expect(page.get_by_role("menuitem", name="private.txt")).to_have_count(0)
    await page.get_by_role("menuitem", name="pets.csv").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("price 0.05")
    await dialog.get_by_role("button", name="Send").click()
    message = await bot.next("message")
    assert message["document"]["file_name"] == "pets.csv"
    assert message["caption"].startswith("What is in the photo?")


async def test_a_sample_of_one_person_is_offered_to_them(open_page: OpenPage, bot: ScriptBot) -> None:
    await bot.say(11, "Send something")
    page = await open_page(people="11")
    await page.get_by_role("button", name="Attach").click()
    await expect(page.get_by_role("menuitem", name="private.txt")).to_be_visible()


async def test_files_dropped_on_a_chat_are_offered(open_page: OpenPage, bot: ScriptBot) -> None:
    await bot.say(11, "Send something")
    page = await open_page()
    data = await page.evaluate_handle(
        """() => {
            const data = new DataTransfer();
            data.items.add(new File(["hello"], "dropped.txt"));
            return data;
        }"""
    )
    await page.locator("[data-person='11']").dispatch_event("drop", {"dataTransfer": data})
    await page.get_by_role("dialog", name="Send file").get_by_role("button", name="Send").click()
    message = await bot.next("message")
    assert (message["document"]["file_name"], message["from"]["id"]) == ("dropped.txt", 11)


async def test_sticker_and_voice_for_tests(open_page: OpenPage, bot: ScriptBot) -> None:
    await bot.say(11, "Send something")
    page = await open_page(people="11")
    for name, kind in (("Sticker", "sticker"), ("Voice message", "voice")):
        await page.get_by_role("button", name="Attach").click()
        await page.get_by_role("menuitem", name=name).click()
        assert kind in await bot.next("message")
    await expect(page.get_by_role("img", name="Voice message")).to_be_visible()


async def test_a_growing_card_stays_at_the_end_of_the_chat(open_page: OpenPage, bot: ScriptBot) -> None:
    for number in range(12):
        await bot.say(11, f"message {number}")
    number = await bot.photo(11, png(900, 500), caption="Task 1", keys=[[("Cat", "c")]])
    page = await open_page(people="11")
    await bot.call(
        "editMessageMedia", {"next": png(600, 900)}, chat_id=11, message_id=number,
        media={"type": "photo", "media": "attach://next", "caption": "Task 2"},
        reply_markup={"inline_keyboard": [[{"text": "Cat", "callback_data": "c"}]]},
    )  # fmt: skip
    await expect(page.locator(f"[data-message='{number}']")).to_contain_text("Task 2")
    await page.wait_for_timeout(500)
    left = "node => node.scrollHeight - node.scrollTop - node.clientHeight"
    assert await page.locator(".scroller").evaluate(left) < 2
