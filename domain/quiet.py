"""Quiet hours: 21:00–08:00 by a person's own clock nothing is sent that was not asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

MINUTE: Final = 60_000_000
DAY: Final = 24 * 60 * MINUTE
BEGIN_MINUTE: Final = 21 * 60
END_MINUTE: Final = 8 * 60


def next_allowed(
    now_micros: int, utc_offset_minutes: int, *, begin_minute: int = BEGIN_MINUTE, end_minute: int = END_MINUTE
) -> int:
    """Return the first moment from `now_micros` on that is not in quiet hours: `now_micros` itself when it is not.

    Microseconds since the epoch UTC. The offset is the person's (east positive) or, until they answered, the
    installation's. Quiet is [begin, end) in minutes of the local day, over midnight when begin is the later; equal
    means never quiet.
    """
    local = (now_micros + utc_offset_minutes * MINUTE) % DAY
    since_begin = (local - begin_minute * MINUTE) % DAY
    quiet = (end_minute - begin_minute) * MINUTE % DAY
    return now_micros + quiet - since_begin if since_begin < quiet else now_micros


def is_quiet(now_micros: int, utc_offset_minutes: int) -> bool:
    """Tell whether it is quiet hours for a person at that offset."""
    return next_allowed(now_micros, utc_offset_minutes) != now_micros


def waking(begin: int, end: int, offset_at: Callable[[int], int]) -> int:
    """Return how much of the time from `begin` to `end` (microseconds) is not in quiet hours.

    `offset_at` gives the minutes from UTC at an instant, so that a change of the clocks is followed.
    """
    awake, at = 0, begin
    while at < end:
        offset = offset_at(at)
        since = next_allowed(at, offset)
        local = (since + offset * MINUTE) % DAY
        until = min(end, since + (BEGIN_MINUTE * MINUTE - local) % DAY)
        awake += max(0, until - since)
        at = max(until, since)
    return awake


def after_waking(begin: int, awake: int, offset_at: Callable[[int], int]) -> int:
    """Return the instant by which `awake` microseconds of waking hours have passed since `begin`.

    The other way round than `waking`; the end of a day's waking hours rather than the beginning of the next.
    """
    at, left = begin, awake
    while left > 0:
        offset = offset_at(at)
        since = next_allowed(at, offset)
        until = since + (BEGIN_MINUTE * MINUTE - (since + offset * MINUTE) % DAY) % DAY
        if left <= until - since:
            return since + left
        left -= until - since
        at = until
    return at
