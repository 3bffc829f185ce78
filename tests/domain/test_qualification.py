"""The sequential test: who passes, exactly; what does not matter to it; and how much is checked first."""

from __future__ import annotations

import random
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.qualification import (
    ENOUGH,
    FIRST_CHECKED,
    KNOWS_LITTLE,
    LEAST_CHECKED,
    LONGEST,
    MOST_OF_ONE,
    PASS_AT,
    Asked,
    Odds,
    answers_of_one,
    can_try,
    chance_of,
    draw,
    is_enough,
    judge,
    least_gold,
    lowest_share,
    odds,
    sampled,
    share_checked,
    step,
    weights,
)

labels = st.sampled_from("abcd")
answers = st.lists(st.builds(Asked, labels, st.booleans(), st.floats(0.05, 0.95)), max_size=30)
gold = st.dictionaries(labels, st.integers(0, 30))


def even(classes: int, *, right: float) -> Odds:
    """How the test of so many balanced classes ends for who is that often right about each."""
    return odds([1 / classes] * classes, [right] * classes)


@pytest.mark.parametrize("classes", range(2, 21))
def test_who_guesses_or_taps_one_answer_passes_at_most_one_test_in_twenty(classes: int) -> None:
    shares = [1 / classes] * classes
    assert even(classes, right=1 / classes).passes <= 0.05
    assert odds(shares, [1.0] + [0.0] * (classes - 1)).passes == 0
    almost = [0.9] + [0.1 / (classes - 1)] * (classes - 1)
    assert odds(shares, almost).passes <= 0.05


@pytest.mark.parametrize("classes", range(2, 21))
def test_who_is_right_nine_times_in_ten_passes_and_soon(classes: int) -> None:
    found = even(classes, right=0.9)
    assert found.passes >= 0.95
    assert found.answers <= 12
    assert even(classes, right=1.0).answers <= 8


@pytest.mark.parametrize("classes", [2, 3, 4, 10, 20])
def test_the_better_somebody_is_the_likelier_they_pass_and_little_skill_rarely_does(classes: int) -> None:
    passes = [even(classes, right=tenth / 10).passes for tenth in range(11)]
    assert all(one <= other for one, other in pairwise(passes))
    assert even(classes, right=KNOWS_LITTLE + (1 - KNOWS_LITTLE) / classes).passes <= 0.12


@settings(max_examples=20)
@given(st.floats(1 / 3, MOST_OF_ONE))
def test_uneven_gold_helps_no_constant_and_no_guess(share: float) -> None:
    shares = [share, 1 - share]
    assert odds(shares, [1.0, 0.0]).passes == 0
    for often in (0.5, 0.8, 0.95):
        assert odds(shares, [often, 1 - often]).passes <= 0.05
    assert odds(shares, [0.9, 0.9]).passes >= 0.9


def test_odds_are_those_of_the_test_itself() -> None:
    rng, shares, right = random.Random(5), {"a": 0.6, "b": 0.4}, {"a": 0.85, "b": 0.7}
    passed = length = 0
    for _ in range(3_000):
        course: list[Asked] = []
        while judge(course).outcome == "open":
            label = "a" if rng.random() < shares["a"] else "b"
            course.append(Asked(label, rng.random() < right[label], shares[label]))
        passed, length = passed + (judge(course).outcome == "passed"), length + len(course)
    exact = odds([*shares.values()], [*right.values()])
    assert passed / 3_000 == pytest.approx(exact.passes, abs=0.03)
    assert length / 3_000 == pytest.approx(exact.answers, abs=0.4)


@given(answers, st.permutations("abcd"))
def test_classes_may_be_called_anything(course: list[Asked], names: list[str]) -> None:
    called = dict(zip("abcd", names, strict=True))
    renamed = [one._replace(label=called[one.label]) for one in course]
    assert judge(renamed) == judge(course)
    assert judge(renamed, over=True) == judge(course, over=True)


@given(answers)
def test_the_first_decision_stands_and_none_comes_after_the_longest(course: list[Asked]) -> None:
    verdict = judge(course)
    if verdict.outcome != "open":
        length = verdict.right + verdict.wrong
        assert length <= LONGEST
        assert judge(course[:length]) == verdict
        assert all(judge(course[:earlier]).outcome == "open" for earlier in range(length))
    else:
        assert len(course) < LONGEST
        assert (judge(course, over=True).outcome == "open") == (len(course) < ENOUGH)


@given(answers, st.floats(0.05, 0.95))
def test_a_right_answer_never_lowers_and_a_wrong_one_never_raises_the_score(course: list[Asked], chance: float) -> None:
    assert step(chance, right=True) > 0 > step(chance, right=False)
    if judge(course).outcome == "open":
        assert judge([*course, Asked("a", False, chance)]).score < judge(course).score


