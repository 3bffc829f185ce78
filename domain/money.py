"""Money as integers: micro-units, 10⁻⁶ of the currency's unit. No floats; rounded once, downwards, at payout."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from domain.refusals import Refusal
from domain.words import N_

MICRO: Final = 1_000_000
LARGEST: Final = 1_000_000_000 * MICRO

# ISO 4217, active codes; our own table because sources disagree (IRR) and a library's update must not move a payout.
_WHOLE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THIRDS = "BHD IQD JOD KWD LYD OMR TND"
_HUNDREDTHS = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP
CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR
KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN
PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD
TZS UAH USD UYU UZS VES WST XCD YER ZAR ZMW ZWG
"""
MINOR_DIGITS: Final[dict[str, int]] = (
    dict.fromkeys(_WHOLE.split(), 0) | dict.fromkeys(_THIRDS.split(), 3) | dict.fromkeys(_HUNDREDTHS.split(), 2)
)

_SIGNS: Final[dict[str, str]] = {
    "$": "USD ARS AUD BBD BMD BND BSD BZD CAD CLP COP CUP DOP FJD GYD HKD JMD KYD LRD MXN NAD NZD SBD SGD SRD TTD TWD"
    " UYU XCD",
    "€": "EUR",
    "£": "GBP EGP FKP GIP LBP SHP SSP SYP",
    "¥": "JPY CNY",
    "₹": "INR",
    "₦": "NGN",
    "₱": "PHP",
    "₵": "GHS",
    "₫": "VND",
    "₩": "KRW",
    "₺": "TRY",
    "₴": "UAH",
    "₽": "RUB",
    "R$": "BRL",
    "R": "ZAR",
    "US$": "USD",
    "KSH": "KES",
}


class AmountNotUnderstood(Refusal):
    """Not a number, or one with a shape no convention has."""

    text = N_("I cannot read “{given}” as an amount. Write a number such as 0.05.")


class AmountTooSmall(Refusal):
    """Zero or negative."""

    text = N_("“{given}” is not more than zero. Write an amount above zero, such as 0.05.")


class AmountTooFine(Refusal):
    """More than six decimals: finer than a micro-unit."""

    text = N_("“{given}” has more than six decimals. The smallest amount is 0.000001; write for example 0.05.")


class AmountTooLarge(Refusal):
    """Above a thousand million: a slip of the finger, and near what an integer column holds."""

    text = N_("“{given}” is more than a billion. Write a smaller amount.")


class AmountAmbiguous(Refusal):
    """`1,234` or `1.234`: one thing in Paris, another in New York."""

    text = N_("“{given}” can be read in two ways. Write {thousands} or {decimals}, whichever you mean.")


class OtherCurrency(Refusal):
    """An amount in a currency that is not the installation's."""

    text = N_("Amounts here are in {currency}. Write only the number, for example 0.05.")


def minor_digits(currency: str) -> int:
    """Return the decimals of the currency's smallest coin (USD 2, JPY 0, KWD 3). ValueError for an unknown code."""
    try:
        return MINOR_DIGITS[currency]
    except KeyError:
        raise ValueError(f"unknown currency: {currency!r}") from None


def smallest_coin(currency: str) -> int:
    """Return it in micro-units: 10000 of USD, 1000000 of JPY. ValueError for an unknown code."""
    return int(10 ** (6 - minor_digits(currency)))


def parse_amount(text: str, *, currency: str) -> int:
    """Read an amount above zero as people write it; return micro-units.

    Takes a dot or a comma for the decimals, the currency's code or sign before or after, and thousands separators where
    they leave one reading. Raises AmountNotUnderstood, AmountTooSmall, AmountTooFine, AmountTooLarge, AmountAmbiguous,
    OtherCurrency.
    """
    given = " ".join(text.split())[:40]
    if len(text) > 100:
        raise AmountNotUnderstood(given=given)
    number = _without_currency(unicodedata.normalize("NFKC", text).strip(), currency, given)
    negative = number[:1] in {"-", "−"}
    number = number[1:].strip() if negative else number.removeprefix("+").strip()
    whole, decimals = _split(_ascii_digits(number), given)
    digits = decimals.rstrip("0")
    if negative or not (whole + digits).strip("0"):
        raise AmountTooSmall(given=given)
    if len(digits) > 6:
        raise AmountTooFine(given=given)
    micro = int(whole or "0") * MICRO + int(digits.ljust(6, "0"))
    if micro > LARGEST:
        raise AmountTooLarge(given=given)
    return micro


