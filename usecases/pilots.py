"""A pilot: ten paid tasks for three workers that measure a batch before it is published. Its answers count as usual.

It is an open batch of a few of the draft's tasks, so that offers, cards, reviews and money work as they always do; the
rest of its tasks wait, and its coordinator goes on seeing a draft until they publish it.
"""

from __future__ import annotations

from dataclasses import dataclass

from domain.batches import Batch
from domain.costs import Cost, beyond, cost, fitting, rates_of
from domain.drafts import needs
from domain.floors import PILOT_TASKS, WAKING_HOURS, floor_of, pilot_offers, share_of_pilot
from domain.ledger import FUNDS
from domain.people import Person
from domain.quiet import waking
from domain.refusals_batches import DraftChanged, PilotBegun, PilotFixes, PriceOnlyUp
from domain.refusals_work import PilotFull
from domain.rules import HOUR
from storage import audit, batches, draft_tasks, ledger, people, pilots, questions
from storage.assignments import Place
from storage.database import Tx
from usecases import measuring, progress, publishing, reserves, waves
from usecases.notify import inform
from usecases.roles import require_coordinator

FIXED = ("kind", "language", "overlap", "overlap_least", "floor", "region")
"""What a pilot fixes of a brief besides its question and answers."""


@dataclass(frozen=True, slots=True)
class PilotOffer:
    """What a pilot of a draft would take: so many tasks, for this much."""

    tasks: int
    cost: Cost


@dataclass(frozen=True, slots=True)
class PilotStanding:
    """How far a pilot is: answers given of those it can have, by so many workers."""

    answers: int
    places: int
    workers: int


def offered(tx: Tx, draft: Batch) -> PilotOffer | None:
    """What a pilot would take: ten tasks, or as many as there are and the funds cover; None for none, or a second."""
    if draft.pilot_tasks is not None or draft.price is None or needs(draft) or draft.problems:
        return None
    rates, free = rates_of(tx.rules), max(0, ledger.balance(tx, FUNDS))
    most = min(PILOT_TASKS, draft.tasks)
    tasks = fitting(free, tasks=most, overlap=draft.overlap, price=draft.price, rates=rates)
    return PilotOffer(tasks, cost(tasks, draft.overlap, draft.price, rates)) if tasks else None


def standing(tx: Tx, draft: Batch) -> PilotStanding | None:
    """How far the draft's pilot is; None without one."""
    if not draft.piloting:
        return None
    return PilotStanding(draft.submissions, draft.wanted, len(pilots.workers(tx, draft.id)))


def begin(tx: Tx, *, by: Person, batch: int, tasks: int, cost: int, now: int) -> int:
    """Reserve the money of the first `tasks` tasks and offer them to a few workers, once; returns micro-units.

    `tasks` and `cost` are what the button showed: anything else than what is true now is refused.
    """
    require_coordinator(by)
    draft = publishing.publishable(tx, batch)
    if draft.pilot_tasks is not None:
        raise PilotBegun
    offer = offered(tx, draft)
    if offer is None:
        publishing.require_funds(tx, cost)
    if offer is None or (tasks, cost) != (offer.tasks, offer.cost.total):
        raise DraftChanged
    each = draft.overlap_least or draft.overlap
    draft_tasks.set_wanted(tx, batch, each)
    draft_tasks.rest(tx, batch, behind=tasks)
    reserves.begin(tx, batch, offer.cost, now=now)
    batches.change(
        tx,
        batch,
        state="open",
        collecting=0,
        piloting=1,
        pilot_tasks=tasks,
        pilot_price=draft.price,
        pilot_share=share_of_pilot(tasks, draft.overlap),
        tasks=tasks,
        resting=draft.tasks - tasks,
        wanted=tasks * each,
        published_at=now,
        floor=floor_of(draft, tx.rules),
        **rates_of(tx.rules)._asdict(),
        **measuring.expected_seconds(tx, draft),
    )
    audit.add(tx, person_id=by.id, action="batch.piloted", subject=f"batch:{batch}", now=now, tasks=tasks, amount=cost)
    waves.begin(tx, batch, by=by.id, now=now)
    questions.close_about(tx, batch)
    progress.show(tx, by, batch, now=now)
    return cost


def amend(tx: Tx, *, by: Person, draft: Batch, changed: dict[str, object], now: int) -> dict[str, object]:
    """What of a change to a draft's columns its pilot allows; a higher price holds for what is not answered yet.

    Raises PilotFixes, PriceOnlyUp, NotEnoughFunds.
    """
    face = changed["face"]
    asked = (draft.face.question, draft.face.answers, draft.face.ends)
    if (face.question, face.answers, face.ends) != asked:  # type: ignore[attr-defined]
        raise PilotFixes
    if any(changed[name] != getattr(draft, name) for name in FIXED):
        raise PilotFixes
    price = changed["price"]
    assert draft.price is not None and isinstance(price, int)
    if price < draft.price:
        raise PriceOnlyUp(amount=draft.price)
    if price > draft.price:
        # Also for what is answered: should such an answer be taken back, its task is answered anew at the higher price.
        rates, reserved = measuring.reserved_so_far(tx, draft)
        missing = beyond(cost(draft.tasks, draft.overlap, price, rates), reserved)
        publishing.require_funds(tx, missing.total)
        if missing.total:
            reserves.add(tx, draft.id, missing, by=by, now=now)
        audit.add(tx, person_id=by.id, action="batch.price_raised", subject=f"batch:{draft.id}", now=now, price=price)
    return {name: value for name, value in changed.items() if name not in ("seconds", "seconds_given", "lease_seconds")}


def has_room(tx: Tx, place: Place) -> bool:
    """Whether one more worker may begin in a batch: always, but for a pilot that has its workers."""
    batch = place.batch
    if not batch.piloting or place.enrolment.state == "working":
        return True
    return pilot_offers(batch, leased=place.leased, working=batches.working(tx, batch.id)) > 0


def require_room(tx: Tx, place: Place) -> None:
    """Raise PilotFull where no more may begin."""
    if not has_room(tx, place):
        raise PilotFull


def run_due(tx: Tx, *, now: int, limit: int = 100) -> bool:
    """Tell coordinators, once each, whose pilot nobody took in a day of waking hours. True when there is more."""
    found = pilots.unanswered(tx, before=now - WAKING_HOURS * HOUR, limit=limit)
    told = 0
    for batch, begun_at in found:
        awake = waking(begun_at, now, tx.rules.offset_minutes) if tx.rules.quiet_hours else now - begun_at
        if awake < WAKING_HOURS * HOUR:
            continue
        draft = batches.by_id(tx, batch)
        assert draft is not None, "batches are never deleted"
        batches.change(tx, batch, pilot_told=1)
        inform(tx, people.by_id(tx, draft.created_by), "pilot_waits", now=now, batch=batch)
        told += 1
    return told == limit
