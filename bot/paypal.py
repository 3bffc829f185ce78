"""PayPal Payouts over HTTP: three calls, and what each answer means for money. Nothing of a body is ever logged.

The one question that matters is whether a batch may have been taken. `Taken` and `Refused` are certain, `Later` is
certain that this call did nothing, `Doubt` is everything else: no answer, half an answer, 5xx. A duplicate's refusal is
`Taken`: it leads to the batch that there is.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, TypeAlias

import aiohttp
import orjson

from domain.sendings import Line, Look, Standing

PAGE = 1_000
TOKEN_MARGIN = 60.0
LONGEST_REST = 3_600.0
STANDINGS = {
    "PENDING": Standing.PENDING,
    "ONHOLD": Standing.PENDING,
    "UNCLAIMED": Standing.UNCLAIMED,
    "SUCCESS": Standing.PAID,
    "FAILED": Standing.FAILED,
    "BLOCKED": Standing.FAILED,
    "RETURNED": Standing.RETURNED,
    "REFUNDED": Standing.RETURNED,
    "REVERSED": Standing.RETURNED,
}
_REFERENCE = re.compile(r"/v1/payments/payouts/([A-Za-z0-9_-]{1,30})(?:[?#].*)?$")


@dataclass(frozen=True, slots=True)
class Taken:
    """PayPal has the batch, as this payout_batch_id; None: it says so and does not say where."""

    reference: str | None


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was taken, and the same again would not be: PayPal's name of why, and the items it names with a field."""

    name: str
    items: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Later:
    """Nothing was taken by this call; again after so many seconds (None: as usual)."""

    why: str
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Doubt:
    """Nobody knows whether it was taken."""

    why: str


Answer: TypeAlias = Taken | Refused | Later | Doubt


class NoAnswer(Exception):
    """A look-up did not succeed; it changes nothing and can be repeated. `why` has no more than a status."""


class WrongCredentials(NoAnswer):
    """PayPal does not know this client and secret, or they may not pay out."""


