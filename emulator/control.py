"""The control side over HTTP: what people do and tests ask. The contract is in README.md beside this file."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from emulator.asked import Asked, json_body
from emulator.attachments import Attachments, media_type
from emulator.bots import Bot
from emulator.chats import Chat, Person
from emulator.codec import encode
from emulator.errors import ControlError
from emulator.people import People
from emulator.world import World

JSON = {"Content-Type": "application/json"}
HEARTBEAT = 15.0  # seconds between comments in the event stream, so that a gone reader is noticed
LONGEST_WAIT = 600.0


Route = Callable[..., "Any | Awaitable[Any]"]


class Control:
    """The routes under /control/."""

    def __init__(self, world: World, people: People) -> None:
        self.world = world
        self.people = people
        self.attachments = Attachments(people, world.samples)
        self.closing = False
        person = r"/control/people/(?P<person>\d+)"
        self._routes: list[tuple[str, re.Pattern[str], Route]] = [
            (method, re.compile(f"^{pattern}$"), route)
            for method, pattern, route in (
                ("GET", "/control/state", self.state),
                ("POST", "/control/people", self.add_person),
                ("POST", f"{person}/say", self.say),
                ("POST", f"{person}/start", self.start),
                ("POST", f"{person}/tap", self.tap),
                ("POST", f"{person}/photos", self.photos),
                ("POST", f"{person}/document", self.document),
                ("POST", f"{person}/sample", self.sample),
                ("POST", f"{person}/sticker", self.sticker),
                ("POST", f"{person}/voice", self.voice),
                ("POST", f"{person}/edit", self.edit),
                ("POST", f"{person}/block", self.block),
                ("POST", f"{person}/unblock", self.unblock),
                ("POST", f"{person}/deactivate", self.deactivate),
                ("GET", f"{person}/chat", self.chat),
                ("GET", f"{person}/transcript", self.transcript),
                ("POST", "/control/groups", self.add_group),
                ("GET", r"/control/groups/(?P<group>-\d+)/chat", self.group_chat),
                ("GET", r"/control/file/(?P<file_id>[A-Za-z0-9_-]+)", self.file),
                ("GET", "/control/events", self.events),
                ("GET", "/control/log", self.log),
                ("GET", "/control/limits", self.show_limits),
                ("POST", "/control/limits", self.set_limits),
                ("GET", "/control/faults", self.show_faults),
                ("POST", "/control/faults", self.set_faults),
                ("POST", "/control/clock", self.move_clock),
                ("GET", "/control/pending", self.pending),
            )
        ]

    async def handle(self, request: web.BaseRequest, path: str) -> web.StreamResponse:
        """Answer one control request; errors are `{"error": sentence}`."""
        try:
            for method, pattern, route in self._routes:
                match = pattern.match(path)
                if match is None or method != request.method:
                    continue
                asked = Asked(self.world, request, dict(parse_qsl(request.query_string)), await json_body(request))
                values: dict[str, Any] = match.groupdict()
                if "person" in values:
                    values["person"] = self.world.person(int(values["person"]))
                result = route(asked, **values)
                if isinstance(result, Awaitable):
                    result = await result
                if isinstance(result, web.StreamResponse):
                    return result
                return web.Response(body=encode(result), headers=JSON)
            raise ControlError(f"There is no {request.method} {path} here.", 404)
        except ControlError as error:
            return web.Response(body=encode({"error": error.sentence}), status=error.status, headers=JSON)

    # People

    def state(self, asked: Asked) -> dict[str, Any]:
        """Who and what is here."""
        bot = asked.first_bot()
        return {
            "bots": [
                {"id": b.id, "username": b.username, "first_name": b.first_name, "token": b.token}
                for b in self.world.bots.values()
            ],
            "people": [self.people.view(person, bot) for person in self.world.people.values()],
            "samples": self.attachments.samples(),
            "now": self.world.clock.now(),
            "event": self.world.events.n,
        }

    def add_person(self, asked: Asked) -> dict[str, Any]:
        """Make a person."""
        person = self.people.add(
            asked.text("first_name") or "",
            asked.text("last_name"),
            asked.text("username"),
            asked.text("language_code"),
            asked.number("id"),
        )
        if asked.body.get("started"):
            self.people.begin(asked.bot(), person)
        return self.people.view(person, asked.first_bot())

    def say(self, asked: Asked, person: Person) -> dict[str, Any]:
        """Send a text."""
        text, reply_to = asked.text("text") or "", asked.number("reply_to_message_id")
        return self.people.say(asked.bot(), person, text, reply_to, asked.number("chat_id"))

    def start(self, asked: Asked, person: Person) -> dict[str, Any]:
        """Press Start or a deep link."""
        return self.people.start(asked.bot(), person, asked.text("payload"))

    async def tap(self, asked: Asked, person: Person) -> dict[str, Any]:
        """Tap a button."""
        row, column = asked.number("row"), asked.number("column")
        tap = self.people.tap(
            asked.bot(),
            person,
            asked.needed("message_id"),
            data=asked.text("data"),
            text=asked.text("text"),
            place=(row or 0, column or 0) if row is not None or column is not None else None,
            raw=bool(asked.body.get("raw")),
            group=asked.number("chat_id"),
        )
        answer = await self.people.answer(tap, min(LONGEST_WAIT, asked.seconds("wait")))
        return {"callback_query_id": tap.id, "update_id": tap.update_id, "answer": answer}

    async def photos(self, asked: Asked, person: Person) -> dict[str, Any]:
        """Send photos from a form."""
        files = await asked.form()
        caption, reply_to = asked.text("caption"), asked.number("reply_to_message_id")
        return await self.attachments.photos(asked.bot(), person, files, caption, reply_to)

    async def document(self, asked: Asked, person: Person) -> dict[str, Any]:
        """Send a file from a form."""
        files = await asked.form()
        if len(files) != 1:
            raise ControlError("A document is one file.")
        caption, reply_to = asked.text("caption"), asked.number("reply_to_message_id")
        claimed = asked.number("claimed_size")
        return self.attachments.document(asked.bot(), person, files[0], caption, reply_to, claimed)

    async def sample(self, asked: Asked, person: Person) -> dict[str, Any]:
        """Send a sample."""
        return await self.attachments.sample(asked.bot(), person, asked.text("name") or "")

    def sticker(self, asked: Asked, person: Person) -> dict[str, Any]:
        """Send a sticker."""
        return self.attachments.sticker(asked.bot(), person)

    def voice(self, asked: Asked, person: Person) -> dict[str, Any]:
        """Send a voice message."""
        return self.attachments.voice(asked.bot(), person)

    def edit(self, asked: Asked, person: Person) -> dict[str, Any]:
        """Change one's own message."""
        text = asked.text("text")
        if text is None:
            raise ControlError("text is missing.")
        return self.people.edit(asked.bot(), person, asked.needed("message_id"), text)

    def block(self, asked: Asked, person: Person) -> dict[str, Any]:
        """Stop the bot."""
        self.people.block(asked.bot(), person)
        return {}

    def unblock(self, asked: Asked, person: Person) -> dict[str, Any]:
        """Let the bot write again."""
        self.people.unblock(asked.bot(), person)
        return {}

    def deactivate(self, asked: Asked, person: Person) -> dict[str, Any]:
        """Delete the account."""
        self.people.deactivate(person)
        return {}

    def add_group(self, asked: Asked) -> dict[str, Any]:
        """Make a group with the bot in it."""
        members = asked.body.get("members", [])
        if not isinstance(members, list) or not all(isinstance(member, int) for member in members):
            raise ControlError("members is a list of people's ids.")
        group = self.world.add_group(asked.bot(), asked.text("title") or "Group", members, asked.number("id"))
        return {**group.info, "members": sorted(group.members)}

    # Looking

    def group_chat(self, asked: Asked, group: str) -> dict[str, Any]:
        """A group's chat, as `chat`."""
        bot = asked.bot()
        found = bot.chats.get(int(group))
        if found is None:
            raise ControlError(f"There is no group {group} here.", 404)
        return self.chat_view(bot, found, None, asked.number("after_event"))

    def file(self, asked: Asked, file_id: str) -> web.Response:
        """A file's bytes."""
        stored = self.world.files.any(file_id)
        if stored is None:
            raise ControlError("There is no such file.", 404)
        return web.Response(
            body=self.world.files.data(stored),
            headers={"Content-Type": media_type(stored), "Cache-Control": "max-age=86400"},
        )

    def chat(self, asked: Asked, person: Person) -> dict[str, Any]:
        """The chat as the person's phone shows it now."""
        bot = asked.bot()
        return self.chat_view(bot, self.world.chat_of(bot, person), person, asked.number("after_event"))

    def chat_view(self, bot: Bot, chat: Chat, person: Person | None, after: int | None) -> dict[str, Any]:
        """Messages (only those touched after event number `after`, when given), commands, keyboard, action."""
        messages = chat.messages.values()
        language = person.language_code if person is not None else None
        return {
            "messages": [
                stored.view()
                for stored in messages
                if (not stored.deleted if after is None else stored.changed > after)
            ],
            "commands": bot.commands_for(chat, language),
            "menu_button": chat.menu_button or bot.menu_button,
            "keyboard": chat.keyboard,
            "pinned": chat.pinned[-1] if chat.pinned else None,
            "actions": chat.action_now(self.world.clock.now()),
            "blocked": chat.blocked,
            "started": chat.started,
            "event": self.world.events.n,
        }

    def transcript(self, asked: Asked, person: Person) -> list[dict[str, Any]]:
        """Everything that happened in the chat, in order."""
        return [event.told() for event in self.world.chat_of(asked.bot(), person).history]

    async def events(self, asked: Asked) -> web.StreamResponse:
        """The stream of events, from after number `after`; without it, from now on."""
        after = asked.number("after")
        last = asked.request.headers.get("Last-Event-ID", "")
        n = int(last) if last.isdigit() else self.world.events.n if after is None else after
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
        )
        await response.prepare(asked.request)
        try:
            await response.write(b": open\n\n")
            while not self.closing:
                ready = self.world.events.after(n)
                if not ready:
                    await self.world.events.wait(HEARTBEAT)
                    if self.world.events.n == n:
                        await response.write(b": still here\n\n")
                    continue
                n = ready[-1].n
                await response.write(
                    b"".join(b"id: %d\ndata: %s\n\n" % (event.n, encode(event.live())) for event in ready)
                )
        except ConnectionError:
            pass  # the reader is gone
        return response

    def log(self, asked: Asked) -> list[dict[str, Any]]:
        """The call log."""
        return self.world.calls.after(asked.number("after") or 0, asked.query.get("method"))

    def pending(self, asked: Asked) -> dict[str, int]:
        """How much waits for the bot."""
        return asked.bot().queue.counts()

    # Conditions

    def show_limits(self, asked: Asked) -> dict[str, Any]:
        """The limits in force."""
        return self.world.limiter.view()

    def set_limits(self, asked: Asked) -> dict[str, Any]:
        """Change the limits."""
        try:
            self.world.limiter.change({key: value for key, value in asked.body.items() if key != "bot"})
        except ValueError as error:
            raise ControlError(str(error)) from None
        return self.world.limiter.view()

    def show_faults(self, asked: Asked) -> dict[str, Any]:
        """The faults that still can strike."""
        return {"faults": self.world.faults.view(self.world.clock.now())}

    def set_faults(self, asked: Asked) -> dict[str, Any]:
        """Replace the faults; an outage also cuts the polls that wait."""
        faults = asked.body.get("faults")
        if not isinstance(faults, list):
            raise ControlError("faults is a list.")
        try:
            self.world.faults.replace(faults, asked.number("seed"), self.world.clock.now())
        except ValueError as error:
            raise ControlError(str(error)) from None
        if self.world.faults.outage(self.world.clock.now()):
            for bot in self.world.bots.values():
                bot.queue.wake()
        return {"faults": self.world.faults.view(self.world.clock.now())}

    def move_clock(self, asked: Asked) -> dict[str, Any]:
        """Move the server's clock on."""
        try:
            self.world.clock.advance(asked.seconds("advance"))
        except ValueError as error:
            raise ControlError(f"{error}.".capitalize()) from None
        return {"now": self.world.clock.now()}
