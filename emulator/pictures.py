"""Pictures as Telegram keeps them: checked, turned upright, re-encoded as JPEG in several sizes."""

from __future__ import annotations

import hashlib
import io
from collections import OrderedDict
from threading import Lock
from typing import NamedTuple

from PIL import Image, ImageOps

SIDES = (90, 320, 800, 1280)
PHOTO_BYTES = 10 * 1024 * 1024
SIDES_SUM = 10_000
RATIO = 20
REMEMBERED = 32  # pictures: benches upload the same one again and again


class Size(NamedTuple):
    """One size of a picture."""

    width: int
    height: int
    data: bytes


class PictureError(Exception):
    """Telegram's text for a picture that it does not take."""


_memory: OrderedDict[bytes, list[Size]] = OrderedDict()
_lock = Lock()


def sizes(data: bytes) -> list[Size]:
    """The picture in every size that is smaller than it, and then itself (at most 1280 a side); smallest first.

    Takes CPU for as long as a JPEG needs: call it in a thread. Raises PictureError.
    """
    if not data:
        raise PictureError("file must be non-empty")
    if len(data) > PHOTO_BYTES:
        raise PictureError(
            f"file of size {len(data)} bytes is too big for a photo; the maximum size is {PHOTO_BYTES} bytes"
        )
    key = hashlib.sha256(data).digest()
    with _lock:
        known = _memory.get(key)
        if known is not None:
            _memory.move_to_end(key)
            return known
    made = _made(data)
    with _lock:
        _memory[key] = made
        if len(_memory) > REMEMBERED:
            _memory.popitem(last=False)
    return made


def _made(data: bytes) -> list[Size]:
    try:
        with Image.open(io.BytesIO(data)) as opened:
            width, height = opened.size
            if width + height > SIDES_SUM or max(width, height) > RATIO * min(width, height):
                raise PictureError("PHOTO_INVALID_DIMENSIONS")
            opened.draft("RGB", (max(SIDES), max(SIDES)))
            picture = ImageOps.exif_transpose(opened)
            if picture.mode in ("RGBA", "LA", "P", "PA"):
                picture = picture.convert("RGBA")
                white = Image.new("RGB", picture.size, "white")
                white.paste(picture, mask=picture.getchannel("A"))
                picture = white
            elif picture.mode != "RGB":
                picture = picture.convert("RGB")
    except PictureError:
        raise
    except Exception as error:  # Pillow raises many kinds for broken files; all mean the same to a bot
        raise PictureError("IMAGE_PROCESS_FAILED") from error
    if (width < height and picture.width > picture.height) or (width > height and picture.width < picture.height):
        width, height = height, width
    longest = max(width, height)
    wanted = [side for side in SIDES if side < longest] or [longest]
    if longest < max(SIDES) and wanted[-1] != longest:
        wanted.append(longest)
    made = []
    for side in wanted:
        scale = min(1.0, side / longest)
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        out = io.BytesIO()
        smaller = picture if size == picture.size else picture.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
        smaller.save(out, "JPEG", quality=87 if side > 90 else 60)
        made.append(Size(*size, out.getvalue()))
    return made
