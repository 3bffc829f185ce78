"""When payday and the summary are due, in any time zone, over clock changes, and in a trial."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from domain.periods import last_payout, last_summary, next_payout
from domain.rules import DAY, HOUR, SECOND, Rules, instant

PARIS = Rules(timezone="Europe/Paris")
MOMENTS = st.integers(
    min_value=instant(datetime(2020, 1, 1, tzinfo=UTC)), max_value=instant(datetime(2035, 1, 1, tzinfo=UTC))
)
ZONES = st.sampled_from(
    ["UTC", "Europe/Paris", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "Asia/Kathmandu"]
)


def _at(*parts: int, zone: str = "Europe/Paris") -> int:
    year, month, day, hour = parts
    return instant(datetime(year, month, day, hour, tzinfo=ZoneInfo(zone)))


def test_payday_is_wednesday_ten_by_the_installations_clock() -> None:
    assert last_payout(PARIS, _at(2026, 11, 25, 10)).name == "2026-W48"
    assert last_payout(PARIS, _at(2026, 11, 25, 10)).due_at == _at(2026, 11, 25, 10)
    assert last_payout(PARIS, _at(2026, 11, 25, 10) - 1).name == "2026-W47"
    assert next_payout(PARIS, _at(2026, 11, 25, 10)).name == "2026-W49"
    assert next_payout(PARIS, _at(2026, 11, 25, 10) - 1).due_at == _at(2026, 11, 25, 10)


def test_weeks_around_new_year_have_different_names() -> None:
    names = [last_payout(PARIS, _at(2026, 12, 24, 12) + week * 7 * DAY).name for week in range(4)]
    assert names == ["2026-W52", "2026-W53", "2027-W01", "2027-W02"]


def test_payday_keeps_its_hour_over_clock_changes() -> None:
    assert next_payout(PARIS, _at(2026, 10, 22, 12)).due_at == _at(2026, 10, 28, 10)
    assert next_payout(PARIS, _at(2026, 3, 26, 12)).due_at == _at(2026, 4, 1, 10)


def test_an_hour_that_is_skipped_in_spring_is_due_all_the_same() -> None:
    rules = Rules(timezone="Europe/Paris", payout_weekday=6, payout_hour=2)
    assert next_payout(rules, _at(2026, 3, 28, 12)).due_at - _at(2026, 3, 29, 0) in (HOUR, 2 * HOUR)


def test_the_summary_is_due_once_a_day_at_its_hour() -> None:
    assert last_summary(PARIS, _at(2026, 11, 25, 8)).name == "2026-11-25"
    assert last_summary(PARIS, _at(2026, 11, 25, 8) - 1).name == "2026-11-24"
    assert last_summary(PARIS, _at(2026, 11, 26, 3)).name == "2026-11-25"


def test_in_a_trial_both_come_every_five_minutes() -> None:
    rules = Rules(every_seconds=300)
    now = _at(2026, 11, 25, 10)
    assert last_payout(rules, now + 299 * SECOND) == last_payout(rules, now)
    assert last_payout(rules, now + 300 * SECOND) == next_payout(rules, now)
    assert last_summary(rules, now).due_at == now


@given(MOMENTS, ZONES, st.integers(0, 6), st.integers(0, 23), st.sampled_from([None, 5, 300, 86_400]))
def test_the_last_is_never_ahead_and_the_next_never_behind(
    now: int, zone: str, weekday: int, hour: int, every: int | None
) -> None:
    rules = Rules(timezone=zone, payout_weekday=weekday, payout_hour=hour, summary_hour=hour, every_seconds=every)
    last, following = last_payout(rules, now), next_payout(rules, now)
    assert last.due_at <= now < following.due_at
    assert last.name != following.name
    assert last_payout(rules, following.due_at) == following
    assert next_payout(rules, last.due_at) == following
    assert last_summary(rules, now).due_at <= now
    if every is None:
        assert following.due_at - last.due_at <= 7 * DAY + 2 * HOUR
        assert now - last_summary(rules, now).due_at <= DAY + 2 * HOUR
