"""A worker's money."""

from __future__ import annotations

from handlers.context import Context
from usecases import earnings, topups


async def show(ctx: Context, text: str) -> None:
    """`/earnings`."""
    await ctx.write(earnings.show)


async def why_topup(ctx: Context, day: int) -> None:
    """**Why?** below the news of a top-up."""
    await ctx.write(topups.why, day=day)
    await ctx.toast("")
