"""Numbered, forward-only migrations; the number of the last one stands in `pragma user_version`."""

from __future__ import annotations

import sqlite3
from pathlib import Path

FOLDER = Path(__file__).parent / "migrations"
FILE = 1
"""Where a migration sorts (`pragma temp_store`): a large table may not fit into memory."""


class DatabaseTooNew(Exception):
    """The file was written by a newer Tallyhand than this one."""

    def __init__(self, found: int, known: int) -> None:
        super().__init__(
            f"The database is of version {found}, this Tallyhand knows versions up to {known}. Start the newer one."
        )


class DatabaseTooOld(Exception):
    """The file was written by an older Tallyhand; only its bot migrates it."""

    def __init__(self, found: int, known: int) -> None:
        super().__init__(
            f"The database is of version {found}, this Tallyhand needs version {known}. Start the bot once; it brings"
            " the database up to date."
        )


def migrations() -> list[tuple[int, Path]]:
    """All migrations as (number, file), in order; the numbers have no gap (tested)."""
    return [(int(path.name[:4]), path) for path in sorted(FOLDER.glob("[0-9][0-9][0-9][0-9]_*.sql"))]


def migrate(connection: sqlite3.Connection) -> int:
    """Bring the file to the newest version, each migration in one transaction; return that version.

    Raises DatabaseTooNew and leaves the file alone when it comes from a newer program.
    """
    found = int(connection.execute("pragma user_version").fetchone()[0])
    known = migrations()
    if found > known[-1][0]:
        raise DatabaseTooNew(found, known[-1][0])
    kept = int(connection.execute("pragma temp_store").fetchone()[0])
    connection.execute(f"pragma temp_store = {FILE}")
    for number, path in known:
        if number > found:
            script = path.read_text(encoding="utf-8")
            connection.executescript(f"begin immediate;\n{script}\npragma user_version = {number};\ncommit;")
    connection.execute(f"pragma temp_store = {kept}")
    return known[-1][0]
