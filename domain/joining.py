"""How people come in: invites with their terms, requests to join, and what is refused on the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from domain.refusals import Refusal
from domain.rules import DAY, HOUR
from domain.words import N_

OWNER: Final = "owner"
COORDINATOR: Final = "coordinator"
REVIEWER: Final = "reviewer"
WORKER: Final = "worker"
INVITED: Final = (WORKER, COORDINATOR, REVIEWER)
"""The roles there are invites for, in the order of the buttons."""

WORKER_INVITE_LASTS: Final = 30 * DAY
STAFF_INVITE_LASTS: Final = 72 * HOUR
CLAIM_LASTS: Final = 365 * DAY
"""A claim link also ends when the next start prints a new one, and when somebody is owner."""

WORK_LANGUAGES: Final = ("en", "fr", "es", "de", "pt", "hi", "ar", "sw")
"""The languages a worker can choose by button; what counts is people_languages, which may hold others."""


@dataclass(frozen=True, slots=True)
class Invite:
    """A link somebody may come in by. Single-use ones are for one person, whoever is first."""

    id: int
    role: str
    single_use: bool
    uses: int
    created_by: int | None
    expires_at: int

    def problem(self, now: int) -> str | None:
        """Why it cannot be used now: "expired", "used", or None."""
        if self.single_use and self.uses:
            return "used"
        return "expired" if self.expires_at <= now else None


@dataclass(frozen=True, slots=True)
class JoinRequest:
    """Somebody without an invite who would like to work. `outcome` is "welcome", "declined" or None while it waits."""

    person_id: int
    asked_at: int
    decided_by: int | None
    outcome: str | None


class OwnersOnly(Refusal):
    """A command or button of the owner's, used by somebody else."""

    text = N_("Only the owner of this bot can do that. /help shows what you can do here.")


class CoordinatorsOnly(Refusal):
    """A command or button of coordinators, used by a worker, a reviewer or somebody new."""

    text = N_(
        "That is for coordinators. If you should be one, ask the owner of this bot for an invite link;"
        " /help shows what you can do here."
    )


class ReviewersOnly(Refusal):
    """A command or button of those who review, used by a worker or somebody new."""

    text = N_(
        "That is for people who review work. If you should, ask the owner of this bot for an invite link;"
        " /help shows what you can do here."
    )


class RoleUnknown(Refusal):
    """`/invite` with a word that is no role."""

    text = N_("I cannot make an invite for “{given}”. Send /invite worker, /invite coordinator or /invite reviewer.")


class ConsentChanged(Refusal):
    """Agreed to a screen that has been replaced since."""

    text = N_("This text has changed since. Send /start to read the new one.")


class NoLanguageChosen(Refusal):
    """Done without a language."""

    text = N_("Please choose at least one language: tasks are offered in the languages you choose.")


class NothingToWithdraw(Refusal):
    """Withdrawing a consent that was not given, or was withdrawn already."""

    text = N_("There is no consent of yours to withdraw any more. /privacy shows what is stored.")
