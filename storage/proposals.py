"""Rejections beyond what one person may do alone: they wait for a second human."""

from __future__ import annotations

from typing import NamedTuple

from domain.rejections import Proposal
from storage.database import Tx

COLUMNS = ", ".join(Proposal._fields)


class Proposed(NamedTuple):
    """One submission a proposal holds, of exactly this version."""

    submission_id: int
    version: int
    worker_id: int
    ground_id: int


class Part(NamedTuple):
    """What a proposal holds for the same reason of the same worker."""

    ground_id: int
    worker_id: int
    size: int


def waiting_of(tx: Tx, batch_id: int, by: int, *, now: int) -> Proposal:
    """The person's proposal for the batch that waits; a new one where none does."""
    tx.run(
        "insert into proposals (batch_id, by, at) values (:batch_id, :by, :now) on conflict do nothing",
        batch_id=batch_id,
        by=by,
        now=now,
    )
    row = tx.one(
        f"select {COLUMNS} from proposals where batch_id = :batch_id and by = :by and state = 'waiting'",
        batch_id=batch_id,
        by=by,
    )
    assert row is not None
    return Proposal(*tuple(row))


def add(tx: Tx, proposal_id: int, *, submission_id: int, version: int, worker_id: int, ground_id: int) -> int:
    """Hold one submission; the first reason given for it counts, since whoever agrees may have read that one.

    Returns how many the proposal holds now.
    """
    tx.run(
        "insert into proposed (proposal_id, submission_id, version, worker_id, ground_id)"
        " values (:proposal_id, :submission_id, :version, :worker_id, :ground_id)"
        " on conflict (proposal_id, submission_id) do nothing",
        proposal_id=proposal_id,
        submission_id=submission_id,
        version=version,
        worker_id=worker_id,
        ground_id=ground_id,
    )
    return _recount(tx, proposal_id)


def add_pending(
    tx: Tx, proposal_id: int, *, batch_id: int, worker_id: int, first: int, last: int, ground_id: int
) -> int:
    """Hold a worker's pending answers of a batch with ids in a range: one statement, as many as its tasks at most.

    Returns how many the proposal holds now.
    """
    tx.run(
        "insert into proposed (proposal_id, submission_id, version, worker_id, ground_id)"
        " select :proposal_id, s.id, s.version, s.worker_id, :ground_id from submissions s"
        " where s.batch_id = :batch_id and s.state = 'pending' and s.id between :first and :last"
        " and s.worker_id = :worker_id"
        " on conflict (proposal_id, submission_id) do nothing",
        proposal_id=proposal_id,
        batch_id=batch_id,
        worker_id=worker_id,
        first=first,
        last=last,
        ground_id=ground_id,
    )
    return _recount(tx, proposal_id)


def _recount(tx: Tx, proposal_id: int) -> int:
    return int(
        tx.value(
            "update proposals set size = (select count(*) from proposed where proposal_id = :id) where id = :id"
            " returning size",
            id=proposal_id,
        )
    )


def by_id(tx: Tx, proposal_id: int) -> Proposal | None:
    """The proposal, if there is one (ids come in button data)."""
    row = tx.one(f"select {COLUMNS} from proposals where id = :id", id=proposal_id)
    return None if row is None else Proposal(*tuple(row))


def decide(tx: Tx, proposal_id: int, *, state: str, by: int, now: int) -> bool:
    """A second human agrees or declines, once. False when it is decided."""
    sql = (
        "update proposals set state = :state, decided_by = :by, decided_at = :now"
        " where id = :id and state = 'waiting' and by <> :by"
    )
    return tx.run(sql, id=proposal_id, state=state, by=by, now=now).rowcount == 1


def agreed(tx: Tx) -> Proposal | None:
    """The oldest one that was agreed to and is not worked off yet."""
    row = tx.one(
        f"select {COLUMNS} from proposals where state in ('waiting', 'agreed') and state = 'agreed' order by id limit 1"
    )
    return None if row is None else Proposal(*tuple(row))


def take(tx: Tx, proposal_id: int, *, limit: int) -> list[Proposed]:
    """Take out the next ones to look at once more."""
    rows = tx.all(
        "delete from proposed where proposal_id = :id and submission_id in (select p.submission_id from proposed p"
        " where p.proposal_id = :id order by p.submission_id limit :limit)"
        " returning submission_id, version, worker_id, ground_id",
        id=proposal_id,
        limit=limit,
    )
    return sorted(Proposed(*tuple(row)) for row in rows)


def worked_off(tx: Tx, proposal_id: int, *, rejected: int, done: bool) -> None:
    """So many more were rejected; nothing is left (`done`)."""
    sql = (
        "update proposals set rejected = rejected + :rejected, state = case when :done then 'done' else state end"
        " where id = :id"
    )
    tx.run(sql, id=proposal_id, rejected=rejected, done=int(done))


def parts(tx: Tx, proposal_id: int, *, limit: int) -> list[Part]:
    """What it holds, by reason and worker, the largest part first."""
    rows = tx.all(
        "select ground_id, worker_id, count(*) as size from proposed where proposal_id = :id"
        " group by ground_id, worker_id order by 3 desc, 1 limit :limit",
        id=proposal_id,
        limit=limit,
    )
    return [Part(*tuple(row)) for row in rows]


def still_pending(tx: Tx, proposal_id: int) -> int:
    """How many of those it holds still wait for a decision, of that version."""
    return int(
        tx.value(
            "select count(*) from proposed p join submissions s on s.id = p.submission_id and s.state = 'pending'"
            " and s.version = p.version where p.proposal_id = :id",
            id=proposal_id,
        )
    )


def paid_from(tx: Tx, proposal_id: int) -> int | None:
    """When silence pays the first of what it holds; None when nothing is left to decide."""
    at: int | None = tx.value(
        "select min(s.review_until) from proposed p join submissions s on s.id = p.submission_id"
        " and s.state = 'pending' where p.proposal_id = :id",
        id=proposal_id,
    )
    return at


def first(tx: Tx, proposal_id: int) -> int | None:
    """The oldest submission it holds that still waits, as an example."""
    found: int | None = tx.value(
        "select p.submission_id from proposed p join submissions s on s.id = p.submission_id and s.state = 'pending'"
        " where p.proposal_id = :id order by p.submission_id limit 1",
        id=proposal_id,
    )
    return found


def next_for(tx: Tx, person_id: int, *, after: int = 0) -> Proposal | None:
    """The oldest one behind `after` that waits and that this person did not make."""
    row = tx.one(
        f"select {COLUMNS} from proposals where state in ('waiting', 'agreed') and state = 'waiting'"
        " and by <> :person_id and id > :after order by id limit 1",
        person_id=person_id,
        after=after,
    )
    return None if row is None else Proposal(*tuple(row))


def waits(tx: Tx, submission_id: int, batch_id: int, by: int) -> bool:
    """This person has proposed to reject the submission, and it waits."""
    sql = (
        "select 1 from proposals p join proposed d on d.proposal_id = p.id and d.submission_id = :submission_id"
        " where p.batch_id = :batch_id and p.by = :by and p.state = 'waiting'"
    )
    return tx.one(sql, submission_id=submission_id, batch_id=batch_id, by=by) is not None
