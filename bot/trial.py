"""`python -m bot try`: the whole product on this machine, without Telegram and without anything to set up.

A local Bot API with its chat page runs as one process, the bot as another: exactly as against Telegram, only the
address differs. The team is made the way a real one is: the owner records funds and makes an invite, the workers follow
it and agree. When the bot's process dies (try `kill -9`), it is started again and goes on where it was.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import socket
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from files.drawings import draw_pets, sample_prompts

ROOT = Path(__file__).resolve().parent.parent
BOT = "tallyhand_bot"
EVERY_SECONDS = 300
REVIEW_SECONDS = 60
PATIENCE = 30.0
WORKERS = (("Ana", "en"), ("Ben", "en"), ("Chloé", "fr"))

PETS = """What is in the picture?
fr: Qu'y a-t-il sur l'image ?
- Cat
fr: Chat
- Dog
fr: Chien
- Something else
fr: Autre chose
> Choose what is biggest in the picture. If you cannot tell, take Something else.
fr: Choisissez ce qui est le plus grand sur l'image. Dans le doute, prenez Autre chose.
price 0.05
overlap 3
language en
"""
PROMPTS = """Write the reply a helpful assistant would give.
> Be correct and friendly, in two to six sentences. Write it yourself, in your own words.
price 0.80
language en
"""


class TrialProblem(Exception):
    """The trial could not be set up; the text says why."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the trial's team."""

    id: int
    name: str


class Phones:
    """The people's side of the local Bot API, over HTTP."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def post(self, path: str, **body: object) -> Any:
        """One request of somebody's phone."""
        async with self._session.post(f"/control/{path}", json=body) as response:
            return await response.json()

    async def add(self, name: str, language: str) -> Person:
        """A new person with a phone."""
        made = await self.post("people", first_name=name, language_code=language)
        return Person(made["id"], name)

    async def shows(self, person: Person, text: str) -> dict[str, Any]:
        """The newest message of the bot with this text in it or on one of its buttons; waits for it."""
        for _ in range(int(PATIENCE / 0.1)):
            async with self._session.get(f"/control/people/{person.id}/chat") as response:
                chat = await response.json()
            for message in reversed(chat["messages"]):
                if message["from_bot"] and (
                    text in _said(message) or any(text in name for name, _ in _buttons(message))
                ):
                    found: dict[str, Any] = message
                    return found
            await asyncio.sleep(0.1)
        raise TrialProblem(f"The bot did not show {text!r} to {person.name}.")

    async def tap(self, person: Person, text: str) -> None:
        """Tap the button with this text, once it is there."""
        message = await self.shows(person, text)
        data = next(data for name, data in _buttons(message) if text in name)
        await self.post(f"people/{person.id}/tap", message_id=message["message_id"], data=data, wait=5)

    async def say(self, person: Person, text: str) -> None:
        """Send a text."""
        await self.post(f"people/{person.id}/say", text=text)


async def serve(*, port: int, say: Callable[[str], None]) -> None:
    """Run the trial until it is interrupted; everything it made is gone afterwards."""
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    with tempfile.TemporaryDirectory(prefix="tallyhand-try-") as folder:
        await _serve(Path(folder), port, ended, say)


async def _serve(folder: Path, port: int, ended: asyncio.Event, say: Callable[[str], None]) -> None:
    token = f"1000001:{secrets.token_hex(12)}"
    samples = folder / "samples"
    await asyncio.to_thread(_draw_samples, samples)
    server, address = await _start_server(folder, samples, token, port)
    bot: asyncio.Task[None] | None = None
    try:
        async with aiohttp.ClientSession(address) as session:
            phones = Phones(session)
            owner = await phones.add("Olivia", "en")
            (samples / "pets.zip.person").write_text(str(owner.id))
            (samples / "prompts.jsonl.person").write_text(str(owner.id))
            bot = asyncio.create_task(_keep_running(_environment(folder, token, address, owner), say))
            setting_up = asyncio.create_task(_set_up(phones, owner))
            await asyncio.wait({setting_up, bot, asyncio.create_task(ended.wait())}, return_when="FIRST_COMPLETED")
            if not setting_up.done():
                setting_up.cancel()
                return
            setting_up.result()
            say(_welcome(address))
            await ended.wait()
    finally:
        if bot is not None:
            bot.cancel()
            await asyncio.gather(bot, return_exceptions=True)
        await _end(server)


async def _set_up(phones: Phones, owner: Person) -> None:
    """A team that is ready: funds, three workers who agreed, one newcomer who has not."""
    await phones.post(f"people/{owner.id}/start")
    await phones.shows(owner, "/invite")
    await phones.say(owner, "/funds 500")
    await phones.shows(owner, "$500")
    await phones.say(owner, "/invite worker")
    link = _link(await phones.shows(owner, f"t.me/{BOT}?start="))
    await asyncio.gather(*(_join(phones, name, language, link) for name, language in WORKERS))
    await phones.add("Noor", "en")


