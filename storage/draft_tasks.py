"""Tasks of a draft, before anybody works on them: counting, measuring, setting the overlap, moving the rest."""

from __future__ import annotations

from domain.batches import Task
from storage.database import Tx
from storage.tasks import COLUMNS, from_row


def first(tx: Tx, batch_id: int) -> Task | None:
    """The first task, for the preview."""
    row = tx.one(f"select {COLUMNS} from tasks where batch_id = :batch_id order by id limit 1", batch_id=batch_id)
    return None if row is None else from_row(row)


def named_as(tx: Tx, batch_id: int, content: str) -> str | None:
    """The name of the task with this content, if the batch has one."""
    name: str | None = tx.value(
        "select name from tasks where batch_id = :batch_id and content = :content", batch_id=batch_id, content=content
    )
    return name


def average_length(tx: Tx, batch_id: int) -> int:
    """The mean length of a task's payload in characters; 0 without tasks."""
    return int(
        tx.value("select coalesce(avg(length(payload)), 0) from tasks where batch_id = :batch_id", batch_id=batch_id)
    )


def set_wanted(tx: Tx, batch_id: int, overlap: int) -> None:
    """Every task of the draft wants this many answers."""
    tx.run("update tasks set wanted = :overlap where batch_id = :batch_id", batch_id=batch_id, overlap=overlap)


def move_rest(tx: Tx, batch_id: int, *, keep: int, to: int) -> int:
    """Move all but the first `keep` tasks to another draft, the gold stays; returns how many."""
    return tx.run(
        "update tasks set batch_id = :to where id in (select id from tasks where batch_id = :batch_id"
        " and gold is null order by id"
        " limit -1 offset :keep)",
        to=to,
        batch_id=batch_id,
        keep=keep,
    ).rowcount


def rest(tx: Tx, batch_id: int, *, behind: int) -> None:
    """All but the first `behind` tasks are offered to nobody until `wake`, nor is gold."""
    tx.run(
        "update tasks set state = 'paused' where batch_id = :batch_id and (gold is not null or id in"
        " (select id from tasks where batch_id = :batch_id and gold is null order by id limit -1 offset :behind))",
        batch_id=batch_id,
        behind=behind,
    )


def wake(tx: Tx, batch_id: int) -> None:
    """What rested can be offered; tasks that were reported stay paused, and gold for the ways of ordinary work.

    So do tasks about what was written by somebody who has withdrawn their consent since.
    """
    tx.run(
        "update tasks set state = 'open' where batch_id = :batch_id and state = 'paused' and reports = 0"
        " and gold is null and (author_id is null or exists (select 1 from consents c where c.person_id = author_id"
        " and c.withdrawn_at is null))",
        batch_id=batch_id,
    )
