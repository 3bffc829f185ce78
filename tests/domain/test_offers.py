"""Waves: how many workers a batch is offered to, from its own counters."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from domain.batches import Batch
from domain.kinds.base import BatchFace
from domain.offers import BEGINNING, MOST_FOR_ONE, SMALLEST, free_places, taken_by_one, wave_size

FRESH = Batch(
    id=1,
    kind="choose_one",
    state="open",
    collecting=False,
    title="Photos",
    face=BatchFace("What?"),
    language="en",
    price=50_000,
    overlap=3,
    most_per_worker=None,
    seconds=10,
    seconds_given=True,
    review_seconds=86_400,
    lease_seconds=600,
    created_by=1,
    created_at=0,
    published_at=0,
    closed_at=None,
    tasks=10_000,
    done=0,
    submissions=0,
    accepted=0,
    offers=0,
    opened=0,
    measured=0,
    active_micros=0,
    median_micros=None,
    pairs=0,
    pairs_same=0,
    wanted=30_000,
)


def test_the_first_wave_feeds_all_places_by_a_sitting_each_and_one_in_four_who_begin() -> None:
    assert taken_by_one(FRESH) == 60
    assert wave_size(FRESH, leased=0, working=0) == 500 * BEGINNING


def test_where_one_worker_may_do_little_more_are_asked() -> None:
    assert wave_size(FRESH._replace(most_per_worker=3), leased=0, working=0) == 10_000 * BEGINNING


def test_later_waves_go_by_what_this_batch_has_told() -> None:
    told = FRESH._replace(offers=2_000, opened=200, submissions=20_000)
    assert taken_by_one(told) == 100
    assert wave_size(told, leased=0, working=40) == (100 - 40) * 10


def test_nobody_is_asked_while_those_at_work_will_do_the_rest_or_nothing_is_free() -> None:
    nearly = FRESH._replace(opened=200, offers=2_000, submissions=29_000)
    assert wave_size(nearly, leased=0, working=30) == 0
    assert wave_size(nearly, leased=1_000, working=0) == 0


def test_each_overlapping_answer_needs_another_worker() -> None:
    assert wave_size(FRESH._replace(tasks=1, overlap=50, wanted=50), leased=0, working=0) == 50 * BEGINNING


@given(
    st.integers(1, 10_000),
    st.integers(1, 100),
    st.integers(0, 1_000_000),
    st.integers(0, 50_000),
    st.integers(0, 10_000),
    st.integers(0, 5_000),
    st.one_of(st.none(), st.integers(1, 500)),
)
def test_a_wave_is_nobody_or_at_least_the_smallest_and_never_beyond_all_reason(
    tasks: int, overlap: int, submissions: int, offers: int, opened: int, working: int, most: int | None
) -> None:
    batch = FRESH._replace(
        tasks=tasks,
        overlap=overlap,
        wanted=tasks * overlap,
        submissions=min(submissions, tasks * overlap),
        offers=offers,
        opened=min(opened, offers),
        most_per_worker=most,
    )
    size = wave_size(batch, leased=0, working=working)
    free = free_places(batch, 0)
    assert size == 0 or size >= SMALLEST
    assert size <= max(SMALLEST, MOST_FOR_ONE * max(free, overlap))
    assert (size > 0) <= (free > 0)