class PayPal:
    """One account. `open` before the first call, `close` after the last."""

    def __init__(self, address: str, client_id: str, secret: str, *, timeout: float = 60.0) -> None:
        self._address = address.rstrip("/")
        self._basic = aiohttp.encode_basic_auth(client_id, secret)
        self._timeout = aiohttp.ClientTimeout(total=timeout, sock_connect=min(timeout, 15.0))
        self._session: aiohttp.ClientSession | None = None
        self._token: tuple[str, float] | None = None

    async def open(self) -> None:
        """Open the session. It keeps no connection open: one that went stale would bring doubt for nothing."""
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=4, force_close=True), headers={"User-Agent": "Tallyhand"}
        )

    async def close(self) -> None:
        """Close the session."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def check(self) -> None:
        """Whether the credentials work; raises WrongCredentials or NoAnswer."""
        await self._access()

    async def send(self, body: bytes) -> Answer:
        """POST a batch, with its sender_batch_id in it. Never raises but when cancelled: what is not known is Doubt."""
        try:
            token = await self._access()
        except NoAnswer as error:
            return Later("credentials" if isinstance(error, WrongCredentials) else "no_token")
        assert self._session is not None
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        try:
            async with self._session.post(
                f"{self._address}/v1/payments/payouts",
                data=body,
                headers=headers,
                timeout=self._timeout,
                allow_redirects=False,
            ) as response:
                status, rest, content = response.status, response.headers.get("Retry-After"), await response.read()
        except aiohttp.ClientConnectorError:
            return Later("no_connection")
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            return Doubt(type(error).__name__)
        if status == 401:
            self._token = None
        return read_answer(status, content, rest)

    async def look(self, reference: str) -> Look:
        """GET a batch with all its items; raises NoAnswer."""
        lines: list[Line] = []
        page = 1
        while True:
            found = await self._get(
                f"/v1/payments/payouts/{reference}?page={page}&page_size={PAGE}&total_required=true"
            )
            look = read_look(found)
            lines += look.lines
            if page >= _pages(found):
                return look._replace(lines=tuple(lines))
            page += 1

    async def _get(self, path: str) -> dict[str, Any]:
        assert self._session is not None
        for again in (True, False):
            headers = {"Authorization": f"Bearer {await self._access()}"}
            try:
                async with self._session.get(
                    self._address + path, headers=headers, timeout=self._timeout, allow_redirects=False
                ) as response:
                    status, content = response.status, await response.read()
            except (TimeoutError, aiohttp.ClientError, OSError) as error:
                raise NoAnswer(type(error).__name__) from None
            if status != 401 or not again:
                break
            self._token = None
        return _body(status, content)

    async def _access(self) -> str:
        """A token that is good for a while; asked for anew before it ends."""
        if self._token is not None and self._token[1] > monotonic():
            return self._token[0]
        assert self._session is not None, "open() first"
        try:
            async with self._session.post(
                f"{self._address}/v1/oauth2/token",
                data={"grant_type": "client_credentials"},
                headers={"Authorization": self._basic},
                timeout=self._timeout,
                allow_redirects=False,
            ) as response:
                status, content = response.status, await response.read()
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise NoAnswer(type(error).__name__) from None
        if status in (400, 401, 403):
            raise WrongCredentials(str(status))
        found = _body(status, content)
        token, seconds = found.get("access_token"), found.get("expires_in")
        if not isinstance(token, str) or not isinstance(seconds, int | float):
            raise NoAnswer("not a token")
        self._token = (token, monotonic() + seconds - min(TOKEN_MARGIN, seconds / 2))
        return token


def read_answer(status: int, content: bytes, rest: str | None = None) -> Answer:
    """What an answer to a POST means; `rest` is its Retry-After. What cannot be read is Doubt, a 4xx is not."""
    found = _json(content)
    if status in (200, 201, 202):
        header = found.get("batch_header")
        reference = header.get("payout_batch_id") if isinstance(header, dict) else None
        return Taken(reference) if isinstance(reference, str) and reference else Doubt("half an answer")
    if status == 429:
        return Later("too_many", _seconds(rest))
    if status == 401:
        return Later("unauthorized")
    if not 400 <= status < 500 or status == 408:
        return Doubt(str(status))
    details = _objects(found.get("details"))
    name = str(found.get("name") or found.get("error") or status)[:60]
    # USER_BUSINESS_ERROR is several things: of this one the field says it, and the text in case the field changes.
    if any(str(one.get("field")).upper() == "SENDER_BATCH_ID" or _exists(one) for one in details):
        links = [link for one in (*details, found) for link in _links(one)]
        return Taken(next(filter(None, map(_reference, links)), None))
    if not found:
        return Doubt(f"{status} of somebody else")
    return Refused(name, _items(details))


def read_look(found: dict[str, Any]) -> Look:
    """A page of a batch; raises NoAnswer for what has another shape."""
    try:
        header = found["batch_header"]
        status = str(header["batch_status"])
        fees = header.get("fees")
        return Look(
            worked=status in ("SUCCESS", "DENIED", "CANCELED"),
            denied=status in ("DENIED", "CANCELED"),
            lines=tuple(_line(item) for item in found.get("items") or []),
            fees=(str(fees["value"]), str(fees["currency"])) if fees else None,
        )
    except (KeyError, TypeError, AttributeError):
        raise NoAnswer("not a batch") from None


def _line(item: dict[str, Any]) -> Line:
    sent, state = item["payout_item"], str(item.get("transaction_status"))
    errors = item.get("errors") or {}
    if isinstance(errors, list):
        errors = errors[0] if errors else {}
    name = str(errors.get("name") or "")
    standing = STANDINGS.get(state, Standing.PENDING)
    problem = None
    if standing in (Standing.FAILED, Standing.RETURNED):
        problem = (name or state).lower()[:60]
    reference = item.get("transaction_id") or item.get("payout_item_id")
    amount = sent["amount"]
    return Line(
        key=str(sent.get("sender_item_id") or ""),
        value=str(amount["value"]),
        currency=str(amount["currency"]),
        standing=standing,
        reference=None if reference is None else str(reference)[:40],
        problem=problem,
    )


def _pages(found: dict[str, Any]) -> int:
    try:
        return min(PAGE, int(found.get("total_pages") or 1))
    except (TypeError, ValueError):
        return 1


def _items(details: list[dict[str, Any]]) -> dict[int, str]:
    """Which items are refused, and the field of each: `items[3].receiver`, `/items/3/receiver`."""
    found: dict[int, str] = {}
    for one in details:
        match = re.match(r"^/?items[\[/](\d{1,5})\]?[./](\w+)", str(one.get("field")))
        if match is not None:
            found.setdefault(int(match[1]), match[2])
    return found


def _exists(detail: dict[str, Any]) -> bool:
    issue = str(detail.get("issue")).lower()
    return "already exists" in issue or "duplicate batch" in issue


def _objects(value: Any) -> list[dict[str, Any]]:
    """The objects of a list, whatever was there instead."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _links(holder: dict[str, Any]) -> list[Any]:
    return [link for name in ("link", "links") for link in _objects(holder.get(name))]


def _reference(link: dict[str, Any]) -> str | None:
    found = _REFERENCE.search(str(link.get("href")))
    return None if found is None else found[1]


def _seconds(text: str | None) -> float | None:
    try:
        return min(LONGEST_REST, max(1.0, float(text or "")))
    except ValueError:
        return None


def _json(content: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _body(status: int, content: bytes) -> dict[str, Any]:
    found = _json(content)
    if status != 200 or not found:
        raise (WrongCredentials if status in (401, 403) else NoAnswer)(str(status))
    return found


async def working(address: str, client_id: str, secret: str) -> str | None:
    """What is wrong with the credentials, in a sentence; None when PayPal takes them."""
    paypal = PayPal(address, client_id, secret, timeout=10.0)
    await paypal.open()
    try:
        await asyncio.shield(paypal.check())
    except WrongCredentials:
        return (
            "PAYPAL_CLIENT_ID and PAYPAL_SECRET are not known to PayPal. Copy both once more from its developer pages:"
            " those of the sandbox work with PAYPAL_URL https://api-m.sandbox.paypal.com alone."
        )
    except NoAnswer:
        return f"PAYPAL_URL is {address}, and no PayPal answers there."
    finally:
        await paypal.close()
    return None
