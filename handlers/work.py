"""Working: cards and their buttons, offers. Every button says which assignment it is of; the use cases check whose."""

from __future__ import annotations

from domain.words import N_
from handlers.context import Context
from usecases import offers, presence, reporting, work, writing
from usecases.answering import Outcome, Receipt

SAID = {
    Outcome.SAVED: N_("Saved · +{amount}"),
    Outcome.GONE: N_("Your time had ended, and somebody else has finished this one. Here is what is next."),
    Outcome.CHANGED: N_("Your text changed; here it is as it is now."),
}


async def come(ctx: Context, text: str) -> None:
    """`/work`."""
    await ctx.write(work.show)


async def begin(ctx: Context) -> None:
    """**Start working**."""
    await ctx.write(work.show)
    await ctx.toast("")


async def start(ctx: Context, batch: int) -> None:
    """**Start** in the list."""
    await ctx.write(work.start, batch=batch)
    await ctx.toast("")


async def answer(ctx: Context, assignment: int, index: int) -> None:
    """One of a card's answers: one tap submits."""
    await _say(ctx, await ctx.write(work.submit, assignment=assignment, answer_index=index))


async def undo(ctx: Context, submission: int) -> None:
    """**Undo**."""
    await ctx.write(work.undo, submission=submission)
    await ctx.toast(N_("Taken back. Answer it anew."))


async def skip(ctx: Context, assignment: int) -> None:
    """**Skip**."""
    await ctx.write(reporting.skip, assignment=assignment)
    await ctx.toast(N_("Skipped. That costs nothing."))


async def ask_problem(ctx: Context, assignment: int) -> None:
    """**Report a problem**: asks what is wrong."""
    await ctx.write(reporting.ask, assignment=assignment)
    await ctx.toast("")


async def report(ctx: Context, assignment: int, reason: int) -> None:
    """What is wrong, in one tap."""
    await ctx.write(reporting.report, assignment=assignment, reason=reason)
    await ctx.toast(N_("Thank you for telling us. Here is what is next."))


async def card(ctx: Context, assignment: int) -> None:
    """**Back** to the card."""
    await ctx.write(work.show_card, assignment=assignment)
    await ctx.toast("")


async def still_here(ctx: Context, assignment: int) -> None:
    """**Still here**."""
    await ctx.write(presence.still_here, assignment=assignment)
    await ctx.toast(N_("Good. Your time goes on."))


async def instructions(ctx: Context, assignment: int) -> None:
    """**Instructions**."""
    await ctx.write(work.instructions, assignment=assignment)
    await ctx.toast("")


async def got_it(ctx: Context, assignment: int) -> None:
    """**Got it**, below the instructions."""
    await ctx.write(work.got_it, assignment=assignment)
    await ctx.toast("")


async def change_batch(ctx: Context) -> None:
    """**Change batch**."""
    await ctx.write(work.change_batch)
    await ctx.toast("")


async def stop_for_now(ctx: Context) -> None:
    """**Stop for now**."""
    await ctx.write(work.stop)
    await ctx.toast("")


async def show_all(ctx: Context, assignment: int) -> None:
    """**Show all** of a conversation."""
    await ctx.write(writing.show_all, assignment=assignment)
    await ctx.toast("")


async def submit(ctx: Context, assignment: int, version: int) -> None:
    """**Submit** of a written draft."""
    await _say(ctx, await ctx.write(writing.submit, assignment=assignment, version=version))


async def edit(ctx: Context, assignment: int, version: int) -> None:
    """**Edit** of a written draft."""
    changed = not await ctx.write(writing.edit, assignment=assignment, version=version)
    await ctx.toast(SAID[Outcome.CHANGED] if changed else "")


async def discard(ctx: Context, assignment: int, version: int) -> None:
    """**Discard** of a written draft."""
    gone = await ctx.write(writing.discard, assignment=assignment, version=version)
    await ctx.toast(N_("Discarded.") if gone else SAID[Outcome.CHANGED])


async def accept_offer(ctx: Context, batch: int) -> None:
    """**Start** below an offer."""
    await ctx.write(offers.accept, batch=batch)
    await ctx.toast("")


async def put_off(ctx: Context, batch: int) -> None:
    """**Later** below an offer."""
    await ctx.write(offers.put_off, batch=batch)
    await ctx.toast("")


async def refuse(ctx: Context, batch: int) -> None:
    """**Not this one** below an offer."""
    await ctx.write(offers.refuse, batch=batch)
    await ctx.toast("")


async def resume_task(ctx: Context, task: int) -> None:
    """**Offer it again** below a reported task: a coordinator's."""
    await ctx.write(reporting.resume_task, task=task)
    await ctx.toast(N_("It is offered again."))


async def _say(ctx: Context, receipt: Receipt) -> None:
    await ctx.toast(SAID[receipt.outcome], amount=receipt.amount)
