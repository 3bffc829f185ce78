"""Pictures from strangers made small, upright and clean: whatever came in, a plain JPEG without metadata goes out.

What a decoder is fed here decides what it may do to the machine, so the order is fixed: three formats only, size read
and judged before a pixel is decoded, big JPEGs decoded at half or a quarter of their size, and only pixels carried
over. Run in a worker process with limits of memory and time (`bot/processes.py`).
"""

from __future__ import annotations

import hashlib
import io
import os
import warnings
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageCms, ImageFile

from domain.file_problems import PictureProblem, Refused

FORMATS = ("JPEG", "PNG", "WEBP")
LIGHT_SIDE, LIGHT_QUALITY = 640, 70
ImageFile.MAXBLOCK = 1 << 22  # bytes handed to a codec at once: 64 kB, Pillow's own, cost 1 % of a photo's time
_SRGB = ImageCms.createProfile("sRGB")


@dataclass(frozen=True, slots=True)
class PictureLimits:
    """What may come in and how it goes out. Telegram's own limits for photos: ratio 20, width + height 10,000."""

    bytes: int = 25_000_000
    pixels: int = 25_000_000
    least_side: int = 16
    ratio: int = 20
    side: int = 1_280
    quality: int = 85


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG, the SHA-256 of exactly these bytes in hex, its size in pixels."""

    data: bytes
    sha256: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Taken:
    """A photo now stored at `path`: the name it was sent under, hash and size in bytes of what is stored, pixels."""

    name: str
    sha256: str
    width: int
    height: int
    size: int
    path: Path


_DEFAULT = PictureLimits()


def normalise(source: bytes | Path, limits: PictureLimits = _DEFAULT) -> Picture:
    """Return `source` as an upright sRGB JPEG of at most `limits.side` pixels, carrying pixels and nothing else.

    The same bytes always give the same picture. Raises `PictureProblem` (too_big, not_photo, pixels, tiny, narrow or
    damaged) and nothing else for whatever bytes; MemoryError is left to the caller's limits.
    """
    if (source.stat().st_size if isinstance(source, Path) else len(source)) > limits.bytes:
        raise PictureProblem("too_big", limit=limits.bytes // 1_000_000)
    data = source.read_bytes() if isinstance(source, Path) else source
    image = _opened(data, limits)
    try:
        clean = _cleaned(image, data, limits)
    except MemoryError:
        raise
    except Exception as error:  # decoders fed with broken bytes raise whatever the first wrong byte leads to
        raise PictureProblem("damaged") from error
    out = io.BytesIO()
    clean.save(out, "JPEG", quality=limits.quality)
    jpeg = out.getvalue()
    return Picture(jpeg, hashlib.sha256(jpeg).hexdigest(), clean.width, clean.height)


def store(picture: Picture, folder: Path) -> Path:
    """Put `picture` at folder/ab/ab….jpg, whole or not at all, on disk when this returns; twice is harmless."""
    path = folder / picture.sha256[:2] / f"{picture.sha256}.jpg"
    if path.exists() and path.stat().st_size == len(picture.data):
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    # The process id keeps two workers storing the same photo out of each other's half-written file.
    part = path.with_suffix(f".{os.getpid()}.part")
    with part.open("wb") as file:
        file.write(picture.data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    _sync_folder(path.parent)
    return path


def lighter(stored: Path) -> bytes:
    """A stored photo again at half its side and more strongly compressed: about a sixth of the bytes."""
    with Image.open(stored) as photo:
        photo.thumbnail((LIGHT_SIDE, LIGHT_SIDE), Image.Resampling.LANCZOS)
        made = io.BytesIO()
        photo.save(made, "JPEG", quality=LIGHT_QUALITY)
    return made.getvalue()


def take_photo(source: bytes | Path, name: str, folder: Path, limits: PictureLimits = _DEFAULT) -> Taken | Refused:
    """Normalise and store one photo; `Refused` under `name` if it cannot be used."""
    try:
        picture = normalise(source, limits)
    except PictureProblem as problem:
        return Refused(name, problem.reason, problem.params or None)
    return _stored(picture, name, folder)


def take_each(
    sources: Iterable[tuple[str, bytes | Path | Refused]], folder: Path, limits: PictureLimits = _DEFAULT
) -> list[Taken | Refused]:
    """Normalise and store photos given as (name, what was sent), or why not; one result each, in their order.

    Each is written while the next is decoded, so that the disk's time costs none. When this returns all are on disk.
    """
    begun: list[Future[Taken] | Refused] = []
    with ThreadPoolExecutor(1) as disk:
        for name, source in sources:
            if isinstance(source, Refused):
                begun.append(source)
                continue
            try:
                picture = normalise(source, limits)
            except PictureProblem as problem:
                begun.append(Refused(name, problem.reason, problem.params or None))
            except OSError:  # a file that cannot be read; what the disk says about ours comes out below
                begun.append(Refused(name, "damaged"))
            else:
                begun.append(disk.submit(_stored, picture, name, folder))
    return [one if isinstance(one, Refused) else one.result() for one in begun]


def _stored(picture: Picture, name: str, folder: Path) -> Taken:
    path = store(picture, folder)
    return Taken(name, picture.sha256, picture.width, picture.height, len(picture.data), path)


def _opened(data: bytes, limits: PictureLimits) -> Image.Image:
    """Open without decoding and judge the size the header tells."""
    megapixels = limits.pixels // 1_000_000
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # ours is stricter, and an error
            image = Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise PictureProblem("pixels", limit=megapixels) from error
    except MemoryError:
        raise
    except Exception as error:  # as in normalise
        begins_as_photo = data.startswith((b"\xff\xd8\xff", b"\x89PNG")) or data[8:12] == b"WEBP"
        raise PictureProblem("damaged" if begins_as_photo else "not_photo") from error
    short, long = sorted(image.size)
    if short * long > limits.pixels:
        raise PictureProblem("pixels", limit=megapixels)
    if short < limits.least_side:
        raise PictureProblem("tiny", limit=limits.least_side)
    if long > short * limits.ratio:
        raise PictureProblem("narrow", limit=limits.ratio)
    return image


def _cleaned(image: Image.Image, data: bytes, limits: PictureLimits) -> Image.Image:
    if image.format == "PNG":
        # Decoding skips the checksums of the pixel data, verify() reads them; it leaves its image unusable.
        Image.open(io.BytesIO(data), formats=FORMATS).verify()
    target = _fitting(image.size, limits.side)
    image.draft(None, target)  # JPEG only: decode at 1/2, 1/4 or 1/8, never below the target
    image.load()
    orientation, profile = _orientation(image), image.info.get("icc_profile")
    image = _plain_mode(image)
    if image.size != target:
        image = image.resize(target, Image.Resampling.LANCZOS, reducing_gap=3.0)
    return _upright(_bare(_srgb(image, profile)), orientation)


def _fitting(size: tuple[int, int], side: int) -> tuple[int, int]:
    """`size` shrunk, never grown, until its long side is at most `side`."""
    width, height = size
    scale = min(1.0, side / max(size))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _plain_mode(image: Image.Image) -> Image.Image:
    """One of L, RGB, RGBA, CMYK: what can be resized well and has 8 bits a channel."""
    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.has_transparency_data:
        return image.convert("RGBA")
    if image.mode in ("L", "RGB", "CMYK"):
        return image
    return image.convert("RGB")


def _srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Colours of a profile turned into sRGB's; a profile that cannot be used is treated as none, as browsers do."""
    if profile and image.mode != "RGBA":
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            if "sRGB" in ImageCms.getProfileDescription(source):
                return image
            converted = ImageCms.profileToProfile(image, source, _SRGB, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            converted = None
        if converted is not None:
            return converted
    return image if image.mode in ("RGB", "RGBA") else image.convert("RGB")


def _bare(image: Image.Image) -> Image.Image:
    """Only the pixels, on white where one sees through; in place where the image is none of a decoder's."""
    if "A" in image.getbands():
        clean = Image.new("RGB", image.size, "white")
        clean.paste(image, mask=image.getchannel("A"))
        return clean
    clean = image if type(image) is Image.Image else image.copy()
    clean.info = {}  # comments and profiles travel here
    return clean


def _orientation(image: Image.Image) -> object:
    """What EXIF says, 1 if it says nothing that can be read: broken metadata is no reason to refuse a photo."""
    try:
        return image.getexif().get(0x0112, 1)
    except Exception:  # as in normalise
        return 1


def _upright(image: Image.Image, orientation: object) -> Image.Image:
    """Turn as EXIF says, in values 2 to 8; anything else is upright."""
    steps = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }
    step = steps.get(orientation) if isinstance(orientation, int) else None
    return image if step is None else image.transpose(step)


def _sync_folder(folder: Path) -> None:
    """Make the rename itself durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
