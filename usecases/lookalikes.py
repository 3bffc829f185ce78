"""Look-alikes: photos of a draft that show almost the same, written answers that read almost the same. For a human."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final, Protocol

from domain.signals.groups import linked_groups
from storage import batches, jobs, lookalikes, signals
from storage.database import Tx
from storage.lookalikes import Photo, Text
from usecases import progress
from usecases.signals import add, record

JOB: Final = "lookalikes"
PAGE: Final = 500
LOOKED_AT: Final = 100
GROUPS: Final = 200
"""So many groups of photos are kept of a batch, the largest; and of texts so many pairs of workers a search."""

Pairs = Sequence[tuple[int, int, int]]
"""(one, other, bits that differ) of places in what was searched."""


class Alike(Protocol):
    """Texts of two workers, or of one, that are alike; see files/near_texts.py."""

    @property
    def owners(self) -> tuple[int, ...]: ...
    @property
    def percent(self) -> int: ...
    @property
    def one(self) -> int: ...
    @property
    def other(self) -> int: ...
    @property
    def copied(self) -> tuple[int, ...]: ...


def want(tx: Tx, batch_id: int) -> None:
    """Have the batch searched soon: it has photos it had not before. A file after the other is one search."""
    batches.change(tx, batch_id, search_asked=1)


def run_due(tx: Tx, *, now: int) -> bool:
    """Ask for the searches that are wanted. Always False: a tick looks at LOOKED_AT."""
    for batch_id, person_id in lookalikes.wanted(tx, limit=LOOKED_AT):
        batches.change(tx, batch_id, search_asked=0)
        ask(tx, batch_id, person_id=person_id, now=now)
    return False


def ask(tx: Tx, batch_id: int, *, person_id: int, now: int) -> None:
    """Have the batch searched, unless a search waits that has not begun: one under way has read what there was."""
    if all(job.attempts for job in jobs.of_batch(tx, batch_id, JOB)):
        jobs.ask(tx, JOB, person_id=person_id, batch_id=batch_id, now=now)


def shows_photos(tx: Tx, batch_id: int) -> bool:
    """Whether the tasks of a batch are photos; else what was written about them is searched."""
    batch = batches.by_id(tx, batch_id)
    return batch is not None and batch.data == "photos"


def photos_page(tx: Tx, batch_id: int, *, after: int) -> list[Photo]:
    """The next photos of a batch."""
    return lookalikes.photos(tx, batch_id, after=after, limit=PAGE)


def texts_page(tx: Tx, batch_id: int, *, after: int) -> list[Text]:
    """The next written answers of a batch."""
    return lookalikes.texts(tx, batch_id, after=after, limit=PAGE)


def found_photos(tx: Tx, batch_id: int, tasks: Sequence[int], pairs: Pairs, *, rule: int, now: int) -> None:
    """Keep the groups of photos that are alike, those of earlier searches grown by the new ones, and that all of these
    were searched; then show the draft to who made it. Photos that are not there any more leave their group."""
    place = {task: at for at, task in enumerate(tasks)}
    links = [(one, other) for one, other, _ in pairs]
    for known in signals.of_kind(tx, batch_id, "photos"):
        links += pairwise([place[task] for task in known.evidence["tasks"] if task in place])
    groups = [[tasks[at] for at in members] for members, _ in linked_groups(links)[:GROUPS]]
    found: list[tuple[str, Sequence[int], int, dict[str, Any]]] = [
        ("photos", (), 100 * len(members), {"tasks": members, "photos": len(members)}) for members in groups
    ]
    before = signals.count(tx, batch_id, kind="photos")
    record(tx, batch_id, found, kinds=("photos",), rule=rule, now=now)
    _searched(tx, batch_id, max(tasks, default=0))
    if signals.count(tx, batch_id, kind="photos") != before:
        progress.refresh(tx, batch_id, now)


def found_texts(
    tx: Tx, batch_id: int, submissions: Sequence[int], alike: Sequence[Alike], *, rule: int, now: int
) -> None:
    """Keep for each two workers (or one with themselves) which answers are alike, beside those of earlier searches."""
    known = {signal.workers: signal.evidence for signal in signals.of_kind(tx, batch_id, "texts")}
    for one in sorted(alike, key=lambda one: (-one.percent * len(one.copied), one.owners))[:GROUPS]:
        before = known.get(one.owners, {"percent": 0, "copied": []})
        copied = sorted({*before["copied"], *(submissions[at] for at in one.copied)})
        evidence: dict[str, Any] = {"percent": one.percent, "examples": [submissions[one.one], submissions[one.other]]}
        if before["percent"] > one.percent:
            evidence = {"percent": before["percent"], "examples": before["examples"]}
        evidence |= {"texts": len(copied), "copied": copied}
        add(tx, batch_id, "texts", one.owners, evidence["percent"] * len(copied), evidence, rule=rule, now=now)
    _searched(tx, batch_id, max(submissions, default=0))


def _searched(tx: Tx, batch_id: int, upto: int) -> None:
    batches.change(tx, batch_id, searched=max(upto, lookalikes.searched(tx, batch_id)))
