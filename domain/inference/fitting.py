"""The fit: labels with a confidence, workers with a skill, from a batch's votes and what is known. Nothing to choose.

Three models read the votes (domain/inference/models.py). None wins everywhere: one number a worker collapses where
errors depend on what is true, confusion matrices lose where answers are few. Where they mostly agree their beliefs are
averaged. Where one number and the matrices tell different stories the matrices are believed: that is how such a
collapse looks. Gold has a say as well: a model counts for more the likelier it found what is known to be true.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from domain.inference import models
from domain.inference.calibration import Calibration, calibrate, mixed
from domain.inference.models import Evidence, Floats, Sums
from domain.inference.skills import Skills, skills
from domain.inference.votes import UNKNOWN, Votes, known

RULE: Final = 2
"""Version of the rule: another number wherever the same votes could be read otherwise. Stored with every result."""

CELLS: Final = 4_000_000
"""Confusion matrices are kept up to so many cells (workers × labels × labels); beyond, one number a worker does."""

DIFFER: Final = 0.72
"""Models tell different stories where they name the same label on a smaller part of the tasks than this."""

SOFT: Final = 0.03
"""How gradual that is, in the same unit."""

ALIKE: Final = 20.0
"""Tasks on which they agree that a batch begins with: a handful of tasks decides nothing."""

SAYS: Final = 0.3
"""What a gold task counts in choosing between models: less than 1, for the same few workers answer all of them."""

TIE: Final = 1e-9


class Fit(NamedTuple):
    """What a batch's votes say, all arrays in the order of the tasks, workers and labels of the votes.

    `posterior` (tasks, labels) is what is believed and `shown` the same calibrated: show that, never the other. Both
    sum to 1 a task and are 0 and 1 where the label is known. `labels` is the leading one, the lowest of those that
    `tied`; `confidence` its calibrated chance. A task without an answer has the labels' shares in the batch.

    `confusion` (workers, truth, answer) has each worker's chances, drawn to the crowd's, or None for so many labels and
    workers that one number each has to do; `skills` see there. `weights` has how far each of the `parts` is believed,
    the simplest first; they sum to 1. `rule` is RULE.
    """

    posterior: Floats
    shown: Floats
    labels: NDArray[np.int32]
    tied: NDArray[np.bool_]
    confidence: Floats
    confusion: Floats | None
    skills: Skills
    calibration: Calibration
    weights: Floats
    parts: tuple[Evidence, ...]
    rule: int = RULE

    def believe(self, votes: Votes) -> Floats:
        """Return what is `shown` for votes on other tasks, (tasks, labels), with everything learned kept as it is.

        One more vote for a label never lowers that label's figure, whoever gives it: no vote is evidence against its
        own label in any of the models, and neither their mean nor the calibration changes that.
        """
        sums = Sums(votes, np.full(votes.n_tasks, UNKNOWN, dtype=np.int32))
        beliefs = [sums.believe(sums.evidence(part.table), part.prior) for part in self.parts]
        return self.calibration.shown(beliefs, self.weights).T


def fit(
    votes: Votes,
    *,
    gold: Mapping[int, int] | ArrayLike | None = None,
    prior: Calibration | None = None,
) -> Fit:
    """Return what `votes` say, with the labels of `gold` taken as known.

    `gold` maps tasks to labels, or has a label or UNKNOWN a task; what is not among the tasks and labels is passed
    over. `prior` replaces the calibration where there is no gold. Any votes will do: none, of one worker, of one label,
    of a hundred. Renumbering tasks, workers or labels renumbers the result, but for which of tied labels is named.
    """
    right = known(gold, votes)
    sums = Sums(votes, right)
    matrices = votes.n_workers * votes.n_classes**2 <= CELLS
    parts = _read(sums, matrices)
    samples = _samples(votes, sums, right, matrices) if len(sums.gold) and len(votes) else None
    weights = _weights(sums, parts, samples)
    beliefs = [part.belief for part in parts]
    mean = mixed(beliefs, weights)
    calibration = prior or Calibration()
    if samples is not None:
        calibration = calibrate(samples.beliefs, weights, samples.truth, samples.weight)
    shown = sums.clamp(calibration.shown(beliefs, weights))
    leading = shown >= shown.max(axis=0, initial=0.0) - TIE
    labels = (
        leading.argmax(axis=0).astype(np.int32) if votes.n_classes else np.full(votes.n_tasks, UNKNOWN, dtype=np.int32)
    )
    each = models.matrices(sums, sums.counts(mean)) if matrices else None
    return Fit(
        posterior=mean.T,
        shown=shown.T,
        labels=labels,
        tied=leading.sum(axis=0) > 1,
        confidence=shown.max(axis=0, initial=0.0),
        confusion=None if each is None else each.transpose(1, 0, 2),
        skills=skills(votes, right, mean, shown),
        calibration=calibration,
        weights=weights,
        parts=parts,
    )


class _Samples(NamedTuple):
    """Gold as if it were not: what each model believes of it (labels, samples), what is true, what each counts."""

    beliefs: list[Floats]
    truth: NDArray[np.int32]
    weight: Floats


def _read(sums: Sums, matrices: bool) -> tuple[Evidence, ...]:
    """What the models make of the votes, the simplest first."""
    start = sums.majority()
    coins = models.one_coin(sums, start)
    return (coins, models.both(sums, start), models.confusion(sums, start)) if matrices else (coins,)


def _samples(votes: Votes, sums: Sums, right: NDArray[np.int32], matrices: bool) -> _Samples:
    """Fit once more with the gold hidden: what is believed of it then can be held against what is true.

    Gold is answered by many more than an ordinary task: it is taken apart into tasks of an ordinary size, in the order
    of its answers. What is left of it joins the last one.
    """
    sizes = np.bincount(sums.task, minlength=sums.tasks)
    ordinary = int(np.median(sizes[sums.open])) if len(sums.open) else int(sizes.max(initial=1))
    pieces = np.where(right != UNKNOWN, sizes // max(ordinary, 1), 1).clip(1)
    first = np.cumsum(pieces) - pieces
    order = np.argsort(sums.task, kind="stable")
    place = np.empty(len(order), dtype=np.intp)
    place[order] = np.arange(len(order)) - (np.cumsum(sizes) - sizes)[sums.task[order]]
    task = first[sums.task] + np.minimum(place // max(ordinary, 1), pieces[sums.task] - 1)
    hidden = replace(votes, task=task.astype(np.int32), n_tasks=int(pieces.sum()))
    parts = _read(Sums(hidden, np.full(hidden.n_tasks, UNKNOWN, dtype=np.int32)), matrices)
    answered = sums.gold[sizes[sums.gold] > 0]
    among = np.isin(np.repeat(np.arange(sums.tasks), pieces), answered)
    truth, weight = np.repeat(right, pieces)[among], np.repeat(1 / pieces, pieces)[among]
    return _Samples([part.belief[:, among] for part in parts], truth, weight)


def _weights(sums: Sums, parts: tuple[Evidence, ...], samples: _Samples | None) -> Floats:
    """How far each model is believed: evenly, or the matrices alone, or those that gold has found right.

    To begin with, by how far one number and the matrices agree; then, as Bayes' rule has it, by how likely each finds
    what is true of gold it does not know, flattened as in the general case: one sure error does not end a model.
    """
    if len(parts) < 3 or not len(sums.open):
        return np.full(len(parts), 1 / len(parts))
    coin, matrix = parts[0].belief[:, sums.open], parts[2].belief[:, sums.open]
    same = _same(coin, matrix).sum()
    doubt = (DIFFER - (same + ALIKE) / (len(sums.open) + ALIKE)) / SOFT
    alone = float(1 / (1 + np.exp(-np.clip(doubt, -30, 30))))
    weights = np.full(len(parts), (1 - alone) / len(parts))
    weights[-1] += alone
    if samples is not None:
        general, one = Calibration(), np.ones(1)
        found = [
            general.shown([belief], one)[samples.truth, np.arange(len(samples.truth))] for belief in samples.beliefs
        ]
        told = np.log(weights.clip(1e-12)) + SAYS * np.array(
            [float(samples.weight @ np.log(chance)) for chance in found]
        )
        weights = np.exp(told - told.max())
        weights /= weights.sum()
    return weights


def _same(one: Floats, other: Floats) -> Floats:
    """By task, how far two beliefs name the same label, ties shared."""
    first, second = (belief >= belief.max(axis=0) - TIE for belief in (one, other))
    shared: Floats = (first & second).sum(axis=0) / np.maximum(first.sum(axis=0), second.sum(axis=0))
    return shared
