"""The figures of a report: agreement from patterns of votes, bars of confidence, the end to expect."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.agreement import nominal_alpha, ordinal_alpha
from domain.quality import (
    EDGES,
    FARTHEST,
    WHOLE,
    Figures,
    agreement,
    answers_left,
    expected_end,
    histogram,
    pattern,
)
from domain.quiet import DAY, is_quiet, waking

HOUR = 3_600_000_000
NOON = 20_000 * DAY + DAY // 2
TASKS = st.lists(st.lists(st.sampled_from("123"), max_size=5), max_size=12)


@given(TASKS)
def test_agreement_from_patterns_is_that_of_the_tasks_one_by_one(tasks: list[list[str]]) -> None:
    votes = [Counter(task) for task in tasks]
    patterns = tuple(Counter(pattern(one) for one in votes).items())
    found, ordered = agreement(patterns), agreement(patterns, ("1", "2", "3"))
    pairs = [one == other for task in tasks for place, one in enumerate(task) for other in task[:place]]
    assert (found.pairs, found.same) == (len(pairs), sum(pairs)) == (ordered.pairs, ordered.same)
    assert found.classes == len({label for task in tasks for label in task})
    for alpha, expected in ((found.alpha, nominal_alpha(votes)), (ordered.alpha, ordinal_alpha(votes, "123"))):
        assert alpha == (None if expected is None else round(expected * WHOLE))


def test_labels_that_are_none_of_the_order_are_compared_without_it() -> None:
    patterns = ((pattern(Counter("ab")), 3), (pattern(Counter("aa")), 2))
    assert agreement(patterns, ("x",)) == agreement(patterns)


def test_bars_of_confidence_hold_every_label_once() -> None:
    assert histogram([]) == ()
    assert histogram([(0, 1), (4_999, 2), (5_000, 4), (8_999, 8), (9_000, 16), (WHOLE, 32)]) == (3, 4, 0, 0, 8, 48)
    assert len(histogram([(WHOLE, 1)])) == len(EDGES)


def test_as_many_answers_are_still_to_come_as_finished_tasks_took() -> None:
    assert answers_left(tasks=10, done=0, answers=3, open_answers=3, wanted=20) == 17
    assert answers_left(tasks=100, done=50, answers=140, open_answers=15, wanted=205) == 125 - 15
    assert answers_left(tasks=10, done=10, answers=20, open_answers=0, wanted=20) == 0


@given(st.integers(NOON, NOON + DAY), st.integers(1, 5_000), st.integers(10, 5_000), st.integers(1, 60))
def test_the_end_is_in_waking_hours_at_the_pace_there_was(now: int, left: int, given_: int, hours: int) -> None:
    def offset(_: int) -> int:
        return 60

    since = now - hours * HOUR
    awake = waking(since, now, offset)
    ends = expected_end(left=left, given=given_, since=since, now=now, offset_at=offset)
    if awake == 0 or left * awake // given_ > FARTHEST:
        assert ends is None
        return
    assert ends is not None
    assert waking(now, ends, offset) == left * awake // given_
    assert not is_quiet(ends - 1, 60) or left * awake < given_


def test_without_quiet_hours_every_hour_counts_and_without_a_pace_there_is_no_end() -> None:
    every = {"since": NOON - 10 * HOUR, "now": NOON, "offset_at": None}
    assert expected_end(left=100, given=50, **every) == NOON + 20 * HOUR  # type: ignore[arg-type]
    assert expected_end(left=100, given=9, **every) is None  # type: ignore[arg-type]
    assert expected_end(left=0, given=50, **every) is None  # type: ignore[arg-type]


def test_figures_are_read_back_as_they_were_and_older_ones_have_their_defaults() -> None:
    rng = Random(5)
    full = Figures(
        at=NOON, tasks=9, done=4, answers=20, open_answers=3, bins=(1, 2, 3, 4, 5, 6), alpha=-12, fit_rule="r1"
    )
    assert Figures.from_json(full.to_json()) == full
    assert Figures.from_json('{"at":7,"bins":[],"gone":3}') == Figures(at=7)
    assert full.labels == 21
    spent = rng.randrange(10**7)
    each = Figures(at=1, done=4, answers=20, open_answers=4, spent=spent).per_label
    assert each == -(-spent * 16 // 80)
    assert Figures(at=1).per_label is None


@pytest.mark.parametrize("now", [NOON, NOON + 8 * HOUR])
def test_a_single_answer_leaves_no_pace(now: int) -> None:
    assert expected_end(left=5, given=1, since=now - HOUR, now=now, offset_at=lambda _: 0) is None
