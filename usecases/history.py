"""/history: a worker's last submissions with their state, and Why? one of them stands as it does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from domain.batches import Batch, Submission, Task
from domain.notices import Slot
from domain.people import Person
from domain.refusals import StaleButton
from domain.rejections import Ground, Rejection
from storage import batches, grounds, history, rejections, submissions, tasks, topups
from storage.database import Tx
from storage.history import Past
from usecases.earnings import NoEarnings
from usecases.notify import tell

PAGE: Final = 6
NEWEST: Final = 2**62
FOREVER: Final = 2**31


@dataclass(frozen=True, slots=True)
class History:
    """A page, newest first: `before` is 0 where nothing is older; `newer`: it is not the first.

    `topups` are those of the page's days, as (day, micro-units), newest first.
    """

    past: tuple[Past, ...]
    before: int
    newer: bool
    topups: tuple[tuple[int, int], ...] = ()


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
    older = past[-1].id if len(found) > PAGE else 0
    if not past:
        return History((), 0, before > 0)
    first = tx.rules.day(past[-1].submitted_at) if older else 0
    above = submissions.by_id(tx, before) if before else None
    last = FOREVER if above is None else tx.rules.day(above.submitted_at) - 1  # its day's is on the page above
    return History(past, older, before > 0, _topups(tx, worker_id, first, last))


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


def _topups(tx: Tx, worker_id: int, first: int, last: int) -> tuple[tuple[int, int], ...]:
    """A worker's top-ups from the first to the last day, a sum a day, newest first."""
    days: dict[int, int] = {}
    for one in topups.between(tx, worker_id, first, last):
        days[one.day] = days.get(one.day, 0) + one.amount
    return tuple(sorted(days.items(), reverse=True))


def _own(tx: Tx, by: Person, submission_id: int) -> None:
    found = submissions.by_id(tx, submission_id)
    if found is None or found.worker_id != by.id:
        raise StaleButton
