"""One-tap work as staff look at it: batches with answers in review, whose they are, a page, one with its photo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from domain import agreement
from domain.batches import Batch, Submission, Task
from domain.kinds import KINDS, Answer, kind
from domain.notices import Slot
from domain.people import Person
from domain.refusals import StaleButton
from domain.reviews import OwnWork
from storage import batches, reviews, submissions, tasks
from storage.database import Tx
from usecases.notify import tell
from usecases.roles import require_reviewer

TAPPED: Final = tuple(name for name, one in KINDS.items() if one.input == "tap")
LISTED: Final = 20
"""So many batches, and so many workers of one, are listed: those with most in review."""
PAGE: Final = 8


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer in review: its task's name, and what was answered."""

    submission: Submission
    name: str
    said: str


@dataclass(frozen=True, slots=True)
class Page:
    """Some of a worker's answers in review in a batch; `count` are all, `first` to `last` their ids; `after` is 0 at
    the last page."""

    batch: Batch
    worker_id: int
    answers: tuple[Answered, ...]
    count: int
    first: int
    last: int
    after: int


@dataclass(frozen=True, slots=True)
class One:
    """One answer with its task, and what others said (votes by answer)."""

    batch: Batch
    task: Task
    answered: Answered
    others: tuple[tuple[str, int], ...]


def show_batches(tx: Tx, *, by: Person, now: int) -> None:
    """List the batches with one-tap work in review."""
    require_reviewer(by)
    tell(tx, by, "inspect", now=now, slot=Slot.REVIEW)


def show_workers(tx: Tx, *, by: Person, batch: int, now: int) -> None:
    """List whose answers of a batch are in review."""
    require_reviewer(by)
    _tapped(tx, batch)
    tell(tx, by, "inspect_batch", now=now, slot=Slot.REVIEW, batch=batch)


def show_page(tx: Tx, *, by: Person, batch: int, worker: int, after: int, now: int) -> None:
    """Show a page of a worker's answers behind a submission; 0 for the first."""
    require_reviewer(by)
    _tapped(tx, batch)
    if worker == by.id:
        raise OwnWork
    tell(tx, by, "inspect_page", now=now, slot=Slot.REVIEW, batch=batch, worker=worker, after=after)


def show_one(tx: Tx, *, by: Person, submission: int, now: int) -> None:
    """Show one answer with its photo and what others said."""
    require_reviewer(by)
    found = submissions.by_id(tx, submission)
    if found is None:
        raise StaleButton
    _tapped(tx, found.batch_id)
    if found.worker_id == by.id:
        raise OwnWork
    tell(tx, by, "inspect_one", now=now, slot=Slot.REVIEW, submission=submission)


def page(tx: Tx, *, batch_id: int, worker_id: int, after: int) -> Page | None:
    """A page as it is now; None where nothing of it is in review. Read only."""
    batch = batches.by_id(tx, batch_id)
    count, first, last = reviews.span(tx, batch_id, worker_id)
    if batch is None or count == 0:
        return None
    found = reviews.pending_between(tx, batch_id, worker_id, first=after + 1, last=last, limit=PAGE + 1)
    shown = found[:PAGE]
    answers = tuple(answered(tx, batch, one) for one in shown)
    return Page(batch, worker_id, answers, count, first, last, shown[-1].id if len(found) > PAGE else 0)


def one(tx: Tx, submission_id: int) -> One | None:
    """One answer with its surroundings. Read only."""
    submission = submissions.by_id(tx, submission_id)
    if submission is None:
        return None
    batch, task = batches.by_id(tx, submission.batch_id), tasks.by_id(tx, submission.task_id)
    assert batch is not None and task is not None
    return One(batch, task, answered(tx, batch, submission), others_said(tx, batch, submission))


def others_said(tx: Tx, batch: Batch, submission: Submission) -> tuple[tuple[str, int], ...]:
    """What others answered to the same task, in words, and how many of them: most first."""
    others = submissions.answers(tx, submission.task_id, besides=submission.id)
    return agreement.ranked(agreement.count(said(batch, other) for other in others))


def answered(tx: Tx, batch: Batch, submission: Submission) -> Answered:
    """A submission with its task's name and its answer in words."""
    task = tasks.by_id(tx, submission.task_id)
    assert task is not None
    return Answered(submission, task.name, said(batch, submission.answer))


def said(batch: Batch, answer: Answer) -> str:
    """An answer in words, in the batch's language."""
    return str(kind(batch.kind).export_row(answer)["answer"])


def _tapped(tx: Tx, batch_id: int) -> Batch:
    batch = batches.by_id(tx, batch_id)
    if batch is None or batch.kind not in TAPPED:
        raise StaleButton
    return batch
