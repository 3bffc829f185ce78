"""Tasks that workers agree on, which a coordinator may confirm as gold."""

from __future__ import annotations

from typing import Final

from domain.batches import Task
from storage.database import Tx
from storage.tasks import COLUMNS, from_row

LOOKED_AT: Final = 200
"""So many are looked at for the next one to show, the surest of the last fit first."""


def agreed(tx: Tx, batch_id: int, *, least: int) -> list[Task]:
    """Done tasks with answers enough, that are no gold and were not declined: the surest of the last fit, else any."""
    columns = ", ".join(f"t.{name}" for name in COLUMNS.split(", "))
    open_to_it = "t.gold is null and t.gold_kept is null and t.gold_rests = 0 and t.answered >= :least"
    rows = tx.all(
        f"select {columns} from labels l cross join tasks t on t.id = l.task_id where l.batch_id = :batch_id"
        f" and l.source = 'fit' and t.state = 'done' and {open_to_it} order by l.confidence desc limit :limit",
        batch_id=batch_id,
        least=least,
        limit=LOOKED_AT,
    )
    if not rows:
        rows = tx.all(
            f"select {columns} from tasks t where t.batch_id = :batch_id and t.state = 'done' and {open_to_it}"
            " and not exists (select 1 from labels l where l.task_id = t.id) order by t.id limit :limit",
            batch_id=batch_id,
            least=least,
            limit=LOOKED_AT,
        )
    return [from_row(row) for row in rows]


def label_of(tx: Tx, task_id: int) -> tuple[str, int] | None:
    """The label and confidence (1/10,000) of the last fit, if it has one of this task."""
    row = tx.one("select label, confidence from labels where task_id = :id and source = 'fit'", id=task_id)
    return None if row is None else (row["label"], row["confidence"])


def decline(tx: Tx, task_id: int) -> None:
    """A coordinator said that it is not to be gold."""
    tx.run("update tasks set gold_kept = 0 where id = :id and gold is null", id=task_id)
