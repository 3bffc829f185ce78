"""Answers to gold, and which of them were told to be missed."""

from __future__ import annotations

from typing import NamedTuple

from domain.kinds.base import Answer, answer_from_json
from storage.database import Tx

DUE = "select worker_id, batch_id from enrolments where gold_due = 1 and (batch_id, worker_id) > (:batch, :worker)"
OF_WORKER = """select s.id, s.worker_id, s.task_id, t.gold, s.answer, s.submitted_at, s.state, s.review_started_at,
 m.submission_id is not null, m.objected_at is not null, null from tasks t cross join submissions s
 on s.task_id = t.id and s.worker_id = :worker_id and s.state in ('pending', 'accepted', 'sent_back')
 left join gold_misses m on m.submission_id = s.id
 where t.batch_id = :batch_id and t.gold is not null and s.submitted_at >= t.gold_at
 and t.gold_by is not s.worker_id"""
OF_BATCH = """select s.id, s.worker_id, s.task_id, t.gold, s.answer, s.submitted_at, s.state, s.review_started_at,
 m.submission_id is not null, m.objected_at is not null, e.reliance from tasks t cross join submissions s
 on s.task_id = t.id and s.state in ('pending', 'accepted', 'sent_back')
 left join gold_misses m on m.submission_id = s.id
 left join enrolments e on e.worker_id = s.worker_id and e.batch_id = s.batch_id
 where t.batch_id = :batch_id and t.gold is not null and s.submitted_at >= t.gold_at
 and t.gold_by is not s.worker_id"""


class GoldAnswer(NamedTuple):
    """A live answer to a task that is gold, handed in since it is: with its label; whether a miss was told, whether
    its worker objects. Of whoever said what is right there: none, for they know it."""

    submission_id: int
    worker_id: int
    task_id: int
    gold: str
    answer: Answer
    submitted_at: int
    state: str
    review_started_at: int | None
    told: bool
    objects: bool
    reliance: int | None = None
    """How likely its worker's answers are right as the last fit found (1/10,000), of all answers of a batch alone."""


class Miss(NamedTuple):
    """A missed gold answer its worker was told of, as of then."""

    submission_id: int
    task_id: int
    batch_id: int
    worker_id: int
    label: str
    gold: str
    forgiven: bool
    told_at: int
    objected_at: int | None
    void_at: int | None


MISS = ", ".join(Miss._fields)


def due(tx: Tx, *, after: tuple[int, int], limit: int) -> list[tuple[int, int]]:
    """Workers and batches with answers to gold that may not be judged, behind (batch, worker)."""
    rows = tx.all(f"{DUE} order by batch_id, worker_id limit :limit", batch=after[0], worker=after[1], limit=limit)
    return [(row["worker_id"], row["batch_id"]) for row in rows]


def of_worker(tx: Tx, worker_id: int, batch_id: int) -> list[GoldAnswer]:
    """A worker's answers to the gold of a batch, oldest first."""
    found = [_answer(tuple(row)) for row in tx.all(OF_WORKER, worker_id=worker_id, batch_id=batch_id)]
    return sorted(found, key=lambda one: one.submission_id)


def of_batch(tx: Tx, batch_id: int) -> list[GoldAnswer]:
    """Everybody's answers to the gold of a batch."""
    return [_answer(tuple(row)) for row in tx.all(OF_BATCH, batch_id=batch_id)]


def workers_of_task(tx: Tx, task_id: int) -> list[int]:
    """Who has a live answer to a task."""
    rows = tx.all(
        "select worker_id from submissions where task_id = :task_id and state in ('pending', 'accepted', 'sent_back')",
        task_id=task_id,
    )
    return [row["worker_id"] for row in rows]


def has_answered(tx: Tx, task_id: int, worker_id: int) -> bool:
    """Whether somebody has a live answer to a task."""
    sql = (
        "select 1 from submissions where task_id = :task_id and worker_id = :worker_id"
        " and state in ('pending', 'accepted', 'sent_back')"
    )
    return tx.one(sql, task_id=task_id, worker_id=worker_id) is not None


def judged(tx: Tx, worker_id: int, batch_id: int, *, waits: bool) -> None:
    """A worker's answers to the gold of a batch were judged; `waits`: some could still be undone and were left for
    later."""
    tx.run(
        "update enrolments set gold_due = :waits where worker_id = :worker_id and batch_id = :batch_id",
        waits=int(waits),
        worker_id=worker_id,
        batch_id=batch_id,
    )


