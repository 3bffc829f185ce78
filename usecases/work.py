"""Coming to work and leaving it: what is there to do, the list, Start, Instructions, Change batch, Stop for now."""

from __future__ import annotations

from dataclasses import dataclass

from domain.batches import Batch
from domain.kinds import kind
from domain.notices import Slot
from domain.people import Person
from domain.refusals import StaleButton
from domain.refusals_work import BatchNotOpen, OtherLanguage
from domain.rules import SECOND
from storage import assignments, batches, enrolments, outbox, people, sessions, submissions
from storage.assignments import Place
from storage.database import Tx
from usecases import pilots, training
from usecases.answering import Outcome, Receipt, go_on, in_hand, submit, undo
from usecases.assigning import has_next, is_introduced, lease_end, present, require_worker
from usecases.leases import release_all
from usecases.notify import tell
from usecases.presence import alive
from usecases.training import Way

LISTED = 10
"""So many batches fit in one list."""
LOOKED_AT = 100
"""So many open batches are looked at for it, the oldest first: those come to their end."""

__all__ = [
    "Choice",
    "Outcome",
    "Receipt",
    "change_batch",
    "choices",
    "got_it",
    "instructions",
    "leave",
    "remind",
    "show",
    "show_card",
    "start",
    "stop",
    "submit",
    "undo",
]


@dataclass(frozen=True, slots=True)
class Choice:
    """A batch the worker can start: how many they have done there, whether they had refused its offer, and how they
    begin (by training or a test first, or simply)."""

    batch: Batch
    done: int
    refused: bool
    way: Way = "open"


def show(tx: Tx, *, by: Person, now: int) -> None:
    """Show what comes first: work sent back, the card in hand, the only open batch's next card, or the list."""
    require_worker(tx, by)
    if _show_sent_back(tx, by, now=now):
        return
    session = sessions.of(tx, by.id)
    hand = assignments.hand(tx, by.id, session.assignment_id) if session.assignment_id is not None else None
    if hand is not None and hand.assignment.state == "offered":
        alive(tx, hand, now=now)
        assignments.extend(tx, hand.assignment.id, expires_at=lease_end(hand.place.batch, now))
        sessions.touch(tx, by.id, now=now)
        _show_in_hand(tx, by, hand.place, hand.assignment.id, now=now)
        return
    found = choices(tx, by.id, now=now)
    if len(found) == 1 and not found[0].refused:
        start(tx, by=by, batch=found[0].batch.id, now=now)
    else:
        _show_list(tx, by, now=now)


def choices(tx: Tx, worker_id: int, *, now: int) -> list[Choice]:
    """The open batches with something for this worker, in their languages; those they refused come last. Read only."""
    languages = people.languages(tx, worker_id)
    found: list[Choice] = []
    refused: list[Choice] = []
    for batch_id in batches.open_in(tx, languages, limit=LOOKED_AT):
        place = assignments.place(tx, worker_id, batch_id)
        if place is None or not pilots.has_room(tx, place):
            continue
        way = training.way_on(tx, worker_id, place, now=now)
        fits = place.enrolment.stage == "failed" or has_next(tx, worker_id, place)
        if fits and way not in ("closed", "full"):
            choice = Choice(place.batch, place.enrolment.done, place.enrolment.state == "refused", way)
            (refused if choice.refused else found).append(choice)
            if len(found) == LISTED:
                break
    return (found + refused)[:LISTED]


def start(tx: Tx, *, by: Person, batch: int, now: int) -> None:
    """Begin or go on with a batch: its next card, or (the first time) its instructions, comes on the screen."""
    require_worker(tx, by)
    place = assignments.place(tx, by.id, batch)
    if place is None:
        raise StaleButton
    if place.batch.state != "open" and place.reserved is None:
        raise BatchNotOpen
    if place.batch.language not in people.languages(tx, by.id):
        raise OtherLanguage
    pilots.require_room(tx, place)
    place = training.enter(tx, by, place, now=now)
    if place.enrolment.state != "working":
        batches.count(tx, batch, opened=1)
    go_on(tx, by, place._replace(enrolment=place.enrolment._replace(state="working")), now=now)


