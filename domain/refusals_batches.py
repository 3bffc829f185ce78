"""Why a draft cannot be published yet, or a batch not changed: one class a reason, each with the way forward."""

from __future__ import annotations

from domain.brief.model import Problem
from domain.refusals import Refusal
from domain.words import N_


class BatchGone(Refusal):
    """No such batch, or a draft that was discarded."""

    text = N_("This batch is no longer there. /batches lists what there is.")


class NotADraft(Refusal):
    """A button of a draft that has been published."""

    text = N_("This batch is published already; its brief stays as it is. /batches shows how it goes.")


class NotPublished(Refusal):
    """A button of a running batch on one that does not run."""

    text = N_("This batch is not running. /batches shows where it stands.")


class BriefProblem(Refusal):
    """A problem of the brief as a refusal: the sentence says what to write instead."""

    text = N_("The brief is not complete yet.")

    def __init__(self, problem: Problem) -> None:
        super().__init__(**problem.params)
        self.text = problem.text


class StillTakingIn(Refusal):
    """Publishing while files are being taken in."""

    text = N_("Your files are still being taken in. Publish when the draft says they are all there.")


class NotWritten(Refusal):
    """Scores are asked for written replies, not for answers that were tapped."""

    text = N_("Other workers can score written replies. Answers to choose from are compared with one another instead.")


class NothingToRate(Refusal):
    """No reply of the batch is there that was not asked for before."""

    text = N_("There is no new reply to score: each is scored once. Ask again when more have been written.")


class NothingToPublish(Refusal):
    """A draft without tasks."""

    text = N_("There is nothing in this draft yet. Send photos or a file of texts first.")


class DraftChanged(Refusal):
    """The button shows another number of tasks, or another cost, than the draft has now."""

    text = N_("The draft has changed since this button was shown. Look at it once more, then publish.")


class NotEnoughFunds(Refusal):
    """The free funds do not cover the batch."""

    text = N_(
        "This costs {amount} and {amount_free} is free. Lower the price or the overlap, or ask the owner to record"
        " money with /funds."
    )


class BudgetTooLarge(Refusal):
    """More than is free."""

    text = N_(
        "{amount_free} is free, so {amount} cannot be added. Write a smaller amount, or ask the owner to record money"
        " with /funds."
    )


class BudgetTooSmall(Refusal):
    """Less than one more answer costs, with what is kept back beside it."""

    text = N_("{amount} is less than one more answer costs. Write at least {amount_least}.")


class UnknownFile(Refusal):
    """A file that is neither photos nor texts."""

    text = N_("I cannot use this file. Send a ZIP of photos, single photos, or a CSV, TSV, JSONL or TXT file of texts.")


class NoTitle(Refusal):
    """A title with nothing to see in it."""

    text = N_("A title needs a word or two. Write what workers should read in the list of batches.")


class NothingRefused(Refusal):
    """A list of left-out files is asked for, and there is none."""

    text = N_("Every file of this batch could be used.")


class NothingToExport(Refusal):
    """An export of a batch nobody has answered."""

    text = N_("Nobody has answered yet. Export when the first answers are there.")


class ExportUnderWay(Refusal):
    """A second tap on Export while the first is at work."""

    text = N_("This export is being made already; it comes as a document in a moment.")


class NotMeasured(Refusal):
    """Publishing what nobody has measured, where there is a floor to meet."""

    text = N_(
        "How long these tasks take is not measured yet, so nobody can say what an hour of them brings. Tap Pilot: a few"
        " workers do the first ten, paid like all others, and the draft shows what it measured."
    )


class BelowFloor(Refusal):
    """Publishing for less than the floor."""

    text = N_(
        "An hour of this work brings {amount_rate}: {amount_missing} less than the floor of {amount_floor}. A price of"
        " {amount} would do."
    )


class PilotBegun(Refusal):
    """A second pilot of the same draft."""

    text = N_("This draft has its pilot already. Its message shows how far it is.")


class PilotFixes(Refusal):
    """Changing what a pilot's workers were asked, or promised."""

    text = N_(
        "A pilot has begun, and its workers were asked exactly this. Question, answers, overlap, language and floor"
        " stay as they are. To ask something else, discard this draft and send the data again."
    )


class PriceOnlyUp(Refusal):
    """Lowering a price that workers were offered."""

    text = N_("A pilot has begun at {amount} a task. From there the price can be raised, not lowered.")


class NoLabels(Refusal):
    """No fit of the batch has ended."""

    text = N_("There are no labels yet. They are put together when about 20 answers are in, or a few minutes after.")
