"""Active time: which part of the time between two signs of life counts as work. Rule 1, pure and in whole numbers.

A card's time runs from when it was shown. Answers, messages of a draft, instructions read, buttons of the card are
signs of life; what lies between two of them is a stretch. A short stretch counts whole. In a long one the card asks
"Still there?", twice; who answers has all of it counted. Who does not was perhaps away: then the batch's median counts,
and of the rest as much as the worker's answers to earlier questions vouch for. Times are microseconds. docs/fairness.md
has the reasons and the figures.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from domain.pay import SECOND

RULE: Final = 1
"""The version that evidence is kept with; any change of what follows is a new one."""

QUIET_MEDIANS: Final = 2
LEAST_QUIET: Final = 30 * SECOND
QUESTIONS: Final = 2
"""How often a stretch is asked about, each time after another quiet limit."""
IN_TIME: Final = 3
"""So many quiet limits long a stretch may be and still count whole by an answer to the question."""
NOTICED: Final = 10 * SECOND
"""Who answers the card so soon after the question was busy with it, not with the question."""
CAP_MEDIANS: Final = 5
LEAST_CAP: Final = 30 * SECOND
MOST_MEDIANS: Final = 20
"""What one card counts at most; the longest that log-normal work of a slow worker takes but once in hundreds."""


class Record(NamedTuple):
    """How often a worker was asked "Still there?" about a stretch, and how often they answered in time."""

    asked: int = 0
    answered: int = 0


def quiet_limit(median: int) -> int:
    """How long a card may be looked at in silence before it asks: max(30 s, 2 × the batch's median)."""
    return max(LEAST_QUIET, QUIET_MEDIANS * median)


def cap(median: int) -> int:
    """What a stretch without an answer to the question counts at most: max(30 s, 5 × the median). product promise 4."""
    return max(LEAST_CAP, CAP_MEDIANS * median)


def in_time(since: int, now: int, median: int) -> bool:
    """Tell whether an answer to "Still there?" now has the whole stretch counted."""
    return now - since <= IN_TIME * quiet_limit(median)


def stretch(since: int, now: int, *, median: int, asked_at: int | None, said: bool, record: Record) -> int:
    """Return what counts of the time from one sign of life to the next.

    `asked_at` is when the first "Still there?" of this stretch was put, None while it was not: who was never asked is
    not taken for absent, and the time counts up to the cap. `said` tells that the sign is one of being there (a tap on
    **Still here**, a message of a draft) and not the answer to the card. Never negative, whatever the clocks did, never
    longer than the stretch.
    """
    length = max(0, now - since)
    whole = length <= quiet_limit(median)
    whole = whole or (in_time(since, now, median) and (said or (asked_at is not None and now - asked_at <= NOTICED)))
    if whole:
        return length
    believed = min(length, cap(median))
    if asked_at is None:
        return believed
    usual = min(median, believed)
    return usual + (believed - usual) * min(record.answered, record.asked) // (record.asked + 1)


def card_time(counted: int, more: int, median: int) -> int:
    """Return the active time of a card: what was counted of it before, and more; at most max(30 s, 20 × the median)."""
    return min(counted + more, max(LEAST_CAP, MOST_MEDIANS * median))
