"""What a worker asked for and cannot have, while working."""

from __future__ import annotations

from domain.refusals import Refusal
from domain.words import N_


class AlreadyAnswered(Refusal):
    """A second tap on a card, or a second way to the same task."""

    text = N_("This one is already saved.")


class NewPhoto(Refusal):
    """A tap so soon after the card was shown that it was meant for the card before."""

    text = N_("New photo, look first.")


class NewTask(Refusal):
    """The same, on a card without a photo."""

    text = N_("New task, look first.")


class NotAWorker(Refusal):
    """Somebody without the role wants a task."""

    text = N_("You are not on the team yet. /start shows how to join.")


class NoConsent(Refusal):
    """No consent, or one to an older version of the screen."""

    text = N_("Before your next task, please read what the work is and agree to it: /start shows it.")


class Suspended(Refusal):
    """A suspended worker gets no tasks; what was earned is paid all the same."""

    text = N_("Your work here is suspended, so there is no task for now. What you earned is paid as usual: /earnings.")


class BatchNotOpen(Refusal):
    """Paused, closed or never published."""

    text = N_("This batch is not open at the moment. /work shows what is.")


class OtherLanguage(Refusal):
    """A batch in a language the worker does not work in."""

    text = N_("This batch is in a language you have not chosen. /settings changes your languages.")


class NothingToUndo(Refusal):
    """The last answer can no longer be taken back."""

    text = N_("This answer can no longer be undone: you have given another one since, or its review has begun.")


class NoDraft(Refusal):
    """Submit, Edit or Discard of a draft that is gone."""

    text = N_("There is no draft here any more. /work shows your current task.")


class UnderReview(Refusal):
    """An edit of an answer that is being read or has been judged."""

    text = N_("Your answer is being reviewed already, so this edit does not change it any more.")


class PilotFull(Refusal):
    """Beginning in a pilot that has its few workers."""

    text = N_(
        "This one is being tried out by a few people first, and they are all there. You hear of it when it opens."
    )


class SkillNeeded(Refusal):
    """Beginning in a batch for people with a skill, without it and without a test to show it."""

    text = N_("This one is for people with a skill of {skill} or more in such work. /work shows what is open to you.")


class NewcomersFull(Refusal):
    """Beginning with training or a test where all that is paid for has been used."""

    text = N_("This one takes no newcomers at the moment. /work shows what is open to you.")


class RetryLater(Refusal):
    """The test again before its time."""

    text = N_("You can take the test of this one again from {at}. /work shows what else there is.")


class NoMorePractice(Refusal):
    """The test again where no gold is left that the worker has not seen."""

    text = N_(
        "There are no more tasks left here to test you with. The coordinator knows and can let you in; you are told"
        " here."
    )


class InAlready(Refusal):
    """Letting in somebody who has come in meanwhile."""

    text = N_("They are in already.")
