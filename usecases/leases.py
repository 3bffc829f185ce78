"""The end of a lease: told before, never held against the worker; the task goes to somebody else."""

from __future__ import annotations

from domain.people import Person
from domain.rules import SECOND
from storage import assignments, enrolments, people, sessions, tasks
from storage.assignments import Open
from storage.database import Tx
from usecases import progress, reserves
from usecases.notify import inform


def expire(tx: Tx, *, now: int, limit: int = 500) -> bool:
    """Tell workers whose lease ends soon, then free the tasks whose lease has ended. True when there is more of either.

    Nothing about the worker is lowered; a draft is kept and comes first when they are back.
    """
    ending = assignments.ending(tx, before=now + tx.rules.lease_warning_seconds * SECOND, limit=limit)
    for one in ending:
        assignments.warned(tx, one.id)
        if one.expires_at > now:
            worker = people.by_id(tx, one.worker_id)
            inform(tx, worker, "lease_ends", now=now, assignment=one.id, until=one.expires_at)
    overdue = assignments.overdue(tx, now=now, limit=limit)
    for one in overdue:
        end(tx, one, "expired", now=now)
    _settle({one.batch_id for one in overdue}, tx, now)
    return limit in (len(ending), len(overdue))


def release_all(tx: Tx, worker: Person, *, now: int) -> int:
    """Give back every task the worker has in hand; returns how many these were."""
    found = assignments.open_of_worker(tx, worker.id)
    for one in found:
        end(tx, one, "released", now=now)
    _settle({one.batch_id for one in found}, tx, now)
    return len(found)


def end(tx: Tx, one: Open, state: str, *, now: int) -> None:
    """Free the task of an open assignment; a draft is remembered; a screen that shows the card shows nothing now."""
    if not assignments.close(tx, one.id, state, was="offered", now=now):
        return
    tasks.free(tx, one.batch_id, one.task_id, leased=True)
    if one.has_draft:
        enrolments.keep_draft(tx, one.worker_id, one.batch_id, one.id)
    sessions.clear_card(tx, one.worker_id, one.id)


def _settle(batch_ids: set[int], tx: Tx, now: int) -> None:
    for batch_id in sorted(batch_ids):
        reserves.release_rest(tx, batch_id, now)
        progress.refresh(tx, batch_id, now)
