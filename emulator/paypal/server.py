"""The HTTP side: OAuth, the four calls of Payouts, and /control for whoever tests.

Error bodies are those that PayPal's sandbox gives. Between the look for a duplicate and the journal nothing is awaited,
so of two requests with one sender_batch_id that come at once one is the duplicate.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import math
import secrets
import socket
import struct
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any

from aiohttp import web

from emulator.codec import decode, encode
from emulator.paypal import checks
from emulator.paypal.batches import FEE, Batch, Book, Item
from emulator.paypal.faults import KINDS, Faults
from emulator.paypal.journal import Journal

INFORMATION = "https://developer.paypal.com/docs/api/payments.payouts-batch/#errors"
REQUEST_LIMIT = 16 * 1024 * 1024
MOST_A_PAGE = 1_000
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Refused(Exception):
    """An answer that is an error, with its body."""

    def __init__(self, status: int, name: str, message: str, details: list[dict[str, Any]] | None = None) -> None:
        super().__init__(name)
        self.status = status
        self.body = {
            "name": name,
            "message": message,
            "debug_id": secrets.token_hex(7)[:13],
            "information_link": INFORMATION,
            "details": details or [],
            "links": [],
        }


class PayPal:
    """A running stand-in: `async with PayPal() as paypal: paypal.address`.

    `book` has what was paid, `faults` what fails. With `state`, a file, it goes on where an earlier
    process was, a killed one too.
    """

    def __init__(
        self,
        *,
        client: str = "client",
        secret: str = "secret",
        state: Path | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        settle: float = 2.0,
        lag: float = 2.0,
        token_seconds: float = 32_400.0,
        seed: int = 0,
    ) -> None:
        self.book = Book(Journal(state), seed=seed, settle=settle, lag=lag)
        self.faults = Faults()
        self.calls: Counter[str] = Counter()
        self.host, self.port = host, port
        self.token_seconds = token_seconds
        self.links = True
        """Whether a duplicate's refusal leads to the batch there is."""
        self._basic = "Basic " + base64.b64encode(f"{client}:{secret}".encode()).decode()
        self._key = hashlib.sha256(secret.encode()).digest()
        self._runner: web.AppRunner | None = None

    @property
    def address(self) -> str:
        """Where it listens, without a slash at the end."""
        return f"http://{self.host}:{self.port}"

    def now(self) -> float:
        """Seconds since the epoch, moved on by /control/clock."""
        return time.time() + self.book.ahead

    async def start(self) -> None:
        """Read the state and listen; afterwards `port` is the real one."""
        self.book.load()
        app = web.Application(client_max_size=REQUEST_LIMIT)
        app.add_routes(
            [
                web.post("/v1/oauth2/token", self._struck("token", self._token)),
                web.post("/v1/payments/payouts", self._struck("create", self._create)),
                web.get("/v1/payments/payouts/{id}", self._struck("read", self._batch)),
                web.get("/v1/payments/payouts-item/{id}", self._struck("read", self._item)),
                web.post("/v1/payments/payouts-item/{id}/cancel", self._struck("read", self._cancel)),
                web.get("/control/truth", self._truth),
                web.post("/control/faults", self._set_faults),
                web.post("/control/clock", self._set_clock),
                web.post("/control/account", self._set_account),
            ]
        )
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, self.host, self.port, reuse_address=True).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Listen no more."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        self.book.journal.close()

    async def __aenter__(self) -> PayPal:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def _struck(self, route: str, handle: Handler) -> Handler:
        """The handler with the route's faults around it."""

        async def handler(request: web.Request) -> web.StreamResponse:
            self.calls[route] += 1
            fault = self.faults.draw(route)
            if fault == "cut_before":
                return _cut(request)
            try:
                if fault == "error_before":
                    raise Refused(500, "INTERNAL_SERVER_ERROR", "An internal service error occurred.")
                if fault == "too_many":
                    raise Refused(429, "RATE_LIMIT_REACHED", "Too many requests. Blocked due to rate limiting.")
                if fault == "unauthorized":
                    return _unauthorized("Token signature verification failed")
                answer = await handle(request)
                if fault == "error_after":
                    raise Refused(500, "INTERNAL_SERVER_ERROR", "An internal service error occurred.")
            except Refused as refused:
                answer = web.Response(body=encode(refused.body), status=refused.status, content_type="application/json")
                if refused.status == 429:
                    answer.headers["Retry-After"] = str(math.ceil(self.faults.seconds["retry_after"]))
            if fault == "cut_after":
                return _cut(request)
            if fault == "timeout_after":
                await asyncio.sleep(self.faults.seconds["hang"])
                return _cut(request)
            if fault == "slow":
                await asyncio.sleep(self.faults.seconds["slow"])
            return answer

        return handler

    # OAuth

    async def _token(self, request: web.Request) -> web.Response:
        given = await request.post()
        if not hmac.compare_digest(request.headers.get("Authorization", ""), self._basic):
            return _answer({"error": "invalid_client", "error_description": "Client Authentication failed"}, status=401)
        if given.get("grant_type") != "client_credentials":
            return _answer({"error": "unsupported_grant_type", "error_description": "Grant Type is NULL"}, status=400)
        ends = self.now() + self.token_seconds
        return _answer(
            {
                "scope": "https://uri.paypal.com/payments/payouts",
                "access_token": f"A21AA{ends:.3f}-{self._signed(f'{ends:.3f}')}",
                "token_type": "Bearer",
                "app_id": "APP-80W284485P519543T",
                "expires_in": int(self.token_seconds),
                "nonce": secrets.token_urlsafe(16),
            }
        )

    def _signed(self, ends: str) -> str:
        """A token carries its own end, so that it outlives a restart."""
        return hmac.new(self._key, ends.encode(), hashlib.sha256).hexdigest()[:40]

    def _refusal(self, request: web.Request) -> web.Response | None:
        """Why the request's token is no good."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        ends, _, signed = token.removeprefix("A21AA").partition("-")
        if scheme != "Bearer" or not hmac.compare_digest(signed, self._signed(ends)):
            return _unauthorized("Token signature verification failed")
        return _unauthorized("The token has expired") if float(ends) <= self.now() else None

    # Payouts

    async def _create(self, request: web.Request) -> web.Response:
        if refusal := self._refusal(request):
            return refusal
        if request.content_type != "application/json":
            raise Refused(
                415, "UNSUPPORTED_MEDIA_TYPE", "The server does not support the request payload's media type."
            )
        try:
            body = decode(await request.read())
        except ValueError:
            raise Refused(400, "INVALID_REQUEST", "Request is not well-formed, syntactically incorrect.") from None
        if details := checks.details(body):
            raise Refused(400, "VALIDATION_ERROR", "Invalid request - see details", details)
        now = self.now()
        known = self.book.by_key(body["sender_batch_header"].get("sender_batch_id"), now)
        if known is not None:
            raise self._duplicate(known)
        if checks.not_held(body):
            raise Refused(
                400,
                "NON_HOLDING_CURRENCY",
                "As your PayPal balance is not held in this currency, you'll not be able to send Payouts.",
            )
        if self.book.balance is not None and self.book.total(body) > self.book.balance:
            said = "Sender does not have sufficient funds. Please add funds and retry."
            raise Refused(422, "INSUFFICIENT_FUNDS", said)
        batch = self.book.take(body, now)
        shown = self._batch_header(batch, now) | {"batch_status": "PENDING"}
        header = {name: shown[name] for name in ("payout_batch_id", "batch_status", "sender_batch_header")}
        return _answer({"batch_header": header, "links": [self._link(batch, "self")]}, status=201)

    def _duplicate(self, known: Batch) -> Refused:
        detail: dict[str, Any] = {
            "field": "SENDER_BATCH_ID",
            "location": "body",
            "issue": "Batch with given sender_batch_id already exists",
        }
        if self.links:
            detail["link"] = [self._link(known, "self")]
        return Refused(400, "USER_BUSINESS_ERROR", "User business error.", [detail])

    async def _batch(self, request: web.Request) -> web.Response:
        if refusal := self._refusal(request):
            return refusal
        batch = self.book.batches.get(request.match_info["id"])
        if batch is None:
            raise Refused(404, "INVALID_RESOURCE_ID", "Requested resource ID was not found.")
        page, size = _page(request)
        now = self.now()
        pages = max(1, math.ceil(len(batch.items) / size))
        answer: dict[str, Any] = {
            "total_items": len(batch.items),
            "total_pages": pages,
            "batch_header": self._batch_header(batch, now),
            "items": [self._shown(batch, one, now) for one in batch.items[(page - 1) * size : page * size]],
            "links": [self._link(batch, "self", f"?page_size={size}&page={page}")],
        }
        if page < pages:
            answer["links"].append(self._link(batch, "next", f"?page_size={size}&page={page + 1}"))
        return _answer(answer)

    async def _item(self, request: web.Request) -> web.Response:
        if refusal := self._refusal(request):
            return refusal
        batch, item = self._found(request)
        return _answer(self._shown(batch, item, self.now()))

    async def _cancel(self, request: web.Request) -> web.Response:
        if refusal := self._refusal(request):
            return refusal
        batch, item = self._found(request)
        state = item.now(self.now())[1]
        if state == "RETURNED":
            raise Refused(400, "ITEM_ALREADY_CANCELLED", "The requested item is already cancelled.")
        if state != "UNCLAIMED":
            said = "You can only cancel items that have an Unclaimed state."
            raise Refused(400, "ITEM_INCORRECT_STATUS", said)
        self.book.cancel(item, self.now())
        return _answer(self._shown(batch, item, self.now()))

    def _found(self, request: web.Request) -> tuple[Batch, Item]:
        found = self.book.items.get(request.match_info["id"])
        if found is None:
            raise Refused(404, "INVALID_RESOURCE_ID", "Requested resource ID was not found.")
        return found

    def _batch_header(self, batch: Batch, now: float) -> dict[str, Any]:
        status = batch.status(now)
        currency = batch.items[0].sent["amount"]["currency"]
        header: dict[str, Any] = {
            "payout_batch_id": batch.id,
            "batch_status": status,
            "time_created": _moment(batch.taken_at),
            "sender_batch_header": batch.header,
            "funding_source": "BALANCE",
            "amount": _money(sum(Decimal(item.sent["amount"]["value"]) for item in batch.items), currency),
            "fees": _money(FEE * len(batch.items) if status == "SUCCESS" else Decimal(0), currency),
        }
        if status in ("SUCCESS", "DENIED"):
            header["time_completed"] = _moment(batch.done_at)
        return header

    def _shown(self, batch: Batch, item: Item, now: float) -> dict[str, Any]:
        since, state, error, said = item.now(now)
        kind = batch.header.get("recipient_type")
        shown: dict[str, Any] = {
            "payout_item_id": item.id,
            "transaction_status": state,
            "payout_item_fee": _money(FEE, item.sent["amount"]["currency"]),
            "payout_batch_id": batch.id,
            "payout_item": ({"recipient_type": kind} if kind else {}) | item.sent | {"recipient_wallet": "PAYPAL"},
            "links": [{"href": f"{self.address}/v1/payments/payouts-item/{item.id}", "rel": "item", "method": "GET"}],
        }
        if batch.key:
            shown["sender_batch_id"] = batch.key
        if state != "PENDING":
            shown |= {"transaction_id": item.transaction_id, "time_processed": _moment(since)}
        if error:
            shown["errors"] = {"name": error, "message": said, "information_link": INFORMATION, "details": []}
        return shown

    def _link(self, batch: Batch, rel: str, query: str = "") -> dict[str, str]:
        href = f"{self.address}/v1/payments/payouts/{batch.id}{query}"
        return {"href": href, "rel": rel, "method": "GET", "encType": "application/json"}

    # Control

    async def _truth(self, request: web.Request) -> web.Response:
        now = self.now()
        answer: dict[str, Any] = self.book.summary(now) | {"calls": self.calls, "struck": self.faults.struck}
        if "items" in request.query:
            answer["by_item"] = self.book.truth(now)
        return _answer(answer)

    async def _set_faults(self, request: web.Request) -> web.Response:
        try:
            self.faults.replace(decode(await request.read()))
        except (ValueError, TypeError, AttributeError) as error:
            return _answer({"error": str(error), "kinds": KINDS}, status=400)
        return _answer({})

    async def _set_clock(self, request: web.Request) -> web.Response:
        seconds = float(decode(await request.read()).get("advance", 0))
        if seconds < 0:
            return _answer({"error": "The clock only goes forward."}, status=400)
        self.book.advance(seconds)
        return _answer({"now": self.now()})

    async def _set_account(self, request: web.Request) -> web.Response:
        given = decode(await request.read())
        if "balance" in given:
            self.book.balance = None if given["balance"] is None else Decimal(str(given["balance"]))
        self.links = bool(given.get("links", self.links))
        return _answer({"balance": None if self.book.balance is None else str(self.book.balance), "links": self.links})


def _page(request: web.Request) -> tuple[int, int]:
    try:
        page = int(request.query.get("page", "1"))
        size = int(request.query.get("page_size", str(MOST_A_PAGE)))
    except ValueError:
        page = size = 0
    if page < 1 or not 1 <= size <= MOST_A_PAGE:
        detail = {"field": "page_size", "location": "query", "issue": f"Must be 1 to {MOST_A_PAGE}"}
        raise Refused(400, "VALIDATION_ERROR", "Invalid request - see details", [detail])
    return page, size


def _money(value: Decimal | int, currency: str) -> dict[str, str]:
    return {"currency": currency, "value": f"{value:.0f}" if currency in checks.WHOLE else f"{value:.2f}"}


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _unauthorized(why: str) -> web.Response:
    return _answer({"error": "invalid_token", "error_description": why}, status=401)


def _answer(value: Any, *, status: int = 200) -> web.Response:
    return web.Response(body=encode(value), status=status, content_type="application/json")


def _cut(request: web.Request) -> web.Response:
    """Break the connection with a RST, as a dying proxy does. The response that is returned reaches nobody."""
    if request.transport is not None:
        sock = request.transport.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()
    return web.Response(status=502)
