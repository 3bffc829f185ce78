"""The search for look-alikes in a batch: read in pages, compared in a worker process, what is new with all there is.

What compares photos needs numpy, so only the worker process imports it: the bot is smaller by 15 MB, and starts sooner.
"""

from __future__ import annotations

from pathlib import Path

from bot.jobs import JobContext
from files import near_texts
from storage import lookalikes as rows
from storage.jobs import Job
from storage.lookalikes import Text
from usecases import lookalikes

SECONDS = 600.0


async def search(context: JobContext, job: Job) -> None:
    """Search the batch. After a restart it begins again; what was found before is found as the same."""
    assert job.batch_id is not None
    if await context.db.read(lookalikes.shows_photos, job.batch_id):
        await _photos(context, job.batch_id)
    else:
        await _texts(context, job.batch_id)


async def _photos(context: JobContext, batch_id: int) -> None:
    searched = await context.db.read(rows.searched, batch_id)
    tasks: list[int] = []
    looks: list[bytes] = []
    while page := await context.db.read(lookalikes.photos_page, batch_id, after=tasks[-1] if tasks else 0):
        new = {one.sha256: _path(context.data_dir, one.sha256) for one in page if one.looks is None}
        seen: dict[str, bytes] = {}
        if new:
            found = await context.processes.run(_look, list(new.values()), seconds=SECONDS)
            seen = dict(zip(new, found, strict=True))
            await context.db.write(rows.looked, seen)
        tasks += [one.task_id for one in page]
        looks += [seen.get(one.sha256, b"") if one.looks is None else one.looks for one in page]
    first = sum(task <= searched for task in tasks)
    rule, pairs = await context.processes.run(_photo_pairs, looks, first, seconds=SECONDS)
    await context.db.write(lookalikes.found_photos, batch_id, tasks, pairs, rule=rule, now=context.now())


async def _texts(context: JobContext, batch_id: int) -> None:
    searched = await context.db.read(rows.searched, batch_id)
    found: list[Text] = []
    while page := await context.db.read(lookalikes.texts_page, batch_id, after=found[-1].submission_id if found else 0):
        found = [*found, *page][-near_texts.MOST :]
    first = sum(one.submission_id <= searched for one in found)
    texts, owners = [one.text for one in found], [one.worker_id for one in found]
    alike = await context.processes.run(_alike_texts, texts, owners, first, seconds=SECONDS)
    submissions = [one.submission_id for one in found]
    await context.db.write(
        lookalikes.found_texts, batch_id, submissions, alike, rule=near_texts.RULE, now=context.now()
    )


def _path(folder: Path, sha256: str) -> Path:
    return folder / "photos" / sha256[:2] / f"{sha256}.jpg"


def _look(photos: list[Path]) -> list[bytes]:
    from files import near_photos

    return near_photos.look(photos)


def _photo_pairs(looks: list[bytes], first: int) -> tuple[int, list[tuple[int, int, int]]]:
    """The version of the rule, and the pairs."""
    from files import near_photos

    return near_photos.RULE, near_photos.pairs(looks, first=first)


def _alike_texts(texts: list[str], owners: list[int], first: int) -> list[near_texts.Alike]:
    return near_texts.between(texts, owners, first=first)
