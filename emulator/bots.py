"""A bot: its account, its chats, its queue, and everything it set about itself."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import Any

from emulator.chats import Chat
from emulator.updates import EPOCH, UpdateQueue

Texts = dict[str, str]  # by language code; "" is the default


@dataclass(slots=True)
class Tap:
    """A callback query until it is answered."""

    id: str
    chat: Chat
    person: int
    at: float
    message_id: int
    update_id: int | None = None
    answer: dict[str, Any] | None = None
    answered: asyncio.Future[dict[str, Any]] | None = None


@dataclass(slots=True)
class Webhook:
    """Where a bot's updates are sent, and what came of it."""

    url: str
    secret: str | None
    max_connections: int
    allowed: list[str] | None
    task: asyncio.Task[None] | None = None
    last_error_date: int | None = None
    last_error_message: str | None = None


def name_of(username: str) -> str:
    """The name people see, which a real bot is given apart from its username: tallyhand_bot is called Tallyhand."""
    stem = re.sub(r"_?bot$", "", username, flags=re.IGNORECASE) or username
    return stem[0].upper() + stem[1:].replace("_", " ")


class Bot:
    """One bot of the server."""

    def __init__(self, token: str, username: str, queue: UpdateQueue, started_at: float) -> None:
        self.token = token
        self.id = int(token.split(":", 1)[0])
        self.username = username
        self.queue = queue
        # From the clock, one a second, for the same reason as update ids: a message id that an older server gave
        # must be "not found" here, not somebody else's message.
        self.next_message_id = int(started_at - EPOCH)
        self.first_name = name_of(username)
        self.chats: dict[int, Chat] = {}
        self.taps: dict[str, Tap] = {}
        self.webhook: Webhook | None = None
        self.commands: dict[tuple[str, str], list[dict[str, Any]]] = {}
        self.names: Texts = {}
        self.descriptions: Texts = {}
        self.short_descriptions: Texts = {}
        self.menu_button: dict[str, Any] = {"type": "commands"}
        self.closed_until = 0.0
        self.user = {"id": self.id, "is_bot": True, "first_name": self.first_name, "username": username}

    def message_id(self) -> int:
        """The next message id; one row of numbers over all the bot's chats, as in a real account."""
        number = self.next_message_id
        self.next_message_id = number + 1
        return number

    def commands_for(self, chat: Chat, language: str | None) -> list[dict[str, Any]]:
        """The commands that this chat's phone shows, by Telegram's order of scopes, the person's language first."""
        scopes = (f"chat:{chat.id}", "all_group_chats" if chat.group else "all_private_chats", "default")
        for scope in scopes:
            for code in (two_letters(language), ""):
                commands = self.commands.get((scope, code))
                if commands:
                    return commands
        return []


def two_letters(language: str | None) -> str:
    """`pt-br` → `pt`: commands and texts are kept by two-letter code."""
    return (language or "").split("-")[0].lower()
