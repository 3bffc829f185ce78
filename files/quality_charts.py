"""The picture of a batch's report: how far, how right, how sure, at what pay. One card, read in ten seconds on a phone.

All words come in translated, all figures formatted; what is not known yet is a dash with the reason below. Nothing is
told by colour alone: pay below the floor has a mark, each bar its number. How it is drawn is in files/canvas.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from files.canvas import (
    AMBER,
    GREEN,
    INK,
    LINE,
    MUTED,
    PAPER,
    RED,
    WIDTH,
    box,
    canvas,
    fitted,
    length,
    paragraph,
    png,
    write,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LEFT, RIGHT, GAP = 56.0, WIDTH - 56.0, 40.0
BIG: Final = 288.0
SMALL: Final = 254.0
"""How tall the tiles are."""
HISTOGRAM: Final = 340.0
NO_HISTOGRAM: Final = 150.0
SPACE: Final = "#f3f0e7"
"""Behind a tile: a little darker than the paper."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure: what it is, its value ("–" while unknown) and one or two lines below.

    With `span` (low, share, high; 0 to 1) a line from 0 to 100% shows where the truth may be; with `share` alone in all
    three it shows a point. `low` marks a value below what it should be.
    """

    label: str
    value: str
    note: str
    span: tuple[float, float, float] | None = None
    low: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of the histogram: what it counts, and how many; `sure` says how it is drawn."""

    label: str
    shown: str
    count: int
    sure: bool


@dataclass(frozen=True, slots=True)
class Card:
    """Everything a report's picture says. `done` is 0 to 1; `missing` stands where there are no bars yet."""

    title: str
    when: str
    done: float
    progress: str
    end: str
    tiles: tuple[Tile, Tile]
    heading: str
    average: str
    bars: tuple[Bar, ...]
    missing: str
    money: tuple[Tile, ...]
    foot: tuple[str, ...]


def quality_chart(card: Card) -> bytes:
    """A PNG of 1080 by what is in it: progress, two figures with their intervals, how sure the labels are, money."""
    middle = HISTOGRAM if card.bars else NO_HISTOGRAM
    head = 262.0 + (44.0 if card.end else 0.0)
    tall = head + BIG + 24 + middle + 20 + SMALL + 36 + 42 * len(card.foot)
    figure, axes = canvas(round(tall))
    fitted(axes, LEFT, tall - 64, card.title, 48, widest=RIGHT - LEFT, bold=True)
    fitted(axes, LEFT, tall - 120, card.when, 31, widest=RIGHT - LEFT, colour=MUTED)
    _progress(axes, tall - 184, card)
    y = tall - head - BIG
    width = (RIGHT - LEFT - GAP) / 2
    for place, tile in enumerate(card.tiles):
        _tile(axes, LEFT + place * (width + GAP), y, width, BIG, tile)
    y -= 24 + middle
    _histogram(axes, y, middle, card)
    y -= 20 + SMALL
    width = (RIGHT - LEFT - 24 * (len(card.money) - 1)) / len(card.money)
    for place, tile in enumerate(card.money):
        _tile(axes, LEFT + place * (width + 24), y, width, SMALL, tile, small=True)
    for place, line in enumerate(card.foot):
        fitted(axes, LEFT, y - 32 - 42 * place, line, 28, widest=RIGHT - LEFT, colour=MUTED)
    return png(figure)


def _progress(axes: Axes, y: float, card: Card) -> None:
    box(axes, LEFT, y, RIGHT - LEFT, 28, LINE, radius=14)
    if card.done > 0:
        box(axes, LEFT, y, max(28.0, (RIGHT - LEFT) * min(1.0, card.done)), 28, GREEN, radius=14)
    fitted(axes, LEFT, y - 36, card.progress, 36, widest=RIGHT - LEFT, bold=True)
    fitted(axes, LEFT, y - 82, card.end, 31, widest=RIGHT - LEFT, colour=MUTED)


def _tile(axes: Axes, x: float, y: float, width: float, tall: float, tile: Tile, *, small: bool = False) -> None:
    """A box from its lower left corner: the label, the value, the line of its interval, the note."""
    box(axes, x, y, width, tall, SPACE, radius=22, zorder=1)
    inner, inside = x + 26, width - 52
    top = y + tall
    fitted(axes, inner, top - 36, tile.label, 32, widest=inside, colour=INK)
    unknown = tile.value == "–"
    colour = MUTED if unknown else RED if tile.low else INK
    value = f"▼ {tile.value}" if tile.low else tile.value
    y_value, size = (top - 92, 50) if small else (top - 106, 82)
    fitted(axes, inner, y_value, value, size, widest=inside, colour=colour, bold=True, least=0.5)
    note = top - (144 if small else 210)
    if tile.span is not None:
        _span(axes, inner, top - 172, inside, tile.span)
    elif not small:
        note = top - 176
    paragraph(axes, inner, note, tile.note, 29, widest=inside, colour=MUTED, lines=2 if tile.span else 3)


def _span(axes: Axes, x: float, y: float, width: float, span: tuple[float, float, float]) -> None:
    """A line from 0 to 1 with a band from low to high and a point at the share."""
    low, share, high = (min(1.0, max(0.0, one)) for one in span)
    box(axes, x, y - 6, width, 12, LINE, radius=6, zorder=2)
    if high > low:
        box(axes, x + width * low, y - 10, max(20.0, width * (high - low)), 20, GREEN, radius=10, zorder=3)
    axes.plot(
        [x + 10 + (width - 20) * share], [y], marker="o", markersize=15, color=INK, markeredgecolor=PAPER, zorder=6
    )


def _histogram(axes: Axes, y: float, tall: float, card: Card) -> None:
    """Labels by how sure they are, from its lower edge; each bar has its number above and its range below."""
    room = RIGHT - LEFT
    fitted(axes, LEFT, y + tall - 28, card.heading, 38, widest=room, bold=True)
    if not card.bars:
        paragraph(axes, LEFT, y + tall - 80, card.missing, 31, widest=room, colour=MUTED, lines=3)
        return
    fitted(axes, LEFT, y + tall - 76, card.average, 31, widest=room, colour=MUTED)
    bottom, height = y + 50, tall - 196
    most, slot = max(1, *(one.count for one in card.bars)), room / len(card.bars)
    axes.plot([LEFT, RIGHT], [bottom, bottom], color=MUTED, linewidth=2, zorder=1)
    small = min(29.0, *(29 * (slot - 10) / max(1.0, length(one.label, 29)) for one in card.bars))
    above = min(32.0, *(32 * (slot - 8) / max(1.0, length(one.shown, 32, bold=True)) for one in card.bars))
    for place, one in enumerate(card.bars):
        middle = LEFT + slot * (place + 0.5)
        filled = height * one.count / most
        if one.count:
            filled = max(6.0, filled)
            box(axes, middle - slot * 0.38, bottom, slot * 0.76, filled, GREEN if one.sure else AMBER)
        write(
            axes, middle, bottom + filled + 25, one.shown, above, side="center", widest=slot - 4, bold=bool(one.count)
        )
        write(axes, middle, bottom - 28, one.label, small, colour=MUTED, side="center", widest=slot)
