"""Telegram's side of the webhook: told where to send updates, and watched for whether it can.

When the certificate has ended or the proxy is down, nothing comes in and nothing here fails; only Telegram knows. So it
is asked, and what it says is logged and counted. A webhook that another program deleted is set again.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from prometheus_client import CollectorRegistry, Gauge
from telegram.error import BadRequest, NetworkError, RetryAfter, TelegramError

from bot import logs
from bot.receiver import ALLOWED
from bot.settings import Settings
from bot.transport import Api
from domain.rules import SECOND

log = logs.get()

WATCH_SECONDS = 60.0


class WebhookRefused(Exception):
    """Telegram will not send updates to WEBHOOK_URL; the text says why."""


async def forget(api: Api) -> None:
    """Delete whatever webhook is set: it would keep every update from a bot that fetches. What waits is not dropped."""
    await _insist(api, "deleteWebhook", {})


class Registration:
    """This installation's webhook at Telegram."""

    def __init__(self, api: Api, settings: Settings, registry: CollectorRegistry, clock: Callable[[], int]) -> None:
        self._api = api
        self._url = settings.webhook_url
        self._values = {
            "url": settings.webhook_url,
            "secret_token": settings.webhook_token,
            "allowed_updates": ALLOWED,
            "max_connections": settings.webhook_max_connections,
        }
        self._waiting = Gauge("tallyhand_webhook_waiting", "Updates that wait with Telegram.", registry=registry)
        self._error_at = clock() // SECOND
        self._watching: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Have updates sent from now on, those that wait too, and watch that they come; raises WebhookRefused."""
        try:
            await _insist(self._api, "setWebhook", self._values)
        except BadRequest as error:
            raise WebhookRefused(f"Telegram does not take WEBHOOK_URL {self._url}: {error}.") from None
        self._watching = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """Stop watching. The webhook stays: until the next start Telegram keeps what it cannot send."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            try:
                await self._look(await self._api.call("getWebhookInfo"))
            except TelegramError as error:
                log.info("webhook_not_watched", error=type(error).__name__)

    async def _look(self, info: dict[str, Any]) -> None:
        self._waiting.set(info["pending_update_count"])
        if info["url"] != self._url:
            log.warning("webhook_taken")
            await self._api.call("setWebhook", self._values)
        elif info.get("last_error_date", 0) > self._error_at:
            self._error_at = info["last_error_date"]
            log.warning(
                "webhook_not_reached", why=info.get("last_error_message", ""), waiting=info["pending_update_count"]
            )


async def _insist(api: Api, method: str, values: dict[str, Any]) -> None:
    """Call it until the Bot API answers; raises what it answers when that is no."""
    for attempt in itertools.count(1):
        try:
            await api.call(method, values)
            return
        except BadRequest:
            raise
        except RetryAfter as error:
            wait = error.retry_after
            await asyncio.sleep(wait.total_seconds() if isinstance(wait, timedelta) else wait)
        except NetworkError as error:
            log.warning("bot_api_not_reached", error=type(error).__name__, method=method, attempt=attempt)
            await asyncio.sleep(min(5.0, 0.2 * 2 ** min(attempt, 5)))
