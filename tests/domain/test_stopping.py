"""When a task has answers enough: what one more is worth, and what is left to a human."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from domain.inference.stopping import Decision, decide, worth
from domain.inference.streaming import BEGINNING, Prior, add, of
from tests.domain.believing import chance

Given = list[tuple[str, int | None]]

LABELS = tuple("ABCDEF")
RIGHTS = some.none() | some.integers(0, 10_000)
ANSWERS = some.lists(some.tuples(some.sampled_from(LABELS), RIGHTS), min_size=1, max_size=9)
PRIORS = some.builds(Prior, some.integers(0, 9), some.integers(5_000, 9_900), some.integers(200, 600))


def after(votes: str, prior: Prior = BEGINNING, *, labels: int = 2, least: int = 2, most: int = 5) -> Decision:
    """What is decided after these votes of workers of whom nothing is known."""
    return decide(of([(vote, None) for vote in votes], prior), prior, labels=labels, least=least, most=most)


@pytest.mark.parametrize("right", [6_500, 7_000, 8_000])
def test_between_two_labels_and_ordinary_workers_it_is_the_lead_of_two(right: int) -> None:
    prior = Prior(1, right, 200)
    assert after("AA", prior) == Decision.STOP
    assert after("AB", prior) == Decision.MORE
    assert after("AAB", prior) == Decision.MORE
    assert after("AAAB", prior) == Decision.STOP
    assert after("AABB", prior, most=7) == Decision.MORE


def test_excellent_workers_who_contradict_one_of_them_are_believed() -> None:
    assert after("AAB", Prior(1, 9_600, 400), labels=4) == Decision.STOP


def test_where_workers_are_hardly_better_than_chance_a_small_lead_is_no_answer_and_a_human_looks() -> None:
    assert after("AAB", Prior(1, 5_500, 200)) == Decision.MORE
    assert after("AABBA", Prior(1, 5_500, 200)) == Decision.GIVE_UP
    assert after("AAAB", Prior(1, 5_500, 200), most=4) == Decision.GIVE_UP


def test_the_longer_answers_differ_the_less_another_is_worth() -> None:
    """A lead of one after five answers says as much as after three, but so few are left that it need not be asked."""
    found = [worth(0.6, 0.4, Prior(1, 6_000, 200), labels=2, left=left) for left in (5, 3, 2, 1, 0)]
    assert found == sorted(found, reverse=True) and found[-1] == found[-2] == 0


def test_a_tie_with_nothing_left_to_ask_is_given_up() -> None:
    assert after("AABB", most=4) == Decision.GIVE_UP
    assert after("ABC", labels=3, most=3) == Decision.GIVE_UP
    assert after("AABBC", labels=3, most=5) == Decision.GIVE_UP
    assert after("AAABB", most=5) == Decision.STOP


def test_answers_that_agree_are_never_given_up() -> None:
    assert after("AA", Prior(1, 5_100, 200), most=2) == Decision.STOP
    belief = of([("A", 0), ("A", 0)], BEGINNING)
    assert decide(belief, BEGINNING, labels=2, least=2, most=2) == Decision.STOP


def test_who_is_known_to_err_does_not_settle_a_task() -> None:
    belief = of([("A", 5_000), ("A", 5_000)], BEGINNING)
    assert decide(belief, BEGINNING, labels=2, least=2, most=5) == Decision.MORE


def test_so_few_are_left_that_they_could_not_overturn_it() -> None:
    """Three to one of ordinary workers, one vote left: whatever it says, the label stays."""
    assert worth(0.85, 0.15, BEGINNING, labels=2, left=1) == 0
    assert worth(0.5, 0.5, BEGINNING, labels=2, left=1) == pytest.approx(0.2)
    assert worth(0.5, 0.5, BEGINNING, labels=2, left=0) == 0


@given(ANSWERS, PRIORS, RIGHTS, some.integers(1, 5), some.integers(0, 7))
def test_what_stops_also_stops_with_one_more_agreeing_vote(
    answers: Given, prior: Prior, right: int | None, least: int, more: int
) -> None:
    most = least + more
    belief = of(answers, prior)
    if decide(belief, prior, labels=6, least=least, most=most) == Decision.MORE:
        return
    for label in (label for label, score in belief.scores.items() if score == max(belief.scores.values())):
        after_it = decide(add(belief, label, right, prior), prior, labels=6, least=least, most=most)
        assert after_it != Decision.MORE


@given(ANSWERS, PRIORS, some.integers(1, 5), some.integers(0, 7))
def test_never_fewer_than_the_least_and_never_more_than_the_most(
    answers: Given, prior: Prior, least: int, more: int
) -> None:
    decision = decide(of(answers, prior), prior, labels=6, least=least, most=least + more)
    if len(answers) < least:
        assert decision == Decision.MORE
    if len(answers) >= least + more:
        assert decision != Decision.MORE


@given(ANSWERS, PRIORS, some.permutations(LABELS))
def test_naming_the_labels_otherwise_changes_no_decision(answers: Given, prior: Prior, names: list[str]) -> None:
    renamed = dict(zip(LABELS, names, strict=True))
    other = [(renamed[label], right) for label, right in answers]
    assert decide(of(answers, prior), prior, labels=6, least=2, most=5) == decide(
        of(other, prior), prior, labels=6, least=2, most=5
    )


@given(some.floats(0, 1), some.floats(0, 1), PRIORS, some.integers(0, 20))
def test_an_answer_is_worth_something_between_nothing_and_half(
    one: float, other: float, prior: Prior, left: int
) -> None:
    first = max(one, other)
    found = worth(first, min(one, other, 1 - first), prior, labels=6, left=left)
    assert 0 <= found <= 0.5


def test_a_hundred_labels() -> None:
    prior = Prior(1, 6_000, 10_000)
    votes = [(f"L{number}", None) for number in range(100)]
    assert decide(of(votes[:3], prior), prior, labels=100, least=2, most=200) == Decision.MORE
    assert decide(of(votes, prior), prior, labels=100, least=2, most=200) == Decision.GIVE_UP
    settled = of([*votes, ("L7", None), ("L7", None), ("L7", None)], prior)
    assert decide(settled, prior, labels=100, least=2, most=200) == Decision.STOP
    assert chance(settled, "L7", prior, 100) > 0.9
