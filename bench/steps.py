"""Full steps a second: a tap comes in, and its answer and the next card go out; for ours, with the submission on disk.

The server runs here with its limits off, the bot in a process of its own. Every person begins the next step as soon as
the last has ended, so the rate is the bot's: what the server's side used of its core is shown beside it.
"""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from time import perf_counter

from bench import seeding
from bench.contenders import (
    AIOGRAM_ECHO,
    AIOGRAM_TAPS,
    ECHO_OVER_OURS,
    ECHOES,
    OURS,
    STEPS,
    TOKEN,
    Contender,
    environment,
)
from bench.crowd import Crowd, ids
from bench.options import Options
from bench.process import Process, cpu_seconds, machine_seconds, running
from bench.report import Report, percentile, table
from emulator.server import Emulator

WARM_SECONDS = 1.0
MOST_PER_SECOND = 2_500
START_SECONDS = 30.0
HEAD = ("bot", "steps/s", "× reference", "CPU ms/step", "p50 ms", "p95 ms", "server", "others")


class Broken(Exception):
    """The measurement means nothing; says why."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One contender in one round. Times in milliseconds; `server` and `others` are cores that were busy meanwhile:
    with the server's side, and with what has nothing to do with the measurement."""

    name: str
    steps: int
    per_second: float
    cpu_ms: float
    server: float
    others: float
    p50_ms: float
    p95_ms: float
    total: int
    kept: int | None = None
    imbalance: int | None = None


@dataclass(frozen=True, slots=True)
class _Moment:
    """Counters at one moment: steps ended, processor seconds of the bot, of the server's side, of the machine."""

    steps: int
    bot: float
    server: float
    machine: float
    at: float


def _now(crowd: Crowd, bot: Process) -> _Moment:
    return _Moment(len(crowd.steps), bot.cpu_seconds(), cpu_seconds(), machine_seconds(), perf_counter())


async def measure(contender: Contender, folder: Path, *, people: int, seconds: float, seed: int) -> Measured:
    """Run one contender alone. Raises Broken when steps are lost, or what ours has kept is not what was tapped."""
    data_dir = folder / "data"
    if contender.ours:
        places = int((WARM_SECONDS + seconds) * MOST_PER_SECOND) + people * seeding.OVERLAP
        await seeding.seed(data_dir, workers=ids(people), submissions=places)
    async with Emulator(bots={TOKEN: "tallyhand_bot"}, limits=False) as server:
        crowd = Crowd(server, count=people, taps=contender.taps, seed=seed)
        async with running(contender.command, environment(contender, server.address, data_dir), folder) as bot:
            if not await bot.outlives(crowd.gather(contender.opening), START_SECONDS):
                raise Broken(f"{contender.name}: not everybody has a card\n{bot.said()}")
            crowd.go()
            await asyncio.sleep(WARM_SECONDS)
            before = _now(crowd, bot)
            await asyncio.sleep(seconds)
            after = _now(crowd, bot)
            lost = await crowd.rest()
            if lost or crowd.strange or after.steps == before.steps:
                raise Broken(f"{contender.name}: {lost} lost, {crowd.strange} strange\n{bot.said()}")
    kept = seeding.look(data_dir) if contender.ours else None
    total = len(crowd.steps)
    if kept is not None and (kept.submissions, kept.imbalance, kept.waiting) != (total, 0, 0):
        raise Broken(f"{contender.name}: {total} taps answered, but {kept}")
    steps, took = after.steps - before.steps, after.at - before.at
    bot_cpu, server_cpu = after.bot - before.bot, after.server - before.server
    waits = [wait for _, wait in crowd.steps[before.steps : after.steps]]
    return Measured(
        name=contender.name,
        steps=steps,
        per_second=round(steps / took, 1),
        cpu_ms=round(bot_cpu / steps * 1000, 3),
        server=round(server_cpu / took, 2),
        others=round(max(0.0, after.machine - before.machine - bot_cpu - server_cpu) / took, 2),
        p50_ms=round(percentile(waits, 0.5) * 1000, 1),
        p95_ms=round(percentile(waits, 0.95) * 1000, 1),
        total=total,
        kept=None if kept is None else kept.submissions,
        imbalance=None if kept is None else kept.imbalance,
    )


