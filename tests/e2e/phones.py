"""People with phones: they say, tap and send through the local Bot API, and see what Telegram would show them."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

PATIENCE = 30.0


class NotShown(AssertionError):
    """What somebody waited for did not come; says what they see instead."""


@dataclass(frozen=True)
class Shown:
    """A message as a phone shows it."""

    raw: dict[str, Any]

    @property
    def id(self) -> int:
        """The message id."""
        return int(self.raw["message_id"])

    @property
    def text(self) -> str:
        """Text or caption, without markup."""
        return str(self.raw.get("text") or self.raw.get("caption") or "")

    @property
    def buttons(self) -> list[str]:
        """Texts of the buttons, row by row."""
        return [button["text"] for row in self._rows for button in row]

    @property
    def photo(self) -> str | None:
        """The file id of the largest size, if it is a photo."""
        sizes = self.raw.get("photo")
        return None if not sizes else str(sizes[-1]["file_id"])

    def data(self, text: str) -> str | None:
        """Button data of the button with this text (or one that begins with it)."""
        buttons = [button for row in self._rows for button in row]
        exact = [button for button in buttons if button["text"] == text]
        for button in exact or [button for button in buttons if button["text"].startswith(text)]:
            return str(button.get("callback_data", ""))
        return None

    @property
    def _rows(self) -> list[list[dict[str, Any]]]:
        rows: list[list[dict[str, Any]]] = self.raw.get("reply_markup", {}).get("inline_keyboard", [])
        return rows


class Phones:
    """The people's side of one local Bot API server."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def person(self, name: str, language: str = "en", **more: Any) -> Phone:
        """Somebody new with a phone."""
        made = await self.post("people", first_name=name, language_code=language, **more)
        return Phone(self, int(made["id"]), name)

    async def post(self, path: str, **body: Any) -> Any:
        """One JSON request to the control side."""
        async with self._session.post(f"/control/{path}", json=body) as response:
            answer = await response.json()
            assert response.status == 200, answer
            return answer

    async def get(self, path: str) -> Any:
        """One question to the control side."""
        async with self._session.get(f"/control/{path}") as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def upload(self, path: str, files: list[tuple[str, bytes]], **fields: str) -> Any:
        """One multipart request to the control side."""
        form = aiohttp.FormData()
        for name, value in fields.items():
            form.add_field(name, value)
        for filename, content in files:
            form.add_field("file", content, filename=filename)
        async with self._session.post(f"/control/{path}", data=form) as response:
            answer = await response.json()
            assert response.status == 200, answer
            return answer

    async def file(self, file_id: str) -> bytes:
        """The bytes behind a file id."""
        async with self._session.get(f"/control/file/{file_id}") as response:
            return await response.read()


@dataclass(frozen=True)
class Phone:
    """One person's phone."""

    phones: Phones
    id: int
    name: str

    async def say(self, text: str, *, reply_to: Shown | None = None) -> int:
        """Send a text, perhaps as a reply; returns its message id."""
        to = {} if reply_to is None else {"reply_to_message_id": reply_to.id}
        return int((await self.phones.post(f"people/{self.id}/say", text=text, **to))["message_id"])

    async def start(self, payload: str = "") -> None:
        """Press START, or follow a deep link."""
        await self.phones.post(f"people/{self.id}/start", payload=payload)

    async def edit(self, message_id: int, text: str) -> None:
        """Edit an own message."""
        await self.phones.post(f"people/{self.id}/edit", message_id=message_id, text=text)

    async def sticker(self) -> None:
        """Send a sticker."""
        await self.phones.post(f"people/{self.id}/sticker")

    async def document(self, name: str, content: bytes, caption: str = "", **fields: str) -> None:
        """Send a file."""
        await self.phones.upload(f"people/{self.id}/document", [(name, content)], caption=caption, **fields)

    async def photos(self, *contents: bytes, caption: str = "") -> None:
        """Send photos; several become an album."""
        files = [(f"{number}.jpg", content) for number, content in enumerate(contents)]
        await self.phones.upload(f"people/{self.id}/photos", files, caption=caption)

    async def tap(self, text: str, *, on: Shown | None = None) -> str:
        """Tap the newest button with this text; returns the toast."""
        message = on or await self.sees_button(text)
        return await self.tap_data(message.id, message.data(text) or "")

    async def tap_data(self, message_id: int, data: str) -> str:
        """Tap with given data, which no button need have; returns the toast."""
        done = await self.phones.post(
            f"people/{self.id}/tap", message_id=message_id, data=data, raw=True, wait=PATIENCE
        )
        answer = done.get("answer") or {}
        return str(answer.get("text") or "")

    async def messages(self) -> list[Shown]:
        """The bot's messages the phone shows now, oldest first."""
        chat = await self.phones.get(f"people/{self.id}/chat")
        return [Shown(message) for message in chat["messages"] if message["from_bot"] and not message.get("deleted")]

    async def chat(self) -> dict[str, Any]:
        """The chat whole, with the person's own messages and the command menu."""
        found: dict[str, Any] = await self.phones.get(f"people/{self.id}/chat")
        return found

    async def last(self) -> Shown:
        """The bot's newest message."""
        return (await self.messages())[-1]

    async def sees(self, *texts: str, seconds: float = PATIENCE) -> Shown:
        """Wait for the newest message with all these texts in it."""
        return await self._wait(lambda shown: all(text in shown.text for text in texts), repr(texts), seconds)

    async def sees_button(self, text: str, seconds: float = PATIENCE) -> Shown:
        """Wait for the newest message with this button."""
        return await self._wait(lambda shown: shown.data(text) is not None, f"button {text!r}", seconds)

    async def _wait(self, fits: Any, what: str, seconds: float) -> Shown:
        ends = time.monotonic() + seconds
        while True:
            messages = await self.messages()
            for shown in reversed(messages):
                if fits(shown):
                    return shown
            if time.monotonic() > ends:
                seen = "\n---\n".join(f"{shown.text}\n{shown.buttons}" for shown in messages[-4:])
                raise NotShown(f"{self.name} does not see {what}, but:\n{seen}")
            await asyncio.sleep(0.03)


def is_quiet(database: Path, now: int) -> bool:
    """Nothing waits: no update to handle, no job, no message that is due (read beside the running bot)."""
    connection = sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)
    try:
        waiting = connection.execute(
            "select (select count(*) from inbox where state = 'waiting'),"
            " (select count(*) from jobs where state = 'waiting'),"
            " (select count(*) from outbox where state = 'waiting' and not_before <= ?)",
            (now,),
        ).fetchone()
    finally:
        connection.close()
    return tuple(waiting) == (0, 0, 0)
