"""Photos of the file store by the hash of their content, and Telegram's id of each once it was uploaded."""

from __future__ import annotations

from storage.database import Tx


def add(tx: Tx, sha256: str, *, width: int, height: int, size: int, now: int) -> None:
    """Know a stored photo; the same content again changes nothing."""
    tx.run(
        "insert into photos (sha256, width, height, size, created_at) values (:sha256, :width, :height, :size, :now)"
        " on conflict (sha256) do nothing",
        sha256=sha256,
        width=width,
        height=height,
        size=size,
        now=now,
    )


def file_id(tx: Tx, sha256: str) -> str | None:
    """Telegram's id of the photo, once it was uploaded."""
    found: str | None = tx.value("select file_id from photos where sha256 = :sha256", sha256=sha256)
    return found


def set_file_id(tx: Tx, sha256: str, file_id: str | None) -> None:
    """The photo was uploaded and has this id; None when Telegram no longer knows the old one."""
    tx.run("update photos set file_id = :file_id where sha256 = :sha256", sha256=sha256, file_id=file_id)
