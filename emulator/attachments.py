"""What people send besides text: photos, documents, samples, stickers, voices."""

from __future__ import annotations

import asyncio
import mimetypes
import secrets
from pathlib import Path
from typing import Any, NamedTuple

from emulator import pictures
from emulator.bots import Bot
from emulator.chats import Person
from emulator.entities import CAPTION_LIMIT, automatic
from emulator.errors import ControlError
from emulator.files import StoredFile
from emulator.people import People

ALBUM = 10  # phones cut a longer choice of photos into albums of ten
PHOTO_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}
LARGEST = 2_000_000_000


class Attached(NamedTuple):
    """A file as it left the person's phone."""

    name: str
    data: bytes


class Attachments:
    """Sending files on behalf of people."""

    def __init__(self, people: People, samples: Path | None) -> None:
        self.people = people
        self.world = people.world
        self.folder = samples

    async def photos(
        self, bot: Bot, person: Person, files: list[Attached], caption: str | None = None, reply_to: int | None = None
    ) -> dict[str, Any]:
        """Send photos; several become albums of at most ten, the caption stands on the first."""
        if not files:
            raise ControlError("There is no file.")
        made = []
        for file in files:
            try:
                made.append(await asyncio.to_thread(pictures.sizes, file.data))
            except pictures.PictureError as error:
                raise ControlError(f"{file.name} is not a photo that Telegram takes: {error}.") from None
        chat = self.people.open_chat(bot, person)
        messages: list[int] = []
        updates: list[int | None] = []
        for start in range(0, len(made), ALBUM):
            part = made[start : start + ALBUM]
            group = {"media_group_id": str(secrets.randbits(53))} if len(part) > 1 else {}
            for number, sizes in enumerate(part):
                stored = self.world.files.add_photo(bot.id, sizes)
                fields = {**group, "photo": [size.photo_size() for size in stored]}
                if number == 0 and start == 0:
                    fields.update(_caption(caption))
                sent = self.people.post(bot, chat, person, fields, reply_to)
                messages.append(sent["message_id"])
                updates.append(sent["update_id"])
        return {"message_ids": messages, "update_ids": updates}

    def document(
        self,
        bot: Bot,
        person: Person,
        file: Attached,
        caption: str | None = None,
        reply_to: int | None = None,
        claimed_size: int | None = None,
    ) -> dict[str, Any]:
        """Send a file as it is; with `claimed_size` it says that it has that many bytes."""
        if claimed_size is not None and not 0 <= claimed_size <= LARGEST:
            raise ControlError("claimed_size is a number of bytes up to 2 GB.")
        chat = self.people.open_chat(bot, person)
        stored = self.world.files.add(bot.id, "document", file.data, file_name=file.name, claimed_size=claimed_size)
        fields = {"document": stored.document(), **_caption(caption)}
        return self.people.post(bot, chat, person, fields, reply_to)

    async def sample(self, bot: Bot, person: Person, name: str) -> dict[str, Any]:
        """Send a sample with its caption: a picture as a photo, all else as a document."""
        found = next((path for path in self._samples() if path.name == name), None)
        if found is None:
            raise ControlError(f"There is no sample {name}.", 404)
        for_person = _side(found, ".person")
        if for_person is not None and for_person != str(person.id):
            raise ControlError(f"The sample {name} is not for {person.first_name}.", 403)
        file = Attached(found.name, await asyncio.to_thread(found.read_bytes))
        caption = _side(found, ".caption.txt")
        if found.suffix.lower() in PHOTO_SUFFIXES:
            sent = await self.photos(bot, person, [file], caption)
            return {"message_id": sent["message_ids"][0], "update_id": sent["update_ids"][0]}
        return self.document(bot, person, file, caption)

    def samples(self) -> list[dict[str, Any]]:
        """What the attach menu offers."""
        shown = []
        for path in self._samples():
            person = _side(path, ".person")
            shown.append(
                {
                    "name": path.name,
                    "kind": "photo" if path.suffix.lower() in PHOTO_SUFFIXES else "document",
                    "size": path.stat().st_size,
                    "caption": _side(path, ".caption.txt"),
                    "person": int(person) if person is not None and person.isdigit() else None,
                }
            )
        return shown

    def sticker(self, bot: Bot, person: Person) -> dict[str, Any]:
        """Send a sticker."""
        chat = self.people.open_chat(bot, person)
        stored = self.world.files.add(bot.id, "sticker", b"RIFF\x1a\0\0\0WEBP", mime="image/webp")
        looks = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False, "emoji": "👍"}
        return self.people.post(bot, chat, person, {"sticker": {**_ids(stored), **looks}})

    def voice(self, bot: Bot, person: Person) -> dict[str, Any]:
        """Send a voice message of two seconds."""
        chat = self.people.open_chat(bot, person)
        stored = self.world.files.add(bot.id, "voice", b"OggS" + bytes(60), mime="audio/ogg")
        return self.people.post(bot, chat, person, {"voice": {**_ids(stored), "duration": 2, "mime_type": "audio/ogg"}})

    def _samples(self) -> list[Path]:
        if self.folder is None or not self.folder.is_dir():
            return []
        return sorted(
            path
            for path in self.folder.iterdir()
            if path.is_file() and not path.name.startswith(".") and not path.name.endswith((".caption.txt", ".person"))
        )


def media_type(stored: StoredFile) -> str:
    """The type under which the control side serves a file."""
    return stored.mime or mimetypes.guess_type(stored.path)[0] or "application/octet-stream"


def _ids(stored: StoredFile) -> dict[str, Any]:
    return {"file_id": stored.file_id, "file_unique_id": stored.unique_id, "file_size": stored.size}


def _side(path: Path, ending: str) -> str | None:
    """The text of the file beside a sample: NAME.ending, with NAME with or without its own suffix."""
    for beside in (path.with_name(path.name + ending), path.with_name(path.stem + ending)):
        if beside.is_file():
            return beside.read_text().strip()
    return None


def _caption(caption: str | None) -> dict[str, Any]:
    if not caption:
        return {}
    if len(caption) > CAPTION_LIMIT:
        raise ControlError("A caption has at most 1024 characters.")
    entities = automatic(caption)
    return {"caption": caption, "caption_entities": entities} if entities else {"caption": caption}
