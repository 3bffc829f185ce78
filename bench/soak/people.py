"""The people of a soak: workers, writers, somebody who blocks, somebody who says stop, and the staff.

They live in the server's process, act on its state directly and see what the chat shows. What each does next is drawn
from the seed; what they can do depends on what the bot has shown them. Over 400 lines: one class, whose state every
story of its reads.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from io import BytesIO
from itertools import islice
from random import Random
from typing import Any

from PIL import Image

from bench.soak import questions
from bench.soak.witness import Button, Put, Silence, Tapped, Witness
from emulator.attachments import Attached
from emulator.chats import Person, Stored
from emulator.errors import ControlError
from emulator.events import Event
from emulator.server import Emulator

OWNER, COORDINATOR, REVIEWER, REJECTER, FIRST_WORKER = 700_000_001, 700_000_002, 700_000_003, 700_000_004, 700_000_101
REMEMBERED = 12
PATIENCE = 4.0
"""Seconds somebody waits for an answer before they tap or ask again."""
DETOURS = (
    ("still_here",),
    ("offer_start",),
    ("offer_later", "offer_no"),
    ("undo",),
    ("skip",),
    ("report", "instructions", "stop_for_now", "change_batch"),
)
"""What somebody may do instead of answering, and how likely they do when they can."""
LIKELY = {"still_here": 0.8, "offer_start": 0.3, "offer_later": 0.2, "undo": 0.03, "skip": 0.05, "report": 0.01}
COMMANDS = ("/help", "/earnings", "/settings", "/work", "/batches", "/privacy", "hello?")
CHOICE = "Is it true?\n- Yes\n- No\n- Cannot say\nprice 0.20\noverlap 2-4\nlanguage en"
PHOTOS = "What colour is it?\n- Red\n- Green\n- Blue\nprice 0.30\noverlap 2\nlanguage en"


@dataclass(slots=True)
class Member:
    """One person with a phone: the newest messages with buttons, what they did last."""

    person: Person
    shown: dict[int, list[Button]] = field(default_factory=dict)
    seen: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=40))
    asked: str = ""
    """The newest text with answers below it."""
    knows: float = questions.KNOWS
    parts: deque[int] = field(default_factory=lambda: deque(maxlen=6))
    papers: deque[str] = field(default_factory=lambda: deque(maxlen=6))
    """The tables that they were sent, by file."""
    tap: Tapped | None = None
    acted: float = 0.0
    owed: int = 0
    """Messages that they said and nothing came for, about."""
    stopping: bool = False
    """They said stop and were not told yet that all is stopped; told once more, after a kill, is nothing new."""
    quiet: Silence | None = None
    away: Silence | None = None

    def newest(self, *actions: str, among: int = REMEMBERED) -> tuple[int, str] | None:
        """The newest message that has a button of one of these actions, and the button's data; of the last `among`."""
        for message in islice(reversed(self.shown), among):
            for _, data in self.shown[message]:
                if data.partition(":")[0] in actions:
                    return message, data
        return None

    def all_of(self, message: int, action: str) -> list[str]:
        """The data of a message's buttons of an action."""
        return [data for _, data in self.shown.get(message, ()) if data.partition(":")[0] == action]


