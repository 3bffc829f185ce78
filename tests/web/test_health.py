"""Health and readiness: what a supervisor is told, from the start to the stop."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot import checks
from bot.app import App, running
from bot.clock import now
from bot.settings import Settings
from tests.e2e.conftest import TOKEN, House
from tests.web.conftest import Caller, free_port, held
from web import server
from web.server import CannotListen


class TestWhilePolling:
    """The web server runs beside polling, too."""

    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"web_port": free_port()}

    async def test_it_is_ready_and_alive_and_has_no_webhook(self, house: House, caller: Caller) -> None:
        assert await caller.get("/healthz") == (200, "ok\n")
        assert await caller.get("/readyz") == (200, "ready\n")
        assert (await caller.get("/"))[0] == 404
        assert (await caller.metrics())["tallyhand_ready"] == 1
        ana = await house.phones.person("Ana")
        await ana.start()
        await ana.sees("Ana")


async def test_health_is_the_writers_answer(house: House, caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "HEALTH_SECONDS", 0.1)
    async with held(house.app.db):
        status, text = await caller.get("/healthz")
        assert (status, "TimeoutError" in text) == (503, True)
        assert (await caller.get("/readyz"))[0] == 200
    assert (await caller.get("/healthz"))[0] == 200


async def test_a_start_that_waits_for_the_bot_api_is_alive_and_not_ready(tmp_path: Path) -> None:
    port = free_port()
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        bot_token=TOKEN,
        bot_api_url="http://127.0.0.1:9",
        data_dir=tmp_path,
        secret_key="test",
        web_port=port,
        webhook_url=f"http://127.0.0.1:{port}/telegram",
    )
    app = App(settings, clock=now)
    starting = asyncio.create_task(app.start())
    try:
        async with aiohttp.ClientSession() as session:
            caller = Caller(session, settings)
            while not await _listens(port):
                await asyncio.sleep(0.01)
            assert [(await caller.get(path))[0] for path in ("/healthz", "/readyz", "/metrics")] == [200, 503, 200]
            assert await caller.post({"update_id": 1, "message": {}}) == (503, b"")
            assert await caller.post({"update_id": 1, "message": {}}, secret="no") == (403, b"")
    finally:
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        await app.stop()


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


async def test_a_port_that_is_taken_ends_the_start_and_is_found_by_check(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        settings = Settings(
            _env_file=None,  # type: ignore[call-arg]
            bot_token=TOKEN,
            bot_api_url="http://127.0.0.1:9",
            data_dir=tmp_path,
            secret_key="test",
            web_port=port,
        )
        with pytest.raises(CannotListen, match=f"127.0.0.1:{port}, and this process cannot listen there"):
            async with running(settings):
                pass
        found = await checks.problems(settings)
    assert any(
        sentence.startswith(f"WEB_HOST and WEB_PORT are 127.0.0.1:{port}, and nothing can") for sentence in found
    )


async def test_check_does_not_mistake_the_running_bot_for_another_program(house: House) -> None:
    assert await checks.problems(house.settings) == []


async def test_check_says_what_telegram_could_not_send(house: House) -> None:
    await house.stack.aclose()
    ana = await house.phones.person("Ana")
    await ana.start()
    while not (found := await checks.problems(house.settings)):
        await asyncio.sleep(0.02)
    assert found[0].startswith(
        f"Telegram could not send to WEBHOOK_URL {house.settings.webhook_url}: Connection failed"
    )
    await house.restart()
    await house.settled()
    assert await checks.problems(house.settings) == []


async def test_answers_do_not_say_which_versions_give_them(house: House) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{house.settings.web_port}/readyz") as response,
    ):
        assert response.headers["Server"] == "Tallyhand"
