"""The writer: what returned is on disk, a refusal takes nobody with it, a full disk takes the whole group."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from domain.rules import Rules
from storage import facts
from storage.cipher import Cipher
from storage.database import Database, GroupLost, Tx


class Refused(Exception):
    """A function's own objection."""


def put(tx: Tx, name: str, size: int = 1) -> str:
    facts.put(tx, name, b"x" * size)
    tx.signal("outbox", name)
    return name


def put_and_refuse(tx: Tx, name: str) -> None:
    put(tx, name)
    raise Refused


def names(tx: Tx) -> list[str]:
    return [row["name"] for row in tx.all("select name from facts where name <> 'installation' order by name")]


async def test_what_waits_together_is_committed_together_and_each_gets_its_own_result(db: Database) -> None:
    groups: list[int] = []
    db.on_group = lambda size, seconds: groups.append(size)

    results = await asyncio.gather(*(db.write(put, f"n{number:03}") for number in range(150)))

    assert results == [f"n{number:03}" for number in range(150)]
    assert max(groups) == 64
    assert sum(groups) == 150
    assert len(await db.read(names)) == 150


async def test_a_refusal_takes_back_its_own_rows_and_signals_and_nobody_elses(db: Database) -> None:
    told: list[object] = []
    db.on_commit = lambda signals: told.extend(value for _, value in signals)

    first, second, third = await asyncio.gather(
        db.write(put, "a"), db.write(put_and_refuse, "b"), db.write(put, "c"), return_exceptions=True
    )

    assert (first, third) == ("a", "c")
    assert isinstance(second, Refused)
    assert await db.read(names) == ["a", "c"]
    assert told == ["a", "c"]


async def test_an_inner_savepoint_takes_back_only_its_part(db: Database) -> None:
    def work(tx: Tx) -> None:
        put(tx, "kept")
        with pytest.raises(Refused), tx.savepoint():
            put_and_refuse(tx, "gone")

    told: list[object] = []
    db.on_commit = lambda signals: told.extend(value for _, value in signals)
    await db.write(work)

    assert await db.read(names) == ["kept"]
    assert told == ["kept"]


async def test_a_full_disk_in_the_middle_of_a_group_fails_every_caller_and_keeps_nothing(db: Database) -> None:
    await db.write(put, "before")
    pages = await db.write(lambda tx: tx.value("pragma page_count"))
    await db.write(lambda tx: tx.value(f"pragma max_page_count = {pages + 4}"))

    results = await asyncio.gather(
        db.write(put, "first"),
        db.write(put, "too-large", size=200_000),
        db.write(put, "last"),
        return_exceptions=True,
    )

    assert [type(result) for result in results] == [GroupLost, GroupLost, GroupLost]
    assert await db.read(names) == ["before"]

    await db.write(lambda tx: tx.value("pragma max_page_count = 1000000"))
    assert await db.write(put, "after") == "after"
    assert await db.read(names) == ["after", "before"]


async def test_a_function_that_ends_the_transaction_itself_does_not_let_the_next_commit_alone(db: Database) -> None:
    def ends(tx: Tx) -> None:
        put(tx, "half")
        tx.run("rollback")

    results = await asyncio.gather(db.write(ends), db.write(put, "next"), return_exceptions=True)

    assert [type(result) for result in results] == [GroupLost, GroupLost]
    assert await db.read(names) == []


async def test_a_reader_cannot_write(db: Database) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        await db.read(put, "x")


async def test_the_settings_that_make_a_commit_durable_are_on(db: Database) -> None:
    found = await db.write(
        lambda tx: [tx.value(f"pragma {name}") for name in ("journal_mode", "synchronous", "foreign_keys")]
    )
    assert found == ["wal", 2, 1]


async def test_closing_finishes_what_waits(tmp_path: Path) -> None:
    db = await Database.open(tmp_path / "t.db", Cipher(b"k"), Rules())
    waiting = [asyncio.create_task(db.write(put, f"n{number}")) for number in range(100)]
    await asyncio.sleep(0)
    await db.close()
    assert len(await asyncio.gather(*waiting)) == 100
    with pytest.raises(RuntimeError):
        await db.write(put, "late")


async def test_what_goes_wrong_for_one_caller_or_with_signals_keeps_nobody_waiting(db: Database) -> None:
    def exhausted(_: Tx) -> str:
        return next(iter(()))

    def breaks(_: object) -> None:
        told.append(1)
        raise ZeroDivisionError

    told: list[int] = []
    seen: list[object] = []
    db.on_commit = breaks
    asyncio.get_running_loop().set_exception_handler(lambda _, context: seen.append(type(context["exception"])))
    async with asyncio.timeout(5):
        first, *others = await asyncio.gather(
            db.write(exhausted), *(db.write(put, f"n{number:03}") for number in range(99)), return_exceptions=True
        )

    assert isinstance(first, RuntimeError)
    assert others == [f"n{number:03}" for number in range(99)]
    assert seen == [ZeroDivisionError] * len(told) == [ZeroDivisionError] * 2


async def test_a_caller_that_is_cancelled_cancels_neither_its_transaction_nor_its_signals(db: Database) -> None:
    told: list[object] = []
    db.on_commit = lambda signals: told.extend(value for _, value in signals)
    callers = [asyncio.create_task(db.write(put, f"n{number:03}")) for number in range(100)]
    await asyncio.sleep(0)
    for caller in callers[::2]:
        caller.cancel()
    assert sum(isinstance(one, str) for one in await asyncio.gather(*callers, return_exceptions=True)) == 50
    await db.write(lambda _: None)
    assert told == await db.read(names) == [f"n{number:03}" for number in range(100)]
