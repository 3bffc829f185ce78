"""Single values about the installation."""

from __future__ import annotations

from storage.database import Tx


def get(tx: Tx, name: str) -> bytes | None:
    """The value, or None."""
    value: bytes | None = tx.value("select value from facts where name = :name", name=name)
    return value


def put(tx: Tx, name: str, value: bytes) -> None:
    """Set the value."""
    tx.run(
        "insert into facts (name, value) values (:name, :value)"
        " on conflict (name) do update set value = excluded.value",
        name=name,
        value=value,
    )


def drop(tx: Tx, name: str) -> bool:
    """Remove the value; False when there was none."""
    return tx.run("delete from facts where name = :name", name=name).rowcount == 1
