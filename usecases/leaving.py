"""The ways out: stopping messages, and taking consent back."""

from __future__ import annotations

from domain.joining import WORKER, NothingToWithdraw
from domain.notices import Lane, Slot
from domain.people import Person
from domain.refusals import StaleButton
from storage import audit, consents, fits, outbox, peer_scores, people, questions
from storage.database import Tx
from usecases import payout_methods, roles, work
from usecases.notify import tell


def stop(tx: Tx, *, by: Person, now: int) -> None:
    """From this commit on nothing reaches the person unasked: what waits is cancelled, the task in hand goes back."""
    people.change(tx, by.id, listening="nothing")
    outbox.cancel_for(tx, by.id, lanes=(Lane.NOTICE, Lane.BROADCAST))
    questions.close(tx, by.id)
    work.leave(tx, by, now=now)
    outbox.forget_slot(tx, by.id, Slot.STOP)
    tell(tx, by, "stopped", now=now, slot=Slot.STOP)


def stop_offers_only(tx: Tx, *, by: Person, now: int) -> None:
    """News about one's own work goes on, offers do not; those that wait are cancelled."""
    people.change(tx, by.id, listening="no_offers")
    outbox.cancel_for(tx, by.id, lanes=(Lane.BROADCAST,))
    tell(tx, by, "stopped", now=now, slot=Slot.STOP)


def start_again(tx: Tx, *, by: Person, now: int) -> None:
    """Everything goes on as before."""
    people.change(tx, by.id, listening="all")
    tell(tx, by, "stopped", now=now, slot=Slot.STOP)


def show_privacy(tx: Tx, *, by: Person, now: int) -> None:
    """Show what is stored and why, as a new message."""
    outbox.forget_slot(tx, by.id, Slot.PRIVACY)
    tell(tx, by, "privacy", now=now, slot=Slot.PRIVACY)


def keep_consent(tx: Tx, *, by: Person, now: int) -> None:
    """Back from the question whether to withdraw; nothing has changed."""
    tell(tx, by, "privacy", now=now, slot=Slot.PRIVACY)


def ask_withdrawal(tx: Tx, *, by: Person, now: int) -> None:
    """Say what withdrawing means and ask once more."""
    if consents.live(tx, by.id) is None:
        raise NothingToWithdraw
    tell(tx, by, "withdraw", now=now, slot=Slot.PRIVACY)


def withdraw(tx: Tx, *, by: Person, agreed_at: int, now: int) -> None:
    """End the consent given at `agreed_at`: no new work, left out of later exports; what was earned is paid."""
    consent = consents.of(tx, by.id)
    if consent is None:
        raise NothingToWithdraw
    if consent.agreed_at != agreed_at:
        raise StaleButton
    consents.withdraw(tx, by.id, now=now)
    peer_scores.leave_out(tx, by.id)
    fits.ask_for_worker(tx, by.id)
    audit.add(
        tx,
        person_id=by.id,
        action="consent.withdrawn",
        subject=f"person:{by.id}",
        now=now,
        version=consent.version,
    )
    payout_methods.leave(tx, by)
    work.leave(tx, by, now=now)
    outbox.cancel_for(tx, by.id, lanes=(Lane.BROADCAST,))
    questions.close(tx, by.id)
    roles.take(tx, by, WORKER, by=by.id, now=now)
    tell(tx, by, "withdrawn", now=now, slot=Slot.PRIVACY)
