"""Pictures of numbers, drawn to be read on a phone in the sun: a worker's 30 days, the coordinators' daily summary,
the pay of all.

This layer knows no language: all words come in translated, all amounts and shares formatted. Each picture brings its
own light background, for Telegram shows it as it is in light and dark. matplotlib is imported in the functions: it
takes half a second and 50 MB, which only a worker process that draws should spend. No pyplot: it keeps figures alive.
"""

from __future__ import annotations

import functools
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import ImageFont

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PAPER, INK, MUTED, LINE = "#fbfaf6", "#1d2b36", "#6b7a86", "#e4e1d8"
GREEN, AMBER, RED, BAND = "#12836f", "#f2b544", "#c8402f", "#f0ede3"
_DPI = 100
_WIDTH = 1_080


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the earnings chart: its label as people of that language write it, micro-units paid and in review."""

    label: str
    paid: int
    review: int


@dataclass(frozen=True, slots=True)
class BatchBar:
    """One batch of the summary: `share` of its tasks done (0–1), `agreement` and `hourly` as shown ("–" if unknown).

    `pay` is the measured hourly pay as a multiple of the floor (1.0 = the floor itself), None while unknown.
    """

    title: str
    share: float
    progress: str
    agreement: str
    hourly: str
    pay: float | None


def earnings_chart(days: Sequence[Day], words: Mapping[str, str], money: Callable[[int], str]) -> bytes:
    """A PNG of 1080 × 720: a bar a day, paid below and in review on top, the last day marked as today.

    `words`: title, total (the sum, formatted), paid, review, today, empty (shown if there is nothing yet). `money`
    formats micro-units for the axis; it must be picklable, a module's function or a functools.partial of one.
    """
    figure, axes = _canvas(720)
    _text(axes, 60, 664, words["title"], 38, bold=True)
    most = max((day.paid + day.review for day in days), default=0)
    if most <= 0:
        _nothing_yet(axes, words["empty"])
        return _png(figure)
    _text(axes, 60, 610, words["total"], 31)
    _legend(axes, 560, [(GREEN, words["paid"]), (AMBER, words["review"])])
    levels = range(0, most + 1, _nice_step(most / 4))
    gutter = max(_length(money(level), 24) for level in levels)
    left, right, bottom, height = 60 + gutter + 18, _WIDTH - 50.0, 96.0, 400.0
    for level in levels:
        y = bottom + height * level / most
        axes.plot([left, right], [y, y], color=LINE if level else MUTED, linewidth=2, zorder=1)
        if level:
            _text(axes, 60 + gutter, y, money(level), 24, colour=MUTED, side="right")
    slot = (right - left) / len(days)
    for index, day in enumerate(days):
        x = left + slot * (index + 0.5)
        if index == len(days) - 1:
            _box(axes, x - slot / 2 - 3, bottom, slot + 6, height + 14, BAND, radius=8, zorder=0)
        paid, review = (height * amount / most for amount in (day.paid, day.review))
        _box(axes, x - slot * 0.36, bottom, slot * 0.72, paid, GREEN, zorder=2)
        _box(axes, x - slot * 0.36, bottom + paid, slot * 0.72, review, AMBER, zorder=2)
        _day_label(axes, x, index - len(days) + 1, day.label, words["today"], right - slot / 2)
    return _png(figure)


def summary_chart(batches: Sequence[BatchBar], words: Mapping[str, str]) -> bytes:
    """A PNG of 1080 by what up to eight batches take: progress, agreement, hourly pay against the floor.

    `words`: title, day, batch, agreement, hourly, floor (under the mark of the pay bars), more (a line for the batches
    left out, "" if none), empty (if there is no batch). Pay below the floor is red, and marked for who sees no red.
    """
    shown = batches[:8]
    foot = 118 if words["more"] else 78
    tall = max(560, 236 + 128 * len(shown) + foot)
    figure, axes = _canvas(tall)
    _text(axes, 60, tall - 56, words["title"], 38, bold=True)
    _text(axes, 60, tall - 106, words["day"], 27, colour=MUTED)
    if not shown:
        _nothing_yet(axes, words["empty"])
        return _png(figure)
    heads = tall - 170
    _text(axes, 60, heads, words["batch"], 24, colour=MUTED)
    _text(axes, 690, heads, words["agreement"], 24, colour=MUTED, side="right", widest=210)
    _text(axes, 1_020, heads, words["hourly"], 24, colour=MUTED, side="right", widest=290)
    axes.plot([60, 1_020], [heads - 26, heads - 26], color=LINE, linewidth=2)
    for index, batch in enumerate(shown):
        _batch_row(axes, heads - 76 - 128 * index, batch)
    if words["more"]:
        _text(axes, 60, 86, words["more"], 26, colour=MUTED)
    axes.plot([62, 62], [30, 54], color=INK, linewidth=4, solid_capstyle="butt")
    _text(axes, 78, 42, words["floor"], 23, colour=MUTED)
    return _png(figure)


def hourly_chart(counts: Sequence[int], labels: Sequence[str], words: Mapping[str, str], floor_at: int) -> bytes:
    """A PNG of 1080 × 720: how many people earn how much an hour, what is below the floor in red, the floor as a line.

    `labels` are the rates at the bars' left edges, as shown; the last bar is open upwards. `floor_at` is the bar that
    begins at the floor. `words`: title, days, floor (at its line), people (over the highest bar, for its height).
    """
    figure, axes = _canvas(720)
    _text(axes, 60, 664, words["title"], 38, bold=True)
    _text(axes, 60, 612, words["days"], 27, colour=MUTED)
    left, right, bottom, height = 70.0, _WIDTH - 70.0, 110.0, 380.0
    most, slot = max(1, *counts), (right - left) / len(counts)
    axes.plot([left, right], [bottom, bottom], color=MUTED, linewidth=2, zorder=1)
    for index, count in enumerate(counts):
        x, tall = left + slot * index, height * count / most
        _box(axes, x + slot * 0.07, bottom, slot * 0.86, tall, GREEN if index >= floor_at else RED)
        if index % 2 == 0:
            _text(axes, x, 74, labels[index], 21, colour=MUTED, side="center", widest=2 * slot - 8)
    highest = counts.index(max(counts))
    above = floor_at <= highest < len(counts) - 3  # beside the line, never across it, nor over the edge
    x = left + slot * (highest + (0.07 if above else 0.93))
    _text(axes, x, bottom + height + 24, words["people"], 24, side="left" if above else "right", widest=300)
    _text(axes, right, 74, "…", 24, colour=MUTED, side="center")
    line = left + slot * floor_at
    axes.plot([line, line], [bottom - 8, bottom + height + 58], color=INK, linewidth=4, zorder=5)
    _text(axes, line - 14, bottom + height + 54, words["floor"], 25, bold=True, side="right", widest=line - 70)
    return _png(figure)


def _batch_row(axes: Axes, y: float, batch: BatchBar) -> None:
    """Title over a bar of progress on the left, two figures on the right, pay over its bar with the floor marked."""
    _text(axes, 60, y, batch.title, 30, bold=True, widest=480)
    _bar(axes, 60, y - 50, 330, batch.share, GREEN)
    _text(axes, 406, y - 42, batch.progress, 23, colour=MUTED, widest=160)
    _text(axes, 690, y - 20, batch.agreement, 34, bold=True, side="right")
    if batch.pay is None:
        _text(axes, 1_020, y - 20, batch.hourly, 34, colour=MUTED, side="right")
        return
    low = batch.pay < 1
    _text(axes, 1_020, y, ("▼ " if low else "") + batch.hourly, 32, colour=RED if low else INK, bold=True, side="right")
    # The bar ends at twice the floor, so the floor's mark stands in its middle for every batch.
    _bar(axes, 780, y - 50, 240, min(batch.pay / 2, 1.0), RED if low else GREEN)
    axes.plot([900, 900], [y - 58, y - 34 + 8], color=INK, linewidth=4, solid_capstyle="butt", zorder=5)


def _bar(axes: Axes, x: float, y: float, width: float, share: float, colour: str) -> None:
    _box(axes, x, y, width, 16, LINE, radius=8)
    share = min(max(share, 0.0), 1.0)
    if share > 0:
        _box(axes, x, y, max(16.0, width * share), 16, colour, radius=8)


def _day_label(axes: Axes, x: float, ago: int, label: str, today: str, last: float) -> None:
    """Today (at `last`) and every seventh day before it; more labels than that run into each other on a phone."""
    end = min(last + 16, _WIDTH - 30)
    if ago == 0:
        _text(axes, end, 62, today, 26, bold=True, side="right", widest=170)
    elif ago % 7 == 0 and x + _length(label, 24) / 2 + 16 <= end - min(170, _length(today, 26, bold=True)):
        _text(axes, x, 62, label, 24, colour=MUTED, side="center", widest=150)


def _nothing_yet(axes: Axes, text: str) -> None:
    """Three sleeping bars and one friendly sentence."""
    for index, (height, colour) in enumerate(((70, LINE), (120, LINE), (180, AMBER))):
        _box(axes, 420 + 90 * index, 290, 60, height, colour, radius=12)
    lines = _wrapped(text, 34, 900)
    for index, line in enumerate(lines[:3]):
        _text(axes, _WIDTH / 2, 220 - 48 * index, line, 34, colour=MUTED, side="center")


def _legend(axes: Axes, y: float, entries: Sequence[tuple[str, str]]) -> None:
    x = 60.0
    for colour, word in entries:
        _box(axes, x, y - 13, 26, 26, colour, radius=6)
        _text(axes, x + 38, y, word, 25, colour=INK)
        x += 38 + _length(word, 25) + 44


def _nice_step(least: float) -> int:
    """The smallest 1, 2 or 5 times a power of ten that is at least `least`, so that axis labels are round."""
    power = 1
    while power * 10 <= least:
        power *= 10
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= least)


def _canvas(tall: int) -> tuple[Figure, Axes]:
    """A figure whose axes' units are its pixels, from the lower left."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(_WIDTH / _DPI, tall / _DPI), dpi=_DPI, facecolor=PAPER)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, _WIDTH), ylim=(0, tall))
    axes.set_axis_off()
    return figure, axes


