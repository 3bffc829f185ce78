"""What the sender reports back: sent, shown, refused for good, out of reach."""

from __future__ import annotations

from dataclasses import dataclass

from domain.notices import Lane
from storage import assignments, outbox, people, photos
from storage.database import Tx
from usecases import rejections, work


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A photo (or its lighter rendition) that Telegram has taken in, and the file_id it was given."""

    sha256: str
    light: bool
    file_id: str


@dataclass(frozen=True, slots=True)
class Delivered:
    """One row that went out: the message that now shows it, and the assignment it shows.

    `tells` is of which rejections it is the news: (batch, the last one's id). Such a message is nobody's slot: the next
    news is another one.
    """

    row_id: int
    person_id: int
    slot: str | None
    message_id: int | None
    media: bool
    new_message: bool
    shows: int | None
    uploaded: Uploaded | None = None
    tells: tuple[int, int] | None = None


def sent(tx: Tx, *, delivered: Delivered, now: int) -> None:
    """Note a send: the row is done, the slot has its message, the task counts as shown from now."""
    outbox.sent(tx, delivered.row_id)
    if delivered.uploaded is not None:
        photos.set_file_id(tx, delivered.uploaded.sha256, delivered.uploaded.file_id, light=delivered.uploaded.light)
    if delivered.message_id is None:
        return
    if delivered.tells is not None:
        batch_id, upto = delivered.tells
        rejections.delivered(tx, worker_id=delivered.person_id, batch_id=batch_id, upto=upto, now=now)
    elif delivered.slot is not None:
        outbox.adopt(tx, delivered.person_id, delivered.slot, message_id=delivered.message_id, media=delivered.media)
    if delivered.new_message:
        people.note_message(tx, delivered.person_id, delivered.message_id)
    if delivered.shows is not None:
        assignments.shown(tx, delivered.shows, now=now)


def forget_upload(tx: Tx, *, sha256: str, light: bool, file_id: str) -> None:
    """Telegram does not know this file_id: the photo must be uploaded again, unless it was meanwhile."""
    if photos.file_id(tx, sha256, light=light) == file_id:
        photos.set_file_id(tx, sha256, None, light=light)


def postponed(tx: Tx, *, row_id: int, not_before: int) -> None:
    """Its receiver's quiet hours have begun: not before this instant."""
    outbox.postpone(tx, row_id, not_before=not_before)


def failed(tx: Tx, *, row_id: int) -> None:
    """Telegram refuses this message for good."""
    outbox.failed(tx, row_id)


def unreachable(tx: Tx, *, person_id: int, now: int) -> None:
    """The person blocked the bot or is gone: what waits for them ends, what they had in hand is free."""
    people.change(tx, person_id, reachable=0)
    work.leave(tx, people.by_id(tx, person_id), now=now)
    outbox.cancel_for(tx, person_id, lanes=tuple(Lane))
