"""Queue a message to a person inside the transaction that causes it."""

from __future__ import annotations

from domain.notices import Json, Lane
from domain.people import Person
from domain.quiet import next_allowed
from storage import outbox
from storage.database import Tx


def tell(
    tx: Tx,
    person: Person | int,
    key: str,
    *,
    now: int,
    slot: str | None = None,
    not_before: int | None = None,
    dedupe: str | None = None,
    **params: Json,
) -> None:
    """Answer what the person just did: goes before everything else. `params` hold ids and numbers, not texts."""
    person_id = person if isinstance(person, int) else person.id
    outbox.put(
        tx,
        person_id=person_id,
        key=key,
        params=params,
        lane=Lane.INTERACTIVE,
        slot=slot,
        not_before=not_before or now,
        dedupe=dedupe,
        now=now,
    )


def inform(
    tx: Tx,
    person: Person,
    key: str,
    *,
    now: int,
    lane: Lane = Lane.NOTICE,
    slot: str | None = None,
    not_before: int | None = None,
    dedupe: str | None = None,
    **params: Json,
) -> None:
    """Send news: after quiet hours, and (notices) when a worker pauses. Nothing to who is out of reach or said stop."""
    if not person.reachable or person.listening == "nothing" or (lane is Lane.BROADCAST and person.listening != "all"):
        return
    at = max(now, not_before or now)
    offset = tx.rules.offset_minutes(at) if person.utc_offset is None else person.utc_offset
    outbox.put(
        tx,
        person_id=person.id,
        key=key,
        params=params,
        lane=lane,
        slot=slot,
        not_before=next_allowed(at, offset) if tx.rules.quiet_hours else at,
        dedupe=dedupe,
        now=now,
    )
