"""The review queue: appeals first; accept, return with a reason, leave for later. Staff only; the use cases check."""

from __future__ import annotations

from domain.reviews import Verdict
from domain.words import N_
from handlers.context import Context
from usecases import appeals, reviews
from usecases.reviews import Judged

SAID = {
    Verdict.ACCEPTED: N_("Accepted · {amount} for the writer"),
    Verdict.RETURNED: N_("Returned. The writer has been told."),
    Verdict.CHANGED: N_("The text has changed meanwhile; nothing was decided. Here is the new one."),
    Verdict.GONE: N_("This one was decided already. Here is what waits now."),
}


async def queue(ctx: Context, text: str) -> None:
    """`/review`."""
    await ctx.write(appeals.open_queue)


async def accept(ctx: Context, submission_id: int, version: int) -> None:
    """**Accept**."""
    await _say(ctx, await ctx.write(reviews.accept, submission_id=submission_id, version=version))


async def ask_reason(ctx: Context, submission_id: int, version: int) -> None:
    """**Return**: asks why."""
    judged = await ctx.write(reviews.ask_reason, submission_id=submission_id, version=version)
    await (ctx.toast("") if judged is None else _say(ctx, judged))


async def send_back(ctx: Context, submission_id: int, version: int, code: int) -> None:
    """A reason in one tap."""
    await _say(ctx, await ctx.write(reviews.send_back_for, submission_id=submission_id, version=version, code=code))


async def skip(ctx: Context, submission_id: int) -> None:
    """**Skip**."""
    await ctx.write(reviews.skip, submission_id=submission_id)
    await ctx.toast("")


async def back(ctx: Context, submission_id: int) -> None:
    """**Back**, **Cancel**: the submission again."""
    await ctx.write(reviews.show, submission_id=submission_id)
    await ctx.toast("")


async def show_all(ctx: Context, submission_id: int) -> None:
    """**Show all**."""
    await ctx.write(reviews.show_all, submission_id=submission_id)
    await ctx.toast("")


async def ask_accept_all(ctx: Context, batch_id: int, submission_id: int, until: int) -> None:
    """**Accept all**: asks with the count."""
    await ctx.write(reviews.ask_accept_all, batch_id=batch_id, submission_id=submission_id, until=until)
    await ctx.toast("")


async def accept_all(ctx: Context, batch_id: int, until: int) -> None:
    """**Accept 12**."""
    count = await ctx.write(reviews.accept_all, batch_id=batch_id, until=until)
    await ctx.toast(N_("Accepted: {count}"), count=count)


async def _say(ctx: Context, judged: Judged) -> None:
    await ctx.toast(SAID[judged.verdict], amount=judged.price)
