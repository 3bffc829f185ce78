"""Reading what people type as a number to be paid to: IBAN, e-mail address, mobile number. No network is asked.

Registries come from schwifty (SWIFT's registry of IBANs) and phonenumbers (Google's metadata). A number that passes can
exist; whether it does, and whose it is, only a payment tells.
"""

from __future__ import annotations

import re

import phonenumbers
import schwifty
from phonenumbers import NumberParseException, PhoneNumberType, ValidationResult
from schwifty.exceptions import InvalidChecksumDigits, InvalidCountryCode, SchwiftyException
from schwifty.registry import get_iban_spec

from domain.payout_methods import IBAN, LONGEST, MOBILE, PAYPAL, Number, Problem, plain

SEPARATORS = re.compile(r"[\s.\-/_:‐-―]")
CARD = range(13, 20)
"""So many digits a bank card has: it is the number people take for their account's."""
LOCAL = re.compile(r"[a-z0-9](?:[a-z0-9!#$%&'*+/=?^_`{|}~-]|\.(?!\.)){0,63}(?<!\.)")
LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
TOP = re.compile(r"[a-z]{2,63}|xn--[a-z0-9-]{1,59}")
LONGEST_EMAIL = 254
HANDSETS = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


def read(kind: str, text: str) -> Number | Problem:
    """Return the number as rails take it, or what is wrong with it; never raises for any text.

    IBANs come in capitals without spaces, e-mail addresses in small letters, mobile numbers as E.164.
    """
    if len(text) > LONGEST:
        return Problem("long")
    found = plain(text)
    if not found:
        return Problem("empty")
    return READERS[kind](found)


def _iban(text: str) -> Number | Problem:
    number = SEPARATORS.sub("", text.upper().rpartition("IBAN")[2])
    if not number:
        return Problem("empty")
    if re.fullmatch(r"[0-9]+", number):
        return Problem("card" if len(number) in CARD and _luhn(number) else "iban_country_first")
    if not re.fullmatch(r"[A-Z0-9]+", number):
        return Problem("iban_characters")
    country = number[:2]
    if not country.isalpha():
        return Problem("iban_country_first")
    try:
        length = get_iban_spec(country).iban_length
    except InvalidCountryCode:
        return Problem("iban_country", {"country": country})
    if len(number) != length:
        problem = "iban_long" if len(number) > length else "iban_short"
        return Problem(problem, {"count": abs(len(number) - length), "country": country, "length": length})
    if not number[2:4].isdigit():
        return Problem("iban_check_digits")
    try:
        checked = schwifty.IBAN(number)
    except InvalidChecksumDigits:
        return Problem("iban_mistyped")
    except SchwiftyException:
        return Problem("iban_form", {"country": country})
    return Number(IBAN, str(checked), sepa=checked.in_sepa_zone)


def _luhn(digits: str) -> bool:
    """ISO/IEC 7812-1, annex B."""
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def _email(text: str) -> Number | Problem:
    address = text.lower().removeprefix("mailto:").strip(" <>\"'")
    if address.count("@") != 1:
        return Problem("email_at" if "@" not in address else "email_one")
    if " " in address:
        return Problem("email_space")
    if not address.isascii():
        return Problem("email_letters")
    local, _, host = address.partition("@")
    labels = host.split(".")
    whole = len(address) <= LONGEST_EMAIL and len(labels) > 1 and all(LABEL.fullmatch(label) for label in labels)
    if not whole or not TOP.fullmatch(labels[-1]):
        return Problem("email_host")
    return Number(PAYPAL, address) if LOCAL.fullmatch(local) else Problem("email_local")


def _mobile(text: str) -> Number | Problem:
    number = re.sub(r"[\s.\-/()‐-―]", "", re.sub(r"(?i)^tel:", "", text))
    number = re.sub(r"^00(?=[1-9])", "+", number)
    if not re.search(r"[0-9]", number) or not re.fullmatch(r"\+?[0-9]+", number):
        return Problem("phone_characters")
    if not number.startswith("+"):
        return Problem("phone_plus")
    try:
        parsed = phonenumbers.parse(re.sub(r"\(0\)", "", text) if "(0)" in text else number, None)
    except NumberParseException as problem:
        return Problem(_UNREAD.get(problem.error_type, "phone_short"))
    possible = phonenumbers.is_possible_number_with_reason(parsed)
    if possible != ValidationResult.IS_POSSIBLE:
        return Problem("phone_long" if possible == ValidationResult.TOO_LONG else "phone_short")
    if not phonenumbers.is_valid_number(parsed):
        return Problem("phone_unknown", {"code": f"+{parsed.country_code}"})
    if phonenumbers.number_type(parsed) not in HANDSETS:
        return Problem("phone_landline")
    return Number(MOBILE, phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


_UNREAD = {
    NumberParseException.INVALID_COUNTRY_CODE: "phone_country",
    NumberParseException.TOO_LONG: "phone_long",
}
READERS = {IBAN: _iban, PAYPAL: _email, MOBILE: _mobile}
