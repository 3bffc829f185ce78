"""The whole state of a server and the few ways to change it. Everything that happens goes through here.

Methods of the Bot API (`api/`) and people (`people.py`) are written on these verbs, so an event, a transcript entry and
an update cannot be forgotten by one of them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from random import Random
from typing import Any

from emulator.bots import Bot
from emulator.calls import CallLog
from emulator.chats import Chat, Person, Stored
from emulator.clock import Clock
from emulator.errors import ControlError, bad, forbidden
from emulator.events import Event, Events
from emulator.faults import Faults
from emulator.files import FileStore
from emulator.limits import Limiter
from emulator.updates import UpdateQueue

TOLD_KEPT = 300_000  # transcript entries over all chats; the oldest are forgotten
MESSAGES_KEPT = 200_000  # over all chats; the oldest are forgotten ("message to edit not found"), for long soaks


class World:
    """Bots, people, chats, files, limits, faults, logs."""

    def __init__(
        self,
        bots: Mapping[str, str],
        *,
        limits: bool = True,
        samples: Path | None = None,
        files: Path | None = None,
        messages_kept: int = MESSAGES_KEPT,
    ) -> None:
        self.clock = Clock()
        self.limiter = Limiter(limits)
        self.faults = Faults()
        self.calls = CallLog()
        self.events = Events()
        self.files = FileStore(files)
        self.samples = samples
        self.random = Random()
        self.people: dict[int, Person] = {}
        self.bots: dict[str, Bot] = {}
        self.run_call: Callable[[Bot, str, dict[str, Any]], Awaitable[Any]] | None = None  # for webhooks; set by server
        self._kept: deque[tuple[Chat, int]] = deque()
        self._messages_kept = messages_kept
        self._told: deque[Chat] = deque()  # whose transcript has the oldest entry, and so on
        for token, username in bots.items():
            number, _, rest = token.partition(":")
            if not number.isdigit() or not rest:
                raise ValueError(f"A bot's token looks like 1000001:LOCAL, not {token!r}.")
            queue = UpdateQueue(self.clock.now, self.faults)
            self.bots[token] = Bot(token, username.removeprefix("@"), queue, self.clock.now())

    # Finding

    def bot_called(self, name: str | None) -> Bot:
        """A bot by id, username or token; the only one when `name` is None."""
        if name is None:
            if len(self.bots) == 1:
                return next(iter(self.bots.values()))
            raise ControlError("This server has several bots: say which with `bot`.")
        for bot in self.bots.values():
            if name in (str(bot.id), bot.username, "@" + bot.username, bot.token):
                return bot
        raise ControlError(f"There is no bot {name} here.", 404)

    def person(self, person_id: int) -> Person:
        """The person, or a 404."""
        person = self.people.get(person_id)
        if person is None:
            raise ControlError(f"There is no person {person_id} here.", 404)
        return person

    def chat_of(self, bot: Bot, person: Person) -> Chat:
        """The person's chat with the bot; made at first sight, not started."""
        chat = bot.chats.get(person.id)
        if chat is None:
            chat = bot.chats[person.id] = Chat(person.chat, person)
        return chat

    def add_group(self, bot: Bot, title: str, members: list[int], group_id: int | None = None) -> Chat:
        """A group that the bot is in, with these people."""
        if group_id is None:
            group_id = -1_000_000_001 - sum(1 for chat in bot.chats.values() if chat.group)
        if group_id >= 0 or group_id in bot.chats:
            raise ControlError("A group's id is a negative number that is not taken.")
        group = Chat({"id": group_id, "type": "supergroup", "title": title}, None)
        group.members = {self.person(number).id for number in members}
        bot.chats[group_id] = group
        return group

    def chat(self, bot: Bot, chat_id: int | str | None) -> Chat:
        """The chat that a bot may write to, or the error that Telegram gives."""
        if chat_id is None:
            raise bad("chat_id is empty")
        chat = bot.chats.get(chat_id) if isinstance(chat_id, int) else None
        if chat is None or not chat.started:
            raise bad("chat not found")
        if chat.blocked:
            raise forbidden("bot was blocked by the user")
        if chat.person is not None and chat.person.deactivated:
            raise forbidden("user is deactivated")
        return chat

    # Happening

    def happened(
        self, bot: Bot, chat: Chat, kind: str, stored: Stored | None = None, extra: dict[str, Any] | None = None
    ) -> Event:
        """Note an event in the stream and in the chat's transcript."""
        event = self.events.add(self.clock.now(), chat.id, bot.id, kind, stored, extra)
        if stored is not None:
            stored.changed = event.n
        chat.history.append(event)
        self._told.append(chat)
        if len(self._told) > TOLD_KEPT:
            self._told.popleft().history.popleft()
        return event

    def keep(
        self, bot: Bot, chat: Chat, body: dict[str, Any], *, from_bot: bool, keyboard: dict[str, Any] | None = None
    ) -> Stored:
        """Store a new message (its `message_id` is set already) and tell everybody who watches."""
        stored = Stored(body, from_bot, self.clock.now())
        stored.keyboard = keyboard
        number = body["message_id"]
        chat.messages[number] = stored
        self._kept.append((chat, number))
        if len(self._kept) > self._messages_kept:
            old, old_number = self._kept.popleft()
            old.messages.pop(old_number, None)
        if from_bot:
            chat.action = None
        self.happened(bot, chat, "message", stored)
        return stored

    def replace(self, bot: Bot, chat: Chat, stored: Stored, body: dict[str, Any]) -> None:
        """Put an edited body in place of a message's old one."""
        old = stored.body
        stored.body = body
        if "edit_date" in body:
            stored.edited = True
        self.happened(bot, chat, "edited", stored, {"old": old})

    def delete(self, bot: Bot, chat: Chat, stored: Stored) -> None:
        """Mark a message as deleted; its body stays for the transcript."""
        stored.deleted = True
        number = stored.body["message_id"]
        if number in chat.pinned:
            chat.pinned.remove(number)
        self.happened(bot, chat, "deleted", stored)
