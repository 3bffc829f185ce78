"""`kill -9` while people tap: every update has its effect once, none is lost, nobody is paid twice."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sqlite3
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from emulator.server import Emulator
from handlers.buttons import decode
from tests.e2e.phones import Phone, Phones, Shown, is_quiet

ROOT = Path(__file__).parent.parent.parent
TOKEN = "1000001:LOCAL"
OWNER = 700_000_999
PRICE = 20_000


class Bot:
    """The bot as a process of its own, that can be killed and started again."""

    def __init__(self, address: str, folder: Path, **more: str) -> None:
        """`more` are settings of its environment."""
        self.folder = folder
        self.database = folder / "tallyhand.db"
        self._environment = os.environ | {
            "BOT_TOKEN": TOKEN,
            "BOT_API_URL": address,
            "DATA_DIR": str(folder),
            "OWNER_IDS": str(OWNER),
            "SECRET_KEY": "test",
            "QUIET_HOURS": "false",
            "QUICK_TAP_MILLIS": "0",
            "FLOOR": "0",
            "LOG_LEVEL": "ERROR",
            **more,
        }
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start the process."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", cwd=ROOT, env=self._environment, stdout=asyncio.subprocess.DEVNULL
        )

    async def end(self, number: signal.Signals) -> int:
        """Send a signal and wait for the end; returns the exit code."""
        assert self._process is not None
        with suppress(ProcessLookupError):
            self._process.send_signal(number)
        return await self._process.wait()

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Look into the database beside the bot."""
        connection = sqlite3.connect(f"{self.database.as_uri()}?mode=ro", uri=True)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()


class Tapper:
    """A worker who taps as soon as there is a card, whatever becomes of the bot."""

    def __init__(self, phone: Phone) -> None:
        self.phone = phone
        self.tapped: set[int] = set()
        self.saved = 0

    async def work(self, ended: asyncio.Event) -> None:
        """Tap until the end; an answer that does not come is no reason to wait long."""
        while not ended.is_set():
            card = await self._card()
            data = card.data("Yes") if card else None
            if card is None or data is None or decode(data)[1][0] in self.tapped:
                await asyncio.sleep(0.02)
                continue
            done = await self.phone.phones.post(
                f"people/{self.phone.id}/tap", message_id=card.id, data=data, raw=True, wait=2
            )
            self.tapped.add(decode(data)[1][0])
            self.saved += "Saved" in str((done.get("answer") or {}).get("text"))

    async def _card(self) -> Shown | None:
        messages = await self.phone.messages()
        return next((shown for shown in reversed(messages) if shown.data("Yes")), None)


async def story(folder: Path, *, kills: int, workers: int, seed: int, **more: str) -> None:
    """Set up a batch, let people tap, kill the bot again and again, then compare what was tapped with what is there."""
    chance = random.Random(seed)
    async with (
        Emulator(bots={TOKEN: "tallyhand_bot"}, limits=False) as server,
        aiohttp.ClientSession(server.address) as session,
    ):
        phones, bot = Phones(session), Bot(server.address, folder, **more)
        await bot.start()
        try:
            tappers = await _set_up(phones, workers)
            set_up = (await phones.get("log"))[-1]["n"]
            ended = asyncio.Event()
            tapping = [asyncio.create_task(tapper.work(ended)) for tapper in tappers]
            for _ in range(kills):
                before = bot.ask("select count(*) from submissions")[0][0]
                while bot.ask("select count(*) from submissions")[0][0] < before + workers:
                    await asyncio.sleep(0.02)
                await asyncio.sleep(chance.uniform(0.0, 0.4))
                assert await bot.end(signal.SIGKILL) == -signal.SIGKILL
                await bot.start()
            ended.set()
            await asyncio.gather(*tapping)
            await _settled(phones, bot)
            _check(bot, tappers)
            await _check_duplicates(phones, tappers, after=set_up, kills=kills)
            assert await bot.end(signal.SIGTERM) == 0
        finally:
            with suppress(ProcessLookupError):
                await bot.end(signal.SIGKILL)


async def _set_up(phones: Phones, workers: int) -> list[Tapper]:
    owner = await phones.person("Olivia", id=OWNER)
    await owner.start()
    await owner.say("/funds 1000")
    await owner.sees("1,000")
    await owner.say("/invite worker")
    link = await owner.sees("start=")
    payload = next(word for word in link.text.split() if "start=" in word).partition("start=")[2]
    texts = "\n".join(json.dumps(f"Is {number} an even number?") for number in range(4000))
    # Everybody answers every text, so that a long run never comes to the end of them.
    caption = f"Is it true?\n- Yes\n- No\nprice 0.02\noverlap {workers}"
    await owner.document("even.jsonl", texts.encode(), caption)
    tappers = []
    for number in range(workers):
        phone = await phones.person(f"Worker {number}")
        await phone.start(payload)
        await phone.tap("I agree")
        await phone.tap("Start working")
        tappers.append(Tapper(phone))
    await owner.tap("Publish")
    for tapper in tappers:
        await tapper.phone.sees_button("Start")
        await tapper.phone.say("/work")
        await tapper.phone.sees_button("Yes")
    return tappers


async def _settled(phones: Phones, bot: Bot) -> None:
    ends = time.monotonic() + 20
    while True:
        pending = await phones.get("pending")
        if pending["updates"] == 0 and is_quiet(bot.database, time.time_ns() // 1000):
            return
        assert time.monotonic() < ends, pending
        await asyncio.sleep(0.1)


def _check(bot: Bot, tappers: list[Tapper]) -> None:
    submissions = bot.ask("select assignment_id, count(*) from submissions group by assignment_id")
    assert {count for _, count in submissions} == {1}
    tapped = set().union(*(tapper.tapped for tapper in tappers))
    assert tapped == {assignment for assignment, _ in submissions}, "each tap on a card has its one submission"
    assert sum(tapper.saved for tapper in tappers) <= len(submissions), "what was said to be saved is there"

    credited = bot.ask("select count(*), sum(amount) from transfers where id like 'submission:%:credited'")
    assert credited == [(len(submissions), len(submissions) * PRICE)]
    assert bot.ask("select sum(balance) from accounts") == [(0,)]

    assert bot.ask("select count(*) from inbox where state <> 'done'") == [(0,)]
    taken = bot.ask("select count(*) from tasks where taken > wanted")
    assert taken == [(0,)]


async def _check_duplicates(phones: Phones, tappers: list[Tapper], *, after: int, kills: int) -> None:
    """Cards are edited in place, so each new message is one that was sent again: at most one a kill and chat."""
    for tapper in tappers:
        calls = await phones.get(f"log?after={after}")
        sends = [call for call in calls if call["chat_id"] == tapper.phone.id and call["method"].startswith("send")]
        assert len(sends) <= kills


async def test_ten_kills_while_people_tap_lose_nothing_and_pay_once(tmp_path: Path) -> None:
    await story(tmp_path, kills=10, workers=4, seed=1)


@pytest.mark.soak
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_a_hundred_kills_while_many_tap_lose_nothing_and_pay_once(tmp_path: Path, seed: int) -> None:
    await story(tmp_path, kills=100, workers=12, seed=seed)
