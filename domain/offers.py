"""Waves: to how many workers a batch is offered at once, and when to more. Pure rules; times are microseconds."""

from __future__ import annotations

from typing import Final

from domain.batches import Batch
from domain.rules import DAY, MINUTE, SECOND
from domain.working import expected_micros, limit_for_one

SITTING: Final = 10 * MINUTE
"""What a worker is thought to do of a batch, in time, until the batch itself tells."""
BEGINNING: Final = 4
"""One worker in so many is thought to begin with what they are offered, until the batch itself tells."""
TOLD_FROM: Final = 20
"""From this many offers on, the batch itself tells how many begin."""
MOST_FOR_ONE: Final = 20
"""No more offers than this for one who begins, however few began so far."""
SMALLEST: Final = 20
"""No wave is smaller: a small crew hears of a batch at once."""
NEXT_WAVE: Final = 15 * MINUTE
"""So long after a wave has gone out, the places still free are offered to more."""
NOBODY_LEFT: Final = 60 * MINUTE
"""So long after a wave found fewer people than it wanted: more may have joined, woken up, or have a new day."""
ACTIVE: Final = 14 * DAY
"""Who came to work within this time, or is new, is offered a batch before the others."""
A_DAY: Final = 5
"""No more offers to one person on one day of the installation's calendar."""


def free_places(batch: Batch, leased: int) -> int:
    """Return how many answers nobody has given or is about to give; `leased` counts open assignments."""
    return max(0, batch.wanted - batch.submissions - leased + batch.gold_taken)


def taken_by_one(batch: Batch) -> int:
    """Return how many tasks one worker typically does: what those who began have done, else what fits in a sitting."""
    if batch.opened and batch.submissions >= TOLD_FROM:
        share = batch.submissions // batch.opened
    else:
        share = SITTING // max(SECOND, expected_micros(batch))
    return max(1, min(limit_for_one(batch), share))


def wave_size(batch: Batch, *, leased: int, working: int) -> int:
    """Return how many workers to offer the batch to now, 0 when those at work will do what is left.

    As many as its free places can feed (places ÷ what one typically does, and one for each overlapping answer), less
    those `working` at it, times the offers it takes until one begins.
    """
    free = free_places(batch, leased)
    if free == 0:
        return 0
    wanted = max(-(-free // taken_by_one(batch)), batch.overlap - batch.opened) - working
    if wanted <= 0:
        return 0
    for_one = BEGINNING if batch.offers < TOLD_FROM else min(MOST_FOR_ONE, -(-batch.offers // max(1, batch.opened)))
    return max(SMALLEST, wanted * for_one)
