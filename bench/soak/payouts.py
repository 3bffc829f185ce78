"""The run of payouts: the real bot pays many people over PayPal's faulty stand-in and is killed again and again.

What is compared in the end are three accounts of the same money that know nothing of each other: the rows of the bot,
its ledger replayed, and the stand-in's own count of what it paid to whom. `python -m bench.soak payouts`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any

import aiohttp

from bench.process import ROOT
from bench.soak import books, paydays
from bench.soak.books import Violation
from bench.soak.plan import SHORT, Ending, draw
from bench.soak.points import PAYING
from bench.soak.victims import TOKEN, Death, Victims, victims
from domain.bank_answers import key_of
from emulator.server import Emulator
from tests.paydays import FIRST_WORKER

CLIENT, SECRET = "soak-client", "soak-secret-of-paypal"
FAULTS: dict[str, Any] = {
    "create": {
        "error_before": 0.06,
        "cut_before": 0.04,
        "timeout_after": 0.15,
        "error_after": 0.06,
        "cut_after": 0.04,
        "too_many": 0.05,
        "slow": 0.05,
        "unauthorized": 0.02,
    },
    "read": {"error_before": 0.06, "cut_after": 0.04, "too_many": 0.03, "slow": 0.05, "unauthorized": 0.02},
    "token": {"error_before": 0.05, "cut_after": 0.03, "slow": 0.03},
}
"""Before paying 10 %, time-outs after paying 15 %, broken off after paying 10 %, and besides what any service does."""
REST_SECONDS = 180.0


@dataclass(frozen=True, slots=True)
class Load:
    """`items` payouts a call; of the kills `every` other one is at a named point, the others after `after` seconds."""

    payouts: int = 1_000
    kills: int = 50
    items: int = 5
    provider_kills: int = 3
    after: tuple[float, float] = (0.05, 2.0)
    settle: float = 0.6
    lag: float = 0.8
    hang: float = 2.0
    patience: float = 6.0
    """So long a process may take to come by its point; then it is killed where it is."""
    whole: bool = True
    """The whole bot with a Bot API, so that receipts are read; else the engine and the database alone."""


SMALL = Load(
    payouts=40,
    kills=5,
    items=4,
    provider_kills=1,
    after=(0.02, 0.2),
    settle=0.1,
    lag=0.1,
    hang=0.4,
    patience=1.5,
    whole=False,
)


@dataclass(slots=True)
class Outcome:
    """What a run left: where the database is, who died how and with how many payouts open, the stand-in's truth."""

    data_dir: Path
    load: Load
    deaths: list[Death] = field(default_factory=list)
    open_at: list[int] = field(default_factory=list)
    truth: dict[str, Any] = field(default_factory=dict)
    receipts: Counter[int] = field(default_factory=Counter)
    seconds: float = 0.0
    provider_kills: int = 0
    secret_told: bool = False


class NotSettled(Exception):
    """Without kills there are still payouts without an end; says which."""


class Provider:
    """The stand-in as a process of its own that can be killed; it listens where it did and knows what it knew."""

    def __init__(self, folder: Path, load: Load, seed: int) -> None:
        self._folder, self._load, self._seed = folder, load, seed
        self._process: asyncio.subprocess.Process | None = None
        self.port = 0
        self.kills = 0
        self._calls: Counter[str] = Counter()
        self._struck: Counter[str] = Counter()

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Start it, and wait until it listens."""
        port_file = self._folder / "paypal.port"
        port_file.unlink(missing_ok=True)
        arguments = {
            "--port": self.port,
            "--port-file": port_file,
            "--client": CLIENT,
            "--secret": SECRET,
            "--state": self._folder / "paypal.jsonl",
            "--faults": json.dumps(
                FAULTS
                | {"seconds": {"hang": self._load.hang, "slow": 0.2, "retry_after": 1}}
                | {"seed": self._seed * 100 + self.kills}
            ),
            "--settle": self._load.settle,
            "--lag": self._load.lag,
            "--token-seconds": 8,
            "--seed": self._seed,
        }
        with (self._folder / "paypal.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "emulator.paypal",
                *(str(part) for pair in arguments.items() for part in pair),
                cwd=ROOT,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        while not port_file.exists():
            if self._process.returncode is not None:
                raise RuntimeError((self._folder / "paypal.log").read_text()[-2_000:])
            await asyncio.sleep(0.02)
        self.port = int(port_file.read_text())

    async def kill(self) -> None:
        """`kill -9`."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGKILL)
            await self._process.wait()

    async def follow(self) -> None:
        """`kill -9`, and one that goes on; its counts of calls and faults would begin anew, so they are kept here."""
        found = await self._asked()
        self._calls.update(found["calls"])
        self._struck.update(found["struck"])
        self.kills += 1
        await self.kill()
        await self.start()

    async def truth(self) -> dict[str, Any]:
        """What it paid, by its own count, and the calls and faults of all its processes."""
        found = await self._asked()
        return found | {
            "calls": self._calls + Counter(found["calls"]),
            "struck": self._struck + Counter(found["struck"]),
        }

    async def _asked(self) -> dict[str, Any]:
        async with aiohttp.ClientSession(self.address) as http, http.get("/control/truth?items=1") as response:
            found: dict[str, Any] = await response.json()
            return found


