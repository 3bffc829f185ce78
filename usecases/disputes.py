"""Tasks nobody agrees on, before a human: they say what is right, or that the task is not usable.

Whoever may review may decide, but not about a task they answered themselves. What the workers said is paid all the
same: another opinion is no fault.
"""

from __future__ import annotations

from dataclasses import dataclass

from domain import agreement
from domain.batches import Batch, Task
from domain.disputes import DisputeDecided, NotYourDecision, OnlyDispute, OwnAnswer
from domain.kinds import Tap, kind
from domain.notices import Slot
from domain.people import Person
from domain.refusals import StaleButton
from storage import audit, batches, disputes, submissions, tasks
from storage.database import Tx
from storage.disputes import Dispute
from usecases import progress
from usecases.notify import tell
from usecases.roles import require_reviewer


@dataclass(frozen=True, slots=True)
class Disputed:
    """A task nobody agrees on: `votes` by label, most first; `waiting` of its batch with it."""

    batch: Batch
    task: Task
    dispute: Dispute | None
    votes: tuple[tuple[str, int], ...]
    waiting: int


def show(tx: Tx, *, by: Person, batch: int, after: int = 0, now: int) -> None:
    """Show the next task of a batch that nobody agrees on; behind the last the first, or that none is left."""
    require_reviewer(by)
    if batches.by_id(tx, batch) is None:
        raise StaleButton
    _show_next(tx, by, batch, after=after, now=now)


def skip(tx: Tx, *, by: Person, task: int, now: int) -> None:
    """Leave it to somebody else or to later, and show the next of its batch. Raises OnlyDispute when there is none."""
    require_reviewer(by)
    found = tasks.by_id(tx, task)
    if found is None:
        raise StaleButton
    if _next(tx, by, found.batch_id, after=task) == task:
        raise OnlyDispute
    _show_next(tx, by, found.batch_id, after=task, now=now)


def decide(tx: Tx, *, by: Person, task: int, choice: int, now: int) -> str:
    """Say which answer is right, by its place on the card: that is the task's label, whatever was voted. Returns it.

    Raises DisputeDecided, OwnAnswer, UnknownAnswer. Then the next one is shown.
    """
    found, batch = _open(tx, by, task)
    this = kind(batch.kind)
    label = this.label(this.apply(batch.face, found.payload, Tap(choice)))
    if label is None:
        raise StaleButton
    _decided(tx, by, found, label, now=now)
    return label


def not_usable(tx: Tx, *, by: Person, task: int, now: int) -> None:
    """Say that no answer is right: the task has no label. Raises as above."""
    found, _ = _open(tx, by, task)
    _decided(tx, by, found, None, now=now)


def undo(tx: Tx, *, by: Person, task: int, now: int) -> None:
    """Take one's own decision back and show the task again. Raises NotYourDecision."""
    require_reviewer(by)
    found = tasks.by_id(tx, task)
    if found is None or not disputes.undo(tx, task, by=by.id):
        raise NotYourDecision
    audit.add(tx, person_id=by.id, action="dispute.undone", subject=f"task:{task}", now=now)
    progress.refresh(tx, found.batch_id, now)
    _tell(tx, by, found.batch_id, task, now=now)


def view(tx: Tx, task_id: int) -> Disputed | None:
    """The task as it is now. Read only."""
    task = tasks.by_id(tx, task_id)
    batch = None if task is None else batches.by_id(tx, task.batch_id)
    if task is None or batch is None:
        return None
    votes = agreement.count(kind(batch.kind).label(answer) for answer in submissions.answers(tx, task_id, besides=0))
    ranked = agreement.ranked(votes)
    return Disputed(batch, task, disputes.of_task(tx, task_id), ranked, disputes.count(tx, batch.id))


def _open(tx: Tx, by: Person, task_id: int) -> tuple[Task, Batch]:
    require_reviewer(by)
    task = tasks.by_id(tx, task_id)
    batch = None if task is None else batches.by_id(tx, task.batch_id)
    if task is None or batch is None:
        raise StaleButton
    if any(one.worker_id == by.id for one in submissions.of_task(tx, task_id, besides=0)):
        raise OwnAnswer
    found = disputes.of_task(tx, task_id)
    if found is None or found.at is not None:
        raise DisputeDecided
    return task, batch


def _decided(tx: Tx, by: Person, task: Task, label: str | None, *, now: int) -> None:
    if not disputes.decide(tx, task.id, label=label, by=by.id, now=now):
        raise DisputeDecided
    action = "dispute.not_usable" if label is None else "dispute.decided"
    audit.add(tx, person_id=by.id, action=action, subject=f"task:{task.id}", now=now)
    progress.refresh(tx, task.batch_id, now)
    following = _next(tx, by, task.batch_id, after=task.id)
    _tell(tx, by, task.batch_id, following, last=task.id, now=now)


def _next(tx: Tx, by: Person, batch_id: int, *, after: int) -> int | None:
    return disputes.next_task(tx, batch_id, by.id, after=after) or disputes.next_task(tx, batch_id, by.id, after=0)


def _show_next(tx: Tx, by: Person, batch_id: int, *, after: int, now: int) -> None:
    _tell(tx, by, batch_id, _next(tx, by, batch_id, after=after), now=now)


def _tell(tx: Tx, by: Person, batch_id: int, task: int | None, *, last: int | None = None, now: int) -> None:
    """Show a task; `last` is the one just decided, which Undo takes back."""
    tell(tx, by, "dispute", now=now, slot=Slot.REVIEW, batch=batch_id, task=task, last=last)
