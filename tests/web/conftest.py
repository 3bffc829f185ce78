"""The product behind a webhook: the local Bot API posts updates to the real web server."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.settings import Settings
from storage.database import Database
from tests.e2e.conftest import House, house, limits, samples
from web.webhook import SECRET_HEADER

__all__ = ["house", "limits", "samples"]

STRANGER = 700_123_456


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def settings() -> dict[str, Any]:
    """Updates come by webhook; a test may override it."""
    port = free_port()
    return {"webhook_url": f"http://127.0.0.1:{port}/telegram", "web_port": port}


class Caller:
    """Somebody who talks to the web server."""

    def __init__(self, session: aiohttp.ClientSession, settings: Settings) -> None:
        self._session = session
        self._settings = settings

    async def get(self, path: str) -> tuple[int, str]:
        """Status and text."""
        async with self._session.get(f"http://127.0.0.1:{self._settings.web_port}{path}") as response:
            return response.status, await response.text()

    async def post(
        self, body: Any, *, secret: str | None = "", kind: str = "application/json", **headers: str
    ) -> tuple[int, bytes]:
        """Post to the webhook, with its secret unless another one (or None) is given; status and body."""
        headers = {"Content-Type": kind, **{name.replace("_", "-"): value for name, value in headers.items()}}
        if secret is not None:
            headers[SECRET_HEADER] = secret or self._settings.webhook_token
        values: dict[str, Any] = {"data": body} if isinstance(body, bytes) else {"json": body}
        if "json" in values:
            del headers["Content-Type"]
        async with self._session.post(self._settings.webhook_url, headers=headers, **values) as response:
            return response.status, await response.read()

    async def metrics(self) -> dict[str, float]:
        """Every sample of /metrics by its name with labels."""
        status, page = await self.get("/metrics")
        assert status == 200
        return {
            sample.name + "".join(f" {value}" for _, value in sorted(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(page)
            for sample in family.samples
        }


@pytest.fixture
async def caller(house: House) -> AsyncIterator[Caller]:
    """Somebody who talks to the product's web server."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        yield Caller(session, house.settings)


def start_of(person: int, update_id: int, text: str = "/start") -> dict[str, Any]:
    """An update: somebody presses START."""
    user = {"id": person, "is_bot": False, "first_name": "Stranger", "language_code": "en"}
    chat = {"id": person, "type": "private", "first_name": "Stranger"}
    entities = [{"type": "bot_command", "offset": 0, "length": len(text)}] if text.startswith("/") else []
    message = {"message_id": update_id, "date": 1_790_000_000, "chat": chat, "from": user, "text": text}
    return {"update_id": update_id, "message": message | ({"entities": entities} if entities else {})}


@asynccontextmanager
async def held(db: Database) -> AsyncIterator[None]:
    """Nothing is committed in here: the writer is in the middle of a transaction."""
    begun, release = threading.Event(), threading.Event()

    def hold(_: object) -> None:
        begun.set()
        release.wait(20)

    holding = asyncio.create_task(db.write(hold))
    await asyncio.to_thread(begun.wait)
    try:
        yield
    finally:
        release.set()
        await holding


async def kept(house: House) -> int:
    """How many updates were ever kept."""
    count: int = await house.read(lambda tx: tx.value("select count(*) from inbox"))
    return count
