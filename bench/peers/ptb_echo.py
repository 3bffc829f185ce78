"""python-telegram-bot's bare echo: one call for one message. Its default transport, or ours with `ours`."""

from __future__ import annotations

import sys
from typing import Any

from telegram import Update
from telegram.ext import Application, MessageHandler, filters

from bench.peers.common import address, at_once, token
from bot.transport import Transport


async def _echo(update: Update, _: Any) -> None:
    assert update.message is not None
    await update.message.reply_text(update.message.text or "")


def main() -> None:
    """Poll until SIGTERM; the arguments are concurrent_updates and, for our transport, `ours`."""
    most = at_once(1)
    builder = Application.builder().token(token()).base_url(f"{address()}/bot")
    if "ours" in sys.argv:
        builder = builder.request(Transport()).get_updates_request(Transport())
    application = builder.concurrent_updates(most if most > 1 else False).build()
    application.add_handler(MessageHandler(filters.TEXT, _echo))
    application.run_polling()


if __name__ == "__main__":
    main()
