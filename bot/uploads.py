"""Each photo goes to Telegram once, then by its file_id: whoever wants it meanwhile waits for the one upload."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from telegram.error import BadRequest, TelegramError

from bot.processes import Processes
from bot.rendering.message import Drawn, StoredPhoto
from files.pictures import lighter

Files = dict[str, tuple[str, bytes]]
Call = Callable[[str, Files], Awaitable[Any]]

PART = "photo"
WRONG_FILE = ("wrong file_id", "wrong file identifier", "wrong remote file", "wrong type of the web page content")
"""What Telegram says when it no longer knows a file_id."""
REMEMBERED = 1000
"""Uploads kept in memory, for rows that were read before theirs was noted in the database."""


class Uploads:
    """Puts photos into calls of the Bot API: a drawn one, a stored one by its file_id, or a stored one's bytes."""

    def __init__(self, processes: Processes, photos: Path) -> None:
        self._processes = processes
        self._folder = photos
        self._known: dict[StoredPhoto, asyncio.Future[str]] = {}

    async def put(
        self, photo: StoredPhoto | Drawn, file_id: str | None, call: Call
    ) -> tuple[Any, tuple[StoredPhoto, str] | None]:
        """Make the call with the photo; returns its answer and, after an upload, the photo with its file_id.

        `call(place, files)` gets what stands in the photo's place and the files that go along. Raises what it raises.
        """
        if isinstance(photo, Drawn):
            drawn = await self._processes.run(photo.function, *photo.args)
            return await call(f"attach://{PART}", {PART: ("picture.png", drawn)}), None
        if file_id is not None:
            return await call(file_id, {}), None
        while (upload := self._known.get(photo)) is not None:
            try:  # under way, or done since this row was read
                file_id = await asyncio.shield(upload)
            except TelegramError:
                continue  # that one failed; it is this one's turn
            try:
                return await call(file_id, {}), None
            except BadRequest as error:
                if not is_wrong_file(error):
                    raise
                self.forget(photo, file_id)
        return await self._upload(photo, call)

    def forget(self, photo: StoredPhoto, file_id: str) -> None:
        """Telegram does not know this file_id; an upload under way, or a newer id, stays."""
        known = self._known.get(photo)
        if known is not None and known.done() and known.result() == file_id:
            del self._known[photo]

    async def _upload(self, photo: StoredPhoto, call: Call) -> tuple[Any, tuple[StoredPhoto, str]]:
        future: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        future.add_done_callback(lambda done: done.cancelled() or done.exception())  # nobody may be waiting
        self._known[photo] = future
        try:
            content = await self._content(photo)
            name = f"{photo.sha256}{'-light' if photo.light else ''}.jpg"
            answer = await call(f"attach://{PART}", {PART: (name, content)})
            file_id: str = max(answer["photo"], key=lambda size: size["width"])["file_id"]
        except BaseException as error:
            self._known.pop(photo, None)
            future.set_exception(TelegramError(f"the upload failed: {type(error).__name__}"))
            raise
        future.set_result(file_id)
        oldest = next(iter(self._known))
        if len(self._known) > REMEMBERED and self._known[oldest].done():
            del self._known[oldest]
        return answer, (photo, file_id)

    async def _content(self, photo: StoredPhoto) -> bytes:
        path = self._folder / photo.sha256[:2] / f"{photo.sha256}.jpg"
        if photo.light:
            return await self._processes.run(lighter, path)
        return await asyncio.to_thread(path.read_bytes)


def is_wrong_file(error: BadRequest) -> bool:
    """Telegram does not know (any more) the file_id it was given."""
    said = str(error).lower()
    return any(text in said for text in WRONG_FILE)
