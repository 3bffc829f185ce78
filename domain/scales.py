"""Ratings on a scale, pooled: a score with an interval for each task, a bias and a spread for each rater.

A rating is how good the task is, plus how much higher than others its rater rates (bias), plus noise as wide as the
rater's spread; the first and the last step also take what lies beyond them. All three are estimated together and
shrunk: with few ratings a task stays near the batch's mean, a rater near no bias and the usual spread, and the
intervals are wide. The score is what very many ratings of the task would have as their mean, by raters like the
batch's; where tasks have gold, biases are against the gold. Units are steps of the scale.

The model is the two-way random-effects model with a variance of its own for each rater (S. R. Searle, G. Casella and
C. E. McCulloch, "Variance Components", 1992), the steps at the ends censored as in J. Tobin, "Estimation of
relationships for limited dependent variables" (1958). It is fitted by scoring, and EM for the variances, which have
priors worth two people's or tasks' data (A. Gelman, "Prior distributions for variance parameters", 2006).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

RULE: Final = 1
"""The version of the method, stored with every score."""
ENOUGH: Final = 10
"""A rater's bias and spread are shown from so many ratings on that others gave too, or that have gold."""
WIDTH: Final = 1.96
"""Intervals hold 95 of 100 of what they are about."""
SPREAD_WORTH: Final = 5.0
"""A rater's spread begins as the usual one, held with the weight of so many ratings."""
WORTH: Final = 5.0
"""What is thought of the variances before any data, in tasks, raters or ratings."""
VARIED: Final = 10
"""The variances stay what is thought of them before until so many tasks have ratings to compare."""
ROUNDING: Final = 1 / 12
"""The variance of rounding to whole steps: no rating is surer than that."""
ROUNDS: Final = 100
CLOSE: Final = 1e-4
"""Rounds end when no score moves farther than this any more, or after ROUNDS of them."""

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
Row: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Scales:
    """What the ratings say, in steps of the scale: arrays by task, then by rater, each an estimate with its interval.

    A task without ratings and without gold has the batch's mean and an interval as wide as tasks differ; `ratings` is
    0 then. `rated` counts a rater's ratings, `enough` tells whether they say anything about the rater.
    """

    score: Floats
    low: Floats
    high: Floats
    ratings: Ints
    bias: Floats
    bias_low: Floats
    bias_high: Floats
    spread: Floats
    spread_low: Floats
    spread_high: Floats
    rated: Ints
    enough: npt.NDArray[np.bool_]
    steps: tuple[int, int]

    def nearest(self) -> tuple[Ints, Floats]:
        """Return each task's nearest step, and how likely the score lies nearest to it (0 to 1)."""
        first, last = self.steps
        step = np.clip(np.floor(self.score + 0.5), first, last)
        deviation = np.maximum(self.high - self.low, 1e-9) / (2 * WIDTH)
        above = np.where(step == last, 1.0, _below((step + 0.5 - self.score) / deviation))
        below = np.where(step == first, 0.0, _below((step - 0.5 - self.score) / deviation))
        return step.astype(np.int64), above - below

    def tables(self, task_ids: Sequence[int], rater_ids: Sequence[int]) -> tuple[list[Row], list[Row]]:
        """Return rows of whole thousandths of a step: (task, score, low, high, ratings) for what was rated, and (rater,
        bias, its interval, spread, its interval, ratings, enough) for who rated; ids by index."""
        tasks = np.flatnonzero(self.ratings > 0)
        raters = np.flatnonzero(self.rated > 0)
        said = _thousandths(self.score, self.low, self.high)
        own = _thousandths(self.bias, self.bias_low, self.bias_high, self.spread, self.spread_low, self.spread_high)
        return (
            [(task_ids[one], *said[one].tolist(), int(self.ratings[one])) for one in tasks.tolist()],
            [
                (rater_ids[one], *own[one].tolist(), int(self.rated[one]), int(self.enough[one]))
                for one in raters.tolist()
            ],
        )


def pool(
    tasks: npt.ArrayLike,
    raters: npt.ArrayLike,
    ratings: npt.ArrayLike,
    *,
    steps: tuple[int, int],
    task_count: int,
    rater_count: int,
    gold: Mapping[int, int] | None = None,
) -> Scales:
    """Pool ratings: `tasks`, `raters` (indices from 0) and `ratings` (steps) have one entry a rating, in any order.

    `steps` are the first and the last step, `gold` the right step by task. Linear in the ratings. Which task or rater
    has which index changes nothing but the order of the result (up to rounding), and turning the scale around turns
    the scores around. Raising a rating, or one more at the top by somebody new, never lowers its task's score while the
    variances are held (below VARIED); beyond that a single rating hardly moves them.

    ValueError for indices or ratings out of bounds, or a second rating of a task by one rater.
    """
    task, rater = np.asarray(tasks, dtype=np.int64).ravel(), np.asarray(raters, dtype=np.int64).ravel()
    value = np.asarray(ratings, dtype=np.float64).ravel()
    _check(task, rater, value, steps, task_count, rater_count)
    return _Fit(task, rater, value, steps, task_count, rater_count, dict(gold or {})).run()


