"""The database of a run of payouts: workers with PayPal addresses and money, and a payout run that was approved."""

from __future__ import annotations

import time
from pathlib import Path

from bench.soak import seeding
from domain.rules import DAY, Rules
from storage import people
from storage.cipher import Cipher
from storage.database import Database, Tx
from tests import paydays

SETTINGS = {"RAILS": "paypal", "EVERY_SECONDS": "", "REVIEW_TAP_SECONDS": "86400", "REVIEW_WRITTEN_SECONDS": "259200"}


async def seed(data_dir: Path, *, payouts: int) -> dict[int, str]:
    """A fresh database in which so many payouts are due; the names of everybody in it, by Telegram id.

    Each hundred of them have another amount, so that a payment to the wrong one of two is seen.
    """
    now = time.time_ns() // 1000
    db = await Database.open(
        data_dir / "tallyhand.db",
        Cipher(seeding.SECRET.encode()),
        Rules(bot_username="tallyhand_bot", rails=("paypal",), floor=0),
    )
    names: dict[int, str] = {}
    try:
        for first in range(0, payouts, paydays.STEP):
            addresses = [f"worker-{n}@example.org" for n in range(first, min(payouts, first + paydays.STEP))]
            price = 1_500_000 + 10_000 * (37 * first // paydays.STEP)
            made = await db.write(paydays.earn, addresses, first=first, price=price, now=now - 14 * DAY)
            names |= {worker.telegram_id: f"Worker {worker.id}" for worker in made}
        while await db.write(paydays.come, now=now):
            pass
        await db.write(paydays.approve, now=now)
        names |= await db.read(_staff)
    finally:
        await db.close()
    return names


def _staff(tx: Tx) -> dict[int, str]:
    return {person.telegram_id: f"Person {person.id}" for person in people.coordinators(tx)}
