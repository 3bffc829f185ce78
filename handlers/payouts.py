"""Payout runs: list, approve, files for banks, mark paid. Coordinators only; the use cases check."""

from __future__ import annotations

from domain.words import N_
from handlers.context import Context
from usecases import bank_answers, payout_files, payouts


async def overview(ctx: Context, text: str) -> None:
    """`/payouts`."""
    await ctx.write(payouts.overview)


async def approve(ctx: Context, run_id: int) -> None:
    """**Approve**."""
    run = await ctx.write(payouts.approve, run_id=run_id)
    if run.state == "confirming":
        await ctx.toast(N_("The first of two approvals · {amount}"), amount=run.total)
    else:
        await ctx.toast(N_("Approved · {amount}"), amount=run.total)


async def mark_paid(ctx: Context, run_id: int) -> None:
    """**Mark paid**."""
    await ctx.write(payouts.mark_paid, run_id=run_id)
    await ctx.toast(N_("Marked paid. Everybody gets a receipt."))


async def show(ctx: Context, run_id: int) -> None:
    """**Show the payout**, below a reminder."""
    await ctx.write(payouts.show_run, run_id=run_id)
    await ctx.toast("")


async def dry_run(ctx: Context) -> None:
    """**Dry run**."""
    await ctx.write(payouts.show_dry_run)


async def whole_list(ctx: Context, run_id: int) -> None:
    """**List**."""
    await ctx.write(payouts.show_list, run_id=run_id)


async def bank_file(ctx: Context, run_id: int, rail: int) -> None:
    """**File for the bank**."""
    if not await ctx.write(payout_files.ask, run_id=run_id, rail=rail):
        await ctx.toast(N_("The file is being made. It comes in a moment."))


async def is_answer(ctx: Context, job: int) -> None:
    """**A bank’s answer**, of a file that could be either."""
    await ctx.write(bank_answers.decide, job=job, is_answer=1)


async def is_data(ctx: Context, job: int) -> None:
    """**Data for a batch**."""
    await ctx.write(bank_answers.decide, job=job, is_answer=0)
