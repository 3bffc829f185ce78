"""Build and run: what is opened in which order, and closed in which.

Start: lock, web server, Bot API, key, database, sender (with everything unsent), receiver, webhook, jobs, paying,
clock. Stop: the webhook refuses and fetching ends, what is in hand is finished, the clock and the jobs rest, answers
and messages in flight go out within DRAIN_SECONDS; the rest stays rows. The web server answers to the last: /readyz
says that it stops.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import gc
import itertools
import secrets
import signal
import sqlite3
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from telegram.error import InvalidToken, TelegramError
from telegram.ext import Application

from bot import cores, keys, logs
from bot.clock import now
from bot.jobs import JobContext, Jobs
from bot.kinds_of_job import KINDS
from bot.metrics import MeasuredApi, MeasuredCourier, Meters
from bot.pacing import Pace
from bot.paying import Paying
from bot.paypal import PayPal
from bot.processes import Processes
from bot.receiver import Receiver
from bot.rendering.menus import menu_for
from bot.sender import Sender
from bot.settings import Settings
from bot.webhook import Registration, forget
from domain.brief import CONTROLS
from domain.people import LANGUAGES
from domain.rules import SECOND, Rules
from handlers import routes
from locales.words import Words
from scheduler.runner import Scheduler
from storage.cipher import Cipher
from storage.database import Database, Signal
from storage.outbox import Pending
from usecases import joining, sending
from web.server import Server
from web.webhook import Webhook

log = logs.get()

DRAIN_SECONDS = 20.0
NEIGHBOUR_SECONDS = 1.0


class AlreadyRunning(Exception):
    """Another process owns this DATA_DIR."""


class App:
    """The running product. Made by `running`, which also stops it."""

    def __init__(self, settings: Settings, *, clock: Callable[[], int]) -> None:
        self.settings = settings
        self.clock = clock
        self.claim_link: str | None = None
        self._lock: IO[str] | None = None
        self._neighbours: asyncio.Task[None] | None = None
        self.meters = Meters()
        self.web: Server | None = None
        self._registration: Registration | None = None
        self.paying: Paying | None = None
        self.api = MeasuredApi(self.meters, settings.bot_api_url, settings.bot_token)
        self.processes = Processes()

    async def start(self) -> None:
        """Start everything; raises KeyProblem, AlreadyRunning, DatabaseTooNew, CannotListen, WebhookRefused or
        InvalidToken with a sentence."""
        settings = self.settings
        self._lock = lock(settings.data_dir)
        await self._serve_web()
        await self.api.transport.initialize()
        self.application = _application(settings, self.api)
        await self._reach()
        username = self.application.bot.username
        opening = asyncio.create_task(open_database(settings, bot_username=username))
        try:
            self.db = await asyncio.shield(opening)
        except asyncio.CancelledError:
            self.db = await opening  # what was opened must be closed
            raise
        self.rules = self.db.rules
        courier = MeasuredCourier(self.api, self.processes, settings.data_dir, self.db.cipher)
        courier.meters = self.meters
        pace = Pace(settings.limits())
        self.sender = Sender(self.db, courier, pace, clock=self.clock, slots=settings.send_slots)
        self.receiver = Receiver(
            self.db,
            self.api,
            self.application,
            self.rules,
            bot_id=settings.bot_id,
            clock=self.clock,
            slots=settings.handle_slots,
        )
        context = JobContext(self.db, self.api, self.processes, settings.data_dir, self.rules, self.clock)
        self.jobs = Jobs(context, KINDS)
        if sending.RAIL in self.rules.rails:
            account = PayPal(settings.paypal_url, settings.paypal_client_id, settings.paypal_secret)
            self.paying = Paying(self.db, account, clock=self.clock)
        self.scheduler = Scheduler(self.db, clock=self.clock)
        self.db.on_commit = self._committed
        self._measure(pace)
        await self._welcome_owners(username)
        await self.sender.start()
        await self._receive()
        self.jobs.start()
        if self.paying is not None:
            await self.paying.start()
        await self.scheduler.start()
        self._neighbours = asyncio.create_task(self._follow_neighbours())
        await self._set_menus()
        if self.web is not None:
            self.web.ready = True
        log.info("ready", bot=settings.bot_id)

    async def stop(self) -> None:
        """Stop in the right order, within DRAIN_SECONDS; safe after a start that failed half-way."""
        ends = asyncio.get_running_loop().time() + DRAIN_SECONDS
        if self._neighbours is not None:
            self._neighbours.cancel()
            await asyncio.gather(self._neighbours, return_exceptions=True)
        if self._registration is not None:
            await self._registration.stop()
        if self.web is not None:
            self.web.ready = False
            if self.web.webhook is not None:
                await self.web.webhook.close(seconds=DRAIN_SECONDS / 2)
        for name in ("receiver", "scheduler", "jobs", "paying", "sender"):
            part: Receiver | Scheduler | Jobs | Paying | Sender | None = getattr(self, name, None)
            if isinstance(part, Receiver | Sender):
                await part.stop(seconds=max(0.0, ends - asyncio.get_running_loop().time()))
            elif part is not None:
                await part.stop()
        await self.processes.close()
        if hasattr(self, "application"):
            await self.application.shutdown()
        if self.web is not None:
            await self.web.stop()
        if hasattr(self, "db"):
            await self.db.close()
        await self.api.transport.shutdown()
        if self._lock is not None:
            self._lock.close()
        log.info("stopped")

    def _committed(self, signals: list[Signal]) -> None:
        for topic, value in signals:
            if topic == "outbox":
                assert isinstance(value, Pending)
                self.sender.queue(value)
            elif topic == "jobs":
                self.jobs.wake()

    async def _serve_web(self) -> None:
        settings = self.settings
        if not settings.web_port:
            return
        registry = self.meters.registry
        hook = Webhook(settings.webhook_path, settings.webhook_token, registry) if settings.webhook_url else None
        web = Server(settings.web_host, settings.web_port, webhook=hook, registry=registry, clock=self.clock)
        await web.start()
        self.web = web

    def _measure(self, pace: Pace) -> None:
        meters, clock = self.meters, self.clock
        meters.watch_database(self.db, self.settings.data_dir / "tallyhand.db")
        meters.watch_pace(pace)
        meters.watch_ticks(self.scheduler)
        self.receiver.on_handled = lambda outcome, since: meters.handled(outcome, (clock() - since) / SECOND)
        self.scheduler.on_tick = lambda name, succeeded: meters.ticked(name, succeeded, clock())
        if self.web is not None:
            self.web.opened(self.db)

    async def _receive(self) -> None:
        """Take updates in: sent by Telegram with a webhook, else fetched. What waits with Telegram is never dropped.

        A webhook an earlier start (or program) set would keep every update from a bot that fetches, so it is deleted.
        """
        settings = self.settings
        if not settings.webhook_url:
            with contextlib.suppress(TelegramError):
                await forget(self.api)
            await self.receiver.start()
            return
        assert self.web is not None and self.web.webhook is not None
        await self.receiver.start(poll=False)
        self.web.webhook.open(self.receiver.take_in)
        self._registration = Registration(self.api, settings, self.meters.registry, self.clock)
        await self._registration.start()

    async def _follow_neighbours(self) -> None:
        """What a command beside the bot (`tick`, `import`) queued is sent and worked off by the running bot."""
        while True:
            try:
                if await self.db.neighbours_wrote():
                    await self.sender.load()
                    self.jobs.wake()
            except sqlite3.Error as error:
                log.error("outbox_unreadable", error=type(error).__name__)
            await asyncio.sleep(NEIGHBOUR_SECONDS)

    async def _reach(self) -> None:
        """Ask the Bot API who we are; waits as long as no server answers, but not for one that knows no such token."""
        for attempt in itertools.count(1):
            try:
                await self.application.initialize()
                return
            except InvalidToken:
                raise
            except TelegramError as error:
                address = self.settings.bot_api_url
                log.warning("bot_api_not_reached", error=type(error).__name__, address=address, attempt=attempt)
                await asyncio.sleep(min(5.0, 0.2 * 2 ** min(attempt, 5)))

    async def _welcome_owners(self, username: str) -> None:
        code = secrets.token_urlsafe(16)
        await self.db.write(joining.appoint_owners, self.settings.owner_ids, now=self.clock())
        if await self.db.write(joining.make_claim, code, now=self.clock()):
            self.claim_link = f"https://t.me/{username}?start={code}"

    async def _set_menus(self) -> None:
        """The menu of people the bot does not know yet, in each language; English for all the others."""
        for language in LANGUAGES:
            commands = menu_for(Words(language, self.rules))
            values: dict[str, Any] = {
                "commands": [{"command": command, "description": text} for command, text in commands],
                "scope": {"type": "all_private_chats"},
                "language_code": "" if language == LANGUAGES[0] else language,
            }
            try:
                await self.api.call("setMyCommands", values)
            except TelegramError as error:
                log.warning("menu_not_set", error=type(error).__name__)


def lock(data_dir: Path) -> IO[str]:
    """Own the folder for as long as the file stays open; raises AlreadyRunning."""
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = (data_dir / "lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise AlreadyRunning(f"Another Tallyhand is running on {data_dir}.") from None
    return file


def rules_of(settings: Settings, bot_username: str) -> Rules:
    """The installation's rules; no answer of a batch may be named like a button, in any language."""
    rules = settings.rules(bot_username=bot_username)
    return replace(
        rules,
        controls=tuple(Words(language, rules).plain(control) for language in LANGUAGES[1:] for control in CONTROLS),
    )


