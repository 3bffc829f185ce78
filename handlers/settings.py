"""What a person chooses for themselves: /settings, /stop, /privacy."""

from __future__ import annotations

from domain.rules import MINUTE
from domain.words import N_
from handlers.context import Context
from usecases import leaving, settings

WEST = 12 * 60
"""The clock buttons carry the offset from UTC in minutes plus this, so that it is never negative."""


async def show(ctx: Context, _: str) -> None:
    """`/settings`."""
    await ctx.write(settings.show)


async def back(ctx: Context) -> None:
    """**Back** to the settings."""
    await ctx.write(settings.back)


async def language(ctx: Context, index: int) -> None:
    """The language I speak with this person."""
    await ctx.write(settings.set_language, index=index)


async def offers(ctx: Context, wanted: int) -> None:
    """**Offers** on or off."""
    await ctx.write(settings.set_offers, wanted=bool(wanted))


async def light_photos(ctx: Context, light: int) -> None:
    """**Lighter photos** on or off."""
    await ctx.write(settings.set_light_photos, light=bool(light))


async def ask_time(ctx: Context) -> None:
    """**What time is it where you are?**"""
    await ctx.write(settings.ask_time)


async def set_time(ctx: Context, offset: int, shown_minute: int) -> None:
    """The time it is with this person."""
    if await ctx.write(settings.set_time, offset=offset - WEST, shown_at=shown_minute * MINUTE):
        await ctx.toast(N_("Thank you. I am quiet during your night."))
    else:
        await ctx.toast(N_("These times are out of date. Please choose once more."))


async def work_languages(ctx: Context) -> None:
    """**Languages I work in**."""
    await ctx.write(settings.choose_work_languages)


async def stop(ctx: Context, _: str) -> None:
    """`/stop`."""
    await ctx.write(leaving.stop)


async def stop_offers_only(ctx: Context) -> None:
    """**Stop offers only**."""
    await ctx.write(leaving.stop_offers_only)


async def start_again(ctx: Context) -> None:
    """**Start again**."""
    await ctx.write(leaving.start_again)


async def privacy(ctx: Context, _: str) -> None:
    """`/privacy`."""
    await ctx.write(leaving.show_privacy)


async def withdraw(ctx: Context) -> None:
    """**Withdraw consent**: asked once more."""
    await ctx.write(leaving.ask_withdrawal)


async def withdraw_yes(ctx: Context, agreed_at: int) -> None:
    """**Yes, withdraw**."""
    await ctx.write(leaving.withdraw, agreed_at=agreed_at)


async def withdraw_no(ctx: Context) -> None:
    """**Keep it**."""
    await ctx.write(leaving.keep_consent)
