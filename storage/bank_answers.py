"""What banks answered: each file once, by its bytes, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from storage.database import Tx

COLUMNS = "id, form, at, settled_at, paid, failed, returned, known, waiting, strange"

COUNTS = ("paid", "failed", "returned", "known", "waiting", "strange")


@dataclass(frozen=True, slots=True)
class BankAnswer:
    """An answer that was read: how many payouts it settled how, knew already, or left waiting."""

    id: int
    form: str
    at: int
    settled_at: int | None
    paid: int
    failed: int
    returned: int
    known: int
    waiting: int
    strange: int


def by_hash(tx: Tx, sha256: str) -> BankAnswer | None:
    """The answer with these bytes."""
    row = tx.one(f"select {COLUMNS} from bank_answers where sha256 = :sha256", sha256=sha256)
    return None if row is None else BankAnswer(*tuple(row))


def by_id(tx: Tx, answer_id: int) -> BankAnswer | None:
    """The answer."""
    row = tx.one(f"select {COLUMNS} from bank_answers where id = :id", id=answer_id)
    return None if row is None else BankAnswer(*tuple(row))


def add(tx: Tx, *, sha256: str, form: str, by: int, now: int) -> int:
    """Note that it is being settled; returns its id."""
    return tx.add(
        "insert into bank_answers (sha256, form, by, at) values (:sha256, :form, :by, :now)",
        sha256=sha256,
        form=form,
        by=by,
        now=now,
    )


def count(tx: Tx, answer_id: int, counts: Mapping[str, int]) -> None:
    """Add what a step settled, by column."""
    found = {name: counts.get(name, 0) for name in COUNTS}
    sets = ", ".join(f"{name} = {name} + :{name}" for name in COUNTS)
    tx.run(f"update bank_answers set {sets} where id = :id", id=answer_id, **found)


def close(tx: Tx, answer_id: int, *, now: int) -> None:
    """All of it is settled."""
    tx.run("update bank_answers set settled_at = :now where id = :id", id=answer_id, now=now)
