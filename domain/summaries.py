"""Who to have a look at in a batch: hints for a human, never verdicts. Nothing follows from them by itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Final

from domain.rules import SECOND

LEAST_PAIRS: Final = 20
FAR_BELOW: Final = 0.25
LEAST_ANSWERS: Final = 10
FASTEST: Final = SECOND
LEAST_REPORTS: Final = 5
MANY_REPORTS: Final = 0.2
LEAST_REJECTIONS: Final = 3
MANY_REJECTIONS: Final = 0.1


@dataclass(frozen=True, slots=True)
class Look:
    """One person and why: `disagrees` (part and whole are pairs that agree and all pairs), `fast` (median active time
    in milliseconds, answers), `reports` (reports, answers), `rejected` (rejections
    that count towards standing, answers)."""

    worker_id: int
    why: str
    part: int
    whole: int


def disagreeing(
    answers: Iterable[tuple[int, int, str]], least_pairs: int = LEAST_PAIRS, far: float = FAR_BELOW
) -> list[Look]:
    """Return who agrees far less with the others than the batch as a whole: answers are (task, worker, label)."""
    tasks: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for task, worker, label in answers:
        tasks[task].append((worker, label))
    same: dict[int, int] = defaultdict(int)
    pairs: dict[int, int] = defaultdict(int)
    for given in tasks.values():
        votes: dict[str, int] = defaultdict(int)
        for _, label in given:
            votes[label] += 1
        for worker, label in given:
            same[worker] += votes[label] - 1
            pairs[worker] += len(given) - 1
    total = sum(pairs.values())
    if not total:
        return []
    usual = sum(same.values()) / total
    return [
        Look(worker, "disagrees", same[worker], whole)
        for worker, whole in sorted(pairs.items())
        if whole >= least_pairs and same[worker] / whole < usual - far
    ]


def fast(answers: Iterable[tuple[int, int]]) -> list[Look]:
    """Return whose median active time is below what reading takes: answers are (worker, active microseconds)."""
    times: dict[int, list[int]] = defaultdict(list)
    for worker, micros in answers:
        times[worker].append(micros)
    return [
        Look(worker, "fast", int(median(taken)) // 1000, len(taken))
        for worker, taken in sorted(times.items())
        if len(taken) >= LEAST_ANSWERS and median(taken) < FASTEST
    ]


def reporting(reports: Mapping[int, int], answered: Callable[[int], int]) -> list[Look]:
    """Return who reports many tasks for what they answer; there may well be something wrong with the tasks."""
    return [
        Look(worker, "reports", count, answered(worker))
        for worker, count in sorted(reports.items())
        if count >= LEAST_REPORTS and count > MANY_REPORTS * answered(worker)
    ]


def rejected(counts: Mapping[int, int], answered: Callable[[int], int]) -> list[Look]:
    """Return whose work was rejected often for what they answer; `counts` are those that count, ten a day at most."""
    return [
        Look(worker, "rejected", count, answered(worker))
        for worker, count in sorted(counts.items())
        if count >= LEAST_REJECTIONS and count > MANY_REJECTIONS * (answered(worker) + count)
    ]
