"""A worker's money."""

from __future__ import annotations

from handlers.context import Context
from usecases import earnings


async def show(ctx: Context, text: str) -> None:
    """`/earnings`."""
    await ctx.write(earnings.show)
