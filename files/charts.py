"""Pictures of numbers, drawn to be read on a phone in the sun: a worker's 30 days, the coordinators' daily summary,
the pay of all. All words come in translated; what they are drawn with is in files/canvas.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from files.canvas import (
    AMBER,
    BAND,
    GREEN,
    INK,
    LINE,
    MUTED,
    RED,
    WIDTH,
    bar,
    box,
    canvas,
    legend,
    length,
    nice_step,
    nothing_yet,
    png,
    write,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes


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
    figure, axes = canvas(720)
    write(axes, 60, 664, words["title"], 38, bold=True)
    most = max((day.paid + day.review for day in days), default=0)
    if most <= 0:
        nothing_yet(axes, words["empty"])
        return png(figure)
    write(axes, 60, 610, words["total"], 31)
    legend(axes, 560, [(GREEN, words["paid"]), (AMBER, words["review"])])
    levels = range(0, most + 1, nice_step(most / 4))
    gutter = max(length(money(level), 24) for level in levels)
    left, right, bottom, height = 60 + gutter + 18, WIDTH - 50.0, 96.0, 400.0
    for level in levels:
        y = bottom + height * level / most
        axes.plot([left, right], [y, y], color=LINE if level else MUTED, linewidth=2, zorder=1)
        if level:
            write(axes, 60 + gutter, y, money(level), 24, colour=MUTED, side="right")
    slot = (right - left) / len(days)
    for index, day in enumerate(days):
        x = left + slot * (index + 0.5)
        if index == len(days) - 1:
            box(axes, x - slot / 2 - 3, bottom, slot + 6, height + 14, BAND, radius=8, zorder=0)
        paid, review = (height * amount / most for amount in (day.paid, day.review))
        box(axes, x - slot * 0.36, bottom, slot * 0.72, paid, GREEN, zorder=2)
        box(axes, x - slot * 0.36, bottom + paid, slot * 0.72, review, AMBER, zorder=2)
        _day_label(axes, x, index - len(days) + 1, day.label, words["today"], right - slot / 2)
    return png(figure)


def summary_chart(batches: Sequence[BatchBar], words: Mapping[str, str]) -> bytes:
    """A PNG of 1080 by what up to eight batches take: progress, agreement, hourly pay against the floor.

    `words`: title, day, batch, agreement, hourly, floor (under the mark of the pay bars, "" without one), more (a line
    for the batches left out, "" if none), empty (if there is no batch). Pay below the floor is red, and marked for who
    sees no red.
    """
    shown = batches[:8]
    foot = 118 if words["more"] else 78
    tall = max(560, 236 + 128 * len(shown) + foot)
    figure, axes = canvas(tall)
    write(axes, 60, tall - 56, words["title"], 38, bold=True)
    write(axes, 60, tall - 106, words["day"], 27, colour=MUTED)
    if not shown:
        nothing_yet(axes, words["empty"])
        return png(figure)
    heads = tall - 170
    write(axes, 60, heads, words["batch"], 24, colour=MUTED)
    write(axes, 690, heads, words["agreement"], 24, colour=MUTED, side="right", widest=210)
    write(axes, 1_020, heads, words["hourly"], 24, colour=MUTED, side="right", widest=290)
    axes.plot([60, 1_020], [heads - 26, heads - 26], color=LINE, linewidth=2)
    for index, batch in enumerate(shown):
        _batch_row(axes, heads - 76 - 128 * index, batch)
    if words["more"]:
        write(axes, 60, 86, words["more"], 26, colour=MUTED)
    if words["floor"]:
        axes.plot([62, 62], [30, 54], color=INK, linewidth=4, solid_capstyle="butt")
        write(axes, 78, 42, words["floor"], 23, colour=MUTED)
    return png(figure)


def hourly_chart(counts: Sequence[int], labels: Sequence[str], words: Mapping[str, str], floor_at: int) -> bytes:
    """A PNG of 1080 × 720: how many people earn how much an hour, what is below the floor in red, the floor as a line.

    `labels` are the rates at the bars' left edges, as shown; the last bar is open upwards. `floor_at` is the bar that
    begins at the floor. `words`: title, days, floor (at its line), people (over the highest bar, for its height).
    """
    figure, axes = canvas(720)
    write(axes, 60, 664, words["title"], 38, bold=True)
    write(axes, 60, 612, words["days"], 27, colour=MUTED)
    left, right, bottom, height = 70.0, WIDTH - 70.0, 110.0, 380.0
    most, slot = max(1, *counts), (right - left) / len(counts)
    axes.plot([left, right], [bottom, bottom], color=MUTED, linewidth=2, zorder=1)
    for index, count in enumerate(counts):
        x, tall = left + slot * index, height * count / most
        box(axes, x + slot * 0.07, bottom, slot * 0.86, tall, GREEN if index >= floor_at else RED)
        if index % 2 == 0:
            write(axes, x, 74, labels[index], 21, colour=MUTED, side="center", widest=2 * slot - 8)
    highest = counts.index(max(counts))
    above = floor_at <= highest < len(counts) - 3  # beside the line, never across it, nor over the edge
    x = left + slot * (highest + (0.07 if above else 0.93))
    write(axes, x, bottom + height + 24, words["people"], 24, side="left" if above else "right", widest=300)
    write(axes, right, 74, "…", 24, colour=MUTED, side="center")
    line = left + slot * floor_at
    axes.plot([line, line], [bottom - 8, bottom + height + 58], color=INK, linewidth=4, zorder=5)
    write(axes, line - 14, bottom + height + 54, words["floor"], 25, bold=True, side="right", widest=line - 70)
    return png(figure)


def _batch_row(axes: Axes, y: float, batch: BatchBar) -> None:
    """Title over a bar of progress on the left, two figures on the right, pay over its bar with the floor marked."""
    write(axes, 60, y, batch.title, 30, bold=True, widest=480)
    bar(axes, 60, y - 50, 330, batch.share, GREEN)
    write(axes, 406, y - 42, batch.progress, 23, colour=MUTED, widest=160)
    write(axes, 690, y - 20, batch.agreement, 34, bold=True, side="right")
    if batch.pay is None:
        write(axes, 1_020, y - 20, batch.hourly, 34, colour=MUTED, side="right")
        return
    low = batch.pay < 1
    write(axes, 1_020, y, ("▼ " if low else "") + batch.hourly, 32, colour=RED if low else INK, bold=True, side="right")
    # The bar ends at twice the floor, so the floor's mark stands in its middle for every batch.
    bar(axes, 780, y - 50, 240, min(batch.pay / 2, 1.0), RED if low else GREEN)
    axes.plot([900, 900], [y - 58, y - 34 + 8], color=INK, linewidth=4, solid_capstyle="butt", zorder=5)


def _day_label(axes: Axes, x: float, ago: int, label: str, today: str, last: float) -> None:
    """Today (at `last`) and every seventh day before it; more labels than that run into each other on a phone."""
    end = min(last + 16, WIDTH - 30)
    if ago == 0:
        write(axes, end, 62, today, 26, bold=True, side="right", widest=170)
    elif ago % 7 == 0 and x + length(label, 24) / 2 + 16 <= end - min(170, length(today, 26, bold=True)):
        write(axes, x, 62, label, 24, colour=MUTED, side="center", widest=150)
