"""Why something shall be rejected, as its reviewer wrote it down."""

from __future__ import annotations

from domain.rejections import Ground, Target
from storage.database import Tx

COLUMNS = ", ".join(Ground._fields)


def add(
    tx: Tx,
    *,
    by: int,
    now: int,
    code: str,
    line: int | None,
    source: int | None,
    words: str,
    rule: int,
    target: Target,
) -> int:
    """Write it down; returns its id."""
    return tx.add(
        "insert into grounds (by, at, code, line, source, words, rule, first, last, version)"
        " values (:by, :now, :code, :line, :source, :words, :rule, :first, :last, :version)",
        by=by,
        now=now,
        code=code,
        line=line,
        source=source,
        words=words,
        rule=rule,
        **target._asdict(),
    )


def by_id(tx: Tx, ground_id: int) -> Ground | None:
    """The ground, if there is one (ids come in button data)."""
    row = tx.one(f"select {COLUMNS} from grounds where id = :id", id=ground_id)
    return None if row is None else Ground(*tuple(row))
