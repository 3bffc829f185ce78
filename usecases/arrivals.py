"""What every update has in common: who it came from, its one transaction, its closing, and what a refusal leaves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from domain.notices import Json, Slot
from domain.people import Person, Sender
from domain.refusals import Refusal
from storage import inbox, outbox, people
from storage.database import Tx
from usecases.notify import tell

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Tapped:
    """The message whose button was tapped."""

    message_id: int
    media: bool


@dataclass(frozen=True, slots=True)
class Arrival:
    """One update in hand: its inbox row, its sender and, for a message or a tap, which message."""

    seq: int
    received_at: int
    sender: Sender
    message_id: int | None = None
    tapped: Tapped | None = None


@dataclass(frozen=True, slots=True)
class Handled(Generic[R]):
    """What became of an update: the use case's result or its refusal, and the person before it ran."""

    result: R | Refusal
    person: Person


class AlreadyHandled(Exception):
    """The update's row is closed: its effects happened before."""


def handle(tx: Tx, arrival: Arrival, slot: str | None, work: Callable[..., R], /, **values: object) -> Handled[R]:
    """Run a use case for an update and close its inbox row in the same commit.

    `work(tx, by=person, now=received_at, **values)`. A refusal leaves nothing of what was tried and is returned;
    for a message it is also queued as an answer (a tap's toast is given by the handler). `slot` names what the tapped
    message shows: it becomes the slot's message. Raises AlreadyHandled when the row was closed before.
    """
    person = arrive(tx, arrival)
    if person.hinted:
        people.change(tx, person.id, hinted=0)  # what is understood ends a run of strays; another stray sets it again
    try:
        with tx.savepoint():
            if slot is not None and arrival.tapped is not None:
                outbox.adopt(tx, person.id, slot, message_id=arrival.tapped.message_id, media=arrival.tapped.media)
            result: R | Refusal = work(tx, by=person, now=arrival.received_at, **values)
    except Refusal as refusal:
        result = refusal
        if arrival.tapped is None:
            tell(tx, person, "refusal", now=arrival.received_at, text=refusal.text, params=_plain(refusal.params))
    if not inbox.close(tx, arrival.seq):
        raise AlreadyHandled(arrival.seq)
    return Handled(result, person)


def fail(tx: Tx, arrival: Arrival, *, reference: str) -> None:
    """Close an update that could not be handled, and tell the person the reference number."""
    if inbox.fail(tx, arrival.seq, reference=reference):
        person = arrive(tx, arrival)
        tell(tx, person, "failed", now=arrival.received_at, reference=reference)


def arrive(tx: Tx, arrival: Arrival) -> Person:
    """The person an update came from, remembered if new; name and language kept current, the chat's last message noted.

    The language follows Telegram's until the person chooses one; one that the bot does not speak changes nothing.
    """
    sender = arrival.sender
    person = people.by_telegram_id(tx, sender.telegram_id)
    if person is None:
        person = people.add(tx, sender, now=arrival.received_at)
    elif arrival.message_id is not None and people.name(tx, person.id) != sender.name:
        people.rename(tx, person.id, sender)
    if arrival.message_id is not None and arrival.message_id > person.last_message_id:
        people.change(tx, person.id, last_message_id=arrival.message_id)
    language = None if person.language_chosen else people.spoken(sender.language_code)
    if person.reachable and language in (None, person.language):
        return person
    people.change(tx, person.id, reachable=1, language=language or person.language)
    if language not in (None, person.language):
        tell(tx, person, "menu", now=arrival.received_at, slot=Slot.MENU)
    return people.by_id(tx, person.id)


def _plain(params: dict[str, object]) -> dict[str, Json]:
    return {name: value if isinstance(value, int) else str(value) for name, value in params.items()}
