"""When something that happens once per period is due: weekly, daily, or every few seconds in a trial."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from domain.rules import EPOCH, SECOND, Rules, instant


@dataclass(frozen=True, slots=True)
class Period:
    """`name` tells periods of one kind apart (2026-W48, 2026-11-25); at `due_at` (microseconds, UTC) it is due."""

    name: str
    due_at: int


def last_payout(rules: Rules, now: int) -> Period:
    """The payout period whose cut-off came last, at `now` at the latest."""
    if rules.every_seconds is not None:
        return _interval(rules.every_seconds, now, 0)
    period = _week(rules, now, 0)
    return period if period.due_at <= now else _week(rules, now, -1)


def next_payout(rules: Rules, now: int) -> Period:
    """The payout period whose cut-off comes next, after `now`."""
    if rules.every_seconds is not None:
        return _interval(rules.every_seconds, now, 1)
    period = _week(rules, now, 0)
    return period if period.due_at > now else _week(rules, now, 1)


def last_summary(rules: Rules, now: int) -> Period:
    """The summary that was due last, at `now` at the latest."""
    if rules.every_seconds is not None:
        return _interval(rules.every_seconds, now, 0)
    today = rules.local(now).date()
    period = _day(rules, today)
    return period if period.due_at <= now else _day(rules, today - timedelta(days=1))


def last_week(rules: Rules, now: int) -> Period:
    """The weekly statement that was due last, at `now` at the latest."""
    if rules.every_seconds is not None:
        return _interval(rules.every_seconds, now, 0)
    day = rules.local(now).date()
    day -= timedelta(days=(day.weekday() - rules.statement_weekday) % 7)
    period = _day(rules, day)
    return period if period.due_at <= now else _day(rules, day - timedelta(weeks=1))


def day_begins(rules: Rules, day: int) -> int:
    """The instant a calendar day of the installation begins; midnight that is skipped in spring is an hour later."""
    found = EPOCH.date() + timedelta(days=day)
    return instant(datetime.combine(found, time(0), tzinfo=rules.zone))


def _interval(seconds: int, now: int, step: int) -> Period:
    """The interval `now` is in (step 0) or the one after it: it is due when it begins."""
    index = now // (seconds * SECOND) + step
    return Period(f"{seconds}s-{index}", index * seconds * SECOND)


def _week(rules: Rules, now: int, weeks: int) -> Period:
    """The cut-off in the ISO week `now` is in, or that many weeks later."""
    today = rules.local(now).date()
    day = today + timedelta(days=rules.payout_weekday - today.weekday(), weeks=weeks)
    year, week, _ = day.isocalendar()
    return Period(f"{year}-W{week:02d}", _at(rules, day, rules.payout_hour))


def _day(rules: Rules, day: date) -> Period:
    return Period(day.isoformat(), _at(rules, day, rules.summary_hour))


def _at(rules: Rules, day: date, hour: int) -> int:
    """That hour of the installation's clock; one that is skipped in spring is an hour later."""
    return instant(datetime.combine(day, time(hour), tzinfo=rules.zone))
