"""Whether the answers are what the real Bot API could say.

Every answer of a tour through all methods, and every update, must parse with aiogram's strict types and have no field
that the Bot API's description does not know. The description is not part of this project: `BOT_API_SCHEMA` names the
file, or it lies beside the repository; without it those tests are skipped.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emulator.api import TABLE
from tests.emulator.client import TOKEN, Client, Human, buttons, picture

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = Path(os.environ.get("BOT_API_SCHEMA") or ROOT.parent / "shared" / "telegram" / "bot-api-10.3.json")
SIMPLE = {"Integer": int, "Float": (int, float), "String": str, "Boolean": bool}


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    if not SCHEMA.is_file():
        pytest.skip(f"no description of the Bot API at {SCHEMA.name}: set BOT_API_SCHEMA")
    found: dict[str, Any] = json.loads(SCHEMA.read_text())
    return found


def problems(schema: dict[str, Any], kinds: list[str], value: Any, where: str) -> Iterator[str]:
    """What is wrong with a value that must be of one of these types; the best fit speaks."""
    found = [list(_problems_of(schema, kind, value, where)) for kind in kinds]
    yield from min(found, key=len)


def _problems_of(schema: dict[str, Any], kind: str, value: Any, where: str) -> Iterator[str]:
    if kind.startswith("Array of "):
        if not isinstance(value, list):
            yield f"{where}: not an array"
            return
        for number, item in enumerate(value):
            yield from problems(schema, [kind.removeprefix("Array of ")], item, f"{where}[{number}]")
    elif kind in SIMPLE:
        if not isinstance(value, SIMPLE[kind]) or (isinstance(value, bool) and kind != "Boolean"):  # type: ignore[arg-type]
            yield f"{where}: {value!r} is no {kind}"
    else:
        described = schema["types"][kind]
        if described.get("subtypes"):
            yield from problems(schema, described["subtypes"], value, where)
            return
        if not isinstance(value, dict):
            yield f"{where}: not an object"
            return
        fields = {field["name"]: field for field in described.get("fields") or []}
        yield from (f"{where}: unknown field {name}" for name in value.keys() - fields.keys())
        yield from (f"{where}: {name} is missing" for name, f in fields.items() if f["required"] and name not in value)
        for name in value.keys() & fields.keys():
            yield from problems(schema, fields[name]["types"], value[name], f"{where}.{name}")


class Tour:
    """Calls methods and keeps every answer with its method's name."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.answers: list[tuple[str, Any]] = []

    async def call(self, name: str, /, **parameters: Any) -> Any:
        result = await self.client.call(name, **parameters)
        self.answers.append((name, result))
        return result

    async def upload(self, name: str, files: dict[str, tuple[str, bytes]], /, **parameters: Any) -> Any:
        result = await self.client.upload(name, files, **parameters)
        self.answers.append((name, result))
        return result


async def travel(client: Client, ana: Human) -> Tour:
    """Every method once and more, with all kinds of contents."""
    tour = Tour(client)
    call, chat = tour.call, {"chat_id": ana.id}
    await call("getMe")
    await call("getWebhookInfo")
    html = '<b>a</b> <a href="https://a.de">l</a> <pre><code class="language-py">x</code></pre> /help @somebody'
    links = {"link_preview_options": {"is_disabled": True}}
    text = await call("sendMessage", **chat, text=html, parse_mode="HTML", reply_markup=buttons(["A"]), **links)
    place = {**chat, "message_id": text["message_id"]}
    mention = f'<a href="tg://user?id={ana.id}">Ana</a>'
    await call("sendMessage", **chat, text=mention, parse_mode="HTML", reply_parameters=place, protect_content=True)
    await call("sendMessage", **chat, text="k", reply_markup={"keyboard": [["x"]]}, message_effect_id="5")
    photo = await tour.upload(
        "sendPhoto", {"photo": ("p.jpg", picture())}, **chat, caption="*c*", parse_mode="MarkdownV2"
    )
    document = await tour.upload(
        "sendDocument", {"document": ("a.csv", b"1"), "thumbnail": ("t.jpg", picture())}, **chat
    )
    voice = await tour.upload("sendVoice", {"voice": ("v.ogg", b"OggS")}, **chat)
    sticker = await tour.upload("sendSticker", {"sticker": ("s.webp", b"RIFF")}, **chat, emoji="👍")
    one = {"type": "photo", "media": photo["photo"][0]["file_id"], "has_spoiler": True}
    await call("sendMediaGroup", **chat, media=[one, one])
    await call("sendVoice", **chat, voice=voice["voice"]["file_id"], duration=3)
    await call("sendSticker", **chat, sticker=sticker["sticker"]["file_id"])
    await call("getFile", file_id=document["document"]["file_id"])
    await call("sendChatAction", **chat, action="typing")
    await call("editMessageText", **place, text="new", reply_markup=buttons(["B"]))
    await call("editMessageReplyMarkup", **place)
    await call("editMessageMedia", **place, media={**one, "caption": "x", "show_caption_above_media": True})
    await call("editMessageCaption", **place, caption="y")
    await call("copyMessage", **place, from_chat_id=ana.id)
    await call("forwardMessage", **place, from_chat_id=ana.id)
    await call("copyMessages", **chat, from_chat_id=ana.id, message_ids=[text["message_id"], photo["message_id"]])
    await call("forwardMessages", **chat, from_chat_id=ana.id, message_ids=[text["message_id"]])
    await call("setMessageReaction", **place, reaction=[{"type": "emoji", "emoji": "👍"}])
    await call("pinChatMessage", **place)
    await call("getChat", **chat)
    await call("unpinChatMessage", **chat)
    await call("unpinAllChatMessages", **chat)
    await call("getChatMember", **chat, user_id=ana.id)
    await call("getChatMember", **chat, user_id=1000001)
    await call("deleteMessage", **place)
    await call("deleteMessages", **chat, message_ids=[photo["message_id"]])
    await call("setMyCommands", commands=[{"command": "help", "description": "Help"}])
    await call("getMyCommands")
    await call("deleteMyCommands")
    for name in ("Name", "Description", "ShortDescription"):
        await call(f"setMy{name}")
        await call(f"getMy{name}")
    await call("setChatMenuButton", menu_button={"type": "web_app", "text": "x", "web_app": {"url": "https://a.de/"}})
    await call("getChatMenuButton")
    await people_travel(client, ana)
    await call("getUpdates", allowed_updates=[])
    query = next(u["callback_query"] for u in tour.answers[-1][1] if "callback_query" in u)
    await call("answerCallbackQuery", callback_query_id=query["id"])
    await call("setWebhook", url="http://127.0.0.1:9/")
    await call("getWebhookInfo")
    for name in ("deleteWebhook", "logOut", "close"):
        await call(name)
    return tour


