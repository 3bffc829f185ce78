"""Agreement of several workers on a task and on a batch."""

from __future__ import annotations

import random
from collections import Counter
from itertools import combinations, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.agreement import (
    Majority,
    count,
    interval_alpha,
    majority,
    nominal_alpha,
    ordinal_alpha,
    percent_agreement,
)

VOTES = st.lists(st.lists(st.sampled_from("abcd"), max_size=6), max_size=8)


def units(*coders: str) -> list[Counter[str]]:
    """Return the votes a unit from one text a coder, a character a unit, `.` for none."""
    return [Counter(value for value in column if value != ".") for column in zip(*coders, strict=True)]


def test_majority_names_the_label_with_most_votes() -> None:
    found = majority({"Cat": 2, "Dog": 1})
    assert found == Majority("Cat", 2, 3)
    assert found.share == pytest.approx(2 / 3)


def test_tie_has_no_majority_and_lists_the_equals_in_order() -> None:
    assert majority({"Dog": 2, "Cat": 2, "Cow": 1}) == Majority(None, 2, 5, ("Cat", "Dog"))


def test_task_without_votes_has_no_majority() -> None:
    assert majority({}) == majority({"Cat": 0}) == Majority(None, 0, 0)
    assert majority({}).share == 0.0


def test_written_answers_are_not_counted() -> None:
    assert count(["Cat", None, "Cat"]) == {"Cat": 2}


def test_agreement_of_nothing_comparable_is_unknown() -> None:
    assert percent_agreement([{}, {"Cat": 1}]) is None
    assert percent_agreement([{"Cat": 3}]) == 1.0


@given(VOTES)
def test_percent_agreement_equals_counting_every_pair(tasks: list[list[str]]) -> None:
    shares = []
    for task in tasks:
        pairs = list(combinations(task, 2))
        shares += [sum(one == other for one, other in pairs) / len(pairs)] if pairs else []
    expected = sum(shares) / len(shares) if shares else None
    assert percent_agreement(map(Counter, tasks)) == (None if expected is None else pytest.approx(expected))


OBSERVERS = ("123321412...", "1233224125.3", ".3332342251.", "12332441251.")
"""Krippendorff (2011), section C: four observers, twelve units, five values; . is missing."""
CODERS = (".....34121133.3", "1.213343.......", "..21344.21133.4")
"""The worked example of Wikipedia's article: three coders, fifteen units, four values."""


def numbers(tasks: list[Counter[str]]) -> list[dict[int, int]]:
    return [{int(value): number for value, number in votes.items()} for votes in tasks]


def test_alpha_of_published_examples() -> None:
    four = units(*OBSERVERS)
    found = (nominal_alpha(four), ordinal_alpha(four, "12345"), interval_alpha(numbers(four)))
    assert found == pytest.approx((0.743, 0.815, 0.849), abs=0.0005)
    three = units(*CODERS)
    assert (nominal_alpha(three), interval_alpha(numbers(three))) == pytest.approx((0.691, 0.811), abs=0.0005)


def test_alpha_of_one_worker_or_one_value_is_unknown() -> None:
    for tasks in ([], [Counter("1"), Counter("2")], [Counter("11"), Counter("111"), Counter("2")]):
        assert nominal_alpha(tasks) is None
        assert ordinal_alpha(tasks, "123") is None
        assert interval_alpha(numbers(tasks)) is None


def test_label_outside_the_order_is_not_passed_over() -> None:
    with pytest.raises(KeyError):
        ordinal_alpha([Counter("19")], "12345")


@given(VOTES)
def test_alpha_equals_comparing_every_pair_of_answers(tasks: list[list[str]]) -> None:
    """The definition, pair by pair: quadratic, and with the ordinal difference as Krippendorff writes it."""
    pairable = [task for task in tasks if len(task) > 1]
    values = [value for task in pairable for value in task]
    totals = Counter(values)

    def nominal(one: str, other: str) -> float:
        return float(one != other)

    def ordinal(one: str, other: str) -> float:
        low, high = min(one, other), max(one, other)
        between = sum(number for value, number in totals.items() if low <= value <= high)
        return float(between - (totals[low] + totals[high]) / 2) ** 2

    for difference, found in (
        (nominal, nominal_alpha(map(Counter, tasks))),
        (ordinal, ordinal_alpha(map(Counter, tasks), "abcd")),
    ):
        within = sum(difference(a, b) / (len(task) - 1) for task in pairable for a, b in permutations(task, 2))
        expected = sum(difference(a, b) for a, b in permutations(values, 2))
        assert found == (pytest.approx(1 - (len(values) - 1) * within / expected, abs=1e-9) if expected else None)


@given(VOTES, st.randoms(use_true_random=False), st.permutations("abcd"))
def test_alpha_is_the_same_to_the_last_digit_in_any_order(
    tasks: list[list[str]], chance: random.Random, renamed: list[str]
) -> None:
    other = [chance.sample(task, len(task)) for task in chance.sample(tasks, len(tasks))]
    names = dict(zip("abcd", renamed, strict=True))
    named = [[names[label] for label in task] for task in other]
    assert (
        nominal_alpha(map(Counter, tasks)) == nominal_alpha(map(Counter, other)) == nominal_alpha(map(Counter, named))
    )
    assert ordinal_alpha(map(Counter, tasks), "abcd") == ordinal_alpha(map(Counter, other), "dcba")
    assert ordinal_alpha(map(Counter, tasks), "abcd") == ordinal_alpha(map(Counter, named), renamed)


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(2, 6)), min_size=1, max_size=8))
def test_alpha_of_perfect_agreement_is_one(tasks: list[tuple[str, int]]) -> None:
    votes = [{label: number} for label, number in tasks]
    expected = 1.0 if len({label for label, _ in tasks}) > 1 else None
    assert nominal_alpha(votes) == ordinal_alpha(votes, "abcd") == expected
