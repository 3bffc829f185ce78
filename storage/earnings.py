"""A worker's money in review, by when silence pays it; what lifted their days to the floor."""

from __future__ import annotations

from storage.database import Tx

QUARTER = 15 * 60 * 1_000_000


def last_review(tx: Tx, worker_id: int) -> int | None:
    """When the last of what is in review now is paid by silence; None with nothing in review."""
    at: int | None = tx.value(
        "select max(review_until) from submissions where worker_id = :worker_id and state = 'pending'",
        worker_id=worker_id,
    )
    return at


def silent_by(tx: Tx, worker_id: int, *, at: int) -> int:
    """What silence makes available until an instant, in micro-units."""
    return int(
        tx.value(
            "select coalesce(sum(price), 0) from submissions"
            " where worker_id = :worker_id and state = 'pending' and review_until <= :at",
            worker_id=worker_id,
            at=at,
        )
    )


def in_review_by_time(tx: Tx, worker_id: int) -> list[tuple[int, int]]:
    """What is in review by when it was handed in: (the quarter of an hour's beginning, micro-units).

    No time zone cuts a quarter of an hour in two, so the caller can sum them to days.
    """
    rows = tx.all(
        "select submitted_at / :quarter * :quarter as at, sum(price) as amount from submissions"
        " where worker_id = :worker_id and state = 'pending' group by 1 order by 1",
        worker_id=worker_id,
        quarter=QUARTER,
    )
    return [(row["at"], row["amount"]) for row in rows]


def topups(tx: Tx, worker_id: int, *, first: int, last: int) -> int:
    """What lifted these days to the floor, in micro-units."""
    return int(
        tx.value(
            "select coalesce(sum(amount), 0) from topups where worker_id = :worker_id and day between :first and :last",
            worker_id=worker_id,
            first=first,
            last=last,
        )
    )


def topups_by_day(tx: Tx, worker_id: int, *, first: int, last: int) -> dict[int, int]:
    """The same for each of the days that was lifted."""
    rows = tx.all(
        "select day, sum(amount) as amount from topups where worker_id = :worker_id and day between :first and :last"
        " group by day",
        worker_id=worker_id,
        first=first,
        last=last,
    )
    return {row["day"]: row["amount"] for row in rows}