def test_a_right_answer_that_any_guess_would_have_got_says_nothing() -> None:
    assert step(1.0, right=True) == 0
    assert judge([Asked("a", True, 1.0)] * LONGEST).outcome == "failed"
    assert judge([Asked("a", True, 0.5)] * LONGEST).outcome == "failed", "right in one class alone"
    assert judge([Asked("ab"[number % 2], True, 0.5) for number in range(LONGEST)]).score >= PASS_AT


@given(gold, st.integers(0, LONGEST))
def test_classes_are_drawn_evenly_while_there_is_gold_of_each(left: dict[str, int], asked: int) -> None:
    shares = weights(left, asked)
    some = {label for label, count in left.items() if count}
    assert set(shares) == some
    assert all(1 <= shares[label] <= left[label] for label in some)
    fullest = max(shares.values(), default=0)
    assert all(shares[label] == fullest for label in some if left[label] >= LONGEST)
    if some:
        assert sum(chance_of(label, left, asked) for label in some) == pytest.approx(1)
    assert chance_of("never asked", left, asked) == 1


def test_what_is_drawn_has_the_chances_that_are_judged_by() -> None:
    left = {"cat": 30, "dog": 30, "bird": 3}
    drawn = Counter(draw(left, 0, seed=f"salt:{number}") for number in range(4_000))
    for label in left:
        assert drawn[label] / 4_000 == pytest.approx(chance_of(label, left, 0), abs=0.03)
    assert draw(left, 3, seed="salt:7") == draw(left, 3, seed="salt:7")
    assert draw({}, 0, seed="salt") is draw({"cat": 0}, 0, seed="salt") is None


def test_a_pattern_of_answers_finds_no_pattern_of_questions() -> None:
    """Whoever alternates, or always says the same, against gold that is drawn: as rare as the odds say."""
    passed: Counter[str] = Counter()
    patterns = {"alternates": "ab" * 10, "pairs": "aabb" * 5, "one": "a" * 20}
    for worker in range(600):
        for name, pattern in patterns.items():
            left = {"a": 15, "b": 15}
            course: list[Asked] = []
            while judge(course).outcome == "open":
                label = draw(left, len(course), seed=f"{name}:{worker}:{len(course)}")
                assert label is not None
                course.append(Asked(label, label == pattern[len(course)], chance_of(label, left, len(course))))
                left[label] -= 1
            passed[name] += judge(course).outcome == "passed"
    assert passed["one"] == 0
    assert all(count <= 0.05 * 600 for count in passed.values())


def test_gold_for_training_and_test_must_be_enough_and_mixed() -> None:
    assert least_gold(5) == 5 + LONGEST
    assert least_gold(5, test=False) == 5
    assert is_enough({"cat": 13, "dog": 12}, training=5)
    assert not is_enough({"cat": 12, "dog": 12}, training=5)
    assert not is_enough({"cat": 100}, training=0)
    assert not is_enough({"cat": 18, "dog": 7}, training=5)
    assert can_try({"cat": 6, "dog": 6})
    assert not can_try({"cat": 12, "dog": 0})
    assert not can_try({"cat": 6, "dog": 5})


@pytest.mark.parametrize("classes", [2, 4, 20, 100])
def test_the_money_of_a_newcomer_covers_their_training_and_the_mean_test(classes: int) -> None:
    most = max(even(min(classes, 10), right=tenth / 10).answers for tenth in range(1, 11))
    assert 5 + most <= answers_of_one(5, test=True, classes=classes) + 1 <= 5 + LONGEST + 1
    assert answers_of_one(5, test=False, classes=classes) == 5


@given(st.integers(0, 500), st.integers(0, 500))
def test_all_of_the_first_work_is_checked_then_less_and_never_nothing(checked: int, good: int) -> None:
    low = lowest_share(min(good, checked), checked)
    share = share_checked(checked, low)
    assert LEAST_CHECKED <= share <= 1
    assert share == 1 or checked >= FIRST_CHECKED
    if checked >= FIRST_CHECKED:
        assert share_checked(checked, min(1.0, low + 0.1)) <= share


def test_the_sample_is_the_same_at_every_look_and_as_large_as_said() -> None:
    taken = [sampled(f"review:{number}", 0.2) for number in range(5_000)]
    assert sum(taken) / 5_000 == pytest.approx(0.2, abs=0.02)
    assert taken == [sampled(f"review:{number}", 0.2) for number in range(5_000)]
    assert all(sampled(str(number), 1.0) for number in range(50))
    assert not any(sampled(str(number), 0.0) for number in range(50))
