"""What is wrong with the settings, each in a sentence that says what to do."""

from __future__ import annotations

import fcntl
import os
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError
from telegram.error import InvalidToken, TelegramError

from bot import keys, paypal
from bot.settings import LOOPBACK, Settings
from bot.transport import Api

TELEGRAM = "https://api.telegram.org"
PORTS = (443, 80, 88, 8443)
"""Where Telegram sends updates to; a Bot API server of one's own sends to any port."""
SECRET_LENGTH = 16


def sentences(error: ValidationError) -> list[str]:
    """One sentence for each setting that could not be read."""
    found = []
    for problem in error.errors():
        name = str(problem["loc"][0]).upper() if problem["loc"] else "The settings"
        found.append(f"{name}: {problem['msg'].removeprefix('Value error, ')}.")
    return found


async def problems(settings: Settings) -> list[str]:
    """Everything that would keep the bot from running, or from running well; empty when all is fine."""
    found = await _paypal(settings)
    found += _folder(settings.data_dir)
    found += _webhook(settings)
    found += _port(settings)
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


async def _paypal(settings: Settings) -> list[str]:
    """Whether PayPal takes the credentials, asked for a token and for nothing else."""
    is_on = "paypal" in settings.rules(bot_username="").rails
    if is_on and not (settings.paypal_client_id and settings.paypal_secret):
        return [
            "RAILS has paypal, and PAYPAL_CLIENT_ID and PAYPAL_SECRET are not both set. Copy them from the REST app on"
            " PayPal's developer pages, or take paypal out of RAILS."
        ]
    if not is_on and not settings.paypal_client_id:
        return []
    wrong = await paypal.working(settings.paypal_url, settings.paypal_client_id, settings.paypal_secret)
    return [] if wrong is None else [wrong]


def _folder(path: Path) -> list[str]:
    place = path
    while not place.exists():
        place = place.parent
    if not place.is_dir() or not os.access(place, os.W_OK):
        return [f"DATA_DIR is {path}, and {place} cannot be written to. Name a folder that this user may write to."]
    return []


def _webhook(settings: Settings) -> list[str]:
    """Addresses and secrets of the right shape that will not do; shapes are checked when the settings are read."""
    found = []
    if settings.webhook_url and settings.bot_api_url == TELEGRAM:
        parts = urlsplit(settings.webhook_url)
        if parts.hostname in LOOPBACK:
            found.append(
                f"WEBHOOK_URL is {settings.webhook_url}, where Telegram cannot reach you. Give the public https address"
                " of your proxy, or leave it empty."
            )
        elif (parts.port or 443) not in PORTS:
            found.append(
                f"WEBHOOK_URL names port {parts.port}. Telegram sends updates to the ports 443, 80, 88 and 8443 alone."
            )
    if settings.webhook_secret and len(settings.webhook_secret) < SECRET_LENGTH:
        found.append(
            f"WEBHOOK_SECRET has fewer than {SECRET_LENGTH} characters and could be guessed. Leave it empty, and one is"
            " made from the token."
        )
    return found


def _undelivered(settings: Settings, info: dict[str, Any]) -> list[str]:
    """What waits with Telegram because it could not be sent, and why."""
    waits, why = info["pending_update_count"], info.get("last_error_message")
    if info["url"] != settings.webhook_url or not waits or not why:
        return []
    return [
        f"Telegram could not send to WEBHOOK_URL {settings.webhook_url}: {why}. Updates that wait there: {waits}. Is"
        " the bot running, and does the proxy pass this path on?"
    ]


def _port(settings: Settings) -> list[str]:
    """Whether the web server could listen; not asked while the bot itself runs, for then it does."""
    if not settings.web_port or _is_running(settings.data_dir):
        return []
    try:
        found = socket.getaddrinfo(settings.web_host, settings.web_port, type=socket.SOCK_STREAM)
        for family, kind, protocol, _, address in found:
            with socket.socket(family, kind, protocol) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
    except OSError as error:
        where = f"{settings.web_host}:{settings.web_port}"
        return [
            f"WEB_HOST and WEB_PORT are {where}, and nothing can listen there ({error.strerror}). Name an address of"
            " this machine and a port that is free."
        ]
    return []


def _is_running(data_dir: Path) -> bool:
    """Whether a bot holds the folder's lock."""
    try:
        with (data_dir / "lock").open() as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


async def _token(settings: Settings) -> list[str]:
    api = Api(settings.bot_api_url, settings.bot_token, timeout=10)
    await api.transport.initialize()
    try:
        await api.call("getMe")
        if settings.webhook_url:
            return _undelivered(settings, await api.call("getWebhookInfo"))
    except InvalidToken:
        return ["BOT_TOKEN is not known to the Bot API. Copy it from @BotFather once more, whole."]
    except TelegramError:
        return [f"BOT_API_URL is {settings.bot_api_url}, and no Bot API server answers there."]
    finally:
        await api.transport.shutdown()
    return []
