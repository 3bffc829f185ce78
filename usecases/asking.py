"""Ask the coordinator: a worker's question about a submission and its answer, relayed by the bot.

Each side writes a reply to the bot's own prompt and nothing else is taken, so no other message goes astray; neither
side learns the other's account.
"""

from __future__ import annotations

from domain.notices import Slot
from domain.people import Person
from domain.refusals import StaleButton
from domain.rejections import AlreadyReplied, Inquiry, TooManyInquiries, checked_words
from storage import batches, inquiries, people, submissions
from storage.database import Tx
from usecases import signals
from usecases.notify import inform, tell
from usecases.roles import require_coordinator

MOST = 10
"""So many questions of one worker wait for an answer at most."""


def ask(tx: Tx, *, by: Person, submission: int, now: int) -> None:
    """Put the prompt that the worker's question replies to. Only about own work."""
    found = submissions.by_id(tx, submission)
    if found is None or found.worker_id != by.id:
        raise StaleButton
    _within(tx, by)
    tell(tx, by, "inquiry_prompt", now=now, slot=Slot.inquiry(submission), submission=submission)


def asked(tx: Tx, *, by: Person, submission: int, text: str, now: int) -> None:
    """Take the reply to that prompt to who made the batch, or to all coordinators when they cannot be reached."""
    found = submissions.by_id(tx, submission)
    if found is None or found.worker_id != by.id:
        raise StaleButton
    _within(tx, by)
    inquiry = inquiries.add(tx, worker_id=by.id, submission_id=submission, text=checked_words(text), now=now)
    for coordinator in _answering(tx, found.batch_id, by):
        inform(tx, coordinator, "inquiry", now=now, inquiry=inquiry)
    tell(tx, by, "inquiry_sent", now=now, inquiry=inquiry)


def reply(tx: Tx, *, by: Person, inquiry: int, now: int) -> None:
    """**Reply**: put the prompt that a coordinator's answer replies to. Raises AlreadyReplied."""
    _unanswered(tx, by, inquiry)
    tell(tx, by, "reply_prompt", now=now, slot=Slot.reply(inquiry), inquiry=inquiry)


def replied(tx: Tx, *, by: Person, inquiry: int, text: str, now: int) -> None:
    """Take the coordinator's reply to that prompt to the worker, once. Raises AlreadyReplied."""
    found = _unanswered(tx, by, inquiry)
    if not inquiries.answer(tx, found.id, by=by.id, text=checked_words(text), now=now):
        raise AlreadyReplied
    worker = people.by_id(tx, found.worker_id)
    if worker.reachable:  # also to who said stop: it answers what they asked
        tell(tx, worker, "inquiry_answered", now=now, inquiry=inquiry)
    tell(tx, by, "reply_sent", now=now)


def take(tx: Tx, *, by: Person, slot: str, text: str, now: int) -> bool:
    """A text that replies to the message of a slot: True when that is a prompt of these, and the text was taken."""
    name, _, number = slot.partition(":")
    if name == "inquiry":
        asked(tx, by=by, submission=int(number), text=text, now=now)
    elif name == "reply":
        replied(tx, by=by, inquiry=int(number), text=text, now=now)
    elif name == "talk":
        signals.talked(tx, by=by, signal=int(number), text=text, now=now)
    else:
        return False
    return True


def _within(tx: Tx, by: Person) -> None:
    count = inquiries.waiting(tx, by.id)
    if count >= MOST:
        raise TooManyInquiries(count=count)


def _unanswered(tx: Tx, by: Person, inquiry_id: int) -> Inquiry:
    require_coordinator(by)
    found = inquiries.by_id(tx, inquiry_id)
    if found is None or found.worker_id == by.id:
        raise StaleButton
    if found.answered_at is not None:
        raise AlreadyReplied
    return found


def _answering(tx: Tx, batch_id: int, worker: Person) -> list[Person]:
    batch = batches.by_id(tx, batch_id)
    assert batch is not None
    found = [one for one in people.coordinators(tx) if one.id != worker.id]
    return [one for one in found if one.id == batch.created_by and one.listening != "nothing"] or found
