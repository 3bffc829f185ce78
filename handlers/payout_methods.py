"""Where a worker's money goes: /payout, its buttons, and how what they type is read."""

from __future__ import annotations

from handlers.context import Context
from usecases import payout_methods


async def show(ctx: Context, _: str = "") -> None:
    """`/payout`, or **Payout method**."""
    await ctx.write(payout_methods.show)


async def choose(ctx: Context, kind: int) -> None:
    """**IBAN**, **PayPal e-mail**, **Mobile money number**, **Paid by hand**."""
    await ctx.write(payout_methods.choose, kind=kind)


async def back(ctx: Context) -> None:
    """**Back**, or **Keep it**."""
    await ctx.write(payout_methods.back)


async def ask_remove(ctx: Context) -> None:
    """**Remove**: asked once more."""
    await ctx.write(payout_methods.ask_remove)


async def remove(ctx: Context, newest: int) -> None:
    """**Yes, remove**."""
    await ctx.write(payout_methods.remove, newest=newest)


async def not_me(ctx: Context, method: int) -> None:
    """**That was not me**."""
    await ctx.write(payout_methods.disown, method_id=method)
