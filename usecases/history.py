"""/history: a worker's last submissions with their state, and Why? one of them stands as it does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from domain.batches import Batch, Submission, Task
from domain.notices import Slot
from domain.people import Person
from domain.refusals import StaleButton
from domain.rejections import Ground, Rejection
from storage import batches, grounds, history, rejections, submissions, tasks
from storage.database import Tx
from storage.history import Past
from usecases.earnings import NoEarnings
from usecases.notify import tell

PAGE: Final = 6
NEWEST: Final = 2**62


@dataclass(frozen=True, slots=True)
class History:
    """A page, newest first: `before` is 0 where nothing is older; `newer`: it is not the first."""

    past: tuple[Past, ...]
    before: int
    newer: bool


@dataclass(frozen=True, slots=True)
class Why:
    """What a submission's state follows from: all that was stored when it was decided."""

    submission: Submission
    batch: Batch
    task: Task
    rejection: Rejection | None
    ground: Ground | None


def show(tx: Tx, *, by: Person, before: int = 0, now: int) -> None:
    """Show a page of one's own last submissions; who stopped, withdrew or is suspended still sees them."""
    if not by.is_worker and not history.before(tx, by.id, before=NEWEST, limit=1):
        raise NoEarnings
    tell(tx, by, "history", now=now, slot=Slot.HISTORY, before=before)


def why(tx: Tx, *, by: Person, submission: int, now: int) -> None:
    """Explain one's own submission in the history's place."""
    _own(tx, by, submission)
    tell(tx, by, "why", now=now, slot=Slot.HISTORY, submission=submission)


def why_rejected(tx: Tx, *, by: Person, submission: int, now: int) -> None:
    """Explain it below the news of its rejection."""
    _own(tx, by, submission)
    tell(tx, by, "why", now=now, submission=submission)


def page(tx: Tx, worker_id: int, *, before: int) -> History:
    """A page of the history as it is now. Read only."""
    found = history.before(tx, worker_id, before=before or NEWEST, limit=PAGE + 1)
    past = tuple(found[:PAGE])
    return History(past, past[-1].id if len(found) > PAGE else 0, before > 0)


def explained(tx: Tx, submission_id: int) -> Why | None:
    """A submission with what its state follows from. Read only."""
    submission = submissions.by_id(tx, submission_id)
    if submission is None:
        return None
    batch, task = batches.by_id(tx, submission.batch_id), tasks.by_id(tx, submission.task_id)
    assert batch is not None and task is not None
    rejection = rejections.of_submission(tx, submission_id)
    ground = None if rejection is None else grounds.by_id(tx, rejection.ground_id)
    return Why(submission, batch, task, rejection, ground)


def _own(tx: Tx, by: Person, submission_id: int) -> None:
    found = submissions.by_id(tx, submission_id)
    if found is None or found.worker_id != by.id:
        raise StaleButton
