"""From a call's parameters to a message that is stored: what all sending methods share."""

from __future__ import annotations

from typing import Any

from emulator import keyboards
from emulator.api.method import Call
from emulator.chats import Chat, Stored
from emulator.entities import CAPTION_LIMIT, SPLITTABLE, TEXT_LIMIT, Entity, formatted
from emulator.errors import bad
from emulator.parameters import Decoder, boolean, chat_id, decode_all, integer, string, structures, unsupported
from emulator.utf16 import units

PREVIEW_FIELDS: dict[str, Decoder] = {
    "is_disabled": boolean, "url": string, "prefer_small_media": boolean, "prefer_large_media": boolean,
    "show_above_text": boolean,
}  # fmt: skip
REPLY_FIELDS: dict[str, Decoder] = {
    "message_id": integer, "chat_id": chat_id, "ephemeral_message_id": unsupported,
    "allow_sending_without_reply": boolean, "quote": string, "quote_parse_mode": string, "quote_entities": structures,
    "quote_position": integer, "checklist_task_id": unsupported, "poll_option_id": unsupported,
}  # fmt: skip


def text_fields(call: Call, args: dict[str, Any]) -> dict[str, Any]:
    """`text`, `entities` and `link_preview_options` of a Message; raises the 400 for empty and long texts."""
    raw = args.get("text")
    if not raw:
        raise bad("message text is empty")
    text, entities = formatted(raw, args.get("parse_mode"), args.get("entities"), _finder(call))
    if not text:
        raise bad("message text is empty")
    if len(text) > TEXT_LIMIT:
        raise bad("message is too long")
    fields: dict[str, Any] = {"text": text}
    if entities:
        fields["entities"] = entities
    preview = args.get("link_preview_options")
    if preview:
        fields["link_preview_options"] = decode_all(PREVIEW_FIELDS, preview, {})
    return fields


def caption_fields(call: Call, args: dict[str, Any]) -> dict[str, Any]:
    """`caption` and what belongs to it; empty when there is none."""
    raw = args.get("caption")
    fields: dict[str, Any] = {}
    if raw:
        text, entities = formatted(raw, args.get("parse_mode"), args.get("caption_entities"), _finder(call))
        if len(text) > CAPTION_LIMIT:
            raise bad("message caption is too long")
        if text:
            fields["caption"] = text
        if entities:
            fields["caption_entities"] = entities
    if args.get("show_caption_above_media"):
        fields["show_caption_above_media"] = True
    return fields


def opening(call: Call, chat: Chat, args: dict[str, Any]) -> dict[str, Any]:
    """A Message's first fields without its id: sender, chat, date, what it replies to."""
    body: dict[str, Any] = {
        "message_id": 0,
        "from": call.bot.user,
        "chat": chat.info,
        "date": int(call.world.clock.now()),
    }
    if "reply_parameters" in args:
        body.update(_reply(call, chat, args["reply_parameters"]))
    if args.get("protect_content"):
        body["has_protected_content"] = True
    if args.get("message_effect_id"):
        body["effect_id"] = args["message_effect_id"]
    return body


def send(call: Call, chat: Chat, body: dict[str, Any], markup: dict[str, Any] | None) -> Stored:
    """Check the markup and the limits, number the message, store it."""
    shown, other = keyboards.checked(markup)
    call.world.limiter.count_send(call.bot.id, chat.id, call.world.clock.now())
    if shown is not None:
        body["reply_markup"] = shown
    return put(call, chat, body, other)


def put(call: Call, chat: Chat, body: dict[str, Any], other: dict[str, Any] | None) -> Stored:
    """Number a checked message and store it."""
    body["message_id"] = call.bot.message_id()
    stored = call.world.keep(call.bot, chat, body, from_bot=True, keyboard=other)
    stored.silent = bool(call.args.get("disable_notification"))
    if other is not None:
        # Telegram lets bots edit messages without a markup or with an inline keyboard, no others.
        stored.editable = False
        if "keyboard" in other:
            chat.keyboard = other
        elif "remove_keyboard" in other:
            chat.keyboard = None
    return stored


def without_reply(body: dict[str, Any]) -> dict[str, Any]:
    """A message as `reply_to_message` shows it: one level deep."""
    if "reply_to_message" not in body:
        return body
    return {key: value for key, value in body.items() if key != "reply_to_message"}


def _finder(call: Call) -> Any:
    people = call.world.people

    def find(number: int) -> dict[str, Any] | None:
        person = people.get(number)
        return person.user if person is not None else None

    return find


def _reply(call: Call, chat: Chat, wanted: dict[str, Any]) -> dict[str, Any]:
    wanted = decode_all(REPLY_FIELDS, wanted, {})
    number = wanted.get("message_id", 0)
    other = wanted.get("chat_id") or chat.id
    if number <= 0:
        raise bad("can't parse reply parameters: message identifier is not specified")
    if other != chat.id:
        raise bad("replies to messages of other chats are not supported by this server")
    found = chat.live(number)
    if found is None:
        if wanted.get("allow_sending_without_reply"):
            return {}
        raise bad("message to be replied not found")
    fields: dict[str, Any] = {"reply_to_message": without_reply(found.body)}
    if wanted.get("quote"):
        fields["quote"] = _quote(call, found, wanted)
    return fields


def _quote(call: Call, found: Stored, wanted: dict[str, Any]) -> dict[str, Any]:
    text, entities = formatted(
        wanted["quote"], wanted.get("quote_parse_mode"), wanted.get("quote_entities"), _finder(call)
    )
    whole: str = found.body.get("text") or found.body.get("caption") or ""
    position = whole.find(text)
    if position < 0 or not text:
        raise bad("QUOTE_TEXT_INVALID")
    quote: dict[str, Any] = {"text": text, "position": units(whole[:position]), "is_manual": True}
    kept: list[Entity] = [entity for entity in entities if entity["type"] in SPLITTABLE]
    if kept:
        quote["entities"] = kept
    return quote
