"""Edits and deletions of messages."""

from __future__ import annotations

from typing import Any

from emulator import keyboards
from emulator.api import compose
from emulator.api.media import edited_media
from emulator.api.method import EDITING, Call, Method
from emulator.chats import Chat, Stored
from emulator.errors import bad
from emulator.parameters import boolean, chat_id, integer, integers, string, structure, structures, unsupported

DELETABLE_SECONDS = 48 * 3600
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current content "
    "and reply markup of the message"
)
TEXT_KEYS = ("text", "entities", "link_preview_options")
CAPTION_KEYS = ("caption", "caption_entities", "show_caption_above_media")
MEDIA_KEYS = ("photo", "document", "has_media_spoiler", *CAPTION_KEYS, *TEXT_KEYS)


def edit_message_text(call: Call) -> dict[str, Any]:
    """Put a new text; the keyboard goes unless it is given again."""
    chat, stored = _target(call)
    fields = compose.text_fields(call, call.args)
    if "text" not in stored.body:
        raise bad("there is no text in the message to edit")
    return _change(call, chat, stored, fields, TEXT_KEYS)


def edit_message_caption(call: Call) -> dict[str, Any]:
    """Put a new caption, or none."""
    chat, stored = _target(call)
    fields = compose.caption_fields(call, call.args)
    if not any(kind in stored.body for kind in ("photo", "document", "voice")):
        raise bad("there is no caption in the message to edit")
    return _change(call, chat, stored, fields, CAPTION_KEYS)


async def edit_message_media(call: Call) -> dict[str, Any]:
    """Put another photo or document, also in place of a text."""
    chat, stored = _target(call)
    fields = await edited_media(call)
    chat, stored = _target(call)  # it may have been deleted while the picture was read
    if "media_group_id" in stored.body and next(iter(fields)) not in stored.body:
        raise bad("message type can't be changed in an album")
    return _change(call, chat, stored, fields, MEDIA_KEYS)


def edit_message_reply_markup(call: Call) -> dict[str, Any]:
    """Put another inline keyboard, or none."""
    chat, stored = _target(call)
    return _change(call, chat, stored, {}, ())


def delete_message(call: Call) -> bool:
    """Delete one message of the last 48 hours."""
    chat = call.world.chat(call.bot, call.args.get("chat_id"))
    stored = chat.live(_number(call))
    if stored is None:
        raise bad("message to delete not found")
    if call.world.clock.now() - stored.sent_at > DELETABLE_SECONDS:
        raise bad("message can't be deleted")
    call.world.delete(call.bot, chat, stored)
    return True


def delete_messages(call: Call) -> bool:
    """Delete up to a hundred messages; those that are not found are skipped."""
    chat = call.world.chat(call.bot, call.args.get("chat_id"))
    numbers = call.args.get("message_ids", [])
    if not numbers:
        raise bad("message identifiers are not specified")
    if len(numbers) > 100:
        raise bad("too many message identifiers specified")
    now = call.world.clock.now()
    found = [stored for number in dict.fromkeys(numbers) if (stored := chat.live(number)) is not None]
    if any(now - stored.sent_at > DELETABLE_SECONDS for stored in found):
        raise bad("message can't be deleted")
    for stored in found:
        call.world.delete(call.bot, chat, stored)
    return True


def _number(call: Call) -> int:
    number: int = call.args.get("message_id", 0)
    if number <= 0:
        raise bad("message identifier is not specified")
    return number


def _target(call: Call) -> tuple[Chat, Stored]:
    """The bot's own message that the call wants to change."""
    chat = call.world.chat(call.bot, call.args.get("chat_id"))
    stored = chat.live(_number(call))
    if stored is None:
        raise bad("message to edit not found")
    if not stored.editable:
        raise bad("message can't be edited")
    return chat, stored


def _change(
    call: Call, chat: Chat, stored: Stored, fields: dict[str, Any], replaced: tuple[str, ...]
) -> dict[str, Any]:
    """Take the replaced fields away, put the new ones and the keyboard; refuse when nothing changes."""
    markup = keyboards.inline(call.args.get("reply_markup"))
    old = stored.body
    if markup == old.get("reply_markup") and all(fields.get(key) == old.get(key) for key in replaced):
        raise bad(NOT_MODIFIED)
    now = call.world.clock.now()
    call.world.limiter.count_edit(call.bot.id, chat.id, now)
    body = {key: value for key, value in old.items() if key not in replaced and key != "reply_markup"}
    body.update(fields)
    body["edit_date"] = int(now)
    if markup is not None:
        body["reply_markup"] = markup
    call.world.replace(call.bot, chat, stored, body)
    return body


_EDIT = {**EDITING, "chat_id": chat_id, "message_id": integer, "reply_markup": structure}

METHODS = (
    Method(
        "editMessageText",
        edit_message_text,
        {
            **_EDIT, "text": string, "parse_mode": string, "entities": structures, "link_preview_options": structure,
            "rich_message": unsupported,
        },
    ),
    Method(
        "editMessageCaption",
        edit_message_caption,
        {
            **_EDIT, "caption": string, "parse_mode": string, "caption_entities": structures,
            "show_caption_above_media": boolean,
        },
    ),
    Method("editMessageMedia", edit_message_media, {**_EDIT, "media": structure}),
    Method("editMessageReplyMarkup", edit_message_reply_markup, _EDIT),
    Method("deleteMessage", delete_message, {"chat_id": chat_id, "message_id": integer}),
    Method("deleteMessages", delete_messages, {"chat_id": chat_id, "message_ids": integers}),
)  # fmt: skip
