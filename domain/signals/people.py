"""What stands out among a batch's workers, with the evidence a human needs to see for themselves. No verdict, ever.

A figure counts when it makes it likely that somebody answers so, although few do. For a worker that does not depend on
how many others there are. For a pair it does: who copies has one or a few to copy from, among all those they share
tasks with. Evidence is ids and counts, never words.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import log
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from domain.inference.fitting import Fit
from domain.inference.models import Floats
from domain.inference.votes import Votes
from domain.signals import answering
from domain.signals.groups import linked_groups
from domain.signals.pairs import Pairs, pairs
from domain.signals.reading import reading

RULE: Final = 1
"""Version of these rules, stored with every signal."""

BEYOND: Final = log(20 * 10)
"""Nats from which a worker is shown: one in twenty is taken to answer so, and it is ten to one that they do. Of a pair
the same, beyond the logarithm of how many pairs there are for each worker."""

LEAST_ANSWERS: Final = 10
"""Nobody is shown for fewer answers."""

LEAST_SHARED: Final = 8
"""No pair is looked at with fewer tasks in common."""

SAME_SHARE: Final = 0.9
"""Who gives one answer less often than this does not always give the same."""

EXAMPLES: Final = 4


class Found(NamedTuple):
    """Something for a human to look at: `kind` is blind, constant, copies or ring; `workers` who is meant (ids),
    `strength` in 1/100 nats, `evidence` ids of submissions and counts."""

    kind: str
    workers: tuple[int, ...]
    strength: int
    evidence: dict[str, Any]


def find(
    votes: Votes,
    fit: Fit,
    known: NDArray[np.int32],
    *,
    workers: Sequence[int],
    submissions: Sequence[int],
) -> list[Found]:
    """Return what stands out, the strongest first; `workers` and `submissions` are ids, by worker and by answer."""
    if not len(votes) or votes.n_classes < 2:
        return []
    read = reading(votes, fit, known)
    sure = answering.honest(read)
    answers = np.bincount(votes.worker, minlength=votes.n_workers)
    found: list[Found] = []
    steady, most = answering.constant(read, sure)
    given = np.bincount(votes.worker, votes.label == most[votes.worker], votes.n_workers)
    same = (steady >= BEYOND) & (answers >= LEAST_ANSWERS) & (given >= SAME_SHARE * answers)
    for worker in np.flatnonzero(same).tolist():
        evidence = {
            "answers": int(answers[worker]),
            "same": int(given[worker]),
            "examples": _examples(votes, sure, votes.worker == worker, submissions),
        }
        found.append(Found("constant", (workers[worker],), _hundredths(steady[worker]), evidence))
    blindly = answering.blind(read, sure)
    agreed = np.bincount(votes.worker, votes.label == fit.labels[votes.task], votes.n_workers)
    for worker in np.flatnonzero((blindly >= BEYOND) & (answers >= LEAST_ANSWERS) & ~same).tolist():
        evidence = {
            "answers": int(answers[worker]),
            "agreed": int(agreed[worker]),
            "examples": _examples(votes, sure, votes.worker == worker, submissions),
        }
        found.append(Found("blind", (workers[worker],), _hundredths(blindly[worker]), evidence))
    found += _together(votes, pairs(read), sure, workers, submissions)
    return sorted(found, key=lambda one: (-one.strength, one.kind, one.workers))


def linked_pairs(found: Pairs) -> NDArray[np.intp]:
    """The pairs that say enough by themselves, and those that do together with a third worker.

    Three pairs of a trio count two thirds of their sum: a task that all three did says two things, not three.
    """
    enough = found.shared >= LEAST_SHARED
    many = max(len(np.union1d(found.one[enough], found.other[enough])), 1)
    partners = 2 * int(enough.sum()) / many
    linked = enough & (found.copying >= BEYOND + log(max(partners / 2, 1)))
    near: dict[int, dict[int, int]] = {}
    for at in np.flatnonzero(enough & (found.copying >= BEYOND / 2)).tolist():
        near.setdefault(int(found.one[at]), {})[int(found.other[at])] = at
    beyond = BEYOND + log(max(partners * (partners - 1) / 6, 1))
    for others in near.values():
        for (one, first), (other, second) in combinations(others.items(), 2):
            third = near.get(one, {}).get(other)
            if third is not None and 2 / 3 * found.copying[[first, second, third]].sum() >= beyond:
                linked[[first, second, third]] = True
    return np.flatnonzero(linked)


def _together(
    votes: Votes, found: Pairs, sure: Floats, workers: Sequence[int], submissions: Sequence[int]
) -> list[Found]:
    """Two whose answers are the same beyond what both know, or more who all are linked so."""
    linked = linked_pairs(found)
    results = []
    for members, links in linked_groups(
        list(zip(found.one[linked].tolist(), found.other[linked].tolist(), strict=True))
    ):
        pair = linked[links]
        best = int(pair[found.copying[pair].argmax()])
        one, other = int(found.one[best]), int(found.other[best])
        evidence = {
            "shared": int(found.shared[best]),
            "same": int(found.same[best]),
            "examples": _examples(votes, sure, _alike(votes, one, other), submissions),
        }
        kind = "copies" if len(members) == 2 else "ring"
        who = tuple(sorted(workers[member] for member in members))
        results.append(Found(kind, who, _hundredths(found.copying[best]), evidence))
    return results


def _alike(votes: Votes, one: int, other: int) -> NDArray[np.bool_]:
    """The answers of `one` to tasks where `other` said the same."""
    theirs = dict(
        zip(votes.task[votes.worker == other].tolist(), votes.label[votes.worker == other].tolist(), strict=True)
    )
    mask = np.zeros(len(votes), dtype=bool)
    for at in np.flatnonzero(votes.worker == one).tolist():
        mask[at] = theirs.get(int(votes.task[at])) == int(votes.label[at])
    return mask


def _examples(votes: Votes, sure: Floats, of: NDArray[np.bool_], submissions: Sequence[int]) -> list[int]:
    """The submissions among these that an honest worker would least likely have given."""
    among = np.flatnonzero(of)
    chosen = among[np.argsort(sure[among], kind="stable")[:EXAMPLES]]
    return [submissions[at] for at in chosen.tolist()]


def _hundredths(figure: float) -> int:
    return round(100 * float(figure))
