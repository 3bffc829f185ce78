"""Messages to be sent, until they are; and which message of a chat shows what (slots)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from sqlite3 import Row
from typing import Any, NamedTuple

from domain.notices import Json, Lane
from storage import batches
from storage.compact import compact
from storage.database import Tx

COLUMNS = "id, person_id, lane, slot, key, params, not_before, attempts"


@dataclass(frozen=True, slots=True)
class Pending:
    """A row as the sender's queues know it; `not_before` is 0 for what goes at once, whatever the clock says then.

    `campaign` is the batch that a broadcast is about; `longest` is how long it was to wait when it was queued, in
    microseconds: a clock that was set back since makes that no longer.
    """

    id: int
    person_id: int
    lane: int
    not_before: int
    campaign: int | None = None
    longest: int = 2**62


class Outgoing(NamedTuple):
    """A row as it is sent. `message_id` and `media` are those of the slot's message in the chat, if it has one."""

    id: int
    person_id: int
    telegram_id: int
    language: str
    utc_offset: int | None
    light_photos: bool
    lane: int
    slot: str | None
    key: str
    params: dict[str, Any]
    not_before: int
    attempts: int
    message_id: int | None
    media: bool
    last_message_id: int
    reachable: bool
    listening: str
    busy_since: int | None


def put(
    tx: Tx,
    *,
    person_id: int,
    key: str,
    params: dict[str, Json],
    lane: Lane,
    slot: str | None,
    not_before: int,
    dedupe: str | None,
    now: int,
    campaign: int | None = None,
) -> int | None:
    """Queue one message; a slot's unsent older row is superseded. None when `dedupe` was already used.

    With a `campaign` it goes out while that batch is open and has places.
    """
    if slot is not None:
        tx.run(
            "delete from outbox where person_id = :person_id and slot = :slot and state = 'waiting'",
            person_id=person_id,
            slot=slot,
        )
    row = tx.one(
        "insert into outbox (person_id, lane, slot, key, params, not_before, dedupe, created_at, campaign)"
        " values (:person_id, :lane, :slot, :key, :params, :not_before, :dedupe, :now, :campaign)"
        " on conflict (dedupe) do nothing returning id",
        person_id=person_id,
        lane=int(lane),
        slot=slot,
        key=key,
        params=compact(params),
        not_before=not_before,
        dedupe=dedupe,
        now=now,
        campaign=campaign,
    )
    if row is None:
        return None
    longest = max(0, not_before - now)
    tx.signal("outbox", Pending(row["id"], person_id, int(lane), not_before if longest else 0, longest=longest))
    return int(row["id"])


def pending(tx: Tx, *, after: int, limit: int, upto: Lane = Lane.BROADCAST) -> list[Pending]:
    """Unsent rows behind `after` of the lanes up to this one, in order of id."""
    rows = tx.all(
        "select id, person_id, lane, case when not_before > created_at then not_before else 0 end as not_before,"
        " max(0, not_before - created_at) as longest"
        " from outbox where state = 'waiting' and id > :after and lane <= :upto order by id limit :limit",
        after=after,
        limit=limit,
        upto=int(upto),
    )
    return [
        Pending(row["id"], row["person_id"], row["lane"], row["not_before"], longest=row["longest"]) for row in rows
    ]


def load(tx: Tx, row_id: int) -> Outgoing | None:
    """The row with all that sending it needs, or None when it is not to be sent now: gone, or its batch is not open."""
    row = tx.one(
        "select o.id, o.person_id, p.telegram_id, p.language, o.lane, o.slot, o.key, o.params, o.not_before,"
        " o.attempts, p.utc_offset, p.light_photos, s.message_id, s.media, p.last_message_id, p.reachable, p.listening,"
        " w.touched_at as busy_since"
        " from outbox o join people p on p.id = o.person_id"
        " left join slots s on s.person_id = o.person_id and s.slot = o.slot"
        " left join sessions w on w.worker_id = o.person_id and w.assignment_id is not null"
        " where o.id = :id and o.state = 'waiting' and (o.campaign is null"
        " or exists (select 1 from batches b where b.id = o.campaign and b.state = 'open'))",
        id=row_id,
    )
    return None if row is None else _outgoing(row)


def sent(tx: Tx, row_id: int) -> None:
    """It went out (or needed nothing more). Kept only where its dedupe key must be remembered."""
    if tx.run("delete from outbox where id = :id and dedupe is null", id=row_id).rowcount == 0:
        tx.run("update outbox set state = 'sent', params = '{}' where id = :id", id=row_id)


def failed(tx: Tx, row_id: int) -> None:
    """Telegram will not take it, whatever we do; or it has lost its point."""
    sql = "update outbox set state = 'failed' where id = :id and state = 'waiting' returning campaign"
    _count_unsent(tx, tx.all(sql, id=row_id))


def postpone(tx: Tx, row_id: int, *, not_before: int) -> None:
    """Its receiver's quiet hours began while it waited."""
    sql = "update outbox set not_before = :not_before where id = :id and state = 'waiting'"
    tx.run(sql, id=row_id, not_before=not_before)


