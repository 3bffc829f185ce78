"""Tests of newcomers: why one ended so, and letting somebody in."""

from __future__ import annotations

from domain.words import N_
from handlers.context import Context
from usecases import qualifying


async def why(ctx: Context, test: int) -> None:
    """**Why?** on the result of a test."""
    await ctx.write(qualifying.why, test=test)
    await ctx.toast("")


async def let_in(ctx: Context, test: int) -> None:
    """**Let them in**."""
    await ctx.write(qualifying.let_in, test=test)
    await ctx.toast(N_("They are in, and are told."))
