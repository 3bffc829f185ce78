"""The rules of one installation: currency, time zone, floor, periods. Set once at start, the same for everybody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from domain.words import N_

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant(moment: datetime) -> int:
    """Microseconds since the epoch of an aware moment."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def moment(now: int) -> datetime:
    """The aware UTC moment of an instant in microseconds since the epoch."""
    return EPOCH + timedelta(microseconds=now)


@dataclass(frozen=True, slots=True)
class Payer:
    """The account that SEPA files pay from; `bic` may be empty."""

    name: str
    iban: str
    bic: str = ""


@dataclass(frozen=True)
class Rules:
    """What holds in this installation. Periods are seconds, money is micro-units, rates are micro-units an hour.

    Payouts are due weekly (weekday 0 is Monday), the summary daily, at these hours of the installation's clock; for
    trying, both every `every_seconds` instead. Publishing keeps back `topup_percent` of the pay for top-ups, and of
    both `fee_basis_points` (1/10,000) for what paying out costs.
    """

    bot_username: str = ""
    currency: str = "USD"
    timezone: str = "UTC"
    floor: int = 15_000_000
    region_floors: Mapping[str, int] = field(default_factory=dict, hash=False)
    """By the region's code; a batch of another region has the floor above. A floor of 0 asks for nothing."""
    review_tap_seconds: int = 24 * 3600
    review_written_seconds: int = 3 * 24 * 3600
    lease_tap_seconds: int = 600
    lease_written_seconds: int = 3600
    lease_warning_seconds: int = 180
    sent_back_seconds: int = 48 * 3600
    quick_tap_millis: int = 300
    retry_test_seconds: int = 24 * 3600
    rails: tuple[str, ...] = ("by_hand",)
    """The ways money goes out that are on, by name (domain/rails.py), in the operator's order."""
    payout_minimum: int = 1_000_000
    payout_two_above: int = 1_000_000_000
    """A run of more than this is approved by two people."""
    payer: Payer | None = None
    """Whose account a file for a bank pays from."""
    topup_percent: int = 50
    fee_basis_points: int = 200
    pause_seconds: int = 300
    quiet_hours: bool = True
    payout_weekday: int = 2
    payout_hour: int = 10
    summary_hour: int = 8
    statement_weekday: int = 0
    every_seconds: int | None = None
    sends_per_second: float = 29.7
    work_for: str = N_("the team that runs this bot")
    controls: tuple[str, ...] = ()
    """The translated names of a card's buttons, which no answer may have; the English ones are known."""

    @cached_property
    def zone(self) -> ZoneInfo:
        """The installation's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def tick_seconds(self) -> int:
        """How often the clock asks what is due."""
        return 60 if self.every_seconds is None else 5

    def local(self, now: int) -> datetime:
        """The instant in the installation's time zone."""
        return moment(now).astimezone(self.zone)

    def day(self, now: int) -> int:
        """The installation's calendar day, as days since 1970-01-01."""
        return self.local(now).date().toordinal() - EPOCH.date().toordinal()

    def offset_minutes(self, now: int) -> int:
        """The installation's offset from UTC at an instant."""
        offset = self.local(now).utcoffset()
        return 0 if offset is None else int(offset.total_seconds() // 60)
