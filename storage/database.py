"""The writer, the readers, and groups: a transaction is a plain function that gets a Tx and decides everything in it.

The writer takes what waits (at most GROUP functions), runs each in a savepoint inside one `begin immediate`, commits
once at `synchronous=full`, and only then resolves each caller: what `write` returned is on disk. A function that raises
rolls back its own savepoint and nobody else's. A full disk or a failing one ends the whole group: every caller gets the
error and nothing of the group is there.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import aiosqlite

from domain.rules import Rules
from storage.cipher import Cipher
from storage.migrate import migrate

P = ParamSpec("P")
R = TypeVar("R")
Signal = tuple[str, object]
Outcome = tuple[Any, BaseException | None, list[Signal]]

GROUP = 64
LOST = {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_READONLY,
}
# A small page cache: the system has its own, and 32 MB of it made no step faster at 2.4 GB, only the process bigger.
PRAGMAS = """
pragma journal_mode = wal;
pragma synchronous = full;
pragma foreign_keys = on;
pragma journal_size_limit = 67108864;
pragma busy_timeout = 10000;
pragma temp_store = memory;
pragma cache_size = -8000;
pragma trusted_schema = off;
"""


class GroupLost(Exception):
    """The transaction this function ran in could not be kept; nothing of it is there. Trying again later may work."""


class Tx:
    """One transaction as its function sees it: statements, sealing, the installation's rules, signals."""

    __slots__ = ("_connection", "cipher", "rules", "signals")

    def __init__(self, connection: sqlite3.Connection, cipher: Cipher, rules: Rules) -> None:
        self._connection = connection
        self.cipher = cipher
        self.rules = rules
        self.signals: list[Signal] = []

    def run(self, sql: str, **values: object) -> sqlite3.Cursor:
        """Run one statement with named parameters."""
        return self._connection.execute(sql, values)

    def one(self, sql: str, **values: object) -> sqlite3.Row | None:
        """The first row or None."""
        row: sqlite3.Row | None = self._connection.execute(sql, values).fetchone()
        return row

    def all(self, sql: str, **values: object) -> list[sqlite3.Row]:
        """All rows."""
        return self._connection.execute(sql, values).fetchall()

    def value(self, sql: str, **values: object) -> Any:
        """The first column of the first row, or None without a row."""
        row = self._connection.execute(sql, values).fetchone()
        return None if row is None else row[0]

    def add(self, sql: str, **values: object) -> int:
        """Run an insert and return the new row's id."""
        return int(self._connection.execute(sql, values).lastrowid or 0)

    def signal(self, topic: str, value: object) -> None:
        """Tell the process after the commit (never when this is rolled back): ("outbox", row), ("jobs", id)."""
        self.signals.append((topic, value))

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """What raises in here leaves no trace, neither rows nor signals; the exception goes on."""
        kept = len(self.signals)
        self._connection.execute("savepoint inner_step")
        try:
            yield
        except BaseException:
            del self.signals[kept:]
            if self._connection.in_transaction:
                self._connection.execute("rollback to inner_step")
                self._connection.execute("release inner_step")
            raise
        self._connection.execute("release inner_step")


class _Thread(aiosqlite.Connection):
    """An aiosqlite connection that runs a function in its own thread. The one place that relies on its inside."""

    @classmethod
    async def start(cls, path: Path, *, read_only: bool) -> _Thread:
        thread = cls(partial(connect, path, read_only=read_only), iter_chunk_size=64)
        await thread
        return thread

    async def run(self, function: Callable[[sqlite3.Connection], R]) -> R:
        result: R = await self._execute(function, self._conn)  # type: ignore[no-untyped-call]
        return result


def connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    """A connection with the pragmas of this product; a read-only one refuses every write."""
    where = f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rwc'}"
    connection = sqlite3.connect(where, uri=True, isolation_level=None, cached_statements=512, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    connection.executescript("pragma query_only = on; pragma busy_timeout = 10000;" if read_only else PRAGMAS)
    return connection


class Database:
    """One SQLite file with one writer and some readers. Open with `Database.open`, close with `close`."""

    def __init__(self, writer: _Thread, readers: list[_Thread], cipher: Cipher, rules: Rules) -> None:
        self._writer = writer
        self._readers = readers
        self._free: asyncio.LifoQueue[_Thread] = asyncio.LifoQueue()
        for reader in readers:
            self._free.put_nowait(reader)
        self.cipher = cipher
        self.rules = rules
        self.on_commit: Callable[[list[Signal]], None] = lambda signals: None
        self.on_group: Callable[[int, float], None] = lambda size, seconds: None
        self.commit_seconds = 0.0  # how long the last group's commit took: mostly the disk's fsync
        self._waiting: list[tuple[Callable[[Tx], Any], asyncio.Future[Any]]] = []
        self._runner: asyncio.Task[None] | None = None
        self._closed = False
        self._version: int | None = None

    @classmethod
    async def open(cls, path: Path, cipher: Cipher, rules: Rules, *, readers: int = 2) -> Database:
        """Open and migrate the file; raises DatabaseTooNew."""
        path.parent.mkdir(parents=True, exist_ok=True)
        writer = await _Thread.start(path, read_only=False)
        try:
            await writer.run(migrate)
            threads = [await _Thread.start(path, read_only=True) for _ in range(readers)]
        except BaseException:
            await writer.close()
            raise
        return cls(writer, threads, cipher, rules)

    async def write(self, function: Callable[Concatenate[Tx, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run the function as one transaction. When this returns, its effects are on disk.

        Raises what the function raised (nothing of it is kept), or GroupLost when the disk gave way.
        A cancelled caller does not cancel the transaction.
        """
        if self._closed:
            raise RuntimeError("the database is closed")
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((lambda tx: function(tx, *args, **kwargs), future))
        if self._runner is None or self._runner.done():
            self._runner = asyncio.create_task(self._run_groups())
        return await future

    async def read(self, function: Callable[Concatenate[Tx, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run the function on a read-only connection, on one state of the database; keep it under a second."""
        reader = await self._free.get()
        try:
            return await reader.run(
                lambda connection: read_in(Tx(connection, self.cipher, self.rules), connection, function, args, kwargs)
            )
        finally:
            self._free.put_nowait(reader)

    async def neighbours_wrote(self) -> bool:
        """Whether another process has committed to the file since this was last asked."""
        version: int = await self._writer.run(
            lambda connection: connection.execute("pragma data_version").fetchone()[0]
        )
        changed, self._version = version != self._version, version
        return changed

    async def close(self) -> None:
        """Finish what waits, then close; later writes raise."""
        self._closed = True
        if self._runner is not None:
            await asyncio.wait([self._runner])
        for thread in (*self._readers, self._writer):
            await thread.close()

    async def _run_groups(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            group, self._waiting = self._waiting[:GROUP], self._waiting[GROUP:]
            started = loop.time()
            try:
                outcomes = await self._writer.run(partial(self._run_group, [item[0] for item in group]))
            except BaseException as lost:
                for _, future in group:
                    _resolve(future, None, lost)
                continue
            self.on_group(len(group), loop.time() - started)
            signals: list[Signal] = []
            for (_, future), (result, error, said) in zip(group, outcomes, strict=True):
                signals += said
                _resolve(future, result, error)
            if signals:
                try:
                    self.on_commit(signals)
                except Exception as error:  # the rows are on disk, and others wait for the next group
                    loop.call_exception_handler({"message": "signals of a commit failed", "exception": error})

    def _run_group(self, functions: list[Callable[[Tx], Any]], connection: sqlite3.Connection) -> list[Outcome]:
        """Run each in its own savepoint and commit once. Raises GroupLost, nothing kept, when the disk gives way."""
        outcomes: list[Outcome] = []
        try:
            connection.execute("begin immediate")
            outcomes += [_run_one(connection, Tx(connection, self.cipher, self.rules), work) for work in functions]
            begun = time.perf_counter()
            connection.execute("commit")
            self.commit_seconds = time.perf_counter() - begun
        except BaseException as error:
            if connection.in_transaction:
                connection.execute("rollback")
            raise GroupLost(str(error)) from error
        return outcomes


def _resolve(future: asyncio.Future[Any], result: Any, error: BaseException | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(result)
    else:
        # As a coroutine would: a future takes no StopIteration, and the rest of the group waits for this one.
        future.set_exception(RuntimeError(repr(error)) if isinstance(error, StopIteration) else error)
        future.exception()  # a caller that was cancelled meanwhile is not a reason for a warning


def read_in(tx: Tx, connection: sqlite3.Connection, function: Callable[..., R], args: Any, kwargs: Any) -> R:
    """Run the function on one state of the database, and leave nothing behind."""
    connection.execute("begin")
    try:
        return function(tx, *args, **kwargs)
    finally:
        connection.execute("rollback")


def _run_one(connection: sqlite3.Connection, tx: Tx, function: Callable[[Tx], Any]) -> Outcome:
    connection.execute("savepoint step")
    try:
        outcome: Outcome = (function(tx), None, tx.signals)
    except BaseException as error:
        if _is_lost(error):
            raise
        outcome = (None, error, [])
    # SQLite ends the whole transaction on some errors; the next function would then commit alone.
    if not connection.in_transaction:
        raise outcome[1] or sqlite3.OperationalError("the transaction ended early")
    if outcome[1] is not None:
        connection.execute("rollback to step")
    connection.execute("release step")
    return outcome


def _is_lost(error: BaseException) -> bool:
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and (code & 0xFF) in LOST
