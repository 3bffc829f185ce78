"""Submissions as their judges see them: what waits, what is due, what went back to its writer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from sqlite3 import Row

from domain.batches import Submission
from storage.database import Tx
from storage.submissions import live_of_assignment

COLUMNS = ", ".join(f"s.{name}" for name in Submission._fields)
# The batches in which something waits, one look-up each: however many there ever were, and however much waits in them.
WAITING = """with recursive waiting (batch_id) as (
 select min(batch_id) from submissions where state = 'pending'
 union all
 select (select min(s.batch_id) from submissions s where s.state = 'pending' and s.batch_id > w.batch_id)
 from waiting w where w.batch_id is not null)"""

SCORED = """exists (select 1 from tasks r join scores c on c.task_id = r.id where r.rated_submission = p.id)"""


def submission(tx: Tx, submission_id: int) -> Submission | None:
    """The submission, if there is one (ids come in button data, which anybody can alter)."""
    row = tx.one(f"select {COLUMNS} from submissions s where id = :id", id=submission_id)
    return None if row is None else _submission(row)


def next_pending(
    tx: Tx,
    *,
    kinds: Sequence[str],
    reviewer_id: int,
    after: int,
    besides_scored: bool = False,
    first: bool | None = None,
) -> Submission | None:
    """The oldest pending submission behind `after` to a batch of these kinds that is not the reviewer's own.

    `besides_scored` leaves out those that other workers' ratings have a score for (`next_scored` has them); `first`
    takes those alone that are checked before the rest, or those alone that are not.
    """
    unscored = f" and not {SCORED}" if besides_scored else ""
    unscored += "" if first is None else f" and p.review_first = {int(first)}"
    row = tx.one(
        f"{WAITING} select {COLUMNS} from submissions s where s.id = (select min((select p.id from submissions p"
        " where p.batch_id = b.id and p.state = 'pending' and p.id > :after and p.worker_id <> :reviewer_id"
        f"{unscored} order by p.id limit 1)) from waiting w join batches b on b.id = w.batch_id"
        " where b.kind in (select value from json_each(:kinds)))",
        kinds=json.dumps(list(kinds)),
        reviewer_id=reviewer_id,
        after=after,
    )
    return None if row is None else _submission(row)


def comes_first(tx: Tx, submission_id: int) -> bool:
    """Whether this piece is checked before the rest."""
    return bool(tx.value("select review_first from submissions where id = :id", id=submission_id))


def judged_by_people(tx: Tx, worker_id: int, *, kind: str, language: str, limit: int) -> tuple[int, int]:
    """Of a worker's last pieces of such work that a person judged: how many, and how many of them were accepted.

    What went back to its writer was not, whatever became of it afterwards.
    """
    row = tx.one(
        "select count(*), coalesce(sum(state = 'accepted'), 0) from (select s.state from submissions s"
        " join batches b on b.id = s.batch_id where s.worker_id = :worker_id and s.decided_by is not null"
        " and b.kind = :kind and b.language = :language order by s.id desc limit :limit)",
        worker_id=worker_id,
        kind=kind,
        language=language,
        limit=limit,
    )
    assert row is not None
    return row[0], row[1]


def next_scored(tx: Tx, *, kinds: Sequence[str], reviewer_id: int, after: tuple[int, int]) -> Submission | None:
    """The pending submission with the lowest peer score behind `after` (score, id) that is not the reviewer's own.

    It goes through the scores of the batches in which something waits: at most as many as these batches have replies.
    """
    row = tx.one(
        f"{WAITING} select {COLUMNS} from waiting w join batches b on b.id = w.batch_id"
        " join batches rb on rb.rates_batch = b.id join scores c on c.batch_id = rb.id join tasks r on r.id = c.task_id"
        " join submissions s on s.id = r.rated_submission where s.state = 'pending' and s.worker_id <> :reviewer_id"
        " and (c.score, s.id) > (:score, :id) and b.kind in (select value from json_each(:kinds))"
        " order by c.score, s.id limit 1",
        kinds=json.dumps(list(kinds)),
        reviewer_id=reviewer_id,
        score=after[0],
        id=after[1],
    )
    return None if row is None else _submission(row)


def count_pending(tx: Tx, *, kinds: Sequence[str], reviewer_id: int, limit: int) -> int:
    """How many wait for this reviewer, counted up to `limit`."""
    return int(
        tx.value(
            f"{WAITING} select count(*) from (select 1 from waiting w join batches b on b.id = w.batch_id"
            " cross join submissions s on s.batch_id = b.id and s.state = 'pending' and s.worker_id <> :reviewer_id"
            " where b.kind in (select value from json_each(:kinds)) limit :limit)",
            kinds=json.dumps(list(kinds)),
            reviewer_id=reviewer_id,
            limit=limit,
        )
    )


def pending_of_batch(tx: Tx, batch_id: int, *, reviewer_id: int, until: int, limit: int) -> list[Submission]:
    """A batch's pending submissions handed in until an instant, without the reviewer's own, oldest first."""
    rows = tx.all(
        f"select {COLUMNS} from submissions s where batch_id = :batch_id and state = 'pending'"
        " and worker_id <> :reviewer_id and submitted_at <= :until order by id limit :limit",
        batch_id=batch_id,
        reviewer_id=reviewer_id,
        until=until,
        limit=limit,
    )
    return [_submission(row) for row in rows]


def due(tx: Tx, *, now: int, limit: int) -> list[Submission]:
    """Pending submissions whose review period has ended, the longest ended first."""
    rows = tx.all(
        f"select {COLUMNS} from submissions s where state = 'pending' and review_until <= :now"
        " order by review_until limit :limit",
        now=now,
        limit=limit,
    )
    return [_submission(row) for row in rows]


def sent_back_until(tx: Tx, *, before: int, limit: int) -> list[Submission]:
    """Submissions that went back to their writer before an instant and still are there."""
    rows = tx.all(
        f"select {COLUMNS} from submissions s where state = 'sent_back' and decided_at <= :before"
        " order by decided_at limit :limit",
        before=before,
        limit=limit,
    )
    return [_submission(row) for row in rows]


def begin(tx: Tx, submission_id: int, *, now: int) -> None:
    """A reviewer has it on the screen: the writer's editing and undoing end."""
    tx.run(
        "update submissions set review_started_at = :now where id = :id and review_started_at is null"
        " and state = 'pending'",
        id=submission_id,
        now=now,
    )


