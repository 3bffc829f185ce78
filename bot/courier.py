"""One action to one chat: edit or send, upload once, and what to do with each answer of Telegram's."""

from __future__ import annotations

import asyncio
import html
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from telegram.error import BadRequest, TelegramError

from bot import logs
from bot.processes import Processes
from bot.rendering.message import Action, Deletion, Document, Keyboard, Menu, Message, Reaction, StoredPhoto
from bot.transport import Api
from bot.uploads import Files, Uploads
from domain.notices import Slot
from storage.cipher import Cipher
from storage.outbox import Outgoing
from usecases.delivery import Delivered, Uploaded

log = logs.get()

RETIRE_SECONDS = 5.0
"""Until an older message is let be: while it waits, the newer one is not noted as sent, and a stop waits for it."""
SEND_ANEW = ("message to edit not found", "message can't be edited", "there is no text in the message to edit")


@dataclass(frozen=True, slots=True)
class Parcel:
    """A row ready to go: its action, and the file_id of its stored photo if it was uploaded before."""

    row: Outgoing
    action: Action
    file_id: str | None

    @property
    def edits(self) -> bool:
        """Whether it changes a message that is there; Telegram does not count edits as messages."""
        action, row = self.action, self.row
        if not isinstance(action, Message):
            return True
        if row.slot is None or row.message_id is None or action.document or action.prompt:
            return False
        if row.media and action.photo is None:
            return False  # nothing turns a photo into a text
        return action.stays or row.slot not in Slot.FOLLOWING or row.message_id >= row.last_message_id

    @property
    def retires(self) -> bool:
        """Whether, sent as a new message, it takes the buttons of an older one: an edit beside the message."""
        row = self.row
        return isinstance(self.action, Message) and row.slot in Slot.FOLLOWING and row.message_id is not None


