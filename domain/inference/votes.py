"""Answers as indices: what every method of this package takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

UNKNOWN: Final = -1
"""The label of a task whose right answer nobody knows."""


@dataclass(frozen=True, slots=True)
class Votes:
    """One entry an answer: of which `task`, by which `worker`, and the `label` they gave; and how many of each exist.

    A task, a worker or a label without an answer is allowed, and so is more than one answer of a worker to a task.
    """

    task: NDArray[np.int32]
    worker: NDArray[np.int32]
    label: NDArray[np.int32]
    n_tasks: int
    n_workers: int
    n_classes: int

    def __len__(self) -> int:
        """How many answers there are."""
        return len(self.task)

    def only(self, keep: NDArray[np.bool_] | NDArray[np.intp]) -> Votes:
        """Return the answers that `keep` (a mask, or positions) selects; tasks, workers and labels stay as they are."""
        return replace(self, task=self.task[keep], worker=self.worker[keep], label=self.label[keep])


def votes(
    task: ArrayLike, worker: ArrayLike, label: ArrayLike, *, n_tasks: int = 0, n_workers: int = 0, n_classes: int = 0
) -> Votes:
    """Make Votes of indices from 0; there are as many tasks, workers and labels as said, or as the highest index says.

    ValueError where the three differ in length, or an index is negative.
    """
    columns = [np.ascontiguousarray(column, dtype=np.int32).reshape(-1) for column in (task, worker, label)]
    if len({len(column) for column in columns}) != 1:
        raise ValueError("an answer has a task, a worker and a label")
    if any(column.size and int(column.min()) < 0 for column in columns):
        raise ValueError("indices begin at 0")
    sizes = [
        max(least, int(column.max()) + 1 if column.size else 0)
        for column, least in zip(columns, (n_tasks, n_workers, n_classes), strict=True)
    ]
    return Votes(columns[0], columns[1], columns[2], sizes[0], sizes[1], sizes[2])


def known(gold: Mapping[int, int] | ArrayLike | None, votes: Votes) -> NDArray[np.int32]:
    """Return each task's known label, UNKNOWN where there is none, from a mapping or an array with UNKNOWN in it.

    Labels that are not among the answers' (negative, or from n_classes) and tasks that do not exist count as unknown:
    gold comes from people's files.
    """
    right = np.full(votes.n_tasks, UNKNOWN, dtype=np.int32)
    if gold is None:
        return right
    if isinstance(gold, Mapping):
        pairs = [(task, label) for task, label in gold.items() if 0 <= task < votes.n_tasks]
        if pairs:
            right[[task for task, _ in pairs]] = [label for _, label in pairs]
    else:
        given = np.asarray(gold, dtype=np.int32).reshape(-1)[: votes.n_tasks]
        right[: len(given)] = given
    right[(right < 0) | (right >= votes.n_classes)] = UNKNOWN
    return right
