"""What a bot sets about itself: commands, names, menu button; and what it may know of a chat."""

from __future__ import annotations

import re
from typing import Any

from emulator.api.method import Call, Method
from emulator.bots import Texts
from emulator.chats import Chat
from emulator.errors import bad
from emulator.parameters import Decoder, chat_id, integer, string, structure, structures

COMMANDS_LIMIT = 100
_COMMAND = re.compile(r"^[a-z0-9_]{1,32}$")
_LANGUAGE = re.compile(r"^([a-z]{2})?$")
PLAIN_SCOPES = ("default", "all_private_chats", "all_group_chats", "all_chat_administrators")
CHAT_SCOPES = ("chat", "chat_administrators", "chat_member")
NAME_LIMITS = {"name": 64, "description": 512, "short_description": 120}


def set_my_commands(call: Call) -> bool:
    """Put the commands of one scope and language."""
    commands = call.args.get("commands")
    if commands is None:
        raise bad("can't parse commands JSON object")
    if len(commands) > COMMANDS_LIMIT:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    made = []
    for item in commands:
        name, description = item.get("command"), item.get("description")
        if item.keys() - {"command", "description", "is_ephemeral"}:
            raise bad("can't parse BotCommand: a field is not known to this server")
        if not isinstance(name, str) or not isinstance(description, str):
            raise bad('can\'t parse BotCommand: Field "command" must be of type String')
        if not _COMMAND.match(name.removeprefix("/")):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(description) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
        made.append({"command": name.removeprefix("/"), "description": description})
    key = (_scope(call), _language(call))
    if made:
        call.bot.commands[key] = made
    else:
        call.bot.commands.pop(key, None)
    _commands_changed(call)
    return True


def get_my_commands(call: Call) -> list[dict[str, Any]]:
    """The commands of exactly this scope and language."""
    return call.bot.commands.get((_scope(call), _language(call)), [])


def delete_my_commands(call: Call) -> bool:
    """Take the commands of one scope and language away; broader scopes show through."""
    call.bot.commands.pop((_scope(call), _language(call)), None)
    _commands_changed(call)
    return True


def set_my_name(call: Call) -> bool:
    """Set the bot's name for a language."""
    return _set_text(call, "name", call.bot.names)


def get_my_name(call: Call) -> dict[str, str]:
    """The bot's name for a language."""
    return {"name": _text(call, call.bot.names) or call.bot.first_name}


def set_my_description(call: Call) -> bool:
    """Set what an empty chat shows."""
    return _set_text(call, "description", call.bot.descriptions)


def get_my_description(call: Call) -> dict[str, str]:
    """What an empty chat shows."""
    return {"description": _text(call, call.bot.descriptions)}


def set_my_short_description(call: Call) -> bool:
    """Set what the profile shows."""
    return _set_text(call, "short_description", call.bot.short_descriptions)


def get_my_short_description(call: Call) -> dict[str, str]:
    """What the profile shows."""
    return {"short_description": _text(call, call.bot.short_descriptions)}


def set_chat_menu_button(call: Call) -> bool:
    """Set the button beside the input field, for one chat or for all."""
    button = call.args.get("menu_button", {"type": "default"})
    kind = button.get("type")
    if kind == "web_app":
        app = button.get("web_app")
        url = app.get("url") if isinstance(app, dict) else None
        if not button.get("text") or not isinstance(url, str) or not url.startswith("https://"):
            raise bad("can't parse menu button: only HTTPS links are allowed")
    elif kind not in ("commands", "default"):
        raise bad("can't parse menu button: unsupported type specified")
    if "chat_id" in call.args:
        chat = call.world.chat(call.bot, call.args["chat_id"])
        chat.menu_button = None if kind == "default" else button
        call.world.happened(call.bot, chat, "menu", None, {"menu_button": button})
    else:
        call.bot.menu_button = {"type": "commands"} if kind == "default" else button
        call.world.events.add(call.world.clock.now(), None, call.bot.id, "menu", None, {"menu_button": button})
    return True


