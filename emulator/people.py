"""What people do: say, tap, send, edit, block. Each act changes the state and makes the update that the bot gets."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from emulator.bots import Bot, Tap
from emulator.chats import Chat, Person, Stored
from emulator.entities import TEXT_LIMIT, automatic
from emulator.errors import ControlError
from emulator.world import World

FIRST_ID = 700_000_001
TAPS_KEPT = 200_000
PAYLOAD = re.compile(r"^[A-Za-z0-9_-]{1,64}$")


class People:
    """The acts of all people of a world. Errors are ControlErrors with one sentence."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._next_id = FIRST_ID
        self._next_tap = int(world.clock.now() * 1_000_000) << 8

    def add(
        self,
        first_name: str,
        last_name: str | None = None,
        username: str | None = None,
        language_code: str | None = None,
        id: int | None = None,
    ) -> Person:
        """A new person; who is there already under this id is left as they are."""
        if id is not None and id in self.world.people:
            return self.world.people[id]
        if not first_name:
            raise ControlError("A person has a first_name.")
        if id is None:
            while self._next_id in self.world.people:
                self._next_id += 1
            id = self._next_id
            self._next_id += 1
        if not 0 < id < 2**52:
            raise ControlError("A person's id is a positive number.")
        person = Person(id, first_name, last_name, username, language_code)
        self.world.people[id] = person
        self.world.events.add(self.world.clock.now(), id, 0, "person", None, {"first_name": first_name})
        return person

    def begin(self, bot: Bot, person: Person) -> None:
        """Let the chat exist without a word, as if /start had been pressed on an earlier server."""
        self.world.chat_of(bot, person).started = True

    def view(self, person: Person, bot: Bot | None) -> dict[str, Any]:
        """The person as the control side shows them."""
        chat = bot.chats.get(person.id) if bot is not None else None
        view = {key: value for key, value in person.user.items() if key != "is_bot"}
        return {
            **view,
            "blocked": chat is not None and chat.blocked,
            "started": chat is not None and chat.started,
            "deactivated": person.deactivated,
        }

    # Writing

    def say(
        self, bot: Bot, person: Person, text: str, reply_to: int | None = None, group: int | None = None
    ) -> dict[str, Any]:
        """Send a text, to the bot or in a group; commands in it become entities."""
        text = text.strip()  # as phones do
        if not text:
            raise ControlError("There is nothing to say.")
        if len(text) > TEXT_LIMIT:
            raise ControlError("A message has at most 4096 characters.")
        chat = self.open_chat(bot, person, group)
        fields: dict[str, Any] = {"text": text}
        entities = automatic(text)
        if entities:
            fields["entities"] = entities
        return self.post(bot, chat, person, fields, reply_to)

    def start(self, bot: Bot, person: Person, payload: str | None = None) -> dict[str, Any]:
        """Press Start, or a deep link with a payload: the bot is unblocked first."""
        if payload and not PAYLOAD.match(payload):
            raise ControlError("A start parameter has 1 to 64 characters of A-Z a-z 0-9 _ and -.")
        chat = self.world.chat_of(bot, person)
        if chat.blocked:
            self.unblock(bot, person)
        return self.say(bot, person, f"/start {payload}" if payload else "/start")

    def edit(self, bot: Bot, person: Person, message_id: int, text: str) -> dict[str, Any]:
        """Change one's own text or caption."""
        chat = self.open_chat(bot, person)
        stored = self._message(chat, message_id)
        if stored.from_bot:
            raise ControlError("People edit their own messages only.")
        name, marks = ("text", "entities") if "text" in stored.body else ("caption", "caption_entities")
        body = {key: value for key, value in stored.body.items() if key not in (name, marks)}
        body[name] = text
        body["edit_date"] = int(self.world.clock.now())
        entities = automatic(text)
        if entities:
            body[marks] = entities
        self.world.replace(bot, chat, stored, body)
        return {"update_id": bot.queue.put("edited_message", body, chat.id)}

    def post(
        self, bot: Bot, chat: Chat, person: Person, fields: dict[str, Any], reply_to: int | None = None
    ) -> dict[str, Any]:
        """Store a person's message and queue it for the bot."""
        body: dict[str, Any] = {
            "message_id": 0,
            "from": person.user,
            "chat": chat.info,
            "date": int(self.world.clock.now()),
        }
        if reply_to is not None:
            replied = self._message(chat, reply_to).body
            body["reply_to_message"] = {key: value for key, value in replied.items() if key != "reply_to_message"}
        body.update(fields)
        body["message_id"] = bot.message_id()
        if chat.keyboard is not None and chat.keyboard.get("one_time_keyboard"):
            chat.keyboard = None
        self.world.keep(bot, chat, body, from_bot=False)
        heard = not chat.group or _meant_for_bot(bot, body)
        return {
            "message_id": body["message_id"],
            "update_id": bot.queue.put("message", body, chat.id) if heard else None,
        }

    # Tapping

    def tap(
        self,
        bot: Bot,
        person: Person,
        message_id: int,
        *,
        data: str | None = None,
        text: str | None = None,
        place: tuple[int, int] | None = None,
        raw: bool = False,
        group: int | None = None,
    ) -> Tap:
        """Tap a button of a message, found by its data, text or (row, column) from 0. `raw` sends any data."""
        chat = self.open_chat(bot, person, group)
        stored = chat.messages.get(message_id)
        if stored is None or (stored.deleted and not raw):
            raise ControlError(f"There is no message {message_id} in this chat.", 404)
        if raw:
            if data is None:
                raise ControlError("A raw tap needs data.")
        else:
            data = _button_data(stored, data, text, place)
        now = self.world.clock.now()
        self._next_tap += 1
        tap = Tap(str(self._next_tap), chat, person.id, now, message_id)
        if len(bot.taps) >= TAPS_KEPT:
            del bot.taps[next(iter(bot.taps))]  # the oldest: long past answering
        bot.taps[tap.id] = tap
        body = {
            "id": tap.id,
            "from": person.user,
            "message": stored.body,
            "chat_instance": str(chat.id * 7919 + bot.id),
            "data": data,
        }
        told = {"message_id": message_id, "callback_query_id": tap.id, "data": data, "by": person.id}
        self.world.happened(bot, chat, "tap", None, told)
        tap.update_id = bot.queue.put("callback_query", body, person.id)
        return tap

    async def answer(self, tap: Tap, seconds: float) -> dict[str, Any] | None:
        """What the bot answered to a tap, waiting up to `seconds` of real time."""
        if tap.answer is None and seconds > 0:
            if tap.answered is None:
                tap.answered = asyncio.get_running_loop().create_future()
            await asyncio.wait((tap.answered,), timeout=seconds)
        return tap.answer

    # Blocking

    def block(self, bot: Bot, person: Person) -> None:
        """Stop the bot; it gets my_chat_member, and 403 from now on."""
        self._membership(bot, person, blocked=True)

    def unblock(self, bot: Bot, person: Person) -> None:
        """Let the bot write again."""
        self._membership(bot, person, blocked=False)

    def deactivate(self, person: Person) -> None:
        """Delete the account: bots get 403 when they write, and no update tells them so."""
        person.deactivated = True
        self.world.events.add(self.world.clock.now(), person.id, 0, "person", None, {"deactivated": True})

    def open_chat(self, bot: Bot, person: Person, group: int | None = None) -> Chat:
        """The chat in which this person may act now: theirs with the bot, or a group that they are in."""
        if person.deactivated:
            raise ControlError(f"{person.first_name}'s account is deactivated.", 409)
        if group is not None and group != person.id:
            found = bot.chats.get(group)
            if found is None or person.id not in found.members:
                raise ControlError(f"{person.first_name} is in no group {group}.", 404)
            return found
        chat = self.world.chat_of(bot, person)
        if chat.blocked:
            raise ControlError(f"{person.first_name} has blocked the bot: start or unblock it first.", 409)
        chat.started = True
        return chat

    def _membership(self, bot: Bot, person: Person, blocked: bool) -> None:
        chat = self.world.chat_of(bot, person)
        if chat.blocked == blocked:
            return
        chat.blocked = blocked
        out = {"status": "kicked", "user": bot.user, "until_date": 0}
        member = {"status": "member", "user": bot.user}
        body = {
            "chat": chat.info,
            "from": person.user,
            "date": int(self.world.clock.now()),
            "old_chat_member": member if blocked else out,
            "new_chat_member": out if blocked else member,
        }
        self.world.happened(bot, chat, "person", None, {"blocked": blocked})
        bot.queue.put("my_chat_member", body, chat.id)

    def _message(self, chat: Chat, message_id: int) -> Stored:
        stored = chat.live(message_id)
        if stored is None:
            raise ControlError(f"There is no message {message_id} in this chat.", 404)
        return stored


