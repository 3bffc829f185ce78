"""A written answer: messages become parts of a draft, the draft a submission; a message edited later changes both."""

from __future__ import annotations

from domain.batches import Submission
from domain.kinds import MAX_TEXT, Parts, TooLong, kind
from domain.long_texts import PAGES, pages
from domain.notices import Slot
from domain.people import Person
from domain.refusals import StaleButton
from domain.refusals_work import AlreadyAnswered, NoDraft, UnderReview
from domain.rules import SECOND
from domain.working import MAX_PARTS
from storage import assignments, batches, lookalikes, parts, sessions, submissions, worker_days
from storage.assignments import Hand
from storage.database import Tx
from usecases.answering import Outcome, Receipt, changed, credit, go_on, in_hand, measured_time, record
from usecases.assigning import lease_end, present
from usecases.late import takes
from usecases.notify import tell
from usecases.presence import alive


def take(tx: Tx, *, by: Person, text: str, message_id: int, now: int) -> bool:
    """Append a message to the draft of the writing card in hand; False when there is none.

    The lease runs anew with each message. Raises TooLong when the draft has grown far beyond what can be submitted.
    """
    session = sessions.of(tx, by.id)
    if session.assignment_id is None:
        return False
    hand = assignments.hand(tx, by.id, session.assignment_id)
    if hand is None or kind(hand.place.batch.kind).input != "text" or not _is_draft(tx, hand):
        return False
    one = hand.assignment
    anew = assignments.is_rewriting(tx, one.id)
    if anew:
        parts.clear(tx, one.id)
    texts = parts.of(tx, one.id)
    length = sum(map(len, texts)) + len(text)
    if length > 2 * MAX_TEXT or len(texts) >= MAX_PARTS:
        raise TooLong(length=length, limit=MAX_TEXT)
    if parts.add(tx, one.id, by.id, message_id=message_id, text=text):
        _changed(tx, by, hand, now=now, goes_on=anew or bool(texts))
    return True


def edited(tx: Tx, *, by: Person, text: str, message_id: int, now: int) -> None:
    """Change the part a message is: of a draft, or of an answer whose review has not started (its version grows).

    Raises UnderReview for an answer that is being judged or was, TooLong or EmptyAnswer for one that is none any more.
    """
    part = parts.by_message(tx, by.id, message_id)
    if part is None or part.text == text or not text:
        return
    hand = assignments.hand(tx, by.id, part.assignment_id)
    assert hand is not None
    if hand.assignment.state == "submitted":
        live = submissions.live_of_assignment(tx, part.assignment_id)
        if live is None or live.state not in ("pending", "sent_back"):
            raise UnderReview
        parts.change(tx, part, text)
        if live.state == "pending":
            _revise(tx, by, hand, live, message_id, now=now)
            return
    else:
        parts.change(tx, part, text)
    _changed(tx, by, hand, now=now)


def submit(tx: Tx, *, by: Person, assignment: int, version: int, now: int) -> Receipt:
    """Hand in exactly the draft that was shown, once; credit it in the same commit, and show the next card.

    A draft that changed meanwhile is shown as it is now and nothing else happens.
    """
    hand = in_hand(tx, by, assignment)
    live = submissions.live_of_assignment(tx, assignment) if hand.assignment.state == "submitted" else None
    if hand.assignment.state not in ("offered", "expired") and (live is None or live.state != "sent_back"):
        raise AlreadyAnswered if hand.assignment.state == "submitted" else StaleButton
    if not _as_shown(tx, by, hand, version, now=now):
        return Receipt(Outcome.CHANGED)
    given = Parts(parts.of(tx, assignment))
    if not given.texts:
        raise NoDraft
    if live is not None:
        return _hand_in_again(tx, by, hand, live, given, now=now)
    if hand.assignment.state == "expired":
        hand = _leased_again(tx, by, hand)
        if hand.assignment.state == "expired" and not takes(tx, hand, None):
            tell(tx, by, "draft_gone", now=now, slot=Slot.DRAFT, assignment=assignment)
            go_on(tx, by, hand.place, now=now)
            return Receipt(Outcome.GONE)
    tell(tx, by, "draft_saved", now=now, slot=Slot.DRAFT, assignment=hand.assignment.id)
    return record(tx, by, hand, given, now=now)


def edit(tx: Tx, *, by: Person, assignment: int, version: int, now: int) -> bool:
    """Say how to change the draft: edit a message of it, or let the next message take its place. False as `discard`."""
    hand = _draft(tx, by, assignment)
    if not _as_shown(tx, by, hand, version, now=now):
        return False
    assignments.change_draft(tx, assignment, rewriting=True)
    tell(tx, by, "draft_edit", now=now, slot=Slot.DRAFT, assignment=assignment)
    return True


