"""Gold that looks wrong: what the answers of people who are good elsewhere say about a known answer.

Each worker's chance of being right is estimated without the gold in question (their other gold answers, on top of what
the last fit says of them), as a beta posterior, and kept away from certainty. With one chance p a worker and K labels,
an answer speaks for its own label against another one by ln(p (K − 1) / (1 − p)), as in one-coin Dawid–Skene; gold is
taken to be wrong one time in ten before anybody answers. Errors of people are not independent (a hard photo fools all),
so this only puts a task before a human. Costs O(answers).
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Final, NamedTuple

LEAST: Final = 3
"""From so many answers of people who are good elsewhere on, a known answer can be doubted by them."""
GOOD: Final = 0.6
"""Who is right at least this often elsewhere is good; more than chance by half where there are two answers."""
WRONG: Final = 0.1
"""How likely gold is wrong before anybody has answered."""
OBJECTION: Final = math.log(2)
"""What "I think it is right" of somebody says, beside their answer."""
SURE: Final = 0.9
"""Nobody's answer counts as more likely right than this."""
PRIOR_RIGHT: Final = 0.75
"""How often people are right of whom nothing is known, and with how many answers that is worth."""
PRIOR_WEIGHT: Final = 4.0
FITTED_WEIGHT: Final = 8.0


class Answered(NamedTuple):
    """One answer to gold: whose, which submission, of which task, what it said, and whether they object."""

    worker_id: int
    submission_id: int
    task_id: int
    label: str
    objects: bool = False


class Doubt(NamedTuple):
    """A known answer that looks wrong: `likely` is how likely that is.

    `votes` are all answers by label, `good` those of who is good elsewhere; `record` is how often these are right on
    other gold, of how many answers to it.
    """

    task_id: int
    gold: str
    likely: float
    votes: tuple[tuple[str, int], ...]
    good: tuple[tuple[str, int], ...]
    record: tuple[int, int]
    objections: int


def doubts(
    gold: Mapping[int, str],
    answers: Sequence[Answered],
    *,
    labels: int,
    kept: Mapping[int, int],
    fitted: Mapping[int, float],
) -> list[Doubt]:
    """The gold tasks that look wrong, the likeliest first.

    `gold` is the known answer by task, `labels` how many there are to choose from; `kept` by task with how many answers
    a coordinator said that it is right: it is doubted again when there are twice as many; `fitted` how often a worker
    is right as the last fit found, where there was one. A single objection is enough to be looked at.
    """
    by_task: dict[int, list[Answered]] = defaultdict(list)
    right: Counter[int] = Counter()
    all_of: Counter[int] = Counter()
    for one in answers:
        by_task[one.task_id].append(one)
        all_of[one.worker_id] += 1
        right[one.worker_id] += one.label == gold[one.task_id]
    found = []
    for task, given in by_task.items():
        if len(given) < 2 * kept.get(task, 0):
            continue
        doubt = _doubt(task, gold[task], given, labels=labels, right=right, all_of=all_of, fitted=fitted)
        if doubt is not None:
            found.append(doubt)
    return sorted(found, key=lambda one: (-one.likely, one.task_id))


def _doubt(
    task: int,
    gold: str,
    given: Collection[Answered],
    *,
    labels: int,
    right: Mapping[int, int],
    all_of: Mapping[int, int],
    fitted: Mapping[int, float],
) -> Doubt | None:
    votes: Counter[str] = Counter()
    good: Counter[str] = Counter()
    weight: dict[str, float] = defaultdict(float)
    others = [0, 0]
    for one in given:
        elsewhere = all_of[one.worker_id] - 1, right[one.worker_id] - (one.label == gold)
        chance = _chance(*elsewhere, fitted=fitted.get(one.worker_id), labels=labels)
        votes[one.label] += 1
        weight[one.label] += math.log(chance * (labels - 1) / (1 - chance))
        if chance >= GOOD:
            good[one.label] += 1
            others[0] += elsewhere[1]
            others[1] += elsewhere[0]
    objections = sum(one.objects for one in given)
    against = {label: weight[label] for label in votes if label != gold}
    if not against:
        return None
    best = max(sorted(against), key=lambda label: (against[label], votes[label]))
    odds = math.log(WRONG / (1 - WRONG)) + against[best] - weight[gold] + OBJECTION * objections
    likely = 1 / (1 + math.exp(-max(-50.0, min(50.0, odds))))
    missed = good.total() - good[gold]
    looks_wrong = good.total() >= LEAST and 2 * missed > good.total() and likely >= 0.5
    if not looks_wrong and not objections:
        return None
    order = sorted(votes, key=lambda label: (-votes[label], label))
    return Doubt(
        task,
        gold,
        likely,
        tuple((label, votes[label]) for label in order),
        tuple((label, good[label]) for label in order if good[label]),
        (others[0], others[1]),
        objections,
    )


def _chance(answers: int, right: int, *, fitted: float | None, labels: int) -> float:
    """How often somebody is right, by their other gold answers and the last fit; between little more than chance and
    SURE."""
    mean, weight = (PRIOR_RIGHT, PRIOR_WEIGHT) if fitted is None else (fitted, FITTED_WEIGHT)
    chance = (right + mean * weight) / (answers + weight)
    return min(SURE, max(1 / labels + 0.02, chance))
