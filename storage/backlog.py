"""What waits in the tables that are worked off: how much, and since when. For meters, never for decisions.

Each question walks an index that holds waiting rows alone, so it costs what waits and not what there was.
"""

from __future__ import annotations

from dataclasses import dataclass

from storage.database import Tx

UPDATES = "select count(*) as waiting, min(received_at) as oldest from inbox where state = 'waiting'"
MESSAGES = (
    "select lane, count(*) as waiting, sum(not_before <= :now) as due,"
    " min(case when not_before <= :now then not_before end) as oldest"
    " from outbox where state = 'waiting' group by lane"
)
JOBS = (
    "select kind, count(*) as waiting, min(created_at) as oldest from jobs where state = 'waiting' group by kind"
    " order by kind"
)

OWED = (
    "select id, price * leased as owed from batches"
    " where state in ('open', 'paused', 'closed') and leased > 0 order by id"
)


@dataclass(frozen=True, slots=True)
class Backlog:
    """So many wait; `due` of them could go now, the longest of those since `oldest` (microseconds; None without)."""

    waiting: int
    due: int
    oldest: int | None


def updates(tx: Tx) -> Backlog:
    """Updates that are not handled."""
    row = tx.one(UPDATES)
    assert row is not None
    return Backlog(row["waiting"], row["waiting"], row["oldest"])


def messages(tx: Tx, *, now: int) -> dict[int, Backlog]:
    """Messages that are not sent, by lane; those for later (quiet hours, bursts) wait and are not due."""
    return {row["lane"]: Backlog(row["waiting"], row["due"], row["oldest"]) for row in tx.all(MESSAGES, now=now)}


def owed(tx: Tx) -> dict[int, int]:
    """Micro-units that open assignments may still earn, by batch, of those that have any."""
    return {row["id"]: row["owed"] for row in tx.all(OWED)}


def jobs(tx: Tx) -> dict[str, Backlog]:
    """Jobs that are not done, by kind."""
    return {row["kind"]: Backlog(row["waiting"], row["waiting"], row["oldest"]) for row in tx.all(JOBS)}
