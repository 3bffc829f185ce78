"""Agreement of several workers on a task and on a batch."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.agreement import Majority, count, majority, percent_agreement

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
