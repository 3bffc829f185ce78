"""How long a batch's answers took: counts by bucket (domain.pay), so that a median needs no list of answers."""

from __future__ import annotations

from storage.database import Tx


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
