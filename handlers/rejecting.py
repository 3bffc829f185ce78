"""Reject, step by step; one-tap work in review; what waits for a second human. Staff only; the use cases check."""

from __future__ import annotations

from domain.words import N_
from handlers.context import Context
from usecases import appeals, inspecting, proposals, rejecting
from usecases.proposals import Decided
from usecases.rejecting import Effect

SAID = {
    Effect.REJECTED: N_("Rejected: {count}. The writer is told why."),
    Effect.PROPOSED: N_("Proposed: {count}. A second person has been asked."),
    Effect.WAITS: N_("Noted: {count}. Nobody else is there to agree, so silence will pay."),
}
DECIDED = {
    Decided.AGREED: N_("Agreed: {count}."),
    Decided.DECLINED: N_("Declined. Nothing happens to the work."),
    Decided.CHANGED: N_("This has changed since it was shown to you. Here is how it is now."),
}


async def ask(ctx: Context, first: int, last: int, version: int) -> None:
    """**Reject**, **Reject these**: asks for the code."""
    await ctx.write(rejecting.ask_code, first=first, last=last, version=version)
    await ctx.toast("")


async def code(ctx: Context, index: int, first: int, last: int, version: int) -> None:
    """A code: asks for its evidence."""
    await ctx.write(rejecting.ask_evidence, code=index, first=first, last=last, version=version)
    await ctx.toast("")


async def line(ctx: Context, number: int, first: int, last: int, version: int) -> None:
    """A line of the instructions."""
    await ctx.write(rejecting.choose_line, line=number, first=first, last=last, version=version)
    await ctx.toast("")


async def source(ctx: Context, number: int, first: int, last: int, version: int) -> None:
    """**The same as** another answer."""
    await ctx.write(rejecting.choose_source, source=number, first=first, last=last, version=version)
    await ctx.toast("")


async def confirm(ctx: Context, ground: int) -> None:
    """**Reject**, after what it means was shown."""
    effect, count = await ctx.write(rejecting.confirm, ground=ground)
    await ctx.toast(SAID[effect], count=count)


async def inspect(ctx: Context) -> None:
    """**One-tap work**."""
    await ctx.write(inspecting.show_batches)
    await ctx.toast("")


async def inspect_batch(ctx: Context, batch: int) -> None:
    """A batch with answers in review."""
    await ctx.write(inspecting.show_workers, batch=batch)
    await ctx.toast("")


async def inspect_page(ctx: Context, batch: int, worker: int, after: int) -> None:
    """A page of one worker's answers."""
    await ctx.write(inspecting.show_page, batch=batch, worker=worker, after=after)
    await ctx.toast("")


async def inspect_one(ctx: Context, submission: int) -> None:
    """One answer with its photo."""
    await ctx.write(inspecting.show_one, submission=submission)
    await ctx.toast("")


async def agree(ctx: Context, proposal: int, count: int) -> None:
    """**Agree**."""
    decided, done = await ctx.write(proposals.agree, proposal=proposal, count=count)
    await ctx.toast(DECIDED[decided], count=done)


async def decline(ctx: Context, proposal: int, count: int) -> None:
    """**Decline**."""
    decided, done = await ctx.write(proposals.decline, proposal=proposal, count=count)
    await ctx.toast(DECIDED[decided], count=done)


async def agree_in_queue(ctx: Context, proposal: int, count: int) -> None:
    """**Agree**, in /review."""
    decided, done = await ctx.write(proposals.agree_in_queue, proposal=proposal, count=count)
    await ctx.toast(DECIDED[decided], count=done)


async def decline_in_queue(ctx: Context, proposal: int, count: int) -> None:
    """**Decline**, in /review."""
    decided, done = await ctx.write(proposals.decline_in_queue, proposal=proposal, count=count)
    await ctx.toast(DECIDED[decided], count=done)


async def skip_proposal(ctx: Context, proposal: int) -> None:
    """**Skip**, below a proposal."""
    await ctx.write(appeals.skip_proposal, proposal=proposal)
    await ctx.toast("")
