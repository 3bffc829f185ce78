"""Links as QR pictures, for a worker beside you or a poster on a wall."""

from __future__ import annotations

import io

import segno
from PIL import Image, ImageDraw, ImageFont

from files.canvas import INK, drawable, font_path

_SIDE = 960
_QUIET = 4  # modules of white all round, as ISO/IEC 18004 asks for


def qr_png(link: str, title: str = "") -> bytes:
    """A PNG about 960 pixels wide that phones read off a screen or paper; `title` stands below, shortened to its width.

    Error correction M: a seventh of it may be hidden. Every module is the same whole number of pixels. Raises
    ValueError for a link that is empty or longer than a QR code holds (2,331 bytes).
    """
    if not link:
        raise ValueError("no link to draw")
    try:
        code = segno.make_qr(link, error="m", boost_error=False)
    except segno.DataOverflowError as error:
        raise ValueError("the link is too long for a QR code") from error
    scale = max(2, _SIDE // code.symbol_size(border=_QUIET)[0])
    drawn = io.BytesIO()
    code.save(drawn, kind="png", scale=scale, border=_QUIET, dark="black", light="white")
    image = Image.open(drawn).convert("L")
    if title:
        image = _with_title(image, drawable(title))
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _with_title(image: Image.Image, title: str) -> Image.Image:
    taller = Image.new("L", (image.width, image.height + 70), "white")
    taller.paste(image)
    font = ImageFont.truetype(font_path(bold=True), 40)
    while len(title) > 1 and font.getlength(title) > image.width - 80:
        title = title[:-2].rstrip() + "…"
    ImageDraw.Draw(taller).text((image.width / 2, image.height + 10), title, INK, font, anchor="mm")
    return taller
