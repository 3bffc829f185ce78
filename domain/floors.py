"""The floor: what an hour of a batch must bring, and whether its price does by the time its tasks really take.

Money is micro-units, floors are micro-units an hour, times are microseconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Literal, NamedTuple

from domain.batches import Batch
from domain.brief.model import Brief, Problem
from domain.money import as_input_text, smallest_coin
from domain.pay import HOUR, MEASURED_FROM, per_hour
from domain.rules import Rules
from domain.words import N_

PILOT_TASKS: Final = 10
PILOT_WORKERS: Final = 3
LEAST_SHARE: Final = 4
RECENT: Final = 30
"""So many recent answers of a kind tell how long a task of it takes."""
WAKING_HOURS: Final = 24
"""A pilot that nobody has answered in so many hours outside 21:00–08:00 is not wanted as it is."""

FLOOR_TOO_LOW: Final = N_("The floor is {least} an hour here; a batch can only have a higher one. Write: floor {least}")
NO_SUCH_REGION: Final = N_(
    "There is no floor for the region “{region}”. Regions with one of their own: {regions}. For others, leave it out."
)
NO_REGIONS: Final = N_("There is one floor for every region here. Leave the line with the region out.")

Source = Literal["pilot", "kind"]


class Measure(NamedTuple):
    """The median time of a task, measured by the batch's own pilot or by the last answers of its kind."""

    micros: int
    source: Source


class Gate(NamedTuple):
    """What stands between a draft and its workers. `rate` is None while nothing was measured.

    `would_do` is the smallest tidy price that meets the floor; None when the price does, or nothing was measured.
    """

    floor: int
    measure: Measure | None
    rate: int | None
    would_do: int | None

    @property
    def is_open(self) -> bool:
        """Whether the floor lets the batch be published: where there is a floor, it is measured and met."""
        return self.floor == 0 or (self.rate is not None and self.rate >= self.floor)

    @property
    def needs_pilot(self) -> bool:
        """Whether only a pilot can tell."""
        return self.floor > 0 and self.measure is None

    @property
    def missing(self) -> int:
        """By how much an hour falls short."""
        return 0 if self.rate is None else max(0, self.floor - self.rate)


def house_floor(region: str | None, rules: Rules) -> int:
    """The floor of a region, or the installation's where the region has none of its own."""
    return rules.region_floors.get(region or "", rules.floor)


def floor_of(batch: Batch, rules: Rules) -> int:
    """A batch's floor: its own, else its region's, else the installation's."""
    return house_floor(batch.region, rules) if batch.floor is None else batch.floor


def unfit(brief: Brief, rules: Rules) -> tuple[Brief, tuple[Problem, ...]]:
    """The brief without a region or a floor that cannot be, and the sentences about them."""
    problems: list[Problem] = []
    if brief.region is not None and brief.region not in rules.region_floors:
        regions = ", ".join(sorted(rules.region_floors))
        text = NO_SUCH_REGION if regions else NO_REGIONS
        problems.append(Problem(text, {"region": brief.region, "regions": regions}))
        brief = replace(brief, region=None)
    least = house_floor(brief.region, rules)
    if brief.floor is not None and brief.floor < least:
        problems.append(Problem(FLOOR_TOO_LOW, {"least": as_input_text(least)}))
        brief = replace(brief, floor=None)
    return brief, tuple(problems)


def gate(batch: Batch, measure: Measure | None, rules: Rules) -> Gate:
    """Hold a draft's price against its floor by what was measured."""
    floor = floor_of(batch, rules)
    if measure is None or batch.price is None:
        return Gate(floor, measure, None, None)
    rate = per_hour(batch.price, max(1, measure.micros)) or 0
    return Gate(floor, measure, rate, price_meeting(floor, measure.micros, rules.currency) if rate < floor else None)


def price_meeting(floor: int, micros: int, currency: str) -> int:
    """The smallest price, to a tenth of the smallest coin, at which tasks of that length meet an hourly floor."""
    step = max(1, smallest_coin(currency) // 10)
    exact = -(-floor * micros // HOUR)
    return -(-exact // step) * step


def answers_to_measure(places: int) -> int:
    """So many answers of a pilot tell how long a task takes: one in five may be missing, skipped or reported."""
    return min(MEASURED_FROM, places) * 4 // 5 or 1


def pilot_measure(batch: Batch) -> Measure | None:
    """What the batch's pilot has measured; None without one, or before it tells."""
    if batch.pilot_tasks is None or batch.median_micros is None:
        return None
    enough = answers_to_measure(batch.pilot_tasks * least_overlap(batch))
    return Measure(batch.median_micros, "pilot") if batch.measured >= enough else None


def least_overlap(batch: Batch) -> int:
    """How many answers each task gets at least."""
    return batch.overlap_least or batch.overlap


def share_of_pilot(tasks: int, overlap: int) -> int:
    """How many tasks of a pilot one worker does, so that the measure is not one person's; a few make no share."""
    return min(tasks, max(LEAST_SHARE, -(-tasks * overlap // PILOT_WORKERS)))


def pilot_offers(batch: Batch, *, leased: int, working: int) -> int:
    """How many workers to offer a pilot to now.

    Those missing to PILOT_WORKERS; when these have left places behind and nobody is at it, one more.
    """
    free = batch.wanted - batch.submissions - leased + batch.gold_taken
    if free <= 0:
        return 0
    return max(0, PILOT_WORKERS - batch.opened) or int(working == 0)


def median_of(recent: Sequence[int]) -> int | None:
    """The median of RECENT answers' times; None while there are fewer."""
    if len(recent) < RECENT:
        return None
    ordered = sorted(recent)
    return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) // 2
