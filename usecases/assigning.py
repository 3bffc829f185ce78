"""Which task comes next: an own open card first, then tasks by id, then places that became free again.

No look-up goes through tasks that are taken: the worker's cursors in the batch only move forward, over indexes that
hold free places and nothing else. What is offered is always covered by the batch's reserve.
"""

from __future__ import annotations

from dataclasses import dataclass

from domain import gold
from domain.active_time import IN_TIME, quiet_limit
from domain.batches import Batch
from domain.kinds import kind
from domain.notices import Slot
from domain.people import CONSENT_VERSION, Person
from domain.refusals_work import NoConsent, NotAWorker, Suspended
from domain.rules import SECOND
from domain.working import covered, expected_micros, limit_for_one
from storage import assignments, consents, outbox, parts, sessions, tasks
from storage import gold as gold_tasks
from storage.assignments import Place
from storage.database import Tx
from storage.enrolments import Enrolment
from usecases import training
from usecases.notify import tell
from usecases.training import Lesson


@dataclass(frozen=True, slots=True)
class Next:
    """The worker's next card in a batch, or None; their enrolment with its cursors as they are now (not yet stored).

    `leased` is by how much the batch's count of open assignments grew, `gold` by how much that of those of gold.
    """

    assignment_id: int | None
    enrolment: Enrolment
    leased: int = 0
    gold: int = 0


def require_worker(tx: Tx, by: Person) -> None:
    """Raise NotAWorker, Suspended or NoConsent for who may not be given work."""
    check_worker(by, consents.live(tx, by.id))


def check_worker(by: Person, consent: int | None) -> None:
    """The same, with the consent's version at hand."""
    if by.suspended_at is not None:
        raise Suspended
    if not by.is_worker:
        raise NotAWorker if by.invite_id is None else NoConsent
    if consent != CONSENT_VERSION:
        raise NoConsent


def lease_end(batch: Batch, now: int) -> int:
    """When a lease that begins now ends: never before the card's time would still count."""
    return now + max(batch.lease_seconds * SECOND, IN_TIME * quiet_limit(expected_micros(batch)))


def next_in(tx: Tx, worker_id: int, place: Place, *, now: int) -> Next:
    """Give the worker their next task of this batch and lease it, in at most four statements.

    `place` must be as of now. A card they have open already comes first, whatever the batch's state; a new one only
    from an open batch, within the most for one worker, and while the reserve covers it.
    """
    batch, enrolment = place.batch, place.enrolment
    if place.reserved is not None:
        assignments.show_anew(tx, place.reserved, expires_at=lease_end(batch, now))
        return Next(place.reserved, enrolment)
    if batch.state != "open" or (enrolment.stage == "working" and enrolment.done >= limit_for_one(batch)):
        return Next(None, enrolment)
    if not covered(place.reserve, batch.price or 0, place.leased):
        return Next(None, enrolment)
    if enrolment.draft_assignment_id is not None:
        draft = _take_up_draft(tx, enrolment.draft_assignment_id, batch, now=now)
        enrolment = enrolment._replace(draft_assignment_id=None)
        if draft is not None:
            return Next(draft, enrolment, 1)
    task_id, enrolment, is_gold = _choose(tx, worker_id, place, enrolment)
    if task_id is None and enrolment.stage in training.STAGES:
        enrolment = training.ran_out(tx, worker_id, batch, enrolment, now=now)
        task_id, enrolment, is_gold = _choose(tx, worker_id, place, enrolment)
    if task_id is None or not tasks.take(tx, task_id):
        return Next(None, enrolment)
    assignment_id = assignments.lease(
        tx,
        task_id=task_id,
        batch_id=batch.id,
        worker_id=worker_id,
        now=now,
        expires_at=lease_end(batch, now),
        median_micros=expected_micros(batch),
    )
    return Next(assignment_id, enrolment, 1, int(is_gold))


def has_next(tx: Tx, worker_id: int, place: Place) -> bool:
    """Tell whether `next_in` would give something; changes nothing."""
    if place.reserved is not None:
        return True
    mine = place.enrolment
    if place.batch.state != "open" or (mine.stage == "working" and mine.done >= limit_for_one(place.batch)):
        return False
    if not covered(place.reserve, place.batch.price or 0, place.leased):
        return False
    if place.enrolment.draft_assignment_id is not None:
        return True
    return _choose(tx, worker_id, place, place.enrolment)[0] is not None


