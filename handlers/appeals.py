"""A worker's rejections: Appeal, Why?, Ask the coordinator, /history. And who hears an appeal: pay it, or keep."""

from __future__ import annotations

from domain.words import N_
from handlers.context import Context
from usecases import appeals, asking, history
from usecases.appeals import Appealed

SAID = {
    Appealed.ASKED: N_("Appealed. Somebody else looks at it within 7 days; silence pays."),
    Appealed.PAID: N_("Paid: there is nobody else on the team to hear it."),
}


async def appeal(ctx: Context, submission: int) -> None:
    """**Appeal**."""
    await ctx.toast(SAID[await ctx.write(appeals.appeal, submission=submission)])


async def appeal_in_history(ctx: Context, submission: int) -> None:
    """**Appeal** in /history, which shows the rejection in its place then."""
    await ctx.toast(SAID[await ctx.write(appeals.appeal_in_history, submission=submission)])


async def appeal_all(ctx: Context, batch: int) -> None:
    """**Appeal all**."""
    outcome, _ = await ctx.write(appeals.appeal_all, batch=batch)
    await ctx.toast(SAID[outcome])


async def why(ctx: Context, submission: int) -> None:
    """**Why?** below the news of a rejection."""
    await ctx.write(history.why_rejected, submission=submission)
    await ctx.toast("")


async def ask(ctx: Context, submission: int) -> None:
    """**Ask the coordinator**: puts the prompt to reply to."""
    await ctx.write(asking.ask, submission=submission)
    await ctx.toast("")


async def reply(ctx: Context, inquiry: int) -> None:
    """**Reply** below a worker's question."""
    await ctx.write(asking.reply, inquiry=inquiry)
    await ctx.toast("")


async def past(ctx: Context, text: str) -> None:
    """`/history`."""
    await ctx.write(history.show)


async def page(ctx: Context, before: int) -> None:
    """**Older**, **Newest**, **Back**."""
    await ctx.write(history.show, before=before)
    await ctx.toast("")


async def explain(ctx: Context, submission: int) -> None:
    """**Why?** in /history."""
    await ctx.write(history.why, submission=submission)
    await ctx.toast("")


async def pay(ctx: Context, rejection: int) -> None:
    """**Pay the work**."""
    await ctx.toast(
        N_("Paid: {amount}. The writer has been told."), amount=await ctx.write(appeals.pay, rejection=rejection)
    )


async def keep(ctx: Context, rejection: int) -> None:
    """**Keep the rejection**: asks why."""
    await ctx.write(appeals.ask_keep, rejection=rejection)
    await ctx.toast("")


async def back(ctx: Context, rejection: int) -> None:
    """**Cancel**: the appeal again."""
    await ctx.write(appeals.show, rejection=rejection)
    await ctx.toast("")


async def skip(ctx: Context, rejection: int) -> None:
    """**Skip**, below an appeal."""
    await ctx.write(appeals.skip, rejection=rejection)
    await ctx.toast("")
