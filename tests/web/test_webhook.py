"""Updates by webhook: what people do has its effect once, what is not Telegram's has none."""

from __future__ import annotations

import asyncio
import gzip
import json
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot import webhook
from bot.app import running
from bot.receiver import ALLOWED
from bot.settings import Settings
from bot.webhook import WebhookRefused
from storage.database import Tx
from tests.e2e.conftest import TOKEN, House
from tests.e2e.phones import Phone
from tests.e2e.test_full_disk import limit_pages
from tests.web.conftest import STRANGER, Caller, free_port, held, kept, start_of
from web import webhook as web_webhook
from web.webhook import MOST_BYTES, SECRET_HEADER


async def batch_of_two(house: House) -> tuple[Phone, Phone]:
    """Olivia and Ana, who have a batch of two texts between them."""
    olivia = await house.owner()
    ana = await house.worker(olivia, "Ana")
    await olivia.document("two.csv", b"text\nA\nB", "Good?\n- Yes\n- No\nprice 2")
    await olivia.tap("Publish", on=await olivia.sees_button("Publish"))
    await ana.tap("Start", on=await ana.sees_button("Start"))
    return olivia, ana


async def test_a_batch_is_worked_and_paid_over_the_webhook(house: House) -> None:
    _, ana = await batch_of_two(house)
    for _ in range(2):
        await house.settled()
        assert await ana.tap("Yes", on=await ana.sees_button("Yes")) == "Saved · +$2.00"
    await house.settled()
    assert await house.read(lambda tx: tx.value("select count(*) from submissions")) == 2
    calls = await house.phones.get("log")
    assert not [call for call in calls if call["method"] == "getUpdates"]
    info = await house.app.api.call("getWebhookInfo")
    assert (info["url"], info["max_connections"]) == (house.settings.webhook_url, 40)
    assert info["allowed_updates"] == sorted(ALLOWED)


async def test_a_forged_update_has_no_effect(
    house: House, caller: Caller, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    right = house.settings.webhook_token
    for wrong in (None, "x", right[:-1], right + "x", right.upper(), "\udcff" * 64, "x" * 4000):
        assert await caller.post(start_of(STRANGER, 7), secret=wrong) == (403, b"")
    assert await kept(house) == 0
    assert (await caller.metrics())["tallyhand_webhook_requests_total 403"] == 7
    said = caplog.text + "".join(capsys.readouterr())
    assert right not in said
    assert said.count("webhook_forged") == 1, "many forged requests do not fill the log"
    assert await caller.post(start_of(STRANGER, 7)) == (200, b"")


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b" " * (MOST_BYTES + 1), "application/json", 413),
        (json.dumps(start_of(STRANGER, 1)).encode(), "text/plain", 400),
        (b"", "application/json", 400),
        (b"{", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"{}", "application/json", 400),
        (b'{"update_id": "7"}', "application/json", 400),
        (b'{"update_id": true, "message": {}}', "application/json", 400),
        (b'{"update_id": 99999999999999999999, "message": {}}', "application/json", 400),
        (b'{"update_id": 7, "message": []}', "application/json", 400),
        (b'{"update_id": 7, "callback_query": "x"}', "application/json", 400),
    ],
)
async def test_what_is_no_update_is_not_kept(house: House, caller: Caller, body: bytes, kind: str, status: int) -> None:
    assert await caller.post(body, kind=kind) == (status, b"")
    assert await kept(house) == 0


async def test_a_body_without_a_length_or_compressed_is_limited_too(house: House, caller: Caller) -> None:
    async def endless() -> Any:
        for _ in range(40):
            yield b" " * 50_000

    headers = {"X-Telegram-Bot-Api-Secret-Token": house.settings.webhook_token, "Content-Type": "application/json"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(house.settings.webhook_url, data=endless(), headers=headers) as response,
    ):
        assert response.status == 413
    bomb = gzip.compress(b" " * 50_000_000)
    assert (await caller.post(bomb, Content_Encoding="gzip"))[0] == 400
    assert await kept(house) == 0


async def test_a_body_that_does_not_come_is_not_waited_for(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_webhook, "BODY_SECONDS", 0.05)
    reader, writer = await asyncio.open_connection("127.0.0.1", house.settings.web_port)
    secret = house.settings.webhook_token
    head = f"POST /telegram HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{SECRET_HEADER}: {secret}\r\n"
    writer.write(f"{head}Content-Length: 100\r\n\r\n{{".encode())
    assert (await asyncio.wait_for(reader.readline(), 5)).startswith(b"HTTP/1.1 400 ")
    writer.close()
    assert await kept(house) == 0


async def test_the_same_update_twice_has_one_effect(house: House, caller: Caller) -> None:
    await house.phones.post("faults", faults=[{"kind": "duplicate_update", "count": 2}])
    olivia = await house.owner(funds="")
    await olivia.say("/funds 50")
    await olivia.sees("50")
    update = start_of(STRANGER, 4)
    assert [await caller.post(update), await caller.post(update)] == [(200, b""), (200, b"")]
    await house.settled()
    assert await kept(house) == 3
    assert await house.read(lambda tx: tx.value("select count(*) from transfers")) == 1


