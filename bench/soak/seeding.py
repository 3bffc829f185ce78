"""The victim's database before a run: staff, workers who agreed, money, and batches with enough to do."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from bench.soak.people import COORDINATOR, OWNER, REJECTER, REVIEWER
from domain import costs
from domain.rules import Rules
from storage import people
from storage.cipher import Cipher
from storage.database import Database, Tx
from tests import builders

SECRET = "the key of a soak"
REVIEW_TAP_SECONDS = 15
REVIEW_WRITTEN_SECONDS = 30
PRICE = 200_000
OVERLAP = 2
FUNDS = 10**12
"""Micro-units that the owner has from the start; what people say later is far less."""


async def seed(data_dir: Path, *, workers: Sequence[int], submissions: int, replies: int) -> None:
    """A fresh database with places for so many tapped answers and so many written ones."""
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