def show_card(tx: Tx, *, by: Person, assignment: int, now: int) -> None:
    """Back to the card in hand, from the question what is wrong with it."""
    hand = in_hand(tx, by, assignment)
    if hand.assignment.state != "offered":
        raise StaleButton
    alive(tx, hand, now=now)
    present(tx, by, hand.place.batch, assignment, now=now)


def instructions(tx: Tx, *, by: Person, assignment: int, now: int) -> None:
    """Show the batch's instructions in the card's place; reading them counts as active time."""
    hand = in_hand(tx, by, assignment)
    if hand.assignment.state == "released":
        raise StaleButton
    alive(tx, hand, now=now)
    tell(tx, by, "instructions", now=now, slot=Slot.CARD, assignment=assignment, first=False)


def got_it(tx: Tx, *, by: Person, assignment: int, now: int) -> None:
    """The instructions are read: the card comes (back), or the next one when its lease ended over the reading."""
    hand = in_hand(tx, by, assignment)
    enrolments.instructed(tx, by.id, hand.assignment.batch_id, now=now)
    if hand.assignment.state == "offered":
        alive(tx, hand, now=now)
        present(tx, by, hand.place.batch, assignment, now=now)
    else:
        show(tx, by=by, now=now)


def change_batch(tx: Tx, *, by: Person, now: int) -> None:
    """Show the list. The card in hand stays reserved until its lease ends, and is the first when they come back."""
    require_worker(tx, by)
    card = sessions.of(tx, by.id).assignment_id
    hand = None if card is None else assignments.hand(tx, by.id, card)
    if hand is not None:
        alive(tx, hand, now=now)
    sessions.put(tx, by.id, batch_id=None, assignment_id=None, undo_submission_id=None, now=now)
    _show_list(tx, by, now=now)


def stop(tx: Tx, *, by: Person, now: int) -> None:
    """Give back what is in hand, show what today brought, and let the news through that waited."""
    leave(tx, by, now=now)
    outbox.release_held(tx, by.id, now=now)
    tell(tx, by, "stopped_for_now", now=now, slot=Slot.CARD, at=now)


def leave(tx: Tx, worker: Person, *, now: int) -> None:
    """The worker is gone (stopped, withdrew, out of reach): their open tasks are free, their screen shows none."""
    release_all(tx, worker, now=now)
    if sessions.of(tx, worker.id).touched_at:
        sessions.put(tx, worker.id, batch_id=None, assignment_id=None, undo_submission_id=None, now=now)


def remind(tx: Tx, by: Person, *, now: int) -> bool:
    """After a message a card has no use for: one hint how it is answered, and the card again. False without a card."""
    session = sessions.of(tx, by.id)
    hand = assignments.hand(tx, by.id, session.assignment_id) if session.assignment_id is not None else None
    if hand is None or hand.assignment.state != "offered":
        return False
    if not by.hinted:
        tell(tx, by, "card_hint", now=now, expects=kind(hand.place.batch.kind).input)
        present(tx, by, hand.place.batch, hand.assignment.id, now=now)
    return True


def _show_sent_back(tx: Tx, by: Person, *, now: int) -> bool:
    returned = submissions.sent_back_to(tx, by.id, since=now - tx.rules.sent_back_seconds * SECOND)
    if returned is None or returned.decided_at is None:
        return False
    assignments.show_returned(tx, returned.assignment_id, since=returned.decided_at)
    sessions.put(
        tx,
        by.id,
        batch_id=returned.batch_id,
        assignment_id=returned.assignment_id,
        undo_submission_id=None,
        now=now,
    )
    tell(tx, by, "returned", now=now, slot=Slot.CARD, submission=returned.id)
    tell(tx, by, "draft", now=now, slot=Slot.DRAFT, assignment=returned.assignment_id)
    return True


def _show_in_hand(tx: Tx, by: Person, place: Place, assignment_id: int, *, now: int) -> None:
    if is_introduced(place.batch, place.enrolment):
        tell(tx, by, "instructions", now=now, slot=Slot.CARD, assignment=assignment_id, first=True)
    else:
        present(tx, by, place.batch, assignment_id, now=now)


def _show_list(tx: Tx, by: Person, *, now: int) -> None:
    tell(tx, by, "batches_to_start", now=now, slot=Slot.CARD, at=now)
