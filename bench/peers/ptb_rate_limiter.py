"""python-telegram-bot with its AIORateLimiter: a broadcast while it answers taps and commands. Nothing is stored."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from telegram import Update
from telegram.error import TelegramError
from telegram.ext import AIORateLimiter, Application, CallbackQueryHandler, CommandHandler

from bench.peers.common import address, card, next_number, token
from bench.peers.ptb_cards import keyboard, start

AT_ONCE = len(sys.argv) > 1 and sys.argv[1] == "at_once"
"""Whether all messages are handed to the limiter together (asyncio.gather), or each when the one before is sent."""


async def _help(update: Update, _: Any) -> None:
    assert update.message is not None
    await update.message.reply_text("/work brings the next task.\n/help shows this.")


async def _broadcast(update: Update, context: Any) -> None:
    """`/broadcast FIRST COUNT`: the same message to so many people, from that id on."""
    first, count = int(context.args[0]), int(context.args[1])
    context.application.create_task(_send_all(context.bot, range(first, first + count)), update=update)


async def _send_all(bot: Any, people: range) -> None:
    if AT_ONCE:
        await asyncio.gather(*(_send(bot, person) for person in people))
    else:
        for person in people:
            await _send(bot, person)


async def _send(bot: Any, person: int) -> None:
    try:
        await bot.send_message(person, card(1), parse_mode="HTML", reply_markup=keyboard(1))
    except TelegramError as error:
        print(f"not sent to {person}: {error}", flush=True)


async def _tapped(update: Update, _: Any) -> None:
    query = update.callback_query
    assert query is not None
    number = next_number(query.data)
    await query.answer("Saved")
    await query.edit_message_text(card(number), parse_mode="HTML", reply_markup=keyboard(number))


def main() -> None:
    """Poll until SIGTERM; the argument is `one_by_one` or `at_once`."""
    builder = Application.builder().token(token()).base_url(f"{address()}/bot").concurrent_updates(256)
    application = builder.rate_limiter(AIORateLimiter(max_retries=5)).build()
    application.add_handler(CommandHandler("start", start))
    application.add_handler(CommandHandler("help", _help))
    application.add_handler(CommandHandler("broadcast", _broadcast))
    application.add_handler(CallbackQueryHandler(_tapped))
    application.run_polling()


if __name__ == "__main__":
    main()
