"""Top-ups: each finished day, each worker is lifted to the floor on the time that counts, once, with its evidence.

Nothing here is on the path of a tap. A walk follows the newest submission and notes who worked where on which day;
when a day is over and its morning has come, each of its workers is settled and their notes are gone, so no day is
settled twice and none is missed, however long the process was down. What a day may still ask of a batch is projected
as the walk goes; where that is more than the batch keeps back for top-ups, it is offered to nobody until a coordinator
decides.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from domain import ledger as accounts
from domain.active_time import RULE
from domain.batches import Batch
from domain.money import smallest_coin
from domain.pay import per_hour
from domain.people import Person
from domain.refusals import StaleButton
from domain.topups import Part, due_at, lift
from storage import audit, batches, ledger, people, topups, worker_days
from storage.database import Tx
from storage.topups import Topup
from usecases import progress, reserves
from usecases.notify import inform, tell

WALKED: Final = 2_000
SETTLED: Final = 100
"""Submissions looked at, and workers settled, in one step."""
RELEASED: Final = 20


@dataclass(frozen=True, slots=True)
class Lifted:
    """A worker's lifted day: the sum added, the rates before it and of the floor (micro-units an hour), and of what.

    `lines` are (title, submissions, part) of each batch worked in. `floor` is None where the batches' floors differ.
    """

    day: int
    amount: int
    hourly: int | None
    floor: int | None
    rule: int
    lines: tuple[tuple[str, int, Part], ...]


def run_due(tx: Tx, *, now: int) -> bool:
    """Take one bounded step of walking and settling; True when there is more at once."""
    if _walk(tx, now=now):
        return True
    day = topups.oldest_day(tx)
    if day is not None and due_at(tx.rules, day) <= now:
        workers = topups.workers_of(tx, day, limit=SETTLED)
        touched: set[int] = set()
        for worker_id in workers:
            touched |= _settle(tx, worker_id, day, now=now)
        topups.walk_to(tx, topups.walked(tx)[0], day + 1)
        for batch_id in sorted(touched):
            _project(tx, batch_id, now=now)
        return True
    done = topups.to_release(tx, limit=RELEASED)
    for batch_id in done:
        reserves.release_topups(tx, batch_id, now)
        progress.refresh(tx, batch_id, now)
    return len(done) == RELEASED


def why(tx: Tx, *, by: Person, day: int, now: int) -> None:
    """**Why?** below the news of a top-up: show what it was computed from. Raises StaleButton where there is none."""
    if not topups.between(tx, by.id, day, day):
        raise StaleButton
    tell(tx, by, "topup_why", now=now, day=day)


def lifted(tx: Tx, worker_id: int, day: int) -> Lifted | None:
    """A worker's lifted day as it was settled, read from its evidence; None when it needed nothing."""
    found = topups.between(tx, worker_id, day, day)
    if not found:
        return None
    parts = _parts(found[0])
    floors = {part.floor for _, part in parts}
    earned, active = sum(part.earned for _, part in parts), sum(part.active_micros for _, part in parts)
    return Lifted(
        day=day,
        amount=sum(one.amount for one in found),
        hourly=per_hour(earned, active),
        floor=floors.pop() if len(floors) == 1 else None,
        rule=found[0].evidence["rule"],
        lines=tuple((_title(tx, part.batch_id), count, part) for count, part in parts),
    )


def _walk(tx: Tx, *, now: int) -> bool:
    """Note a page of new submissions; True when there may be more."""
    upto, first_day = topups.walked(tx)
    page = topups.handed_in(tx, after=upto, limit=WALKED)
    if not page:
        return False
    groups = defaultdict(list)
    day = first_day
    for one in page:
        day = max(day, tx.rules.day(one.submitted_at))
        groups[day, one.worker_id, one.batch_id].append(one)
    for (when, worker_id, batch_id), some in groups.items():
        topups.note(
            tx,
            day=when,
            worker_id=worker_id,
            batch_id=batch_id,
            first_id=some[0].id,
            last_id=some[-1].id,
            active=sum(one.active_micros for one in some),
            earned=sum(one.price for one in some),
        )
    topups.walk_to(tx, page[-1].id, day)
    for batch_id in sorted({one.batch_id for one in page}):
        _project(tx, batch_id, now=now)
    return len(page) == WALKED


def _settle(tx: Tx, worker_id: int, day: int, *, now: int) -> set[int]:
    """Lift one worker's day, whatever the batches hold; returns the batches it was worked in."""
    parts, counts, medians = [], {}, {}
    for one in topups.worked(tx, day, worker_id):
        batch = batches.by_id(tx, one.batch_id)
        assert batch is not None
        part, counts[one.batch_id] = topups.part(tx, worker_id, one, floor=_floor(tx, batch))
        parts.append(part)
        medians[one.batch_id] = batch.median_micros
    added = lift(parts, coin=smallest_coin(tx.rules.currency))
    evidence = {
        "rule": RULE,
        "parts": [[*part, counts[part.batch_id], medians[part.batch_id]] for part in parts],
    }
    for batch_id, amount in sorted(added.items()):
        number = topups.add(
            tx, worker_id=worker_id, day=day, batch_id=batch_id, amount=amount, evidence=evidence, now=now
        )
        if number is not None:
            _credit(tx, number, worker_id, batch_id, amount, now=now)
    if added:
        worker_days.lift(tx, worker_id, day, sum(added.values()))
        inform(
            tx, people.by_id(tx, worker_id), "topped_up", now=now, dedupe=f"topup:{worker_id}:{day}", day=day, at=now
        )
    topups.settle(tx, day, worker_id)
    return {part.batch_id for part in parts}


def _credit(tx: Tx, number: int, worker_id: int, batch_id: int, amount: int, *, now: int) -> None:
    missing = amount - ledger.balance(tx, accounts.topups(batch_id))
    if missing > 0:
        reserves.owe_topups(tx, batch_id, missing, now=now)
    ledger.transfer(
        tx,
        cause=f"topup:{number}:credited",
        debit=accounts.topups(batch_id),
        credit=accounts.available(worker_id),
        amount=amount,
        currency=tx.rules.currency,
        now=now,
    )


def _project(tx: Tx, batch_id: int, *, now: int) -> None:
    """Keep what the batch's unsettled days may need; stop offering it when its reserve holds less, told once."""
    batch = topups.standing(tx, batch_id)
    if batch is None:
        return
    floor = tx.rules.floor if batch.floor is None else batch.floor
    projected = topups.projected(tx, batch_id, floor=floor)
    covered = projected <= ledger.balance(tx, accounts.topups(batch_id))
    if projected != batch.projected or (covered and batch.waived):
        batches.change(tx, batch_id, topups_projected=projected, topups_waived=int(batch.waived and not covered))
    if covered or batch.state != "open" or batch.waived:
        return
    batches.change(tx, batch_id, state="paused", paused_for="topups")
    audit.add(
        tx, person_id=None, action="batch.paused", subject=f"batch:{batch_id}", now=now, why="topups", amount=projected
    )
    progress.refresh(tx, batch_id, now)
    inform(tx, people.by_id(tx, batch.created_by), "topups_short", now=now, batch=batch_id)


def _floor(tx: Tx, batch: Batch) -> int:
    return tx.rules.floor if batch.floor is None else batch.floor


def _title(tx: Tx, batch_id: int) -> str:
    batch = batches.by_id(tx, batch_id)
    return "" if batch is None else batch.title


def _parts(one: Topup) -> list[tuple[int, Part]]:
    return [(count, Part(*part)) for *part, count, _ in one.evidence["parts"]]
