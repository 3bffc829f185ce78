"""Quiet hours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.quiet import DAY, after_waking, is_quiet, next_allowed, waking

MOMENTS = st.integers(0, 4 * 10**15)
OFFSETS = st.integers(-12 * 60, 14 * 60)


def at(text: str, offset: int = 0) -> int:
    """Return the moment of a local wall clock `offset` minutes east of UTC."""
    local = datetime.fromisoformat(text).replace(tzinfo=timezone(timedelta(minutes=offset)))
    return (local - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


@pytest.mark.parametrize("clock", ["08:00:00", "12:00:00", "20:59:59.999999"])
def test_by_day_a_message_goes_at_once(clock: str) -> None:
    now = at(f"2026-11-21T{clock}", 180)
    assert next_allowed(now, 180) == now
    assert not is_quiet(now, 180)


@pytest.mark.parametrize(
    ("clock", "until"),
    [
        ("2026-11-21T21:00:00", "2026-11-22T08:00:00"),
        ("2026-11-21T23:59:59", "2026-11-22T08:00:00"),
        ("2026-11-22T00:00:00", "2026-11-22T08:00:00"),
        ("2026-11-22T07:59:59.999999", "2026-11-22T08:00:00"),
    ],
)
@pytest.mark.parametrize("offset", [0, 180, -570, 345])
def test_by_night_a_message_waits_until_eight_by_the_person_s_clock(clock: str, until: str, offset: int) -> None:
    assert next_allowed(at(clock, offset), offset) == at(until, offset)


def test_equal_ends_mean_never_quiet() -> None:
    now = at("2026-11-21T23:00:00")
    assert next_allowed(now, 0, begin_minute=480, end_minute=480) == now


@given(MOMENTS, OFFSETS)
def test_next_allowed_is_allowed_soon_and_never_in_the_past(now: int, offset: int) -> None:
    then = next_allowed(now, offset)
    assert now <= then <= now + DAY * 11 // 24
    assert next_allowed(then, offset) == then


@given(MOMENTS, OFFSETS)
def test_quiet_is_what_the_local_clock_shows(now: int, offset: int) -> None:
    local = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=now, minutes=offset)
    assert is_quiet(now, offset) == (not 8 <= local.hour < 21)


@given(MOMENTS, st.integers(0, 20 * DAY), OFFSETS)
def test_after_so_many_waking_hours_so_many_have_passed(now: int, awake: int, offset: int) -> None:
    then = after_waking(now, awake, lambda _: offset)
    assert waking(now, then, lambda _: offset) == awake
    assert then == now if awake == 0 else not is_quiet(then - 1, offset)
