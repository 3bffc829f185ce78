"""Leaving a task: skipped, or reported as broken. Neither costs anything, and neither comes back to this worker."""

from __future__ import annotations

from domain.notices import Slot
from domain.people import Person
from domain.refusals import StaleButton
from domain.working import REPORT_REASONS, REPORTS_THAT_PAUSE
from storage import assignments, people, reports, tasks
from storage.assignments import Hand
from storage.database import Tx
from usecases import progress
from usecases.answering import changed, go_on, in_hand, leased_again
from usecases.notify import inform, tell
from usecases.presence import alive
from usecases.roles import require_coordinator

PAID_ONCE = {"offered", "submitted", "reported"}
"""States of another card of the same task that leave nothing to report."""


def skip(tx: Tx, *, by: Person, assignment: int, now: int) -> None:
    """Give the task back for somebody else and show the next one; nothing is noted against the worker."""
    _leave(tx, by, in_hand(tx, by, assignment), "skipped", now=now)


def ask(tx: Tx, *, by: Person, assignment: int, now: int) -> None:
    """Ask on the card what is wrong with it."""
    hand = in_hand(tx, by, assignment)
    if hand.assignment.state != "offered":
        raise StaleButton
    alive(tx, hand, now=now)
    tell(tx, by, "report", now=now, slot=Slot.CARD, assignment=assignment)


def report(tx: Tx, *, by: Person, assignment: int, reason: int, now: int) -> None:
    """Record what is wrong, once, and show the next task. The third report pauses the task and tells a coordinator.

    An old card reports the one that was given anew; of a task that was answered or reported since, there is nothing to
    report: it is paid once.
    """
    hand = leased_again(tx, by, in_hand(tx, by, assignment))
    if PAID_ONCE & assignments.on_other_cards(tx, by.id, hand.task.id, besides=hand.assignment.id):
        raise StaleButton
    if not 0 <= reason < len(REPORT_REASONS) or hand.assignment.state not in ("offered", "expired"):
        raise StaleButton
    reports.add(
        tx,
        assignment_id=hand.assignment.id,
        task_id=hand.task.id,
        batch_id=hand.task.batch_id,
        worker_id=by.id,
        reason=REPORT_REASONS[reason][0],
        now=now,
    )
    if tasks.report(tx, hand.task.id) >= REPORTS_THAT_PAUSE and tasks.pause(tx, hand.task.id):
        coordinator = people.by_id(tx, hand.place.batch.created_by)
        inform(tx, coordinator, "task_paused", now=now, task=hand.task.id)
    _leave(tx, by, hand, "reported", now=now)


def resume_task(tx: Tx, *, by: Person, task: int, now: int) -> None:
    """A coordinator has looked at it: the task is offered again. Raises StaleButton when it is not paused."""
    require_coordinator(by)
    found = tasks.by_id(tx, task)
    if found is None or not tasks.resume(tx, found.batch_id, task):
        raise StaleButton
    tell(tx, by, "task_resumed", now=now, slot=Slot.TASK, task=task)
    progress.refresh(tx, found.batch_id, now)


def _leave(tx: Tx, by: Person, hand: Hand, state: str, *, now: int) -> None:
    was = hand.assignment.state
    if was not in ("offered", "expired") or not assignments.close(tx, hand.assignment.id, state, was=was, now=now):
        raise StaleButton
    if was == "offered":
        tasks.free(tx, hand.task.batch_id, hand.task.id, leased=True)
    place = assignments.place(tx, by.id, hand.task.batch_id)
    assert place is not None
    go_on(tx, by, place, now=now, undo=place.session.undo_submission_id)
    changed(tx, place, now=now)