async def open_database(settings: Settings, *, bot_username: str = "") -> Database:
    """Open the database of these settings with its key; raises KeyProblem or DatabaseTooNew."""
    path = settings.data_dir / "tallyhand.db"
    secret, made = keys.find(settings, database_exists=path.exists())
    if made is not None:
        log.warning(
            "key_made", file=str(made), note="keep a copy apart from the database; without it nobody can read it"
        )
    db = await Database.open(path, Cipher(secret), rules_of(settings, bot_username))
    try:
        await db.write(keys.check)
        await db.write(keys.check_currency)
    except BaseException:
        await db.close()
        raise
    return db


@contextlib.asynccontextmanager
async def running(settings: Settings, *, clock: Callable[[], int] | None = None) -> AsyncIterator[App]:
    """The product, started and in the end stopped."""
    app = App(settings, clock=clock or now)
    try:
        await app.start()
        yield app
    finally:
        await app.stop()


async def serve(settings: Settings, *, say: Callable[[str], None]) -> None:
    """Run until SIGTERM or SIGINT, which end a start that waits for its server, too."""
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    serving, ending = asyncio.create_task(_serve(settings, say)), asyncio.create_task(ended.wait())
    await asyncio.wait((serving, ending), return_when=asyncio.FIRST_COMPLETED)
    ending.cancel()
    if not serving.done():
        say("Stopping: what is in hand is finished first.")
        serving.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await serving


async def _serve(settings: Settings, say: Callable[[str], None]) -> None:
    async with running(settings) as app:
        _settle_memory()
        say(f"Tallyhand runs as @{app.rules.bot_username}.")
        if app.claim_link:
            say(f"Nobody owns this bot yet. Whoever opens this link first becomes its owner: {app.claim_link}")
        await cores.keep_together()


def _settle_memory() -> None:
    """Keep the collector off what the start made and will stay: looking through it took a fifth of every step."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def _application(settings: Settings, api: MeasuredApi) -> Application[Any, Any, Any, Any, Any, Any]:
    application = (
        Application.builder()
        .token(settings.bot_token)
        .base_url(f"{settings.bot_api_url}/bot")
        .base_file_url(f"{settings.bot_api_url}/file/bot")
        .request(api.transport)
        .get_updates_request(api.transport)
        .updater(None)
        .job_queue(None)
        .build()
    )
    routes.register(application)
    return application