def told(tx: Tx, miss: Miss) -> None:
    """Note a miss that is told to its worker."""
    tx.run(
        "insert into gold_misses (submission_id, task_id, batch_id, worker_id, label, gold, forgiven, told_at)"
        " values (:submission_id, :task_id, :batch_id, :worker_id, :label, :gold, :forgiven, :told_at)",
        **miss._asdict() | {"forgiven": int(miss.forgiven)},
    )


def forgive(tx: Tx, worker_id: int, batch_id: int, submission_id: int) -> None:
    """Of a worker's misses in a batch this one is the forgiven one, and no other."""
    tx.run(
        "update gold_misses set forgiven = submission_id = :submission_id"
        " where worker_id = :worker_id and batch_id = :batch_id",
        submission_id=submission_id,
        worker_id=worker_id,
        batch_id=batch_id,
    )


def miss(tx: Tx, submission_id: int) -> Miss | None:
    """The miss as it was told."""
    row = tx.one(f"select {MISS} from gold_misses where submission_id = :id", id=submission_id)
    return None if row is None else Miss(*tuple(row))


def stands(tx: Tx, submission_id: int) -> bool:
    """Whether the answer is still there: not undone, not rejected."""
    sql = "select 1 from submissions where id = :id and state in ('pending', 'accepted', 'sent_back')"
    return tx.one(sql, id=submission_id) is not None


def object_to(tx: Tx, submission_id: int, *, now: int) -> bool:
    """The worker thinks that their answer is right; False when they said so before, or it counts no more anyway."""
    sql = (
        "update gold_misses set objected_at = :now"
        " where submission_id = :id and objected_at is null and void_at is null"
    )
    return tx.run(sql, id=submission_id, now=now).rowcount == 1


def void(tx: Tx, task_id: int, *, now: int) -> list[Miss]:
    """The misses of a task count no more; returns those that did."""
    rows = tx.all(
        f"update gold_misses set void_at = :now where task_id = :task_id and void_at is null returning {MISS}",
        task_id=task_id,
        now=now,
    )
    return [Miss(*tuple(row)) for row in rows]


def waits(tx: Tx, dedupe: str) -> bool:
    """Whether a notice with this key has not gone out."""
    return tx.one("select 1 from outbox where dedupe = :dedupe and state = 'waiting'", dedupe=dedupe) is not None


def end_undo(tx: Tx, worker_id: int, submission_id: int) -> None:
    """The answer cannot be undone any more: its worker is told what is right."""
    tx.run(
        "update sessions set undo_submission_id = null where worker_id = :worker_id and undo_submission_id = :id",
        worker_id=worker_id,
        id=submission_id,
    )


def tally(tx: Tx, batch_id: int, *, right: int, judged: int, doubts: int) -> None:
    """Store what the answers to a batch's gold come to."""
    tx.run(
        "update batches set gold_right = :right, gold_judged = :judged, gold_doubts = :doubts where id = :id",
        right=right,
        judged=judged,
        doubts=doubts,
        id=batch_id,
    )


def summary(tx: Tx, batch_id: int) -> tuple[int, int, int]:
    """Right answers to the batch's gold, all that were judged, and how much of the gold looks wrong."""
    row = tx.one("select gold_right, gold_judged, gold_doubts from batches where id = :id", id=batch_id)
    return (0, 0, 0) if row is None else (row["gold_right"], row["gold_judged"], row["gold_doubts"])


def kept(tx: Tx, batch_id: int) -> dict[int, int]:
    """By gold task with how many answers a coordinator said that it is right."""
    rows = tx.all(
        "select id, gold_kept from tasks where batch_id = :batch_id and gold is not null and gold_kept is not null",
        batch_id=batch_id,
    )
    return {row["id"]: row["gold_kept"] for row in rows}


def keep(tx: Tx, task_id: int) -> None:
    """A coordinator looked at the answers there are by now: the gold is right."""
    tx.run("update tasks set gold_kept = max(1, answered) where id = :id", id=task_id)


def _answer(values: tuple[object, ...]) -> GoldAnswer:
    found = list(values)
    found[4] = answer_from_json(str(found[4]))
    found[8], found[9] = bool(found[8]), bool(found[9])
    return GoldAnswer(*found)  # type: ignore[arg-type]
