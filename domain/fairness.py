"""The measured facts of /fairness: what they are, from how many people on they are shown, how they are drawn.

Pay is micro-units an hour of active time with top-ups, each person over 30 days; times are microseconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

WINDOW: Final = 30
"""Days."""
LEAST_PEOPLE: Final = 5
"""With fewer, a figure would tell somebody's pay to who knows the others."""
LEAST_DRAWN: Final = 20
"""And a bar of the picture would, with fewer than that."""
NEAR_FLOOR: Final = 95
"""Per cent of the floor that count as reaching it: promise 4 is kept within 5 %."""
PAID_AFTER_DAYS: Final = 10
"""How soon money comes is measured on work that is so old: of newer work only what was paid soonest is paid yet."""
BARS: Final = 12
FLOOR_AT: Final = 6
"""The floor stands between two bars, in the middle; the last bar is what is more."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What was measured over the WINDOW days up to `day`; None where nothing could be.

    `median` and `tenth` are hourly pay: half of the people earn that or more, a tenth that or less. `overturned` are
    rejections taken back on appeal. `review_micros` and `pay_micros` are medians from handing in.
    """

    day: int
    floor: int
    measured_at: int
    workers: int
    at_floor: int
    median: int | None
    tenth: int | None
    bars: tuple[int, ...]
    decided: int
    rejected: int
    overturned: int
    review_micros: int | None
    pay_micros: int | None

    @property
    def first_day(self) -> int:
        """The first of the days."""
        return self.day - WINDOW + 1

    @property
    def shown(self) -> bool:
        """Whether so many worked that no figure tells one person's pay."""
        return self.workers >= LEAST_PEOPLE and self.median is not None and self.tenth is not None

    @property
    def drawn(self) -> bool:
        """Whether there are enough people for the picture, too."""
        return self.shown and self.workers >= LEAST_DRAWN and bool(self.bars)


def bar_width(floor: int, median: int) -> int:
    """How many micro-units an hour one bar is wide; without a floor, the median stands in its place."""
    return max(1, (floor or median) // FLOOR_AT)


def slack(width: int) -> int:
    """How far below an edge counts as on it, a hundredth of the floor: a top-up lifts to the floor, rounded down."""
    return width * FLOOR_AT // 100


def nearest_rank(count: int, per_cent: int) -> int:
    """The place (from 0) of a percentile among `count` sorted values, by the nearest rank. ValueError without any."""
    if count < 1:
        raise ValueError("nothing to rank")
    return max(1, -(-count * per_cent // 100)) - 1
