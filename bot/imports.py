"""Files people sent, taken into their drafts: fetch, look through in worker processes, write in steps.

Photos are taken in several steps at once, one a worker process, and written in their order. Each step is remembered in
the transaction that writes it, so a restart goes on behind the last one; the file is fetched again when it is gone.
What cannot be used is listed, what is broken as a whole is told, neither is an error.
"""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TypeVar

from bot.jobs import JobContext
from bot.processes import ProcessFailed
from bot.transport import FileTooBig
from domain.file_problems import BrokenZip, FileProblem, NotATable, Refused
from domain.people import Person
from files.archives import Listing, list_archive, take_photos
from files.folders import FolderListing, list_folder, take_from_folder
from files.gold import GoldFile, read_gold_file, read_gold_member
from files.pictures import Taken, take_photo
from files.tables import Prompts, read_prompts
from storage.jobs import Job, open_by_id
from usecases import imports
from usecases.imports import Found, FoundPhoto, KnownAnswer

T = TypeVar("T")

PHOTOS_A_STEP = 4
STEPS_AHEAD = 3
"""Steps begun before the first of them is written, for each worker process: none waits while another is slow."""
ROWS_A_STEP = 500
STEP_SECONDS = 120.0


async def import_file(context: JobContext, job: Job) -> None:
    """Take one file (or folder) into the draft of the job."""
    what = {"archive": _archive, "photo": _photo, "table": _table, "folder": _folder, "gold": _gold}[
        str(job.params["what"])
    ]
    path = context.data_dir / "uploads" / f"{job.id}"
    try:
        if what is not _folder and not await asyncio.to_thread(path.exists):
            part = path.with_suffix(".part")
            await context.download(str(job.params["file_id"]), part)
            await asyncio.to_thread(part.replace, path)
        await what(context, job, path)
    except FileTooBig:
        await context.db.write(imports.too_big, job=job.id, now=context.now())
    except FileProblem as problem:
        await context.db.write(imports.give_up, job=job.id, problem=problem, now=context.now())
    await asyncio.to_thread(path.unlink, missing_ok=True)


async def import_folder(context: JobContext, folder: Path, person: Person, caption: str) -> int:
    """Take a folder of photos into a new draft of that person; returns the number of photos found.

    Interrupted, it is a job like any other and the running bot goes on with it. Raises NotADirectoryError, and
    CoordinatorsOnly for a person who may not.
    """
    folder = await asyncio.to_thread(folder.resolve)
    listing = await asyncio.to_thread(list_folder, folder)
    job_id = await context.db.write(
        imports.begin_folder, by=person, folder=str(folder), name=folder.name, caption=caption, now=context.now()
    )
    job = await context.db.read(open_by_id, job_id)
    if job is not None:
        await import_file(context, job)
    return len(listing.photos)


async def _archive(context: JobContext, job: Job, path: Path) -> None:
    try:
        listing: Listing = await context.processes.run(list_archive, path, seconds=STEP_SECONDS)
    except ProcessFailed as failed:
        raise BrokenZip from failed
    store = context.data_dir / "photos"

    async def take(start: int, end: int) -> Sequence[Taken | Refused]:
        members = listing.members[start:end]
        return await _each_if_failed(
            members,
            [member.name for member in members],
            lambda some: context.processes.run(take_photos, path, some, store, seconds=STEP_SECONDS),
        )

    await _in_steps(context, job, len(listing.members), take)
    known, refused = GoldFile(()), list(listing.refused)
    if listing.gold is not None:
        try:
            known = await context.processes.run(read_gold_member, path, listing.gold, seconds=STEP_SECONDS)
        except ProcessFailed:
            known = GoldFile((), (Refused(listing.gold.name, "gold_broken"),))
    await _finish(context, job, known, refused)


async def _folder(context: JobContext, job: Job, _: Path) -> None:
    folder = Path(str(job.params["path"]))
    try:
        listing: FolderListing = await asyncio.to_thread(list_folder, folder)
    except NotADirectoryError:
        raise FileProblem from None
    store = context.data_dir / "photos"

    async def take(start: int, end: int) -> Sequence[Taken | Refused]:
        names = listing.photos[start:end]
        return await _each_if_failed(
            names,
            names,
            lambda some: context.processes.run(take_from_folder, folder, some, store, seconds=STEP_SECONDS),
        )

    await _in_steps(context, job, len(listing.photos), take)
    await context.db.write(imports.finish, job=job.id, refused=listing.refused, now=context.now())


