"""Rows of the outbox that go to many: asked for a few at a time, by the batch they are about.

Those of a batch that is paused, closed or full are simply not asked for, so that it takes effect at once.
"""

from __future__ import annotations

from itertools import zip_longest

from domain.notices import Lane
from storage import batches
from storage.database import Tx
from storage.outbox import Pending

WANTING = (
    "select id from batches where state = 'open' and tasks * overlap > submissions + leased and offers > 0 order by id"
)
DUE = (
    "select id, person_id from outbox where campaign is :campaign and state = 'waiting' and lane = 2"
    " and not_before <= :now order by not_before, id limit :limit"
)
AHEAD = (
    "select id, person_id from outbox where campaign is :campaign and state = 'waiting' and lane = 2"
    " and not_before > :now and not_before = created_at order by not_before, id limit :limit"
)
"""What was to go at once and is not due: the clock was set back since."""
ANY = "select 1 from outbox indexed by outbox_campaign where state = 'waiting' and lane = 2 limit 1"
FOREVER = 2**62
WAITING = "select count(*) from outbox where campaign = :campaign and state = 'waiting' and lane = 2"


def due(tx: Tx, *, now: int, limit: int) -> list[Pending]:
    """Rows that may go now, batch by batch in turn, about `limit` of each; those without a batch are one more."""
    campaigns: list[int | None] = [None, *(row["id"] for row in tx.all(WANTING))]
    lines = [
        [
            Pending(row["id"], row["person_id"], int(Lane.BROADCAST), 0, campaign)
            for sql in (DUE, AHEAD)
            for row in tx.all(sql, campaign=campaign, now=now, limit=limit)
        ]
        for campaign in campaigns
    ]
    return [row for rank in zip_longest(*lines) for row in rank if row is not None]


def any_waits(tx: Tx) -> bool:
    """Something to many is not sent, perhaps because it may not go now."""
    return tx.one(ANY) is not None


def waiting(tx: Tx, campaign: int) -> int:
    """How many offers of a batch are not sent yet."""
    return int(tx.value(WAITING, campaign=campaign))


def any_waits_of(tx: Tx, campaign: int, *, upto: int = FOREVER) -> bool:
    """An offer of the batch is not sent yet; `upto` leaves out what was put off until after that instant."""
    sql = (
        "select 1 from outbox where campaign = :campaign and state = 'waiting' and lane = 2 and not_before <= :upto"
        " limit 1"
    )
    return tx.one(sql, campaign=campaign, upto=upto) is not None


def cancel(tx: Tx, campaign: int, *, limit: int) -> int:
    """Drop so many unsent offers of a batch and take them out of its count; returns how many."""
    dropped = tx.run(
        "delete from outbox where id in (select id from outbox where campaign = :campaign and state = 'waiting'"
        " and lane = 2 limit :limit)",
        campaign=campaign,
        limit=limit,
    ).rowcount
    if dropped:
        batches.count(tx, campaign, offers=-dropped)
    return dropped
