"""What stands out among people who answer: found where it was put in, and nothing where everybody did honest work."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from domain.inference import Votes, fit
from domain.inference.votes import UNKNOWN, votes
from domain.signals import people, speed
from domain.signals.pairs import Pairs
from domain.signals.people import Found, linked_pairs

TASKS, LABELS, HONEST = 120, 3, 12


def crowd(seed: int, cheats: list[list[tuple[int, int]]]) -> Votes:
    """HONEST workers, right in 85 of 100, each on half the tasks; then those who cheat, as (task, label) each."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, LABELS, TASKS)
    rows = []
    for worker in range(HONEST):
        for task in rng.permutation(TASKS)[: TASKS // 2].tolist():
            right = rng.random() < 0.85
            label = truth[task] if right else (truth[task] + rng.integers(1, LABELS)) % LABELS
            rows.append((task, worker, int(label)))
    rows += [(task, HONEST + number, label) for number, one in enumerate(cheats) for task, label in one]
    return votes(*zip(*rows, strict=True), n_tasks=TASKS, n_workers=HONEST + len(cheats), n_classes=LABELS)


def found(given: Votes) -> list[Found]:
    unknown = np.full(given.n_tasks, UNKNOWN, dtype=np.int32)
    return people.find(
        given,
        fit(given),
        unknown,
        workers=[100 + worker for worker in range(given.n_workers)],
        submissions=range(len(given)),
    )


def at_random(seed: int) -> list[tuple[int, int]]:
    rng = np.random.default_rng(seed)
    return [(task, int(rng.integers(0, LABELS))) for task in rng.permutation(TASKS)[:40].tolist()]


@pytest.mark.parametrize("seed", range(5))
def test_nothing_stands_out_where_all_are_honest(seed: int) -> None:
    assert found(crowd(seed, [])) == []


@pytest.mark.parametrize("seed", range(3))
def test_who_taps_blindly_and_who_always_taps_the_same_are_told_apart(seed: int) -> None:
    seen = found(crowd(seed, [at_random(seed), [(task, 1) for task in range(40)]]))
    assert {(one.kind, one.workers) for one in seen} == {("blind", (100 + HONEST,)), ("constant", (101 + HONEST,))}
    constant = next(one for one in seen if one.kind == "constant")
    assert (constant.evidence["answers"], constant.evidence["same"]) == (40, 40)


@pytest.mark.parametrize("seed", range(3))
def test_a_ring_is_one_signal_about_all_of_it_with_answers_to_look_at(seed: int) -> None:
    given = crowd(seed, [at_random(seed)] * 4)
    ring = next(one for one in found(given) if one.kind == "ring")
    assert ring.workers == tuple(100 + HONEST + number for number in range(4))
    assert ring.evidence["shared"] == ring.evidence["same"] == 40
    assert {int(given.worker[answer]) - HONEST for answer in ring.evidence["examples"]} <= {0, 1, 2, 3}


def test_who_copies_another_is_shown_with_them_as_a_pair() -> None:
    given = crowd(1, [])
    theirs = given.only(given.worker == 3)
    of = list(zip(theirs.task.tolist(), theirs.label.tolist(), strict=True))
    assert ("copies", (103, 100 + HONEST)) in {(one.kind, one.workers) for one in found(crowd(1, [of]))}


def figures(*copying: tuple[int, int, float]) -> Pairs:
    """Twelve people, each two with ten tasks in common; these pairs have a figure, the others none."""
    every = list(combinations(range(12), 2))
    values = {(one, other): figure for one, other, figure in copying}
    one, other = (np.array(column, dtype=np.int64) for column in zip(*every, strict=True))
    figure = np.array([values.get(pair, -3.0) for pair in every])
    return Pairs(one, other, np.full(66, 10), np.full(66, 9), figure)


def test_three_are_a_ring_together_where_no_two_of_them_say_enough() -> None:
    def linked(*copying: tuple[int, int, float]) -> set[tuple[int, int]]:
        found = figures(*copying)
        return {(int(found.one[at]), int(found.other[at])) for at in linked_pairs(found)}

    assert linked((2, 5, 6.0), (5, 9, 6.0), (2, 9, 6.0)) == {(2, 5), (5, 9), (2, 9)}
    assert linked((2, 5, 6.0), (5, 9, 6.0)) == set()
    assert linked((2, 5, 6.5), (5, 9, 6.5), (2, 9, 1.0)) == set(), "one of the three pairs says nothing"
    assert linked((2, 5, 3.0), (5, 9, 3.0), (2, 9, 3.0)) == set()
    assert linked((2, 5, 8.0)) == {(2, 5)}


def test_numbering_people_tasks_and_answers_otherwise_finds_the_same() -> None:
    given = crowd(2, [at_random(2), [(task, 0) for task in range(30)]])
    rng = np.random.default_rng(0)
    task, worker, label = rng.permutation(TASKS), rng.permutation(given.n_workers), rng.permutation(LABELS)
    other = votes(task[given.task], worker[given.worker], label[given.label], n_tasks=TASKS, n_classes=LABELS)
    named = {(one.kind, tuple(sorted(int(worker[who - 100]) for who in one.workers))) for one in found(given)}
    assert named == {(one.kind, tuple(sorted(who - 100 for who in one.workers))) for one in found(other)}


@pytest.mark.parametrize(("workers", "labels"), [(0, 2), (1, 2), (5, 1), (3, 100)])
def test_too_little_to_say_is_nothing_to_look_at(workers: int, labels: int) -> None:
    rows = [(task, worker, 0) for worker in range(workers) for task in range(5)]
    columns = zip(*rows, strict=True) if rows else ([], [], [])
    assert found(votes(*columns, n_tasks=5, n_workers=workers, n_classes=labels)) == []


def test_fast_is_not_bad_and_sooner_than_sight_is_shown() -> None:
    quick = [(number, 1, 900_000) for number in range(100)]
    assert speed.find(quick) == []
    now_and_then = [(number, 2, 200_000 if number % 10 == 0 else 2_000_000) for number in range(100)]
    assert speed.find(now_and_then) == []
    ((kind, workers, _, evidence),) = speed.find([(number, 3, 300_000) for number in range(10)])
    assert (kind, workers, evidence["fast"]) == ("speed", (3,), 10)
