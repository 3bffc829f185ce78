"""Why gold cannot be made, promoted or paid for: one class a reason, each with the way forward."""

from __future__ import annotations

from domain.refusals import Refusal
from domain.words import N_


class GoldAlone(Refusal):
    """A gold.csv without a draft it could belong to."""

    text = N_("Known answers belong to photos or texts. Send those first, then gold.csv, or put it into their ZIP.")


class NotComparable(Refusal):
    """Gold for written work."""

    text = N_(
        "Known answers are for tasks where workers choose an answer. What is written cannot be compared with one."
    )


class AnswersFirst(Refusal):
    """Gold for a draft that has no answers to choose from yet."""

    text = N_("Set the answers workers choose from first; a known answer is one of them.")


class PilotFirst(Refusal):
    """Gold is made while a pilot measures the batch."""

    text = N_("The pilot is under way. Make gold when it is over, or after publishing.")


class NothingForGold(Refusal):
    """Every task is gold, or workers have begun with it."""

    text = N_("There is no task left that nobody has begun with. Look at what workers agree on instead: Confirm gold.")


class BegunMeanwhile(Refusal):
    """A worker was given the task while the coordinator looked at it."""

    text = N_("A worker has got this task meanwhile, so it stays ordinary work. Here is another one.")


class AllGold(Refusal):
    """Publishing a draft in which every answer is known."""

    text = N_("Every answer in this draft is known, so there is nothing to ask. Send more, or tap Forget gold.")


class NothingToConfirm(Refusal):
    """No task is sure enough to be promoted."""

    text = N_("Nothing is sure enough yet: a task needs at least {least} answers that agree. Try again later.")
