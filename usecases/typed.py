"""What a message without a command means: decided from rows, in the one transaction of its update."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from domain.payout_methods import ReadNumber
from domain.people import Person
from storage import outbox, people, questions, sessions
from storage.database import Tx
from usecases import appeals, asking, budgets, delivery, drafts, payout_methods, rejecting, reviews, work, writing
from usecases.notify import tell

Answer = Callable[..., object]

ANSWERS: dict[str, Answer] = {
    # purpose of a question → use case(tx, by=, text=, now=, **params of the question)
    "brief": drafts.amend,
    "batch_field": drafts.answer_field,
    budgets.PURPOSE: budgets.add,
    reviews.REASON: reviews.reason_written,
    reviews.REJECT_WORDS: rejecting.words_written,
    reviews.KEEP_WORDS: appeals.keep_written,
}


def text(
    tx: Tx,
    *,
    by: Person,
    text: str,
    message_id: int,
    now: int,
    read: ReadNumber = payout_methods.nothing_read,
    reply_to: int | None = None,
) -> object:
    """Give the text to the prompt it replies to, or to what asked for it last: a question, a writing card.

    One nobody asked for gets one hint.
    """
    slot = None if reply_to is None else outbox.slot_of(tx, by.id, reply_to)
    if slot is not None and asking.take(tx, by=by, slot=slot, text=text, now=now):
        return None
    question = questions.open_for(tx, by.id)
    if question is not None and question.purpose in payout_methods.ANSWERS:
        # A number must not end up in a written answer: it is taken whatever card was opened since it was asked for.
        if payout_methods.is_number(question.params.get("kind"), text, read) or not (
            sessions.of(tx, by.id).touched_at > question.asked_at
            and writing.take(tx, by=by, text=text, message_id=message_id, now=now)
        ):
            take = payout_methods.ANSWERS[question.purpose]
            take(tx, by=by, text=text, message_id=message_id, read=read, now=now, **question.params)
        return None
    if question is not None and question.purpose in ANSWERS:
        if sessions.of(tx, by.id).touched_at > question.asked_at and writing.take(
            tx, by=by, text=text, message_id=message_id, now=now
        ):
            return None
        questions.close(tx, by.id)
        return ANSWERS[question.purpose](tx, by=by, text=text, now=now, **question.params)
    if not writing.take(tx, by=by, text=text, message_id=message_id, now=now):
        stray(tx, by=by, now=now)
    return None


def edited(tx: Tx, *, by: Person, text: str, message_id: int, now: int) -> object:
    """Change the part of a written answer this message is; any other edit means nothing."""
    writing.edited(tx, by=by, text=text, message_id=message_id, now=now)
    return None


def stray(tx: Tx, *, by: Person, now: int, message_id: int | None = None, **_: Any) -> None:
    """One hint with the next thing to do, or the card in hand again, for a run of strays; nothing is stored.

    `message_id` is given for photos and files alone: where a number is asked for, they may show one.
    """
    if payout_methods.not_text(tx, by=by, message_id=message_id, now=now):
        return
    people.change(tx, by.id, hinted=1)
    if not work.remind(tx, by, now=now) and not by.hinted:
        tell(tx, by, "hint", now=now)


def membership(tx: Tx, *, by: Person, gone: bool, now: int) -> None:
    """Blocking the bot stops everything that waits; unblocking makes the person reachable again."""
    if gone:
        delivery.unreachable(tx, person_id=by.id, now=now)