async def test_what_cannot_be_kept_is_sent_again_when_there_is_room(house: House, caller: Caller) -> None:
    ana = await house.phones.person("Ana")
    await ana.start()
    await ana.sees("Ana")
    await house.app.db.write(_fill)
    said = 0
    while not (await caller.metrics())["tallyhand_webhook_requests_total 503"]:  # the last pages take the first of them
        await ana.say("/help " + "x" * 4000)
        said += 1
    assert (await caller.get("/healthz"))[0] == 200, "to start again would not make room"
    await house.app.db.write(limit_pages, None)
    await house.settled(60)
    assert len([shown for shown in await ana.messages() if "/settings" in shown.text]) == said


def _fill(tx: Tx) -> None:
    """The disk is full but for a page or two: the file does not grow, and its free pages are taken."""
    limit_pages(tx, 0)
    size = (tx.value("pragma freelist_count") - 2) * tx.value("pragma page_size")
    tx.run("insert into facts (name, value) values ('filler', zeroblob(:size))", size=max(0, size - size // 50))


async def test_requests_that_come_at_once_share_a_commit(house: House, caller: Caller) -> None:
    sizes: list[int] = []
    async with held(house.app.db):
        house.app.db.on_group = lambda size, seconds: sizes.append(size)
        posts = [asyncio.create_task(caller.post(start_of(STRANGER, number))) for number in range(1, 41)]
        done, _ = await asyncio.wait(posts, timeout=0.7)
        assert not done, "nothing is acknowledged before its commit"
    assert {await post for post in posts} == {(200, b"")}
    assert max(sizes) >= 30


async def test_a_stop_finishes_requests_in_hand_and_refuses_others(house: House, caller: Caller) -> None:
    async with held(house.app.db):
        in_hand = asyncio.create_task(caller.post(start_of(STRANGER, 1)))
        await asyncio.sleep(0.2)
        stopping = asyncio.create_task(house.app.stop())
        while (await caller.get("/readyz"))[0] == 200:
            await asyncio.sleep(0.01)
        assert await caller.post(start_of(STRANGER, 2)) == (503, b"")
        assert not in_hand.done()
        assert not stopping.done()
    assert await in_hand == (200, b"")
    await stopping
    await house.restart()
    await house.settled()
    assert await kept(house) == 1


async def test_switching_between_webhook_and_polling_loses_and_doubles_nothing(house: House) -> None:
    olivia = await house.owner(funds="")
    by_webhook, polling = house.settings, house.settings.model_copy(update={"webhook_url": ""})
    for settings in (polling, by_webhook, polling):
        await olivia.say("/funds 10")
        await house.stack.aclose()
        await olivia.say("/funds 10")  # waits with Telegram
        house.settings = settings
        await house.restart()
        await olivia.say("/funds 10")
        await house.settled()
    assert await house.read(lambda tx: tx.value("select count(*) from transfers")) == 9
    calls = [call["method"] for call in await house.phones.get("log")]
    assert [calls.count(method) for method in ("setWebhook", "deleteWebhook")] == [2, 2]


async def test_an_address_telegram_does_not_take_ends_the_start_with_a_sentence(house: House, tmp_path: Path) -> None:
    await house.stack.aclose()
    refused = house.settings.model_copy(
        update={"webhook_url": "ftp://bot.example.org/x", "data_dir": tmp_path / "other"}
    )
    with pytest.raises(WebhookRefused, match="does not take WEBHOOK_URL ftp"):
        async with running(refused):
            pass


async def test_a_start_sets_the_webhook_as_soon_as_the_bot_api_answers(house: House) -> None:
    await house.stack.aclose()
    await house.phones.post("faults", faults=[{"kind": "502", "method": "setWebhook", "count": 1}])
    await house.restart()
    ana = await house.phones.person("Ana")
    await ana.start()
    await ana.sees("Ana")


async def test_a_webhook_another_program_deleted_is_set_again(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(webhook, "WATCH_SECONDS", 0.05)
    await house.restart()
    await house.app.api.call("deleteWebhook")
    ana = await house.phones.person("Ana")
    await ana.start()
    await ana.sees("Ana")
    assert "webhook_taken" in capsys.readouterr().out


class TestBehindABrokenProxy:
    """Nothing listens where Telegram sends to."""

    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"webhook_url": f"http://127.0.0.1:{free_port()}/telegram", "web_port": free_port()}

    async def test_what_telegram_cannot_send_is_told(
        self, house: House, caller: Caller, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(webhook, "WATCH_SECONDS", 0.05)
        await house.restart()
        assert (await caller.metrics())["tallyhand_webhook_waiting"] == 0
        house.server.world.clock.advance(5)
        await (await house.phones.person("Ana")).start()
        while (await caller.metrics())["tallyhand_webhook_waiting"] != 1:
            await asyncio.sleep(0.02)
        said = ""
        while "webhook_not_reached" not in said:
            await asyncio.sleep(0.02)
            said += capsys.readouterr().out
        assert "Connection failed" in said


def test_the_secret_is_made_from_the_token_and_has_telegrams_shape(tmp_path: Path) -> None:
    port = free_port()
    values = {"webhook_url": "https://bot.example.org/telegram", "web_port": port, "data_dir": tmp_path}
    one, other = (Settings(_env_file=None, bot_token=token, **values) for token in (TOKEN, TOKEN + "x"))  # type: ignore[call-arg, arg-type]
    assert one.webhook_token != other.webhook_token
    assert len(one.webhook_token) == 64 and one.webhook_token.isalnum()
    given = one.model_copy(update={"webhook_secret": "of-my-own_0123456789"})
    assert given.webhook_token == "of-my-own_0123456789"
