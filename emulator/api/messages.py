"""Text messages, chat actions, reactions and pins."""

from __future__ import annotations

from typing import Any

from emulator.api import compose
from emulator.api.method import EPHEMERAL, SENDING, SUGGESTED, Call, Method
from emulator.chats import ACTION_SECONDS
from emulator.errors import bad
from emulator.parameters import boolean, chat_id, integer, string, structure, structures, unsupported

ACTIONS = {
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
    "choose_sticker", "find_location", "record_video_note", "upload_video_note",
}  # fmt: skip
REACTIONS_LIMIT = 1  # a bot sets one on a message


def send_message(call: Call) -> dict[str, Any]:
    """Store a text message and return it."""
    args = call.args
    chat = call.world.chat(call.bot, args.get("chat_id"))
    fields = compose.text_fields(call, args)
    body = compose.opening(call, chat, args)
    body.update(fields)
    return compose.send(call, chat, body, args.get("reply_markup")).body


def send_chat_action(call: Call) -> bool:
    """Show an action in the chat for five seconds."""
    chat = call.world.chat(call.bot, call.args.get("chat_id"))
    action = call.args.get("action", "")
    if action not in ACTIONS:
        raise bad("wrong parameter action in request")
    chat.action = (action, call.world.clock.now() + ACTION_SECONDS)
    call.world.happened(call.bot, chat, "action", None, {"action": action})
    return True


def set_message_reaction(call: Call) -> bool:
    """Set the bot's reaction on a message; none takes it away."""
    chat = call.world.chat(call.bot, call.args.get("chat_id"))
    stored = chat.live(call.args.get("message_id", 0))
    if stored is None:
        raise bad("message to react not found")
    reactions = []
    for item in call.args.get("reaction", []):
        if item.get("type") != "emoji" or not isinstance(item.get("emoji"), str) or not item["emoji"]:
            raise bad("REACTION_INVALID")
        reactions.append(item["emoji"])
    if len(reactions) > REACTIONS_LIMIT:
        raise bad("REACTIONS_TOO_MANY")
    stored.reactions = reactions
    call.world.happened(call.bot, chat, "reaction", stored, {"reactions": reactions})
    return True


def pin_chat_message(call: Call) -> bool:
    """Pin a message."""
    chat = call.world.chat(call.bot, call.args.get("chat_id"))
    number = call.args.get("message_id", 0)
    if chat.live(number) is None:
        raise bad("message to pin not found")
    if number in chat.pinned:
        chat.pinned.remove(number)
    chat.pinned.append(number)
    call.world.happened(call.bot, chat, "pinned", None, {"pinned": number})
    return True


def unpin_chat_message(call: Call) -> bool:
    """Unpin one message, or the last pinned one."""
    chat = call.world.chat(call.bot, call.args.get("chat_id"))
    number = call.args.get("message_id") or (chat.pinned[-1] if chat.pinned else 0)
    if number not in chat.pinned:
        raise bad("message to unpin not found")
    chat.pinned.remove(number)
    call.world.happened(call.bot, chat, "pinned", None, {"pinned": None})
    return True


def unpin_all_chat_messages(call: Call) -> bool:
    """Unpin everything."""
    chat = call.world.chat(call.bot, call.args.get("chat_id"))
    chat.pinned.clear()
    call.world.happened(call.bot, chat, "pinned", None, {"pinned": None})
    return True


_PIN = {"business_connection_id": unsupported, "chat_id": chat_id, "message_id": integer}

METHODS = (
    Method(
        "sendMessage",
        send_message,
        {
            **SENDING, **EPHEMERAL, **SUGGESTED, "text": string, "parse_mode": string, "entities": structures,
            "link_preview_options": structure, "reply_markup": structure,
        },
    ),
    Method(
        "sendChatAction",
        send_chat_action,
        {
            "business_connection_id": unsupported, "chat_id": chat_id, "message_thread_id": unsupported,
            "action": string,
        },
    ),
    Method(
        "setMessageReaction",
        set_message_reaction,
        {"chat_id": chat_id, "message_id": integer, "reaction": structures, "is_big": boolean},
    ),
    Method("pinChatMessage", pin_chat_message, {**_PIN, "disable_notification": boolean}),
    Method("unpinChatMessage", unpin_chat_message, _PIN),
    Method("unpinAllChatMessages", unpin_all_chat_messages, {"chat_id": chat_id}),
)  # fmt: skip
