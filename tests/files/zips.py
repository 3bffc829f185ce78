"""ZIPs and pictures made for tests, the bad ones by hand: zipfile itself refuses to write most of them."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from pathlib import Path

from PIL import Image

from domain.file_problems import REASONS, Refused


def photo(width: int = 64, height: int = 48, colour: str = "teal", form: str = "JPEG", **options: object) -> bytes:
    """A one-coloured picture as a file's bytes."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, form, **options)
    return out.getvalue()


def archive(path: Path, *members: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    """A ZIP of (name, bytes), deflated."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members:
            file.writestr(name, data)
    return path


def special(name: str, kind: int = stat.S_IFLNK) -> zipfile.ZipInfo:
    """The entry of a symbolic link or a device."""
    entry = zipfile.ZipInfo(name)
    entry.create_system = 3
    entry.external_attr = (kind | 0o777) << 16
    return entry


def forged(path: Path, name: str, data: bytes, *, claims: int, flags: int = 0, times: int = 1) -> Path:
    """A ZIP with one deflated member and `times` directory lines for it that claim `claims` unpacked bytes."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = squeeze.compress(data) + squeeze.flush()
    fields = (20, flags, 8, 0, 33, zlib.crc32(data), len(packed), claims, len(name), 0)
    local = struct.pack("<4s5H3L2H", b"PK\3\4", *fields) + name.encode()
    lines = b"".join(
        struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, *fields, 0, 0, 0, 0, 0) + name.encode() for _ in range(times)
    )
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, times, times, len(lines), len(local) + len(packed), 0)
    path.write_bytes(local + packed + lines + end)
    return path


def blank_png(width: int, height: int, rows: int | None = None) -> bytes:
    """A PNG of zeros, compressed as far as it goes: a small file of width × height pixels (cut after `rows`)."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))

    header = struct.pack(">2L5B", width, height, 8, 0, 0, 0, 0)
    squeeze = zlib.compressobj(9)
    packed = (
        b"".join(squeeze.compress(bytes(width + 1)) for _ in range(height if rows is None else rows)) + squeeze.flush()
    )
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def explain(refused: Refused) -> str:
    """The line a person would read about it, in English."""
    sentence = REASONS[refused.reason].format(**(refused.detail or {}))
    return f"{refused.name}: {sentence}" if refused.name else sentence
