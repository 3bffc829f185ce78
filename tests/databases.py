"""Empty databases of the newest version, copied: migrating anew for each test takes twenty times as long."""

from __future__ import annotations

import sqlite3
from functools import cache
from pathlib import Path

from storage.migrate import migrate


@cache
def migrated() -> bytes:
    """The file of an empty database of the newest version."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate(connection)
    return connection.serialize()


def place(path: Path) -> Path:
    """Put an empty database there, as `Database.open` would make one; the path again."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(migrated())
    return path
