"""The file store: what was uploaded, under ids as Telegram gives them."""

from __future__ import annotations

from pathlib import Path


class FileStore:
    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    def at_path(self, bot: int, path: str) -> bytes | None:
        return None

    def close(self) -> None:
        pass