def get_chat_menu_button(call: Call) -> dict[str, Any]:
    """The button beside the input field."""
    if "chat_id" not in call.args:
        return call.bot.menu_button
    return call.world.chat(call.bot, call.args["chat_id"]).menu_button or {"type": "default"}


def get_chat(call: Call) -> dict[str, Any]:
    """What a bot may know of a chat."""
    chat = call.world.chat(call.bot, call.args.get("chat_id"))
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
    full: dict[str, Any] = {
        **chat.info,
        "accent_color_id": chat.id % 7,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, False),
    }
    if "username" in chat.info:
        full["active_usernames"] = [chat.info["username"]]
    pinned = chat.live(chat.pinned[-1]) if chat.pinned else None
    if pinned is not None:
        full["pinned_message"] = {key: value for key, value in pinned.body.items() if key != "reply_to_message"}
    return full


def get_chat_member(call: Call) -> dict[str, Any]:
    """Someone's place in a chat: in a private one, the person and the bot are members."""
    chat = call.world.chat(call.bot, call.args.get("chat_id"))
    number = call.args.get("user_id", 0)
    if number == call.bot.id:
        return {"status": "member", "user": call.bot.user}
    person = call.world.people.get(number)
    if person is None:
        raise bad("PARTICIPANT_ID_INVALID")
    if not _in_chat(chat, number):
        return {"status": "left", "user": person.user}
    return {"status": "member", "user": person.user}


def _in_chat(chat: Chat, number: int) -> bool:
    return number in chat.members if chat.group else number == chat.id


def _scope(call: Call) -> str:
    scope = call.args.get("scope", {"type": "default"})
    kind = scope.get("type")
    if kind in PLAIN_SCOPES:
        return str(kind)
    if kind not in CHAT_SCOPES:
        raise bad("can't parse BotCommandScope: unsupported type specified")
    chat = call.world.chat(call.bot, chat_id("chat_id", scope.get("chat_id", "")))
    if kind == "chat":
        return f"chat:{chat.id}"
    if not chat.group:
        raise bad(f"can't use specified scope in private chats: {kind}")
    return f"{kind}:{chat.id}" if kind == "chat_administrators" else f"{kind}:{chat.id}:{scope.get('user_id')}"


def _language(call: Call) -> str:
    code: str = call.args.get("language_code", "")
    if not _LANGUAGE.match(code):
        raise bad("invalid language code specified")
    return code


def _commands_changed(call: Call) -> None:
    call.world.events.add(call.world.clock.now(), None, call.bot.id, "commands")


def _set_text(call: Call, name: str, texts: Texts) -> bool:
    text = call.args.get(name, "")
    if len(text) > NAME_LIMITS[name]:
        raise bad(f"{name.replace('_', ' ')} is too long")
    language = _language(call)
    if text:
        texts[language] = text
    else:
        texts.pop(language, None)
    return True


def _text(call: Call, texts: Texts) -> str:
    return texts.get(_language(call)) or texts.get("", "")


_COMMANDS: dict[str, Decoder] = {"scope": structure, "language_code": string}

METHODS = (
    Method("setMyCommands", set_my_commands, {**_COMMANDS, "commands": structures}),
    Method("getMyCommands", get_my_commands, _COMMANDS),
    Method("deleteMyCommands", delete_my_commands, _COMMANDS),
    Method("setMyName", set_my_name, {"name": string, "language_code": string}),
    Method("getMyName", get_my_name, {"language_code": string}),
    Method("setMyDescription", set_my_description, {"description": string, "language_code": string}),
    Method("getMyDescription", get_my_description, {"language_code": string}),
    Method("setMyShortDescription", set_my_short_description, {"short_description": string, "language_code": string}),
    Method("getMyShortDescription", get_my_short_description, {"language_code": string}),
    Method("setChatMenuButton", set_chat_menu_button, {"chat_id": integer, "menu_button": structure}),
    Method("getChatMenuButton", get_chat_menu_button, {"chat_id": integer}),
    Method("getChat", get_chat, {"chat_id": chat_id}),
    Method("getChatMember", get_chat_member, {"chat_id": chat_id, "user_id": integer}),
)
