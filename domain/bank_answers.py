"""What banks and providers answer about payouts: the words and codes they use, and what is wrong with such a file."""

from __future__ import annotations

import re
import unicodedata
from enum import Enum
from typing import Final, NamedTuple

from domain.file_problems import FileProblem
from domain.words import N_

KEY: Final = re.compile(r"TH([0-9A-F]{8})P([1-9][0-9]{0,17})")
"""A payout's name at a bank: the installation's own number, then the payout's. Letters and digits alone, for banks
strip or fold the rest; at most 30 characters, as PayPal takes."""

LIMIT: Final = 100_000
"""Entries of one file."""


class Status(Enum):
    """Where a bank says that a payout is."""

    WAITING = "waiting"
    PAID = "paid"
    FAILED = "failed"
    RETURNED = "returned"


class Line(NamedTuple):
    """What an answer says of one payout.

    `readings` are the amounts (micro-units) that its text may mean, empty when it names none. `problem` is a code,
    `fee` micro-units, `where` the line or entry of the file.
    """

    installation: str
    payout_id: int
    status: Status
    readings: tuple[int, ...] = ()
    currency: str = ""
    problem: str = ""
    reference: str = ""
    fee: int = 0
    where: int = 0


class Whole(NamedTuple):
    """What an answer says of a whole file of ours, by the key (MsgId) it went under."""

    key: str
    status: Status
    problem: str = ""
    readings: tuple[int, ...] = ()
    currency: str = ""


class Answer(NamedTuple):
    """An answer as it was read; `others` are entries that are not about payouts of ours."""

    form: str
    lines: tuple[Line, ...]
    wholes: tuple[Whole, ...] = ()
    others: int = 0


class BrokenAnswer(FileProblem):
    """It ends in the middle, or is damaged."""

    text = N_("This file is cut off or damaged, so nothing was recorded. Download it from the bank once more.")


class OwnFile(FileProblem):
    """The file for the bank came back unchanged."""

    text = N_(
        "This is the file for the bank itself, not its answer, so nothing was recorded. Upload it at the bank; then"
        " send me what the bank says about it."
    )


class NoStatus(FileProblem):
    """Our list, and nobody has filled it in."""

    text = N_(
        "The column “status” is empty, so nothing was recorded. Write paid, failed or returned into it and send the"
        " list again."
    )


class StatusUnknown(FileProblem):
    """A word we have no meaning for."""

    text = N_(
        "I do not know the status “{status}” in line {line}, so nothing was recorded. Write paid, failed, returned or"
        " waiting."
    )


class AmountUnreadable(FileProblem):
    """Not a number."""

    text = N_("I cannot read the amount in line {line}, so nothing was recorded. Correct it and send the file again.")


class TooManyEntries(FileProblem):
    """More than any run has."""

    text = N_("This file has more than {limit} entries, so nothing was recorded. Ask the bank for a shorter period.")


class NothingOfOurs(FileProblem):
    """A bank's answer without one payout of this bot."""

    text = N_("This is a bank’s answer, and it names no payout of this bot. Nothing was recorded.")


class AnotherBot(FileProblem):
    """It is about payouts of another installation."""

    text = N_("This answer is about payouts of another bot, so nothing was recorded. Is it the right file?")


class NoSuchPayout(FileProblem):
    """A key of ours with a number nobody has, or of a payout that was never handed out."""

    text = N_(
        "Line {line} names the payout {key}, which was never sent to a bank, so nothing was recorded. Is it the right"
        " file?"
    )


class NoSuchFile(FileProblem):
    """A whole file is answered that we did not make."""

    text = N_("This answer is about the file {key}, which is not one of ours. Nothing was recorded.")


class OtherAmount(FileProblem):
    """The bank paid something else than we asked for, or the file was edited."""

    text = N_(
        "Line {line} says {said} for the payout {key}, which is {ours}, so nothing was recorded. Ask the bank what it"
        " has paid."
    )


class OtherCurrencyPaid(FileProblem):
    """Paid in another currency."""

    text = N_(
        "Line {line} is in {said}, and payouts here are in {ours}, so nothing was recorded. Ask the bank what it has"
        " paid."
    )


class Contradicts(FileProblem):
    """Paid and failed, both in one file."""

    text = N_("This file says of the payout {key} that it was paid and that it failed, so nothing was recorded.")


class ReadBefore(FileProblem):
    """The same bytes were read before."""

    text = N_("I have read this file before, {at}. Nothing was recorded twice.")


