"""Ratings are pooled so that who rates high or carelessly changes little, and intervals hold what they promise."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.scales import ENOUGH, Scales, pool

STEPS = (1, 5)


@dataclass(frozen=True)
class World:
    """Simulated ratings: `true` is what very many ratings of a task, by these raters, would have as their mean."""

    task: list[int]
    rater: list[int]
    rating: list[int]
    true: np.ndarray
    bias: np.ndarray

    def pool(self) -> Scales:
        return pool(
            self.task, self.rater, self.rating, steps=STEPS, task_count=len(self.true), rater_count=len(self.bias)
        )

    def means(self) -> np.ndarray:
        return np.bincount(self.task, self.rating, len(self.true)) / np.bincount(self.task, minlength=len(self.true))


def world(seed: int, *, tasks: int = 150, raters: int = 12, each: int = 3, bias: float = 0.6) -> World:
    chance = np.random.default_rng(seed)
    good, shift = chance.normal(3.4, 0.9, tasks), chance.normal(0, bias, raters)
    spread = chance.uniform(0.4, 1.2, raters)
    task = np.repeat(np.arange(tasks), each)
    rater = np.concatenate([chance.choice(raters, each, replace=False) for _ in range(tasks)])
    rating = np.clip(np.round(good[task] + shift[rater] + chance.normal(size=task.size) * spread[rater]), *STEPS)
    above = [
        np.mean(
            [
                [0.5 * math.erfc((bound - one - b) / (s * math.sqrt(2))) for b, s in zip(shift, spread, strict=True)]
                for one in good
            ],
            axis=1,
        )
        for bound in (1.5, 2.5, 3.5, 4.5)
    ]
    return World(task.tolist(), rater.tolist(), rating.astype(int).tolist(), 1 + np.sum(above, axis=0), shift)


def apart(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.sqrt(np.mean((one - other) ** 2)))


@pytest.mark.parametrize("seed", range(3))
def test_pooled_scores_of_biased_raters_beat_the_plain_mean(seed: int) -> None:
    found = world(seed)
    scores = found.pool()
    assert apart(scores.score, found.true) < 0.9 * apart(found.means(), found.true)
    assert np.corrcoef(scores.bias, found.bias)[0, 1] > 0.9


def test_raters_without_bias_cost_nothing() -> None:
    errors = [(apart(one.pool().score, one.true), apart(one.means(), one.true)) for one in map(_unbiased, range(3))]
    assert sum(pooled for pooled, _ in errors) < sum(plain for _, plain in errors)


def _unbiased(seed: int) -> World:
    return world(seed, bias=0.0)


def test_intervals_hold_what_they_promise() -> None:
    scores, biases = [], []
    for seed in range(6):
        one = world(seed)
        pooled = one.pool()
        scores += list((pooled.low <= one.true) & (one.true <= pooled.high))
        centred = one.bias - one.bias.mean()
        biases += list((pooled.bias_low <= centred) & (centred <= pooled.bias_high))
    assert 0.90 <= np.mean(scores) <= 0.985
    assert np.mean(biases) >= 0.90


def test_nearest_step_is_as_likely_as_said() -> None:
    steps, chances, right = [], [], []
    for seed in range(6):
        one = world(seed)
        step, chance = one.pool().nearest()
        steps += step.tolist()
        chances += chance.tolist()
        right += list(step == np.floor(one.true + 0.5))
    assert set(steps) <= {1, 2, 3, 4, 5}
    assert np.mean(chances) == pytest.approx(np.mean(right), abs=0.05)


def test_hundred_tasks_with_one_rating_stay_near_the_middle_with_wide_intervals() -> None:
    one = world(1, tasks=100, raters=30, each=1)
    pooled = one.pool()
    assert np.all(pooled.high - pooled.low > 1)
    assert apart(pooled.score, one.true) < apart(one.means(), one.true)
    assert not pooled.enough.any(), "nobody else rated what they rated"


def test_one_worker_has_no_bias_and_says_not_enough() -> None:
    pooled = pool(range(50), [0] * 50, [5, 4] * 25, steps=STEPS, task_count=50, rater_count=1)
    assert abs(pooled.bias[0]) < 1e-6
    assert not pooled.enough[0]
    assert pooled.score[0] > pooled.score[1]
    assert np.all(pooled.high - pooled.low > 0.5)


def test_constant_rater_is_generous_and_changes_little() -> None:
    """Somebody who gives everything a 5 beside three who look: the order of the scores stays theirs."""
    chance = np.random.default_rng(3)
    good = chance.integers(1, 6, 60)
    looked = [np.clip(good + chance.integers(-1, 2, 60), 1, 5) for _ in range(3)]
    rating = np.concatenate([*looked, np.full(60, 5)])
    task, rater = np.tile(np.arange(60), 4), np.repeat(np.arange(4), 60)
    pooled = pool(task, rater, rating, steps=STEPS, task_count=60, rater_count=4)
    without = pool(task[:180], rater[:180], rating[:180], steps=STEPS, task_count=60, rater_count=3)
    assert pooled.bias_low[3] > 0.5
    assert pooled.spread[3] > pooled.spread[:3].max()
    assert np.corrcoef(pooled.score, without.score)[0, 1] > 0.99
    assert pooled.enough.all()


def test_all_the_same_rating_is_that_score() -> None:
    pooled = pool([0, 0, 1, 1], [0, 1, 0, 1], [3, 3, 3, 3], steps=STEPS, task_count=2, rater_count=2)
    assert pooled.score == pytest.approx([3, 3], abs=1e-6)
    assert pooled.bias == pytest.approx([0, 0], abs=1e-6)


def test_gold_says_what_the_scale_means() -> None:
    """Everybody rates a step too high: only gold can tell, and then the tasks without gold come down too."""
    task, rater = np.tile(np.arange(40), 3), np.repeat(np.arange(3), 40)
    true = np.tile([1, 2, 3, 3], 10)
    rating = np.tile(true + 1, 3)
    gold = {one: int(true[one]) for one in range(20)}
    told = pool(task, rater, rating, steps=STEPS, task_count=40, rater_count=3, gold=gold)
    untold = pool(task, rater, rating, steps=STEPS, task_count=40, rater_count=3)
    assert told.score[:20] == pytest.approx(true[:20])
    assert told.bias == pytest.approx([1, 1, 1], abs=0.25)
    assert np.all(told.score[20:] < untold.score[20:] - 0.5)


def test_nothing_rated_is_said_with_wide_intervals() -> None:
    empty = pool([], [], [], steps=STEPS, task_count=0, rater_count=0)
    assert empty.score.size == empty.bias.size == 0
    unrated = pool([], [], [], steps=STEPS, task_count=2, rater_count=1)
    assert unrated.score == pytest.approx([3, 3])
    assert np.all(unrated.high - unrated.low > 3)
    assert not unrated.enough[0]


@pytest.mark.parametrize(
    ("tasks", "raters", "ratings"),
    [
        ([0, 0], [0, 0], [1, 2]),
        ([2], [0], [1]),
        ([0], [1], [1]),
        ([0], [0], [6]),
        ([0], [0], [math.nan]),
        ([-1], [0], [1]),
    ],
)
def test_what_cannot_be_ratings_is_refused(tasks: list[int], raters: list[int], ratings: list[float]) -> None:
    with pytest.raises(ValueError):
        pool(tasks, raters, ratings, steps=STEPS, task_count=2, rater_count=1)


@st.composite
def ratings(draw: st.DrawFn) -> tuple[list[int], list[int], list[int], int, int]:
    """Up to 6 tasks and 5 raters, any pattern of who rated what."""
    tasks, raters = draw(st.integers(1, 6)), draw(st.integers(1, 5))
    pairs = draw(st.lists(st.tuples(st.integers(0, tasks - 1), st.integers(0, raters - 1)), unique=True, max_size=20))
    given_ = draw(st.lists(st.integers(*STEPS), min_size=len(pairs), max_size=len(pairs)))
    return [task for task, _ in pairs], [rater for _, rater in pairs], given_, tasks, raters


@settings(max_examples=60)
@given(ratings(), st.randoms(use_true_random=False))
def test_naming_tasks_and_raters_otherwise_changes_nothing(case, chance) -> None:  # type: ignore[no-untyped-def]
    task, rater, rating, tasks, raters = case
    first = pool(task, rater, rating, steps=STEPS, task_count=tasks, rater_count=raters)
    task_names, rater_names = chance.sample(range(tasks), tasks), chance.sample(range(raters), raters)
    order = chance.sample(range(len(task)), len(task))
    second = pool(
        [task_names[task[one]] for one in order],
        [rater_names[rater[one]] for one in order],
        [rating[one] for one in order],
        steps=STEPS,
        task_count=tasks,
        rater_count=raters,
    )
    assert second.score[task_names] == pytest.approx(first.score, abs=1e-3)
    assert second.bias[rater_names] == pytest.approx(first.bias, abs=1e-3)
    assert second.spread[rater_names] == pytest.approx(first.spread, abs=1e-3)


@settings(max_examples=60)
@given(ratings())
def test_turning_the_scale_around_turns_the_scores_around(case) -> None:  # type: ignore[no-untyped-def]
    task, rater, rating, tasks, raters = case
    first = pool(task, rater, rating, steps=STEPS, task_count=tasks, rater_count=raters)
    second = pool(task, rater, [6 - one for one in rating], steps=STEPS, task_count=tasks, rater_count=raters)
    assert second.score == pytest.approx(6 - first.score, abs=1e-3)
    assert second.bias == pytest.approx(-first.bias, abs=1e-3)


@settings(max_examples=200)
@given(ratings(), st.data())
def test_a_higher_rating_never_lowers_the_score(case, data) -> None:  # type: ignore[no-untyped-def]
    """One more rating at the top by somebody new, and one of those there raised."""
    task, rater, rating, tasks, raters = case
    first = pool(task, rater, rating, steps=STEPS, task_count=tasks, rater_count=raters + 1)
    which = data.draw(st.integers(0, tasks - 1))
    more = pool([*task, which], [*rater, raters], [*rating, 5], steps=STEPS, task_count=tasks, rater_count=raters + 1)
    assert more.score[which] >= first.score[which] - 1e-3
    if task:
        raised = data.draw(st.integers(0, len(task) - 1))
        higher = [min(5, one + 1) if place == raised else one for place, one in enumerate(rating)]
        after = pool(task, rater, higher, steps=STEPS, task_count=tasks, rater_count=raters + 1)
        assert after.score[task[raised]] >= first.score[task[raised]] - 1e-3


def test_a_higher_rating_never_lowers_the_score_where_spreads_are_estimated_too() -> None:
    one = world(4, tasks=25, raters=6)
    before = one.pool().score
    for place, (task, rating) in enumerate(zip(one.task, one.rating, strict=True)):
        if rating < 5:
            raised = World(
                one.task, one.rater, [*one.rating[:place], rating + 1, *one.rating[place + 1 :]], before, one.bias
            )
            assert raised.pool().score[task] > before[task]


def test_bias_is_shown_only_from_enough_ratings_that_others_gave_too() -> None:
    for count in (ENOUGH - 1, ENOUGH):
        task, rater = [*range(count), *range(count)], [0] * count + [1] * count
        assert (
            list(pool(task, rater, [3] * 2 * count, steps=STEPS, task_count=count, rater_count=2).enough)
            == [count >= ENOUGH] * 2
        )