class People:
    """Everybody of one run. `act` does one thing of somebody's; the staff have tasks of their own."""

    def __init__(self, server: Emulator, *, workers: int, seed: int, owed: int = 6) -> None:
        self._server = server
        self._most_owed = owed
        self.bot = server.world.bot_called(None)
        self._chance = Random(f"{seed}:people")
        self.witness = Witness()
        self._taps: dict[str, Tapped] = {}
        self.members: dict[int, Member] = {}
        for number, name in ((OWNER, "Olivia"), (COORDINATOR, "Carla"), (REVIEWER, "Rosa"), (REJECTER, "Rita")):
            self._join(number, name)
        self.workers = [self._join(FIRST_WORKER + index, f"Worker {index}") for index in range(workers)]
        for member in self.workers[:: -questions.GUESSES]:
            member.knows = 0.0
        self.stopper, self.blocker, self.eager = self.workers[0], self.workers[1], self.workers[2]
        self._watch()

    def _join(self, number: int, name: str) -> Member:
        person = self._server.people.add(name, language_code="en", id=number)
        self._server.people.begin(self.bot, person)
        member = self.members[number] = Member(person)
        return member

    # Seeing

    def _watch(self) -> None:
        queue = self.bot.queue
        put, confirm = queue.put, queue.on_confirmed

        def noted(event: Event) -> None:
            member = self.members.get(event.person or 0)
            if member is not None:
                self._happened(member, event.at, event.kind, event.stored, event.extra)

        def putting(kind: str, body: dict[str, Any], chat: int | None) -> int | None:
            number = put(kind, body, chat)
            if number is not None:
                self.witness.puts[number] = Put(number, kind, chat or 0, self._server.world.clock.now())
            return number

        def confirming(number: int) -> None:
            confirm(number)
            if number in self.witness.puts:
                self.witness.puts[number].confirmed = True

        self._server.world.events.on_event = noted
        queue.put = putting  # type: ignore[method-assign]
        queue.on_confirmed = confirming

    def _happened(
        self, member: Member, at: float, kind: str, stored: Stored | None, extra: dict[str, Any] | None
    ) -> None:
        if kind == "answer" and extra is not None:
            tap = self._taps.pop(extra["callback_query_id"], None)
            if tap is not None:
                self.witness.answered(tap, extra.get("text") or "", at)
        elif kind in ("message", "edited") and stored is not None and stored.from_bot:
            member.owed = max(0, member.owed - (kind == "message"))
            if member.tap is not None and member.tap.shown is None:
                member.tap.shown = at
            self._shown(member, stored, at)

    def _shown(self, member: Member, stored: Stored, at: float) -> None:
        number = stored.body["message_id"]
        rows = stored.body.get("reply_markup", {}).get("inline_keyboard", [])
        buttons = [(one["text"], one["callback_data"]) for row in rows for one in row if "callback_data" in one]
        paper = stored.body.get("document")
        if paper is not None and str(paper.get("file_name")).endswith(".csv"):
            member.papers.append(paper["file_id"])
        member.shown.pop(number, None)
        if any(data.startswith("answer:") for _, data in buttons):
            member.asked = str(stored.body.get("text", ""))
        if buttons:
            member.shown[number] = buttons
            if len(member.shown) > REMEMBERED:
                del member.shown[next(iter(member.shown))]
            member.seen.extend((number, data) for _, data in buttons[:3])
            self.witness.saw(member.person.id, buttons, number)
        if member.stopping and any(data == "start_again" for _, data in buttons):
            member.stopping = False
            member.quiet = Silence(member.person.id, at)
            self.witness.stopped.append(member.quiet)

    # Doing

    def tap(self, member: Member, message: int, data: str) -> Tapped | None:
        """Tap a button, of now or of once."""
        now = self._server.world.clock.now()
        try:
            made = self._server.people.tap(self.bot, member.person, message, data=data, raw=True)
        except ControlError:
            return None
        tap = Tapped(now, member.person.id, data)
        self._taps[made.id] = member.tap = tap
        self.witness.taps.append(tap)
        member.acted = now
        return tap

    def say(self, member: Member, text: str) -> int | None:
        """Write a message; its update's id."""
        member.acted = self._server.world.clock.now()
        member.tap = None
        member.owed += 1
        try:
            said = self._server.people.say(self.bot, member.person, text)
        except ControlError:
            return None
        member.parts.append(said["message_id"])
        update: int | None = said["update_id"]
        return update

    def send(self, member: Member, file: Attached) -> None:
        """Send a document without a word."""
        with contextlib.suppress(ControlError):
            self._server.control.attachments.document(self.bot, member.person, file)

    def opened(self, file_id: str) -> bytes:
        """What is in a file of a chat."""
        files = self._server.world.files
        return files.data(files.find(self.bot.id, file_id))

    def act(self, *, hurried: bool = False) -> None:
        """Somebody does what they would do next; `hurried`: without waiting for the last answer."""
        now = self._server.world.clock.now()
        for _ in range(8):
            member = self._chance.choice(self.workers[1:])
            if (
                member is not self.eager
                and member.away is None
                and member.quiet is None
                and (hurried or self._free(member, now))
            ):
                break
        else:
            return
        lot = self._chance.random()
        if lot < 0.04:
            self.say(member, self._chance.choice(COMMANDS))
        elif lot < 0.08 and member.seen:
            self.tap(member, *self._chance.choice(member.seen))  # an old button, or the current one
        else:
            self._work(member, twice=lot > 0.95)

    async def keep_acting(self, rate: float, *, most: int | None = None) -> None:
        """So many acts a second, whatever becomes of them, until cancelled; with `most`, fewer while so many wait."""
        loop = asyncio.get_running_loop()
        began, done = loop.time(), 0
        while True:
            due = int((loop.time() - began) * rate)
            if most is None or self.bot.queue.counts()["updates"] < most:
                for _ in range(due - done):
                    self.act()
            done = due
            await asyncio.sleep(0.02)

    def _free(self, member: Member, now: float) -> bool:
        tap = member.tap
        waits = tap is not None and (tap.answered is None or tap.shown is None)
        return not waits or now - member.acted > PATIENCE

    def _work(self, member: Member, *, twice: bool) -> None:
        for actions in (*DETOURS, ("submit",), ("answer",), ("got_it",), ("start",), ("reported",), ("work",)):
            found = member.newest(*actions, among=2)
            if found is None or self._chance.random() > LIKELY.get(actions[0], 1.0):
                continue
            message, data = found
            if data.startswith("submit") and self._chance.random() < 0.2:
                self._rewrite(member)
                return
            offered = [one for one in member.shown[message] if one[1].partition(":")[0] == data.partition(":")[0]]
            if data.startswith("answer:"):
                data = questions.said(member.asked, offered, self._chance, knows=member.knows)
            else:
                data = self._chance.choice(offered)[1]
            self.tap(member, message, data)
            if twice:
                self.tap(member, message, data)
            return
        if member.newest("skip", among=2):  # a card without answers is answered in writing
            for _ in range(self._chance.randint(1, 3)):
                self.say(member, f"A helpful reply, part {self._chance.randint(1, 999)}.")
        else:
            self.say(member, "/work")

    def _rewrite(self, member: Member) -> None:
        found = member.newest("discard", "edit")
        if found is not None and self._chance.random() < 0.3:
            self.tap(member, *found)
        elif member.parts and self._chance.random() < 0.5:
            with contextlib.suppress(ControlError):
                self._server.people.edit(self.bot, member.person, member.parts[-1], "Another wording altogether.")
        else:
            self.say(member, "And one thing more.")

    # Those with a story

    async def stories(self, pause: float, others: Iterable[Callable[[float], Any]] = ()) -> None:
        """The staff, the one who stops, the one who blocks, the one who cannot wait, and `others`, until cancelled.

        `pause` is the seconds between two acts of one of them.
        """
        mine = (self._coordinate, self._review, self._pay, self._stop, self._block, self._hurry)
        async with asyncio.TaskGroup() as group:
            for story in (*mine, *others):
                group.create_task(self._again(story, pause))

    async def _again(self, story: Callable[[float], Any], pause: float) -> None:
        while True:
            with contextlib.suppress(ControlError):
                await story(pause)
            await asyncio.sleep(pause * self._chance.uniform(0.5, 1.5))

    async def _sees(self, member: Member, *actions: str, seconds: float = 20.0) -> tuple[int, str] | None:
        for _ in range(int(seconds / 0.1)):
            if found := member.newest(*actions):
                return found
            await asyncio.sleep(0.1)
        return None

    async def _coordinate(self, pause: float) -> None:
        carla = self.members[COORDINATOR]
        what = self._chance.choice(
            ("texts", "gold", "photos", "publish", "pause", "close", "export", "export", "funds")
        )
        if what == "funds":
            self.receive(self._chance.randint(1, 9))
        elif what in ("texts", "gold", "photos"):
            await self.bring(what)
        elif what == "publish":
            await self._press(carla, "b_publish")
        elif what == "pause":
            self.say(carla, "/batches")
            await self._press(carla, "b_open", "b_pause", "b_resume")
        elif what == "export":
            await self.export()
        elif len(self._open_batches(carla)) > 2:
            await self._press(carla, "b_close", "b_close_yes")

    def receive(self, amount: int) -> None:
        """The owner records money."""
        update = self.say(self.members[OWNER], f"/funds {amount}")
        if update is not None:
            self.witness.received.append((update, amount * 1_000_000))

    async def bring(self, what: str) -> None:
        """The coordinator sends photos or a file ("texts", or "gold" too) and begins a pilot of it, or publishes."""
        carla, chance = self.members[COORDINATOR], self._chance
        before = carla.newest("b_pilot", "b_publish")
        if what == "photos":
            files = [Attached(f"{number}.jpg", _photo(chance)) for number in range(3)]
            await self._server.control.attachments.photos(self.bot, carla.person, files, PHOTOS)
        else:
            lines = questions.file(chance, known=12 if what == "gold" else 0)
            caption = f"{CHOICE}\ngold 20%" if what == "gold" else CHOICE
            self._server.control.attachments.document(self.bot, carla.person, Attached("even.jsonl", lines), caption)
        for _ in range(100):
            found = carla.newest("b_pilot", "b_publish")
            if found is not None and found != before:
                self.tap(carla, *found)
                return
            if (done := carla.newest("b_all")) is not None and chance.random() < 0.05:
                self.tap(carla, *done)
            await asyncio.sleep(0.2)

    async def export(self) -> None:
        """The coordinator asks for an export of some batch."""
        await self._press(self.members[COORDINATOR], "b_export")

    async def _press(self, member: Member, *actions: str) -> None:
        for action in actions:
            found = await self._sees(member, action, seconds=3.0)
            if found is not None:
                self.tap(member, *found)
                await asyncio.sleep(0.5)

    def _open_batches(self, member: Member) -> list[int]:
        return [message for message in member.shown if member.all_of(message, "b_close")]

    async def _review(self, pause: float) -> None:
        rosa = self.members[REVIEWER]
        lot = self._chance.random()
        if (reason := rosa.newest("rv_reason")) is not None:
            self.tap(rosa, *reason)
        elif (found := rosa.newest("rv_accept")) is None or lot < 0.2:
            self.say(rosa, "/review")
        else:
            message, data = found
            action = "rv_accept" if lot < 0.7 else "rv_return" if lot < 0.9 else "rv_skip"
            self.tap(rosa, message, (rosa.all_of(message, action) or [data])[0])

    async def _pay(self, pause: float) -> None:
        olivia = self.members[OWNER]
        found = olivia.newest("po_paid", "po_approve")
        if found is not None:
            self.tap(olivia, *found)
            if self._chance.random() < 0.3:
                self.tap(olivia, *found)  # twice: paid once
        elif self._chance.random() < 0.2:
            self.say(olivia, "/payouts")

    async def _stop(self, pause: float) -> None:
        member = self.stopper
        if member.quiet is None:
            self._work(member, twice=False)
            await asyncio.sleep(pause)
            member.stopping = True
            self.say(member, "/stop")
            await self._sees(member, "start_again", seconds=30 * pause)
        else:
            await asyncio.sleep(4 * pause)
            found = member.newest("start_again")
            member.quiet.until = self._server.world.clock.now()
            member.quiet = None
            if found is not None:
                del member.shown[found[0]]
                self.tap(member, *found)
                await asyncio.sleep(pause)

    async def _block(self, pause: float) -> None:
        member, now = self.blocker, self._server.world.clock.now
        self._work(member, twice=False)
        await asyncio.sleep(pause)
        member.away = Silence(member.person.id, now())
        self.witness.blocked.append(member.away)
        self._server.people.block(self.bot, member.person)
        await asyncio.sleep(3 * pause)
        member.away.until = now()
        self._server.people.unblock(self.bot, member.person)
        member.away = None
        self._server.people.start(self.bot, member.person)
        self.say(member, "/work")
        await asyncio.sleep(2 * pause)

    async def _hurry(self, pause: float) -> None:
        """More messages to one chat than Telegram takes: commands, each answered by a message."""
        for _ in range(12):
            if self.eager.owed < self._most_owed:
                self.say(self.eager, self._chance.choice(COMMANDS))
            await asyncio.sleep(pause / 10)


def _photo(chance: Random) -> bytes:
    out = BytesIO()
    colour = (chance.randrange(256), chance.randrange(256), chance.randrange(256))
    image = Image.new("RGB", (320, 240), colour)
    image.putpixel((chance.randrange(320), chance.randrange(240)), (0, 0, 0))
    image.save(out, "JPEG")
    return out.getvalue()