def _png(figure: Figure) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    FigureCanvasAgg(figure)
    out = io.BytesIO()
    figure.savefig(out, format="png", facecolor=PAPER, metadata={"Software": None})
    return out.getvalue()


def _box(
    axes: Axes, x: float, y: float, width: float, height: float, colour: str, *, radius: float = 0, zorder: float = 2
) -> None:
    from matplotlib.patches import FancyBboxPatch, Rectangle

    if height <= 0:
        return
    if radius:
        style = f"round,pad=0,rounding_size={min(radius, width / 2, height / 2)}"
        axes.add_patch(FancyBboxPatch((x, y), width, height, boxstyle=style, color=colour, linewidth=0, zorder=zorder))
    else:
        axes.add_patch(Rectangle((x, y), width, height, color=colour, linewidth=0, zorder=zorder))


def _text(
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


def drawable(text: str) -> str:
    """`text` without what DejaVu Sans has no picture for (emoji, Chinese), instead of boxes; "…" if nothing is left."""
    known = _glyphs()
    kept = " ".join("".join(character for character in text if ord(character) in known or character == " ").split())
    return kept or ("…" if text.strip() else "")


def _fitting(text: str, pixels: float, widest: float, bold: bool) -> str:
    if _length(text, pixels, bold) <= widest:
        return text
    while text and _length(text + "…", pixels, bold) > widest:
        text = text[:-1].rstrip()
    return text + "…"


def _wrapped(text: str, pixels: float, widest: float) -> list[str]:
    lines = [""]
    for word in drawable(text).split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and _length(longer, pixels) > widest:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _length(text: str, pixels: float, bold: bool = False) -> float:
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
