"""How each answer reads beside those of the others: what the task's label would be without it, and how likely an honest
worker's answer would then be that one."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from domain.inference.fitting import Fit
from domain.inference.models import Floats
from domain.inference.votes import UNKNOWN, Votes

TEMPER: Final = 0.7
"""Others' answers count as so much of what they would if their errors were independent: hard tasks fool several."""

PSEUDO: Final = 5.0
"""Answers a label, as the crowd gives them, with which a worker's own habits begin."""

LEAST: Final = 1e-3
"""No answer is thought less likely than this: people's thumbs slip."""


class Reading(NamedTuple):
    """Of a batch's votes: `sum_` (tasks, labels) the logs of what all answers of a task say, `said` (answers, labels)
    what each says, `crowd` (truth, answer) how the crowd answers, `habits` (workers, truth, answer) how each worker.
    """

    votes: Votes
    sum_: Floats
    said: Floats
    known: NDArray[np.int32]
    crowd: Floats
    habits: Floats | None

    def without(self, *answers: NDArray[np.intp]) -> Floats:
        """What each task's label would be without these answers (one array or more of answers to the same tasks)."""
        task = self.votes.task[answers[0]]
        logs = self.sum_[task]
        for one in answers:
            logs = logs - self.said[one]
        logs *= TEMPER
        odds = np.exp(logs - logs.max(axis=1, keepdims=True))
        found: Floats = odds / odds.sum(axis=1, keepdims=True)
        right = self.known[task]
        gold = right != UNKNOWN
        found[gold] = 0.0
        found[gold, right[gold]] = 1.0
        return found

    def likely(self, answers: NDArray[np.intp], *, own: bool) -> Floats:
        """By answer and truth, how likely its worker's habits (`own`) or the crowd's make that answer."""
        label = self.votes.label[answers]
        if own and self.habits is not None:
            return np.maximum(self.habits[self.votes.worker[answers], :, label], LEAST)
        return np.maximum(self.crowd[:, label].T, LEAST)


def reading(votes: Votes, fit: Fit, known: NDArray[np.int32]) -> Reading:
    """Read the votes with what a fit found; `known` is by task the right label, or UNKNOWN."""
    part = fit.parts[min(1, len(fit.parts) - 1)]
    labels = votes.n_classes
    said = part.table[:, votes.worker.astype(np.intp) * labels + votes.label].T
    total = np.tile(part.prior, (votes.n_tasks, 1))
    for label in range(labels):
        total[:, label] += np.bincount(votes.task, said[:, label], votes.n_tasks)
    believed = fit.posterior[votes.task]
    crowd = np.zeros((labels, labels))
    for label in range(labels):
        crowd[:, label] = believed[votes.label == label].sum(axis=0)
    right = (np.trace(crowd) + 7.0) / (crowd.sum() + 10.0)
    even = np.full((labels, labels), (1 - right) / max(labels - 1, 1))
    np.fill_diagonal(even, right)
    crowd += PSEUDO * even
    crowd /= crowd.sum(axis=1, keepdims=True)
    return Reading(votes, total, said, known, crowd, fit.confusion)
