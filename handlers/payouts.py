"""Payout runs: list, approve, mark paid. Coordinators only; the use cases check."""

from __future__ import annotations

from domain.words import N_
from handlers.context import Context
from usecases import payouts


async def overview(ctx: Context, text: str) -> None:
    """`/payouts`."""
    await ctx.write(payouts.overview)


async def approve(ctx: Context, run_id: int) -> None:
    """**Approve**."""
    run = await ctx.write(payouts.approve, run_id=run_id)
    await ctx.toast(N_("Approved · {amount}"), amount=run.total)


async def mark_paid(ctx: Context, run_id: int) -> None:
    """**Mark paid**."""
    run = await ctx.write(payouts.mark_paid, run_id=run_id)
    await ctx.toast(N_("Marked paid · {amount}. Everybody gets a receipt."), amount=run.total)
