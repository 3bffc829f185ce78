"""Somebody's phone without a network: taps, commands and texts go through the real routes to the real database."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from telegram import Update

from domain.people import Sender
from handlers import routes, typed
from handlers.context import Context, Refused, current
from storage import inbox
from storage.database import Database, Tx
from usecases.arrivals import Arrival, Tapped


@dataclass
class Phone:
    """One person's chat with the bot; `toasts` are the answers to their taps."""

    db: Database
    telegram_id: int
    name: str
    now: int
    message_id: int = 1_000
    toasts: list[str] = field(default_factory=list)

    async def tap(self, data: str) -> str:
        """Tap a button with this data, as a client may send it; returns the toast."""
        query = {"id": "1", "from": self._user(), "chat_instance": "1", "data": data}
        before = len(self.toasts)
        await self._run(routes.on_tap, {"callback_query": query}, tapped=True)
        assert len(self.toasts) <= before + 1
        return self.toasts[-1] if len(self.toasts) > before else ""

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

    async def _run(self, route: Any, raw: dict[str, Any], *, tapped: bool = False) -> None:
        self.message_id += 1
        seq = await self.db.write(_keep, update_id=self.telegram_id * 1_000_000 + self.message_id, now=self.now)
        arrival = Arrival(
            seq=seq,
            received_at=self.now,
            sender=Sender(self.telegram_id, self.name, None, "en"),
            message_id=None if tapped else self.message_id,
            tapped=Tapped(500, media=False) if tapped else None,
        )
        context = Context(self.db, arrival, self.db.rules, answer_tap=self._toast if tapped else None)
        token = current.set(context)
        try:
            await route(Update.de_json({"update_id": 1, **raw}, None), None)
        except Refused:
            pass
        finally:
            current.reset(token)
        assert context.written, "every update is closed by its one transaction"

    async def _toast(self, text: str, alert: bool) -> None:
        assert len(text) <= 200
        self.toasts.append(text)

    def _user(self) -> dict[str, Any]:
        return {"id": self.telegram_id, "is_bot": False, "first_name": self.name}

    def _message(self, text: str) -> dict[str, Any]:
        chat = {"id": self.telegram_id, "type": "private"}
        return {"message_id": self.message_id + 1, "date": 1, "chat": chat, "from": self._user(), "text": text}


def _keep(tx: Tx, *, update_id: int, now: int) -> int:
    seq = inbox.add(tx, bot=1, update_id=update_id, payload=b"{}", now=now)
    assert seq is not None
    return seq
