"""The one message a coordinator has of a batch: draft, then progress; edited in place, once in three seconds."""

from __future__ import annotations

from domain.notices import Slot
from domain.people import Person
from domain.rules import SECOND
from storage import batches, outbox, people
from storage.database import Tx
from usecases import reserves
from usecases.notify import inform, tell

EVERY = 3 * SECOND


def show(tx: Tx, person: Person | int, batch_id: int, *, now: int, not_before: int | None = None) -> None:
    """Show the batch to a person where its message stands, as it is when the message goes out."""
    tell(tx, person, "batch", now=now, slot=Slot.batch(batch_id), not_before=not_before, batch=batch_id, at=now)


def show_below(tx: Tx, person: Person, batch_id: int, *, now: int) -> None:
    """Show the batch as a new message at the end of the chat; the one before says so and loses its buttons."""
    before = outbox.message_of(tx, person.id, Slot.batch(batch_id))
    if before is not None:
        message_id, media = before
        outbox.forget_slot(tx, person.id, Slot.batch(batch_id))
        outbox.adopt(tx, person.id, Slot.earlier(batch_id), message_id=message_id, media=media)
        tell(tx, person, "batch_moved", now=now, slot=Slot.earlier(batch_id), batch=batch_id)
    show(tx, person, batch_id, now=now)


def refresh(tx: Tx, batch_id: int, now: int) -> None:
    """Keep the coordinator's message current, cheaply: nothing is queued while an update of it waits already.

    When the last task is done its coordinator is told so, once; a pilot of all there is has become the batch by then.
    """
    batch = batches.standing(tx, batch_id)
    if batch is None:
        return
    if not outbox.waits_in_slot(tx, batch.created_by, Slot.batch(batch_id)):
        show(tx, batch.created_by, batch_id, now=now, not_before=now + EVERY)
    if batch.state == "open" and 0 < batch.tasks <= batch.done and not batch.done_told:
        over = {"piloting": 0, "pilot_share": None} if batch.piloting and not batch.resting else {}
        batches.change(tx, batch_id, done_told=1, **over)
        spared = reserves.release_spared(tx, batch_id, now)
        key = "pilot_done" if batch.resting else "batch_done"
        inform(tx, people.by_id(tx, batch.created_by), key, now=now, batch=batch_id, spared=spared)
