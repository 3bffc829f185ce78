"""Amounts: read, rounded and written without a float."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money import (
    LARGEST,
    MICRO,
    MINOR_DIGITS,
    AmountAmbiguous,
    AmountNotUnderstood,
    AmountTooFine,
    AmountTooLarge,
    AmountTooSmall,
    OtherCurrency,
    as_decimal_text,
    as_fixed_text,
    as_input_text,
    from_decimal_text,
    minor_digits,
    parse_amount,
    round_down_to_minor,
    smallest_coin,
)
from domain.refusals import Refusal

currencies = st.sampled_from(sorted(MINOR_DIGITS))


@pytest.mark.parametrize(
    ("text", "micro"),
    [
        ("0.05", 50_000),
        ("0,05", 50_000),
        (".05", 50_000),
        ("$0.05", 50_000),
        ("0.05$", 50_000),
        ("US$ 0.05", 50_000),
        ("5 USD", 5_000_000),
        ("usd 5", 5_000_000),
        ("0.125", 125_000),
        ("0.000001", 1),
        ("0.0500000000", 50_000),
        ("٠٫٠٥", 50_000),
        (" 1234.5 ", 1_234_500_000),
    ],
)
def test_amounts_are_read_as_people_write_them(text: str, micro: int) -> None:
    assert parse_amount(text, currency="USD") == micro


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("1,234.56", 1234.56),
        ("1.234,56", 1234.56),
        ("1 234", 1234),
        ("1\u202f234,5", 1234.5),
        ("1'234", 1234),
        ("1,234,567", 1234567),
        ("1,00,000", 100000),
    ],
)
def test_thousands_separators_are_read_where_they_leave_one_reading(text: str, units: float) -> None:
    assert parse_amount(text, currency="USD") == round(units * MICRO)


@pytest.mark.parametrize("text", ["1,234", "1.234", "999.999"])
def test_amount_with_two_readings_is_refused_with_both_written_out(text: str) -> None:
    with pytest.raises(AmountAmbiguous) as refused:
        parse_amount(text, currency="USD")
    whole, part = re.split("[.,]", text)
    thousands, decimals = str(refused.value.params["thousands"]), str(refused.value.params["decimals"])
    assert parse_amount(thousands, currency="USD") == int(whole + part) * MICRO
    assert parse_amount(decimals, currency="USD") == int(whole) * MICRO + int(part) * 1000


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("0", AmountTooSmall),
        ("0.00", AmountTooSmall),
        ("-1", AmountTooSmall),
        ("−1", AmountTooSmall),
        ("-$1", AmountTooSmall),
        ("$-1", AmountTooSmall),
        ("0.0000001", AmountTooFine),
        ("1000000001", AmountTooLarge),
        ("9" * 90, AmountTooLarge),
        ("9" * 5000, AmountNotUnderstood),
        ("€5", OtherCurrency),
        ("5 EUR", OtherCurrency),
        ("abc", AmountNotUnderstood),
        ("", AmountNotUnderstood),
        (".", AmountNotUnderstood),
        ("1..2", AmountNotUnderstood),
        ("1.2.3", AmountNotUnderstood),
        ("12,34,56", AmountNotUnderstood),
        ("1,234,56", AmountNotUnderstood),
        ("1e3", AmountNotUnderstood),
        ("inf", AmountNotUnderstood),
        ("5 5", AmountNotUnderstood),
        ("5 apples", AmountNotUnderstood),
    ],
)
def test_what_is_no_amount_is_refused_with_what_to_write_instead(text: str, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal) as refused:
        parse_amount(text, currency="USD")
    sentence = refused.value.text.format(**refused.value.params)
    assert re.search(r"[Ww]rite", sentence)
    assert len(sentence) < 200


def test_dollar_sign_is_read_where_the_money_is_called_dollar() -> None:
    assert parse_amount("$5", currency="CAD") == 5 * MICRO
    assert parse_amount("KSh 50", currency="KES") == 50 * MICRO
    with pytest.raises(OtherCurrency):
        parse_amount("$5", currency="EUR")


@given(st.text(max_size=120))
def test_any_text_is_an_amount_above_zero_or_a_refusal(text: str) -> None:
    try:
        micro = parse_amount(text, currency="EUR")
    except Refusal as refusal:
        assert refusal.text.format(**refusal.params)
    else:
        assert 0 < micro <= LARGEST


@given(st.text(alphabet="0123456789.,' -+$€٫", max_size=20))
def test_any_row_of_digits_and_signs_is_an_amount_or_a_refusal(text: str) -> None:
    try:
        assert 0 < parse_amount(text, currency="USD") <= LARGEST
    except Refusal as refusal:
        assert refusal.text.format(**refusal.params)


@given(st.integers(1, LARGEST))
def test_amount_written_for_input_reads_back_exactly(micro: int) -> None:
    assert parse_amount(as_input_text(micro), currency="USD") == micro


@given(st.integers(0, 10**18), currencies)
def test_payout_never_exceeds_what_is_owed_and_the_remainder_stays(micro: int, currency: str) -> None:
    payable, remainder = round_down_to_minor(micro, currency)
    coin = 10 ** (6 - minor_digits(currency))
    assert payable + remainder == micro
    assert payable % coin == 0
    assert 0 <= remainder < coin


def test_payout_is_rounded_to_the_currency_s_own_coin() -> None:
    assert round_down_to_minor(1_239_999, "USD") == (1_230_000, 9_999)
    assert round_down_to_minor(1_239_999, "JPY") == (1_000_000, 239_999)
    assert round_down_to_minor(1_239_999, "KWD") == (1_239_000, 999)


def test_negative_balance_is_never_rounded_into_a_payout() -> None:
    with pytest.raises(ValueError, match="negative"):
        round_down_to_minor(-1, "USD")


def test_unknown_currency_is_an_error_and_not_a_guess() -> None:
    with pytest.raises(ValueError, match="XYZ"):
        minor_digits("XYZ")
    assert [minor_digits(code) for code in ("USD", "EUR", "JPY", "KWD", "INR", "KES")] == [2, 2, 0, 3, 2, 2]


@pytest.mark.parametrize(
    ("micro", "currency", "text"),
    [
        (125_000, "USD", "0.125"),
        (12_000_000, "USD", "12.00"),
        (12_000_000, None, "12.00"),
        (12_000_000, "JPY", "12"),
        (12_500_000, "JPY", "12.5"),
        (1, "USD", "0.000001"),
        (-500_000, "USD", "-0.50"),
        (0, "KWD", "0.000"),
    ],
)
def test_exported_amount_is_exact_with_at_least_the_currency_s_digits(
    micro: int, currency: str | None, text: str
) -> None:
    assert as_decimal_text(micro, currency=currency) == text


def test_an_amount_with_as_many_decimals_as_a_bank_takes() -> None:
    assert [as_fixed_text(12_340_000, 2), as_fixed_text(5_000_000, 0), as_fixed_text(1_234_000, 3)] == [
        "12.34",
        "5",
        "1.234",
    ]
    with pytest.raises(ValueError, match="decimals"):
        as_fixed_text(12_345_000, 2)
    assert [smallest_coin(one) for one in ("USD", "JPY", "KWD")] == [10_000, 1_000_000, 1_000]


@given(st.integers(-(10**15), 10**15), currencies)
def test_a_programs_decimal_is_read_exactly(micro: int, currency: str) -> None:
    assert from_decimal_text(as_decimal_text(micro, currency=currency)) == micro


@pytest.mark.parametrize("text", ["", "-", ".", "--1", "+1", "1,5", "1e3", " 1", "٣", "1.2345678", "9" * 19, "NaN"])
def test_what_is_no_plain_decimal_is_not_read(text: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        from_decimal_text(text)
