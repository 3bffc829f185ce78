"""Which signal finds which cheat: 15 % of a set's workers replaced by people who cheat, and how well they stand out.

Each cheat gives 20 answers: at random; always the same; the random answers of a ring of four, to the same tasks; those
of an honest worker who answered at least as many. The figure is the area under the ROC curve of the signal's strength,
cheats against everybody else who answered: whom one copied from counts as honest, so a perfect finder of pairs gets
about .93 for copies. Who is careless in the set itself counts as honest, too, and where the honest are hardly better
than chance nobody can tell them from a blind one: so for random answers the note has the figure that knowing every
task's truth would give. Nothing about time is used, and no gold.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bench.quality.rows import Row
from bench.quality.sets import Crowd
from domain.inference import fit
from domain.inference.votes import UNKNOWN, Votes, votes
from domain.signals.answering import blind, constant, honest
from domain.signals.pairs import Pairs, pairs
from domain.signals.people import LEAST_SHARED, find
from domain.signals.reading import reading

GOALS: Final = {"random": 0.95, "constant": 0.99, "ring of four": 0.90, "copiers": 0.85}
SIGNALS: Final = {"random": "blind", "constant": "constant", "ring of four": "pairs", "copiers": "pairs"}
SHARE: Final = 0.15
ANSWERS: Final = 20
RING: Final = 4
TRIES: Final = 3
FEW: Final = 10.0
"""Answers that say nothing, with which everybody begins: a figure an answer, drawn to nothing where they are few."""


def rows(crowds: Sequence[Crowd], seed: int) -> list[Row]:
    """A row a cheat: the mean over the sets of TRIES tries each."""
    found = []
    for cheat, goal in GOALS.items():
        each = [(_mean(crowd, cheat, seed), crowd.name) for crowd in crowds]
        worst, name = min(each)
        note = f"by {SIGNALS[cheat]}; {len(each)} sets, {TRIES} seeds from {seed}; lowest {worst:.2f} ({name})"
        cheats, others = np.sum([_shown(crowd, cheat, seed) for crowd in crowds], axis=0)
        note += f"; shown to a human: {cheats[0] / cheats[1]:.0%} of them, {others[0] / others[1]:.1%} of the others"
        if cheat == "random":
            note += (
                f"; with all truth known {np.mean([_mean(crowd, cheat, seed, crowd.truth) for crowd in crowds]):.3f}"
            )
        found.append(Row(f"AUC, {cheat}", goal, float(np.mean([auc for auc, _ in each])), note=note))
    return found


def inject(crowd: Crowd, cheat: str, rng: np.random.Generator) -> tuple[Votes, NDArray[np.bool_]]:
    """The set's votes with cheats in place of some workers, and by worker whether they are one."""
    given, many = crowd.votes, crowd.votes.n_workers
    size = max(1, round(SHARE * many))
    if cheat == "ring of four":
        size = max(RING, size // RING * RING)
    cheats = rng.permutation(many)[:size]
    kept = given.only(~np.isin(given.worker, cheats))
    tasks = np.unique(given.task)
    count = np.bincount(kept.worker, minlength=many)
    victims = np.flatnonzero(count >= min(ANSWERS, count.max()))
    parts = [(kept.task, kept.worker, kept.label)]
    for number, worker in enumerate(cheats.tolist()):
        task = rng.permutation(tasks)[:ANSWERS]
        label = rng.integers(0, given.n_classes, len(task)).astype(np.int32)
        if cheat == "constant":
            label[:] = label[0]
        elif cheat == "ring of four" and number % RING:
            task, label = parts[-1][0], parts[-1][2]
        elif cheat == "copiers":
            chosen = rng.permutation(np.flatnonzero(kept.worker == rng.choice(victims)))[:ANSWERS]
            task, label = kept.task[chosen], kept.label[chosen]
        parts.append((task, np.full(len(task), worker, dtype=np.int32), label))
    mixed = votes(
        *(np.concatenate(column) for column in zip(*parts, strict=True)),
        n_tasks=given.n_tasks,
        n_workers=many,
        n_classes=given.n_classes,
    )
    is_cheat = np.zeros(many, dtype=bool)
    is_cheat[cheats] = True
    return mixed, is_cheat


def _shown(crowd: Crowd, cheat: str, seed: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """How many cheats stand out enough to be shown, of how many, and the same of everybody else."""
    mixed, is_cheat = inject(crowd, cheat, np.random.default_rng([seed, 0]))
    unknown = np.full(mixed.n_tasks, UNKNOWN, dtype=np.int32)
    found = find(mixed, fit(mixed), unknown, workers=range(mixed.n_workers), submissions=range(len(mixed)))
    shown = np.isin(np.arange(mixed.n_workers), [worker for one in found for worker in one.workers])
    others = ~is_cheat & (np.bincount(mixed.worker, minlength=mixed.n_workers) > 0)
    return (int(shown[is_cheat].sum()), int(is_cheat.sum())), (int(shown[others].sum()), int(others.sum()))


def auc(figure: NDArray[np.float64], is_cheat: NDArray[np.bool_]) -> float:
    """How likely a cheat's figure is above an honest worker's, ties half."""
    cheats, others = figure[is_cheat], np.sort(figure[~is_cheat])
    below, upto = np.searchsorted(others, cheats, "left"), np.searchsorted(others, cheats, "right")
    return float((below + upto).mean() / (2 * max(len(others), 1)))


def _mean(crowd: Crowd, cheat: str, seed: int, truth: NDArray[np.int32] | None = None) -> float:
    found = []
    for number in range(TRIES):
        mixed, is_cheat = inject(crowd, cheat, np.random.default_rng([seed, number]))
        known = np.full(mixed.n_tasks, UNKNOWN, dtype=np.int32) if truth is None else truth
        read = reading(mixed, fit(mixed), known)
        answers = np.bincount(mixed.worker, minlength=mixed.n_workers)
        if SIGNALS[cheat] == "pairs":
            figure = _strongest(pairs(read), mixed.n_workers)
        else:
            sure = honest(read)
            figure = _per_answer(blind(read, sure) if cheat == "random" else constant(read, sure)[0], answers)
        answered = answers > 0
        found.append(auc(figure[answered], is_cheat[answered]))
    return float(np.mean(found))


def _per_answer(figure: NDArray[np.float64], answers: NDArray[np.int64]) -> NDArray[np.float64]:
    """What an answer adds to a worker's figure: who stands out most, however much they did."""
    return figure / (answers + FEW)


def _strongest(found: Pairs, workers: int) -> NDArray[np.float64]:
    """By worker the figure of the pair that says most, of pairs with enough in common; -∞ for who is in none."""
    best = np.full(workers, -np.inf)
    enough = found.shared >= LEAST_SHARED
    np.maximum.at(best, found.one[enough], found.copying[enough])
    np.maximum.at(best, found.other[enough], found.copying[enough])
    return best
