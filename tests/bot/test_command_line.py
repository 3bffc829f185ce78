"""The command line as an operator meets it: every command, and a sentence for what is wrong."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
from PIL import Image

from emulator.server import Emulator
from scheduler.ticks import TICKS
from tests.e2e.phones import Phones

ROOT = Path(__file__).parent.parent.parent
TOKEN = "1000001:LOCAL-secret-part"
OWNER = 700_000_999
NAME, TEXT = "Zebulonia", "xylophonic words of mine"


@dataclass
class Machine:
    """A machine with the product on it, beside a local Bot API."""

    server: Emulator
    phones: Phones
    folder: Path
    started: list[asyncio.subprocess.Process] = field(default_factory=list)

    def environment(self, **more: str) -> dict[str, str]:
        """The settings of an operator who wants everything on this machine."""
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "TMPDIR")}
        return kept | {
            "HOME": str(self.folder),
            "BOT_TOKEN": TOKEN,
            "BOT_API_URL": self.server.address,
            "DATA_DIR": str(self.folder / "data"),
            "OWNER_IDS": str(OWNER),
            "QUIET_HOURS": "false",
            **more,
        }

    async def bot(self, *arguments: str, **more: str) -> asyncio.subprocess.Process:
        """Start `python -m bot …`."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            *arguments,
            cwd=ROOT,
            env=self.environment(**more),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        self.started.append(process)
        return process

    async def says(self, *arguments: str, **more: str) -> tuple[int, str]:
        """Run a command to its end: exit code and what it printed."""
        process = await self.bot(*arguments, **more)
        printed, _ = await process.communicate()
        return process.returncode or 0, printed.decode()

    def ask(self, sql: str) -> list[tuple[object, ...]]:
        """Look into the database."""
        connection = sqlite3.connect(self.folder / "data" / "tallyhand.db")
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Machine]:
    async with (
        Emulator(bots={TOKEN: "tallyhand_bot"}, limits=False) as server,
        aiohttp.ClientSession(server.address) as session,
    ):
        machine = Machine(server, Phones(session), tmp_path)
        yield machine
        for process in machine.started:  # those a failed test left
            if process.returncode is None:
                process.kill()
                await process.wait()


async def test_a_run_at_debug_logs_no_token_no_name_and_no_text(machine: Machine) -> None:
    bot = await machine.bot("run", LOG_LEVEL="DEBUG")
    somebody = await machine.phones.person(NAME, username="zebulonia99")
    await somebody.start()
    await somebody.sees(NAME)
    await somebody.say(TEXT)
    await somebody.sees("did not understand")
    await machine.phones.post("faults", faults=[{"kind": "502", "count": 2}, {"kind": "reset_before", "count": 2}])
    await somebody.say("/help")
    await somebody.sees("/settings")
    bot.send_signal(signal.SIGTERM)
    printed = (await bot.communicate())[0].decode()

    assert bot.returncode == 0
    assert "ready" in printed
    assert "not_sent" in printed or "not_fetched" in printed
    for secret in (TOKEN, TOKEN.partition(":")[2], NAME, NAME.lower() + "99", TEXT):
        assert secret not in printed
    key = (machine.folder / ".config" / "tallyhand" / "1000001.key").read_text()
    assert key not in printed
    stored = b"".join(path.read_bytes() for path in (machine.folder / "data").glob("tallyhand.db*"))
    assert NAME.encode() not in stored
    assert TEXT.encode() not in stored


async def test_sigterm_lets_what_is_in_hand_be_finished(machine: Machine) -> None:
    bot = await machine.bot("run", LOG_LEVEL="WARNING")
    somebody = await machine.phones.person("Ana")
    await somebody.start()
    await somebody.sees("Ana")
    await machine.phones.post("faults", faults=[{"kind": "slow", "method": "sendMessage", "count": 1, "seconds": 1}])
    await somebody.say("/help")
    while machine.ask("select count(*) from outbox where state = 'waiting' and key = 'help'") == [(0,)]:
        await asyncio.sleep(0.01)
    bot.send_signal(signal.SIGTERM)
    await bot.communicate()

    assert bot.returncode == 0
    assert len([shown for shown in await somebody.messages() if "/settings" in shown.text]) == 1
    assert machine.ask("select count(*) from outbox where state = 'waiting'") == [(0,)]


async def test_a_second_process_on_the_same_folder_is_refused(machine: Machine) -> None:
    first = await machine.bot("run")
    somebody = await machine.phones.person("Ana")
    await somebody.start()
    await somebody.sees("Ana")
    code, printed = await machine.says("run")
    assert (code, "Another Tallyhand is running on" in printed) == (1, True)
    first.send_signal(signal.SIGTERM)
    await first.communicate()


async def test_a_database_without_its_key_is_refused_and_so_is_another_key(machine: Machine) -> None:
    code, _ = await machine.says("tick", "reviews")
    assert code == 0
    code, printed = await machine.says("tick", "reviews", SECRET_KEY="another")
    assert (code, "not the one the database was sealed with" in printed) == (1, True)
    (machine.folder / ".config" / "tallyhand" / "1000001.key").unlink()
    code, printed = await machine.says("tick", "reviews")
    assert (code, "Bring the key back" in printed) == (1, True)


async def test_another_currency_is_refused(machine: Machine) -> None:
    await machine.says("tick", "reviews")
    code, printed = await machine.says("tick", "reviews", CURRENCY="EUR")
    assert (code, "currency is USD" in printed) == (1, True)


