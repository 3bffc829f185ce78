"""Pairs of workers whose answers agree beyond what both know: copies, and rings of people who share their answers.

Two good workers agree because both are right. What tells of copying is agreeing where honest people would differ, on
mistakes above all. The figure is the log of a likelihood ratio (nats) over the tasks both answered: one has the other's
answer (but for a slip now and then), over each having answered by their own habits, knowing what all others say.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from domain.inference.models import Floats
from domain.inference.votes import Votes
from domain.signals.reading import Reading

COPIES: Final = 0.98
"""How often who copies gives the other's answer."""

PAIRS: Final = 4_000_000
"""So many pairs of answers are looked at; in larger batches those of the last tasks."""

CROWDED: Final = 60
"""Of a task with more answers than this, so many are paired: gold is answered by everybody."""

CHUNK: Final = 200_000


class Pairs(NamedTuple):
    """Pairs of workers (`one` < `other`) who answered `shared` tasks both, `same` of them alike; `copying` is the
    figure, in nats."""

    one: NDArray[np.int64]
    other: NDArray[np.int64]
    shared: NDArray[np.int64]
    same: NDArray[np.int64]
    copying: Floats


def pairs(reading: Reading) -> Pairs:
    """Every pair of workers with a task in common, in the order of their numbers."""
    votes = reading.votes
    first, second = _answers(votes)
    workers = max(votes.n_workers, 1)
    low = np.minimum(votes.worker[first], votes.worker[second]).astype(np.int64)
    high = np.maximum(votes.worker[first], votes.worker[second]).astype(np.int64)
    keys, number = np.unique(low * workers + high, return_inverse=True)
    copying = np.zeros(len(first))
    for start in range(0, len(first), CHUNK):
        chunk = slice(start, start + CHUNK)
        copying[chunk] = _copying(reading, first[chunk], second[chunk])
    alike = votes.label[first] == votes.label[second]
    return Pairs(
        keys // workers,
        keys % workers,
        np.bincount(number, minlength=len(keys)),
        np.bincount(number, alike, len(keys)).astype(np.int64),
        np.bincount(number, copying, len(keys)).astype(np.float64),
    )


def _answers(votes: Votes) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Answers to the same task by different workers, each two once."""
    order = np.argsort(votes.task, kind="stable")
    task = votes.task[order]
    starts = np.flatnonzero(np.r_[True, task[1:] != task[:-1]]) if len(task) else np.zeros(0, dtype=np.intp)
    sizes = np.diff(np.r_[starts, len(task)])
    place = np.arange(len(task)) - np.repeat(starts, sizes)
    order, task = order[place < CROWDED], task[place < CROWDED]
    firsts, seconds = [np.zeros(0, dtype=np.intp)], [np.zeros(0, dtype=np.intp)]
    for apart in range(1, min(CROWDED, int(sizes.max(initial=0)))):
        same = np.flatnonzero(task[apart:] == task[:-apart])
        firsts.append(order[same])
        seconds.append(order[same + apart])
    first, second = np.concatenate(firsts), np.concatenate(seconds)
    differ = votes.worker[first] != votes.worker[second]
    first, second = first[differ], second[differ]
    if len(first) > PAIRS:
        last = np.argsort(votes.task[first], kind="stable")[-PAIRS:]
        first, second = first[last], second[last]
    return first, second


def _copying(reading: Reading, first: NDArray[np.intp], second: NDArray[np.intp]) -> Floats:
    votes = reading.votes
    truth = reading.without(first, second)
    one, other = reading.likely(first, own=True), reading.likely(second, own=True)
    apart = (truth * one * other).sum(axis=1)
    alone = np.sqrt((truth * one).sum(axis=1) * (truth * other).sum(axis=1))
    slip = (1 - COPIES) / max(votes.n_classes - 1, 1)
    said = np.where(votes.label[first] == votes.label[second], COPIES, slip)
    logs: Floats = np.log(said) + np.log(alone) - np.log(apart)
    return logs
