"""How right, how sure and how fair: accuracy, calibration and skills of crowds whose truth is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import sqrt
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.quality.rows import Row, spearman
from bench.quality.sets import Crowd
from domain.inference import fit
from domain.inference.votes import UNKNOWN, Votes

Floats = NDArray[np.float64]

GOLD: Final = 10
"""Gold answers a worker; half of what they gave, for whoever gave fewer than twice that."""

DRAWS: Final = 3
"""Which answers are gold is drawn so often; the gains are averaged."""

QUARTERS: Final = 4
"""Calibration is learned on one of so many parts of the tasks and looked at on the others, each part in turn."""

WORKERS_ANSWERS: Final = 20
"""A worker's true accuracy is known well enough to rank by from so many answers."""

SKILL_EXISTS: Final = 0.3
"""Skill exists where the two halves of a worker's answers are right alike: a split-half rank correlation above this."""


class Gold(NamedTuple):
    """A crowd in which each worker also answered gold: tasks of their own, behind the others, taken from its answers.

    `votes` has both; `known` the labels of the gold; `left` only the answers that are not gold.
    """

    votes: Votes
    known: NDArray[np.int32]
    left: Votes


def accuracy(score: Floats, crowd: Crowd, among: NDArray[np.bool_] | None = None) -> float:
    """The share of tasks whose highest-scored label is true; of several highest each counts its share."""
    tasks = np.flatnonzero(crowd.scored if among is None else among)
    leads = score[tasks] >= score[tasks].max(axis=1, keepdims=True) - 1e-9
    return float((leads[np.arange(len(tasks)), crowd.truth[tasks]] / leads.sum(axis=1)).mean())


def majority(votes: Votes) -> Floats:
    """How many votes each label of each task has."""
    place = votes.task.astype(np.intp) * votes.n_classes + votes.label
    counts = np.bincount(place, minlength=votes.n_tasks * votes.n_classes)
    return counts.reshape(votes.n_tasks, votes.n_classes).astype(float)


