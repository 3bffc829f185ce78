"""Three ways to read the same votes: one number a worker, a confusion matrix a worker, and a mean of the two.

All are expectation–maximisation in the manner of Dawid & Skene, "Maximum likelihood estimation of observer error-rates
using the EM algorithm" (1979): guess the tasks' labels, count how often each worker names what, weigh the votes by
that, guess again. Everybody starts from the crowd: what a worker is taken for is drawn to what the crowd is taken for,
by a few pseudo-answers. A vote is never evidence against its own label.

Arrays run labels first: a belief is (labels, tasks), evidence and counts are (truth, worker × label given), so that one
pass over the votes a label is one `bincount`. Nothing is sorted, and no order of workers, tasks or labels matters.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from domain.inference.votes import UNKNOWN, Votes

Floats = NDArray[np.float64]

COIN_PSEUDO: Final = 10.0
"""Answers at the crowd's average with which one number a worker begins."""

ROW_PSEUDO: Final = 4.0
"""Answers a class, spread as the crowd spreads them, with which a worker's confusion matrix begins."""

CROWD_PSEUDO: Final = 10.0
"""Answers a class, right as often as the average and wrong evenly, with which the crowd's own matrix begins."""

FULL: Final = 5.0
"""Answers a task from which the labels' shares are what the votes say; with fewer they begin even (see `_evenly`)."""

EVEN: Final = 100.0
"""Evenly shared tasks that the labels' shares begin with where tasks have half as many answers."""

AVERAGE: Final = (7.0, 10.0)
"""The crowd's average begins at seven right of ten."""

NEVER_ABOVE: Final = 0.99
"""No worker counts as more reliable: two who are sure and disagree must leave a doubt."""

SHARE: Final = 0.3
"""What part of the evidence of the mean of both is the confusion matrices'."""

ITERATIONS: Final = (6, 25)
"""How often a fit may move its beliefs at least, and at most: less often the more votes there are (see VISITS)."""

VISITS: Final = 24_000_000
"""A fit looks at votes × labels about so often in total: the more there are, the fewer times it goes through them."""

STILL: Final = 5e-4
"""A fit has settled when beliefs move less than this, a task."""


class Evidence(NamedTuple):
    """What a model makes of the votes.

    `belief` (labels, tasks) sums to 1 a task; `table` (truth, worker × label) has what a vote says of each truth, in
    nats: 0 of its own label, nothing above; `prior` is the log of the labels' shares.
    """

    belief: Floats
    table: Floats
    prior: Floats


class Sums:
    """Sums over the votes, a label at a time."""

    def __init__(self, votes: Votes, gold: NDArray[np.int32]) -> None:
        self.task, self.worker, self.label = votes.task, votes.worker, votes.label
        self.tasks, self.workers, self.labels = votes.n_tasks, votes.n_workers, votes.n_classes
        self.cell = votes.worker.astype(np.intp) * votes.n_classes + votes.label
        self.place = votes.label.astype(np.intp) * votes.n_tasks + votes.task
        self.given = np.bincount(votes.worker, minlength=votes.n_workers).astype(float)
        self.gold = np.flatnonzero(gold != UNKNOWN)
        self.golden = gold[self.gold]
        answers = np.bincount(votes.task, minlength=votes.n_tasks)
        self.open = np.flatnonzero((gold == UNKNOWN) & (answers > 0))
        self.even = _evenly(answers[self.open])

    def counts(self, belief: Floats) -> Floats:
        """How often each worker gave each label, by what is believed to be true: (truth, worker × label)."""
        cells = self.workers * self.labels
        sums = np.array([np.bincount(self.cell, row[self.task], cells) for row in belief], dtype=float)
        return sums.reshape(self.labels, cells)

    def right(self, belief: Floats) -> Floats:
        """How many of each worker's answers are believed right."""
        return np.bincount(self.worker, belief.reshape(-1)[self.place], self.workers).astype(float)

    def evidence(self, table: Floats) -> Floats:
        """The sum over each task's votes of what they say of each label: (labels, tasks)."""
        sums = np.array([np.bincount(self.task, row[self.cell], self.tasks) for row in table], dtype=float)
        return sums.reshape(self.labels, self.tasks)

    def coins(self, weight: Floats) -> Floats:
        """The same where a vote speaks for its own label only, with its worker's weight."""
        flat: Floats = np.bincount(self.place, weight[self.worker], self.labels * self.tasks).astype(float)
        return flat.reshape(self.labels, self.tasks)

    def believe(self, evidence: Floats, prior: Floats) -> Floats:
        """Bayes' rule, and what is known is known."""
        belief = evidence + prior[:, None]
        belief -= belief.max(axis=0, initial=-np.inf)
        np.exp(belief, out=belief)
        belief /= belief.sum(axis=0)
        return self.clamp(belief)

    def clamp(self, belief: Floats) -> Floats:
        """What is known is known: in place."""
        belief[:, self.gold] = 0.0
        belief[self.golden, self.gold] = 1.0
        return belief

    def prior(self, belief: Floats) -> Floats:
        """Log of the labels' shares, of tasks that were not chosen for their label as gold is; one of each to begin.

        Where answers are few, tasks of evenly shared labels are added (see `_evenly`).
        """
        shares = belief[:, self.open].sum(axis=1) + 1.0 + self.even / max(self.labels, 1)
        logs: Floats = np.log(shares / shares.sum())
        return logs

    def majority(self) -> Floats:
        """Each task's shares of its votes; even where there is none."""
        votes = np.bincount(self.place, minlength=self.labels * self.tasks).reshape(self.labels, self.tasks)
        total = votes.sum(axis=0)
        shares = np.where(total > 0, votes / np.maximum(total, 1), 1 / max(self.labels, 1))
        return self.clamp(shares)


