"""Confirm gold: what workers agree on becomes gold once a coordinator has looked, one task at a time.

The least represented label first, so that gold ends up balanced; within it what is surest, by the last fit where there
was one, else by the answers alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from domain.batches import Batch, Task
from domain.kinds import kind
from domain.notices import Slot
from domain.people import Person
from domain.refusals import StaleButton
from domain.refusals_batches import BatchGone, NotPublished
from domain.refusals_gold import NothingToConfirm
from domain.reviews import OwnWork
from storage import audit, batches, counted_gold, gold_answers, submissions, tasks
from storage import gold as gold_tasks
from storage.database import Tx
from usecases import gold, progress
from usecases.counting import pairs_of_task
from usecases.notify import tell
from usecases.roles import require_coordinator

LEAST: Final = 2
"""So many agreeing answers at least; the fit is sure, or nobody disagrees: without gold and with two answers a task, no
fit is ever sure, and there confirmed gold is wanted most."""
SURE: Final = 9_000
"""Confidence (1/10,000) a label of the last fit has at least."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A task workers agree on: its label, how many said so of how many, the last fit's confidence (1/10,000) if any."""

    task_id: int
    label: str
    agree: int
    answers: int
    confidence: int | None


def show(tx: Tx, *, by: Person, batch: int, now: int) -> None:
    """Show the next task that could be gold. Raises NothingToConfirm, NotComparable, NotPublished."""
    require_coordinator(by)
    found = _running(tx, batch)
    if not _show(tx, by, found, besides=0, made=0, now=now):
        raise NothingToConfirm(least=LEAST)


def confirm(tx: Tx, *, by: Person, task: int, index: int, made: int, now: int) -> str:
    """**Right, use as gold**: the label that was shown is what is right. Raises StaleButton when it is another now."""
    require_coordinator(by)
    one, found = _task(tx, task)
    candidate = _candidate(tx, found, one)
    if candidate is None or not 0 <= index < len(found.face.answers) or found.face.answers[index] != candidate.label:
        raise StaleButton
    if gold_answers.has_answered(tx, task, by.id):
        raise OwnWork
    pairs, same = pairs_of_task(tx, found, task)
    gold_tasks.make(tx, one, candidate.label, why=None, by=by.id, salt=now, now=now)
    batches.count(tx, found.id, pairs=-pairs, pairs_same=-same)
    audit.add(tx, person_id=by.id, action="gold.confirmed", subject=f"task:{task}", now=now, label=candidate.label)
    progress.refresh(tx, found.id, now)
    _next(tx, by, found, besides=task, made=made + 1, now=now)
    return candidate.label


def decline(tx: Tx, *, by: Person, task: int, made: int, now: int) -> None:
    """**No**: it is not offered as gold again; its answers stay what they are."""
    require_coordinator(by)
    _, found = _task(tx, task)
    counted_gold.decline(tx, task)
    _next(tx, by, found, besides=task, made=made, now=now)


def candidate_of(tx: Tx, task_id: int) -> tuple[Batch, Task, Candidate] | None:
    """The task with what workers say of it, as it is now; None when it is no candidate any more."""
    one = tasks.by_id(tx, task_id)
    batch = None if one is None else batches.by_id(tx, one.batch_id)
    if one is None or batch is None:
        return None
    candidate = _candidate(tx, batch, one)
    return None if candidate is None else (batch, one, candidate)


def _running(tx: Tx, batch_id: int) -> Batch:
    found = batches.by_id(tx, batch_id)
    if found is None or found.state == "discarded":
        raise BatchGone
    gold.ready(found)
    if found.state == "draft":
        raise NotPublished
    return found


def _task(tx: Tx, task_id: int) -> tuple[Task, Batch]:
    one = tasks.by_id(tx, task_id)
    if one is None:
        raise StaleButton
    return one, _running(tx, one.batch_id)


def _candidate(tx: Tx, batch: Batch, one: Task) -> Candidate | None:
    if one.gold is not None or one.state != "done":
        return None
    label = kind(batch.kind).label
    said = [label(answer) for answer in submissions.answers(tx, one.id, besides=0)]
    votes = {name: said.count(name) for name in said if name is not None}
    fitted = counted_gold.label_of(tx, one.id)
    if fitted is not None and fitted[1] >= SURE and votes.get(fitted[0], 0) >= LEAST:
        return Candidate(one.id, fitted[0], votes[fitted[0]], len(said), fitted[1])
    if len(votes) == 1 and len(said) >= LEAST:
        (name,) = votes
        if fitted is None or fitted[0] == name:
            return Candidate(one.id, name, len(said), len(said), None if fitted is None else fitted[1])
    return None


def _next(tx: Tx, by: Person, batch: Batch, *, besides: int, made: int, now: int) -> None:
    if not _show(tx, by, batch, besides=besides, made=made, now=now):
        tell(tx, by, "gold_made", now=now, slot=Slot.GOLD, batch=batch.id, made=made)


def _show(tx: Tx, by: Person, batch: Batch, *, besides: int, made: int, now: int) -> bool:
    """Show the next candidate of the label there is least gold of; False when there is none."""
    have = gold_tasks.by_class(tx, batch.id)
    found: list[tuple[int, int, int]] = []
    for task in counted_gold.agreed(tx, batch.id, least=LEAST):
        if task.id != besides:
            candidate = _candidate(tx, batch, task)
            if candidate is not None:
                found.append((have[candidate.label], -(candidate.confidence or candidate.agree), task.id))
    if not found:
        return False
    tell(tx, by, "gold_confirm", now=now, slot=Slot.GOLD, batch=batch.id, task=min(found)[2], made=made)
    return True
