"""Photos out of a ZIP from a stranger: the directory is judged first, then members are unpacked in bounded chunks.

No name in the archive ever becomes a path of ours (photos are stored by the hash of their content), nothing is unpacked
before its declared size, ratio and kind were judged, and what is unpacked is bounded by what was declared. Entries that
share their bytes are refused, so all photos together are at most `ratio` times the size of the archive.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import os
import stat
import struct
import unicodedata
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from isal import isal_zlib

from domain.file_problems import BrokenZip, NotAZip, Refused, ZipTooFull
from files.pictures import PictureLimits, Taken, take_each
from files.texts import clean_name, natural

PHOTOS = frozenset({".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp"})
ARCHIVES = frozenset({".zip", ".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".jar", ".cab"})
_LOCAL = 30  # bytes of a local header without its name
_LITTER = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
_NOT_DEFLATE: type[Exception] = isal_zlib.error  # type: ignore[assignment]  # its stub calls the class an instance
# NotImplementedError: a directory line that asks for a ZIP version of the far future.
_BROKEN = (
    zipfile.BadZipFile,
    struct.error,
    EOFError,
    ArithmeticError,
    ValueError,
    OSError,
    NotImplementedError,
)


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """Photos taken from one archive; bytes of one member; unpacked to packed; bytes of directory; lines of refusals."""

    photos: int = 5_000
    member_bytes: int = 25_000_000
    ratio: int = 100
    directory_bytes: int = 8_000_000
    refused: int = 1_000


@dataclass(frozen=True, slots=True)
class Member:
    """A usable entry: its name for people, and what the archive's directory says of it.

    `offset` is where its local header begins; `packed` and `size` are bytes before and after unpacking.
    """

    name: str
    offset: int
    packed: int
    size: int
    deflated: bool
    crc: int


@dataclass(frozen=True, slots=True)
class Listing:
    """Photos in natural order of their names, what was refused in the same order, and a gold.csv if there is one."""

    members: tuple[Member, ...]
    refused: tuple[Refused, ...]
    gold: Member | None = None


_LIMITS = ArchiveLimits()
_PICTURES = PictureLimits()


def list_archive(path: Path, limits: ArchiveLimits = _LIMITS) -> Listing:
    """Judge every entry of the ZIP at `path` from its directory alone; nothing is unpacked.

    The order is the same at every call, so a chunk `members[a:b]` stays the same chunk after a restart.
    Raises `NotAZip`, `BrokenZip`, `ZipTooFull`.
    """
    entries = _directory(path, limits)
    overlapping = _overlapping(entries)
    members: list[Member] = []
    refused: list[Refused] = []
    gold: Member | None = None
    seen: set[str] = set()
    for position, entry in enumerate(entries):
        name = _name(entry)
        if name.endswith("/") or _litter(name):
            continue
        deflated = entry.compress_type == zipfile.ZIP_DEFLATED
        place = entry.header_offset, entry.compress_size, entry.file_size
        member = Member(clean_name(name), *place, deflated, entry.CRC)
        is_gold = PurePosixPath(name).name.casefold() == "gold.csv"
        refusal = _refusal(entry, name, limits, photo=not is_gold)
        if refusal is None and position in overlapping:
            refusal = Refused(member.name, "damaged")
        if refusal is None and member.name in seen:
            refusal = Refused(member.name, "same_name")
        seen.add(member.name)
        if refusal is not None:
            refused.append(refusal)
        elif is_gold:
            gold = gold or member
        else:
            members.append(member)
    members.sort(key=lambda member: natural(member.name))
    refused.sort(key=lambda line: natural(line.name))
    rest = len(members) - limits.photos
    if rest > 0:
        refused.insert(0, Refused("", "too_many_photos", {"count": rest, "limit": limits.photos}))
    return Listing(tuple(members[: limits.photos]), shortened(refused, limits.refused), gold)


def take_photos(
    path: Path, members: Sequence[Member], folder: Path, limits: PictureLimits = _PICTURES
) -> list[Taken | Refused]:
    """Unpack, normalise and store these members of a listing under `folder`; one result each, in their order.

    The archive's directory is not read again: a member's bytes are read from where the listing says they are. Repeating
    a chunk changes nothing. One member is in memory at a time, never more of it than it declared.
    """
    with path.open("rb") as archive:
        unpacked = ((member.name, _unpacked(archive, member, limits.bytes)) for member in members)
        return take_each(unpacked, folder, limits)


def read_member(path: Path, member: Member, *, most: int) -> bytes | Refused:
    """The bytes of one member of a listing, as long as it holds no more than `most`; else why not."""
    with path.open("rb") as archive:
        return _unpacked(archive, member, most)


def shortened(refused: Sequence[Refused], most: int) -> tuple[Refused, ...]:
    """The first `most` lines, then one that counts the rest: nobody reads 20,000 lines, and no message holds them."""
    rest = len(refused) - most
    return (*refused[:most], Refused("", "more", {"count": rest})) if rest > 0 else tuple(refused)


class _Directory(io.FileIO):
    """A file that refuses big gulps: zipfile reads the directory in one, of the size the archive claims."""

    gulp = 0

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > self.gulp:
            raise ZipTooFull(limit=_LIMITS.photos)
        return super().read(-1 if size is None else size) or b""


def _directory(path: Path, limits: ArchiveLimits) -> list[zipfile.ZipInfo]:
    with _Directory(path) as file:
        file.gulp = limits.directory_bytes
        try:
            with zipfile.ZipFile(file) as archive:
                return archive.infolist()
        except _BROKEN as error:
            raise _problem(path) from error


def _problem(path: Path) -> NotAZip | BrokenZip:
    """A file that begins like a ZIP was one once."""
    with path.open("rb") as file:
        return BrokenZip() if file.read(2) == b"PK" else NotAZip()


def _name(entry: zipfile.ZipInfo) -> str:
    """The entry's name with forward slashes, in NFC, and repaired where UTF-8 was written without saying so (macOS)."""
    name = entry.filename
    if not entry.flag_bits & 0x800:
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            name = entry.filename
    return unicodedata.normalize("NFC", name.replace("\\", "/"))


