"""One run: people act, the plan's faults strike, processes die and are followed; in the end all is quiet."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from random import Random
from signal import SIGKILL
from typing import Any

from bench.soak import books, seeding
from bench.soak.evidence import Arrived, Evidence
from bench.soak.money import SETTINGS, Money
from bench.soak.people import FIRST_WORKER, People
from bench.soak.plan import CALLS, Plan, Sizes
from bench.soak.points import POINTS
from bench.soak.quality import Quality
from bench.soak.victims import TOKEN, Victims, victims
from emulator.faults import CALL_KINDS
from emulator.server import Emulator

DAY = 86_400


class NotQuiet(Exception):
    """Without faults and with nobody acting, something still waits; says what."""


@dataclass(slots=True)
class Conditions:
    """What holds now, and since when all has been well (None: it is not)."""

    rough: bool = False
    outage: bool = False
    full: bool = False
    shift: float = 0.0
    days: int = 0
    """The clock has gone on by so many, for good."""
    well_since: float | None = None
    calm: list[tuple[float, float]] = field(default_factory=list)
    """Finished stretches of time without any fault."""
    bursts: list[float] = field(default_factory=list)


async def play(plan: Plan, folder: Path) -> tuple[Evidence, Conditions]:
    """Run the plan in a fresh folder; returns what it left. Raises NotQuiet."""
    sizes = plan.sizes
    workers = [FIRST_WORKER + number for number in range(sizes.people)]
    places = int((sizes.rate * sizes.seconds + sizes.burst * sizes.seconds / sizes.burst_every) * 1.2) + 100
    await seeding.seed(
        folder / "data", workers=workers, submissions=places, replies=places // 20, gated=min(2_000, places // 12)
    )
    async with Emulator(bots={TOKEN: "tallyhand_bot"}, limits=True) as server:
        people = People(server, workers=sizes.people, seed=plan.seed, owed=sizes.owed)
        async with victims(folder, server.address, plan, **SETTINGS) as run:
            run.set("shift", 0.0)
            conditions = await _live(plan, server, people, run)
            await _rest(plan, server, run, ahead=DAY * conditions.days)
            await run.stop()
        log = [_without_latency(call, sizes) for call in server.world.calls.after(0)]
        arrived = [
            Arrived(chat.id, number, stored.sent_at)
            for chat in people.bot.chats.values()
            for number, stored in chat.messages.items()
            if stored.from_bot
        ]
    evidence = Evidence(
        data_dir=folder / "data",
        witness=people.witness,
        facts=run.trace.more(),
        calls=log,
        arrived=arrived,
        now=time.time(),
        deaths=run.deaths,
        started=run.started,
        send_slots=sizes.send_slots,
        ahead=DAY * conditions.days,
    )
    return evidence, conditions


def _without_latency(call: dict[str, Any], sizes: Sizes) -> dict[str, Any]:
    """A call that only took its latency was not struck by a fault."""
    is_fault = call["fault"] != "slow" or call["milliseconds"] >= 500 * sizes.hang
    return call if is_fault else call | {"fault": None}


async def _live(plan: Plan, server: Emulator, people: People, run: Victims) -> Conditions:
    """The time of faults; afterwards a process is running, without a kill point, and no fault is set."""
    conditions, sizes = Conditions(), plan.sizes
    others = (*Money(people, plan.seed).stories, *Quality(people, plan.seed).stories)
    turning = asyncio.create_task(_turn(plan, server, people, run, conditions))
    dying = asyncio.create_task(_die(plan, people, run))
    acting = [
        asyncio.create_task(people.keep_acting(sizes.rate, most=sizes.most_waiting)),
        asyncio.create_task(people.stories(min(4.0, sizes.seconds / 15), others)),
    ]
    try:
        if sizes.endings is None:
            await _pass([turning, dying, *acting], sizes.seconds)
            for _ in range(50):
                if sum(death.code == -SIGKILL for death in run.deaths) < sizes.kills:
                    await _pass([turning, dying, *acting], sizes.seconds / 100)
        else:  # however slow the machine is: all ends and all turns
            await dying
            await run.renew()
            await turning
            await _until_struck(plan, server, people, conditions)
    finally:
        for task in (turning, dying, *acting):
            task.cancel()
        ended = await asyncio.gather(turning, dying, *acting, return_exceptions=True)
    for error in ended:
        if isinstance(error, Exception):
            raise error
    server.world.faults.replace([], None, server.world.clock.now())
    run.set("shift", DAY * conditions.days)
    run.set("full", False)
    if sizes.endings is None:
        await run.renew()
    return conditions


async def _pass(tasks: list[asyncio.Task[None]], seconds: float) -> None:
    """Let time pass; less when one of the tasks has failed."""
    await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_EXCEPTION)


async def _turn(plan: Plan, server: Emulator, people: People, run: Victims, conditions: Conditions) -> None:
    """Change the conditions when the plan says so."""
    passed, looked = 0.0, time.monotonic()
    for turn in plan.turns:
        while passed < turn.at:
            await asyncio.sleep(min(0.05, turn.at - passed))
            now = time.monotonic()
            if plan.sizes.endings is None or run.serves:  # else a slow start would let faults pass by unseen
                passed += now - looked
            looked = now
        if turn.what == "burst":
            conditions.bursts.append(time.time())
            for _ in range(int(turn.value)):
                people.act(hurried=True)
            continue
        if turn.what == "outage":
            conditions.outage = True
            asyncio.get_running_loop().call_later(float(turn.value), _over, plan, server, conditions)
            _strike(plan, server, conditions, outage=float(turn.value))
        elif turn.what == "rough":
            conditions.rough = bool(turn.value)
            if not conditions.outage:
                _strike(plan, server, conditions)
        elif turn.what == "days":
            conditions.days += turn.value
            run.set("shift", conditions.shift + DAY * conditions.days)
        elif turn.what == "shift":
            conditions.shift = turn.value
            run.set("shift", conditions.shift + DAY * conditions.days)
        else:
            if turn.what == "full" and not turn.value:
                await _felt(run)
            setattr(conditions, turn.what, turn.value)
            run.set(turn.what, turn.value)
        _note(conditions)


async def _until_struck(
    plan: Plan, server: Emulator, people: People, conditions: Conditions, seconds: float = 30.0
) -> None:
    """Rough times and outages in turn until every kind of fault has struck, and an answer was saved: a slow machine."""
    conditions.rough = True
    for number in range(int(seconds)):
        if people.witness.saved and {call["fault"] for call in server.world.calls.after(0)} >= {*CALL_KINDS}:
            return
        _strike(plan, server, conditions, outage=0.5 if number % 2 else 0.0)
        await asyncio.sleep(1.0)


async def _felt(run: Victims, seconds: float = 5.0) -> None:
    """Wait until a process has run into the full disk: there may have been free room in the file."""
    for _ in range(int(seconds / 0.1)):
        if await asyncio.to_thread(run.said_anywhere, "GroupLost"):
            return
        await asyncio.sleep(0.1)


def _over(plan: Plan, server: Emulator, conditions: Conditions) -> None:
    conditions.outage = False
    _strike(plan, server, conditions)
    _note(conditions)


def _strike(plan: Plan, server: Emulator, conditions: Conditions, *, outage: float = 0.0) -> None:
    faults = plan.random_faults() if conditions.rough else []
    if plan.sizes.latency:
        faults += [{"kind": "slow", "method": method, "seconds": plan.sizes.latency} for method in CALLS]
    if outage:
        faults = [{"kind": "outage", "seconds": outage}, *faults]
    world = server.world
    world.faults.replace(faults, None, world.clock.now())
    if outage:
        for bot in world.bots.values():
            bot.queue.wake()


def _note(conditions: Conditions) -> None:
    """Keep account of the stretches in which all is well."""
    well = not (conditions.rough or conditions.outage or conditions.full or conditions.shift)
    now = time.time()
    if not well and conditions.well_since is not None:
        conditions.calm.append((conditions.well_since, now))
        conditions.well_since = None
    elif well and conditions.well_since is None:
        conditions.well_since = now


async def _die(plan: Plan, people: People, run: Victims) -> None:
    """One process after the other, until cancelled."""
    chance = Random(f"{plan.seed}:asked")
    for ending in islice(plan.endings(), plan.sizes.endings):
        await run.start(ending)
        asking = asyncio.create_task(_bring_about(ending.point, people, run, chance))
        try:
            await run.meet(ending)
        finally:
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)


async def _bring_about(point: str, people: People, run: Victims, chance: Random) -> None:
    """Have somebody do what makes the process come by the point."""
    needs = POINTS[point].needs if point else ""
    await run.serving(60.0)
    while needs in ("import", "offers", "export"):
        await asyncio.sleep(2.0)
        if needs == "export":
            await people.export()
        else:
            await people.bring(chance.choice(("texts", "photos")) if needs == "import" else "texts")


async def _rest(plan: Plan, server: Emulator, run: Victims, *, ahead: int) -> None:
    """Nobody acts and nothing fails: wait until nothing waits. Raises NotQuiet."""
    bot = server.world.bot_called(None)
    ends = time.monotonic() + plan.sizes.drain
    calm = 0
    while calm < 5:
        await asyncio.sleep(0.2)
        waiting = {"updates": bot.queue.counts()["updates"], **books.waiting(run.data_dir, ahead=ahead)}
        calm = 0 if any(waiting.values()) else calm + 1
        if time.monotonic() > ends:
            raise NotQuiet(f"after {plan.sizes.drain:g} s of rest there wait: {waiting}")
