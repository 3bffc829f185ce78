"""aiogram's bare tap bot: answer the tap, edit the card. Nothing is stored."""

from __future__ import annotations

import asyncio

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import CommandStart
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

from bench.peers.common import address, buttons, card, next_number, token

dispatcher = Dispatcher()


def _keyboard(number: int) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        inline_keyboard=[
            [InlineKeyboardButton(text=text, callback_data=data) for text, data in row] for row in buttons(number)
        ]
    )


@dispatcher.message(CommandStart())
async def _start(message: Message) -> None:
    await message.answer(card(0), parse_mode="HTML", reply_markup=_keyboard(0))


@dispatcher.callback_query()
async def _tapped(query: CallbackQuery) -> None:
    assert isinstance(query.message, Message)
    number = next_number(query.data)
    await query.answer("Saved")
    await query.message.edit_text(card(number), parse_mode="HTML", reply_markup=_keyboard(number))


async def main() -> None:
    """Poll until SIGTERM, with aiogram's defaults: every update is a task of its own."""
    session = AiohttpSession(api=TelegramAPIServer.from_base(address()))
    await dispatcher.start_polling(Bot(token(), session=session))


if __name__ == "__main__":
    asyncio.run(main())
