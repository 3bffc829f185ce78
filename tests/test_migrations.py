"""Migrations are numbered without a gap, forward only, and guarded against a database from the future."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from storage.migrate import DatabaseTooNew, migrate, migrations

SCHEMA = Path(__file__).parent.parent / "storage" / "schema.sql"


def _schema() -> str:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate(connection)
    rows = connection.execute(
        "select sql from sqlite_master where sql is not null and name not like 'sqlite_%' order by type, name"
    )
    return "\n\n".join(f"{row[0]};" for row in rows) + "\n"


def test_the_numbers_have_no_gap_and_each_says_why() -> None:
    found = migrations()
    assert [number for number, _ in found] == list(range(1, len(found) + 1))
    assert all(path.read_text(encoding="utf-8").startswith("-- Why:") for _, path in found)


def test_all_migrations_together_are_the_schema() -> None:
    assert _schema() == SCHEMA.read_text(encoding="utf-8"), "write it anew: python -m tests.test_migrations"


def test_migrating_twice_changes_nothing() -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    assert migrate(connection) == migrate(connection) == migrations()[-1][0]


def test_a_database_newer_than_the_program_is_refused_and_left_alone() -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("pragma user_version = 9999")
    with pytest.raises(DatabaseTooNew, match="9999"):
        migrate(connection)
    assert connection.execute("select count(*) from sqlite_master").fetchone() == (0,)


def test_every_table_is_strict() -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate(connection)
    tables = connection.execute("select name, strict from pragma_table_list where type = 'table'").fetchall()
    loose = [name for name, strict in tables if not strict and not name.startswith("sqlite_")]
    assert loose == []


if __name__ == "__main__":
    SCHEMA.write_text(_schema(), encoding="utf-8")