def _litter(name: str) -> bool:
    """What macOS and Windows leave in every archive; nobody sent it on purpose, so nobody is told."""
    path = PurePosixPath(name)
    return "__MACOSX" in path.parts or path.name.casefold() in _LITTER or path.name.startswith("._")


def _refusal(entry: zipfile.ZipInfo, name: str, limits: ArchiveLimits, *, photo: bool) -> Refused | None:
    """The first reason against an entry as its directory line describes it."""
    shown = clean_name(name)
    suffix = PurePosixPath(name).suffix.casefold()
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if name.startswith("/") or name[1:2] == ":" or ".." in name.split("/"):
        return Refused(shown, "path")
    if kind not in (0, stat.S_IFREG):
        return Refused(shown, "link")
    if suffix in ARCHIVES:
        return Refused(shown, "archive")
    if suffix in (".heic", ".heif"):
        return Refused(shown, "heic")
    if photo and suffix not in PHOTOS:
        return Refused(shown, "not_photo")
    if entry.flag_bits & 0x1:
        return Refused(shown, "encrypted")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return Refused(shown, "method")
    if entry.file_size > limits.member_bytes:
        return Refused(shown, "too_big", {"limit": limits.member_bytes // 1_000_000})
    if entry.file_size > max(entry.compress_size, 1) * limits.ratio:
        return Refused(shown, "ratio", {"limit": limits.ratio})
    return None


def _overlapping(entries: Sequence[zipfile.ZipInfo]) -> set[int]:
    """Positions of entries whose bytes run into the next entry's: how a small file claims to hold many big ones."""
    order = sorted(range(len(entries)), key=lambda position: entries[position].header_offset)
    return {
        this
        for this, following in itertools.pairwise(order)
        if entries[this].header_offset + _LOCAL + entries[this].compress_size > entries[following].header_offset
    }


def _unpacked(archive: BinaryIO, member: Member, most: int) -> bytes | Refused:
    if member.size > most:
        return Refused(member.name, "too_big", {"limit": most // 1_000_000})
    data: bytes | None = None
    # A stored block of deflate is at most a few bytes longer than what is in it; whatever claims more is made up.
    if member.packed <= member.size + member.size // 100 + 1_000:
        with contextlib.suppress(_NOT_DEFLATE, OSError, ValueError):
            data = _bytes_of(archive, member)
    if data is None or len(data) != member.size or isal_zlib.crc32(data) != member.crc:
        return Refused(member.name, "damaged")
    return data


def _bytes_of(archive: BinaryIO, member: Member) -> bytes | None:
    """What lies behind the local header, unpacked but for no more than one byte above the declared size."""
    archive.seek(member.offset)
    header = archive.read(_LOCAL)
    if len(header) < _LOCAL or not header.startswith(b"PK\3\4"):
        return None
    name, extra = struct.unpack_from("<2H", header, 26)
    archive.seek(name + extra, os.SEEK_CUR)
    packed = archive.read(member.packed)
    if not member.deflated:
        return packed
    # isal, since zlib takes 15 ms for a photo of 3 MB, and isal 9.
    return isal_zlib.decompressobj(-isal_zlib.MAX_WBITS).decompress(packed, member.size + 1)
