"""What workers ask about a submission, and the answers: relayed, so that neither side sees the other's account."""

from __future__ import annotations

from domain.rejections import Inquiry
from storage.database import Tx

COLUMNS = ", ".join(Inquiry._fields)


def add(tx: Tx, *, worker_id: int, submission_id: int, text: str, now: int) -> int:
    """Keep a question; returns its id."""
    return tx.add(
        "insert into inquiries (worker_id, submission_id, at, text) values (:worker_id, :submission_id, :now, :text)",
        worker_id=worker_id,
        submission_id=submission_id,
        text=text,
        now=now,
    )


def by_id(tx: Tx, inquiry_id: int) -> Inquiry | None:
    """The question, if there is one (ids come in button data)."""
    row = tx.one(f"select {COLUMNS} from inquiries where id = :id", id=inquiry_id)
    return None if row is None else Inquiry(*tuple(row))


def waiting(tx: Tx, worker_id: int) -> int:
    """How many of a worker's questions wait for an answer."""
    sql = "select count(*) from inquiries where worker_id = :worker_id and answered_at is null"
    return int(tx.value(sql, worker_id=worker_id))


def answer(tx: Tx, inquiry_id: int, *, by: int, text: str, now: int) -> bool:
    """Keep the answer; False when there is one."""
    sql = (
        "update inquiries set answered_at = :now, answered_by = :by, answer = :text"
        " where id = :id and answered_at is null"
    )
    return tx.run(sql, id=inquiry_id, by=by, text=text, now=now).rowcount == 1
