"""The file store: bytes on disk under ids as Telegram gives them.

`file_id` belongs to one bot and opens the file; `file_unique_id` only tells files apart. With a folder of its own the
store survives a restart: its index is one line of JSON a file.
"""

from __future__ import annotations

import base64
import mimetypes
import secrets
import shutil
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from emulator.codec import decode, encode
from emulator.errors import ApiError, bad
from emulator.pictures import Size

DOWNLOAD_LIMIT = 20 * 1024 * 1024
INDEX = "index.jsonl"
PREFIXES = {"photo": "AgACAgI", "document": "BQACAgI", "voice": "AwACAgI", "sticker": "CAACAgI", "thumbnail": "AAMCAgI"}


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file of one bot. `size` is what it says it has; a person may send one that lies."""

    file_id: str
    unique_id: str
    bot: int
    kind: str
    size: int
    mime: str
    path: str
    file_name: str | None = None
    width: int = 0
    height: int = 0
    album: str | None = None  # the sizes of one photo share it

    def photo_size(self) -> dict[str, Any]:
        """As a PhotoSize."""
        return {
            "file_id": self.file_id,
            "file_unique_id": self.unique_id,
            "width": self.width,
            "height": self.height,
            "file_size": self.size,
        }

    def document(self) -> dict[str, Any]:
        """As a Document without a thumbnail."""
        named = {"file_name": self.file_name} if self.file_name else {}
        return {
            "file_id": self.file_id,
            "file_unique_id": self.unique_id,
            **named,
            "mime_type": self.mime,
            "file_size": self.size,
        }


class FileStore:
    """All files of all bots."""

    def __init__(self, folder: Path | None) -> None:
        self._temporary = folder is None
        self._folder = Path(tempfile.mkdtemp(prefix="emulator-files-")) if folder is None else folder
        self._folder.mkdir(parents=True, exist_ok=True)
        self._by_id: dict[str, StoredFile] = {}
        self._by_path: dict[tuple[int, str], StoredFile] = {}
        self._photos: dict[str, list[StoredFile]] = {}
        self._thumbnails: dict[str, StoredFile] = {}
        index = self._folder / INDEX
        if index.exists():
            for line in index.read_text().splitlines():
                self._know(StoredFile(**decode(line)))

    def add(
        self,
        bot: int,
        kind: str,
        data: bytes,
        *,
        mime: str | None = None,
        file_name: str | None = None,
        claimed_size: int | None = None,
        width: int = 0,
        height: int = 0,
        album: str | None = None,
    ) -> StoredFile:
        """Keep bytes and give them their ids."""
        guessed = mimetypes.guess_type(file_name)[0] if file_name else None
        mime = guessed or mime or "application/octet-stream"
        suffix = PurePosixPath(file_name).suffix if file_name else mimetypes.guess_extension(mime) or ""
        folder = "photos" if kind == "photo" else kind + "s"
        stored = StoredFile(
            file_id=PREFIXES[kind] + secrets.token_urlsafe(48),
            unique_id="AQAD" + secrets.token_urlsafe(9),
            bot=bot,
            kind=kind,
            size=len(data) if claimed_size is None else claimed_size,
            mime=mime,
            path=f"{folder}/file_{len(self._by_path)}{suffix if suffix.isascii() and len(suffix) <= 10 else ''}",
            file_name=file_name,
            width=width,
            height=height,
            album=album,
        )
        (self._folder / stored.unique_id).write_bytes(data)
        if not self._temporary:
            with (self._folder / INDEX).open("ab") as index:
                index.write(encode(asdict(stored)) + b"\n")
        self._know(stored)
        return stored

    def add_photo(self, bot: int, made: list[Size]) -> list[StoredFile]:
        """Keep a photo in all its sizes, smallest first."""
        album = base64.b32encode(secrets.token_bytes(10)).decode()
        return [
            self.add(bot, "photo", size.data, mime="image/jpeg", width=size.width, height=size.height, album=album)
            for size in made
        ]

    def set_thumbnail(self, of: StoredFile, made: list[Size]) -> None:
        """Give a document a small picture."""
        size = next((s for s in reversed(made) if max(s.width, s.height) <= 320), made[0])
        self._thumbnails[of.unique_id] = self.add(
            of.bot, "thumbnail", size.data, mime="image/jpeg", width=size.width, height=size.height
        )

    def find(self, bot: int, file_id: str) -> StoredFile:
        """The file that this bot calls so, or the 400."""
        stored = self._by_id.get(file_id)
        if stored is None or stored.bot != bot:
            raise bad("wrong file_id or the file is temporarily unavailable")
        return stored

    def forget_ids(self) -> None:
        """No file_id given so far opens anything any longer, as Telegram warns may happen."""
        self._by_id.clear()

    def any(self, file_id: str) -> StoredFile | None:
        """The file whosoever it is: for the control side."""
        return self._by_id.get(file_id)

    def photo(self, stored: StoredFile) -> list[StoredFile]:
        """All sizes of the photo that this is one of."""
        return self._photos.get(stored.album or "", [stored])

    def document(self, stored: StoredFile) -> dict[str, Any]:
        """As a Document, with its thumbnail if it has one."""
        thumbnail = self._thumbnails.get(stored.unique_id)
        shown = stored.document()
        if thumbnail is not None:
            shown["thumbnail"] = thumbnail.photo_size()
        return shown

    def described(self, bot: int, file_id: str) -> dict[str, Any]:
        """A File with its path, as getFile gives it; big files are refused."""
        stored = self.find(bot, file_id)
        if stored.size > DOWNLOAD_LIMIT:
            raise bad("file is too big")
        return {
            "file_id": stored.file_id,
            "file_unique_id": stored.unique_id,
            "file_size": stored.size,
            "file_path": stored.path,
        }

    def at_path(self, bot: int, path: str) -> bytes:
        """The bytes at a path that getFile gave; raises the 404."""
        stored = self._by_path.get((bot, path))
        if stored is None or stored.size > DOWNLOAD_LIMIT:
            raise ApiError(404, "Not Found")
        return self.data(stored)

    def data(self, stored: StoredFile) -> bytes:
        """The bytes of a file."""
        return (self._folder / stored.unique_id).read_bytes()

    def close(self) -> None:
        """Throw a temporary folder away."""
        if self._temporary:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _know(self, stored: StoredFile) -> None:
        self._by_id[stored.file_id] = stored
        self._by_path[(stored.bot, stored.path)] = stored
        if stored.album is not None:
            self._photos.setdefault(stored.album, []).append(stored)
