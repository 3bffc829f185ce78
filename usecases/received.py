"""A file somebody sent: a coordinator's goes into a draft, anybody else's is a message nobody asked for."""

from __future__ import annotations

from domain.incoming import Incoming
from domain.people import Person
from storage.database import Tx
from usecases import drafts, typed


def file(tx: Tx, *, by: Person, file: Incoming, now: int) -> None:
    """Take a coordinator's file into a draft (see drafts.receive); answer anybody else's like any stray message."""
    if by.may_coordinate:
        drafts.receive(tx, by=by, file=file, now=now)
    else:
        typed.stray(tx, by=by, now=now, message_id=file.message_id)
