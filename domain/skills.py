"""A worker's skill in a kind of work and language: what the fits of several batches say together, with an interval.

All shares are whole 1/10,000. Nothing comes from assignments that expired or were released: fits see answers alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import Final, NamedTuple

from domain.quality import WHOLE

ENOUGH: Final = 10
"""Answers before anything is said of somebody, in one batch or over several."""
WIDEST: Final = 4_500
"""An interval wider than this says nothing yet."""


class InBatch(NamedTuple):
    """What one batch's fit says: `right` of `answers` are believed right (1/10,000 of an answer), a share of `chance`
    would be by chance alone; `estimate`, `low` and `high` are the share with its interval."""

    batch_id: int
    answers: int
    right: int
    chance: int
    estimate: int
    low: int
    high: int
    gold_right: int
    gold_wrong: int


class Skill(NamedTuple):
    """The share of right answers with its 95 % interval, and the interval's low end with chance taken out: 0 at chance,
    10,000 where all are right. `enough` is 0 while that is too little to say."""

    estimate: int
    low: int
    high: int
    corrected_low: int
    answers: int
    enough: int


def trust(estimate: int, chance: int) -> str:
    """How far a worker's answers are trusted, in a word ("much", "well", "some", "little"), by what is left of the
    share of right answers (1/10,000) beside what chance alone gives: from three quarters, a half, a fifth on."""
    left = _corrected(estimate, chance)
    return next(
        word for least, word in ((7_500, "much"), (5_000, "well"), (2_000, "some"), (0, "little")) if left >= least
    )


def over_batches(found: Sequence[InBatch]) -> Skill:
    """Return what the batches say together: shares weighed by their answers, variances of the batches' intervals added.

    Of normal approximations with weights n: the mean is Σ n·p ÷ Σ n, its half-width √(Σ (n·half)²) ÷ Σ n. Of one batch
    it is that batch's own interval. ValueError for no batch.
    """
    answers = sum(one.answers for one in found)
    if answers <= 0:
        raise ValueError("a skill follows from answers")
    estimate = _mean([(one.answers, one.estimate) for one in found], answers)
    chance = _mean([(one.answers, one.chance) for one in found], answers)
    below = sqrt(sum((one.answers * (one.estimate - one.low)) ** 2 for one in found)) / answers
    above = sqrt(sum((one.answers * (one.high - one.estimate)) ** 2 for one in found)) / answers
    low, high = max(0, round(estimate - below)), min(WHOLE, round(estimate + above))
    return Skill(
        estimate=round(estimate),
        low=low,
        high=high,
        corrected_low=_corrected(low, round(chance)),
        answers=answers,
        enough=int(answers >= ENOUGH and high - low <= WIDEST),
    )


def _mean(parts: Sequence[tuple[int, int]], whole: int) -> float:
    return sum(many * share for many, share in parts) / whole


def _corrected(share: int, chance: int) -> int:
    """What is left of a share beside what chance alone gives; never below 0."""
    return max(0, round(WHOLE * (share - chance) / max(1, WHOLE - chance)))
