"""A worker's answer: recorded once, paid once, taken back while nobody relies on it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from domain import ledger
from domain.active_time import Record, card_time, stretch
from domain.batches import Submission
from domain.kinds import Answer, Input, Tap, kind
from domain.people import Person
from domain.refusals import StaleButton
from domain.refusals_work import AlreadyAnswered, NewPhoto, NewTask, NothingToUndo
from domain.rules import SECOND
from domain.working import expected_micros, is_too_quick, seen_at
from storage import assignments, batches, enrolments, sessions, submissions, tasks, worker_days
from storage.assignments import Hand, Place
from storage.database import Tx
from storage.ledger import transfer
from usecases import beliefs, checking, progress, reserves, training
from usecases.assigning import check_worker, lease_end, next_in, present, show_next
from usecases.counting import believe, count_in, take_out
from usecases.late import place_for

UNDOABLE_IN = ("open", "paused")
"""The states of a batch in which an answer can be taken back."""


class Outcome(StrEnum):
    """What became of an answer."""

    SAVED = "saved"
    GONE = "gone"
    """It came after its lease had ended, and others have finished the task meanwhile: nothing was stored."""
    CHANGED = "changed"
    """The draft is another than the one that was shown: it is shown as it is now, nothing was stored."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The answer to a worker's answer; `amount` in micro-units."""

    outcome: Outcome
    amount: int = 0
    submission_id: int | None = None


def submit(tx: Tx, *, by: Person, assignment: int, answer_index: int, now: int) -> Receipt:
    """Record a tapped answer once, credit it in the same commit, and put the next card on the screen.

    17 statements (tested): one more where others have answered the task, one when the median is due, two once in three
    seconds for the coordinator's screen. Raises StaleButton, AlreadyAnswered, NewPhoto, NewTask, UnknownAnswer.
    """
    hand = in_hand(tx, by, assignment)
    if hand.assignment.state == "offered":
        _look_first(tx, hand, now)
    else:
        hand = leased_again(tx, by, hand)
    return record(tx, by, hand, Tap(answer_index), now=now)


def in_hand(tx: Tx, by: Person, assignment_id: int) -> Hand:
    """The worker's assignment with all around it. Raises for somebody else's, and for who may not work (any more)."""
    hand = assignments.hand(tx, by.id, assignment_id)
    if hand is None or hand.assignment.worker_id != by.id:
        raise StaleButton
    check_worker(by, hand.place.consent)
    return hand


def record(tx: Tx, by: Person, hand: Hand, given: Input, *, now: int) -> Receipt:
    """Store the answer, credit it, count it, show the next card. A late one counts where usecases/late.py takes it."""
    assignment, place = hand.assignment, hand.place
    late = assignment.state == "expired"
    if assignment.state not in ("offered", "expired"):
        raise AlreadyAnswered if assignment.state == "submitted" else StaleButton
    answer = kind(place.batch.kind).apply(place.batch.face, hand.task.payload, given)
    said = beliefs.with_answer(tx, place.batch, hand.task, answer, place.enrolment.reliance)
    if late:
        task = place_for(tx, hand, answer, now=now)
    else:
        last = hand.task.answered + 1 >= hand.task.wanted
        task = tasks.answer(tx, hand.task.id, late=False, last=last, **beliefs.row(said, hand.task, now))
    if task is None:
        go_on(tx, by, place, now=now)
        return Receipt(Outcome.GONE)
    if not assignments.close(tx, assignment.id, "submitted", was=assignment.state, now=now):
        raise AlreadyAnswered
    if late:
        place = assignments.place(tx, by.id, place.batch.id) or place  # its money may have been added
    submission_id, active = _store(tx, by, hand, answer, now=now)
    price = place.batch.price or 0
    place = place._replace(
        enrolment=place.enrolment._replace(done=place.enrolment.done + 1, earned=place.enrolment.earned + price),
        leased=place.leased - (not late),
        reserve=place.reserve - price,
    )
    told = training.judged(tx, by, hand, place.enrolment, submission_id, now=now)
    found = next_in(tx, by.id, place._replace(enrolment=told.enrolment), now=now)
    is_gold = task.is_gold  # also what was taken back while this card was out, and is asked of nobody any more
    judge = 1 if is_gold else found.enrolment.gold_due
    enrolments.keep(tx, hand.place.enrolment, found.enrolment._replace(state="working", gold_due=judge))
    count_in(
        tx,
        place.batch,
        task_id=hand.task.id,
        submission_id=submission_id,
        answer=answer,
        active=active,
        task=task,
        said=None if is_gold else said,
        leased=found.leased - (not late),
        gold_taken=found.gold + (late and is_gold and not task.beside),
        is_gold=is_gold,
        now=now,
    )
    if late:
        believe(tx, place.batch, hand.task.id, is_gold=is_gold, now=now)
    undo = None if told.lesson or told.ended else submission_id
    show_next(tx, by, place, found, now=now, undo=undo, saved=price, lesson=told.lesson)
    changed(tx, place, now=now)
    return Receipt(Outcome.SAVED, price, submission_id)


