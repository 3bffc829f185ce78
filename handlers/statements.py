"""A month's statement, and the measured facts."""

from __future__ import annotations

from domain.words import N_
from handlers.context import Context
from usecases import fairness, mirrors, statements


async def choose(ctx: Context) -> None:
    """**Statement**."""
    await ctx.write(statements.choose)


async def choose_earlier(ctx: Context, newest: int) -> None:
    """**An earlier month**."""
    await ctx.write(statements.choose_earlier, newest=newest)


async def ask(ctx: Context, month: int) -> None:
    """**This month**, **Last month**, or a month by its name."""
    await ctx.write(statements.ask, month=month)
    await ctx.toast(N_("Your statement is being made. It comes in a moment."))


async def look(ctx: Context, submission: int) -> None:
    """**Look at 1** below one's week."""
    await ctx.write(mirrors.show, submission=submission)
    await ctx.toast("")


async def show_fairness(ctx: Context, text: str) -> None:
    """`/fairness`."""
    await ctx.write(fairness.show)
