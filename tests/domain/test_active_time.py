"""Active time: what of a stretch counts. The figures of whole crowds are in bench/fairness.py."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from domain.active_time import Record, cap, card_time, in_time, quiet_limit, stretch
from domain.pay import HOUR, SECOND

NINE = 9 * SECOND
"""The median of a photo."""
CAPTION = 45 * SECOND
times = st.integers(0, 10 * HOUR)
medians = st.integers(1, HOUR)
records = st.builds(lambda asked, missed: Record(asked + missed, asked), st.integers(0, 500), st.integers(0, 500))
ALWAYS = Record(asked=99, answered=99)


def counted(length: int, median: int, record: Record = ALWAYS, *, said: bool = False, asked: bool = True) -> int:
    """A stretch that was asked about when its limit was over, where it was longer than that."""
    put = quiet_limit(median) if asked and length > quiet_limit(median) else None
    return stretch(0, length, median=median, asked_at=put, said=said, record=record)


def test_a_quick_card_counts_whole_up_to_thirty_seconds() -> None:
    assert counted(30 * SECOND, NINE, Record()) == 30 * SECOND


def test_a_longer_one_counts_whole_up_to_twice_the_median() -> None:
    assert counted(90 * SECOND, CAPTION, Record()) == 90 * SECOND


def test_who_answers_the_question_has_all_of_it_counted() -> None:
    assert counted(200 * SECOND, CAPTION, Record(), said=True) == 200 * SECOND
    assert in_time(0, 270 * SECOND, CAPTION)


def test_who_answers_the_card_as_the_question_comes_has_all_of_it_counted() -> None:
    assert counted(100 * SECOND, CAPTION, Record()) == 100 * SECOND


def test_silence_without_a_record_counts_the_usual_time() -> None:
    assert counted(2_000 * SECOND, CAPTION, Record()) == CAPTION


def test_answers_to_earlier_questions_vouch_for_a_missed_one() -> None:
    assert counted(2_000 * SECOND, CAPTION, Record(asked=9, answered=9)) == CAPTION + (225 - 45) * SECOND * 9 // 10


def test_who_was_never_asked_is_not_taken_for_absent() -> None:
    assert counted(2_000 * SECOND, CAPTION, Record(), asked=False) == cap(CAPTION) == 225 * SECOND


def test_a_tap_hours_later_brings_the_hours_not_back() -> None:
    assert counted(3 * HOUR, CAPTION, Record(), said=True) == CAPTION


def test_a_card_counts_no_more_than_twenty_medians() -> None:
    assert card_time(800 * SECOND, 200 * SECOND, CAPTION) == 900 * SECOND


def test_clocks_that_ran_backwards_count_nothing() -> None:
    assert stretch(SECOND, 0, median=NINE, asked_at=None, said=False, record=Record()) == 0


@given(times, medians, records, st.booleans(), st.booleans())
def test_never_negative_never_longer_than_it_was_and_bounded(
    length: int, median: int, record: Record, said: bool, asked: bool
) -> None:
    one = counted(length, median, record, said=said, asked=asked)
    assert 0 <= one <= length
    assert one <= 3 * quiet_limit(median)


@given(times, times, medians, records)
def test_longer_work_counts_no_less_where_it_was_answered_for(a: int, b: int, median: int, record: Record) -> None:
    short, long = sorted((min(a, 3 * quiet_limit(median)), min(b, 3 * quiet_limit(median))))
    assert counted(short, median, record, said=True) <= counted(long, median, record, said=True)


@given(times, times, medians, records)
def test_longer_silence_counts_no_less_once_asked(a: int, b: int, median: int, record: Record) -> None:
    asked_late = quiet_limit(median) + 11 * SECOND
    short, long = sorted((a + asked_late, b + asked_late))
    assert counted(short, median, record) <= counted(long, median, record)


@given(times, medians, records)
def test_being_there_never_counts_less_than_silence(length: int, median: int, record: Record) -> None:
    assert counted(length, median, record, said=True) >= counted(length, median, record)


@given(times, medians, st.integers(0, 50), st.integers(0, 50))
def test_a_better_record_never_counts_less(length: int, median: int, answered: int, missed: int) -> None:
    worse, better = Record(answered + missed + 1, answered), Record(answered + missed + 1, answered + 1)
    assert counted(length, median, worse) <= counted(length, median, better)


@given(st.lists(times, max_size=20), medians)
def test_a_card_of_many_stretches_is_bounded(lengths: list[int], median: int) -> None:
    total = 0
    for length in lengths:
        total = card_time(total, counted(length, median, said=True), median)
    assert 0 <= total <= max(30 * SECOND, 20 * median)
