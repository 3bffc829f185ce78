"""The clock: what fell due while the process was down is done at its start, once; a tick that fails harms no other."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from domain.rules import DAY, MINUTE, Rules
from scheduler.runner import Scheduler, UnknownTick
from scheduler.ticks import TICKS, Tick, Work
from storage import inbox, outbox
from storage import payouts as payout_rows
from storage.cipher import Cipher
from storage.database import Database, Tx
from tests.builders import NOON, make_batch, make_owner, make_worker
from tests.steps import answer, books_are_right, money, the, told
from usecases import housekeeping, payouts
from usecases.notify import tell


class Clock:
    """A clock a test moves."""

    def __init__(self, now: int = NOON) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


async def _until(holds: Callable[[], bool]) -> None:
    for _ in range(1_000):
        if holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come")


def _work(tx: Tx) -> tuple[int, list[int]]:
    owner, worker = make_owner(tx), make_worker(tx)
    batch = make_batch(tx, n_tasks=3, price=750_000)
    return owner.id, [answer(tx, worker, batch, now=NOON + index * MINUTE) for index in range(3)]


async def test_a_week_of_downtime_is_caught_up_at_the_start_in_the_right_order(db: Database) -> None:
    _, submissions = await db.write(_work)
    scheduler = Scheduler(db, clock=Clock(NOON + 8 * DAY))
    await scheduler.start()
    for _ in range(1_000):
        if await db.read(payout_rows.recent, limit=10):
            break
        await asyncio.sleep(0.01)
    await scheduler.stop()

    def check(tx: Tx) -> None:
        assert [the(tx, submission).state for submission in submissions] == ["accepted"] * 3
        (run,) = payout_rows.recent(tx, limit=10)
        assert (run.state, run.total) == ("proposed", 2_250_000)
        owner = make_owner(tx)
        assert told(tx, owner).count("payout_run") == 1
        books_are_right(tx)

    await db.write(check)


async def test_a_restart_repeats_nothing(db: Database) -> None:
    await db.write(_work)
    for minutes in range(4):
        scheduler = Scheduler(db, clock=Clock(NOON + 8 * DAY + minutes * MINUTE))
        for name in scheduler.names:
            await scheduler.run_once(name)

    def check(tx: Tx) -> None:
        owner, worker = make_owner(tx), make_worker(tx)
        assert len(payout_rows.recent(tx, limit=10)) == 1
        assert money(tx, worker).transit == 2_250_000
        keys = told(tx, owner)
        assert (keys.count("payout_run"), keys.count("summary")) == (1, 1)

    await db.write(check)


async def test_a_killed_process_goes_on_on_the_same_file(tmp_path: Path, rules: Rules) -> None:
    path = tmp_path / "killed.db"
    first = await Database.open(path, Cipher(b"test"), rules)
    await first.write(_work)
    await Scheduler(first, clock=Clock(NOON + 8 * DAY)).run_once("reviews")

    def half(tx: Tx) -> None:  # the first of the run's two steps, then the lights go out
        assert payouts.run_due(tx, now=NOON + 8 * DAY)

    await first.write(half)
    await first.close()
    second = await Database.open(path, Cipher(b"test"), rules)
    await Scheduler(second, clock=Clock(NOON + 9 * DAY)).run_once("payouts")
    (run,) = await second.read(payout_rows.recent, limit=10)
    assert (run.state, run.total, run.count) == ("proposed", 2_250_000, 1)
    await second.close()


async def test_a_tick_by_hand_runs_to_its_end_at_the_given_moment(db: Database) -> None:
    await db.write(_work)
    scheduler = Scheduler(db, clock=Clock(NOON))
    assert await scheduler.run_once("reviews") == 1
    await scheduler.run_once("reviews", NOON + 8 * DAY)
    assert await scheduler.run_once("payouts", NOON + 8 * DAY) == 3
    with pytest.raises(UnknownTick):
        await scheduler.run_once("no such tick")


async def test_what_is_caught_up_for_long_keeps_its_order_although_the_clock_strikes_meanwhile(db: Database) -> None:
    calls: list[str] = []

    def step(name: str, *, steps: int = 1) -> Work:
        def work(tx: Tx, *, now: int) -> bool:
            time.sleep(0.005)
            calls.append(name)
            return calls.count(name) < steps

        return work

    ticks = [
        Tick("reviews", lambda rules: 60, step("reviews", steps=300)),
        Tick("appeals", lambda rules: 60, step("appeals")),
        Tick("payouts", lambda rules: 1, step("payouts")),
    ]
    scheduler = Scheduler(db, clock=Clock(), ticks=ticks)
    await scheduler.start()
    await _until(lambda: "appeals" in calls and "payouts" in calls)
    await scheduler.stop()
    assert calls[:302] == ["reviews"] * 300 + ["appeals", "payouts"]


async def test_a_tick_that_fails_is_tried_again_and_the_others_go_on(db: Database) -> None:
    calls: list[str] = []

    def broken(tx: Tx, *, now: int) -> bool:
        calls.append("broken")
        raise RuntimeError("a fault")

    def works(tx: Tx, *, now: int) -> bool:
        calls.append("works")
        return False

    ticks = [Tick("broken", lambda rules: 1, broken), Tick("works", lambda rules: 1, works)]
    scheduler = Scheduler(db, clock=Clock(), ticks=ticks)
    await scheduler.start()
    await _until(lambda: calls.count("broken") >= 2 and calls.count("works") >= 2)
    await scheduler.stop()


async def test_steps_leave_room_for_taps_and_stop_ends_between_them(db: Database) -> None:
    steps = 0

    def endless(tx: Tx, *, now: int) -> bool:
        nonlocal steps
        steps += 1
        return True

    scheduler = Scheduler(db, clock=Clock(), ticks=[Tick("endless", lambda rules: 60, endless)])
    await scheduler.start()
    await _until(lambda: steps > 3)
    assert await asyncio.wait_for(db.write(lambda tx: "a tap"), 2) == "a tap"
    await asyncio.wait_for(scheduler.stop(), 2)
    ended = steps
    await asyncio.sleep(0.05)
    assert steps == ended


def test_every_tick_has_its_own_name_and_asks_often_enough() -> None:
    assert len({tick.name for tick in TICKS}) == len(TICKS)
    assert {tick.name for tick in TICKS} >= {"reviews", "payouts", "summary", "leases", "sent_back", "housekeeping"}
    assert all(tick.seconds(Rules()) <= 3600 for tick in TICKS)
    trial = Rules(every_seconds=300)
    assert all(tick.seconds(trial) <= 5 for tick in TICKS if tick.name != "housekeeping")


async def test_housekeeping_forgets_what_is_closed_for_two_days_and_keeps_what_waits(db: Database) -> None:
    def story(tx: Tx) -> None:
        person = make_worker(tx)
        for number in range(5):
            seq = inbox.add(tx, bot=1, update_id=number, payload=b"{}", now=NOON)
            assert seq is not None
            if number:
                inbox.close(tx, seq)
        tell(tx, person, "hint", now=NOON)
        tell(tx, person, "hint", now=NOON)
        tell(tx, person, "hint", now=NOON, dedupe="once")
        rows = outbox.pending(tx, after=0, limit=10)
        for row in rows[1:]:
            outbox.failed(tx, row.id)
        assert housekeeping.tidy(tx, now=NOON + DAY) is False
        assert tx.value("select count(*) from inbox") == 5
        assert housekeeping.tidy(tx, now=NOON + 3 * DAY, limit=3) is True
        assert housekeeping.tidy(tx, now=NOON + 3 * DAY, limit=3) is False
        assert tx.value("select count(*) from inbox") == 1
        assert tx.value("select count(*) from outbox") == 1

    await db.write(story)
