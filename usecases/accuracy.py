"""A worker's own screen: how often they are right, by kind of work and language, and Why?. For them alone.

It never says which task was gold, nor how much gold they had right: who counts could tell it from other work. What they
missed they were told one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from domain.kinds import kind
from domain.notices import Slot
from domain.people import Person
from domain.refusals import StaleButton
from domain.skills import InBatch
from storage import batches, scales, skills
from storage.database import Tx
from storage.scales import Rater
from storage.skills import Known
from usecases import earnings
from usecases.notify import tell

BATCHES: Final = 8
"""So many batches are named; older ones are counted."""


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Every kind of work and language they have answers in: what is known of it, None while no fit has seen it; and how
    they rate on scales, by the titles of batches."""

    known: tuple[tuple[str, str, Known | None], ...]
    rates: tuple[tuple[str, Rater], ...]


@dataclass(frozen=True, slots=True)
class Why:
    """What a score follows from: batches with their titles, newest first; `missed` gold they were told of, of which
    `forgiven` does not count."""

    known: Known
    parts: tuple[tuple[str, InBatch], ...]
    missed: int
    forgiven: int


def show(tx: Tx, *, by: Person, now: int) -> None:
    """**How often I am right**; who stopped, withdrew or is suspended still sees it. Raises NoEarnings for others."""
    if not skills.worked(tx, by.id):
        earnings.require_money(tx, by)
    tell(tx, by, "accuracy", now=now, slot=Slot.HISTORY)


def why(tx: Tx, *, by: Person, place: int, now: int) -> None:
    """**Why?** of one's score at this place of the screen. Raises StaleButton where there is none to explain."""
    found = of(tx, by.id).known
    if place >= len(found) or found[place][2] is None:
        raise StaleButton
    name, language, _ = found[place]
    tell(tx, by, "accuracy_why", now=now, slot=Slot.HISTORY, kind=name, language=language)


def of(tx: Tx, worker_id: int) -> Accuracy:
    """What is known of a worker now. Read only."""
    known = {(one.kind, one.language): one for one in skills.of_worker(tx, worker_id)}
    places = sorted({*known, *skills.worked(tx, worker_id)})
    labelled = [one for one in places if kind(one[0]).has_labels and not kind(one[0]).is_ordinal]
    rated = tuple(scales.of_rater(tx, worker_id, limit=BATCHES))
    return Accuracy(tuple((*one, known.get(one)) for one in labelled), rated)


def explained(tx: Tx, worker_id: int, *, kind_: str, language: str) -> Why | None:
    """What a worker's score in a kind of work follows from; None when it is gone meanwhile. Read only."""
    for one in skills.of_worker(tx, worker_id):
        if (one.kind, one.language) == (kind_, language):
            parts = [InBatch(**part) for part in one.evidence]
            named = tuple((_title(tx, part.batch_id), part) for part in parts)
            missed, forgiven = skills.misses(tx, worker_id, kind_, language)
            return Why(one, named, missed, forgiven)
    return None


def _title(tx: Tx, batch_id: int) -> str:
    found = batches.by_id(tx, batch_id)
    assert found is not None, "batches are never deleted"
    return found.title
