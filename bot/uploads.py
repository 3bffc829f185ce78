"""Each photo goes to Telegram once, then by its file_id: whoever wants it meanwhile waits for the one upload.

So does a picture that is drawn: the same function with the same arguments is drawn and uploaded once while the process
lives, however many people are to see it.
"""

from __future__ import annotations

import asyncio
import hashlib
import pickle
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from telegram.error import BadRequest, TelegramError

from bot.processes import Processes
from bot.rendering.message import Drawn, StoredPhoto
from files.pictures import lighter

Files = dict[str, tuple[str, bytes]]
Call = Callable[[str, Files], Awaitable[Any]]
Key = StoredPhoto | str
"""A stored photo, or the hash of what a drawn one is drawn from."""

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
        self._known: dict[Key, asyncio.Future[str]] = {}

    async def put(
        self, photo: StoredPhoto | Drawn, file_id: str | None, call: Call
    ) -> tuple[Any, tuple[StoredPhoto, str] | None]:
        """Make the call with the photo; returns its answer and, after an upload of a stored one, it with its file_id.

        `call(place, files)` gets what stands in the photo's place and the files that go along. Raises what it raises.
        """
        if file_id is not None:
            return await call(file_id, {}), None
        key = _key(photo)
        while (upload := self._known.get(key)) is not None:
            try:  # under way, or done since this row was read
                file_id = await asyncio.shield(upload)
            except TelegramError:
                continue  # that one failed; it is this one's turn
            try:
                return await call(file_id, {}), None
            except BadRequest as error:
                if not is_wrong_file(error):
                    raise
                self.forget(key, file_id)
        return await self._upload(key, photo, call)

    def forget(self, photo: Key, file_id: str) -> None:
        """Telegram does not know this file_id; an upload under way, or a newer id, stays."""
        known = self._known.get(photo)
        if known is not None and known.done() and known.result() == file_id:
            del self._known[photo]

    async def _upload(
        self, key: Key, photo: StoredPhoto | Drawn, call: Call
    ) -> tuple[Any, tuple[StoredPhoto, str] | None]:
        future: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        future.add_done_callback(lambda done: done.cancelled() or done.exception())  # nobody may be waiting
        self._known[key] = future
        try:
            answer = await call(f"attach://{PART}", {PART: await self._content(photo)})
            file_id: str = max(answer["photo"], key=lambda size: size["width"])["file_id"]
        except BaseException as error:
            self._known.pop(key, None)
            future.set_exception(TelegramError(f"the upload failed: {type(error).__name__}"))
            raise
        future.set_result(file_id)
        oldest = next(iter(self._known))
        if len(self._known) > REMEMBERED and self._known[oldest].done():
            del self._known[oldest]
        return answer, None if isinstance(photo, Drawn) else (photo, file_id)

    async def _content(self, photo: StoredPhoto | Drawn) -> tuple[str, bytes]:
        """A name for the file, and its bytes."""
        if isinstance(photo, Drawn):
            return "picture.png", await self._processes.run(photo.function, *photo.args)
        path = self._folder / photo.sha256[:2] / f"{photo.sha256}.jpg"
        if photo.light:
            return f"{photo.sha256}-light.jpg", await self._processes.run(lighter, path)
        return path.name, await asyncio.to_thread(path.read_bytes)


def _key(photo: StoredPhoto | Drawn) -> Key:
    """Two drawings have one key when the same function draws them from the same arguments."""
    if isinstance(photo, StoredPhoto):
        return photo
    return hashlib.sha256(pickle.dumps((photo.function, photo.args))).hexdigest()


def is_wrong_file(error: BadRequest) -> bool:
    """Telegram does not know (any more) the file_id it was given."""
    said = str(error).lower()
    return any(text in said for text in WRONG_FILE)
