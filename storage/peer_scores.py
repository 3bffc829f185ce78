"""Peer scores: which written replies other workers rate, and what came of it.

A reply that is rated has a task in a batch of ratings, which names it and who wrote it (`tasks.rated_submission`,
`author_id`). A score stands for the reply as it was handed in: one that was rejected, withdrawn or given anew has none.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from sqlite3 import Row
from typing import NamedTuple

from storage.database import Tx

AGREED = "exists (select 1 from consents c where c.person_id = {who} and c.withdrawn_at is null)"
# Asked for already: not when its batch was discarded as a draft, or closed before anybody rated it.
ASKED = """exists (select 1 from tasks r join batches rb on rb.id = r.batch_id where r.rated_submission = s.id
 and rb.state <> 'discarded' and (rb.state <> 'closed' or r.answered > 0))"""
STANDS = "s.state in ('pending', 'accepted', 'sent_back')"
SCORED = """c.score, c.low, c.high, c.ratings, json_extract(b.face, '$.answers[#-1]') + 0 as most
 from scores c join tasks r on r.id = c.task_id join submissions s on s.id = r.rated_submission
 join batches b on b.id = c.batch_id"""


class PeerScore(NamedTuple):
    """What other workers' ratings of a reply come to, with its interval, in thousandths of a step.

    `ratings` is how many there are, `most` the scale's last step.
    """

    score: int
    low: int
    high: int
    ratings: int
    most: int


class Reply(NamedTuple):
    """A written reply with its score: which submission, of which batch, handed in when."""

    submission_id: int
    batch_id: int
    submitted_at: int
    score: PeerScore


def copy_replies(tx: Tx, batch_id: int, *, to: int, role: str, limit: int) -> int:
    """Make a task of each reply of a batch that waits or is accepted and was not asked for yet; returns how many.

    It is the conversation with the reply as its last turn, in `role`; nothing in it says who wrote it. Left out are
    replies of people who have withdrawn their consent.
    """
    return tx.run(
        "insert into tasks (batch_id, name, content, payload, wanted, rated_submission, author_id)"
        " select :to, t.name || ' #' || s.id, 'reply:' || s.id, json_insert(t.payload, '$.messages[#]',"
        " json_array(:role, json_extract(s.answer, '$.text'))), 1, s.id, s.worker_id"
        " from submissions s join tasks t on t.id = s.task_id where s.batch_id = :batch_id"
        f" and s.state in ('pending', 'accepted') and {AGREED.format(who='s.worker_id')} and not {ASKED}"
        " order by s.id limit :limit",
        batch_id=batch_id,
        to=to,
        role=role,
        limit=limit,
    ).rowcount


def freeze(tx: Tx, batch_id: int, *, now: int) -> None:
    """The replies a batch of ratings is about are being read from now on: their writers cannot change them any more."""
    tx.run(
        "update submissions set review_started_at = :now where id in (select rated_submission from tasks"
        " where batch_id = :batch_id) and state = 'pending' and review_started_at is null",
        batch_id=batch_id,
        now=now,
    )


def leave_out(tx: Tx, author_id: int) -> None:
    """Nobody is given this author's replies to rate any more; a batch that still wanted ratings of them keeps them."""
    tx.run("update tasks set state = 'paused' where author_id = :author_id and state = 'open'", author_id=author_id)


def stop(tx: Tx, submission_id: int) -> None:
    """Nobody is given this reply to rate any more."""
    tx.run("update tasks set state = 'paused' where rated_submission = :id and state = 'open'", id=submission_id)


def are_asked(tx: Tx, batch_id: int) -> bool:
    """Other workers are rating, or have rated, replies of this batch."""
    sql = "select 1 from batches where rates_batch = :batch_id and state not in ('draft', 'discarded') limit 1"
    return tx.one(sql, batch_id=batch_id) is not None


def rated_batch(tx: Tx, batch_id: int) -> int | None:
    """The batch of written work whose replies this batch rates."""
    found: int | None = tx.value("select rates_batch from batches where id = :id", id=batch_id)
    return found


def of_submission(tx: Tx, submission_id: int) -> PeerScore | None:
    """The score of a reply; None while it has none."""
    row = tx.one(f"select {SCORED} where r.rated_submission = :id and {STANDS} limit 1", id=submission_id)
    return None if row is None else PeerScore(*tuple(row))


def place_of(tx: Tx, submission_id: int) -> int | None:
    """Where a reply stands among those with scores, whatever has become of it; None without one."""
    found: int | None = tx.value(
        "select c.score from tasks r join scores c on c.task_id = r.id where r.rated_submission = :id limit 1",
        id=submission_id,
    )
    return found


def of_submissions(tx: Tx, ids: Sequence[int]) -> dict[int, PeerScore]:
    """The scores of some replies, by submission."""
    rows = tx.all(
        f"select s.id, {SCORED} where r.rated_submission in (select value from json_each(:ids)) and {STANDS}",
        ids=json.dumps(list(ids)),
    )
    return {row["id"]: PeerScore(*tuple(row)[1:]) for row in rows}


def of_writer(tx: Tx, worker_id: int, *, since: int, until: int, limit: int) -> list[Reply]:
    """A writer's replies handed in from `since` until before `until` that have a score, the newest first."""
    rows = tx.all(
        f"select s.id, s.batch_id, s.submitted_at, {SCORED} where r.author_id = :worker_id and {STANDS}"
        " and s.submitted_at >= :since and s.submitted_at < :until order by s.id desc limit :limit",
        worker_id=worker_id,
        since=since,
        until=until,
        limit=limit,
    )
    return list(map(_reply, rows))


def _reply(row: Row) -> Reply:
    values = tuple(row)
    return Reply(values[0], values[1], values[2], PeerScore(*values[3:]))
