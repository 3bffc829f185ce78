"""Somebody's phone without a network: taps, commands and texts go through the real routes to the real database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from telegram import Update

from domain.people import Sender
from handlers import routes, typed
from handlers.context import Context, Refused, Toast, current
from storage import inbox
from storage.database import Database, Tx
from usecases.arrivals import Arrival, Tapped


@dataclass
class Phone:
    """One person's chat with the bot."""

    db: Database
    telegram_id: int
    name: str
    now: int
    message_id: int = 1_000

    async def tap(self, data: str) -> str:
        """Tap a button with this data, as a client may send it; returns the toast."""
        query = {"id": "1", "from": self._user(), "chat_instance": "1", "data": data}
        toasts: list[str] = []

        async def toast(text: str, _: bool) -> None:
            assert len(text) <= 200
            toasts.append(text)

        async def tap(*_: object) -> None:
            await routes.on_tap(current.get(), data)

        await self._run(tap, {"callback_query": query}, toast)
        assert len(toasts) <= 1
        return "".join(toasts)

    async def command(self, text: str) -> None:
        """Send a command."""
        await self._run(routes.on_command, {"message": self._message(text)})

    async def write(self, text: str) -> None:
        """Send a text."""
        message = self._message(text)

        async def read(update: Update, _: object) -> None:
            assert update.message is not None
            await typed.text(current.get(), update.message)

        await self._run(read, {"message": message})

    async def _run(self, route: Any, raw: dict[str, Any], toast: Toast | None = None) -> None:
        self.message_id += 1
        tapped = toast is not None
        seq = await self.db.write(_keep, update_id=self.telegram_id * 1_000_000 + self.message_id, now=self.now)
        arrival = Arrival(
            seq=seq,
            received_at=self.now,
            sender=Sender(self.telegram_id, self.name, None, "en"),
            message_id=None if tapped else self.message_id,
            tapped=Tapped(500, media=False) if tapped else None,
        )
        context = Context(self.db, arrival, self.db.rules, answer_tap=toast)
        token = current.set(context)
        try:
            await route(Update.de_json({"update_id": 1, **raw}, None), None)
        except Refused:
            pass
        finally:
            current.reset(token)
        assert context.written, "every update is closed by its one transaction"

    def _user(self) -> dict[str, Any]:
        return {"id": self.telegram_id, "is_bot": False, "first_name": self.name}

    def _message(self, text: str) -> dict[str, Any]:
        chat = {"id": self.telegram_id, "type": "private"}
        return {"message_id": self.message_id + 1, "date": 1, "chat": chat, "from": self._user(), "text": text}


def _keep(tx: Tx, *, update_id: int, now: int) -> int:
    seq = inbox.add(tx, bot=1, update_id=update_id, payload=b"{}", now=now)
    assert seq is not None
    return seq
