"""The database for commands that only read, beside a running bot or on a copy: no key, no event loop, no migration.

A read is one state of the database and lasts under a second; what takes longer is cut into pages.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from sqlite3 import Connection
from typing import Concatenate, ParamSpec, TypeVar

from domain.rules import Rules
from storage.cipher import Cipher
from storage.database import Tx, connect, read_in
from storage.migrate import DatabaseTooNew, DatabaseTooOld, migrations

P = ParamSpec("P")
R = TypeVar("R")


class Reader:
    """Runs functions of a Tx, each on one state of the database. Nothing sealed can be opened."""

    def __init__(self, connection: Connection, rules: Rules) -> None:
        self._connection = connection
        self.rules = rules
        self._cipher = Cipher(os.urandom(32))

    def read(self, function: Callable[Concatenate[Tx, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run the function in a read transaction of its own."""
        tx = Tx(self._connection, self._cipher, self.rules)
        return read_in(tx, self._connection, function, args, kwargs)


@contextmanager
def reader(path: Path, rules: Rules) -> Iterator[Reader]:
    """Open the file to read. Raises DatabaseTooNew, DatabaseTooOld, sqlite3.Error when it is none or cannot be read."""
    with closing(connect(path, read_only=True)) as connection:
        found, known = int(connection.execute("pragma user_version").fetchone()[0]), migrations()[-1][0]
        if found > known:
            raise DatabaseTooNew(found, known)
        if found < known:
            raise DatabaseTooOld(found, known)
        yield Reader(connection, rules)
