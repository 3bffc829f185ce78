"""What stands out in how people answer: looked at by a human, who says it is fine or writes to them."""

from __future__ import annotations

from domain.words import N_
from handlers.context import Context
from usecases import signals


async def show(ctx: Context, batch: int) -> None:
    """**People to talk to** below a report, in `/review`, and look-alikes below a draft."""
    await ctx.write(signals.show, batch=batch)
    await ctx.toast("")


async def open_one(ctx: Context, signal: int) -> None:
    """What stands out about a worker, above their answers."""
    await ctx.write(signals.open_one, signal=signal)
    await ctx.toast("")


async def following(ctx: Context, signal: int) -> None:
    """**Next**."""
    await ctx.write(signals.following, signal=signal)
    await ctx.toast("")


async def turn(ctx: Context, signal: int, photo: int) -> None:
    """**1**, **2** … below photos that look alike."""
    await ctx.write(signals.turn, signal=signal, photo=photo)
    await ctx.toast("")


async def fine(ctx: Context, signal: int) -> None:
    """**Fine**."""
    await ctx.write(signals.fine, signal=signal)
    await ctx.toast(N_("Noted: it is fine."))


async def talk(ctx: Context, signal: int) -> None:
    """**Talk to them**: puts the prompt to reply to."""
    await ctx.write(signals.talk, signal=signal)
    await ctx.toast("")
