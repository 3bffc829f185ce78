"""Photos out of a folder of this machine, for `python -m bot import`: the same rules as for a ZIP."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from domain.file_problems import Refused
from files.archives import ARCHIVES, PHOTOS, shortened
from files.pictures import PictureLimits, Taken, take_each
from files.texts import clean_name, natural

_LIMITS = PictureLimits()


@dataclass(frozen=True, slots=True)
class FolderListing:
    """Photos below a folder, as paths relative to it in natural order; what else lies there, by name and reason."""

    photos: tuple[str, ...]
    refused: tuple[Refused, ...]


def list_folder(folder: Path, *, refused_lines: int = 1_000) -> FolderListing:
    """Name every photo below `folder`; hidden files are passed over, links are not followed.

    The order is the same at every call while nothing in the folder changes. Raises NotADirectoryError.
    """
    if not folder.is_dir():
        raise NotADirectoryError(str(folder))
    photos: list[str] = []
    refused: list[Refused] = []
    for path in sorted(folder.rglob("*"), key=lambda one: natural(str(one.relative_to(folder)))):
        name = str(path.relative_to(folder))
        if any(part.startswith(".") for part in Path(name).parts) or (path.is_dir() and not path.is_symlink()):
            continue
        reason = _refusal(path)
        if reason is None:
            photos.append(name)
        else:
            refused.append(Refused(clean_name(name), reason))
    return FolderListing(tuple(photos), shortened(refused, refused_lines))


def take_from_folder(
    folder: Path, names: Sequence[str], store: Path, limits: PictureLimits = _LIMITS
) -> list[Taken | Refused]:
    """Normalise and store these photos of a listing; one result each, in their order. Repeating changes nothing."""
    return take_each(((clean_name(name), folder / name) for name in names), store, limits)


def _refusal(path: Path) -> str | None:
    suffix = path.suffix.casefold()
    if path.is_symlink() or not path.is_file():
        return "link"
    if suffix in ARCHIVES:
        return "archive"
    if suffix in (".heic", ".heif"):
        return "heic"
    return None if suffix in PHOTOS else "not_photo"
