"""What the votes of a batch's workers weigh until the next fit, from what a fit believes: one number a worker.

How likely a worker's answer is right is what the fit's labels say of their answers, drawn towards the batch's average
by `PSEUDO` answers of that average: after ten answers a worker counts half for what they did and half as everybody. The
average itself starts at domain.inference.streaming.BEGINNING and is drawn there by `BATCH` answers.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from domain.inference.streaming import BEGINNING, NEVER_ABOVE, ROOT, SURE, Prior

PSEUDO: Final = 10.0
"""Answers at the batch's average that each worker begins with."""

BATCH: Final = 50.0
"""Answers at the beginning's average that a batch begins with."""

PAIRS: Final = 100.0
"""Pairs of wrong answers, all alike, that a batch begins with: errors agree until many were seen to differ."""

ABOVE_CHANCE: Final = 0.05
"""A batch's average worker counts as that much better than chance at least."""


class Reliance(NamedTuple):
    """What a batch's votes weigh: its `prior`, and by worker how likely their answer is right (1/10,000)."""

    prior: Prior
    right: NDArray[np.int64]


def reliance(
    task: NDArray[np.integer],
    worker: NDArray[np.integer],
    label: NDArray[np.integer],
    posterior: NDArray[np.float64],
    *,
    workers: int,
    fit: int,
) -> Reliance:
    """Return what the votes of `workers` weigh, given what fit number `fit` believes.

    `task`, `worker` and `label` are indices, one an answer; `posterior` (tasks × labels) sums to 1 a task. Where the
    label is known (gold, a human's) the row is 0 and 1. Permuting tasks, workers or labels permutes the result.
    """
    labels = posterior.shape[1]
    right = np.bincount(worker, posterior[task, label], workers)
    given = np.bincount(worker, minlength=workers)
    ways = _ways(task, label, posterior)
    average = (right.sum() + BATCH * BEGINNING.right / SURE) / (given.sum() + BATCH)
    average = max(float(average), 1 / max(ways, 2.0) + ABOVE_CHANCE)
    each = (right + PSEUDO * average) / (given + PSEUDO)
    return Reliance(
        Prior(fit, min(round(average * SURE), NEVER_ABOVE), round(min(ways, max(labels, 2)) * ROOT)),
        np.minimum(np.rint(each * SURE), NEVER_ABOVE).astype(np.int64),
    )


def _ways(task: NDArray[np.integer], label: NDArray[np.integer], posterior: NDArray[np.float64]) -> float:
    """One more than the number of wrong labels that compete: one over how often two wrong answers to a task agree."""
    votes = np.zeros(posterior.shape)
    np.add.at(votes, (task, label), 1.0)
    wrong = votes.copy()
    wrong[np.arange(len(wrong)), posterior.argmax(axis=1)] = 0.0
    total = wrong.sum(axis=1)
    alike = float((wrong * (wrong - 1)).sum())
    pairs = float((total * (total - 1)).sum())
    return 1 + (pairs + PAIRS) / (alike + PAIRS)