async def _photo(context: JobContext, job: Job, path: Path) -> None:
    name = str(job.params["name"])
    try:
        taken = await context.processes.run(take_photo, path, name, context.data_dir / "photos")
    except ProcessFailed:
        taken = Refused(name, "damaged")
    await _write(context, job, 0, 1, [taken])
    await context.db.write(imports.finish, job=job.id, now=context.now())


async def _gold(context: JobContext, job: Job, path: Path) -> None:
    name = str(job.params["name"])
    try:
        known = await context.processes.run(read_gold_file, path, name, seconds=STEP_SECONDS)
    except ProcessFailed:
        known = GoldFile((), (Refused(name, "gold_broken"),))
    await _finish(context, job, known, [])


async def _finish(context: JobContext, job: Job, known: GoldFile, refused: list[Refused]) -> None:
    answers = [KnownAnswer(one.names, one.label, one.why) for one in known.lines]
    await context.db.write(
        imports.finish, job=job.id, refused=[*known.refused, *refused], known=answers, now=context.now()
    )


async def _table(context: JobContext, job: Job, path: Path) -> None:
    try:
        prompts: Prompts = await context.processes.run(
            read_prompts, path, str(job.params["name"]), seconds=STEP_SECONDS
        )
    except ProcessFailed as failed:
        raise NotATable from failed
    rows = [imports.of_row(row.name, row.messages, gold=row.gold, why=row.why) for row in prompts.rows]
    for start in range(int(job.progress.get("next", 0)), len(rows), ROWS_A_STEP):
        if not await _write(context, job, start, len(rows), rows[start : start + ROWS_A_STEP]):
            return
    await context.db.write(imports.finish, job=job.id, refused=prompts.refused, now=context.now())


async def _in_steps(
    context: JobContext, job: Job, total: int, take: Callable[[int, int], Awaitable[Sequence[Taken | Refused]]]
) -> None:
    """Take in what a listing names, from where an earlier start stopped.

    Steps are computed side by side and written in order, all that are ready in one transaction. A step that raises
    does so when those before it are written; those behind it are left.
    """
    lanes = asyncio.Semaphore(context.processes.at_once)

    async def step(start: int) -> Sequence[Taken | Refused]:
        async with lanes:
            return await take(start, start + PHOTOS_A_STEP)

    written = int(job.progress.get("next", 0))
    starts = iter(range(written, total, PHOTOS_A_STEP))
    under_way: deque[asyncio.Task[Sequence[Taken | Refused]]] = deque()
    try:
        while written < total:
            for start in itertools.islice(starts, context.processes.at_once * STEPS_AHEAD - len(under_way)):
                under_way.append(asyncio.create_task(step(start)))
            taken = list(await under_way.popleft())
            while under_way and under_way[0].done() and under_way[0].exception() is None:
                taken += under_way.popleft().result()
            if not await _write(context, job, written, total, taken):
                return
            written += len(taken)
    finally:
        for left in under_way:
            left.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)


async def _each_if_failed(
    items: Sequence[T], names: Sequence[str], run: Callable[[Sequence[T]], Awaitable[list[Taken | Refused]]]
) -> Sequence[Taken | Refused]:
    """Run a step; when it breaks a limit, one by one, so that only the photo that breaks it is left out."""
    try:
        return await run(items)
    except ProcessFailed:
        results: list[Taken | Refused] = []
        for item, name in zip(items, names, strict=True):
            try:
                results += await run([item])
            except ProcessFailed:
                results.append(Refused(name, "damaged"))
        return results


async def _write(
    context: JobContext, job: Job, start: int, total: int, results: Sequence[Taken | Found | Refused]
) -> bool:
    found = [
        FoundPhoto(one.name, one.sha256, one.width, one.height, one.size) if isinstance(one, Taken) else one
        for one in results
    ]
    return await context.db.write(imports.take_in, job=job.id, start=start, total=total, found=found, now=context.now())
