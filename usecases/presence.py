"""Signs of life: what lies between two of them counts as domain.active_time says; a long silence is asked about."""

from __future__ import annotations

from domain.active_time import QUESTIONS, in_time
from domain.notices import Slot
from domain.people import Person
from domain.refusals import StaleButton
from domain.working import expected_micros
from storage import assignments, people, sessions
from storage.assignments import Hand
from storage.database import Tx
from usecases.answering import counted_until, in_hand
from usecases.assigning import lease_end
from usecases.notify import tell


def alive(tx: Tx, hand: Hand, *, now: int) -> None:
    """Note that the worker is at this open card: what they did until now counts, and a question answered is noted.

    Of a card that is not on the screen yet, or not open any more, there is nothing to note.
    """
    one = hand.assignment
    if one.state != "offered" or one.alive_at is None or now < one.alive_at:
        return
    median = one.median_micros or expected_micros(hand.place.batch)
    if one.questions and in_time(one.alive_at, now, median):
        sessions.count_question(tx, one.worker_id, asked=int(one.questions < QUESTIONS), answered=1)
    assignments.alive(tx, one.id, now=now, counted=counted_until(hand, now, said=True))


def still_here(tx: Tx, *, by: Person, assignment: int, now: int) -> None:
    """**Still here**: the time since the last sign of life counts, the lease runs anew, the card is as it was.

    Raises StaleButton where the card is not open any more.
    """
    hand = in_hand(tx, by, assignment)
    if hand.assignment.state != "offered":
        raise StaleButton
    alive(tx, hand, now=now)
    assignments.extend(tx, assignment, expires_at=lease_end(hand.place.batch, now))
    sessions.touch(tx, by.id, now=now)
    tell(tx, by, "still_there", now=now, slot=Slot.CARD, assignment=assignment)


def ask(tx: Tx, *, now: int, limit: int = 200) -> bool:
    """Ask "Still there?" on cards nothing has come from for their quiet limit; True when there are more.

    A card is asked about twice; the second time says that the first came to nothing.
    """
    silent = assignments.to_ask(tx, now=now, limit=limit)
    for one in silent:
        worker = people.by_id(tx, one.worker_id)
        if not one.on_screen or not worker.reachable:
            assignments.ask_nothing(tx, one.id)
            continue
        again = one.questions + 1 < QUESTIONS
        assignments.asked(tx, one.id, now=now, again=again)
        if not again:
            sessions.count_question(tx, one.worker_id, asked=1, answered=0)
        tell(tx, worker, "still_there", now=now, slot=Slot.CARD, assignment=one.id)
    return len(silent) == limit
