"""Crowds with known truth: read from a folder of public sets, or simulated in their likeness from a seed."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from domain.inference.votes import UNKNOWN, Votes, votes


class Crowd(NamedTuple):
    """One set: its answers, by task the `truth` (UNKNOWN where nobody knows it) and by answer the `seconds` if kept.

    `labels` has the name of each label; NaN stands for an answer whose seconds were not kept.
    """

    name: str
    votes: Votes
    truth: NDArray[np.int32]
    labels: tuple[str, ...]
    seconds: NDArray[np.float64] | None = None

    @property
    def scored(self) -> NDArray[np.bool_]:
        """The tasks whose truth is known and that were answered: accuracy is counted over them."""
        answered = np.bincount(self.votes.task, minlength=self.votes.n_tasks) > 0
        scored: NDArray[np.bool_] = (self.truth != UNKNOWN) & answered
        return scored


def load(folder: Path) -> list[Crowd]:
    """Read each folder in `folder` that holds a `labels.csv` (task, worker, label) and a `truth.csv` (task, label).

    In the order of their names. A folder of another shape (pairs to compare, say) is passed over. A `seconds.csv`
    (task, worker, seconds) is read where there is one.
    """
    return [crowd for path in sorted(folder.iterdir()) if path.is_dir() and (crowd := _one(path)) is not None]


def _one(folder: Path) -> Crowd | None:
    answers = list(_rows(folder / "labels.csv", ("task", "worker", "label")))
    truths = {row[0]: row[1] for row in _rows(folder / "truth.csv", ("task", "label"))}
    if not answers or not truths:
        return None
    tasks = {name: at for at, name in enumerate(sorted({row[0] for row in answers}))}
    workers = {name: at for at, name in enumerate(sorted({row[1] for row in answers}))}
    labels = {name: at for at, name in enumerate(sorted({row[2] for row in answers} | set(truths.values())))}
    truth = np.full(len(tasks), UNKNOWN, dtype=np.int32)
    for task, label in truths.items():
        if task in tasks:
            truth[tasks[task]] = labels[label]
    given = votes(
        [tasks[row[0]] for row in answers],
        [workers[row[1]] for row in answers],
        [labels[row[2]] for row in answers],
        n_classes=len(labels),
    )
    took = {(row[0], row[1]): float(row[2]) for row in _rows(folder / "seconds.csv", ("task", "worker", "seconds"))}
    seconds = np.array([took.get((row[0], row[1]), np.nan) for row in answers]) if took else None
    return Crowd(folder.name, given, truth, tuple(labels), seconds)


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The rows of a file that has these columns; none of a file that is not there or has others."""
    if not path.is_file():
        return
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if set(columns) <= set(reader.fieldnames or ()):
            for row in reader:
                yield tuple(row[column] for column in columns)


class Kind(NamedTuple):
    """What a simulated crowd is like.

    `redundancy` is how many answers a task gets, `tail` how unequally work is shared (0 evenly, 1 Zipf's law and more
    above), `skill` and `spread` the mean and deviation of the chance to be right on an ordinary task, `lean` how
    strongly each worker's errors favour one class (0 even), `shared` how strongly everybody errs alike on the same
    tasks, `classwise` how much some classes are harder than others, `spam` which part of the workers answers
    regardless of the task (half of them always the same).
    """

    name: str
    tasks: int
    workers: int
    redundancy: float
    shares: tuple[float, ...]
    tail: float = 1.0
    skill: float = 0.75
    spread: float = 0.12
    lean: float = 0.3
    shared: float = 0.2
    classwise: float = 0.1
    spam: float = 0.05


