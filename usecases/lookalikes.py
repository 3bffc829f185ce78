"""Look-alikes: photos of a draft that show almost the same, written answers that read almost the same. For a human."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from domain.kinds.base import answer_from_json
from domain.signals.groups import linked_groups
from storage import batches, jobs, lookalikes
from storage.database import Tx
from storage.lookalikes import Photo, Text
from usecases import progress
from usecases.signals import add

JOB: Final = "lookalikes"
PAGE: Final = 500
SHOWN: Final = 6
"""So many of a group of photos are named."""
GROUPS: Final = 50
"""So many groups or pairs are kept of one search, those most alike."""

Pairs = Sequence[tuple[int, int, int]]
"""(one, other, how much) of places in what was searched: bits that differ of photos, per cent of texts."""


def ask(tx: Tx, batch_id: int, *, person_id: int, now: int) -> None:
    """Have the batch searched, unless a search waits already."""
    if not jobs.of_batch(tx, batch_id, JOB, limit=1):
        jobs.ask(tx, JOB, person_id=person_id, batch_id=batch_id, now=now)


def shows_photos(tx: Tx, batch_id: int) -> bool:
    """Whether the tasks of a batch are photos; else what was written about them is searched."""
    batch = batches.by_id(tx, batch_id)
    return batch is not None and batch.data == "photos"


def photos_page(tx: Tx, batch_id: int, *, after: int) -> list[Photo]:
    """The next photos of a batch."""
    return lookalikes.photos(tx, batch_id, after=after, limit=PAGE)


def texts_page(tx: Tx, batch_id: int, *, after: int) -> list[tuple[int, int, str]]:
    """The next written answers of a batch: (submission, worker, text)."""
    found: list[Text] = lookalikes.texts(tx, batch_id, after=after, limit=PAGE)
    return [(one.submission_id, one.worker_id, str(answer_from_json(one.answer).get("text", ""))) for one in found]


def found_photos(tx: Tx, batch_id: int, tasks: Sequence[int], pairs: Pairs, *, rule: int, now: int) -> None:
    """Keep the groups of photos that are alike, and that all of these were searched; then show it to who made it."""
    for group, _ in linked_groups([(one, other) for one, other, _ in pairs])[:GROUPS]:
        members = [tasks[one] for one in group]
        evidence = {"tasks": members[:SHOWN], "photos": len(members)}
        add(tx, batch_id, "photos", (), 100 * len(members), evidence, rule=rule, now=now)
    _searched(tx, batch_id, max(tasks, default=0))
    progress.refresh(tx, batch_id, now)


def found_texts(tx: Tx, batch_id: int, texts: Sequence[tuple[int, int]], pairs: Pairs, *, rule: int, now: int) -> None:
    """Keep for each two workers (or one with themselves) the texts most alike; `texts` are (submission, worker)."""
    best: dict[tuple[int, ...], tuple[int, int, int, int]] = {}
    for one, other, percent in pairs:
        workers = tuple(sorted({texts[one][1], texts[other][1]}))
        percents, count = best.get(workers, (0, 0, 0, 0))[0], best.get(workers, (0, 0, 0, 0))[3]
        pair = (percent, texts[one][0], texts[other][0])
        best[workers] = (*(pair if percent > percents else best[workers][:3]), count + 1)
    strongest = sorted(best.items(), key=lambda item: (-item[1][0], item[0]))[:GROUPS]
    for workers, (percent, one, other, count) in strongest:
        evidence: dict[str, Any] = {"percent": percent, "pairs": count, "examples": [one, other]}
        add(tx, batch_id, "texts", workers, 100 * percent, evidence, rule=rule, now=now)
    _searched(tx, batch_id, max((submission for submission, _ in texts), default=0))


def _searched(tx: Tx, batch_id: int, upto: int) -> None:
    batches.change(tx, batch_id, searched=max(upto, lookalikes.searched(tx, batch_id)))
