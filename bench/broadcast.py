"""A broadcast at Telegram's limit: how long it takes, what a worker who taps meanwhile feels, what a kill in it costs.

The server keeps its limits as it has them by default; ours runs as it is run, pace and all. A coordinator publishes a
batch by its button, and everybody who works in its language gets an offer. Duration counts from that tap to the last
offer's arrival; what answers took of the limit meanwhile is subtracted. `--size receivers=N` makes it shorter.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from time import perf_counter

from bench.audience import Audience
from bench.contenders import OURS, TOKEN, Contender, environment
from bench.options import Options
from bench.process import ROOT, running
from bench.report import Report, percentile, table
from domain.rules import Rules
from emulator.server import Emulator
from storage import batches, people
from storage.cipher import Cipher
from storage.database import Database, Tx
from tests import builders
from usecases import progress

LIMIT = 30.0
TAPPERS, ASKERS = 20, 4
OWNER = 999
START_SECONDS = 30.0
WARM_SECONDS = 2.0
LATENCIES = (0.002, 0.15)
PEERS = tuple(
    Contender(
        f"python-telegram-bot, AIORateLimiter, {name}",
        (str(ROOT / "bench" / "peers" / "ptb_rate_limiter.py"), mode),
    )
    for name, mode in (("one by one", "one_by_one"), ("all at once", "at_once"))
)


class Broken(Exception):
    """The measurement means nothing; says why."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One broadcast. Seconds; `answers` are messages to others meanwhile, `ratio` is to the limit without those.

    `quiet_…` and `busy_…` are the 95th percentiles in milliseconds without and with the broadcast: from a tap to the
    edited card, from a command to its answer.
    """

    name: str
    receivers: int
    reached: int
    seconds: float
    answers: int
    ratio: float
    refused: int
    quiet_tap_ms: float
    busy_tap_ms: float
    quiet_ask_ms: float
    busy_ask_ms: float
    busy_taps: int


@dataclass(frozen=True, slots=True)
class Restarted:
    """A broadcast with a kill in it: seconds until it goes on; of the receivers, those with none and those with two.

    `unmarked` messages had arrived and were not noted when the bot died; `most` is how many somebody got.
    """

    latency_ms: float
    receivers: int
    before: int
    seconds: float
    missed: int
    doubled: int
    unmarked: int
    most: int
    refused: int


async def seed(data_dir: Path, audience: Audience) -> None:
    """Workers of one language with an open batch, workers of another with a draft that has a place for each fourth."""
    db = await Database.open(data_dir / "tallyhand.db", Cipher(b"bench"), Rules(bot_username="tallyhand_bot"))
    try:
        await db.write(_fill, workers=tuple(audience.workers), receivers=len(audience.receivers), now=_now())
        for first in range(0, len(audience.receivers), 1_000):
            await db.write(_enlist, tuple(audience.receivers[first : first + 1_000]), now=_now())
    finally:
        await db.close()


def _now() -> int:
    return time.time_ns() // 1000


def _enlist(tx: Tx, ids: tuple[int, ...], now: int) -> None:
    for number in ids:
        builders.make_worker(tx, number, f"Receiver {number}", now=now)


def _fill(tx: Tx, *, workers: tuple[int, ...], receivers: int, now: int) -> None:
    owner = builders.make_owner(tx, telegram_id=OWNER, now=now)
    for number in workers:
        worker = builders.make_worker(tx, number, f"Worker {number}", languages=("fr",), now=now)
        people.change(tx, worker.id, listening="no_offers")
    if workers:
        work = builders.make_batch(tx, "choose_one", 1_500, overlap=len(workers), by=owner, texts=True, now=now)
        batches.change(tx, work, language="fr")
        builders.finish_jobs(tx, "offers", now=now)
    tasks = receivers // 4 + 10
    draft = builders.make_draft(tx, n_tasks=tasks, by=owner, caption="max 1", texts=True, now=now)
    builders.add_funds(tx, by=owner, amount=tasks * 50_000, now=now)
    progress.show(tx, owner, draft, now=now)


async def measure(
    contender: Contender, folder: Path, *, receivers: int, quiet: float, seed_: int, settle: float = WARM_SECONDS
) -> Measured:
    """Let people tap (after `settle`, twice) and broadcast meanwhile; half of `quiet` seconds before it, half after."""
    async with Emulator(bots={TOKEN: "tallyhand_bot"}) as server:
        audience = Audience(server, tappers=TAPPERS, askers=ASKERS, receivers=receivers, seed=seed_)
        publish = await _prepare(contender, folder, server, audience)
        async with running(contender.command, _environment(contender, server, folder), folder) as bot:
            if not await bot.outlives(audience.gather(contender.opening), START_SECONDS):
                raise Broken(f"{contender.name}: not everybody has a card\n{bot.said()}")
            await asyncio.sleep(settle)  # what the gathering took of the limit comes back
            audience.go()
            await asyncio.sleep(settle)
            calls, calm = server.world.calls.n, perf_counter()
            await asyncio.sleep(quiet / 2)
            began, sends = perf_counter(), server.world.calls.n
            await publish()
            await audience.reached(receivers, seconds=2 * receivers / LIMIT + 30)
            ended = audience.arrivals[-1] if audience.arrivals else perf_counter()
            waits = {kind: audience.waited(kind, began, ended) for kind in ("tap", "ask")}
            after, last = perf_counter(), server.world.calls.n
            await asyncio.sleep(quiet / 2)
            await audience.rest()
            bot.must_run()
        log = server.world.calls.after(calls)
    to_others = [
        call
        for call in log
        if sends < call["n"] <= last and _is_send(call) and call["chat_id"] not in audience.receivers
    ]
    seconds, answers = ended - began, sum(call["ok"] for call in to_others)
    quiet_waits = {
        kind: audience.waited(kind, calm, began) + audience.waited(kind, after, perf_counter())
        for kind in ("tap", "ask")
    }

    def p95(found: dict[str, list[float]], kind: str) -> float:
        return round(percentile(found[kind], 0.95) * 1000, 1)

    return Measured(
        name=contender.name,
        receivers=receivers,
        reached=len(audience.received),
        seconds=round(seconds, 2),
        answers=answers,
        ratio=round((seconds - answers / LIMIT) / (receivers / LIMIT), 4),
        refused=sum(call["error_code"] == 429 for call in log),
        quiet_tap_ms=p95(quiet_waits, "tap"),
        busy_tap_ms=p95(waits, "tap"),
        quiet_ask_ms=p95(quiet_waits, "ask"),
        busy_ask_ms=p95(waits, "ask"),
        busy_taps=len(waits["tap"]),
    )


async def restart(folder: Path, *, receivers: int, latency: float, seed_: int) -> Restarted:
    """Kill the bot when a third has an offer, start it again, wait for the rest."""
    async with Emulator(bots={TOKEN: "tallyhand_bot"}) as server:
        audience = Audience(server, tappers=0, askers=0, receivers=receivers, seed=seed_)
        publish = await _prepare(OURS, folder, server, audience)
        server.world.faults.replace([{"kind": "slow", "seconds": latency}], seed_, server.world.clock.now())
        calls = server.world.calls.n
        env = _environment(OURS, server, folder)
        async with running(OURS.command, env, folder) as bot:
            await publish()
            if not await audience.reached(receivers // 3, seconds=START_SECONDS + receivers / LIMIT):
                raise Broken(f"no broadcast\n{bot.said()}")
            os.kill(bot.pid, signal.SIGKILL)
        await asyncio.sleep(2 * latency + 0.05)  # what was on its way arrives
        before = len(audience.received)
        unmarked = before - (receivers - _waiting(folder / "data"))
        began, sent = perf_counter(), len(audience.arrivals)
        async with running(OURS.command, env, folder / "again") as bot:
            whole = await audience.reached(receivers, seconds=START_SECONDS + 2 * receivers / LIMIT)
            if len(audience.arrivals) == sent:
                raise Broken(f"it did not go on\n{bot.said()}")
            await asyncio.sleep(1.0 if whole else 0.0)  # whatever should not come any more
        log = server.world.calls.after(calls)
    counts = [audience.received[number] for number in audience.receivers]
    return Restarted(
        latency_ms=latency * 1000,
        receivers=receivers,
        before=before,
        seconds=round(audience.arrivals[sent] - began, 2),
        missed=counts.count(0),
        doubled=sum(count - 1 for count in counts if count > 1),
        unmarked=unmarked,
        most=max(counts),
        refused=sum(call["error_code"] == 429 for call in log),
    )


async def _prepare(
    contender: Contender, folder: Path, server: Emulator, audience: Audience
) -> Callable[[], Awaitable[None]]:
    """What starts the broadcast: a tap on Publish with ours, a command with a peer."""
    owner = server.people.add("Owner", language_code="en", id=OWNER)
    server.people.begin(server.world.bot_called(None), owner)
    if contender.ours:
        await seed(folder / "data", audience)
        return lambda: audience.tap_button(OWNER, "Publish")

    async def command() -> None:
        audience.say(OWNER, f"/broadcast {audience.first} {len(audience.receivers)}")

    return command


def _environment(contender: Contender, server: Emulator, folder: Path) -> dict[str, str]:
    env = environment(contender, server.address, folder / "data")
    return env | {"PACING": "true"} if contender.ours else env


def _is_send(call: dict[str, object]) -> bool:
    return str(call["method"]).lower().startswith("send") and call["method"] != "sendChatAction"


def _waiting(data_dir: Path) -> int:
    connection = sqlite3.connect(f"{(data_dir / 'tallyhand.db').as_uri()}?mode=ro", uri=True)
    try:
        (waiting,) = connection.execute(
            "select count(*) from outbox where key = 'offer' and state = 'waiting'"
        ).fetchone()
    finally:
        connection.close()
    return int(waiting)


async def run(report: Report, folder: Path, options: Options) -> None:
    """Measure ours, the restarts and the peers; print the tables."""
    receivers = options.size("receivers", 10_000)
    quiet = float(options.size("quiet_seconds", 60))
    found = [await measure(OURS, folder / "ours", receivers=receivers, quiet=quiet, seed_=options.seed)]
    report.add("broadcast", **asdict(found[0]))
    for number, peer in enumerate(PEERS):
        to = min(receivers, options.size("peer_receivers", 900))
        found.append(await measure(peer, folder / f"peer-{number}", receivers=to, quiet=quiet / 3, seed_=options.seed))
        report.add("broadcast", **asdict(found[-1]))
    again = []
    for latency in LATENCIES:
        to = min(receivers, options.size("restart_receivers", 900))
        again.append(await restart(folder / f"again-{latency}", receivers=to, latency=latency, seed_=options.seed))
        report.add("broadcast_restart", **asdict(again[-1]))
    _print(found, again)
    _goals(report, found[0], again)


def _goals(report: Report, ours: Measured, again: list[Restarted]) -> None:
    """What a broadcast of ours is to reach."""
    most = partial(report.goal, at_least=False)
    limit = f"the limit, {ours.receivers:,} / {LIMIT:g} s"
    most("a broadcast's time", limit, wanted=1.03, reached=ours.ratio)
    most("receivers missed, 429s in it", "none", wanted=0, reached=ours.receivers - ours.reached + ours.refused)
    if ours.quiet_tap_ms:
        reached = ours.busy_tap_ms / ours.quiet_tap_ms
        most("p95 from tap to card during it", "the same without it", wanted=1.5, reached=reached)
    for one in again:
        where = f"killed in it, at {one.latency_ms:g} ms of latency"
        most(f"{where}: seconds until it goes on", "from the start", wanted=5, reached=one.seconds)
        most(f"{where}: missed", "none", wanted=0, reached=one.missed)
        most(f"{where}: doubled", "those in flight", wanted=one.unmarked, reached=one.doubled)
        most(f"{where}: most for one chat", "one twice", wanted=2, reached=one.most)


def _print(found: list[Measured], again: list[Restarted]) -> None:
    print(f"\nA broadcast, with {TAPPERS} people tapping and {ASKERS} asking; the limit is {LIMIT:g} messages a second")
    print("× limit: without the places that answers took; p95 in ms, without the broadcast → with it\n")
    head = ("bot", "receivers", "reached", "seconds", "answers", "× limit", "429s", "tap → card", "×", "/help → answer")
    print(table(head, [_line(one) for one in found]))
    print("\nkill -9 when a third has it, and a start at once; of the receivers, who got none and who got it twice\n")
    heads = (
        "server's latency",
        "receivers",
        "before",
        "goes on after s",
        "missed",
        "doubled",
        "in flight",
        "most",
        "429s",
    )
    print(table(heads, [_restart_line(one) for one in again]))


def _line(one: Measured) -> tuple[str, ...]:
    return (
        one.name,
        f"{one.receivers:,}",
        f"{one.reached:,}",
        f"{one.seconds:.1f}",
        str(one.answers),
        f"{one.ratio:.3f}",
        str(one.refused),
        f"{one.quiet_tap_ms:,.0f} → {one.busy_tap_ms:,.0f}",
        f"{one.busy_tap_ms / one.quiet_tap_ms:.2f}" if one.quiet_tap_ms else "–",
        f"{one.quiet_ask_ms:,.0f} → {one.busy_ask_ms:,.0f}",
    )


def _restart_line(one: Restarted) -> tuple[str, ...]:
    return (
        f"{one.latency_ms:g} ms",
        str(one.receivers),
        str(one.before),
        f"{one.seconds:.2f}",
        str(one.missed),
        str(one.doubled),
        str(one.unmarked),
        str(one.most),
        str(one.refused),
    )
