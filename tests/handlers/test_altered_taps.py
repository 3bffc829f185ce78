"""Buttons as a hostile client may send them: any action with any numbers by anybody, and what it must never do."""

from __future__ import annotations

import inspect
import random
from typing import Any

import pytest

from handlers.buttons import LARGEST, encode
from handlers.routes import TAPS
from storage.database import Database
from tests.handlers.phone import Phone
from tests.handlers.world import (
    COORDINATOR,
    NAMES,
    OTHER,
    OWNER,
    REVIEWER,
    STRANGER,
    WORKER,
    build,
    changes,
    dump,
    render_waiting,
)
from tests.steps import books_are_right

TRIES = {1: 2}
"""How often each button is tapped, by seed; in the soak more often."""
STAFF_ONLY = {"invites", "payout_runs", "payouts", "jobs", "refused_files", "facts", "photos", "timings", "reports"}
STRANGE = [
    "", ":", "answer", "answer:", "answer:-1:0", "answer:1", "answer:1:2:3", "ANSWER:1:1", "answer:é:1", "answer:01:1",
    "answer:1_0:1", "answer:+1:1", "answer: 1:1", "b_publish:zzzzzzzzzzzzz:1:1", "x" * 64, "\0",
]  # fmt: skip
JUDGED = {
    "submission.rejected", "appeal.upheld", "appeal.kept",
    "rejections.proposed", "rejections.agreed", "rejections.declined", "signal.fine",
}  # fmt: skip
BATCH_COUNTERS = {
    "submissions", "leased", "frees", "opened", "measured", "active_micros", "median_micros", "done", "pairs",
    "pairs_same", "accepted", "wanted", "working", "released", "releases", "done_told",
    "to_fit", "unasked", "gold_taken", "gold_answered",
}  # fmt: skip


def numbers_of(action: str, pick: random.Random, ids: tuple[int, ...]) -> list[int]:
    """As many numbers as the handler takes, now and then one more or less."""
    count = len(inspect.signature(TAPS[action].handler).parameters) - 1
    if pick.random() < 0.1:
        count = max(0, count + pick.choice((-1, 1)))
    pools = [lambda: pick.choice(ids), lambda: pick.randint(0, 5), lambda: pick.choice((LARGEST, LARGEST - 1, 2**53))]
    return [pick.choices(pools, (6, 4, 1))[0]() for _ in range(count)]


def touches_others(found: list[Any], person_id: int, *, works: bool, reviews: bool) -> list[Any]:
    """Changes that nobody without a coordinator's role may cause."""
    bad = []
    for table, old, new in found:
        row = new or old
        if table == "batches":
            changed = {name for name in row if old.get(name) != new.get(name)}
            fine = (works or reviews) and changed <= BATCH_COUNTERS
        elif table == "tasks":
            fine = (works or reviews) and {name for name in row if old.get(name) != new.get(name)} <= {
                "taken", "answered", "freed", "state", "reports", "wanted", "belief", "given_up_at",
            }  # fmt: skip
        elif table == "timings":
            fine = works or reviews
        elif table == "signals":
            fine = reviews and row["seen_by"] == person_id
        elif table == "grounds":
            fine = reviews and row["by"] == person_id
        elif table in ("rejections", "proposals", "proposed", "enrolments", "worker_days") and reviews:
            fine = True
        elif table in ("proposals", "proposed") or table in STAFF_ONLY - {"reports"}:
            fine = False
        elif table in ("balances", "ledger", "days", "method_requests"):
            fine = works or reviews
        elif table == "submissions":
            fine = reviews or (works and row["worker_id"] == person_id)
        elif table == "people":
            fine = row["id"] == person_id
        elif table == "audit":
            judged = reviews and row["person_id"] == person_id and row["action"] in JUDGED
            fine = judged or row["subject"] == f"person:{person_id}"
        else:
            whose = row.get("worker_id", row.get("person_id"))
            fine = whose == person_id
        if not fine:
            bad.append((table, old, new))
    return bad


@pytest.mark.parametrize("who", [STRANGER, WORKER, OTHER, REVIEWER])
@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.soak)])
async def test_no_button_gives_anybody_more_than_their_role(db: Database, who: int, seed: int) -> None:
    built = await db.write(build)
    pick = random.Random(f"{who}:{seed}")
    phone = Phone(db, who, NAMES[who], built.now)
    person = await db.read(lambda tx: tx.value("select id from people where telegram_id = :id", id=who))
    actions = sorted(TAPS) * TRIES.get(seed, 5)
    pick.shuffle(actions)
    before = await db.read(dump)
    for number, action in enumerate(actions):
        data = encode(action, *numbers_of(action, pick, built.ids))
        phone.now += pick.choice((0, 1_000_000, 20_000_000))
        await phone.tap(data)
        after = await db.read(dump)
        wrong = touches_others(changes(before, after), person, works=who != STRANGER, reviews=who == REVIEWER)
        assert not wrong, (data, wrong)
        before = after
        if number % 40 == 0:
            await db.write(render_waiting)
            await db.write(books_are_right)
    await db.write(render_waiting)
    await db.write(books_are_right)


@pytest.mark.parametrize("who", [OWNER, COORDINATOR])
@pytest.mark.parametrize("seed", [1, *(pytest.param(more, marks=pytest.mark.soak) for more in (2, 3))])
async def test_whatever_staff_tap_nothing_breaks(db: Database, who: int, seed: int) -> None:
    built = await db.write(build)
    pick = random.Random(f"{who}:{seed}")
    phone = Phone(db, who, NAMES[who], built.now)
    actions = sorted(TAPS) * TRIES.get(seed, 5)
    pick.shuffle(actions)
    for number, action in enumerate(actions):
        phone.now += pick.choice((0, 1_000_000, 20_000_000))
        await phone.tap(encode(action, *numbers_of(action, pick, built.ids)))
        if number % 20 == 0:
            await db.write(render_waiting)
            await db.write(books_are_right)
    await db.write(render_waiting)


async def test_data_no_button_of_ours_carries_is_answered_politely(db: Database) -> None:
    built = await db.write(build)
    phone = Phone(db, WORKER, NAMES[WORKER], built.now)
    before = await db.read(dump)
    for data in STRANGE:
        assert "no longer in use" in await phone.tap(data), data
    assert await db.read(dump) == before