def _evenly(answers: NDArray[np.intp]) -> float:
    """How many evenly shared tasks the labels' shares begin with, by the `answers` of each open task.

    Two or three answers tell little of a task, and shares guessed from such guesses would then decide every tie: the
    label that seems commoner gets them all, which makes it commoner still. Of many tasks the shares are known all the
    same: so it is a number of tasks, not a part of them, and where answers are enough it is none.
    """
    given = int(answers.sum())
    return EVEN * max(0.0, FULL * len(answers) / given - 1) if given else 0.0


def one_coin(sums: Sums, start: Floats) -> Evidence:
    """One number a worker: how likely they are right, their errors even over the other labels."""

    def step(belief: Floats) -> tuple[Floats, Floats, Floats]:
        weight, prior = coin_weights(sums, sums.right(belief)), sums.prior(belief)
        return sums.believe(sums.coins(weight), prior), weight, prior

    belief, weight, prior = _settle(start, step, sums)
    return Evidence(belief, coin_table(weight, sums.labels), prior)


def confusion(sums: Sums, start: Floats) -> Evidence:
    """A confusion matrix a worker, drawn to the crowd's: right where errors depend on what is true."""

    def step(belief: Floats) -> tuple[Floats, Floats, Floats]:
        table, prior = matrix_table(sums, sums.counts(belief)), sums.prior(belief)
        return sums.believe(sums.evidence(table), prior), table, prior

    return Evidence(*_settle(start, step, sums))


def both(sums: Sums, start: Floats, share: float = SHARE) -> Evidence:
    """The mean of the two kinds of evidence at each step: keeps the one from running away with the other's help."""

    def step(belief: Floats) -> tuple[Floats, Floats, Floats]:
        counts, prior = sums.counts(belief), sums.prior(belief)
        right = np.einsum("kwk->w", counts.reshape(sums.labels, sums.workers, sums.labels))
        table = share * matrix_table(sums, counts)
        table += (1 - share) * coin_table(coin_weights(sums, right), sums.labels)
        return sums.believe(sums.evidence(table), prior), table, prior

    return Evidence(*_settle(start, step, sums))


def _settle(
    belief: Floats, step: Callable[[Floats], tuple[Floats, Floats, Floats]], sums: Sums
) -> tuple[Floats, Floats, Floats]:
    """Repeat a step until beliefs stand still, or have moved often enough."""
    least, most = ITERATIONS
    for _ in range(max(least, min(most, VISITS // max(len(sums.task) * sums.labels, 1)))):
        following, weights, prior = step(belief)
        moved = np.abs(following - belief).sum() / max(2 * sums.tasks, 1)
        belief = following
        if moved < STILL:
            break
    return belief, weights, prior


def average(sums: Sums, right: Floats) -> float:
    """How likely an answer of the crowd is right."""
    return float((right.sum() + AVERAGE[0]) / (sums.given.sum() + AVERAGE[1]))


def coin_weights(sums: Sums, right: Floats) -> Floats:
    """What each worker's vote adds to its label, in nats."""
    reliable = (right + COIN_PSEUDO * average(sums, right)) / (sums.given + COIN_PSEUDO)
    return vote_weight(reliable, sums.labels)


def vote_weight(reliable: Floats, labels: int) -> Floats:
    """Log of a (labels − 1) ÷ (1 − a): what the vote of somebody right with chance a is worth, never below zero.

    Bayes' rule where errors are even over the other labels, as Toloka's documentation has it for weighing by skill.
    """
    reliable = reliable.clip(1e-3, NEVER_ABOVE)
    return np.maximum(0.0, np.log(reliable * max(labels - 1, 1) / (1 - reliable)))


def coin_table(weight: Floats, labels: int) -> Floats:
    """One number a worker as evidence: of the label given 0, of every other one minus the weight."""
    table = np.repeat(-weight[None, :, None], labels, axis=0).repeat(labels, axis=2)
    diagonal = np.arange(labels)
    table[diagonal, :, diagonal] = 0.0
    return table.reshape(labels, len(weight) * labels)


def crowd_matrix(sums: Sums, counts: Floats) -> Floats:
    """The crowd's confusion matrix (truth, label): its counts, drawn to one coin's."""
    labels = sums.labels
    pooled = counts.reshape(labels, sums.workers, labels).sum(axis=1)
    right = average(sums, np.diag(pooled))
    even = np.full((labels, labels), (1 - right) / max(labels - 1, 1))
    np.fill_diagonal(even, right)
    pooled = pooled + CROWD_PSEUDO * even
    matrix: Floats = pooled / pooled.sum(axis=1, keepdims=True)
    return matrix


def matrices(sums: Sums, counts: Floats) -> Floats:
    """Each worker's confusion matrix (truth, worker, label), drawn to the crowd's; every row sums to 1."""
    each = counts.reshape(sums.labels, sums.workers, sums.labels) + ROW_PSEUDO * crowd_matrix(sums, counts)[:, None, :]
    each /= each.sum(axis=2, keepdims=True)
    return each


def matrix_table(sums: Sums, counts: Floats) -> Floats:
    """Confusion matrices as evidence: log of how likely the label given is, beside how likely it is where it is right.

    Never above zero: a vote is no evidence against its own label, even of somebody who errs more often than not.
    """
    each = np.log(np.maximum(matrices(sums, counts), 1e-9))
    own = np.einsum("kwk->wk", each)
    each -= own
    return np.minimum(each, 0.0, out=each).reshape(sums.labels, sums.workers * sums.labels)
