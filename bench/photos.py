"""Photos taken in a second, from files or a ZIP on disk to tasks in the database, beside bare Pillow in two processes.

Ours is the product's own import job on a real database: photos are found and judged, unpacked, checked, made upright
and small, cleaned, hashed and stored durably, and their tasks are committed. Bare Pillow decodes, resizes and encodes
the same photos with the same settings and keeps nothing. The first round, not counted, starts the worker processes and
fills the page cache; all workers have the same low priority, so that neighbours slow both sides alike.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import shutil
import zipfile
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from random import Random
from time import perf_counter

from bench.options import Options
from bench.peers.bare_pillow import Pool
from bench.pictures import SIZE, make_photos
from bench.process import cpu_seconds, machine_seconds
from bench.report import Report, table
from bot.clock import now
from bot.imports import import_file
from bot.jobs import JobContext
from bot.processes import Processes
from bot.transport import Api
from domain.rules import Rules
from storage import jobs
from storage.cipher import Cipher
from storage.database import Database, Tx
from tests import builders
from usecases import drafts

PHOTOS = 48
MOST_PHOTOS = 400
BARE = "bare Pillow, two processes: decode, resize, encode"
BARE_ZIP = "bare Pillow, two processes, from the deflated ZIP"
FOLDER = "Tallyhand: from a folder"
STORED = "Tallyhand: from a ZIP that only stores them"
DEFLATED = "Tallyhand: from a ZIP as most programs make it, deflated"
ROWS = (BARE, FOLDER, STORED, DEFLATED, BARE_ZIP)
METHODS = {STORED: zipfile.ZIP_STORED, DEFLATED: zipfile.ZIP_DEFLATED}


class Broken(Exception):
    """The measurement means nothing; says why."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One round of one row. CPU time is that of all processes of the row; `first_ms` is when the first photos were
    tasks on disk; `others` are cores that were busy with something else."""

    name: str
    photos: int
    per_second: float
    cpu_ms: float
    others: float
    first_ms: float | None = None


async def run(report: Report, folder: Path, options: Options) -> None:
    """Measure each row `rounds` times in an order drawn anew, and print the round with the least of others."""
    count = min(MOST_PHOTOS, options.size("photos", PHOTOS))
    found = await measure(folder, count=count, rounds=options.rounds, seed=options.seed)
    for one in found:
        report.add("photos", **asdict(one))
    best = [min((one for one in found if one.name == name), key=lambda one: one.others) for name in ROWS]
    print(f"\nPhotos taken in: {count} JPEGs of 12 megapixels\n")
    head = ("what", "a second", "× bare", "CPU ms/photo", "first after ms", "others")
    print(table(head, [_line(one, best[0].per_second) for one in best]))
    for one in best:
        if one.first_ms is not None:
            reached = one.per_second / best[0].per_second
            report.goal(f"photos a second, {one.name.partition(': ')[2]}", "bare Pillow", wanted=0.85, reached=reached)


async def measure(folder: Path, *, count: int, rounds: int, seed: int, size: tuple[int, int] = SIZE) -> list[Measured]:
    """Make the photos and run every row so often. Raises Broken when a photo is not there afterwards."""
    paths = await asyncio.to_thread(make_photos, folder / "made", count, seed=seed, size=size)
    zips = {name: folder / f"{method}.zip" for name, method in METHODS.items()}
    for name, path in zips.items():
        await asyncio.to_thread(_pack, path, paths, METHODS[name])
    chance, found = Random(seed), []
    processes, bare = Processes(), Pool()
    works: dict[str, Callable[[], Awaitable[Measured]]] = {
        BARE: lambda: _timed(BARE, count, lambda: asyncio.to_thread(bare.run, paths)),
        BARE_ZIP: lambda: _timed(
            BARE_ZIP,
            count,
            lambda: asyncio.to_thread(bare.run_unpacked, zips[DEFLATED], [path.name for path in paths]),
        ),
        FOLDER: lambda: _ours(FOLDER, folder / "made", folder / "data", count, processes),
        STORED: lambda: _ours(STORED, zips[STORED], folder / "data", count, processes),
        DEFLATED: lambda: _ours(DEFLATED, zips[DEFLATED], folder / "data", count, processes),
    }
    try:
        for counted in [False] + [True] * rounds:
            for name in chance.sample(ROWS, len(ROWS)):
                one = await works[name]()
                if counted:
                    found.append(one)
    finally:
        await asyncio.to_thread(bare.close)
        await processes.close()
    return found


async def _ours(name: str, source: Path, data_dir: Path, count: int, processes: Processes) -> Measured:
    db = await Database.open(data_dir / "tallyhand.db", Cipher(b"bench"), Rules())
    try:
        job = await db.write(_ask, source)
        if job.params["what"] == "archive":  # as if it was just fetched; the job unlinks its own
            (data_dir / "uploads").mkdir()
            os.link(source, data_dir / "uploads" / str(job.id))
        context = JobContext(db, Api("http://localhost", "none"), processes, data_dir, db.rules, now)
        commits: list[float] = []
        db.on_group = lambda size, seconds: commits.append(perf_counter())
        began = perf_counter()
        measured = await _timed(name, count, lambda: import_file(context, job))
        measured = replace(measured, first_ms=round((commits[0] - began) * 1000))
        await db.read(_check, data_dir / "photos", count)
    finally:
        await db.close()
    shutil.rmtree(data_dir)
    return measured


async def _timed(name: str, count: int, work: Callable[[], Awaitable[object]]) -> Measured:
    cpu, machine, began = _family_seconds(), machine_seconds(), perf_counter()
    await work()
    took, cpu = perf_counter() - began, _family_seconds() - cpu
    others = (machine_seconds() - machine - cpu) / took
    return Measured(name, count, round(count / took, 2), round(cpu / count * 1000, 1), round(max(0.0, others), 2))


def _ask(tx: Tx, source: Path) -> jobs.Job:
    carla = builders.make_coordinator(tx)
    draft = drafts.new_draft(tx, carla, "photos", None, "What is in the photo?\n- Cat\n- Dog", now=now())
    values = {"what": "archive" if source.is_file() else "folder", "path": str(source), "name": source.name}
    asked = jobs.ask(tx, "import", person_id=carla.id, batch_id=draft, now=now(), batch=draft, **values)
    job = jobs.open_by_id(tx, asked)
    assert job is not None
    return job


def _check(tx: Tx, store: Path, count: int) -> None:
    """Every photo is a task, and its file has the content that its name says."""
    stored = [row["sha256"] for row in tx.all("select sha256 from photos join tasks on content = sha256")]
    whole = [name for name in stored if _sha256(store / name[:2] / f"{name}.jpg") == name]
    if len(whole) != count or tx.value("select count(*) from jobs where state = 'waiting' and kind = 'import'"):
        raise Broken(f"{len(whole)} of {count} photos are whole and tasks")


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _pack(path: Path, photos: list[Path], method: int) -> None:
    with zipfile.ZipFile(path, "w", method) as archive:
        for photo in photos:
            archive.write(photo, photo.name)


def _family_seconds() -> float:
    """Processor time of this process and all below it that live, in seconds."""
    parents: dict[str, str] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it may just have ended
            parents[stat.parent.name] = stat.read_text().rpartition(")")[2].split()[1]
    family = {str(os.getpid())}
    while more := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= more
    return sum(cpu_seconds(pid) for pid in family)


def _line(one: Measured, reference: float) -> tuple[str, ...]:
    first = "" if one.first_ms is None else f"{one.first_ms:,.0f}"
    ratio = f"{one.per_second / reference:.2f}"
    return one.name, f"{one.per_second:.1f}", ratio, f"{one.cpu_ms:.0f}", first, f"{one.others:.2f}"
