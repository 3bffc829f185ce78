"""How long answers took: a batch's by bucket (domain.pay), so that a median needs no list; the last ones of a kind."""

from __future__ import annotations

from storage.database import Tx

LOOKED_AT = 50
"""So many earlier batches of a kind are looked at for its last answers, the newest first."""


def add(tx: Tx, batch_id: int, bucket: int) -> None:
    """Count one answer in the bucket."""
    tx.run(
        "insert into timings (batch_id, bucket, count) values (:batch_id, :bucket, 1)"
        " on conflict (batch_id, bucket) do update set count = count + 1",
        batch_id=batch_id,
        bucket=bucket,
    )


def remove(tx: Tx, batch_id: int, bucket: int) -> None:
    """Take one answer out of the bucket."""
    tx.run(
        "update timings set count = count - 1 where batch_id = :batch_id and bucket = :bucket and count > 0",
        batch_id=batch_id,
        bucket=bucket,
    )


def histogram(tx: Tx, batch_id: int) -> dict[str, int]:
    """The counts by bucket, as domain.pay.median_from_histogram takes them."""
    rows = tx.all("select bucket, count from timings where batch_id = :batch_id and count > 0", batch_id=batch_id)
    return {str(row["bucket"]): row["count"] for row in rows}


def recent(tx: Tx, kind: str, data: str, *, besides: int, limit: int) -> list[int]:
    """The active times (microseconds) of the last answers that count, from the newest other batches like this one."""
    found: list[int] = []
    like_it = tx.all(
        "select id from batches where kind = :kind and data = :data and submissions > 0 and id <> :besides"
        " order by id desc limit :most",
        kind=kind,
        data=data,
        besides=besides,
        most=LOOKED_AT,
    )
    for batch in like_it:
        rows = tx.all(
            "select active_micros from submissions where batch_id = :batch_id and state in ('pending', 'accepted')"
            " order by id desc limit :left",
            batch_id=batch["id"],
            left=limit - len(found),
        )
        found += [row["active_micros"] for row in rows]
        if len(found) == limit:
            break
    return found
