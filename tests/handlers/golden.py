"""Gold in the world of the tests: a task that is gold and was missed, and every message about it."""

from __future__ import annotations

from storage import batches
from storage.database import Tx
from usecases.notify import tell


def queue_gold(tx: Tx, now: int) -> None:
    """Every message about the gold that was missed."""
    owner = tx.value("select min(id) from people where is_owner = 1")
    miss = tx.one("select submission_id, task_id, batch_id, worker_id from gold_misses")
    assert miss is not None
    batch = batches.by_id(tx, miss["batch_id"])
    assert batch is not None
    tell(tx, owner, "gold_make", now=now, batch=batch.id, task=miss["task_id"], made=1, last=None)
    tell(tx, owner, "gold_made", now=now, batch=batch.id, made=2)
    for task in (miss["task_id"], None):
        tell(tx, owner, "gold_doubt", now=now, batch=batch.id, task=task)
    tell(tx, owner, "labels", now=now, batch=batch.id, after=[-1, 0])
    for task in (_disputed(tx, batch.id, now), None):
        tell(tx, owner, "dispute", now=now, batch=batch.id, task=task)
    tell(tx, miss["worker_id"], "gold_missed", now=now, submission=miss["submission_id"])


def queue_void(tx: Tx, now: int) -> None:
    """The missed gold is taken back: who was told hears it."""
    miss = tx.one("select submission_id, worker_id from gold_misses")
    assert miss is not None
    tx.run("update gold_misses set void_at = :now", now=now)
    tell(tx, miss["worker_id"], "gold_void", now=now, submission=miss["submission_id"])


def _disputed(tx: Tx, batch_id: int, now: int) -> int:
    """A task nobody agrees on."""
    task = int(tx.value("select max(id) from tasks where batch_id = :id and gold is null", id=batch_id))
    tx.run("update tasks set given_up_at = :now where id = :id", now=now, id=task)
    return task
