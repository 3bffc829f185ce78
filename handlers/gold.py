"""Gold: made, confirmed, doubted and taken back by coordinators; objected to by workers."""

from __future__ import annotations

from typing import Final

from domain.words import N_
from handlers.context import Context
from usecases import gold, gold_confirming, gold_doubts, gold_judging

DECIDED: Final = N_("This has been decided meanwhile. Here is what there is now.")
"""To who decides about gold that somebody else has decided about."""


async def make(ctx: Context, batch: int) -> None:
    """**Make gold**."""
    await ctx.write(gold.make, batch=batch)
    await ctx.toast("")


async def answer(ctx: Context, task: int, index: int, made: int) -> None:
    """An answer of the coordinator's: it is what is right."""
    label = await ctx.write(gold.answer, task=task, index=index, made=made)
    await ctx.toast(N_("Gold: {label}"), label=label)


async def skip(ctx: Context, task: int, made: int) -> None:
    """**Skip**."""
    await ctx.write(gold.skip, task=task, made=made)
    await ctx.toast("")


async def undo(ctx: Context, task: int, made: int) -> None:
    """**Undo**."""
    await ctx.write(gold.undo, task=task, made=made)
    await ctx.toast(N_("Taken back."))


async def stop(ctx: Context, batch: int, made: int) -> None:
    """**Stop**."""
    await ctx.write(gold.stop, batch=batch, made=made)
    await ctx.toast("")


async def forget(ctx: Context, batch: int) -> None:
    """**Forget gold**."""
    await ctx.write(gold.forget, batch=batch)
    await ctx.toast(N_("They are ordinary work now."))


async def show(ctx: Context, batch: int) -> None:
    """**Pay for gold** below a batch that takes no newcomers: what it has, and what more costs."""
    await ctx.write(gold.show, batch=batch)
    await ctx.toast("")


async def pay_for(ctx: Context, batch: int, answers: int, cost: int) -> None:
    """**Pay for gold**, with what the button showed."""
    amount = await ctx.write(gold.pay_for, batch=batch, answers=answers, cost=cost)
    await ctx.toast(N_("Reserved: {amount}."), amount=amount)


async def show_candidates(ctx: Context, batch: int) -> None:
    """**Confirm gold**."""
    await ctx.write(gold_confirming.show, batch=batch)
    await ctx.toast("")


async def confirm(ctx: Context, task: int, index: int, made: int) -> None:
    """**Right, use as gold**."""
    label = await ctx.write(gold_confirming.confirm, task=task, index=index, made=made)
    await ctx.toast(N_("Gold: {label}"), label=label)


async def decline(ctx: Context, task: int, made: int) -> None:
    """**No**."""
    await ctx.write(gold_confirming.decline, task=task, made=made)
    await ctx.toast("")


async def show_doubts(ctx: Context, batch: int, after: int) -> None:
    """**Gold that looks wrong**, **Next**."""
    await ctx.write(gold_doubts.show, batch=batch, after=after)
    await ctx.toast("")


async def keep(ctx: Context, task: int, known: int) -> None:
    """**Right as it is**."""
    kept = await ctx.write(gold_doubts.keep, task=task, known=known)
    await ctx.toast(N_("It stays as it is.") if kept else DECIDED)


async def take_back(ctx: Context, task: int, known: int) -> None:
    """**Take it back**."""
    became = await ctx.write(gold_doubts.take_back, task=task, known=known)
    await ctx.toast(N_("Taken back.") if became else DECIDED)


async def change(ctx: Context, task: int, index: int, known: int) -> None:
    """**It is: …**"""
    label = await ctx.write(gold_doubts.change, task=task, index=index, known=known)
    await ctx.toast(N_("Gold: {label}") if label else DECIDED, label=label)


async def object_to(ctx: Context, submission: int) -> None:
    """**I think it is right**."""
    await ctx.write(gold_judging.object_to, submission=submission)
    await ctx.toast(N_("Thank you. A coordinator will look at it."))