def decide(
    tx: Tx, submission_id: int, *, version: int, state: str, by: int | None, reason: str | None, now: int
) -> bool:
    """Decide a pending submission of exactly this version; False when it is decided or another text by now, or when its
    review period is over: silence has accepted it then, also while the clock's tick is still to come.

    What silence would have done is over, and the row gives its bytes to the decision: one that grew would need another
    page for what stands beside it.
    """
    decided = tx.run(
        "update submissions set state = :state, review_until = 0, decided_at = :now, decided_by = :by, reason = :reason"
        " where id = :id and state = 'pending' and version = :version and (:state = 'accepted' or review_until > :now)",
        id=submission_id,
        version=version,
        state=state,
        by=by,
        reason=reason,
        now=now,
    )
    return decided.rowcount == 1


def close_sent_back(tx: Tx, submission_id: int) -> bool:
    """The writer did not answer: it counts as withdrawn, its task is free. False when it was not sent back any more."""
    sql = "update submissions set state = 'withdrawn' where id = :id and state = 'sent_back'"
    return tx.run(sql, id=submission_id).rowcount == 1


def counted_at(tx: Tx, assignment_id: int) -> int | None:
    """When the answer to this assignment was counted for its day: when it was handed in before it was first sent back.

    What is handed in anew after that does not count again; an answer that was undone has no decision.
    """
    live = live_of_assignment(tx, assignment_id)
    withdrawn: int | None = tx.value(
        "select min(submitted_at) from submissions"
        " where assignment_id = :assignment_id and state = 'withdrawn' and decided_at is not null",
        assignment_id=assignment_id,
    )
    decided = None if live is None or live.decided_at is None else live.submitted_at
    return min((at for at in (withdrawn, decided) if at is not None), default=None)