async def test_check_says_what_is_wrong_each_in_a_sentence(machine: Machine) -> None:
    assert await machine.says("check") == (0, "The settings are fine.\n")
    code, printed = await machine.says("check", BOT_TOKEN="12345:unknown")
    assert (code, printed) == (1, "BOT_TOKEN is not known to the Bot API. Copy it from @BotFather once more, whole.\n")
    code, printed = await machine.says("check", TIMEZONE="Nowhere", FLOOR="lots")
    assert code == 1
    assert printed.startswith("TIMEZONE: is not a time zone")
    code, printed = await machine.says("check", FLOOR="lots")
    assert (code, printed.startswith("FLOOR: ")) == (1, True)


async def test_run_with_an_unknown_token_ends_with_a_sentence(machine: Machine) -> None:
    code, printed = await machine.says("run", BOT_TOKEN="12345:unknown")
    assert code == 1
    assert printed.strip().splitlines()[-1].startswith("The Bot API does not know this token.")


async def test_tick_lists_and_runs_one_as_of_a_moment(machine: Machine) -> None:
    _, printed = await machine.says("tick", "list")
    assert f"Ticks: {', '.join(tick.name for tick in TICKS)}" in printed
    assert await machine.says("tick", "payouts", "--now", "2026-11-25T12:00:00") == (0, "payouts: done.\n")


async def test_a_claim_link_is_printed_without_owners_and_makes_one_owner(machine: Machine) -> None:
    bot = await machine.bot("run", OWNER_IDS="")
    assert bot.stdout is not None
    link = ""
    while "start=" not in link:
        link = (await bot.stdout.readline()).decode()
    code = link.strip().partition("start=")[2]
    first, second = await machine.phones.person("First"), await machine.phones.person("Second")
    await first.start(code)
    await first.sees("owner")
    await second.start(code)
    await second.sees_button("Ask to join")
    bot.send_signal(signal.SIGTERM)
    await bot.communicate()
    assert machine.ask("select count(*) from people where is_owner = 1") == [(1,)]


async def test_import_makes_a_draft_of_a_folder(machine: Machine) -> None:
    bot = await machine.bot("run")
    owner = await machine.phones.person("Olivia", id=OWNER)
    await owner.start()
    await owner.sees("Olivia")
    photos = machine.folder / "photos"
    photos.mkdir()
    for number in range(3):
        Image.new("RGB", (320, 240), (40 * number, 90, 120)).save(photos / f"{number}.png")
    (photos / "broken.jpg").write_bytes(b"no photo")
    caption = machine.folder / "caption.txt"
    caption.write_text("Which colour?\n- Green\n- Blue\nprice 0.05")
    code, printed = await machine.says("import", str(photos), "--as", str(OWNER), "--caption", str(caption))
    assert (code, "The running bot takes the photos in now" in printed) == (0, True)
    await owner.sees("3 photos", "broken.jpg", "Green")
    assert machine.ask("select tasks from batches") == [(3,)]
    code, printed = await machine.says("import", str(machine.folder / "nowhere"), "--as", str(OWNER))
    assert (code, "is not a folder" in printed) == (1, True)
    code, printed = await machine.says("import", str(photos), "--as", "123")
    assert (code, "has written to this bot yet" in printed) == (1, True)
    bot.send_signal(signal.SIGTERM)
    await bot.communicate()
    code, printed = await machine.says("import", str(photos), "--as", str(OWNER))
    assert (code, "3 photos were looked at" in printed or "4 photos were looked at" in printed) == (0, True)
    assert machine.ask("select tasks from batches") == [(3,), (3,)]


async def test_what_a_tick_beside_the_bot_queues_is_sent_by_the_bot(machine: Machine) -> None:
    bot = await machine.bot("run", QUICK_TAP_MILLIS="0", FLOOR="0")
    owner = await machine.phones.person("Olivia", id=OWNER)
    await owner.start()
    await owner.sees("Olivia")
    await owner.document("one.csv", b"text\nA", "Good?\n- Yes\n- No\nprice 2")
    await owner.say("/funds 50")
    await owner.tap("Publish", on=await owner.sees_button("Publish"))
    await owner.tap("Do tasks myself")
    await owner.tap("I agree")
    await owner.tap("Start working")
    await owner.tap("Yes", on=await owner.sees_button("Yes"))
    await owner.tap("Stop for now")
    code, _ = await machine.says("tick", "payouts", "--now", "2099-01-01T00:00:00")
    assert code == 0
    await owner.sees_button("Approve")
    bot.send_signal(signal.SIGTERM)
    await bot.communicate()


async def test_a_start_waits_for_its_server_and_a_stop_ends_the_waiting(machine: Machine) -> None:
    process = await machine.bot("run", BOT_API_URL="http://127.0.0.1:9")
    assert process.stdout is not None
    while b"bot_api_not_reached" not in (line := await process.stdout.readline()):
        assert line, "it ended"
    process.terminate()
    printed, _ = await asyncio.wait_for(process.communicate(), 5)
    assert (process.returncode, "Stopping" in printed.decode()) == (0, True)


async def test_a_start_outlasts_the_errors_of_its_server(machine: Machine) -> None:
    machine.server.world.faults.replace([{"kind": "502", "probability": 0.6}], 1, 0)
    process = await machine.bot("run")
    assert process.stdout is not None
    while b"Tallyhand runs" not in (line := await asyncio.wait_for(process.stdout.readline(), 60)):
        assert line, "it ended"
    machine.server.world.faults.replace([], None, 0)
    process.terminate()
    await asyncio.wait_for(process.communicate(), 25)
    assert process.returncode == 0