def discard(tx: Tx, *, by: Person, assignment: int, version: int, now: int) -> bool:
    """Throw away exactly the draft that was shown; the task stays in hand. False when it had changed."""
    hand = _draft(tx, by, assignment)
    if not _as_shown(tx, by, hand, version, now=now):
        return False
    parts.clear(tx, assignment)
    assignments.change_draft(tx, assignment)
    tell(tx, by, "draft", now=now, slot=Slot.DRAFT, assignment=assignment)
    return True


def show_all(tx: Tx, *, by: Person, assignment: int, now: int) -> None:
    """Send the whole conversation in silent messages (a long one as a file), then the card again."""
    hand = in_hand(tx, by, assignment)
    if hand.assignment.state != "offered" and not _is_draft(tx, hand):
        raise StaleButton
    count = len(pages(hand.task.payload.messages))
    if count > PAGES:
        tell(tx, by, "conversation_file", now=now, task=hand.task.id)
    else:
        for page in range(count):
            tell(tx, by, "conversation", now=now, task=hand.task.id, page=page)
    alive(tx, hand, now=now)
    present(tx, by, hand.place.batch, assignment, now=now)


def _is_draft(tx: Tx, hand: Hand) -> bool:
    """What is written now for this assignment is a draft: the card is open (or late), or the work was sent back."""
    if hand.assignment.state == "submitted":
        live = submissions.live_of_assignment(tx, hand.assignment.id)
        return live is not None and live.state == "sent_back"
    return hand.assignment.state in ("offered", "expired")


def _draft(tx: Tx, by: Person, assignment_id: int) -> Hand:
    hand = in_hand(tx, by, assignment_id)
    if not _is_draft(tx, hand) or not parts.any_of(tx, assignment_id):
        raise NoDraft
    return hand


def _as_shown(tx: Tx, by: Person, hand: Hand, version: int, *, now: int) -> bool:
    if hand.assignment.draft_version == version:
        return True
    tell(tx, by, "draft", now=now, slot=Slot.DRAFT, assignment=hand.assignment.id, changed=True)
    return False


def _changed(tx: Tx, by: Person, hand: Hand, *, now: int, goes_on: bool = False) -> None:
    one = hand.assignment
    assignments.change_draft(tx, one.id)
    alive(tx, hand, now=now)
    assignments.extend(tx, one.id, expires_at=lease_end(hand.place.batch, now))
    sessions.touch(tx, by.id, now=now)
    tell(tx, by, "draft", now=now, slot=Slot.DRAFT, assignment=one.id, goes_on=goes_on)


def _revise(tx: Tx, by: Person, hand: Hand, live: Submission, message_id: int, *, now: int) -> None:
    answer = kind(hand.place.batch.kind).apply(
        hand.place.batch.face, hand.task.payload, Parts(parts.of(tx, hand.assignment.id))
    )
    if not submissions.revise(tx, live.id, answer):
        raise UnderReview
    lookalikes.again(tx, live.id)
    assignments.change_draft(tx, hand.assignment.id)
    tell(tx, by, "reaction", now=now, message_id=message_id, emoji="👌")


def _leased_again(tx: Tx, by: Person, hand: Hand) -> Hand:
    """The worker was given the same task anew meanwhile: the draft belongs to that assignment now."""
    open_one = assignments.open_for_task(tx, by.id, hand.task.id)
    if open_one is None:
        return hand
    parts.move(tx, hand.assignment.id, to=open_one)
    return assignments.hand(tx, by.id, open_one) or hand


def _hand_in_again(tx: Tx, by: Person, hand: Hand, live: Submission, given: Parts, *, now: int) -> Receipt:
    """Work that was sent back, handed in anew: a new submission in the old one's place, with the same money."""
    batch = hand.place.batch
    answer = kind(batch.kind).apply(batch.face, hand.task.payload, given)
    submissions.withdraw(tx, live.id, was="sent_back")
    shown_at, active = measured_time(hand, now)
    submission_id = submissions.add(
        tx,
        assignment_id=hand.assignment.id,
        task_id=hand.task.id,
        batch_id=batch.id,
        worker_id=by.id,
        answer=answer,
        price=live.price,
        shown_at=shown_at,
        now=now,
        active_micros=active,
        review_until=now + batch.review_seconds * SECOND,
        review_first=True,
    )
    credit(tx, submission_id, by.id, batch.id, live.price, now=now)
    worker_days.add(tx, by.id, tx.rules.day(now), submissions=0, earned=0, active_micros=active)
    batches.count(tx, batch.id, active_micros=active)
    tell(tx, by, "draft_saved", now=now, slot=Slot.DRAFT, assignment=hand.assignment.id)
    place = assignments.place(tx, by.id, batch.id)
    assert place is not None
    go_on(tx, by, place, now=now)
    changed(tx, place, now=now)
    return Receipt(Outcome.SAVED, live.price, submission_id)
