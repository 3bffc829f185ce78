"""The victim's database before a run: staff, workers who agreed, money, and batches with enough to do."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from bench.soak import questions
from bench.soak.people import COORDINATOR, OWNER, REJECTER, REVIEWER
from domain import costs
from domain.kinds.base import Payload, payload_to_json
from domain.rules import Rules
from storage import batches, gold, people, tasks
from storage.cipher import Cipher
from storage.database import Database, Tx
from storage.gold import Given
from tests import builders
from usecases import drafts, measuring

SECRET = "the key of a soak"
REVIEW_TAP_SECONDS = 15
REVIEW_WRITTEN_SECONDS = 30
PRICE = 200_000
OVERLAP = 2
KNOWN = 48
"""Gold of the batch with a training and a test."""
LUCKY = 5
"""Each so manieth of its tasks nobody knows the answer to."""
FUNDS = 10**12
"""Micro-units that the owner has from the start; what people say later is far less."""


async def seed(data_dir: Path, *, workers: Sequence[int], submissions: int, replies: int, gated: int = 0) -> None:
    """A fresh database with places for so many tapped answers and so many written ones; `gated` tasks in a batch with
    gold, a training, a test and an overlap that adapts."""
    rules = Rules(
        bot_username="tallyhand_bot",
        review_tap_seconds=REVIEW_TAP_SECONDS,
        review_written_seconds=REVIEW_WRITTEN_SECONDS,
    )
    db = await Database.open(data_dir / "tallyhand.db", Cipher(SECRET.encode()), rules)
    try:
        now = time.time_ns() // 1000
        await db.write(_staff, now=now)
        for start in range(0, len(workers), 500):
            await db.write(_workers, workers[start : start + 500], start, now=now)
        await db.write(_batch, "choose_one", submissions // OVERLAP + 1, now=now)
        if replies:
            await db.write(_batch, "write_reply", replies // OVERLAP + 1, now=now)
        if gated:
            await db.write(_gated, gated, now=now)
    finally:
        await db.close()


def _staff(tx: Tx, *, now: int) -> None:
    owner = builders.make_owner(tx, telegram_id=OWNER, name="Olivia", now=now)
    builders.make_coordinator(tx, telegram_id=COORDINATOR, name="Carla", now=now)
    for number, name in ((REVIEWER, "Rosa"), (REJECTER, "Rita")):
        people.change(tx, builders.make_person(tx, number, name, now=now).id, is_reviewer=1)
    builders.add_funds(tx, by=owner, amount=FUNDS, now=now)


def _workers(tx: Tx, numbers: Sequence[int], first: int, *, now: int) -> None:
    for index, number in enumerate(numbers, start=first):
        builders.make_worker(tx, number, f"Worker {index}", now=now)


def _batch(tx: Tx, kind: str, tasks: int, *, now: int) -> None:
    owner = people.by_telegram_id(tx, OWNER)
    assert owner is not None
    draft = builders.make_draft(tx, kind, tasks, by=owner, price=PRICE, overlap=OVERLAP, texts=True, now=now)
    cost = costs.cost(tasks, OVERLAP, PRICE, costs.rates_of(tx.rules)).total
    builders.publish(tx, by=owner, batch=draft, tasks=tasks, cost=cost, now=now)


def _gated(tx: Tx, count: int, *, now: int) -> None:
    owner = people.by_telegram_id(tx, OWNER)
    assert owner is not None
    draft = drafts.new_draft(tx, owner, "texts", None, questions.GATED, now=now)
    for number in range(KNOWN + count):
        is_lucky = number >= KNOWN and number % LUCKY == 0
        text = questions.lucky(number) if is_lucky else questions.even(number)
        payload = payload_to_json(Payload(messages=(("user", text),)))
        task = tasks.add(tx, draft, str(number + 1), f"gated:{number}", payload, 1)
        assert task is not None
        if number < KNOWN:
            why = "Its last digit says so." if number % 4 < 2 else None
            gold.give(tx, Given(task, questions.gold(number, number), why), by=owner.id, now=now)
    gold.adopt(tx, draft, {one: one for one in ("Yes", "No")})
    found = batches.by_id(tx, draft)
    assert found is not None and found.gold == KNOWN and found.tasks == count
    cost = measuring.quote_of(tx, found).cost
    assert cost is not None
    builders.publish(tx, by=owner, batch=draft, tasks=count, cost=cost.total, now=now)
