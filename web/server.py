"""The one web application, and where it listens. Started first and stopped last, so that it can always say how it is.

- `/healthz`: 200 while the loop runs and the database's writer answers, else 503. A full disk or a Bot API that cannot
  be reached is no reason: to start the process again would help neither.
- `/readyz`: 200 from the end of the start to the beginning of the stop, else 503.
- `/metrics`: numbers for Prometheus.
- the webhook's path, when there is a webhook.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from storage.database import Database
from usecases import metrics
from web.readings import Readings
from web.webhook import MOST_BYTES, Webhook

HEALTH_SECONDS: Final = 5.0
STOP_SECONDS: Final = 2.0
PATHS: Final = ("/healthz", "/readyz", "/metrics")


class CannotListen(Exception):
    """The address is taken, or is not one of this machine's; the text says which."""


class Server:
    """Listens from `start` to `stop`; `opened` gives it the database, `ready` is set by who starts the product."""

    def __init__(
        self, host: str, port: int, *, webhook: Webhook | None, registry: CollectorRegistry, clock: Callable[[], int]
    ) -> None:
        self.webhook = webhook
        self.ready = False
        self._host, self._port = host, port
        self._registry = registry
        self._db: Database | None = None
        self._readings = Readings(clock, registry)
        Gauge("tallyhand_ready", "1 when /readyz says so.", registry=registry).set_function(lambda: int(self.ready))
        application = web.Application(client_max_size=MOST_BYTES)
        application.add_routes(
            [
                web.get("/healthz", self._health),
                web.get("/readyz", self._readiness),
                web.get("/metrics", self._metrics),
            ]
        )
        if webhook is not None:
            application.router.add_post(webhook.path, webhook.handle)
        application.on_response_prepare.append(_unnamed)
        # A body we do not want is not read to its end; compressed ones are not Telegram's, and are not unpacked.
        self._runner = web.AppRunner(
            application,
            access_log=None,
            handle_signals=False,
            auto_decompress=False,
            lingering_time=STOP_SECONDS,
            shutdown_timeout=STOP_SECONDS,
        )

    async def start(self) -> None:
        """Begin to listen; raises CannotListen."""
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host, self._port).start()
        except OSError as error:
            await self._runner.cleanup()
            raise CannotListen(
                f"WEB_HOST and WEB_PORT are {self._host}:{self._port}, and this process cannot listen there"
                f" ({error.strerror}). Is another program there already?"
            ) from error

    def opened(self, db: Database) -> None:
        """The database is there: from now on health is its answer, and rows are counted."""
        self._db = self._readings.db = db

    async def stop(self) -> None:
        """Finish what is in hand and stop listening."""
        self.ready = False
        self._db = self._readings.db = None
        await self._runner.cleanup()

    async def _health(self, _: web.Request) -> web.Response:
        if self._db is None:
            return web.Response(text="starting or stopping\n")
        try:
            async with asyncio.timeout(HEALTH_SECONDS):
                await self._db.write(metrics.probe)
        except Exception as error:
            return web.Response(status=503, text=f"the database does not answer: {type(error).__name__}\n")
        return web.Response(text="ok\n")

    async def _readiness(self, _: web.Request) -> web.Response:
        return web.Response(text="ready\n") if self.ready else web.Response(status=503, text="not ready\n")

    async def _metrics(self, _: web.Request) -> web.Response:
        await self._readings.refresh()
        return web.Response(body=generate_latest(self._registry), headers={"Content-Type": CONTENT_TYPE_LATEST})


async def _unnamed(_: web.Request, response: web.StreamResponse) -> None:
    """Who asks need not learn which versions answer."""
    response.headers["Server"] = "Tallyhand"
