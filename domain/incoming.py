"""A file somebody sent: what it is by its name and type, and whether a bot may fetch it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import Final, Literal

from domain.brief.model import Data

DOWNLOAD_LIMIT: Final = 20 * 1024 * 1024
"""Telegram lets a bot fetch files of up to 20 MB."""

What = Literal["archive", "photo", "table", "gold", "answer", "unknown"]
"""`gold`: known answers to what a draft has; `answer`: XML, which no batch is made of and banks answer in."""

_PHOTOS: Final = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".heic", ".heif", ".gif", ".bmp", ".tif"}
)
_TABLES: Final = frozenset({".csv", ".tsv", ".tab", ".jsonl", ".ndjson", ".json", ".txt", ".xlsx", ".xls", ".ods"})
_ANSWERS: Final = frozenset({".xml", ".c53", ".c54", ".p002"})
_TABLE_TYPES: Final = frozenset({"text/csv", "text/tab-separated-values", "text/plain", "application/json"})


@dataclass(frozen=True, slots=True)
class Incoming:
    """One file of one message. `size` in bytes; `group` is the album it came in."""

    what: What
    file_id: str
    name: str | None = None
    size: int = 0
    caption: str = ""
    group: str | None = None
    message_id: int = 0
    belongs: Data | None = None
    """What the draft holds that known answers belong to."""

    @property
    def data(self) -> Data:
        """What a batch made of it holds."""
        if self.belongs is not None:
            return self.belongs
        return "texts" if self.what == "table" else "photos"

    @property
    def fetchable(self) -> bool:
        """Telegram will hand it to the bot."""
        return self.size <= DOWNLOAD_LIMIT


def what_is(name: str | None, mime: str | None) -> What:
    """What a document is; its ending tells before its type does, for phones guess types."""
    suffix = PurePath(name or "").suffix.casefold()
    if PurePath(name or "").name.casefold() == "gold.csv":
        return "gold"
    if suffix == ".zip" or (not suffix and mime in ("application/zip", "application/x-zip-compressed")):
        return "archive"
    if suffix in _PHOTOS or (not suffix and (mime or "").startswith("image/")):
        return "photo"
    if suffix in _TABLES or (not suffix and mime in _TABLE_TYPES):
        return "table"
    if suffix in _ANSWERS or (not suffix and mime in ("application/xml", "text/xml")):
        return "answer"
    return "unknown"
