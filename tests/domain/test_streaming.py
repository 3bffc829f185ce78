"""What a task's answers say together: the same in any order, never less for agreeing; Toloka's and Bayes' figures."""

from __future__ import annotations

from itertools import permutations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as some

from domain.inference.streaming import BEGINNING, Belief, Prior, add, chances, nothing, of, weight
from tests.domain.believing import chance

Given = list[tuple[str, int | None]]

LABELS = tuple("ABCDEF")
RIGHTS = some.none() | some.integers(0, 10_000)
ANSWERS = some.lists(some.tuples(some.sampled_from(LABELS), RIGHTS), max_size=12)
PRIORS = some.builds(Prior, some.integers(0, 9), some.integers(1_000, 10_000), some.integers(200, 1_000))


@given(ANSWERS, PRIORS, some.randoms(use_true_random=False))
def test_the_order_of_answers_and_who_gave_them_first_change_no_digit(
    answers: Given, prior: Prior, rng: Random
) -> None:
    shuffled = list(answers)
    rng.shuffle(shuffled)
    assert of(answers, prior) == of(shuffled, prior)
    assert of(answers, prior).to_text() == of(shuffled, prior).to_text()


@given(ANSWERS, PRIORS, some.permutations(LABELS))
def test_naming_the_labels_otherwise_names_the_result_otherwise(answers: Given, prior: Prior, names: list[str]) -> None:
    renamed = dict(zip(LABELS, names, strict=True))
    one, other = of(answers, prior), of([(renamed[label], right) for label, right in answers], prior)
    assert {renamed[label]: score for label, score in one.scores.items()} == other.scores
    assert chances(one, prior, 6) == pytest.approx(chances(other, prior, 6))


@given(ANSWERS, PRIORS, some.sampled_from(LABELS), RIGHTS)
def test_one_more_agreeing_vote_never_lowers_that_labels_confidence(
    answers: Given, prior: Prior, label: str, right: int | None
) -> None:
    belief = of(answers, prior)
    assert chance(add(belief, label, right, prior), label, prior, 6) >= chance(belief, label, prior, 6) - 1e-12


@given(ANSWERS, PRIORS)
def test_chances_are_chances(answers: Given, prior: Prior) -> None:
    belief = of(answers, prior)
    first, second = chances(belief, prior, 6)
    assert 0 <= second <= first <= 1
    assert first + second <= 1 + 1e-9
    assert all(-1e-9 <= chance(belief, label, prior, 6) <= first + 1e-9 for label in LABELS)
    if answers:
        assert max(chance(belief, label, prior, 6) for label in LABELS) == pytest.approx(first)


@given(ANSWERS, PRIORS)
def test_a_row_gives_back_what_was_put_there(answers: Given, prior: Prior) -> None:
    belief = of(answers, prior)
    assert Belief.from_text(belief.to_text()) == belief
    assert Prior.from_text(prior.to_text()) == prior


def test_a_batch_without_a_fit_begins_with_seven_in_ten_and_errors_that_agree() -> None:
    assert Prior.from_text(None) == BEGINNING == Prior(0, 7_000, 200)


def test_three_answers_possible_seven_and_nine_in_ten_agree() -> None:
    """Toloka's figures: 97.7 % agreeing, 76.1 % for the better one apart, then 96.2 % with a third of eight in ten."""
    prior = Prior(0, 7_000, 300)
    assert chance(of([("A", 7_000), ("A", 9_000)], prior), "A", prior, 3) == pytest.approx(0.977, abs=5e-4)
    apart = of([("A", 7_000), ("B", 9_000)], prior)
    assert chance(apart, "B", prior, 3) == pytest.approx(0.761, abs=5e-3)
    assert chance(add(apart, "B", 8_000, prior), "B", prior, 3) == pytest.approx(0.962, abs=5e-3)


def test_two_labels_and_workers_of_seven_in_ten_are_bayes_rule() -> None:
    belief = of([("A", None), ("A", None), ("B", None)], BEGINNING)
    assert chance(belief, "A", BEGINNING, 2) == pytest.approx(0.7, abs=5e-4)
    assert chance(belief, "B", BEGINNING, 2) == pytest.approx(0.3, abs=5e-4)
    assert sum(chances(belief, BEGINNING, 2)) == pytest.approx(1), "there is no third"


def test_somebody_of_whom_nothing_is_known_weighs_what_the_batch_says() -> None:
    for prior in (BEGINNING, Prior(3, 8_500, 350)):
        assert of([("A", None)], prior) == of([("A", prior.right)], prior)


def test_an_answer_is_never_evidence_against_itself_nor_beyond_doubt() -> None:
    assert weight(0, 200) == weight(3_000, 200) == weight(5_000, 200) == 0
    assert weight(10_000, 200) == weight(9_900, 200) == 4_595
    assert weight(3_000, 1_000) > 0


def test_without_answers_nobody_leads() -> None:
    empty = nothing(BEGINNING)
    assert chances(empty, BEGINNING, 2) == (0.5, 0.5)
    assert chances(empty, Prior(0, 7_000, 1_000), 10) == (0.1, 0.1)


def test_every_order_of_few_answers_is_one_belief() -> None:
    answers = [("A", 9_000), ("B", None), ("A", 6_100), ("C", 100)]
    assert len({of(order, BEGINNING).to_text() for order in permutations(answers)}) == 1
