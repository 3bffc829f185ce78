"""Messages that are no command: an answer to what was asked, a part of a written answer, or a stray."""

from __future__ import annotations

from telegram import Message

from files import account_numbers
from handlers.context import Context
from usecases import typed


async def text(ctx: Context, message: Message) -> None:
    """Plain text answers the prompt it replies to or the open question, else it is a part of a written answer."""
    to = message.reply_to_message
    await ctx.write(
        typed.text,
        text=message.text or "",
        message_id=message.message_id,
        read=account_numbers.read,
        reply_to=None if to is None else to.message_id,
    )


async def edited(ctx: Context, message: Message) -> None:
    """An edited message changes its part of a written answer."""
    await ctx.write(typed.edited, text=message.text or "", message_id=message.message_id)


async def stray(ctx: Context, message: Message) -> None:
    """A sticker, a voice note, an unknown command: one hint, nothing stored."""
    await ctx.write(typed.stray)


async def membership(ctx: Context, *, gone: bool) -> None:
    """The person blocked the bot, or came back."""
    await ctx.write(typed.membership, gone=gone)
