"""Pay per active hour: the rate that active time makes, and a batch's median time from small counts.

Times are microseconds, money is micro-units.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

SECOND: Final = 1_000_000
HOUR: Final = 3_600 * SECOND
MEASURED_FROM: Final = 10
"""From this many answers on a batch's median is a measurement; before, the rate on a card is an estimate."""

_TICK: Final = 1_000
_STEPS: Final = 16
_TOP: Final = 7 * 24 * HOUR


def per_hour(micro: int, active_micros: int) -> int | None:
    """Return micro-units an hour, rounded down; None when no active time was measured."""
    return micro * HOUR // active_micros if active_micros > 0 else None


def estimate_rate(price: int, seconds: int) -> int:
    """Return micro-units an hour for tasks of `price` that take `seconds` each, rounded down. ValueError below 1 s."""
    if seconds < 1:
        raise ValueError("a task takes at least a second")
    return price * 3_600 // seconds


def bucket(micros: int) -> int:
    """Return the histogram bucket of a duration: 16 to each doubling, from a millisecond to a week.

    Integer arithmetic only, after HdrHistogram (Tene): the leading bits are the bucket. A bucket is at most 1/16 wide,
    so its middle is within 1/32 of any duration of 16 ms or more in it.
    """
    ticks = max(0, min(micros, _TOP)) // _TICK
    shift = max(0, ticks.bit_length() - _STEPS.bit_length())
    return shift * _STEPS + (ticks >> shift)


def bucket_middle(index: int) -> int:
    """Return the duration in the middle of a bucket. ValueError for a negative index."""
    if index < 0:
        raise ValueError("buckets count from 0")
    shift = max(0, index // _STEPS - 1)
    return (((index - shift * _STEPS) * 2 + 1) * _TICK << shift) // 2


def counted(counts: Mapping[str, int], micros: int, *, times: int = 1) -> dict[str, int]:
    """Return the counts with a duration added, or taken out again with `times=-1` (an undone answer).

    The keys are texts, so that the counts are a JSON object. Taking out what is not there changes nothing.
    """
    key = str(bucket(micros))
    changed = dict(counts) | {key: max(0, counts.get(key, 0) + times)}
    return {index: number for index, number in changed.items() if number}


def measured(counts: Mapping[str, int]) -> int:
    """Return how many durations are in the counts."""
    return sum(counts.values())


def median_from_histogram(counts: Mapping[str, int], *, at_least: int = 1) -> int | None:
    """Return the median duration, within 1/32 of the exact one (above 16 ms); None below `at_least` durations.

    Of an even number it is the mean of the middle two. Pass `at_least=MEASURED_FROM` for what a card may call measured.
    """
    total = measured(counts)
    if total < max(1, at_least):
        return None
    lower, upper = _nth(counts, (total - 1) // 2), _nth(counts, total // 2)
    return (lower + upper) // 2


def _nth(counts: Mapping[str, int], rank: int) -> int:
    """Return the duration of that rank, counted from 0."""
    seen = 0
    for index in sorted(int(key) for key in counts):
        seen += counts[str(index)]
        if seen > rank:
            return bucket_middle(index)
    raise ValueError("the rank is above the number of durations")
