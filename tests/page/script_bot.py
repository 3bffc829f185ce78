"""A bot for the page's tests: it does only what the test tells it, over the real Bot API by aiohttp."""

from __future__ import annotations

import asyncio
import json
from types import TracebackType
from typing import Any

import aiohttp

Update = dict[str, Any]
PATIENCE = 10.0


class ScriptBot:
    """`async with ScriptBot(address, token) as bot`: polls for updates and keeps them by kind until asked for."""

    def __init__(self, address: str, token: str) -> None:
        self._base = f"{address}/bot{token}/"
        self._arrived: dict[str, asyncio.Queue[dict[str, Any]]] = {}
        self._session: aiohttp.ClientSession | None = None
        self._polling: asyncio.Task[None] | None = None

    async def __aenter__(self) -> ScriptBot:
        self._session = aiohttp.ClientSession()
        self._polling = asyncio.create_task(self._poll())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._polling is not None:
            self._polling.cancel()
            await asyncio.gather(self._polling, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def call(self, method: str, files: dict[str, bytes] | None = None, **params: Any) -> Any:
        """Call a method; `files` are uploads by field name. Returns `result`; raises on a refusal."""
        form = aiohttp.FormData(default_to_multipart=bool(files))
        for name, value in params.items():
            form.add_field(name, value if isinstance(value, str) else json.dumps(value))
        for name, data in (files or {}).items():
            form.add_field(name, data, filename=f"{name}.png", content_type="image/png")
        assert self._session is not None
        async with self._session.post(self._base + method, data=form) as response:
            answer = await response.json()
        if not answer["ok"]:
            raise RuntimeError(f"{method}: {answer['description']}")
        return answer["result"]

    async def say(self, chat: int, text: str, **params: Any) -> int:
        """Send a text; the message's id. `keys` are rows of (text, data) or whole buttons."""
        return int((await self.call("sendMessage", chat_id=chat, text=text, **_with_keys(params)))["message_id"])

    async def photo(self, chat: int, png: bytes, **params: Any) -> int:
        """Send a photo; the message's id."""
        params = _with_keys(params)
        return int((await self.call("sendPhoto", {"photo": png}, chat_id=chat, **params))["message_id"])

    async def next(self, kind: str) -> dict[str, Any]:
        """The next update of this kind that was not asked for yet; waits for it."""
        return await asyncio.wait_for(self._queue(kind).get(), PATIENCE)

    async def answer(self, tap: dict[str, Any], text: str = "", **params: Any) -> None:
        """Answer a callback query."""
        await self.call("answerCallbackQuery", callback_query_id=tap["id"], text=text, **params)

    def _queue(self, kind: str) -> asyncio.Queue[dict[str, Any]]:
        return self._arrived.setdefault(kind, asyncio.Queue())

    async def _poll(self) -> None:
        offset = 0
        while True:
            try:
                updates: list[Update] = await self.call("getUpdates", offset=offset, timeout=20)
            except (aiohttp.ClientError, RuntimeError):
                await asyncio.sleep(0.2)
                continue
            for update in updates:
                offset = update["update_id"] + 1
                for kind, body in update.items():
                    if kind != "update_id":
                        self._queue(kind).put_nowait(body)


def _with_keys(params: dict[str, Any]) -> dict[str, Any]:
    keys = params.pop("keys", None)
    if keys is not None:
        params["reply_markup"] = {"inline_keyboard": [[_key(key) for key in row] for row in keys]}
    return params


def _key(key: Any) -> dict[str, Any]:
    return key if isinstance(key, dict) else {"text": key[0], "callback_data": key[1]}
