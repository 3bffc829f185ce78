"""Ratings on a scale: pooled scores beside the plain mean of each task's ratings, on simulated raters.

No public set at hand has ratings with a known truth, so the worlds are drawn from seeds.

Each world has tasks of some goodness, and raters with a bias and a spread; a rating is goodness + bias + noise, rounded
and cut to 1–5. The truth of a task is the mean that very many ratings by these raters would have, computed, not drawn.
`python -m bench.quality.scales` prints the table; each row is the mean over SEEDS worlds.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from time import process_time
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.quality.rows import Row, spearman
from bench.quality.sets import Crowd
from domain.scales import Scales, pool

SEEDS: Final = 20
STEPS: Final = (1, 5)
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class World(NamedTuple):
    """What is drawn: how many tasks, raters and ratings a task; how far biases spread, and from where to where spreads
    go, in steps."""

    name: str
    tasks: int
    raters: int
    each: int
    bias: float
    spreads: tuple[float, float]


UNBIASED: Final = "nobody is biased"
WORLDS: Final = (
    World("200 tasks, 12 raters, 3 each", 200, 12, 3, 0.6, (0.4, 1.2)),
    World(UNBIASED, 200, 12, 3, 0.0, (0.8, 0.8)),
    World("40 raters, 5 each", 200, 40, 5, 0.6, (0.4, 1.2)),
    World("a small batch, 40 tasks, 4 raters, 2 each", 40, 4, 2, 0.5, (0.5, 1.0)),
    World("very different raters, 500 tasks", 500, 8, 3, 0.9, (0.3, 1.5)),
    World("one rating a task", 100, 30, 1, 0.6, (0.4, 1.2)),
)


class Drawn(NamedTuple):
    """The ratings of a world (task, rater, rating), and what is true of its tasks and raters."""

    task: Ints
    rater: Ints
    rating: Floats
    truth: Floats
    bias: Floats


class Measured(NamedTuple):
    """How far from the truth (root mean square, in steps) and how well ordered (Spearman) the plain mean and the pooled
    score are; the share of scores and of biases that lie in their intervals, which promise .95."""

    name: str
    plain: float
    pooled: float
    plain_order: float
    pooled_order: float
    held: float
    biases_held: float


def draw(world: World, seed: int) -> Drawn:
    """The world of this seed."""
    chance = np.random.default_rng(seed)
    good, bias = chance.normal(3.4, 0.9, world.tasks), chance.normal(0, world.bias, world.raters)
    spread = chance.uniform(*world.spreads, world.raters)
    task = np.repeat(np.arange(world.tasks), world.each)
    rater = np.concatenate([chance.choice(world.raters, world.each, replace=False) for _ in range(world.tasks)])
    said = np.rint(good[task] + bias[rater] + chance.normal(size=task.size) * spread[rater])
    above = np.vectorize(lambda deviations: 0.5 * math.erfc(deviations / math.sqrt(2)))
    first, last = STEPS
    bounds = [bound + 0.5 for bound in range(first, last)]
    parts = [above((bound - good[:, None] - bias) / spread).mean(axis=1) for bound in bounds]
    return Drawn(task, rater, np.clip(said, first, last), first + np.sum(parts, axis=0), bias)


def pooled(world: World, drawn: Drawn) -> Scales:
    """The ratings, pooled as the product does."""
    return pool(drawn.task, drawn.rater, drawn.rating, steps=STEPS, task_count=world.tasks, rater_count=world.raters)


def measure(seeds: int = SEEDS, first: int = 0) -> list[Measured]:
    """A row a world, each the mean over so many seeds from `first`."""
    return [_row(world, seeds, first) for world in WORLDS]


def _row(world: World, seeds: int, first: int = 0) -> Measured:
    found = []
    for seed in range(first, first + seeds):
        drawn = draw(world, seed)
        scores = pooled(world, drawn)
        plain = np.bincount(drawn.task, drawn.rating) / np.bincount(drawn.task)
        relative = drawn.bias - drawn.bias.mean()
        found.append(
            (
                _apart(plain, drawn.truth),
                _apart(scores.score, drawn.truth),
                spearman(plain, drawn.truth),
                spearman(scores.score, drawn.truth),
                float(np.mean((scores.low <= drawn.truth) & (drawn.truth <= scores.high))),
                float(np.mean((scores.bias_low <= relative) & (relative <= scores.bias_high))),
            )
        )
    return Measured(world.name, *np.mean(found, axis=0).tolist())


def rows(crowds: Sequence[Crowd], seed: int) -> list[Row]:
    """The lines among the goals. The crowds have no ratings: these are worlds of their own, from the seed."""
    del crowds
    found = measure(first=seed)
    biased = [one for one in found if one.name != UNBIASED]
    most, where = max((one.pooled / one.plain, one.name) for one in found)
    least, loosest = min((one.held, one.name) for one in found)
    note = f"{len(found)} simulated worlds, {SEEDS} seeds each; worst: {{}}"
    return [
        Row(
            "scores of biased raters: error, as a part of the plain mean's",
            0.85,
            float(np.mean([one.pooled / one.plain for one in biased])),
            at_least=False,
            note=f"{len(biased)} simulated worlds, {SEEDS} seeds each",
        ),
        Row("any scores: error, as a part of the plain mean's", 1.0, most, at_least=False, note=note.format(where)),
        Row("true scores in intervals of 95 of 100", 0.9, least, note=note.format(loosest)),
    ]


def seconds_for(ratings: int) -> float:
    """The CPU seconds that pooling so many ratings takes, five a task, by a rater for each 500."""
    tasks, raters = ratings // 5, max(10, ratings // 500)
    chance = np.random.default_rng(0)
    task = np.repeat(np.arange(tasks), 5)
    rater = (chance.integers(0, raters, tasks)[:, None] + np.arange(5)).ravel() % raters
    said = (
        chance.normal(3.4, 0.9, tasks)[task] + chance.normal(0, 0.5, raters)[rater] + chance.normal(0, 0.8, task.size)
    )
    began = process_time()
    pool(task, rater, np.clip(np.rint(said), *STEPS), steps=STEPS, task_count=tasks, rater_count=raters)
    return process_time() - began


def table(rows: list[Measured]) -> str:
    """The rows as Markdown."""
    head = (
        "simulated raters",
        "error, plain mean",
        "pooled",
        "order, plain mean",
        "pooled",
        "in the interval",
        "biases",
    )
    lines = [head, ("---", *["--:"] * 6)]
    lines += [(row.name, *(f"{one:.2f}" for one in row[1:5]), *(f"{one:.3f}" for one in row[5:])) for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _apart(one: Floats, other: Floats) -> float:
    return float(np.sqrt(np.mean((one - other) ** 2)))


if __name__ == "__main__":
    print(table(measure()))
    print(f"\n100,000 ratings: {seconds_for(100_000):.2f} s CPU; 1,000,000: {seconds_for(1_000_000):.1f} s")