KINDS = (
    Kind(
        "two, everybody answers all", 108, 39, 39, (0.55, 0.45), tail=0.0, skill=0.68, lean=1.5, shared=0.7, spread=0.14
    ),
    Kind("two, ten each", 800, 164, 10, (0.5, 0.5), skill=0.86, shared=0.4, spam=0.08),
    Kind("two, ten each, few tasks", 462, 76, 10, (0.44, 0.56), skill=0.88, shared=0.35, spam=0.06),
    Kind("two, moods", 100, 38, 10, (0.6, 0.4), skill=0.8, lean=0.6, shared=0.6),
    Kind("two, hard for everybody", 1000, 170, 5, (0.5, 0.5), skill=0.72, shared=0.9),
    Kind("two, blind to one", 108, 39, 20, (0.5, 0.5), tail=0.0, skill=0.66, spread=0.1, lean=1.5, classwise=0.8),
    Kind("three, all lean one way", 1500, 250, 5, (0.5, 0.3, 0.2), skill=0.6, spread=0.15, lean=1.5, classwise=0.8),
    Kind("five, blind to some", 800, 39, 8, (0.5, 0.2, 0.1, 0.1, 0.1), tail=0.5, skill=0.6, lean=1.5, classwise=0.8),
    Kind("two, sparse and skewed", 2000, 600, 4, (0.85, 0.15), tail=1.2, skill=0.82, lean=0.7, shared=0.5, spam=0.12),
    Kind("two, errors by class", 2000, 57, 5, (0.9, 0.1), skill=0.82, lean=0.9, shared=0.5, classwise=0.4),
    Kind("two, entities", 2040, 74, 5.4, (0.6, 0.4), skill=0.86, spread=0.15, tail=1.2, lean=0.4, shared=0.5),
    Kind("two, entities, spammed", 2040, 110, 5, (0.75, 0.25), skill=0.8, tail=1.2, shared=0.5, spam=0.2),
    Kind("two, sentences", 500, 143, 20, (0.5, 0.5), skill=0.94, spread=0.06, shared=0.5),
    Kind("three, product searches", 1500, 200, 4, (0.6, 0.3, 0.1), tail=1.1, skill=0.78, shared=0.6),
    Kind("three, adult pages", 1000, 300, 6, (0.7, 0.2, 0.1), tail=1.3, skill=0.8, lean=0.6, shared=0.6, spam=0.12),
    Kind("four, adult pages", 333, 269, 10, (0.55, 0.2, 0.13, 0.12), tail=1.2, skill=0.78, lean=0.6, shared=0.8),
    Kind("five, weather", 300, 110, 20, (0.4, 0.25, 0.2, 0.1, 0.05), skill=0.82, shared=0.8, classwise=0.2),
    Kind("five, weather, few each", 300, 460, 5.7, (0.4, 0.25, 0.2, 0.1, 0.05), tail=0.4, skill=0.85, shared=0.7),
    Kind("five, feelings", 3000, 260, 4, (0.35, 0.25, 0.2, 0.1, 0.1), skill=0.7, shared=0.7, classwise=0.3),
    Kind("ten, music", 700, 44, 4.2, (0.1,) * 10, skill=0.63, spread=0.2, shared=0.4, classwise=0.3),
    Kind("six, good workers", 600, 40, 7, (0.3, 0.2, 0.2, 0.1, 0.1, 0.1), skill=0.92, spread=0.05, spam=0.0),
    Kind("two, no skill to find", 500, 60, 5, (0.5, 0.5), skill=0.72, spread=0.0, lean=0.1, shared=0.6, spam=0.0),
    Kind("two, tiny", 40, 12, 3, (0.6, 0.4), shared=0.4),
)


def simulated(seed: int, kinds: tuple[Kind, ...] = KINDS) -> list[Crowd]:
    """Return a crowd of each kind, the same for the same seed, whichever others are asked for."""
    return [simulate(kind, np.random.default_rng((seed, *kind.name.encode()))) for kind in kinds]