def undo(tx: Tx, *, by: Person, submission: int, now: int) -> None:
    """Bring back the last answered task, with its money back in the reserve; the card in hand stays reserved.

    It ends with the next answer, the start of a review, or the batch's closing. Raises NothingToUndo.
    """
    last = submissions.by_id(tx, submission)
    if last is None or last.worker_id != by.id:
        raise StaleButton
    hand = in_hand(tx, by, last.assignment_id)
    place = hand.place
    if not undoable(last, hand):
        raise NothingToUndo
    if not submissions.withdraw(tx, last.id, was="pending"):
        raise NothingToUndo
    assignments.reopen(
        tx,
        last.assignment_id,
        was="submitted",
        now=now,
        expires_at=lease_end(place.batch, now),
        counted=last.active_micros,
    )
    transfer(
        tx,
        cause=f"submission:{last.id}:undone",
        debit=ledger.in_review(by.id),
        credit=ledger.reserve(last.batch_id),
        amount=last.price,
        currency=tx.rules.currency,
        now=now,
    )
    take_out(tx, place.batch, last, now=now)
    enrolments.add(tx, by.id, last.batch_id, done=-1, earned=-last.price)
    sessions.put(tx, by.id, batch_id=last.batch_id, assignment_id=last.assignment_id, undo_submission_id=None, now=now)
    present(tx, by, place.batch, last.assignment_id, now=now)
    changed(tx, place, now=now)


def undoable(last: Submission, hand: Hand) -> bool:
    """Tell whether this answer can still be taken back by its worker."""
    return (
        hand.place.session.undo_submission_id == last.id
        and last.state == "pending"
        and last.review_started_at is None
        and hand.place.batch.state in UNDOABLE_IN
    )


def undo_of(tx: Tx, hand: Hand) -> int | None:
    """The submission that Undo on this card would take back, if there is one."""
    undo = hand.place.session.undo_submission_id
    if undo is None or hand.place.batch.state not in UNDOABLE_IN:
        return None
    return undo if submissions.untouched(tx, undo) else None


def go_on(tx: Tx, by: Person, place: Place, *, now: int, undo: int | None = None) -> None:
    """Show the next card of the batch, or that nothing is left; `place` as of now."""
    found = next_in(tx, by.id, place, now=now)
    enrolments.put(tx, found.enrolment)
    if found.leased:
        batches.count(tx, place.batch.id, leased=found.leased, gold_taken=found.gold)
    show_next(tx, by, place, found, now=now, undo=undo)


def changed(tx: Tx, place: Place, *, now: int) -> None:
    """Tell the coordinator's screen; in a closed batch, give back what is no longer needed."""
    if place.batch.state == "closed":
        reserves.release_rest(tx, place.batch.id, now)
    progress.refresh(tx, place.batch.id, now)


def _look_first(tx: Tx, hand: Hand, now: int) -> None:
    one = hand.assignment
    if is_too_quick(one.offered_at, one.shown_at, now, quick_millis=tx.rules.quick_tap_millis):
        raise NewPhoto if hand.task.payload.photo else NewTask


def leased_again(tx: Tx, by: Person, hand: Hand) -> Hand:
    """An old card of a task the worker has been given anew stands for the new one."""
    if hand.assignment.state != "expired":
        return hand
    open_one = assignments.open_for_task(tx, by.id, hand.task.id)
    return hand if open_one is None else assignments.hand(tx, by.id, open_one) or hand


def _store(tx: Tx, by: Person, hand: Hand, answer: Answer, *, now: int) -> tuple[int, int]:
    """Record the submission and its money; return its id and its active time."""
    assignment, batch = hand.assignment, hand.place.batch
    shown_at, active = measured_time(hand, now)
    price = batch.price or 0
    submission_id = submissions.add(
        tx,
        assignment_id=assignment.id,
        task_id=assignment.task_id,
        batch_id=batch.id,
        worker_id=by.id,
        answer=answer,
        price=price,
        shown_at=shown_at,
        now=now,
        active_micros=active,
        review_until=now + batch.review_seconds * SECOND,
        review_first=checking.comes_first(tx, by.id, batch, assignment.id),
    )
    credit(tx, submission_id, by.id, batch.id, price, now=now)
    worker_days.add(tx, by.id, tx.rules.day(now), submissions=1, earned=price, active_micros=active)
    return submission_id, active


def measured_time(hand: Hand, now: int) -> tuple[int, int]:
    """Since when the worker had the card, and how much of that counts as active time."""
    one = hand.assignment
    return seen_at(one.offered_at, one.shown_at, now), counted_until(hand, now, said=False)


def counted_until(hand: Hand, now: int, *, said: bool) -> int:
    """What counts of the card's time until now; `said` as in domain.active_time.stretch."""
    one, session = hand.assignment, hand.place.session
    median = one.median_micros or expected_micros(hand.place.batch)
    more = stretch(
        seen_at(one.offered_at, one.shown_at if one.alive_at is None else one.alive_at, now),
        now,
        median=median,
        asked_at=one.asked_at,
        said=said,
        record=Record(session.asked, session.answered),
    )
    return card_time(one.counted_micros, more, median)


def credit(tx: Tx, submission_id: int, worker_id: int, batch_id: int, price: int, *, now: int) -> None:
    """The price of a submission goes from the batch's reserve to what its worker has in review."""
    transfer(
        tx,
        cause=f"submission:{submission_id}:credited",
        debit=ledger.reserve(batch_id),
        credit=ledger.in_review(worker_id),
        amount=price,
        currency=tx.rules.currency,
        now=now,
    )
