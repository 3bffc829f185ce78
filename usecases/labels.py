"""Why? of a label: a batch's labels, the least sure first, and what one follows from. Nothing is changed here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from domain.batches import Batch, Task
from domain.kinds import kind
from domain.notices import Slot
from domain.people import Person
from domain.refusals import StaleButton
from domain.refusals_batches import NoLabels
from domain.skills import trust
from storage import batches, fits, labels, tasks
from storage.database import Tx
from storage.fits import Fit
from storage.labels import Known, Label, Voice
from usecases.notify import tell
from usecases.roles import require_coordinator

PAGE: Final = 6
FIRST: Final = (-1, 0)


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a batch's labels, the least sure first; `after` is (confidence, task) to go on behind, or None."""

    batch: Batch
    fit: Fit | None
    labels: tuple[Label, ...]
    after: tuple[int, int] | None
    is_first: bool


@dataclass(frozen=True, slots=True)
class Why:
    """What a label follows from. `votes`: each label that was answered, with how far each who gave it is trusted.

    `since` is how many of the answers came after the fit. `label` is None where no fit has seen the task, or a human
    said that it is not usable; `known` is what people said of it.
    """

    batch: Batch
    task: Task
    fit: Fit | None
    label: Label | None
    votes: tuple[tuple[str, tuple[str, ...]], ...]
    since: int
    known: Known


def show(tx: Tx, *, by: Person, batch: int, after: tuple[int, int] = FIRST, now: int) -> None:
    """**Labels**: show a batch's labels, the least sure first. Raises NoLabels while no fit has ended."""
    require_coordinator(by)
    found = batches.by_id(tx, batch)
    if found is None:
        raise StaleButton
    if fits.last(tx, batch) is None:
        raise NoLabels
    tell(tx, by, "labels", now=now, slot=Slot.QUALITY, batch=batch, after=list(after))


def why(tx: Tx, *, by: Person, task: int, now: int) -> None:
    """**Why?** of a label: the task, its votes, and how the label follows from them."""
    require_coordinator(by)
    if explained(tx, task) is None:
        raise StaleButton
    tell(tx, by, "label_why", now=now, slot=Slot.QUALITY, task=task)


def page(tx: Tx, batch_id: int, *, after: tuple[int, int]) -> Page | None:
    """A page as it is now. Read only."""
    batch = batches.by_id(tx, batch_id)
    if batch is None:
        return None
    found = labels.least_sure(tx, batch_id, after=after, limit=PAGE + 1)
    shown = tuple(found[:PAGE])
    more = (shown[-1].confidence, shown[-1].task_id) if len(found) > PAGE else None
    return Page(batch, fits.last(tx, batch_id), shown, more, after == FIRST)


def explained(tx: Tx, task_id: int) -> Why | None:
    """What a task's label follows from, as it is now; None for what is no task of work that has labels. Read only."""
    task = tasks.by_id(tx, task_id)
    batch = None if task is None else batches.by_id(tx, task.batch_id)
    if task is None or batch is None or not kind(batch.kind).has_labels:
        return None
    fit = fits.last(tx, batch.id)
    given: dict[str, list[str]] = {}
    voices = labels.voices(tx, task_id)
    for voice in voices:
        said = kind(batch.kind).label(voice.answer)
        if said is not None:
            given.setdefault(said, []).append(_trust(voice))
    ranked = sorted(given.items(), key=lambda vote: (-len(vote[1]), vote[0]))
    since = sum(1 for voice in voices if voice.submission_id > (0 if fit is None else fit.upto))
    return Why(
        batch=batch,
        task=task,
        fit=fit,
        label=labels.of_task(tx, task_id),
        votes=tuple((label, tuple(said)) for label, said in ranked),
        since=since,
        known=labels.known(tx, task_id),
    )


def _trust(voice: Voice) -> str:
    if voice.estimate is None or voice.chance is None or not voice.enough:
        return "unknown"
    return trust(voice.estimate, voice.chance)