async def play(seed: int, folder: Path, load: Load) -> Outcome:
    """Run it in a fresh folder; raises NotSettled."""
    began = time.monotonic()
    outcome = Outcome(folder / "data", load)
    everybody = await paydays.seed(outcome.data_dir, payouts=load.payouts)
    plan = draw(seed, replace(SHORT, point_patience=load.patience))
    async with Emulator(bots={TOKEN: "tallyhand_bot"}, limits=False) as server, _provider(folder, load, seed) as paypal:
        bot = server.world.bot_called(None)
        for telegram_id, name in everybody.items():
            server.people.begin(bot, server.people.add(name, id=telegram_id))
        settings = paydays.SETTINGS | {
            "PAYPAL_URL": paypal.address,
            "PAYPAL_CLIENT_ID": CLIENT,
            "PAYPAL_SECRET": SECRET,
            "SOAK_PAYING": str(load.items),
            "SOAK_PAYPAL_SECONDS": str(load.hang * 0.4),
        }
        program = "bench.soak.victim" if load.whole else "bench.soak.payer"
        async with victims(folder, server.address, plan, program=program, **settings) as run:
            run.set("shift", 0.0)
            await _die_often(run, paypal, outcome, seed)
            await run.renew()
            outcome.deaths = [death for death in run.deaths if death.code == -signal.SIGKILL]
            await _settled(outcome)
            if load.whole:
                await _receipts(bot, outcome)
            outcome.truth = await paypal.truth()
            await run.stop()
            outcome.secret_told = SECRET in (folder / "log.jsonl").read_text(errors="replace")
        outcome.provider_kills = paypal.kills
    outcome.seconds = time.monotonic() - began
    return outcome


@contextlib.asynccontextmanager
async def _provider(folder: Path, load: Load, seed: int) -> AsyncIterator[Provider]:
    made = Provider(folder, load, seed)
    await made.start()
    try:
        yield made
    finally:
        await made.kill()


async def _die_often(run: Victims, paypal: Provider, outcome: Outcome, seed: int) -> None:
    load = outcome.load
    for number, ending in enumerate(_endings(load, Random(seed))):
        await run.start(ending)
        watching = asyncio.create_task(_watch(outcome))
        await run.meet(ending)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        every = load.kills // max(1, load.provider_kills)
        if number % max(1, every) == every // 2 and paypal.kills < load.provider_kills:
            await paypal.follow()


async def _watch(outcome: Outcome) -> None:
    """Note how many payouts had no end when the process died, as near as one can look."""
    outcome.open_at.append(0)
    while True:
        outcome.open_at[-1] = len(_open(outcome.data_dir))
        await asyncio.sleep(0.1)