def first_handed_in(tx: Tx, one: Submission) -> int:
    """When the work on this assignment was handed in before it was first sent back; its own instant otherwise."""
    first: int | None = tx.value(
        "select min(submitted_at) from submissions"
        " where assignment_id = :assignment_id and state = 'withdrawn' and decided_at is not null",
        assignment_id=one.assignment_id,
    )
    return one.submitted_at if first is None else first


def uphold(tx: Tx, submission_id: int, *, by: int | None, now: int) -> bool:
    """A rejected submission is accepted after all, by a person or (None) by silence. False when it is not rejected."""
    sql = (
        "update submissions set state = 'accepted', decided_at = :now, decided_by = :by"
        " where id = :id and state = 'rejected'"
    )
    return tx.run(sql, id=submission_id, by=by, now=now).rowcount == 1


def pending_between(tx: Tx, batch_id: int, worker_id: int, *, first: int, last: int, limit: int) -> list[Submission]:
    """A worker's pending submissions of a batch with ids in a range, oldest first."""
    rows = tx.all(
        f"select {COLUMNS} from submissions s where batch_id = :batch_id and state = 'pending'"
        " and id between :first and :last and worker_id = :worker_id order by id limit :limit",
        batch_id=batch_id,
        worker_id=worker_id,
        first=first,
        last=last,
        limit=limit,
    )
    return [_submission(row) for row in rows]


def summed_between(
    tx: Tx, batch_id: int, worker_id: int, *, first: int, last: int, now: int
) -> tuple[int, int, int | None]:
    """How many of these silence has not paid yet, their micro-units, and when it pays the first of them."""
    row = tx.one(
        "select count(*), coalesce(sum(price), 0), min(review_until) from submissions s where batch_id = :batch_id"
        " and state = 'pending' and id between :first and :last and worker_id = :worker_id and review_until > :now",
        batch_id=batch_id,
        worker_id=worker_id,
        first=first,
        last=last,
        now=now,
    )
    assert row is not None
    return row[0], row[1], row[2]


def _submission(row: Row) -> Submission:
    values = dict(zip(row.keys(), tuple(row), strict=True))
    values["answer"] = json.loads(row["answer"])
    return Submission(**values)


def span(tx: Tx, batch_id: int, worker_id: int) -> tuple[int, int, int]:
    """A worker's pending submissions of a batch: how many, the first and the last id."""
    row = tx.one(
        "select count(*), coalesce(min(id), 0), coalesce(max(id), 0) from submissions s where batch_id = :batch_id"
        " and state = 'pending' and worker_id = :worker_id",
        batch_id=batch_id,
        worker_id=worker_id,
    )
    assert row is not None
    return row[0], row[1], row[2]


def waiting_batches(tx: Tx, *, kinds: Sequence[str], limit: int) -> list[tuple[int, str, int]]:
    """(batch, title, how many pending) of the batches of these kinds with something in review, newest first."""
    rows = tx.all(
        f"{WAITING} select b.id, b.title, (select count(*) from submissions s where s.batch_id = b.id"
        " and s.state = 'pending') from waiting w join batches b on b.id = w.batch_id"
        " where b.kind in (select value from json_each(:kinds)) order by w.batch_id desc limit :limit",
        kinds=json.dumps(list(kinds)),
        limit=limit,
    )
    return [(row[0], row[1], row[2]) for row in rows]


def waiting_workers(tx: Tx, batch_id: int, *, besides: int, limit: int) -> list[tuple[int, int]]:
    """(worker, how many pending) of a batch, most first."""
    rows = tx.all(
        "select worker_id, count(*) as count from submissions s where batch_id = :batch_id and state = 'pending'"
        " and worker_id <> :besides group by worker_id order by count(*) desc, worker_id limit :limit",
        batch_id=batch_id,
        besides=besides,
        limit=limit,
    )
    return [(row["worker_id"], row["count"]) for row in rows]