def release_held(tx: Tx, person_id: int, *, now: int) -> None:
    """Let notices go that the sender holds while the person works; quiet hours are kept."""
    rows = tx.all(
        "select id, lane, not_before from outbox where person_id = :person_id and state = 'waiting' and lane = 1"
        " and not_before <= :now",
        person_id=person_id,
        now=now,
    )
    for row in rows:
        tx.signal("outbox", Pending(row["id"], person_id, row["lane"], row["not_before"]))


def shift(tx: Tx, *, queued_at: int, by: int) -> None:
    """Move the due times of what was queued at exactly that instant, when that instant was only pretended."""
    tx.run(
        "update outbox set not_before = not_before + :by where state = 'waiting' and created_at = :queued_at",
        queued_at=queued_at,
        by=by,
    )


def cancel_for(tx: Tx, person_id: int, *, lanes: tuple[int, ...]) -> None:
    """What waits for this person in these lanes is not sent any more."""
    for lane in lanes:
        rows = tx.all(
            "update outbox set state = 'cancelled' where person_id = :person_id and state = 'waiting' and lane = :lane"
            " returning campaign",
            person_id=person_id,
            lane=lane,
        )
        _count_unsent(tx, rows)


def _count_unsent(tx: Tx, rows: list[Row]) -> None:
    """A batch counts the offers that go out."""
    for row in rows:
        if row["campaign"] is not None:
            batches.count(tx, row["campaign"], offers=-1)


def adopt(tx: Tx, person_id: int, slot: str, *, message_id: int, media: bool) -> None:
    """From now on this message shows the slot, and no other one."""
    changed = tx.run(
        "insert into slots (person_id, slot, message_id, media) values (:person_id, :slot, :message_id, :media)"
        " on conflict (person_id, slot) do update set message_id = excluded.message_id, media = excluded.media"
        " where message_id <> excluded.message_id or media <> excluded.media",
        person_id=person_id,
        slot=slot,
        message_id=message_id,
        media=int(media),
    )
    if changed.rowcount:
        tx.run(
            "delete from slots where person_id = :person_id and message_id = :message_id and slot <> :slot",
            person_id=person_id,
            message_id=message_id,
            slot=slot,
        )


def has_message(tx: Tx, person_id: int, slot: str) -> bool:
    """A message of the chat shows the slot."""
    sql = "select 1 from slots where person_id = :person_id and slot = :slot"
    return tx.one(sql, person_id=person_id, slot=slot) is not None


def forget_slot(tx: Tx, person_id: int, slot: str) -> None:
    """The next content of this slot is a new message; the old one stays as it is."""
    tx.run("delete from slots where person_id = :person_id and slot = :slot", person_id=person_id, slot=slot)


def forget(tx: Tx, *, before: int, limit: int) -> int:
    """Delete rows that went out, failed or were cancelled and were queued before an instant, at most `limit`.

    Returns how many. With a row goes its dedupe key: what must happen once for ever has a row of its own.
    """
    return tx.run(
        "delete from outbox where id in (select id from outbox where state <> 'waiting' and created_at < :before"
        " order by created_at limit :limit)",
        before=before,
        limit=limit,
    ).rowcount


def _outgoing(row: Row) -> Outgoing:
    return Outgoing(
        id=row["id"],
        person_id=row["person_id"],
        telegram_id=row["telegram_id"],
        language=row["language"],
        utc_offset=row["utc_offset"],
        light_photos=bool(row["light_photos"]),
        lane=row["lane"],
        slot=row["slot"],
        key=row["key"],
        params=json.loads(row["params"]),
        not_before=row["not_before"],
        attempts=row["attempts"],
        message_id=row["message_id"],
        media=bool(row["media"]),
        last_message_id=row["last_message_id"],
        reachable=bool(row["reachable"]),
        listening=row["listening"],
        busy_since=row["busy_since"],
    )


def message_of(tx: Tx, person_id: int, slot: str) -> tuple[int, bool] | None:
    """The message that shows the slot, and whether it has a picture."""
    sql = "select message_id, media from slots where person_id = :person_id and slot = :slot"
    row = tx.one(sql, person_id=person_id, slot=slot)
    return None if row is None else (row["message_id"], bool(row["media"]))


def waits_in_slot(tx: Tx, person_id: int, slot: str) -> bool:
    """A newer content of the slot is queued and not sent yet; it shows what is true when it goes out."""
    sql = "select 1 from outbox where person_id = :person_id and slot = :slot and state = 'waiting'"
    return tx.one(sql, person_id=person_id, slot=slot) is not None


def waiting_params(tx: Tx, person_id: int, slot: str) -> dict[str, Any] | None:
    """The parameters of what is queued for the slot and not sent yet, if anything is."""
    sql = "select params from outbox where person_id = :person_id and slot = :slot and state = 'waiting'"
    row = tx.one(sql, person_id=person_id, slot=slot)
    return None if row is None else dict(json.loads(row["params"]))


def slot_of(tx: Tx, person_id: int, message_id: int) -> str | None:
    """What a message of the chat shows; looks through the person's few slots."""
    sql = "select slot from slots where person_id = :person_id and message_id = :message_id"
    row = tx.one(sql, person_id=person_id, message_id=message_id)
    return None if row is None else str(row["slot"])
