"""Our bot's database before a run and after it: a batch that lasts, workers who agreed; what became of the taps."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from domain.rules import Rules
from storage.cipher import Cipher
from storage.database import Database, Tx
from tests import builders

OVERLAP = 3
OWNER = 999


@dataclass(frozen=True, slots=True)
class Kept:
    """What a run left in the database: live submissions, and the sum of all balances (0 when the books are right)."""

    submissions: int
    imbalance: int
    waiting: int


async def seed(data_dir: Path, *, workers: Iterable[int], submissions: int) -> None:
    """A fresh database: an open batch of texts to choose for with places for so many submissions, and its workers."""
    db = await Database.open(data_dir / "tallyhand.db", Cipher(b"bench"), Rules(bot_username="tallyhand_bot"))
    try:
        await db.write(_fill, workers=tuple(workers), tasks=submissions // OVERLAP + 1, now=time.time_ns() // 1000)
    finally:
        await db.close()


def look(data_dir: Path) -> Kept:
    """Read the database of a bot that has stopped."""
    connection = sqlite3.connect(f"{(data_dir / 'tallyhand.db').as_uri()}?mode=ro", uri=True)
    try:
        row = connection.execute(
            "select (select count(*) from submissions where state <> 'withdrawn'),"
            " (select coalesce(sum(balance), 0) from accounts),"
            " (select count(*) from inbox where state = 'waiting')"
        ).fetchone()
    finally:
        connection.close()
    return Kept(*row)


def _fill(tx: Tx, *, workers: tuple[int, ...], tasks: int, now: int) -> None:
    owner = builders.make_owner(tx, telegram_id=OWNER, now=now)
    for number in workers:
        builders.make_worker(tx, number, f"Worker {number}", now=now)
    builders.make_batch(tx, "choose_one", tasks, overlap=OVERLAP, by=owner, texts=True, now=now)
    builders.finish_jobs(tx, "offers", now=now)
