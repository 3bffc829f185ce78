"""Taking files into a draft: repeated steps, duplicates, limits, folders."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TypeVar, TypeVarTuple, cast

import pytest

from bot.imports import import_file, import_folder
from bot.jobs import JobContext
from bot.processes import Processes
from bot.transport import Api
from domain import drafts as rules_of_drafts
from domain.file_problems import NotAZip, Refused
from domain.joining import CoordinatorsOnly
from domain.rules import Rules
from storage import batches, jobs, refused_files
from storage.database import Database, Tx
from tests.builders import NOON, make_coordinator, make_draft, make_worker
from tests.files.zips import photo
from usecases import drafts, imports
from usecases.imports import Found, FoundPhoto

_T = TypeVar("_T")
_Ts = TypeVarTuple("_Ts")


def _photo(number: int, content: int | None = None) -> FoundPhoto:
    return FoundPhoto(f"p{number}.jpg", f"{number if content is None else content:064x}", 640, 480, 50_000)


def _job(tx: Tx, **params: str) -> tuple[int, int]:
    carla = make_coordinator(tx)
    draft = drafts.new_draft(tx, carla, "photos", "pets.zip", "What?\n- A\n- B\nprice 0.05", now=NOON)
    values = {"what": "archive", "file_id": "x", "name": "pets.zip"} | params
    return draft, jobs.ask(tx, "import", person_id=carla.id, batch_id=draft, now=NOON, batch=draft, **values)


def _tasks(tx: Tx, draft: int) -> int:
    found = batches.by_id(tx, draft)
    assert found is not None
    return found.tasks


async def test_a_step_that_is_repeated_after_a_crash_changes_nothing(db: Database) -> None:
    def story(tx: Tx) -> None:
        draft, job = _job(tx)
        step: list[FoundPhoto | Found | Refused] = [_photo(1), _photo(2), Refused("notes.txt", "not_photo")]
        assert imports.take_in(tx, job=job, start=0, total=4, found=step, now=NOON)
        assert imports.take_in(tx, job=job, start=0, total=4, found=step, now=NOON)
        assert _tasks(tx, draft) == 2
        assert refused_files.count(tx, draft) == 1
        assert imports.take_in(tx, job=job, start=3, total=4, found=[_photo(3)], now=NOON)
        imports.finish(tx, job=job, refused=[Refused("x", "link")], now=NOON)
        imports.finish(tx, job=job, refused=[Refused("x", "link")], now=NOON)
        assert _tasks(tx, draft) == 3
        assert refused_files.count(tx, draft) == 2
        assert not imports.take_in(tx, job=job, start=4, total=4, found=[_photo(4)], now=NOON)

    await db.write(story)


async def test_of_a_step_that_was_taken_in_to_its_half_the_other_half_comes_in(db: Database) -> None:
    def story(tx: Tx) -> None:
        draft, job = _job(tx)
        photos = [_photo(number) for number in range(6)]
        assert imports.take_in(tx, job=job, start=0, total=6, found=photos[:4], now=NOON)
        assert imports.take_in(tx, job=job, start=2, total=6, found=photos[2:], now=NOON)
        assert _tasks(tx, draft) == 6
        assert refused_files.count(tx, draft) == 0
        asked = jobs.open_by_id(tx, job)
        assert asked is not None
        assert asked.progress == {"next": 6, "total": 6}

    await db.write(story)


async def test_the_same_photo_twice_is_one_task_and_the_second_is_named(db: Database) -> None:
    def story(tx: Tx) -> None:
        draft, job = _job(tx)
        imports.take_in(tx, job=job, start=0, total=2, found=[_photo(1), _photo(2, content=1)], now=NOON)
        assert _tasks(tx, draft) == 1
        assert refused_files.of_batch(tx, draft, limit=5) == [Refused("p2.jpg", "same_photo", {"other": "p1.jpg"})]

    await db.write(story)


async def test_what_is_over_the_most_a_batch_holds_is_counted(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "MAX_TASKS", 3)

    def story(tx: Tx) -> None:
        draft, job = _job(tx)
        imports.take_in(tx, job=job, start=0, total=5, found=[_photo(number) for number in range(5)], now=NOON)
        assert _tasks(tx, draft) == 3
        assert refused_files.of_batch(tx, draft, limit=5) == [Refused("", "too_many_photos", {"count": 2, "limit": 3})]

    await db.write(story)


async def test_an_import_into_a_discarded_draft_stops(db: Database) -> None:
    def story(tx: Tx) -> None:
        draft, job = _job(tx)
        drafts.discard(tx, by=make_coordinator(tx), batch=draft, now=NOON)
        assert not imports.take_in(tx, job=job, start=0, total=1, found=[_photo(1)], now=NOON)
        imports.finish(tx, job=job, now=NOON)
        assert jobs.of_batch(tx, draft, "import") == []
        assert _tasks(tx, draft) == 0

    await db.write(story)


async def test_a_file_that_cannot_be_used_ends_its_job_and_is_told_once(db: Database) -> None:
    def story(tx: Tx) -> None:
        _, job = _job(tx)
        imports.give_up(tx, job=job, problem=NotAZip(), now=NOON)
        imports.give_up(tx, job=job, problem=NotAZip(), now=NOON)
        assert tx.value("select count(*) from outbox where key = 'file_refused'") == 1

    await db.write(story)


async def test_the_estimate_for_texts_to_choose_for_grows_with_their_length(db: Database) -> None:
    def story(tx: Tx) -> None:
        carla = make_coordinator(tx)
        draft = make_draft(tx, n_tasks=0, by=carla, texts=True)
        job = jobs.ask(tx, "import", person_id=carla.id, batch_id=draft, now=NOON, batch=draft, name="t.csv")
        rows = [imports.of_row(str(number), (("user", f"{number}" + "x" * 999),)) for number in range(3)]
        assert isinstance(rows[0], Found)
        imports.take_in(tx, job=job, start=0, total=3, found=rows, now=NOON)
        imports.finish(tx, job=job, now=NOON)
        found = batches.by_id(tx, draft)
        assert found is not None
        assert 55 <= found.seconds <= 65

    await db.write(story)


@pytest.fixture
async def context(db: Database, tmp_path: Path) -> AsyncIterator[JobContext]:
    """What a job has, without Telegram: folders need none."""
    processes = Processes(1)
    yield JobContext(db, cast("Api", None), processes, tmp_path / "data", Rules(), lambda: NOON)
    await processes.close()


async def test_a_folder_becomes_a_draft_and_what_is_no_photo_is_named(context: JobContext, tmp_path: Path) -> None:
    folder = tmp_path / "pets"
    (folder / "more").mkdir(parents=True)
    for number in range(3):
        (folder / f"p{number}.jpg").write_bytes(photo(16 + number, 32))
    (folder / "more" / "p10.png").write_bytes(photo(40, 40, form="PNG"))
    (folder / "notes.txt").write_text("hello")
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xffbroken")
    (folder / "away.jpg").symlink_to("/etc/passwd")
    (folder / ".hidden.jpg").write_bytes(b"")
    carla = await context.db.write(make_coordinator)
    assert await import_folder(context, folder, carla, "What?\n- A\n- B\nprice 0.05") == 5

    def look(tx: Tx) -> None:
        draft = batches.by_id(tx, 1)
        assert draft is not None
        assert (draft.title, draft.tasks, draft.price, draft.data) == ("pets", 4, 50_000, "photos")
        assert rules_of_drafts.needs(draft) == ()
        refused = [(one.name, one.reason) for one in refused_files.of_batch(tx, 1, limit=9)]
        assert sorted(refused) == [("away.jpg", "link"), ("broken.jpg", "damaged"), ("notes.txt", "not_photo")]
        assert [row["name"] for row in tx.all("select name from tasks order by id")] == [
            "more/p10.png",
            "p0.jpg",
            "p1.jpg",
            "p2.jpg",
        ]
        assert jobs.waiting(tx, "import", limit=5) == []

    await context.db.read(look)
    stored = await asyncio.to_thread(lambda: list((context.data_dir / "photos").glob("*/*.jpg")))
    assert len(stored) == 4


async def test_an_interrupted_folder_import_goes_on_as_a_job(context: JobContext, tmp_path: Path) -> None:
    folder = tmp_path / "pets"
    folder.mkdir()
    for number in range(45):
        (folder / f"p{number:02}.jpg").write_bytes(photo(16 + number, 32))
    carla = await context.db.write(make_coordinator)
    job_id = await context.db.write(
        imports.begin_folder, by=carla, folder=str(folder), name="pets", caption="", now=NOON
    )
    job = await context.db.read(jobs.open_by_id, job_id)
    assert job is not None
    task = asyncio.create_task(import_file(context, job))
    while await context.db.read(_tasks, 1) == 0:
        await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    again = await context.db.read(jobs.open_by_id, job_id)
    if again is not None:
        await import_file(context, again)
    assert await context.db.read(_tasks, 1) == 45
    assert await context.db.read(refused_files.count, 1) == 0


async def test_photos_keep_their_order_and_all_come_in_although_a_worker_process_is_killed(
    db: Database, tmp_path: Path
) -> None:
    folder = tmp_path / "pets"
    folder.mkdir()
    for number in range(60):
        (folder / f"p{number:02}.jpg").write_bytes(photo(16 + number, 1_000 if number == 0 else 32))
    processes = Processes(4)
    context = JobContext(db, cast("Api", None), processes, tmp_path / "data", Rules(), lambda: NOON)
    try:
        carla = await db.write(make_coordinator)
        importing = asyncio.create_task(import_folder(context, folder, carla, ""))
        while not (workers := _worker_processes()):
            await asyncio.sleep(0.01)
        os.kill(workers[0], signal.SIGKILL)
        assert await importing == 60
    finally:
        await processes.close()
    names = await db.read(lambda tx: [row["name"] for row in tx.all("select name from tasks order by id")])
    assert names == [f"p{number:02}.jpg" for number in range(1, 60)]  # the first is too narrow a strip
    assert await db.read(lambda tx: [one.name for one in refused_files.of_batch(tx, 1, limit=9)]) == ["p00.jpg"]


async def test_an_import_uses_its_share_of_the_worker_processes_and_leaves_one_to_others(
    db: Database, tmp_path: Path
) -> None:
    folder = tmp_path / "pets"
    folder.mkdir()
    for number in range(30):
        (folder / f"p{number:02}.jpg").write_bytes(photo(16 + number, 32))
    processes = _Watched(3)
    context = JobContext(db, cast("Api", None), processes, tmp_path / "data", Rules(), lambda: NOON)
    try:
        assert await import_folder(context, folder, await db.write(make_coordinator), "") == 30
    finally:
        await processes.close()
    assert processes.most == processes.at_once == 2


class _Watched(Processes):
    """Counts how many calls there are at once."""

    calls = most = 0

    async def run(self, function: Callable[[*_Ts], _T], *args: *_Ts, seconds: float = 60.0) -> _T:
        self.calls += 1
        self.most = max(self.most, self.calls)
        try:
            return await super().run(function, *args, seconds=seconds)
        finally:
            self.calls -= 1


def _worker_processes() -> list[int]:
    """Ids of the processes this one has started that wait for work or do it."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parent = int(status.read_text().rpartition(")")[2].split()[1])
            if parent == os.getpid() and b"bot.processes" in (status.parent / "cmdline").read_bytes():
                found.append(int(status.parent.name))
    return found


async def test_a_worker_cannot_import_a_folder_and_a_missing_folder_is_told(
    context: JobContext, tmp_path: Path
) -> None:
    ana = await context.db.write(make_worker)
    with pytest.raises(CoordinatorsOnly):
        await import_folder(context, tmp_path, ana, "")
    with pytest.raises(NotADirectoryError):
        await import_folder(context, tmp_path / "nowhere", ana, "")