class Courier:
    """Carries parcels to Telegram. Raises telegram.error's exceptions for what the sender decides."""

    def __init__(self, api: Api, processes: Processes, data_dir: Path, cipher: Cipher) -> None:
        self._api = api
        self._cipher = cipher
        self._data_dir = data_dir
        self._uploads = Uploads(processes, data_dir / "photos")

    async def carry(self, parcel: Parcel) -> Delivered:
        """Do what the action says and return what the database must know."""
        row, action = parcel.row, parcel.action
        if isinstance(action, Message):
            return await self._message(parcel, action)
        if isinstance(action, Reaction):
            await self._tolerant(
                "setMessageReaction",
                chat_id=row.telegram_id,
                message_id=action.message_id,
                reaction=[{"type": "emoji", "emoji": action.emoji}],
            )
        elif isinstance(action, Menu):
            await self._api.call(
                "setMyCommands",
                {
                    "commands": [{"command": command, "description": text} for command, text in action.commands],
                    "scope": {"type": "chat", "chat_id": row.telegram_id},
                },
            )
        elif isinstance(action, Deletion):
            await self._tolerant("deleteMessage", chat_id=row.telegram_id, message_id=action.message_id)
        return Delivered(row.id, row.person_id, None, None, media=False, new_message=False, shows=None)

    async def _message(self, parcel: Parcel, message: Message) -> Delivered:
        row = parcel.row
        if parcel.edits:
            try:
                return await self._edit(parcel, message)
            except BadRequest as error:
                if not _says(error, *SEND_ANEW):
                    raise
        sent, uploaded = await self._send(parcel, message)
        if parcel.retires:
            await self._retire(row, message.receipt)
        return _delivered(parcel, message, sent["message_id"], new=True, uploaded=uploaded)

    async def _edit(self, parcel: Parcel, message: Message) -> Delivered:
        row = parcel.row
        target: dict[str, Any] = {"chat_id": row.telegram_id, "message_id": row.message_id}
        markup = _markup(message)
        uploaded: tuple[StoredPhoto, str] | None = None
        try:
            if message.photo is None:
                values = {**target, "text": message.text, "parse_mode": "HTML", "reply_markup": markup} | _NO_PREVIEW
                await self._api.call("editMessageText", values)
            else:

                async def call(photo: str, files: Files) -> Any:
                    media = {"type": "photo", "media": photo, "caption": message.text, "parse_mode": "HTML"}
                    return await self._api.call(
                        "editMessageMedia", {**target, "media": media, "reply_markup": markup}, files
                    )

                _, uploaded = await self._uploads.put(message.photo, parcel.file_id, call)
        except BadRequest as error:
            if not _says(error, "message is not modified"):
                raise
        assert row.message_id is not None
        return _delivered(parcel, message, row.message_id, new=False, uploaded=uploaded)

    def _content(self, document: Document) -> bytes:
        if document.data is not None:
            return document.data
        assert document.path is not None
        content = (self._data_dir / document.path).read_bytes()
        return content if document.sealed is None else self._cipher.open(content, document.sealed)

    async def _send(self, parcel: Parcel, message: Message) -> tuple[dict[str, Any], tuple[StoredPhoto, str] | None]:
        values: dict[str, Any] = {"chat_id": parcel.row.telegram_id, "parse_mode": "HTML"}
        markup = _markup(message, new=True)
        if markup:
            values["reply_markup"] = markup
        if message.silent:
            values["disable_notification"] = True
        if message.protect:
            values["protect_content"] = True
        if message.document is not None:
            content = await asyncio.to_thread(self._content, message.document)
            values |= {"caption": message.text, "document": "attach://document"}
            return await self._api.call(
                "sendDocument", values, {"document": (message.document.filename, content)}, timeout=120
            ), None
        if message.photo is not None:

            async def call(photo: str, files: Files) -> Any:
                return await self._api.call("sendPhoto", {**values, "photo": photo, "caption": message.text}, files)

            return await self._uploads.put(message.photo, parcel.file_id, call)
        values["text"] = message.text
        return await self._api.call("sendMessage", values | _NO_PREVIEW), None

    def forget_upload(self, photo: StoredPhoto, file_id: str) -> None:
        """Telegram does not know this file_id of the photo's."""
        self._uploads.forget(photo, file_id)

    async def _retire(self, row: Outgoing, receipt: str | None) -> None:
        """An older message of a slot loses its buttons and keeps a line of what happened to it.

        Whatever the answer is: the new message is there, and an error would send it once more.
        """
        target: dict[str, Any] = {"chat_id": row.telegram_id, "message_id": row.message_id}
        try:
            if receipt is None:
                await self._api.call("editMessageReplyMarkup", target, timeout=RETIRE_SECONDS)
            elif row.media:
                await self._api.call(
                    "editMessageCaption", {**target, "caption": receipt, "parse_mode": "HTML"}, timeout=RETIRE_SECONDS
                )
            else:
                await self._api.call(
                    "editMessageText", {**target, "text": receipt, "parse_mode": "HTML"}, timeout=RETIRE_SECONDS
                )
        except TelegramError as error:
            log.info("not_retired", error=type(error).__name__)

    async def _tolerant(self, method: str, **values: Any) -> None:
        try:
            await self._api.call(method, values)
        except BadRequest as error:
            log.info("not_done", method=method, why=str(error)[:80])


_NO_PREVIEW = {"link_preview_options": {"is_disabled": True}}


def plain(message: Message) -> str:
    """The text without markup, for when Telegram cannot parse it."""
    return html.unescape(re.sub(r"<[^<>]*>", "", message.text))


def _delivered(
    parcel: Parcel, message: Message, message_id: int, *, new: bool, uploaded: tuple[StoredPhoto, str] | None
) -> Delivered:
    return Delivered(
        row_id=parcel.row.id,
        person_id=parcel.row.person_id,
        slot=parcel.row.slot,
        message_id=message_id,
        media=message.photo is not None,
        new_message=new,
        shows=message.shows,
        tells=message.tells,
        uploaded=None if uploaded is None else Uploaded(uploaded[0].sha256, uploaded[0].light, uploaded[1]),
    )


def _markup(message: Message, *, new: bool = False) -> dict[str, Any] | None:
    if message.prompt is not None:
        return {"force_reply": True, "input_field_placeholder": message.prompt[:64]}
    if not message.keyboard:
        return None if new else {"inline_keyboard": []}
    return {"inline_keyboard": _rows(message.keyboard)}


def _rows(keyboard: Keyboard) -> list[list[dict[str, str]]]:
    rows = []
    for row in keyboard:
        buttons = []
        for button in row:
            shown = {"text": button.text}
            if button.url is not None:
                shown["url"] = button.url
            else:
                shown["callback_data"] = button.data or ""
            if button.style is not None:
                shown["style"] = button.style
            buttons.append(shown)
        rows.append(buttons)
    return rows


def _says(error: TelegramError, *texts: str) -> bool:
    said = str(error).lower()
    return any(text in said for text in texts)