def _endings(load: Load, chance: Random) -> Iterator[Ending]:
    """By turns at a random instant and at a named point; each point comes as often as any other."""
    names = list(PAYING)
    chance.shuffle(names)
    for number in range(load.kills):
        if number % 2:
            yield Ending("point", 0.0, names[number // 2 % len(names)], nth=chance.randint(1, 4))
        else:
            yield Ending("kill", chance.uniform(*load.after))


async def _settled(outcome: Outcome) -> None:
    ends = time.monotonic() + REST_SECONDS
    while left := _open(outcome.data_dir):
        if time.monotonic() > ends:
            raise NotSettled(f"{len(left)} payouts have no end: {left[:5]}")
        await asyncio.sleep(0.1)


async def _receipts(bot: Any, outcome: Outcome) -> None:
    """Wait until everybody who was paid has read so, and count."""
    ends = time.monotonic() + REST_SECONDS
    while any(books.waiting(outcome.data_dir).values()):
        if time.monotonic() > ends:
            raise NotSettled(f"what waits: {books.waiting(outcome.data_dir)}")
        await asyncio.sleep(0.1)
    for telegram_id in range(FIRST_WORKER, FIRST_WORKER + outcome.load.payouts):
        chat = bot.chats.get(telegram_id)
        outcome.receipts[telegram_id] = sum("💸" in _text(one) for one in chat.messages.values()) if chat else 0


def _text(stored: Any) -> str:
    return str(stored.body.get("text", "")) if stored.from_bot else ""


def _open(data_dir: Path) -> list[tuple[int, str]]:
    with contextlib.closing(books.connect(data_dir / "tallyhand.db")) as db:
        rows = db.execute("select id, state from payouts where state not in ('paid', 'failed', 'returned')")
        return [tuple(row) for row in rows]


def states(data_dir: Path) -> dict[str, int]:
    """How many payouts are in which state."""
    with contextlib.closing(books.connect(data_dir / "tallyhand.db")) as db:
        return dict(tuple(row) for row in db.execute("select state, count(*) from payouts group by state"))


def violations(outcome: Outcome) -> list[Violation]:
    """The rules of any database, and those of this run."""
    return books.violations(outcome.data_dir) + [
        Violation(rule.__name__.strip("_"), where) for rule in RULES for where in rule(outcome)
    ]


def everybody_is_paid_once(outcome: Outcome) -> Iterator[str]:
    """By the provider's own count, each payout once and no other."""
    by_item = outcome.truth["by_item"]
    with contextlib.closing(books.connect(outcome.data_dir / "tallyhand.db")) as db:
        own = db.execute("select value from facts where name = 'installation'").fetchone()[0].decode()
        rows = db.execute("select id, amount from payouts")
        wanted = {key_of(own, row["id"]): row["amount"] for row in rows}
    yield from (f"{key} is not ours" for key in by_item.keys() - wanted.keys())
    for key, amount in wanted.items():
        one = by_item.get(key, {"taken": 0, "paid": 0, "values": []})
        if (one["taken"], one["paid"]) != (1, 1):
            yield f"{key}: taken {one['taken']} times, paid {one['paid']} times"
        elif round(float(one["values"][0]) * 1_000_000) != amount:
            yield f"{key}: {one['values'][0]} was paid for {amount} micro-units"
    receivers = Counter(receiver for one in by_item.values() for receiver in one["receivers"])
    yield from (f"{receiver} was paid {number} times" for receiver, number in receivers.items() if number != 1)


def nothing_is_unknown(outcome: Outcome) -> Iterator[str]:
    """Every payout is paid, and says so."""
    found = states(outcome.data_dir)
    if found != {"paid": outcome.load.payouts}:
        yield f"payouts: {found}"


def everybody_was_told(outcome: Outcome) -> Iterator[str]:
    """Each has a receipt (or one that waits, where nothing is sent); a second one at most for each kill."""
    if outcome.load.whole:
        yield from (f"person {number} has no receipt" for number, receipts in outcome.receipts.items() if not receipts)
        return
    with contextlib.closing(books.connect(outcome.data_dir / "tallyhand.db")) as db:
        (waiting,) = db.execute("select count(*) from outbox where key = 'payout_paid'").fetchone()
    if waiting != outcome.load.payouts:
        yield f"{waiting} receipts wait"


def the_secret_is_in_no_log(outcome: Outcome) -> Iterator[str]:
    """Neither in a line nor in a traceback."""
    if outcome.secret_told:
        yield "PAYPAL_SECRET is in the log"


RULES = (everybody_is_paid_once, nothing_is_unknown, everybody_was_told, the_secret_is_in_no_log)


def row(outcome: Outcome, found: list[Violation]) -> dict[str, Any]:
    """The run in figures."""
    truth, load = outcome.truth, outcome.load
    points = Counter(death.point for death in outcome.deaths if death.how == "point" and death.reached)
    struck = Counter(truth["struck"])
    return {
        "payouts": load.payouts,
        "a_call": load.items,
        "kills": len(outcome.deaths),
        "kills_while_some_were_open": sum(number > 0 for number in outcome.open_at),
        "points": dict(points),
        "unreached": sorted(set(PAYING) - set(points)),
        "provider_kills": outcome.provider_kills,
        "calls": truth["calls"],
        "struck": dict(struck),
        "calls_broken_when_it_was_done": sum(
            number for name, number in struck.items() if "create" in name and "_after" in name
        ),
        "batches_at_the_provider": truth["batches"],
        "paid_once_by_the_provider": truth["paid_once"],
        "paid_twice_or_more": truth["paid_twice_or_more"],
        "states": states(outcome.data_dir),
        "receipts_sent_twice": sum(number > 1 for number in outcome.receipts.values()),
        "seconds": round(outcome.seconds),
        "violations": [str(one) for one in found],
    }
