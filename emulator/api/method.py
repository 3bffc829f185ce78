"""What a method of the Bot API is to this server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from emulator.bots import Bot
from emulator.parameters import Decoder, Upload, boolean, chat_id, string, structure, unsupported
from emulator.world import World


@dataclass(slots=True)
class Call:
    """One call: who calls, with what."""

    world: World
    bot: Bot
    args: dict[str, Any]
    uploads: Mapping[str, Upload]


Run = Callable[[Call], Any | Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Method:
    """A method by its real name, what runs it, and the parameters that it knows."""

    name: str
    run: Run
    parameters: Mapping[str, Decoder]


class Raw(bytes):
    """A result that is JSON already."""


# What all methods that send a message take
SENDING: dict[str, Decoder] = {
    "business_connection_id": unsupported,
    "chat_id": chat_id,
    "message_thread_id": unsupported,
    "direct_messages_topic_id": unsupported,
    "disable_notification": boolean,
    "protect_content": boolean,
    "allow_paid_broadcast": boolean,
    "message_effect_id": string,
    "reply_parameters": structure,
}
EPHEMERAL: dict[str, Decoder] = {"ephemeral_message_parameters": unsupported}
SUGGESTED: dict[str, Decoder] = {"suggested_post_parameters": unsupported}
EDITING: dict[str, Decoder] = {"business_connection_id": unsupported, "inline_message_id": unsupported}
