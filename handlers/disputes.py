"""Tasks nobody agrees on: a human says what is right."""

from __future__ import annotations

from domain.words import N_
from handlers.context import Context
from usecases import disputes


async def show(ctx: Context, batch: int, after: int) -> None:
    """**Nobody agrees** below a batch and in `/review`."""
    await ctx.write(disputes.show, batch=batch, after=after)
    await ctx.toast("")


async def decide(ctx: Context, task: int, choice: int) -> None:
    """One of the answers."""
    label = await ctx.write(disputes.decide, task=task, choice=choice)
    await ctx.toast(N_("Decided: {label}"), label=label)


async def not_usable(ctx: Context, task: int) -> None:
    """**Not usable**."""
    await ctx.write(disputes.not_usable, task=task)
    await ctx.toast(N_("Noted: it has no label."))


async def undo(ctx: Context, task: int) -> None:
    """**Undo**."""
    await ctx.write(disputes.undo, task=task)
    await ctx.toast(N_("Taken back. Decide anew."))


async def skip(ctx: Context, task: int) -> None:
    """**Skip it**."""
    await ctx.write(disputes.skip, task=task)
    await ctx.toast("")