_WORDS: Final[dict[Status, str]] = {
    Status.PAID: "paid ok done success successful succeeded complete completed executed settled processed booked"
    " paye payee payes effectue effectuee pagado pagada completado completada exitoso exitosa accc acsc",
    Status.FAILED: "failed failure error rejected denied declined invalid cancelled canceled blocked rjct canc"
    " echoue echec refuse refusee rejete rejetee fallido fallida rechazado rechazada",
    Status.RETURNED: "returned refunded reversed retourne retournee devuelto devuelta",
    Status.WAITING: "waiting pending processing unclaimed onhold held sent created new queued inprogress scheduled"
    " attente encours pendiente enproceso accp actc acsp acwc acfc pdng rcvd part patc",
}
STATUSES: Final = {word: status for status, words in _WORDS.items() for word in words.split()}
"""Words of our own list, of PayPal's reports and of ISO 20022, without accents and spaces."""


def status_of(text: str) -> Status | None:
    """The status a word means, whatever its case, accents and spaces; None for a word nobody knows."""
    folded = unicodedata.normalize("NFKD", text.strip().casefold())
    return STATUSES.get("".join(char for char in folded if char.isalnum() and char.isascii()))


def key_of(installation: str, payout_id: int) -> str:
    """The payout's name at a bank."""
    return f"TH{installation.upper()}P{payout_id}"


def named_in(text: str) -> tuple[str, int] | None:
    """The installation and payout that a bank's reference names; None when it is not one of ours."""
    if len(text) > 60:
        return None
    found = KEY.fullmatch("".join(char for char in text.upper() if char.isascii() and char.isalnum()))
    return None if found is None else (found[1].lower(), int(found[2]))


def reason_of(text: str) -> str:
    """A bank's reason as a code of ours: small letters, digits and lines, at most 60; empty when it has none."""
    folded = unicodedata.normalize("NFKD", text.strip().casefold())
    plain = re.sub(r"[^a-z0-9]+", "_", "".join(char for char in folded if char.isascii()))
    return plain.strip("_")[:60]


def readings(text: str) -> tuple[int, ...] | None:
    """The amounts in micro-units that a number of unknown country may mean, without its sign; None when it is none.

    `12,34` is one, `1,234` may be two. The amount that we know to be right decides.
    """
    plain = re.sub(r"[\s'’_]", "", text.strip()).strip("+-−")
    if len(plain) > 30 or not re.fullmatch(r"[0-9][0-9.,]*|[.,][0-9]+", plain) or not plain.isascii():
        return None
    found = {_micro(plain, mark) for mark in (".", ",")} - {None}
    return tuple(sorted(one for one in found if one is not None)) or None


def _micro(text: str, mark: str) -> int | None:
    other = "," if mark == "." else "."
    whole, _, decimals = text.partition(mark)
    groups = whole.split(other)
    if not (decimals or "0").isdigit() or len(decimals) > 6:
        return None
    if len(groups) > 1 and (not 1 <= len(groups[0]) <= 3 or any(len(group) != 3 for group in groups[1:])):
        return None
    digits = "".join(groups)
    if digits and not digits.isdigit():
        return None
    return int(digits or "0") * 1_000_000 + int((decimals or "").ljust(6, "0") or "0")


_CODES: Final[dict[str, str]] = {
    "account": "ac01 ac02 ac03 ac13 ac14 am12 invalid_iban account_not_found be23 rc12",
    "closed": "ac04 ac07 account_closed receiver_account_closed md07",
    "blocked": "ac06 ag01 ac15 ac16 account_blocked receiver_account_locked account_restricted"
    " receiver_state_restricted",
    "name": "be01 be04 be05 be06 be07 name_mismatch",
    "bank": "rc01 rc03 rc04 rc07 rc08 dnor cnor ag02 ag09",
    "rules": "rr01 rr02 rr03 rr04 regulatory compliance aml risk_decline receiver_country_not_allowed",
    "refused": "ms02 ms03 refused foco narr focr receiver_refused",
    "unclaimed": "unclaimed returned receiver_unregistered receiver_unconfirmed expired unclaimed_expired",
    "receiver": "receiver_invalid receiver_account_invalid invalid_email receiver_not_found",
    "payer_funds": "am04 am02 insufficient_funds payer_funds sender_insufficient_funds",
    "denied": "denied rejected_file dupl am05 ff01 tech ms01 dt01 file_rejected cust cancelled duplicate canceled",
    "no_method": "no_method",
}
GROUPS: Final = {code: group for group, codes in _CODES.items() for code in codes.split()}
"""Codes of ISO 20022 and of PayPal, and ours, by what a worker can do about it."""
PAYERS: Final = frozenset({"payer_funds", "denied", "no_method"})
"""Groups that say nothing against the worker's method: it is kept, and used again with the next run."""


def group_of(problem: str) -> str:
    """What kind of problem a code is; "other" for one that is not known."""
    return GROUPS.get(problem, "other")
