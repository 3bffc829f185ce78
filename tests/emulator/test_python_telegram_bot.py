"""The library that the product uses, against this server."""

from __future__ import annotations

import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeChat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    LinkPreviewOptions,
    ReplyParameters,
    error,
)
from telegram.request import HTTPXRequest

from emulator.server import Emulator
from tests.emulator.client import TOKEN, Client, Human, picture


def bot_of(server: Emulator) -> Bot:
    address = server.address
    return Bot(TOKEN, f"{address}/bot", f"{address}/file/bot", request=HTTPXRequest(httpx_kwargs={"trust_env": False}))


async def test_ordinary_life_of_a_bot(client: Client, ana: Human) -> None:
    async with bot_of(client.server) as bot:
        assert bot.username == "tallyhand_bot"
        keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Cat", callback_data="cat")]])
        sent = await bot.send_message(
            ana.id,
            "<b>Which?</b>",
            parse_mode="HTML",
            reply_markup=keyboard,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
            disable_notification=True,
        )
        assert sent.text_html == "<b>Which?</b>"
        await ana.act("tap", message_id=sent.message_id, text="Cat")
        (update,) = await bot.get_updates(timeout=5, allowed_updates=["message", "callback_query"])
        assert update.callback_query is not None
        assert update.callback_query.data == "cat"
        assert await update.callback_query.answer("Saved")
        await update.callback_query.edit_message_text("Done")
        assert (await ana.last())["text"] == "Done"
        await bot.set_my_commands([BotCommand("help", "Help")], scope=BotCommandScopeChat(ana.id), language_code="en")
        assert (await ana.chat())["commands"] == [{"command": "help", "description": "Help"}]


async def test_files_go_up_and_come_down(client: Client, ana: Human) -> None:
    async with bot_of(client.server) as bot:
        photo = await bot.send_photo(ana.id, picture(), caption="c", reply_parameters=None)
        file = await bot.get_file(photo.photo[-1])
        assert (await file.download_as_bytearray())[:2] == b"\xff\xd8"
        album = await bot.send_media_group(
            ana.id, [InputMediaPhoto(picture()), InputMediaPhoto(photo.photo[-1].file_id)]
        )
        assert album[0].media_group_id
        sent = await bot.send_message(ana.id, "x", reply_parameters=ReplyParameters(photo.message_id))
        edited = await bot.edit_message_media(InputMediaPhoto(picture()), ana.id, sent.message_id)
        assert not isinstance(edited, bool)
        assert edited.photo
        document = await bot.send_document(ana.id, b"a;b", filename="été.csv")
        assert document.document is not None
        assert document.document.file_name == "été.csv"


async def test_errors_become_the_librarys_own(client: Client, ana: Human) -> None:
    async with bot_of(client.server) as bot:
        with pytest.raises(error.BadRequest, match="Chat not found"):
            await bot.send_message(5, "x")
        await client.control("limits", enabled=True, chat_burst=1)
        await bot.send_message(ana.id, "x")
        with pytest.raises(error.RetryAfter):
            await bot.send_message(ana.id, "x")
        await ana.act("block")
        with pytest.raises(error.Forbidden):
            await bot.send_message(ana.id, "x")
        await client.control("faults", faults=[{"kind": "reset_after", "method": "getMe"}])
        with pytest.raises(error.NetworkError):
            await bot.get_me()
