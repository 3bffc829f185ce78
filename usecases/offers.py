"""A worker's answer to an offer. What was put off or refused stays in /work."""

from __future__ import annotations

from domain.notices import Slot
from domain.people import Person
from domain.refusals import NotForYou, StaleButton
from storage import batches, enrolments
from storage.database import Tx
from usecases import work
from usecases.notify import tell


def accept(tx: Tx, *, by: Person, batch: int, now: int) -> None:
    """Start: the batch's next card comes below the offer, which loses its buttons."""
    tell(tx, by, "offer_answered", now=now, slot=Slot.OFFER, batch=batch, answer="started")
    work.start(tx, by=by, batch=batch, now=now)


def put_off(tx: Tx, *, by: Person, batch: int, now: int) -> None:
    """Later: the batch stays in /work and is not offered again by message."""
    _answer(tx, by, batch, "later", now=now)


def refuse(tx: Tx, *, by: Person, batch: int, now: int) -> None:
    """Not this one: no more messages about it; it is at the end of the list in /work and can be started there."""
    _answer(tx, by, batch, "refused", now=now)


def _answer(tx: Tx, by: Person, batch_id: int, state: str, *, now: int) -> None:
    if not by.is_worker:
        raise NotForYou
    batch = batches.standing(tx, batch_id)
    if batch is None or batch.state not in ("open", "paused", "closed"):
        raise StaleButton
    enrolments.set_state(tx, by.id, batch_id, state)
    tell(tx, by, "offer_answered", now=now, slot=Slot.OFFER, batch=batch_id, answer=state)