def round_down_to_minor(micro: int, currency: str) -> tuple[int, int]:
    """Split a balance into (payable, remainder), micro-units: payable is whole minor units and never above `micro`.

    The remainder stays on the balance. ValueError for a negative balance or an unknown currency.
    """
    if micro < 0:
        raise ValueError("a negative balance is not payable")
    remainder = micro % smallest_coin(currency)
    return micro - remainder, remainder


def as_decimal_text(micro: int, *, currency: str | None = None) -> str:
    """Return the exact amount as a plain decimal, for files: 125000 → "0.125", 12000000 → "12.00".

    At least the currency's minor digits are written (two without a currency), more only when they are not zero.
    """
    least = 2 if currency is None else minor_digits(currency)
    whole, rest = divmod(abs(micro), MICRO)
    decimals = f"{rest:06d}".rstrip("0").ljust(least, "0")
    return f"{'-' if micro < 0 else ''}{whole}{'.' if decimals else ''}{decimals}"


def from_decimal_text(text: str) -> int:
    """Read a plain decimal of a program, `-12.34`, exactly as micro-units. ValueError for anything else."""
    sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text)
    whole, _, decimals = digits.partition(".")
    if not (whole + decimals).isascii() or not (whole + decimals).isdigit() or len(whole) > 18 or len(decimals) > 6:
        raise ValueError(f"not an amount: {text[:40]!r}")
    return sign * (int(whole or "0") * MICRO + int(decimals.ljust(6, "0")))


def as_fixed_text(micro: int, digits: int) -> str:
    """Return an amount with exactly so many decimals: 12340000, 2 → "12.34". ValueError if it has more."""
    coin = 10 ** (6 - digits)
    if micro % coin:
        raise ValueError(f"{micro} micro-units cannot be written with {digits} decimals")
    whole, rest = divmod(micro, MICRO)
    return f"{whole}.{rest // coin:0{digits}d}" if digits else str(whole)


def as_input_text(micro: int) -> str:
    """Return an amount above zero as text that `parse_amount` reads back to exactly `micro`."""
    text = as_decimal_text(micro)
    return text + "0" if len(text.partition(".")[2]) == 3 else text


def _without_currency(text: str, currency: str, given: str) -> str:
    found = re.fullmatch(r"([+\-−]?)\s*([^\d.,+\-−]*)\s*([+\-−]?[\d.,٫٬'’\s]*?)\s*([^\d.,+\-−٫٬'’]*)", text)
    if found is None or (found[2].strip() and found[4].strip()) or not found[3]:
        raise AmountNotUnderstood(given=given)
    mark = (found[2] or found[4]).strip().upper()
    if mark and mark != currency and currency not in _SIGNS.get(mark, "").split():
        if mark in MINOR_DIGITS or mark in _SIGNS:
            raise OtherCurrency(currency=currency)
        raise AmountNotUnderstood(given=given)
    return found[1] + found[3]


def _ascii_digits(text: str) -> str:
    digits = "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)
    return digits.replace("٫", ".").replace("٬", "'").replace("’", "'")


def _split(number: str, given: str) -> tuple[str, str]:
    """Return (whole digits, decimal digits) of a number of digits and separators, or refuse it."""
    if re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", number):
        plain = re.sub(r"[.,]", "", number)
        raise AmountAmbiguous(given=given, thousands=plain, decimals=f"{plain[:-3]}.{plain[-3:]}0")
    if re.fullmatch(r"(\d+[.,]?\d*|[.,]\d+)", number):
        whole, _, decimals = number.replace(",", ".").partition(".")
        return whole, decimals
    grouped = re.fullmatch(r"(\d{1,3}(?:(?P<by>[.,'\s])\d{3})(?:(?P=by)\d{3})*)(?:(?!(?P=by))[.,](\d*))?", number)
    indian = re.fullmatch(r"(\d{1,2}(?:,\d{2})+,\d{3})(?:(\.)(\d*))?", number)
    found = grouped or indian
    if found is None:
        raise AmountNotUnderstood(given=given)
    return re.sub(r"\D", "", found[1]), found[3] or ""
