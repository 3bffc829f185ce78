"""The HTTP way to a Bot API server, over aiohttp: handed to python-telegram-bot, and called directly by the sender.

No address is ever logged: it carries the token. Errors are python-telegram-bot's, mapped by its own rules; a connection
that breaks or times out after the request went out is `TimedOut`: the server may have acted on it.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import aiohttp
import orjson
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData
from yarl import URL

CONNECTIONS = 256
os.environ.setdefault("PTB_TIMEDELTA", "true")  # RetryAfter tells a timedelta, as it will in the next version


class FileTooBig(Exception):
    """The Bot API gives no file above 20 MB."""


@dataclass(frozen=True, slots=True)
class Body:
    """A request of ours, in RequestData's place: JSON without files, multipart with them. Files are (name, bytes)."""

    values: Mapping[str, Any]
    files: Mapping[str, tuple[str, bytes]]

    @property
    def contains_files(self) -> bool:
        """Whether it must be multipart."""
        return bool(self.files)


class Transport(BaseRequest):
    """python-telegram-bot's transport over one aiohttp session."""

    __slots__ = ("_session", "_timeout")

    def __init__(self, *, timeout: float = 20.0) -> None:
        self._timeout = timeout
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """Seconds to wait for an answer."""
        return self._timeout

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Decode an answer."""
        try:
            decoded: dict[str, Any] = orjson.loads(payload)
        except orjson.JSONDecodeError as error:
            raise TelegramError("Invalid server response") from error
        return decoded

    async def initialize(self) -> None:
        """Open the session; a second call changes nothing."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=CONNECTIONS, keepalive_timeout=30),
                headers={"User-Agent": "Tallyhand"},
            )

    async def shutdown(self) -> None:
        """Close the session."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | Body | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Send one request; returns status and body, raises TimedOut or NetworkError."""
        assert self._session is not None, "initialize() first"
        seconds = read_timeout if isinstance(read_timeout, int | float) else self._timeout
        try:
            async with self._session.request(
                method, _address(url), timeout=_waiting(seconds + 5), **_encoded(request_data)
            ) as response:
                return response.status, await response.read()
        except aiohttp.ClientConnectorError as error:
            raise NetworkError(f"no connection: {type(error).__name__}") from None
        except (TimeoutError, aiohttp.ClientError, ConnectionError) as error:
            raise TimedOut(f"no answer: {type(error).__name__}") from None


@lru_cache(64)
def _address(url: str) -> URL:
    """Few methods are called again and again: their addresses are taken apart once."""
    return URL(url)


@lru_cache(64)
def _waiting(seconds: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=seconds)


def _encoded(data: RequestData | Body | None) -> dict[str, Any]:
    if data is None:
        return {}
    if isinstance(data, Body) and not data.files:
        return {"data": orjson.dumps(data.values), "headers": {"Content-Type": "application/json"}}
    form = aiohttp.FormData(quote_fields=False)  # else people see "not%20used.txt": file names go out as they are
    if isinstance(data, Body):
        for name, value in data.values.items():
            form.add_field(name, value if isinstance(value, str) else orjson.dumps(value).decode())
        for name, (filename, content) in data.files.items():
            form.add_field(name, content, filename=filename)
        return {"data": form}
    for name, text in data.json_parameters.items():
        form.add_field(name, text)
    for name, (filename, stream, mime) in (data.multipart_data or {}).items():
        form.add_field(name, stream, filename=filename, content_type=mime)
    return {"data": form}


class Api:
    """The Bot API by method name: plain dictionaries in and out, telegram.error's exceptions."""

    def __init__(self, address: str, token: str, *, timeout: float = 20.0) -> None:
        self._base = f"{address.rstrip('/')}/bot{token}/"
        self._files = f"{address.rstrip('/')}/file/bot{token}/"
        self.transport = Transport(timeout=timeout)

    async def call(
        self,
        method: str,
        values: Mapping[str, Any] | None = None,
        files: Mapping[str, tuple[str, bytes]] | None = None,
        *,
        timeout: float | None = None,
    ) -> Any:
        """Call a method and return its result; `timeout` in seconds."""
        waited = BaseRequest.DEFAULT_NONE if timeout is None else timeout
        body: Any = Body(values or {}, files or {})
        return await self.transport.post(self._base + method, body, read_timeout=waited)

    async def download(self, file_id: str, to: Path, *, limit: int = 20 * 1024 * 1024) -> None:
        """Bring a file people sent to the disk; raises FileTooBig, or telegram.error's exceptions."""
        try:
            found = await self.call("getFile", {"file_id": file_id})
        except BadRequest as error:
            raise (FileTooBig() if "too big" in str(error).lower() else error) from None
        content = await self.transport.retrieve(self._files + found["file_path"], read_timeout=120.0)
        if len(content) > limit:
            raise FileTooBig
        await asyncio.to_thread(_store, to, content)


def _store(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def is_unknown_method(error: TelegramError) -> bool:
    """The server says itself that it has no such method; the token is one that it knows."""
    said = str(error).lower()
    return isinstance(error, InvalidToken) and "not found" in said and "parsing" not in said


def is_gone(error: TelegramError) -> bool:
    """The person blocked the bot, is deactivated, or never opened the chat."""
    return isinstance(error, Forbidden) or (isinstance(error, BadRequest) and "chat not found" in str(error).lower())
