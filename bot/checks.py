"""What is wrong with the settings, each in a sentence that says what to do."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import ValidationError
from telegram.error import InvalidToken, TelegramError

from bot import keys
from bot.settings import Settings
from bot.transport import Api
from domain.money import parse_amount
from domain.refusals import Refusal


def sentences(error: ValidationError) -> list[str]:
    """One sentence for each setting that could not be read."""
    found = []
    for problem in error.errors():
        name = str(problem["loc"][0]).upper() if problem["loc"] else "The settings"
        found.append(f"{name}: {problem['msg'].removeprefix('Value error, ')}.")
    return found


async def problems(settings: Settings) -> list[str]:
    """Everything that would keep the bot from running, or from running well; empty when all is fine."""
    found = []
    try:
        parse_amount(settings.floor, currency=settings.currency)
    except Refusal as refusal:
        found.append("FLOOR: " + refusal.text.format(**refusal.params))
    found += _folder(settings.data_dir)
    if not settings.bot_token:
        found.append(
            "BOT_TOKEN is not set. Open a chat with @BotFather, send /newbot, and copy the token it gives you."
        )
        return found
    try:
        exists = (settings.data_dir / "tallyhand.db").exists()
        if exists or settings.secret_key_file:  # else the first start makes a key
            keys.find(settings, database_exists=exists)
    except keys.KeyProblem as problem:
        found.append(str(problem))
    found += await _token(settings)
    return found


def _folder(path: Path) -> list[str]:
    place = path
    while not place.exists():
        place = place.parent
    if not place.is_dir() or not os.access(place, os.W_OK):
        return [f"DATA_DIR is {path}, and {place} cannot be written to. Name a folder that this user may write to."]
    return []


async def _token(settings: Settings) -> list[str]:
    api = Api(settings.bot_api_url, settings.bot_token, timeout=10)
    await api.transport.initialize()
    try:
        await api.call("getMe")
    except InvalidToken:
        return ["BOT_TOKEN is not known to the Bot API. Copy it from @BotFather once more, whole."]
    except TelegramError:
        return [f"BOT_API_URL is {settings.bot_api_url}, and no Bot API server answers there."]
    finally:
        await api.transport.shutdown()
    return []
