"""Coming in: /start, /help, /invite, the consent screen, requests to join."""

from __future__ import annotations

import secrets

from domain.joining import INVITED
from domain.notices import Slot
from domain.words import N_
from handlers.context import Context
from usecases import inviting, joining

LONGEST_CODE = 64
"""Telegram lets a deep link carry no more."""


async def start(ctx: Context, text: str) -> None:
    """`/start [code]`."""
    await ctx.write(joining.start, code=text[:LONGEST_CODE])


async def show_help(ctx: Context, _: str) -> None:
    """`/help`."""
    await ctx.write(joining.show_help)


async def invite(ctx: Context, text: str) -> None:
    """`/invite [worker|coordinator|reviewer]`."""
    await ctx.write(inviting.invite, role=text, code=secrets.token_urlsafe(16))


async def invite_role(ctx: Context, role: int) -> None:
    """A link for another role."""
    name = INVITED[role] if role < len(INVITED) else str(role)
    await ctx.write(inviting.invite, role=name, code=secrets.token_urlsafe(16))


async def ask_to_join(ctx: Context) -> None:
    """**Ask to join**."""
    if await ctx.write(joining.ask_to_join):
        await ctx.toast(N_("Sent. You are told here what they answer."))
    else:
        await ctx.toast(N_("You have asked already."))


async def welcome(ctx: Context, asker_id: int) -> None:
    """**Welcome**: the person who asked may come in."""
    await _decide(ctx, asker_id, welcome=True)


async def not_now(ctx: Context, asker_id: int) -> None:
    """**Not now**."""
    await _decide(ctx, asker_id, welcome=False)


async def _decide(ctx: Context, asker_id: int, *, welcome: bool) -> None:
    ctx.slot = Slot.join_request(asker_id)
    if await ctx.write(joining.decide, asker_id=asker_id, welcome=welcome):
        await ctx.toast(N_("They are told."))
    else:
        await ctx.toast(N_("This request has been answered already."))


async def join_work(ctx: Context) -> None:
    """**Do tasks myself**, on the greeting of staff."""
    await ctx.write(joining.join_work)


async def agree(ctx: Context, version: int) -> None:
    """**I agree**."""
    await ctx.write(joining.agree, version=version)
    await ctx.toast(N_("Thank you, and welcome."))


async def no_thanks(ctx: Context) -> None:
    """**No thanks**."""
    await ctx.write(joining.decline)


async def language(ctx: Context, index: int, chosen: int, in_settings: int) -> None:
    """A language of work, on or off."""
    ctx.slot = Slot.SETTINGS if in_settings else Slot.JOINING
    await ctx.write(joining.choose_language, index=index, chosen=bool(chosen), in_settings=bool(in_settings))


async def languages_done(ctx: Context, in_settings: int) -> None:
    """**Start working** below the languages of work, or **Done** in the settings."""
    ctx.slot = Slot.SETTINGS if in_settings else Slot.JOINING
    await ctx.write(joining.finish_languages, in_settings=bool(in_settings))