async def _join(phones: Phones, name: str, language: str, link: str) -> None:
    agree, done = ("J’accepte", "Commencer à travailler") if language == "fr" else ("I agree", "Start working")
    person = await phones.add(name, language)
    await phones.post(f"people/{person.id}/start", payload=link.partition("start=")[2])
    await phones.tap(person, agree)
    if language != "en":
        await phones.tap(person, "English")  # the samples are in English, with French beside
    await phones.tap(person, done)


def _welcome(address: str) -> str:
    return f"""
Tallyhand is ready to try:  {address}

  Olivia owns it and has $500 of funds. In her chat: the paper clip → pets.zip (24 pictures) → Send → Pilot.
  Ana, Ben and Chloé work: they are offered ten of the pictures. When eight answers are there, Olivia's draft says what
  an hour of it brings, and Publish is there. Noor is new: Olivia's /invite link lets her in.
  Here work is accepted after {REVIEW_SECONDS} s and payday is every {EVERY_SECONDS // 60} minutes, so you can see one.
  Ctrl-C ends it and leaves nothing behind.

To go live: get a token from @BotFather, then  BOT_TOKEN=… OWNER_IDS=your-telegram-id make run
"""


def _draw_samples(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "pets.zip").write_bytes(draw_pets().archive)
    (folder / "pets.zip.caption.txt").write_text(PETS, encoding="utf-8")
    (folder / "prompts.jsonl").write_bytes(sample_prompts())
    (folder / "prompts.jsonl.caption.txt").write_text(PROMPTS, encoding="utf-8")


def _environment(folder: Path, token: str, address: str, owner: Person) -> dict[str, str]:
    return os.environ | {
        "BOT_TOKEN": token,
        "BOT_API_URL": address,
        "DATA_DIR": str(folder / "data"),
        "OWNER_IDS": str(owner.id),
        "SECRET_KEY": secrets.token_urlsafe(32),
        "SECRET_KEY_FILE": "",
        "CURRENCY": "USD",
        "REVIEW_TAP_SECONDS": str(REVIEW_SECONDS),
        "REVIEW_WRITTEN_SECONDS": str(REVIEW_SECONDS),
        "EVERY_SECONDS": str(EVERY_SECONDS),
        "PAUSE_SECONDS": "10",
        "QUIET_HOURS": "false",
        "WEBHOOK_URL": "off",
        "WEB_PORT": os.environ.get("WEB_PORT") or "0",  # not that of `.env`, where the real bot may be listening
        "LOG_LEVEL": "WARNING",
    }


async def _start_server(folder: Path, samples: Path, token: str, port: int) -> tuple[asyncio.subprocess.Process, str]:
    """Start the local Bot API; returns its process and address. Takes another port when this one is taken."""
    port_file = folder / "port"
    command = ["-m", "emulator", "--port", str(port if _is_free(port) else 0), "--port-file", str(port_file)]
    command += ["--bot", f"{token}={BOT}", "--samples", str(samples), "--files", str(folder / "files")]
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, cwd=ROOT, start_new_session=True, stdout=asyncio.subprocess.DEVNULL
    )
    for _ in range(int(PATIENCE / 0.05)):
        if process.returncode is not None:
            break
        if port_file.exists():
            return process, f"http://127.0.0.1:{port_file.read_text().strip()}"
        await asyncio.sleep(0.05)
    await _end(process)
    raise TrialProblem("The local Bot API did not start; what it printed above says why.")


async def _keep_running(environment: dict[str, str], say: Callable[[str], None]) -> None:
    """Run the bot; when it dies, start it again, at most five times in a row without a minute between."""
    loop, deaths = asyncio.get_running_loop(), 0
    while True:
        started = loop.time()
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            "run",
            cwd=ROOT,
            env=environment,
            start_new_session=True,
            stdout=asyncio.subprocess.DEVNULL,
        )
        try:
            code = await process.wait()
        except asyncio.CancelledError:
            await _end(process)
            raise
        deaths = 0 if loop.time() - started > 60 else deaths + 1
        if deaths >= 5:
            raise TrialProblem("The bot does not stay up; what it printed above says why.")
        say(f"The bot ended ({code}); starting it again.")


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), PATIENCE)
        except TimeoutError:
            process.kill()
            await process.wait()


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _said(message: dict[str, Any]) -> str:
    return str(message.get("text") or message.get("caption") or "")


def _buttons(message: dict[str, Any]) -> list[tuple[str, str]]:
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [(button["text"], button.get("callback_data", "")) for row in rows for button in row]


def _link(message: dict[str, Any]) -> str:
    words = _said(message).split()
    return next(word for word in words if f"t.me/{BOT}?start=" in word)