async def run(report: Report, folder: Path, options: Options) -> None:
    """Measure every contender, round by round in an order drawn by the seed, and print the table."""
    chance = Random(options.seed)
    found: dict[str, list[Measured]] = {}
    for number in range(options.rounds):
        wanted = [one for one in (*STEPS, *(ECHOES if number == 0 else ())) if options.only in one.name]
        for contender in chance.sample(wanted, len(wanted)):
            place = folder / f"{number}-{len(found)}-{chance.getrandbits(32):x}"
            measured = await measure(
                contender, place, people=options.people, seconds=options.seconds, seed=options.seed
            )
            report.add("steps", round=number, **asdict(measured))
            found.setdefault(contender.name, []).append(measured)
            print(f"  {contender.name}: {measured.per_second:,.0f} steps/s", flush=True)
    _print(found, options)
    _goals(report, {name: _calmest(rounds) for name, rounds in found.items()})


def _goals(report: Report, found: dict[str, Measured]) -> None:
    """What ours is to reach beside each peer that was measured."""
    ours = found.get(OURS.name)
    if ours is None:
        return
    what = "durable steps a second"
    if (taps := found.get(AIOGRAM_TAPS.name)) is not None:
        report.goal(what, "aiogram's tap bot", wanted=1.2, reached=ours.per_second / taps.per_second)
    if rates := [found[one.name].per_second for one in STEPS if one.reference and one.name in found]:
        report.goal(what, "python-telegram-bot's tap bot at its best", wanted=3, reached=ours.per_second / max(rates))
    if (echo := found.get(AIOGRAM_ECHO.name)) is not None:
        report.goal(what, "aiogram's echo", wanted=0.6, reached=ours.per_second / echo.per_second)
    if (echo := found.get(ECHO_OVER_OURS.name)) is not None:
        reached = ours.cpu_ms / echo.cpu_ms
        report.goal(
            "processor time of a durable step", "echo over our transport", wanted=2.5, reached=reached, at_least=False
        )


def _print(found: dict[str, list[Measured]], options: Options) -> None:
    best = max(
        (_calmest(found[one.name]).per_second for one in STEPS if one.reference and one.name in found), default=0
    )
    rounds, seconds = options.rounds, options.seconds
    print(f"\nFull steps with {options.people} people at once: of {rounds} rounds of {seconds:g} s the calmest one")
    print("Reference (1.00): python-telegram-bot's tap bot on its default transport, at its best")
    print("server, others: cores busy with the server's side, and with what has nothing to do with this run\n")
    print(table(HEAD, [_line(one, found[one.name], best) for one in (*STEPS, *ECHOES) if one.name in found]))
    for measured in (one for rows in found.values() for one in rows if one.kept is not None):
        print(
            f"Tallyhand: {measured.total} taps answered, {measured.kept} submissions, ledger sum {measured.imbalance}"
        )


def _calmest(rounds: list[Measured]) -> Measured:
    """The round in which the machine did least else: chosen by that alone, never by the result."""
    return min(rounds, key=lambda one: one.others)


def _line(contender: Contender, rounds: list[Measured], best: float) -> tuple[str, ...]:
    one = _calmest(rounds)
    return (
        contender.name,
        f"{one.per_second:,.0f}",
        f"{one.per_second / best:.2f}" if best else "–",
        f"{one.cpu_ms:.2f}",
        f"{one.p50_ms:.0f}",
        f"{one.p95_ms:.0f}",
        f"{one.server:.2f}",
        f"{one.others:.2f}",
    )
