"""Judging written work: why it may go back to its writer, and what a reviewer cannot do."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from domain.refusals import Refusal
from domain.words import N_

MAX_REASON: Final = 500
AT_ONCE: Final = 500
"""So many submissions one tap on Accept all accepts: a transaction stays short."""

RETURN_CODES: Final[tuple[tuple[str, str], ...]] = (
    ("#instructions", N_("It does not follow the instructions yet.")),
    ("#question", N_("It does not answer what was asked.")),
    ("#short", N_("It is too short to be useful.")),
    ("#language", N_("The language needs another look.")),
)
"""Reasons in one tap, as (code in the submission's row, sentence). A reason in a reviewer's own words has no code."""


class Verdict(StrEnum):
    """What became of a reviewer's tap."""

    ACCEPTED = "accepted"
    RETURNED = "returned"
    CHANGED = "changed"
    """The text is another than the one that was judged: nothing happened."""
    GONE = "gone"
    """Somebody or the clock decided before: nothing happened."""


class OwnWork(Refusal):
    """A reviewer never judges own work."""

    text = N_("This is your own work, so somebody else reviews it. /review shows the next.")


class OnlyOne(Refusal):
    """Skip, and there is no other."""

    text = N_("This is the only one waiting for a review.")


class NothingToAccept(Refusal):
    """Accept all, and nothing is left."""

    text = N_("None of these is waiting any more. /review shows what is.")


class ReasonEmpty(Refusal):
    """A reason nobody can read."""

    text = N_("Please write in a few words what the writer should change.")


class ReasonTooLong(Refusal):
    """A reason above MAX_REASON characters."""

    text = N_("That is {length} characters, {limit} fit. Please write it shorter.")


def known_reason(reason: str) -> str | None:
    """Return the sentence (a msgid) of a coded reason, None for one in a reviewer's own words."""
    return dict(RETURN_CODES).get(reason)


def checked_reason(text: str) -> str:
    """Return a reviewer's own words as stored: never mistaken for a code. Raises ReasonEmpty, ReasonTooLong."""
    reason = text.replace("\0", "").strip().lstrip("#").strip()
    if not any(char.isprintable() and not char.isspace() for char in reason):
        raise ReasonEmpty
    if len(reason) > MAX_REASON:
        raise ReasonTooLong(length=len(reason), limit=MAX_REASON)
    return reason
