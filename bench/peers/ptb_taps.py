"""python-telegram-bot's bare tap bot on its default transport: answer the tap, edit the card. Nothing is stored."""

from __future__ import annotations

from typing import Any

from telegram import Update
from telegram.ext import Application, CallbackQueryHandler, CommandHandler

from bench.peers.common import address, at_once, card, next_number, token
from bench.peers.ptb_cards import keyboard, start


async def _tapped(update: Update, _: Any) -> None:
    query = update.callback_query
    assert query is not None
    number = next_number(query.data)
    await query.answer("Saved")
    await query.edit_message_text(card(number), parse_mode="HTML", reply_markup=keyboard(number))


def main() -> None:
    """Poll until SIGTERM; the argument is concurrent_updates (1: one after the other)."""
    most = at_once(1)
    builder = Application.builder().token(token()).base_url(f"{address()}/bot")
    application = builder.concurrent_updates(most if most > 1 else False).build()
    application.add_handler(CommandHandler("start", start))
    application.add_handler(CallbackQueryHandler(_tapped))
    application.run_polling()


if __name__ == "__main__":
    main()