def _check(task: Ints, rater: Ints, value: Floats, steps: tuple[int, int], task_count: int, rater_count: int) -> None:
    if not task.size == rater.size == value.size:
        raise ValueError("one task, one rater and one rating each")
    if steps[0] >= steps[1]:
        raise ValueError("a scale has two steps or more")
    if not task.size:
        return
    if min(task.min(), rater.min()) < 0 or task.max() >= task_count or rater.max() >= rater_count:
        raise ValueError("an index out of bounds")
    if not (np.isfinite(value).all() and steps[0] <= value.min() and value.max() <= steps[1]):
        raise ValueError("a rating out of bounds")
    if np.unique(task * rater_count + rater).size < task.size:
        raise ValueError("a task rated twice by one rater")


class _Fit:
    """The numbers of one fit as they go from round to round."""

    def __init__(
        self,
        task: Ints,
        rater: Ints,
        value: Floats,
        steps: tuple[int, int],
        task_count: int,
        rater_count: int,
        gold: dict[int, int],
    ) -> None:
        self.task, self.rater, self.value, self.steps = task, rater, value, steps
        span = steps[1] - steps[0]
        self.first = {
            "task": (span / 4) ** 2,
            "bias": (span / 8) ** 2,
            "noise": max(ROUNDING, (span / 5) ** 2),
            "mean": (span / 2) ** 2,
        }
        self.ratings = np.bincount(task, minlength=task_count)
        self.rated = np.bincount(rater, minlength=rater_count)
        self.working = self.rated > 0
        self.ended = np.flatnonzero((value == steps[0]) | (value == steps[1]))
        self.side = np.where(value[self.ended] == steps[1], 1.0, -1.0)
        self.known = np.array([one in gold for one in range(task_count)], dtype=bool)
        self.gold = np.array([gold.get(one, 0) for one in range(task_count)], dtype=np.float64)
        # A task's only rating says nothing about noise: it cannot be told from what the task is like.
        self.compared = ((self.ratings[task] > 1) | self.known[task]).astype(np.float64)
        self.comparable = np.bincount(rater, self.compared, minlength=rater_count)
        self.mean = sum(steps) / 2
        self.score = np.where(self.known, self.gold, self.mean)
        self.bias = np.zeros(rater_count)
        self.between, self.biases, self.noise = self.first["task"], self.first["bias"], self.first["noise"]
        self.variance = np.full(rater_count, self.noise)
        self.score_variance = np.full(task_count, self.between)
        self.bias_variance = np.full(rater_count, self.biases)

    def run(self) -> Scales:
        varied = np.unique(self.task[self.compared > 0]).size >= VARIED
        for _ in range(ROUNDS):
            before = self.score
            self._effects()
            if varied:
                self._variances()
            if not before.size or np.abs(self.score - before).max() < CLOSE:
                break
        return self._result()

    def _effects(self) -> None:
        """Scores given the biases, biases given the scores, and how sure each is once the other is not known either.

        A rating at an end says "here or beyond": one step of scoring puts a rating and a weight in its place that have
        the same slope and curvature of the likelihood.
        """
        task, rater = self.task, self.rater
        target, weight = self._working()
        prior = np.where(self.known, 1 / ROUNDING, 1 / self.between)
        heard = np.bincount(task, weight, minlength=prior.size)
        precision = prior + heard
        said = np.bincount(task, weight * (target - self.bias[rater]), minlength=prior.size)
        # The mean as all tasks together say it, each with what it could add; the middle of the scale before any.
        adds = np.where(self.known, 0.0, prior / precision)
        start = 1 / self.first["mean"]
        sure = start + float((adds * heard).sum())
        self.mean = (start * sum(self.steps) / 2 + float((adds * said).sum())) / sure
        self.score = (prior * np.where(self.known, self.gold, self.mean) + said) / precision
        share = weight / precision[task]
        own = 1 / self.biases + np.bincount(rater, weight, minlength=self.bias.size)
        beyond = np.bincount(rater, weight * (target - self.score[task]), minlength=self.bias.size)
        self.bias = beyond / own
        if self.working.any() and not self.known.any():
            # What all raters have in common is the scale itself: left to the rounds it moves there little by little.
            self.bias = self.bias - self.bias[self.working].mean()
        # What the scores cannot tell from a bias (the diagonal of the Schur complement) is taken out of its precision.
        both = np.bincount(rater, weight * share, minlength=self.bias.size)
        self.bias_variance = 1 / np.maximum(own - both, 1 / self.biases)
        carried = np.bincount(task, share * share * self.bias_variance[rater], minlength=prior.size)
        self.score_variance = 1 / precision + carried + adds**2 / sure
        self.covariance = -share * self.bias_variance[rater]

    def _working(self) -> tuple[Floats, Floats]:
        """Each rating as if it were exact: where it points, with which weight."""
        weight, target = 1 / self.variance[self.rater], self.value.copy()
        expected, beyond, deviation = self._ends()
        ratio = _mills(beyond)
        gap = np.maximum(ratio - beyond, 1e-9)
        target[self.ended] = expected + self.side * deviation / gap
        weight[self.ended] *= np.maximum(ratio * gap, 1e-9)
        return target, weight

    def _left(self) -> Floats:
        """The squared distance of each rating from what was expected; of one at an end, its mean."""
        expected = self.score[self.task] + self.bias[self.rater]
        left = (self.value - expected) ** 2
        _, beyond, deviation = self._ends()
        left[self.ended] = deviation**2 * np.maximum(1 + beyond * _mills(beyond), 0)
        return left

    def _ends(self) -> tuple[Floats, Floats, Floats]:
        """Of the ratings at an end: what was expected, how many standard deviations the end's bound lies beyond that,
        and such a deviation."""
        task, rater = self.task[self.ended], self.rater[self.ended]
        expected, deviation = self.score[task] + self.bias[rater], np.sqrt(self.variance[rater])
        return expected, (self.value[self.ended] - self.side / 2 - expected) * self.side / deviation, deviation

    def _variances(self) -> None:
        """How much tasks differ, raters differ, and how far each rater's ratings lie from what was expected."""
        task, rater = self.task, self.rater
        free = ~self.known & (self.ratings > 0)
        apart = (self.score - self.mean) ** 2 + self.score_variance
        self.between = (apart[free].sum() + WORTH * self.first["task"]) / (free.sum() + WORTH)
        shifted = self.bias**2 + self.bias_variance
        self.biases = (shifted[self.working].sum() + WORTH * self.first["bias"]) / (self.working.sum() + WORTH)
        left = self._left() + np.maximum(self.score_variance[task] + self.bias_variance[rater] + 2 * self.covariance, 0)
        squares = np.bincount(rater, left * self.compared, minlength=self.bias.size)
        usual = (squares.sum() + WORTH * self.first["noise"]) / (self.comparable.sum() + WORTH)
        self.noise = max(ROUNDING, float(usual))
        own = (squares + SPREAD_WORTH * self.noise) / (self.comparable + SPREAD_WORTH)
        self.variance = np.maximum(ROUNDING, own)

    def _result(self) -> Scales:
        deviation, sure = np.sqrt(self.score_variance), np.sqrt(self.bias_variance)
        spread = np.sqrt(self.variance)
        factor = np.exp(WIDTH / np.sqrt(2 * (self.comparable + SPREAD_WORTH)))
        score, low, high = (
            np.where(self.known, self.gold, self._rated(self.score + times * deviation)) for times in (0, -WIDTH, WIDTH)
        )
        return Scales(
            score=score,
            low=low,
            high=high,
            ratings=self.ratings.astype(np.int64),
            bias=self.bias,
            bias_low=self.bias - WIDTH * sure,
            bias_high=self.bias + WIDTH * sure,
            spread=spread,
            spread_low=spread / factor,
            spread_high=spread * factor,
            rated=self.rated.astype(np.int64),
            enough=self.comparable >= ENOUGH,
            steps=self.steps,
        )

    def _rated(self, good: Floats) -> Floats:
        """The mean of very many ratings, by raters who differ as the batch's do, of tasks this good."""
        first, last = self.steps
        usual = math.sqrt(self.noise + self.biases)
        bounds = np.arange(first, last) + 0.5
        return first + sum((_below((good - bound) / usual) for bound in bounds), np.zeros(good.size))


def _thousandths(*columns: Floats) -> Ints:
    return np.stack([np.rint(1000 * one) for one in columns], axis=1).astype(np.int64)


@lru_cache(1)
def _table() -> tuple[Floats, Floats]:
    at = np.linspace(-8, 8, 1601)
    return at, np.array(
        [math.exp(-one * one / 2) * math.sqrt(2 / math.pi) / math.erfc(one / math.sqrt(2)) for one in at]
    )


def _mills(beyond: Floats) -> Floats:
    """The inverse of Mills' ratio, density ÷ part above, by a table to 1e-5; farther out by its expansion."""
    far = np.maximum(beyond, 8.0)
    return np.where(beyond > 8, far + 1 / far - 2 / far**3, np.interp(beyond, *_table()))


def _below(deviations: Floats) -> Floats:
    """The part of a normal distribution below so many standard deviations."""
    return np.array([0.5 * math.erfc(-one / math.sqrt(2)) for one in deviations.tolist()])
