"""Where a worker wants to be paid: the kinds of method, what was typed made plain, what is shown of it, its clocks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from domain.notices import Json
from domain.refusals import Refusal
from domain.rules import DAY, HOUR
from domain.words import N_

IBAN: Final = "iban"
PAYPAL: Final = "paypal"
MOBILE: Final = "mobile"
BY_HAND: Final = "by_hand"
KINDS: Final = (IBAN, PAYPAL, MOBILE, BY_HAND)
"""In the order of the buttons, which carry the place."""

WAITS: Final = 24 * HOUR
"""A change waits so long: whoever holds somebody's phone for an evening is not paid with the next run."""
STOPPED_FOR: Final = 72 * HOUR
"""After **That was not me** nothing can be changed for so long: a weekend to get one's account back."""
BEGUN_KEPT: Final = DAY
"""A number whose holder was not named is kept for so long."""
KEPT: Final = 60 * DAY
"""Of a method that is used no more the number is kept for so long: money that did not arrive comes back within it."""
REMINDED_BEFORE: Final = DAY
"""So long before the cut-off of a payout run who has no method is reminded."""

LONGEST: Final = 400
"""Of a text only so much is looked at: no number is longer, however it is spaced."""
SHOWN: Final = 4
"""So many characters of a number are shown at most."""
DOTS: Final = "••••"
LONGEST_NAME: Final = 70
"""As ISO 20022 gives the holder's name."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number that can be somebody's, in the form that rails take. `sepa`: an IBAN that SEPA reaches."""

    kind: str
    value: str
    sepa: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """Why what was typed cannot be used: a code, and what its sentence says beside. Nothing of a number is in it."""

    code: str
    facts: dict[str, Json] = field(default_factory=dict)


ReadNumber = Callable[[str, str], Number | Problem]
"""Reads what was typed as a number of a kind. Checking takes libraries that only files/ may use: see decision 38."""


class NoMoneyHere(Refusal):
    """Somebody who neither works here nor has money here."""

    text = N_("A payout method is for people who do tasks here. /start shows how to begin.")


class KindNotPaid(Refusal):
    """No rail of this installation pays that way, or not any more."""

    text = N_("This way of being paid is not open here at the moment. /payout shows what is.")


class ChangesStopped(Refusal):
    """After **That was not me**."""

    text = N_(
        "You said that a change was not yours, so your payout method stays as it is until {at}. If you did not say so,"
        " tell your coordinator."
    )


class NothingToRemove(Refusal):
    """Remove, when there is none any more."""

    text = N_("There is no payout method of yours any more. /payout adds one.")


class NotThisOne(Refusal):
    """**That was not me** on a change that is long over."""

    text = N_("This change is over already. /payout shows where your money goes.")


def plain(text: str) -> str:
    """Return what was meant by what was typed: other scripts' digits and wide letters as ASCII, marks that cannot be
    seen left out, runs of space made one, at most LONGEST characters.

    Never raises, and changes nothing in its own result.
    """
    wide = unicodedata.normalize("NFKC", text[:LONGEST])
    seen = "".join(" " if char.isspace() else char for char in wide if char.isspace() or not _is_hidden(char))
    digits = "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in seen)
    return " ".join(unicodedata.normalize("NFKC", digits).split())[:LONGEST].rstrip()


def _is_hidden(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn")


def may_carry_a_number(text: str) -> bool:
    """A message that might hold a number, or most of one, is taken out of the chat; "hello?" is not."""
    found = plain(text)
    return "@" in found or sum(char.isdigit() for char in found) >= SHOWN


def masked(kind: str, number: str) -> str:
    """Return what is shown of a number: at most SHOWN of its characters, none of a short one, "" of none at all."""
    if not number:
        return ""
    if kind == PAYPAL and "@" in number:
        local, _, host = number.partition("@")
        return f"{local[: 2 if len(local) > 3 else 1]}•••@{host[:1]}•••"
    return f"{DOTS} {number[-SHOWN:]}" if len(number) >= 2 * SHOWN else DOTS


def holder(text: str) -> str | Problem:
    """Return an account holder's name as it is typed, or why it is none."""
    shown = (char if char.isprintable() else " " for char in unicodedata.normalize("NFC", text[:LONGEST]))
    name = " ".join("".join(shown).split())
    if sum(char.isdigit() for char in name) >= SHOWN or "@" in name:
        return Problem("name_number")
    if sum(char.isalpha() for char in name) < 2 or re.search(r"[<>{}\\|^~#*_]", name):
        return Problem("name")
    if len(name) > LONGEST_NAME:
        return Problem("name_long", {"limit": LONGEST_NAME})
    return name
