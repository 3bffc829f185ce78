"""Agreement of several workers on a task and on a batch."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.agreement import Majority, count, krippendorff_alpha, majority, percent_agreement

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


def test_alpha_of_krippendorff_s_own_example_is_what_he_printed() -> None:
    data = units("123321412...", "1233224125.3", ".3332342251.", "12332441251.")
    assert krippendorff_alpha(data) == pytest.approx(0.743, abs=0.0005)


def test_alpha_of_two_coders_counts_their_four_disagreements_against_chance() -> None:
    # Coincidences 10 4 / 4 2, so 1 − 19 · 4 ÷ (14 · 6): 0.095, as in the same paper.
    assert krippendorff_alpha(units("0100000000", "1110010100")) == pytest.approx(1 - 19 * 4 / (14 * 6))


def test_agreement_of_nothing_comparable_is_unknown() -> None:
    assert percent_agreement([{}, {"Cat": 1}]) is None
    assert krippendorff_alpha([{}, {"Cat": 1}]) is None
    assert krippendorff_alpha([{"Cat": 3}]) is None
    assert percent_agreement([{"Cat": 3}]) == 1.0


@given(VOTES)
def test_percent_agreement_equals_counting_every_pair(tasks: list[list[str]]) -> None:
    shares = []
    for task in tasks:
        pairs = list(combinations(task, 2))
        shares += [sum(one == other for one, other in pairs) / len(pairs)] if pairs else []
    expected = sum(shares) / len(shares) if shares else None
    assert percent_agreement(map(Counter, tasks)) == (None if expected is None else pytest.approx(expected))


@given(VOTES)
def test_alpha_is_at_most_one_whatever_the_votes(tasks: list[list[str]]) -> None:
    alpha = krippendorff_alpha(map(Counter, tasks))
    assert alpha is None or alpha <= 1.0
    assert alpha == krippendorff_alpha(Counter(task[::-1]) for task in tasks)
