"""A row of the outbox made ready on a reader: rendered in its person's language, or not to be sent now, and why not."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot import logs
from bot.courier import Parcel
from bot.rendering import RENDERERS
from bot.rendering.message import Message, Nothing, StoredPhoto
from domain.notices import Lane
from domain.quiet import next_allowed
from domain.rules import SECOND
from locales.words import Words
from storage import outbox, photos
from storage.database import Tx
from storage.outbox import Outgoing

log = logs.get()


@dataclass(frozen=True, slots=True)
class Verdict:
    """A row that is not sent now: gone already, dropped for good, or to be looked at again in `wait` seconds.

    With `not_before` the row itself is put off to that instant.
    """

    row_id: int
    lane: int
    drop: bool = False
    wait: float | None = None
    not_before: int | None = None


def prepare(tx: Tx, row_ids: Sequence[int], *, now: int) -> list[Parcel | Verdict]:
    """Read and render each row, in one look at the database."""
    return [_prepared(tx, row_id, now) for row_id in row_ids]


def _prepared(tx: Tx, row_id: int, now: int) -> Parcel | Verdict:
    row = outbox.load(tx, row_id)
    if row is None:
        return Verdict(row_id, 0)
    held = _held(tx, row, now)
    return _rendered(tx, row) if held is None else held


def _held(tx: Tx, row: Outgoing, now: int) -> Verdict | None:
    """Who is out of reach or wants no news gets none; news wait for the morning, and for a worker's pause."""
    if not row.reachable or (row.lane != Lane.INTERACTIVE and row.listening == "nothing"):
        return Verdict(row.id, row.lane, drop=True)
    if row.lane == Lane.BROADCAST and row.listening != "all":
        return Verdict(row.id, row.lane, drop=True)
    if row.lane != Lane.INTERACTIVE and tx.rules.quiet_hours:
        offset = tx.rules.offset_minutes(now) if row.utc_offset is None else row.utc_offset
        if (allowed := next_allowed(now, offset)) > now:  # they began while it waited
            return Verdict(row.id, row.lane, wait=(allowed - now) / SECOND, not_before=allowed)
    if row.lane == Lane.NOTICE and row.busy_since is not None:
        free_at = row.busy_since + tx.rules.pause_seconds * SECOND
        if row.busy_since <= now < free_at:  # a clock that was set back holds nothing up
            return Verdict(row.id, row.lane, wait=(free_at - now) / SECOND)
    return None


def _rendered(tx: Tx, row: Outgoing) -> Parcel | Verdict:
    try:
        renderer = RENDERERS[row.key]
        seen = row.params if renderer.view is None else renderer.view(tx, row.person_id, row.params)
        action = renderer.render(seen, Words(row.language, tx.rules, row.utc_offset))
    except Exception:
        reference = secrets.token_hex(4)
        log.exception("notice_not_rendered", key=row.key, row=row.id, reference=reference)
        return Verdict(row.id, row.lane, drop=True)
    if isinstance(action, Nothing):
        return Verdict(row.id, row.lane, drop=True)
    if not isinstance(action, Message) or not isinstance(action.photo, StoredPhoto):
        return Parcel(row, action, None)
    photo = replace(action.photo, light=row.light_photos)
    file_id = photos.file_id(tx, photo.sha256, light=photo.light)
    return Parcel(row, replace(action, photo=photo), file_id)
