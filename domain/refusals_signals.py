"""What is refused to who looks at signals."""

from __future__ import annotations

from domain.refusals import Refusal
from domain.words import N_


class SignalSeen(Refusal):
    """Somebody else has looked at it meanwhile."""

    text = N_("Somebody has looked at this one already. /review shows what waits.")


class AboutYourself(Refusal):
    """It is about the person who looks."""

    text = N_("This is about your own answers, so somebody else looks at it.")


class NobodyReached(Refusal):
    """Words for people none of whom can be written to."""

    text = N_("None of them can be written to any more: they left, blocked the bot, or said stop.")


class OnlySignal(Refusal):
    """Next, and there is no other."""

    text = N_("This is the only one that waits.")
