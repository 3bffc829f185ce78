"""The way out in one piece: a database, a sender, the local Bot API, and people who have started."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot import rendering
from bot.clock import now
from bot.courier import Courier
from bot.pacing import Limits, Pace
from bot.processes import Processes
from bot.rendering.message import Button, Message, Renderer, StoredPhoto
from bot.sender import Sender as Out
from bot.transport import Api
from domain.people import Person, Sender
from domain.rules import Rules
from emulator.server import Emulator
from storage import outbox, people, photos
from storage.database import Database, Signal
from usecases.notify import tell

TOKEN = "1000001:LOCAL"
SHA = "ab" + "0" * 62


def said(params: dict[str, Any], _: object) -> Message:
    """A message of the test's own: text, and whatever else the params ask for."""
    keyboard = ((Button("Tap", data="x"),),) if params.get("button") else ()
    photo = StoredPhoto(SHA) if params.get("photo") else None
    return Message(params["text"], keyboard, photo=photo, receipt=params.get("receipt"))


@dataclass
class Post:
    """A sender with its server, and people who have started."""

    server: Emulator
    db: Database
    out: Out
    data_dir: Path

    async def person(self, number: int) -> Person:
        """Somebody who pressed START."""
        someone = self.server.people.add(f"P{number}", id=number)
        self.server.people.begin(next(iter(self.server.world.bots.values())), someone)
        return await self.db.write(people.add, Sender(number, f"P{number}", None, "en"), now=1)

    async def tell(self, person: Person, text: str, **more: Any) -> None:
        """Queue a message."""
        await self.db.write(lambda tx: tell(tx, person, "said", now=now(), text=text, **more))

    async def sent(self) -> None:
        """Wait until nothing waits."""
        for _ in range(1_500):
            if not await self.db.read(outbox.pending, after=0, limit=1):
                return
            await asyncio.sleep(0.02)
        raise AssertionError("still waiting")

    def chat(self, person: Person) -> list[dict[str, Any]]:
        """What the phone shows of the bot's messages."""
        bot = next(iter(self.server.world.bots.values()))
        stored = bot.chats[person.telegram_id].messages.values()
        return [message.view() for message in stored if message.from_bot and not message.view().get("deleted")]

    def strike(self, **fault: Any) -> None:
        """Let the server misbehave."""
        self.server.world.faults.replace([fault], None, self.server.world.clock.now())


@pytest.fixture
def rules() -> Rules:
    """Never quiet, whatever time it is when the tests run."""
    return Rules(bot_username="tallyhand_bot", quiet_hours=False)


@pytest.fixture
async def post(db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Post]:
    monkeypatch.setitem(rendering.RENDERERS, "said", Renderer(said))
    async with Emulator(bots={TOKEN: "tallyhand_bot"}, limits=True) as server:
        api = Api(server.address, TOKEN)
        await api.transport.initialize()
        processes = Processes()
        out = Out(db, Courier(api, processes, tmp_path, db.cipher), Pace(Limits()), clock=now)

        def committed(signals: list[Signal]) -> None:
            for _, row in signals:
                if isinstance(row, outbox.Pending):
                    out.queue(row)

        db.on_commit = committed
        await out.start()
        yield Post(server, db, out, tmp_path)
        await out.stop(seconds=5)
        await processes.close()
        await api.transport.shutdown()


async def store_photo(post: Post) -> None:
    """A photo in the file store."""
    path = post.data_dir / "photos" / SHA[:2] / f"{SHA}.jpg"
    path.parent.mkdir(parents=True)
    Image.effect_noise((1280, 960), 40).convert("RGB").save(path)
    await post.db.write(photos.add, SHA, width=64, height=48, size=1, now=1)