def gold_of(crowd: Crowd, rng: np.random.Generator) -> Gold:
    """Turn answers of every worker into gold: no task that is scored is ever known, no answer counts twice."""
    votes, truth = crowd.votes, crowd.truth
    usable = rng.permutation(np.flatnonzero(truth[votes.task] != UNKNOWN))
    given = np.bincount(votes.worker[usable], minlength=votes.n_workers)
    order = usable[np.argsort(votes.worker[usable], kind="stable")]
    place = np.arange(len(order)) - np.repeat(np.cumsum(given) - given, given)
    chosen = order[place < np.minimum(GOLD, given // 2)[votes.worker[order]]]
    task = votes.task.copy()
    task[chosen] += votes.n_tasks
    known = np.concatenate([np.full(votes.n_tasks, UNKNOWN, dtype=np.int32), truth])
    left = np.ones(len(votes), dtype=bool)
    left[chosen] = False
    return Gold(replace(votes, task=task, n_tasks=2 * votes.n_tasks), known, votes.only(left))


def known_of(crowd: Crowd, rng: np.random.Generator) -> NDArray[np.int32]:
    """Make whole tasks known, so that about every worker has answered GOLD of them, or half of what they gave.

    Tasks are drawn; one is taken if half of those who answered it still lack gold. So the few who share tasks with
    nobody who lacks any have somewhat less, the busiest more. Never more than half of the tasks.
    """
    votes, scored = crowd.votes, np.flatnonzero(crowd.scored)
    given = np.bincount(votes.worker[crowd.truth[votes.task] != UNKNOWN], minlength=votes.n_workers)
    lack = np.minimum(GOLD, given // 2)
    order = np.argsort(votes.task, kind="stable")
    by_task = np.split(votes.worker[order], np.searchsorted(votes.task[order], np.arange(1, votes.n_tasks)))
    known = np.full(votes.n_tasks, UNKNOWN, dtype=np.int32)
    left = len(scored) // 2
    for task in rng.permutation(scored):
        who = by_task[task]
        if left and (lack[who] > 0).mean() >= 0.5:
            known[task] = crowd.truth[task]
            lack[who] -= 1
            left -= 1
    return known


def gained_by_known(crowd: Crowd, seed: int) -> float:
    """What accuracy on the other tasks gains where whole tasks are known; all answers are there with and without."""
    known = known_of(crowd, np.random.default_rng(seed))
    among = crowd.scored & (known == UNKNOWN)
    return accuracy(fit(crowd.votes, gold=known).shown, crowd, among) - accuracy(fit(crowd.votes).shown, crowd, among)


def gained(crowd: Crowd, seed: int) -> tuple[float, float]:
    """Accuracy without gold and with it, of the same answers to the same tasks.

    The stricter way of two: the gold is new work of the same people, whatever task it is; so the tasks that are scored
    lack those answers with and without gold, and no answer is both measured by and measured.
    """
    gold = gold_of(crowd, np.random.default_rng(seed))
    among = crowd.scored & (np.bincount(gold.left.task, minlength=crowd.votes.n_tasks) > 0)
    without = fit(gold.left).shown
    with_it = fit(gold.votes, gold=gold.known).shown[: crowd.votes.n_tasks]
    return accuracy(without, crowd, among), accuracy(with_it, crowd, among)


def sure(crowd: Crowd, seed: int) -> tuple[float, float, float]:
    """Mean confidence minus accuracy: without gold, and with it on the tasks that were not gold; and its allowance.

    The allowance is two standard errors of the accuracy that it is held against.
    """
    before = fit(crowd.votes)
    scored = np.flatnonzero(crowd.scored)
    general = float(before.confidence[scored].mean()) - accuracy(before.shown, crowd)
    part = np.random.default_rng(seed).permutation(np.arange(len(scored)) % QUARTERS)
    gaps = []
    for quarter in range(QUARTERS):
        known = np.full(crowd.votes.n_tasks, UNKNOWN, dtype=np.int32)
        known[scored[part == quarter]] = crowd.truth[scored[part == quarter]]
        after = fit(crowd.votes, gold=known)
        among = crowd.scored & (known == UNKNOWN)
        gaps.append(float(after.confidence[among].mean()) - accuracy(after.shown, crowd, among))
    right = accuracy(before.shown, crowd)
    return general, float(np.mean(gaps)), 2 * sqrt(right * (1 - right) / len(scored))


def _gain(crowd: Crowd, seed: int) -> float:
    before, after = gained(crowd, seed)
    return after - before


class Skill(NamedTuple):
    """Rank correlation of estimated with true accuracy, how far it exists at all, and how often the interval holds."""

    spearman: float
    halves: float
    covered: float
    workers: int


def skill(crowd: Crowd, seed: int) -> Skill:
    """Hold the skills of a fit without gold against the truth, for workers with enough answers."""
    votes, truth = crowd.votes, crowd.truth
    row = np.flatnonzero(truth[votes.task] != UNKNOWN)
    right = (truth[votes.task] == votes.label)[row]
    share, given = _shares(votes.worker[row], right, votes.n_workers)
    many = given >= WORKERS_ANSWERS
    first = np.random.default_rng(seed).random(len(row)) < 0.5
    one, _ = _shares(votes.worker[row][first], right[first], votes.n_workers)
    other, _ = _shares(votes.worker[row][~first], right[~first], votes.n_workers)
    found = fit(votes).skills
    held = (found.low <= share) & (share <= found.high)
    return Skill(
        spearman(found.estimate[many], share[many]),
        spearman(one[many], other[many]),
        float(held[many].mean()) if many.any() else float("nan"),
        int(many.sum()),
    )


def _shares(worker: NDArray[np.int32], right: NDArray[np.bool_], workers: int) -> tuple[Floats, Floats]:
    given = np.bincount(worker, minlength=workers).astype(float)
    return np.bincount(worker, right, workers) / np.maximum(given, 1), given


def rows(crowds: Sequence[Crowd], seed: int) -> list[Row]:
    """The lines of the table that need no peer, each over all crowds."""
    gains = [(float(np.mean([_gain(crowd, seed + at) for at in range(DRAWS)])), crowd.name) for crowd in crowds]
    whole = [float(np.mean([gained_by_known(crowd, seed + at) for at in range(DRAWS)])) for crowd in crowds]
    known = [(*sure(crowd, seed), crowd.name) for crowd in crowds]
    skills = [(skill(crowd, seed), crowd.name) for crowd in crowds]
    real = [(one, name) for one, name in skills if one.workers >= 10 and one.halves >= SKILL_EXISTS]
    apart, over = (100 * float(np.mean([how(one[0]) for one in known])) for how in (abs, float))
    most = max(known, key=lambda one: abs(one[1]) - one[2])
    least = min(real, key=lambda one: one[0].spearman, default=None)
    without = ", ".join(name for one, name in skills if (one, name) not in real) or "none"
    return [
        Row(
            f"accuracy gained by {GOLD} gold answers a worker, points",
            1.0,
            100 * float(np.mean([gain for gain, _ in gains])),
            note=f"least {100 * min(gains)[0]:+.1f} ({min(gains)[1]})",
        ),
        Row(
            "the same where whole tasks become known, on the others",
            1.0,
            100 * float(np.mean(whole)),
            note=f"least {100 * min(whole):+.1f}",
        ),
        Row(
            "confidence beside accuracy after gold, points apart on average",
            3.0,
            100 * float(np.mean([abs(one[1]) for one in known])),
            False,
            f"without gold {apart:.1f} apart, {over:+.1f} on average",
        ),
        Row(
            "the same, points over two standard errors on the worst set",
            3.0,
            100 * (abs(most[1]) - most[2]),
            False,
            most[3],
        ),
        Row(
            "skill beside truth, Spearman, where skill exists",
            0.85,
            float(np.mean([one.spearman for one, _ in real])) if real else float("nan"),
            note=(f"least {least[0].spearman:.2f} ({least[1]}); " if least else "") + f"not counted: {without}",
        ),
        Row(
            "their 95 % intervals hold the worker's accuracy",
            0.9,
            float(np.nanmean([one.covered for one, _ in skills])),
            note=f"workers with {WORKERS_ANSWERS} answers or more",
        ),
    ]
