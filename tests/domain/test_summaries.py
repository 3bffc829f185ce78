"""Who to have a look at: hints that need enough evidence, and no more than hints."""

from __future__ import annotations

from domain.rules import SECOND
from domain.summaries import Look, disagreeing, fast, rejected, reporting


def test_who_answers_unlike_the_others_is_named_with_the_count() -> None:
    answers = [(task, worker, "Cat") for task in range(20) for worker in (1, 2, 3)]
    answers += [(task, 4, "Dog") for task in range(20)]
    assert disagreeing(answers) == [Look(4, "disagrees", 0, 60)]


def test_a_few_differences_or_a_few_answers_name_nobody() -> None:
    answers = [(task, worker, "Cat") for task in range(20) for worker in (1, 2, 3)]
    answers += [(task, 4, "Dog" if task < 5 else "Cat") for task in range(20)]
    answers += [(task, 5, "Dog") for task in range(4)]
    assert disagreeing(answers) == []
    assert disagreeing([]) == []
    assert disagreeing([(1, 1, "Cat")]) == []


def test_a_hard_batch_names_nobody_although_all_disagree() -> None:
    labels = ("Cat", "Dog", "Fox", "Owl")
    answers = [(task, worker, labels[(task + worker) % 4]) for task in range(30) for worker in range(4)]
    assert disagreeing(answers) == []


def test_only_a_median_below_reading_speed_over_enough_answers_is_named() -> None:
    quick = [(1, SECOND // 2)] * 10
    few = [(2, SECOND // 2)] * 9
    mixed = [(3, SECOND // 2)] * 5 + [(3, 3 * SECOND)] * 6
    assert fast(quick + few + mixed) == [Look(1, "fast", 500, 10)]


def test_who_is_rejected_often_is_named_as_a_hint() -> None:
    done = {1: 10, 2: 100, 3: 0}
    found = rejected({1: 3, 2: 10, 3: 2}, lambda worker: done[worker])
    assert found == [Look(1, "rejected", 3, 10)]


def test_many_reports_for_few_answers_are_named() -> None:
    done = {1: 10, 2: 100, 3: 0}
    assert reporting({1: 5, 2: 15, 3: 4}, lambda worker: done[worker]) == [Look(1, "reports", 5, 10)]
