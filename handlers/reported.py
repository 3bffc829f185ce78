"""Reports of problems: a coordinator agrees and pays, or says that there is none."""

from __future__ import annotations

from domain.words import N_
from handlers.context import Context
from usecases import reported


async def show(ctx: Context, batch: int, after: int) -> None:
    """**Reports** below a batch, **Next**."""
    await ctx.write(reported.show, batch=batch, after=after)
    await ctx.toast("")


async def agree(ctx: Context, task: int, upto: int) -> None:
    """**Agree and pay**."""
    amount = await ctx.write(reported.agree, task=task, upto=upto)
    await ctx.toast(N_("Paid: {amount}."), amount=amount)


async def decline(ctx: Context, task: int, upto: int) -> None:
    """**Not a problem**."""
    await ctx.write(reported.decline, task=task, upto=upto)
    await ctx.toast(N_("Noted. The task goes on."))
