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


def file_id(tx: Tx, sha256: str, *, light: bool = False) -> str | None:
    """Telegram's id of the photo (of its lighter rendition), once it was uploaded."""
    row = tx.one("select file_id, light_file_id from photos where sha256 = :sha256", sha256=sha256)
    found: str | None = None if row is None else row["light_file_id" if light else "file_id"]
    return found


def set_file_id(tx: Tx, sha256: str, file_id: str | None, *, light: bool = False) -> None:
    """The photo was uploaded and has this id; None when Telegram no longer knows the old one."""
    tx.run(
        "update photos set file_id = case when :light then file_id else :file_id end,"
        " light_file_id = case when :light then :file_id else light_file_id end where sha256 = :sha256",
        sha256=sha256,
        file_id=file_id,
        light=int(light),
    )
