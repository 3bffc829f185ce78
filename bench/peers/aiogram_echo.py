"""aiogram's bare echo: one call for one message."""

from __future__ import annotations

import asyncio

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import Message

from bench.peers.common import address, token

dispatcher = Dispatcher()


@dispatcher.message()
async def _echo(message: Message) -> None:
    await message.answer(message.text or "")


async def main() -> None:
    """Poll until SIGTERM, with aiogram's defaults: every update is a task of its own."""
    session = AiohttpSession(api=TelegramAPIServer.from_base(address()))
    await dispatcher.start_polling(Bot(token(), session=session))


if __name__ == "__main__":
    asyncio.run(main())
