"""Copies and forwards of messages."""

from __future__ import annotations

import itertools
from typing import Any

from emulator import keyboards
from emulator.api import compose
from emulator.api.method import SENDING, SUGGESTED, Call, Method
from emulator.chats import Chat, Stored
from emulator.errors import bad
from emulator.parameters import boolean, chat_id, integer, integers, string, structure, structures, unsupported

CONTENT = (
    "text", "entities", "link_preview_options", "photo", "document", "voice", "sticker", "caption", "caption_entities",
    "show_caption_above_media", "has_media_spoiler",
)  # fmt: skip
CAPTION = ("caption", "caption_entities", "show_caption_above_media")
BATCH_LIMIT = 100


def forward_message(call: Call) -> dict[str, Any]:
    """Send a message on, with where it came from."""
    chat = call.world.chat(call.bot, call.args.get("chat_id"))
    stored = _source(call, call.args.get("message_id", 0), "forward")
    call.world.limiter.count_send(call.bot.id, chat.id, call.world.clock.now())
    return _forward(call, chat, stored)


def forward_messages(call: Call) -> list[dict[str, Any]]:
    """Send several on; those that are not found are skipped."""
    return [{"message_id": _forward(call, chat, s)["message_id"]} for chat, s in _batch(call, "forward")]


def copy_message(call: Call) -> dict[str, Any]:
    """Send a message's content anew, perhaps with another caption."""
    args = call.args
    chat = call.world.chat(call.bot, args.get("chat_id"))
    stored = _source(call, args.get("message_id", 0), "copy")
    content = {key: stored.body[key] for key in CONTENT if key in stored.body}
    if "caption" in args and "text" not in content:
        content = {key: value for key, value in content.items() if key not in CAPTION}
        content.update(compose.caption_fields(call, args))
    body = {**compose.opening(call, chat, args), **content}
    return {"message_id": compose.send(call, chat, body, args.get("reply_markup")).body["message_id"]}


def copy_messages(call: Call) -> list[dict[str, Any]]:
    """Copy several; those that are not found are skipped."""
    made = []
    for chat, stored in _batch(call, "copy"):
        without = CAPTION if call.args.get("remove_caption") else ()
        content = {key: stored.body[key] for key in CONTENT if key in stored.body and key not in without}
        body = {**compose.opening(call, chat, call.args), **content}
        made.append({"message_id": compose.put(call, chat, body, None).body["message_id"]})
    return made


def _source(call: Call, number: int, what: str) -> Stored:
    origin = call.bot.chats.get(call.args["from_chat_id"]) if call.args.get("from_chat_id") is not None else None
    if origin is None or not origin.started:
        raise bad("chat not found")
    stored = origin.live(number)
    if stored is None:
        raise bad(f"message to {what} not found")
    if stored.body.get("has_protected_content"):
        raise bad(f"message can't be {'forwarded' if what == 'forward' else 'copied'}")
    if not any(key in stored.body for key in CONTENT):
        raise bad(f"message can't be {'forwarded' if what == 'forward' else 'copied'}")
    return stored


def _batch(call: Call, what: str) -> list[tuple[Chat, Stored]]:
    chat = call.world.chat(call.bot, call.args.get("chat_id"))
    numbers = call.args.get("message_ids", [])
    if not numbers or len(numbers) > BATCH_LIMIT:
        raise bad("message identifiers are not specified" if not numbers else "too many message identifiers specified")
    if any(later <= earlier for earlier, later in itertools.pairwise(numbers)):
        raise bad("message identifiers must be in a strictly increasing order")
    origin = call.bot.chats.get(call.args["from_chat_id"]) if call.args.get("from_chat_id") is not None else None
    if origin is None or not origin.started:
        raise bad("chat not found")
    found = [stored for number in numbers if (stored := origin.live(number)) is not None]
    found = [s for s in found if not s.body.get("has_protected_content") and any(key in s.body for key in CONTENT)]
    if not found:
        raise bad(f"there are no messages to {what}")
    call.world.limiter.count_send(call.bot.id, chat.id, call.world.clock.now())
    return [(chat, stored) for stored in found]


def _forward(call: Call, chat: Chat, stored: Stored) -> dict[str, Any]:
    content = {key: stored.body[key] for key in CONTENT if key in stored.body}
    body = compose.opening(call, chat, call.args)
    body["forward_origin"] = stored.body.get(
        "forward_origin", {"type": "user", "date": stored.body["date"], "sender_user": stored.body["from"]}
    )
    body.update(content)
    if "reply_markup" in stored.body:
        # Only buttons that work anywhere go along.
        rows = stored.body["reply_markup"]["inline_keyboard"]
        kept = [[b for b in row if "url" in b] for row in rows]
        shown = keyboards.inline({"inline_keyboard": kept})
        if shown is not None:
            body["reply_markup"] = shown
    forwarded = compose.put(call, chat, body, None)
    forwarded.editable = False
    return forwarded.body


_FROM = {
    "chat_id": chat_id, "from_chat_id": chat_id, "message_thread_id": unsupported,
    "direct_messages_topic_id": unsupported, "disable_notification": boolean, "protect_content": boolean,
}  # fmt: skip
_COPY = {key: value for key, value in SENDING.items() if key != "business_connection_id"}

METHODS = (
    Method(
        "forwardMessage",
        forward_message,
        {
            **_FROM, **SUGGESTED, "video_start_timestamp": integer, "message_effect_id": string, "message_id": integer,
        },
    ),
    Method("forwardMessages", forward_messages, {**_FROM, "message_ids": integers}),
    Method(
        "copyMessage",
        copy_message,
        {
            **_COPY, **SUGGESTED, "from_chat_id": chat_id, "message_id": integer, "video_start_timestamp": integer,
            "caption": string, "parse_mode": string, "caption_entities": structures,
            "show_caption_above_media": boolean, "reply_markup": structure,
        },
    ),
    Method("copyMessages", copy_messages, {**_FROM, "message_ids": integers, "remove_caption": boolean}),
)  # fmt: skip
