"""What is refused to who decides about a task that nobody agrees on."""

from __future__ import annotations

from domain.refusals import Refusal
from domain.words import N_


class DisputeDecided(Refusal):
    """An answer to a task that somebody decided about, or that is clear by now."""

    text = N_("This one is decided already. /review shows what waits.")


class OwnAnswer(Refusal):
    """A task that one answered oneself."""

    text = N_("You answered this task yourself, so somebody else decides.")


class NotYourDecision(Refusal):
    """Undo of what somebody else decided, or what is not decided any more."""

    text = N_("There is no decision of yours left to take back here. /review shows what waits.")


class OnlyDispute(Refusal):
    """Skip it, and there is no other."""

    text = N_("This is the only one that waits.")