async def people_travel(client: Client, ana: Human) -> None:
    """Every kind of update once."""
    sent = await client.call("sendMessage", chat_id=ana.id, text="?", reply_markup=buttons(["A"]))
    said = await ana.act("say", text="me@a.de https://a.de /x $EUR #tag", reply_to_message_id=sent["message_id"])
    await ana.act("edit", message_id=said["message_id"], text="changed")
    await ana.act("tap", message_id=sent["message_id"], data="A")
    await ana.attach("photos", [("a.jpg", picture()), ("b.jpg", picture())], caption="two")
    await ana.attach("document", [("a.zip", b"PK")])
    await ana.act("sticker")
    await ana.act("voice")
    await ana.act("block")
    await ana.act("start", payload="x")


async def test_every_method_answers_with_known_fields_only(client: Client, ana: Human, schema: dict[str, Any]) -> None:
    tour = await travel(client, ana)
    assert {name.lower() for name, _ in tour.answers} == set(TABLE)
    wrong = [
        problem
        for name, result in tour.answers
        for problem in problems(schema, schema["methods"][name]["returns"], result, name)
    ]
    assert wrong == []


def test_every_method_knows_exactly_the_described_parameters(schema: dict[str, Any]) -> None:
    for method in TABLE.values():
        described = {field["name"] for field in schema["methods"][method.name]["fields"] or []}
        assert set(method.parameters) == described, method.name


async def test_every_message_and_update_parses_with_strict_types(client: Client, ana: Human) -> None:
    from aiogram import types

    tour = await travel(client, ana)
    count = 0
    for _, result in tour.answers:
        for item in result if isinstance(result, list) else [result]:
            if isinstance(item, dict) and "update_id" in item:
                update = types.Update.model_validate(item)
                assert update.event_type != "unknown"
                count += 1
            elif isinstance(item, dict) and "date" in item:
                message = types.Message.model_validate(item)
                assert message.content_type != types.ContentType.UNKNOWN
                count += 1
    assert count > 25


async def test_aiogram_itself_works_with_it(client: Client, ana: Human) -> None:
    from aiogram import Bot
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer
    from aiogram.types import (
        BotCommand,
        BufferedInputFile,
        InputMediaDocument,
        InputMediaPhoto,
        Message,
        ReplyParameters,
    )

    session = AiohttpSession(api=TelegramAPIServer.from_base(client.server.address))
    async with Bot(TOKEN, session=session) as bot:
        assert (await bot.me()).username == "tallyhand_bot"
        file = BufferedInputFile(picture(), "p.jpg")
        photo = await bot.send_photo(ana.id, file, caption="<b>x</b>", parse_mode="HTML")
        assert photo.photo is not None
        assert photo.caption_entities is not None
        loaded = await bot.download(photo.photo[-1].file_id)
        assert loaded is not None
        assert loaded.read(2) == b"\xff\xd8"
        album = await bot.send_media_group(
            ana.id,
            [
                InputMediaPhoto(media=BufferedInputFile(picture(), "a.jpg")),
                InputMediaPhoto(media=photo.photo[0].file_id),
            ],
        )
        assert album[0].media_group_id == album[1].media_group_id
        text = await bot.send_message(ana.id, "x", reply_parameters=ReplyParameters(message_id=photo.message_id))
        edited = await bot.edit_message_media(
            InputMediaDocument(media=BufferedInputFile(b"1", "a.csv")), chat_id=ana.id, message_id=text.message_id
        )
        assert isinstance(edited, Message)
        assert edited.document is not None
        await bot.set_my_commands([BotCommand(command="help", description="Help")])
        await ana.act("say", text="hello")
        updates = await bot.get_updates()
        assert updates[-1].message is not None
        assert updates[-1].message.text == "hello"