def simulate(kind: Kind, rng: np.random.Generator) -> Crowd:
    """Return one crowd of a kind: every task answered at least once, by no worker twice."""
    classes = len(kind.shares)
    truth = rng.choice(classes, size=kind.tasks, p=np.array(kind.shares) / sum(kind.shares)).astype(np.int32)
    confusion = _confusions(kind, rng)
    misleading = _misleading(kind, truth, rng)
    task, worker = _assignments(kind, rng)
    chances = confusion[worker, truth[task]]
    honest = ~np.isin(worker, _spammers(kind, confusion))
    trap = misleading[task] * honest
    lured = np.eye(classes)[rng.integers(classes, size=kind.tasks)][task]
    lured = np.where((lured.argmax(axis=1) == truth[task])[:, None], chances, lured)
    chances = (1 - trap[:, None]) * chances + trap[:, None] * lured
    label = (chances.cumsum(axis=1) < rng.random((len(task), 1))).sum(axis=1).clip(max=classes - 1)
    given = votes(task, worker, label, n_tasks=kind.tasks, n_workers=kind.workers, n_classes=classes)
    names = tuple(str(number) for number in range(classes))
    seconds = rng.lognormal(2.5, 0.6, size=len(task))
    return Crowd(kind.name, given, truth, names, seconds)


def _confusions(kind: Kind, rng: np.random.Generator) -> NDArray[np.float64]:
    """Each worker's chances (worker, truth, answer): a diagonal, leaning errors, and those who do not look."""
    classes = len(kind.shares)
    harder = rng.random((1, classes))
    harder = harder - harder.mean() + rng.normal(0, 0.3, (kind.workers, classes))
    right = rng.normal(kind.skill, kind.spread, (kind.workers, 1)) - kind.classwise * harder
    right = right.clip(0.6 / classes, 0.99)
    common = rng.dirichlet(np.full(classes, 1.0))
    own = rng.dirichlet(np.full(classes, 0.5), kind.workers)
    taste = (1 - kind.lean) / classes + kind.lean * (0.6 * common + 0.4 * own)
    confusion = np.repeat(taste[:, None, :], classes, axis=1)
    diagonal = np.arange(classes)
    confusion[:, diagonal, diagonal] = 0.0
    confusion *= ((1 - right) / confusion.sum(axis=2).clip(1e-9))[:, :, None]
    confusion[:, diagonal, diagonal] = right
    if classes == 2 and kind.lean:
        shift = rng.normal(0, 0.15 * kind.lean, kind.workers)
        confusion[:, 0, 0] = (confusion[:, 0, 0] + shift).clip(0.05, 0.99)
        confusion[:, 1, 1] = (confusion[:, 1, 1] - shift).clip(0.05, 0.99)
        confusion[:, 0, 1], confusion[:, 1, 0] = 1 - confusion[:, 0, 0], 1 - confusion[:, 1, 1]
    for number, who in enumerate(np.flatnonzero(rng.random(kind.workers) < kind.spam)):
        answers = np.full(classes, 1 / classes) if number % 2 else np.eye(classes)[rng.integers(classes)]
        confusion[who] = 0.02 / classes + 0.98 * answers
    chances: NDArray[np.float64] = confusion / confusion.sum(axis=2, keepdims=True)
    return chances


def _spammers(kind: Kind, confusion: NDArray[np.float64]) -> NDArray[np.intp]:
    """Who answers the same whatever is true: a hard task lures only those who look at it."""
    return np.flatnonzero(np.ptp(confusion, axis=1).max(axis=1) < 1e-9)


def _misleading(kind: Kind, truth: NDArray[np.int32], rng: np.random.Generator) -> NDArray[np.float64]:
    """How likely each task lures whoever looks at it into its own wrong answer: most hardly, a few strongly."""
    return kind.shared * rng.beta(0.4, 0.6, len(truth))


def _assignments(kind: Kind, rng: np.random.Generator) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Who answers what: `redundancy` answers a task on average, from workers of unequal diligence."""
    diligence = 1.0 / np.arange(1, kind.workers + 1) ** kind.tail
    rng.shuffle(diligence)
    whole = int(kind.redundancy)
    wanted = np.minimum(whole + (rng.random(kind.tasks) < kind.redundancy - whole), kind.workers)
    keys = np.log(diligence) + rng.gumbel(size=(kind.tasks, kind.workers))
    order = np.argsort(-keys, axis=1)
    taken = np.arange(kind.workers)[None, :] < wanted[:, None]
    rows, columns = np.nonzero(taken)
    return rows, order[rows, columns]
