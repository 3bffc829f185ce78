"""A published batch is offered in waves: to as many workers as its places can feed, later, if some stay free, to more.

Within a wave those come first who worked lately or are new, and among them who has waited longest for an offer. Nobody
is offered a batch twice, gets one in quiet hours, or more than A_DAY on one day. A pilot is offered to a few; when the
whole is published, they are offered it too.
"""

from __future__ import annotations

from dataclasses import replace

from domain.batches import Batch
from domain.floors import pilot_offers
from domain.notices import Lane
from domain.offers import A_DAY, ACTIVE, NEXT_WAVE, NOBODY_LEFT, wave_size
from domain.quiet import is_quiet, next_allowed
from domain.working import limit_for_one
from storage import assignments, batches, broadcasts, enrolments, jobs, offers, outbox, people, pilots, waves
from storage.database import Tx
from storage.offers import Candidate, SkillGate
from storage.waves import Wave
from usecases import progress

LOOKED_AT = 200
CANCELLED = 1_000
ASKED = 20


def begin(tx: Tx, batch: int, *, by: int, now: int) -> None:
    """Offer the batch from now on; the first wave begins after the commit."""
    waves.put(tx, Wave(batch, due_at=now))
    ask(tx, batch, by=by, now=now)


def ask(tx: Tx, batch: int, *, by: int, now: int) -> None:
    """Have the batch's offers looked after: queued while it is open, dropped when it is closed."""
    if not jobs.of_batch(tx, batch, "offers", limit=1):
        jobs.ask(tx, "offers", person_id=by, batch_id=batch, now=now, batch=batch)


def again(tx: Tx, batch: int, *, now: int) -> None:
    """Offer the whole batch to those who worked in its pilot: they have shown that they want it.

    Not to who is at it, has done all they may, wants no offers, or has had A_DAY today; in quiet hours it waits for the
    morning.
    """
    told, day = 0, tx.rules.day(now)
    for worker in pilots.workers(tx, batch):
        place = assignments.place(tx, worker, batch)
        if place is None or place.reserved is not None or place.enrolment.done >= limit_for_one(place.batch):
            continue
        person = people.by_id(tx, worker)
        takes = person.is_worker and person.reachable and person.listening == "all" and person.suspended_at is None
        if not takes or offers.had_on(tx, worker, day=day) >= A_DAY:
            continue
        offset = tx.rules.offset_minutes(now) if person.utc_offset is None else person.utc_offset
        offers.offered(tx, worker, day=day, now=now)
        _queue(tx, batch, worker, not_before=next_allowed(now, offset) if tx.rules.quiet_hours else now, now=now)
        told += 1
    batches.count(tx, batch, offers=told)


def end(tx: Tx, batch: int, *, by: int, now: int) -> None:
    """Offer the batch no more. What is not sent stops at once, as the batch is closed; its rows go in steps."""
    waves.end(tx, batch)
    if broadcasts.any_waits_of(tx, batch):  # not `ask`: a job that waits may have taken its last step already
        jobs.ask(tx, "offers", person_id=by, batch_id=batch, now=now, batch=batch)


def begin_due(tx: Tx, *, now: int) -> bool:
    """Ask for the waves that are due; those of more than ASKED batches follow at the next tick."""
    for batch in waves.due(tx, now=now, limit=ASKED):
        found = batches.standing(tx, batch)
        assert found is not None, "batches are never deleted"
        ask(tx, batch, by=found.created_by, now=now)
    return False


def offer_step(tx: Tx, *, batch: int, now: int, limit: int = LOOKED_AT) -> bool:
    """Look at so many workers and offer them the batch, or drop offers of a closed one; True while there is more."""
    found = batches.by_id(tx, batch)
    if found is None or found.state not in ("open", "closed"):
        return False
    if found.state == "closed":
        return broadcasts.cancel(tx, batch, limit=CANCELLED) == CANCELLED
    wave = waves.of(tx, batch)
    if wave is None or (not wave.missing and wave.due_at > now):
        return False
    if not wave.missing:
        size = _size(tx, found, now=now)
        if not size:
            waves.put(tx, replace(wave, due_at=now + NEXT_WAVE))
            return False
        wave = Wave(batch, due_at=wave.due_at, began_at=now, missing=size)
    return _go_on(tx, found, wave, limit=limit, now=now)


def _size(tx: Tx, batch: Batch, *, now: int) -> int:
    """How many to offer it to now; none while the wave before is still going out (until morning is no such while)."""
    if broadcasts.any_waits_of(tx, batch.id, upto=now):
        return 0
    size = pilot_offers if batch.piloting else wave_size
    return size(batch, leased=batches.leased(tx, batch.id), working=batches.working(tx, batch.id))


def _go_on(tx: Tx, batch: Batch, wave: Wave, *, limit: int, now: int) -> bool:
    looked = offers.candidates(
        tx,
        batch.id,
        batch.language,
        SkillGate.of(batch, now=now),
        turn=wave.turn,
        person_id=wave.person_id,
        upto=wave.began_at,
        limit=limit,
    )
    offered = 0
    for one in looked:
        wave = replace(wave, turn=one.turn, person_id=one.person_id)
        if _may_get(tx, one, wave, now=now):
            _offer(tx, batch.id, one.person_id, now=now)
            offered += 1
            wave = replace(wave, missing=wave.missing - 1)
            if not wave.missing:
                break
    more = bool(wave.missing) and (len(looked) == limit or not wave.others)
    if more and len(looked) < limit:
        wave = replace(wave, others=True, turn=-1, person_id=0)
    elif not more:
        if wave.missing and batch.pilot_share is not None and not is_quiet(now, tx.rules.offset_minutes(now)):
            batches.change(tx, batch.id, pilot_share=None)  # nobody else is there: who is may do all of it
        wave = Wave(batch.id, due_at=now + (NOBODY_LEFT if wave.missing else NEXT_WAVE))
    waves.put(tx, wave)
    if offered:
        batches.count(tx, batch.id, offers=offered)
        progress.refresh(tx, batch.id, now)
    return more


def _may_get(tx: Tx, one: Candidate, wave: Wave, *, now: int) -> bool:
    if not one.fits or (not wave.others and one.active_at < now - ACTIVE):
        return False
    if one.offers_day == tx.rules.day(now) and one.offers >= A_DAY:
        return False
    offset = tx.rules.offset_minutes(now) if one.utc_offset is None else one.utc_offset
    return not (tx.rules.quiet_hours and is_quiet(now, offset))


def _offer(tx: Tx, batch: int, person_id: int, *, now: int) -> None:
    """Their enrolment remembers it, so that it is done once; not by `inform`, whose questions are answered already."""
    enrolments.offer(tx, person_id, batch)
    offers.offered(tx, person_id, day=tx.rules.day(now), now=now)
    _queue(tx, batch, person_id, not_before=now, now=now)


def _queue(tx: Tx, batch: int, person_id: int, *, not_before: int, now: int) -> None:
    outbox.put(
        tx,
        person_id=person_id,
        key="offer",
        params={"batch": batch},
        lane=Lane.BROADCAST,
        slot=None,
        not_before=not_before,
        dedupe=None,
        now=now,
        campaign=batch,
    )
