"""Amounts and times as people of a language write them where a currency is paid."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from domain.rules import Rules
from locales.words import Words

WEDNESDAY = 1_764_064_800_000_000
COMMAND = re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]+")
"""What Telegram makes a link of."""


def words(language: str, currency: str) -> Words:
    return Words(language, replace(Rules(), currency=currency))


@pytest.mark.parametrize(
    ("language", "currency", "shown"),
    [
        ("en", "EUR", "€7.125"),
        ("fr", "EUR", "7,125 €"),
        ("es", "EUR", "7,125 €"),
        ("es", "USD", "USD 7.125"),
        ("fr", "USD", "7,125 $ US"),
    ],
)
def test_a_micro_price_is_not_read_as_thousands(language: str, currency: str, shown: str) -> None:
    assert words(language, currency).money(7_125_000).replace("\xa0", " ") == shown


def test_a_time_ends_no_sentence_with_two_full_stops() -> None:
    assert words("es", "USD").day_and_time(WEDNESDAY) == "mar 25 nov, 10:00"


@pytest.mark.parametrize("language", ["en", "fr", "es"])
@pytest.mark.parametrize("currency", ["EUR", "USD", "GBP", "INR", "JPY", "KES"])
def test_an_hourly_rate_holds_no_command(language: str, currency: str) -> None:
    for rate in (15_000_000, 7_500_000):
        shown = words(language, currency).rate(rate)
        assert COMMAND.search(shown) is None, shown
        assert "h" in shown
