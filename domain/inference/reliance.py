"""What the votes of a batch's workers weigh until the next fit: one number a worker.

How likely a worker's answer is right is found by expectation–maximisation with one number a worker, after Dawid &
Skene (1979): believe the labels that the votes name, see how often each worker named them, weigh the votes by that. All
labels are taken for equally common and all errors for equally likely: between fits, with two or three answers a task,
that decides better when to stop than what a whole fit (domain/inference/fitting.py) believes, which has more to learn
from as few answers. Each worker begins with `PSEUDO` answers at the batch's average: after ten answers they count half
for what they did and half as everybody. The average begins at streaming.BEGINNING, with `BATCH` answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from domain.inference.streaming import BEGINNING, NEVER_ABOVE, ROOT, SURE, Prior
from domain.inference.votes import UNKNOWN, Votes, known

PSEUDO: Final = 10.0
"""Answers at the batch's average that each worker begins with."""

BATCH: Final = 50.0
"""Answers at the beginning's average that a batch begins with."""

PAIRS: Final = 100.0
"""Pairs of wrong answers, all alike, that a batch begins with: errors agree until many were seen to differ."""

ABOVE_CHANCE: Final = 0.05
"""A batch's average worker counts as that much better than chance at least."""

ROUNDS: Final = 20
STILL: Final = 1e-3
"""The rounds end when no belief moves more."""


class Reliance(NamedTuple):
    """What a batch's votes weigh: its `prior`, and by worker how likely their answer is right (1/10,000)."""

    prior: Prior
    right: NDArray[np.int64]


def reliance(votes: Votes, *, gold: Mapping[int, int] | ArrayLike | None = None, fit: int) -> Reliance:
    """Return what the votes of each worker weigh; `gold` are tasks whose label is known, `fit` the number of the fit.

    Renumbering tasks, workers or labels renumbers the result. Any votes will do: none, of one worker, of one label.
    """
    labels = max(votes.n_classes, 2)
    place = votes.task.astype(np.intp) * labels + votes.label
    shape = (votes.n_tasks, labels)
    right_label = known(gold, votes)
    given = np.bincount(votes.worker, minlength=votes.n_workers)
    count = np.bincount(place, minlength=votes.n_tasks * labels).reshape(shape)
    belief = _clamped((count + 1e-3) / (count + 1e-3).sum(axis=1, keepdims=True), right_label)
    floor = 1 / labels + ABOVE_CHANCE
    right: NDArray[np.float64] = np.zeros(votes.n_workers)
    for _ in range(ROUNDS):
        named = belief.reshape(-1)[place]
        right = np.bincount(votes.worker, named, votes.n_workers).astype(np.float64)
        average = max(float(right.sum()) / max(1, len(place)), floor)
        each = ((right + PSEUDO * average) / (given + PSEUDO)).clip(0.5 / labels, 0.995)
        weight = np.log(each * (labels - 1) / (1 - each))
        score = np.bincount(place, weight[votes.worker], votes.n_tasks * labels).reshape(shape)
        likely = np.exp(score - score.max(axis=1, keepdims=True, initial=0.0))
        before, belief = belief, _clamped(likely / likely.sum(axis=1, keepdims=True), right_label)
        if np.abs(belief - before).max(initial=0.0) < STILL:
            break
    ways = min(_ways(count, belief), float(labels))
    average = (float(right.sum()) + BATCH * BEGINNING.right / SURE) / (len(place) + BATCH)
    average = max(average, 1 / ways + ABOVE_CHANCE)
    each = (right + PSEUDO * average) / (given + PSEUDO)
    prior = Prior(fit, min(round(average * SURE), NEVER_ABOVE), round(ways * ROOT))
    return Reliance(prior, np.minimum(np.rint(each * SURE), NEVER_ABOVE).astype(np.int64))


def _clamped(belief: NDArray[np.float64], right: NDArray[np.int32]) -> NDArray[np.float64]:
    """Beliefs where what is known is certain."""
    sure = np.flatnonzero(right != UNKNOWN)
    belief[sure] = 0.0
    belief[sure, right[sure]] = 1.0
    return belief


def _ways(count: NDArray[np.int64], belief: NDArray[np.float64]) -> float:
    """One more than the number of wrong labels that compete: one over how often two wrong answers to a task agree."""
    wrong = count.copy()
    wrong[np.arange(len(wrong)), belief.argmax(axis=1)] = 0
    total = wrong.sum(axis=1)
    alike = float((wrong * (wrong - 1)).sum())
    pairs = float((total * (total - 1)).sum())
    return 1 + (pairs + PAIRS) / (alike + PAIRS)
