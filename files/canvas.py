"""What charts are drawn with: a light canvas whose units are pixels, text that fits its room, bars and boxes.

This layer knows no language: all words come in translated, all amounts and shares formatted. Each picture brings its
own light background, for Telegram shows it as it is in light and dark. matplotlib is imported in the functions: it
takes half a second and 50 MB, which only a worker process that draws should spend. No pyplot: it keeps figures alive.
"""

from __future__ import annotations

import functools
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PIL import ImageFont

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PAPER, INK, MUTED, LINE = "#fbfaf6", "#1d2b36", "#6b7a86", "#e4e1d8"
GREEN, AMBER, RED, BAND = "#12836f", "#f2b544", "#c8402f", "#f0ede3"
_DPI = 100
WIDTH = 1_080
"""Of every picture, in pixels: three to a point on most phones."""
LEAST = 0.72
"""How far a text is made smaller before it is cut off."""


def bar(axes: Axes, x: float, y: float, width: float, share: float, colour: str) -> None:
    """A rounded bar of which `share` (0 to 1) is filled; a little is seen of anything above nothing."""
    box(axes, x, y, width, 16, LINE, radius=8)
    share = min(max(share, 0.0), 1.0)
    if share > 0:
        box(axes, x, y, max(16.0, width * share), 16, colour, radius=8)


def nothing_yet(axes: Axes, text: str) -> None:
    """Three sleeping bars and one friendly sentence."""
    for index, (height, colour) in enumerate(((70, LINE), (120, LINE), (180, AMBER))):
        box(axes, 420 + 90 * index, 290, 60, height, colour, radius=12)
    lines = wrapped(text, 34, 900)
    for index, line in enumerate(lines[:3]):
        write(axes, WIDTH / 2, 220 - 48 * index, line, 34, colour=MUTED, side="center")


def legend(axes: Axes, y: float, entries: Sequence[tuple[str, str]]) -> None:
    """Colours and what they stand for, in one line."""
    x = 60.0
    for colour, word in entries:
        box(axes, x, y - 13, 26, 26, colour, radius=6)
        write(axes, x + 38, y, word, 25, colour=INK)
        x += 38 + length(word, 25) + 44


def nice_step(least: float) -> int:
    """The smallest 1, 2 or 5 times a power of ten that is at least `least`, so that axis labels are round."""
    power = 1
    while power * 10 <= least:
        power *= 10
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= least)


def canvas(tall: int) -> tuple[Figure, Axes]:
    """A figure whose axes' units are its pixels, from the lower left."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH / _DPI, tall / _DPI), dpi=_DPI, facecolor=PAPER)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, WIDTH), ylim=(0, tall))
    axes.set_axis_off()
    return figure, axes


def png(figure: Figure) -> bytes:
    """The figure's picture, the same bytes for the same figure."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    FigureCanvasAgg(figure)
    out = io.BytesIO()
    figure.savefig(out, format="png", facecolor=PAPER, metadata={"Software": None})
    return out.getvalue()


def box(
    axes: Axes, x: float, y: float, width: float, height: float, colour: str, *, radius: float = 0, zorder: float = 2
) -> None:
    """A filled rectangle from its lower left corner; nothing without a height."""
    from matplotlib.patches import FancyBboxPatch, Rectangle

    if height <= 0:
        return
    if radius:
        style = f"round,pad=0,rounding_size={min(radius, width / 2, height / 2)}"
        axes.add_patch(FancyBboxPatch((x, y), width, height, boxstyle=style, color=colour, linewidth=0, zorder=zorder))
    else:
        axes.add_patch(Rectangle((x, y), width, height, color=colour, linewidth=0, zorder=zorder))


def write(
    axes: Axes,
    x: float,
    y: float,
    text: str,
    pixels: float,
    *,
    colour: str = INK,
    bold: bool = False,
    side: str = "left",
    widest: float = 960,
) -> None:
    """Text of `pixels` height centred on `y`, shortened to `widest` pixels. `$` is a sign here, not mathematics."""
    axes.text(
        x,
        y,
        _fitting(drawable(text), pixels, widest, bold),
        fontsize=pixels * 72 / _DPI,
        color=colour,
        weight="bold" if bold else "normal",
        family="DejaVu Sans",
        ha=side,
        va="center_baseline",
        parse_math=False,
        zorder=5,
    )


def fitted(
    axes: Axes,
    x: float,
    y: float,
    text: str,
    pixels: float,
    *,
    widest: float,
    colour: str = INK,
    bold: bool = False,
    side: str = "left",
    least: float = LEAST,
) -> float:
    """Text as `write` does it, smaller where it would not fit, down to `least` of its height; returns its width."""
    shown = drawable(text)
    needed = length(shown, pixels, bold)
    size = max(pixels * least, min(pixels, 0.995 * pixels * widest / needed)) if needed else pixels
    write(axes, x, y, text, size, colour=colour, bold=bold, side=side, widest=widest)
    return min(widest, length(shown, size, bold))


def paragraph(
    axes: Axes, x: float, y: float, text: str, pixels: float, *, widest: float, lines: int, colour: str = INK
) -> None:
    """Text in up to so many lines, the first centred on `y`: smaller where it needs more, then cut off."""
    size = pixels
    found = wrapped(text, size, widest)
    while len(found) > lines and size > pixels * LEAST:
        size -= 1
        found = wrapped(text, size, widest)
    if len(found) > lines:
        found = [*found[: lines - 1], " ".join(found[lines - 1 :])]
    for place, line in enumerate(found):
        write(axes, x, y - 1.32 * size * place, line, size, colour=colour, widest=widest)


def drawable(text: str) -> str:
    """`text` without what DejaVu Sans has no picture for (emoji, Chinese), instead of boxes; "…" if nothing is left."""
    known = _glyphs()
    kept = "".join(character for character in text if ord(character) in known or character == " ")
    kept = " ".join(part for part in kept.split(" ") if part)  # not where a space must not break
    return kept or ("…" if text.strip() else "")


def _fitting(text: str, pixels: float, widest: float, bold: bool) -> str:
    if length(text, pixels, bold) <= widest:
        return text
    while text and length(text + "…", pixels, bold) > widest:
        text = text[:-1].rstrip()
    return text + "…"


def wrapped(text: str, pixels: float, widest: float) -> list[str]:
    """The text in lines of at most `widest` pixels, broken between words."""
    lines = [""]
    for word in drawable(text).split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and length(longer, pixels) > widest:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def length(text: str, pixels: float, bold: bool = False) -> float:
    """How wide a text of that height is drawn, in pixels."""
    return _font(bold).getlength(text) * pixels / 100


@functools.cache
def _font(bold: bool) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(font_path(bold), 100)


@functools.cache
def _glyphs() -> frozenset[int]:
    from matplotlib.ft2font import FT2Font

    return frozenset(FT2Font(font_path(False)).get_charmap())


def font_path(bold: bool) -> str:
    """The font that comes with matplotlib, the same on every machine."""
    import matplotlib as mpl

    return f"{mpl.get_data_path()}/fonts/ttf/DejaVuSans{'-Bold' if bold else ''}.ttf"
