"""The quality of a batch: /report, and its buttons."""

from __future__ import annotations

from domain.words import N_
from handlers.context import Context
from usecases import disputes, quality_reports, signals


async def report(ctx: Context, _: str) -> None:
    """`/report`."""
    await ctx.write(quality_reports.report)


async def show_list(ctx: Context) -> None:
    """**Other batches**."""
    await ctx.write(quality_reports.show_list)
    await ctx.toast("")


async def disputed(ctx: Context, batch: int) -> None:
    """**Tasks nobody agrees on**."""
    await ctx.write(disputes.show, batch=batch)
    await ctx.toast("")


async def people(ctx: Context, batch: int) -> None:
    """**People to talk to**."""
    await ctx.write(signals.show, batch=batch)
    await ctx.toast("")


async def show(ctx: Context, batch: int) -> None:
    """The report of one batch."""
    made = await ctx.write(quality_reports.show, batch=batch)
    await ctx.toast(N_("The report is being made. It comes in a moment.") if made else "")
