"""The HTTP server: one handler on aiohttp's low-level server, because an Application's routing costs as much as a call.

`/bot<token>/<method>` and `/file/bot<token>/<path>` are the Bot API, `/control/…` the control side, all else the page.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import struct
from collections.abc import Mapping
from pathlib import Path
from time import perf_counter
from types import CoroutineType, TracebackType
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from emulator.api import TABLE, Call, Method, Raw
from emulator.bots import Bot
from emulator.codec import encode
from emulator.control import Control
from emulator.errors import ApiError, too_many
from emulator.faults import Fault
from emulator.parameters import UPLOAD_LIMIT, decode_all, read
from emulator.people import People
from emulator.static import page_file
from emulator.webhooks import stop_delivery
from emulator.world import World

logger = logging.getLogger("emulator")

JSON = {"Content-Type": "application/json"}
REQUEST_LIMIT = UPLOAD_LIMIT + 1024 * 1024
NO_METHOD = ApiError(404, "Not Found: method not found")
OK = b'{"ok":true,"result":'


class Emulator:
    """A running server: `async with Emulator(bots={"1000001:LOCAL": "tallyhand_bot"}) as server: server.address`.

    `world`, `people` and `control` are the same things that the control routes work on.
    """

    def __init__(
        self,
        bots: Mapping[str, str],
        *,
        limits: bool = True,
        host: str = "127.0.0.1",
        port: int = 0,
        samples: Path | None = None,
        files: Path | None = None,
    ) -> None:
        self.world = World(bots, limits=limits, samples=samples, files=files)
        self.world.run_call = self._run_quietly
        self.people = People(self.world)
        self.control = Control(self.world, self.people)
        self.host = host
        self.port = port
        self._runner: web.ServerRunner | None = None

    @property
    def address(self) -> str:
        """Where it listens, without a slash at the end: what a bot takes as its Bot API's address."""
        return f"http://{self.host}:{self.port}"

    async def start(self) -> None:
        """Listen; afterwards `port` is the real one."""
        loop = asyncio.get_running_loop()

        def request_factory(message: Any, payload: Any, protocol: Any, writer: Any, task: Any) -> web.BaseRequest:
            return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=REQUEST_LIMIT)

        server = web.Server(self._handle, request_factory=request_factory, access_log=None)
        runner = web.ServerRunner(server, handle_signals=False, shutdown_timeout=1.0)
        await runner.setup()
        site = web.TCPSite(runner, self.host, self.port, backlog=1024)
        await site.start()
        self.port = runner.addresses[0][1]
        self._runner = runner

    async def stop(self) -> None:
        """End polls, deliveries and connections."""
        self.control.closing = True
        for bot in self.world.bots.values():
            bot.queue.wake()
            await stop_delivery(bot)
        self.world.events.wake()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        self.world.files.close()

    async def __aenter__(self) -> Emulator:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    # Requests

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        path, _, query = request.raw_path.partition("?")
        if path.startswith("/bot"):
            token, _, name = path[4:].partition("/")
            return await self._api(request, unquote(token), name, query)
        if path.startswith("/control/"):
            return await self.control.handle(request, path)
        if path.startswith("/file/bot"):
            token, _, rest = unquote(path[9:]).partition("/")
            return self._download(token, rest)
        return page_file(path)

    async def _api(self, request: web.BaseRequest, token: str, name: str, query: str) -> web.StreamResponse:
        began = perf_counter()
        bot = self.world.bots.get(token)
        if bot is None:
            return _refused(ApiError(401, "Unauthorized"))
        method = TABLE.get(name.lower())
        world = self.world
        chat_id: int | None = None
        fault: Fault | None = None
        code: int | None = None
        description: str | None = None
        files: tuple[str, ...] = ()
        try:
            raw, uploads = await read(request, query)
            files = tuple(upload.name for upload in uploads.values()) if uploads else ()
            chat_id = _number(raw.get("chat_id"))
            if world.faults.set:
                fault = world.faults.for_call(name, chat_id, world.clock.now())
                if fault is not None:
                    await _strike(fault)
                if fault is not None and fault.kind in ("outage", "reset_before"):
                    description = "connection reset"
                    code = 0
                    return _reset(request)
            if method is None:
                raise NO_METHOD
            values = decode_all(method.parameters, raw, uploads)
            body = await _result(method, Call(world, bot, values, uploads))
            if world.faults.set and (
                (fault is not None and fault.kind == "reset_after") or world.faults.outage(world.clock.now())
            ):
                description = "connection reset"
                code = 0
                return _reset(request)
            return web.Response(body=body, headers=JSON)
        except ApiError as error:
            code, description = error.code, error.description
            return _refused(error)
        except Exception:
            logger.exception("%s failed", name)
            code, description = 500, "Internal Server Error"
            return _refused(ApiError(code, description))
        finally:
            shown = method.name if method is not None else name
            spent = round((perf_counter() - began) * 1000, 3)
            struck = fault.kind if fault is not None else None
            world.calls.add(world.clock.now(), bot.id, shown, chat_id, code, description, spent, struck, files)

    def _download(self, token: str, path: str) -> web.StreamResponse:
        bot = self.world.bots.get(token)
        if bot is None:
            return _refused(ApiError(401, "Unauthorized"))
        try:
            found = self.world.files.at_path(bot.id, path)
        except ApiError as error:
            return _refused(error)
        return web.Response(body=found, headers={"Content-Type": "application/octet-stream"})

    async def _run_quietly(self, bot: Bot, name: str, raw: dict[str, Any]) -> None:
        """Carry out a method that came in a webhook's answer; its result and errors go to the log only."""
        method = TABLE.get(name.lower())
        began = perf_counter()
        code: int | None = None
        description: str | None = None
        try:
            if method is None:
                raise NO_METHOD
            await _result(method, Call(self.world, bot, decode_all(method.parameters, raw, {}), {}))
        except ApiError as error:
            code, description = error.code, error.description
        spent = round((perf_counter() - began) * 1000, 3)
        now = self.world.clock.now()
        self.world.calls.add(now, bot.id, name, _number(raw.get("chat_id")), code, description, spent, None)


async def _result(method: Method, call: Call) -> bytes:
    result = method.run(call)
    if type(result) is CoroutineType:
        result = await result
    if type(result) is Raw:
        return OK + result + b"}"
    return OK + encode(result) + b"}"


def _refused(error: ApiError) -> web.Response:
    body: dict[str, Any] = {"ok": False, "error_code": error.code, "description": error.description}
    if error.parameters is not None:
        body["parameters"] = error.parameters
    return web.Response(body=encode(body), status=error.code, headers=JSON)


async def _strike(fault: Fault) -> None:
    """Raise what a fault answers in the method's place; slow only waits."""
    if fault.kind == "429":
        raise too_many(fault.retry_after)
    if fault.kind == "502":
        raise ApiError(502, "Bad Gateway")
    if fault.kind == "slow":
        await asyncio.sleep(fault.seconds)


def _reset(request: web.BaseRequest) -> web.Response:
    """Cut the connection with a RST, as a dying proxy does. The response that is returned reaches nobody."""
    transport = request.transport
    if transport is not None:
        sock = transport.get_extra_info("socket")
        if sock is not None:
            with contextlib.suppress(OSError):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response(status=502)


def _number(value: Any) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError):
        return None