def present(
    tx: Tx,
    by: Person,
    batch: Batch,
    assignment_id: int,
    *,
    now: int,
    saved: int = 0,
    lesson: Lesson | None = None,
) -> None:
    """Put the card on the screen and, where one is begun, the draft below it.

    `saved` is what the answer before it earned (micro-units), `lesson` what a newcomer in training is told of it.
    """
    if lesson is None:
        tell(tx, by, "card", now=now, slot=Slot.CARD, assignment=assignment_id, saved=saved)
    else:
        tell(tx, by, "card", now=now, slot=Slot.CARD, assignment=assignment_id, saved=saved, **lesson._asdict())
    if kind(batch.kind).input == "text" and parts.any_of(tx, assignment_id):
        tell(tx, by, "draft", now=now, slot=Slot.DRAFT, assignment=assignment_id)


def show_next(
    tx: Tx,
    by: Person,
    place: Place,
    found: Next,
    *,
    now: int,
    undo: int | None,
    saved: int = 0,
    lesson: Lesson | None = None,
) -> None:
    """Move the worker to the card found, or say that nothing is left in this batch for the moment.

    Who has failed a test is shown how it ended instead. A lesson stands on the card, or alone where none comes.
    """
    sessions.put(
        tx, by.id, batch_id=place.batch.id, assignment_id=found.assignment_id, undo_submission_id=undo, now=now
    )
    if found.assignment_id is None:
        if lesson is not None:
            tell(tx, by, "lesson", now=now, **lesson._asdict())
        what = "test_over" if found.enrolment.stage == "failed" else "nothing_left"
        tell(tx, by, what, now=now, slot=Slot.CARD, batch=place.batch.id, saved=saved, at=now)
        outbox.release_held(tx, by.id, now=now)
    elif is_introduced(place.batch, found.enrolment):
        tell(tx, by, "instructions", now=now, slot=Slot.CARD, assignment=found.assignment_id, first=True)
    else:
        present(tx, by, place.batch, found.assignment_id, now=now, saved=saved, lesson=lesson)


def is_introduced(batch: Batch, mine: Enrolment) -> bool:
    """Whether the batch's instructions, or how a newcomer begins there, come before its card."""
    return mine.instructions_at is None and bool(batch.face.instructions or mine.stage != "working")


def _choose(tx: Tx, worker_id: int, place: Place, enrolment: Enrolment) -> tuple[int | None, Enrolment, bool]:
    """The worker's next task (None: none), their cursors behind it, whether it is gold."""
    batch = place.batch
    if enrolment.stage != "working":
        task_id = training.choose(tx, worker_id, batch, enrolment)
        if task_id is None:
            return None, enrolment, False
        return task_id, enrolment._replace(gold_seen=enrolment.gold_seen + 1, gold_due=1), True
    at = (enrolment.cursor, enrolment.freed_seen, enrolment.done)
    if gold.is_due(batch, worker_id, seen=enrolment.gold_seen, done=enrolment.done, place=at):
        task_id = _gold(tx, worker_id, batch, enrolment)
        enrolment = enrolment._replace(gold_seen=enrolment.gold_seen + 1)
        if task_id is not None:
            return task_id, enrolment._replace(gold_due=1), True
    found = tasks.next_by_id(tx, batch.id, worker_id, after=enrolment.cursor)
    if found is not None:
        return found.id, enrolment._replace(cursor=found.id), False
    found = tasks.next_freed(tx, batch.id, worker_id, after=enrolment.freed_seen)
    if found is not None:
        return found.id, enrolment._replace(freed_seen=found.freed), False
    # Whatever becomes free from now on gets a higher number, so all that was looked through is never seen again. Nor
    # was gold used up where there was no work to give it with.
    return None, enrolment._replace(freed_seen=place.frees, gold_seen=place.enrolment.gold_seen), False


def _gold(tx: Tx, worker_id: int, batch: Batch, enrolment: Enrolment) -> int | None:
    """The worker's next gold task, in one statement; None when it cannot be given to them, and without ordinary work.

    It takes the place of the look-up of an ordinary task, so that their next card takes no longer.
    """
    chosen = gold.choice(batch, worker_id, enrolment.gold_seen)
    if chosen is None:
        return None
    one, number = chosen
    return gold_tasks.at(
        tx,
        batch.id,
        worker_id,
        gold_class=one,
        gold_order=number,
        after=enrolment.cursor,
        freed_seen=enrolment.freed_seen,
    )


def _take_up_draft(tx: Tx, assignment_id: int, batch: Batch, *, now: int) -> int | None:
    """A written draft whose lease had ended is the worker's again, if its task still wants an answer."""
    left = assignments.by_id(tx, assignment_id)
    if left is None or left.state not in ("expired", "released") or not tasks.take(tx, left.task_id):
        return None
    assignments.reopen(tx, left.id, was=left.state, now=now, expires_at=lease_end(batch, now))
    return left.id
