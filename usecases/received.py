"""A file somebody sent: a coordinator's is a bank's answer or goes into a draft, anybody else's nobody asked for."""

from __future__ import annotations

from domain.incoming import Incoming
from domain.people import Person
from storage.database import Tx
from usecases import bank_answers, drafts, typed


def file(tx: Tx, *, by: Person, file: Incoming, now: int) -> None:
    """Take a coordinator's file into a draft (see drafts.receive); answer anybody else's like any stray message.

    What may be a bank's answer is looked into first (bank_answers.receive): it must never become a batch.
    """
    if by.may_coordinate and bank_answers.may_be_one(tx, file):
        bank_answers.receive(tx, by=by, file=file, now=now)
    elif by.may_coordinate:
        drafts.receive(tx, by=by, file=file, now=now)
    else:
        typed.stray(tx, by=by, now=now, message_id=file.message_id)