def _meant_for_bot(bot: Bot, body: dict[str, Any]) -> bool:
    """Bots with privacy mode hear commands, mentions and replies to themselves in groups, nothing else."""
    text: str = body.get("text") or body.get("caption") or ""
    replied = body.get("reply_to_message", {}).get("from", {}).get("id")
    return text.startswith("/") or f"@{bot.username}" in text or replied == bot.id


def _button_data(stored: Stored, data: str | None, text: str | None, place: tuple[int, int] | None) -> str:
    rows = stored.body.get("reply_markup", {}).get("inline_keyboard", [])
    if place is not None:
        row, column = place
        found = [rows[row][column]] if 0 <= row < len(rows) and 0 <= column < len(rows[row]) else []
    elif data is not None:
        found = [button for row in rows for button in row if button.get("callback_data") == data]
    elif text is not None:
        found = [button for row in rows for button in row if button["text"] == text]
    else:
        raise ControlError("Say which button: data, text, or row and column.")
    if not found:
        names = ", ".join(button["text"] for row in rows for button in row) or "none"
        raise ControlError(f"The message has no such button; it has: {names}.", 404)
    if "callback_data" not in found[0]:
        raise ControlError(f"The button {found[0]['text']} sends nothing to the bot.", 409)
    wanted: str = found[0]["callback_data"]
    return wanted
