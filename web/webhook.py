"""Telegram's webhook: one POST for each update, answered with 200 when the update is on disk.

Whatever else is answered, Telegram keeps the update and sends it again. So a request is refused with 503 while nothing
can be kept (at the start, at the end, on a full disk), and the same update twice is one row of the inbox. Requests that
come at once share the writer's next commit.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

import orjson
import structlog
from aiohttp import web
from prometheus_client import CollectorRegistry, Counter

log = structlog.get_logger("tallyhand")

TakeIn = Callable[[list[dict[str, Any]]], Awaitable[None]]
"""Keeps updates durably; returns when they are on disk, raises when they are not."""

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
MOST_BYTES = 1_000_000
"""No update of Telegram's comes near it: a text has 4,096 characters, and what it may quote as many."""
BODY_SECONDS = 10.0
QUIET_SECONDS = 60.0
"""Forged requests are logged once in so many seconds; all of them are counted."""
ANSWERS = (
    HTTPStatus.OK,
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.SERVICE_UNAVAILABLE,
)


class Webhook:
    """The door updates come in by. Closed until `open`, and again from `close` on."""

    def __init__(self, path: str, secret: str, registry: CollectorRegistry) -> None:
        self.path = path
        self._expected = _digest(secret)
        self._take_in: TakeIn | None = None
        self._in_hand = 0
        self._idle = asyncio.Event()
        self._forged_at: float | None = None
        self._answers = Counter(
            "tallyhand_webhook_requests", "Requests to the webhook by their answer.", ["status"], registry=registry
        )
        for status in ANSWERS:
            self._answers.labels(str(status.value))

    def open(self, take_in: TakeIn) -> None:
        """From now on updates are taken in."""
        self._take_in = take_in

    async def close(self, *, seconds: float) -> None:
        """Refuse what comes from now on; return when what is in hand is answered, after so long at the latest."""
        self._take_in = None
        if self._in_hand:
            self._idle.clear()
            try:
                async with asyncio.timeout(seconds):
                    await self._idle.wait()
            except TimeoutError:
                log.warning("webhook_not_finished", requests=self._in_hand)

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one request; an empty answer, so that Telegram never takes it for a method call."""
        self._in_hand += 1
        try:
            status = await self._answer(request)
        finally:
            self._in_hand -= 1
            if not self._in_hand:
                self._idle.set()
        self._answers.labels(str(status.value)).inc()
        return web.Response(status=status)

    async def _answer(self, request: web.Request) -> HTTPStatus:
        if not self._is_telegram(request):
            return HTTPStatus.FORBIDDEN
        take_in = self._take_in
        if take_in is None:
            return HTTPStatus.SERVICE_UNAVAILABLE
        if (request.content_length or 0) > MOST_BYTES:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        if request.content_type != "application/json":
            return HTTPStatus.BAD_REQUEST
        try:
            async with asyncio.timeout(BODY_SECONDS):
                update = _update(await request.read())
        except web.HTTPRequestEntityTooLarge:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        except (ValueError, TimeoutError, ConnectionError, web.RequestPayloadError):
            return HTTPStatus.BAD_REQUEST
        try:
            await take_in([update])
        except Exception as error:  # a full disk, a database that is closing: Telegram keeps it and sends it again
            log.warning("not_taken_in", error=type(error).__name__, why=str(error)[:100])
            return HTTPStatus.SERVICE_UNAVAILABLE
        return HTTPStatus.OK

    def _is_telegram(self, request: web.Request) -> bool:
        """Whether the secret is right, found out in a time that tells nothing about it, its length included."""
        if hmac.compare_digest(_digest(request.headers.get(SECRET_HEADER, "")), self._expected):
            return True
        now = asyncio.get_running_loop().time()
        if self._forged_at is None or now - self._forged_at > QUIET_SECONDS:
            self._forged_at = now
            log.warning("webhook_forged")
        return False


def _digest(secret: str) -> bytes:
    """Of one length whatever came; aiohttp keeps bytes of a header that are no UTF-8 as surrogates."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).digest()


def _update(body: bytes) -> dict[str, Any]:
    """The update in a body; raises ValueError for what is none."""
    update = orjson.loads(body)
    if not isinstance(update, dict):
        raise ValueError("no object")
    number = update.get("update_id")
    if type(number) is not int or not 0 <= number < 2**63:
        raise ValueError("no update_id")
    if not all(isinstance(value, dict) for name, value in update.items() if name != "update_id"):
        raise ValueError("no update")
    return update
