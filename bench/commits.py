"""What a durable transaction costs: the disk's fsync, plain aiosqlite with a hop per statement, our grouped functions.

The transaction is the same in each row: five statements (a look-up, two inserts, two updates) at synchronous=FULL.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter

import aiosqlite

from bench.options import Options
from bench.report import Report, percentile, table
from domain.rules import Rules
from storage.cipher import Cipher
from storage.database import PRAGMAS, Database, Tx

TABLES = """
create table bench_accounts (id integer primary key, balance integer not null, moves integer not null) strict;
create table bench_rows (id integer primary key, owner integer not null, note text not null) strict;
create table bench_moves (id integer primary key, row_id integer not null, amount integer not null) strict;
"""
ACCOUNTS = 64
CALLERS = (1, 8, 64)
LOOK_UP = "select balance from bench_accounts where id = :id"
ADD_ROW = "insert into bench_rows (owner, note) values (:id, :note)"
ADD_MOVE = "insert into bench_moves (row_id, amount) values (:row, :amount)"
PAY = "update bench_accounts set balance = balance + :amount where id = :id"
COUNT = "update bench_accounts set moves = moves + 1 where id = :id"
NOTE = "as long as a short answer"


@dataclass(frozen=True, slots=True)
class Rate:
    """Transactions a second, and how long each caller waited (milliseconds)."""

    what: str
    callers: int
    per_second: float
    p50_ms: float
    p99_ms: float


async def run(report: Report, folder: Path, options: Options) -> None:
    """Measure every row, for at most two seconds each, and print them."""
    seconds = min(2.0, options.seconds)
    rates = [_fsync(folder / "fsync", seconds), await _plain(folder / "plain.db", seconds)]
    rates += [await _grouped(folder / f"grouped{callers}.db", callers, seconds) for callers in CALLERS]
    for rate in rates:
        report.add("commits", **asdict(rate))
    print("\nDurable transactions: five statements each, synchronous=FULL\n")
    print(table(("what", "callers", "a second", "p50 ms", "p99 ms"), [_line(rate) for rate in rates]))


def _fsync(path: Path, seconds: float) -> Rate:
    waits = []
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        ends = (began := perf_counter()) + seconds
        while (start := perf_counter()) < ends:
            os.write(file, b"x" * 4096)
            os.fsync(file)
            waits.append(perf_counter() - start)
    finally:
        os.close(file)
    return _rate("fsync of 4 KiB appended", 1, waits, perf_counter() - began)


async def _plain(path: Path, seconds: float) -> Rate:
    async with aiosqlite.connect(path, isolation_level=None) as db:
        await db.executescript(PRAGMAS + TABLES)
        await db.executemany("insert into bench_accounts values (?, 0, 0)", [(n,) for n in range(ACCOUNTS)])

        async def once(number: int) -> None:
            await db.execute("begin immediate")
            async with db.execute(LOOK_UP, {"id": number}) as cursor:
                await cursor.fetchone()
            added = await db.execute(ADD_ROW, {"id": number, "note": NOTE})
            await db.execute(ADD_MOVE, {"row": added.lastrowid, "amount": 5})
            await db.execute(PAY, {"id": number, "amount": 5})
            await db.execute(COUNT, {"id": number})
            await db.commit()

        return await _callers("plain aiosqlite, a thread hop per statement", 1, once, seconds)


async def _grouped(path: Path, callers: int, seconds: float) -> Rate:
    db = await Database.open(path, Cipher(b"bench"), Rules())
    try:
        await db.write(_prepare)
        return await _callers(
            "our writer: functions, grouped", callers, lambda number: db.write(_once, number), seconds
        )
    finally:
        await db.close()


def _prepare(tx: Tx) -> None:
    for statement in filter(None, map(str.strip, TABLES.split(";"))):
        tx.run(statement)
    for number in range(ACCOUNTS):
        tx.run("insert into bench_accounts values (:id, 0, 0)", id=number)


def _once(tx: Tx, number: int) -> None:
    tx.one(LOOK_UP, id=number)
    row = tx.add(ADD_ROW, id=number, note=NOTE)
    tx.run(ADD_MOVE, row=row, amount=5)
    tx.run(PAY, id=number, amount=5)
    tx.run(COUNT, id=number)


async def _callers(what: str, callers: int, once: Callable[[int], Awaitable[None]], seconds: float) -> Rate:
    waits: list[float] = []
    ends = (began := perf_counter()) + seconds

    async def caller(number: int) -> None:
        while (start := perf_counter()) < ends:
            await once(number)
            waits.append(perf_counter() - start)

    await asyncio.gather(*(caller(number) for number in range(callers)))
    return _rate(what, callers, waits, perf_counter() - began)


def _rate(what: str, callers: int, waits: list[float], seconds: float) -> Rate:
    return Rate(
        what,
        callers,
        round(len(waits) / seconds, 1),
        round(percentile(waits, 0.5) * 1000, 3),
        round(percentile(waits, 0.99) * 1000, 3),
    )


def _line(rate: Rate) -> tuple[str, ...]:
    return rate.what, str(rate.callers), f"{rate.per_second:,.0f}", f"{rate.p50_ms:.2f}", f"{rate.p99_ms:.2f}"
