"""The card of python-telegram-bot's peers: its keyboard, and `/start` that shows the first."""

from __future__ import annotations

from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update

from bench.peers.common import buttons, card


def keyboard(number: int) -> InlineKeyboardMarkup:
    """The buttons of card `number`."""
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(text, callback_data=data) for text, data in row] for row in buttons(number)]
    )


async def start(update: Update, _: Any) -> None:
    """Show the first card."""
    assert update.message is not None
    await update.message.reply_text(card(0), parse_mode="HTML", reply_markup=keyboard(0))
