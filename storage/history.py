"""A worker's last submissions, newest first."""

from __future__ import annotations

from typing import NamedTuple

from domain.kinds.base import Answer, BatchFace, answer_from_json
from storage.database import Tx


class Past(NamedTuple):
    """One submission as its worker looks back at it: where it stands, and its rejection if it has one."""

    id: int
    batch_id: int
    kind: str
    title: str
    task: str
    answer: Answer
    price: int
    submitted_at: int
    state: str
    review_until: int
    rejection: str | None
    due_at: int | None
    told_at: int | None
    face: BatchFace


def before(tx: Tx, worker_id: int, *, before: int, limit: int) -> list[Past]:
    """A worker's submissions older than one (2**62 for the newest), without what they took back themselves."""
    rows = tx.all(
        "select s.id, s.batch_id, b.kind, b.title, t.name, s.answer, s.price, s.submitted_at, s.state, s.review_until,"
        " r.state, r.due_at, r.told_at, b.face from submissions s join batches b on b.id = s.batch_id join tasks t"
        " on t.id = s.task_id left join rejections r on r.submission_id = s.id"
        " where s.worker_id = :worker_id and s.id < :before and s.state <> 'withdrawn' order by s.id desc limit :limit",
        worker_id=worker_id,
        before=before,
        limit=limit,
    )
    return [
        Past._make([*row[:5], answer_from_json(row[5]), *row[6:-1], BatchFace.from_json(row[-1])])
        for row in map(tuple, rows)
    ]
