"""Rates and the median. Active time is in test_active_time.py."""

from __future__ import annotations

import json
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.pay import (
    MEASURED_FROM,
    SECOND,
    bucket,
    bucket_middle,
    counted,
    estimate_rate,
    measured,
    median_from_histogram,
    per_hour,
)

DURATIONS = st.integers(16_000, 7 * 86_400 * SECOND)


def test_rate_of_a_card_is_the_handbook_s() -> None:
    assert estimate_rate(50_000, 9) == 20_000_000
    with pytest.raises(ValueError, match="second"):
        estimate_rate(50_000, 0)


def test_pay_per_active_hour_is_rounded_down_and_unknown_without_time() -> None:
    assert per_hour(50_000, 9 * SECOND) == 20_000_000
    assert per_hour(1, 7 * 3_600 * SECOND) == 0
    assert per_hour(50_000, 0) is None


@given(DURATIONS)
def test_bucket_is_within_a_thirty_second_part(micros: int) -> None:
    assert abs(bucket_middle(bucket(micros)) - micros) * 32 <= micros + 32 * 1_000


@given(st.integers(-10, 10**13), st.integers(-10, 10**13))
def test_longer_never_falls_in_a_lower_bucket(one: int, other: int) -> None:
    low, high = sorted((one, other))
    assert 0 <= bucket(low) <= bucket(high) < 512


@given(st.integers(0, bucket(7 * 86_400 * SECOND) - 1))
def test_middle_of_a_bucket_is_in_it(index: int) -> None:
    assert bucket(bucket_middle(index)) == index


@given(st.lists(DURATIONS, min_size=1, max_size=60))
def test_median_of_the_counts_is_the_exact_one_within_the_bucket_s_error(durations: list[int]) -> None:
    counts: dict[str, int] = {}
    for duration in durations:
        counts = counted(counts, duration)
    assert json.loads(json.dumps(counts)) == counts
    assert measured(counts) == len(durations)
    found = median_from_histogram(counts)
    assert found is not None
    exact = int(median(durations))
    assert abs(found - exact) * 32 <= exact + 32 * 1_000


@given(st.lists(DURATIONS, max_size=20), DURATIONS)
def test_undone_answer_leaves_the_counts_as_they_were(durations: list[int], undone: int) -> None:
    counts: dict[str, int] = {}
    for duration in durations:
        counts = counted(counts, duration)
    assert counted(counted(counts, undone), undone, times=-1) == counts


def test_taking_out_what_is_not_there_changes_nothing() -> None:
    assert counted({}, SECOND, times=-1) == {}


def test_nine_answers_are_no_measurement_and_ten_are() -> None:
    nine = counted({}, 9 * SECOND, times=9)
    assert median_from_histogram(nine, at_least=MEASURED_FROM) is None
    assert median_from_histogram(counted(nine, 9 * SECOND), at_least=MEASURED_FROM) is not None
    assert median_from_histogram({}) is None
