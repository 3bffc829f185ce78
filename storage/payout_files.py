"""Files for banks: made once, kept sealed, handed out again as the same bytes."""

from __future__ import annotations

import json
from dataclasses import dataclass

from domain.payouts import Payout
from storage.database import Tx
from storage.payout_methods import PAYS
from storage.payouts import IS_OPEN, PAYOUT

CONTEXT = b"payout_files.content"
COLUMNS = "id, run_id, rail, number, key, name, sha256, count, total, created_at, created_by"


@dataclass(frozen=True, slots=True)
class PayoutFile:
    """A file without its bytes; `key` is what a bank's answer may name it by, `total` micro-units."""

    id: int
    run_id: int
    rail: str
    number: int
    key: str
    name: str
    sha256: str
    count: int
    total: int
    created_at: int
    created_by: int


def of_run(tx: Tx, run_id: int, rail: str) -> list[PayoutFile]:
    """A run's files of a rail, in their order."""
    rows = tx.all(
        f"select {COLUMNS} from payout_files where run_id = :run_id and rail = :rail order by number",
        run_id=run_id,
        rail=rail,
    )
    return [PayoutFile(*tuple(row)) for row in rows]


def by_id(tx: Tx, file_id: int) -> PayoutFile | None:
    """The file."""
    row = tx.one(f"select {COLUMNS} from payout_files where id = :id", id=file_id)
    return None if row is None else PayoutFile(*tuple(row))


def by_key(tx: Tx, key: str) -> PayoutFile | None:
    """The file a bank's answer names."""
    row = tx.one(f"select {COLUMNS} from payout_files where key = :key", key=key)
    return None if row is None else PayoutFile(*tuple(row))


def content(tx: Tx, file_id: int) -> bytes:
    """The bytes, compressed as they were kept."""
    return tx.cipher.open(tx.value("select content from payout_files where id = :id", id=file_id), CONTEXT)


def add(tx: Tx, *, content: bytes, **columns: object) -> int:
    """Keep a file; returns its id. A run has each number of a rail once (unique)."""
    return tx.add(
        "insert into payout_files (run_id, rail, number, key, name, sha256, content, count, total, created_at,"
        " created_by) values (:run_id, :rail, :number, :key, :name, :sha256, :content, :count, :total, :created_at,"
        " :created_by)",
        content=tx.cipher.seal(content, CONTEXT),
        **columns,
    )


def fill(tx: Tx, file_id: int, *, run_id: int, rail: str, upto: int, now: int) -> tuple[int, int]:
    """What waits of a run and rail up to an id is in this file and under way; returns how many, and their sum."""
    tx.run(
        "update payouts set state = 'sending', sent_at = :now, file_id = :file_id where run_id = :run_id"
        f" and rail = :rail and {IS_OPEN} and state = 'reserved' and id <= :upto",
        now=now,
        file_id=file_id,
        run_id=run_id,
        rail=rail,
        upto=upto,
    )
    row = tx.one("select count(*), coalesce(sum(amount), 0) from payouts where file_id = :id", id=file_id)
    assert row is not None
    return row[0], row[1]


def goes_nowhere(tx: Tx, file_id: int) -> bool:
    """Something in the file would go to a method that is not paid to any more."""
    sql = (
        "select 1 from payouts p join payout_methods m on m.id = p.method_id where p.file_id = :id"
        " and m.state not in (select value from json_each(:pays)) limit 1"
    )
    return tx.one(sql, id=file_id, pays=json.dumps(PAYS)) is not None


def payouts_in(tx: Tx, file_id: int, *, after: int, limit: int) -> list[Payout]:
    """What a file pays, by id."""
    rows = tx.all(
        f"select {PAYOUT} from payouts where file_id = :file_id and id > :after order by id limit :limit",
        file_id=file_id,
        after=after,
        limit=limit,
    )
    return [Payout(*tuple(row)) for row in rows]
