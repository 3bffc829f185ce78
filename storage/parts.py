"""The messages a written answer is made of, each one part."""

from __future__ import annotations

from dataclasses import dataclass

from storage.database import Tx


@dataclass(frozen=True, slots=True)
class Part:
    """One message of a draft."""

    assignment_id: int
    message_id: int
    text: str


def add(tx: Tx, assignment_id: int, worker_id: int, *, message_id: int, text: str) -> bool:
    """Append a message to the draft; False when it is a part already."""
    sql = (
        "insert into parts (assignment_id, message_id, worker_id, text)"
        " values (:assignment_id, :message_id, :worker_id, :text) on conflict do nothing"
    )
    values = {"assignment_id": assignment_id, "message_id": message_id, "worker_id": worker_id, "text": text}
    return tx.run(sql, **values).rowcount == 1


def of(tx: Tx, assignment_id: int) -> tuple[str, ...]:
    """The texts of a draft, oldest first."""
    rows = tx.all(
        "select text from parts where assignment_id = :assignment_id order by message_id", assignment_id=assignment_id
    )
    return tuple(row["text"] for row in rows)


def any_of(tx: Tx, assignment_id: int) -> bool:
    """Something has been written for this assignment."""
    return tx.one("select 1 from parts where assignment_id = :id limit 1", id=assignment_id) is not None


def by_message(tx: Tx, worker_id: int, message_id: int) -> Part | None:
    """The part a worker's message is, if it is one."""
    row = tx.one(
        "select assignment_id, message_id, text from parts where worker_id = :worker_id and message_id = :message_id",
        worker_id=worker_id,
        message_id=message_id,
    )
    return None if row is None else Part(*tuple(row))


def change(tx: Tx, part: Part, text: str) -> None:
    """The message was edited."""
    tx.run(
        "update parts set text = :text where assignment_id = :assignment_id and message_id = :message_id",
        assignment_id=part.assignment_id,
        message_id=part.message_id,
        text=text,
    )


def move(tx: Tx, assignment_id: int, *, to: int) -> None:
    """The draft belongs to another assignment of the same task now."""
    tx.run("update parts set assignment_id = :to where assignment_id = :id", id=assignment_id, to=to)


def clear(tx: Tx, assignment_id: int) -> None:
    """Discard the draft."""
    tx.run("delete from parts where assignment_id = :assignment_id", assignment_id=assignment_id)
