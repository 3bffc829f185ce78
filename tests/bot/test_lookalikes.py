"""Look-alikes as a job: photos of a draft and written replies, compared in a worker process, kept for a human."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageOps

from bot.jobs import JobContext, Jobs
from bot.lookalikes import search
from bot.processes import Processes
from domain.kinds.base import Payload, payload_to_json
from domain.people import Person
from domain.rules import Rules
from storage import batches, jobs, photos, signals, submissions, tasks
from storage import lookalikes as rows
from storage.cipher import Cipher
from storage.database import Database, Tx
from storage.signals import Signal
from tests.builders import NOON, make_batch, make_draft, make_owner, make_worker
from tests.databases import place
from tests.files.test_near import LETTER, OTHER, scene
from tests.steps import write
from usecases import lookalikes
from usecases.publishing import _split


@pytest.fixture
async def context(tmp_path: Path) -> AsyncIterator[JobContext]:
    db = await Database.open(place(tmp_path / "alike.db"), Cipher(b"test"), Rules(quick_tap_millis=0))
    processes = Processes(1)
    made = SimpleNamespace(db=db, processes=processes, data_dir=tmp_path, api=None, now=lambda: NOON)
    yield cast(JobContext, made)
    await processes.close()
    await db.close()


def stored(tx: Tx, folder: Path, batch: int, photo: Image.Image, quality: int = 85) -> int:
    """One more photo of a draft, in the store as an import leaves it; returns its task."""
    number = int(tx.value("select count(*) from tasks where batch_id = :id", id=batch))
    sha256 = f"{batch:032x}{number:032x}"
    path = folder / "photos" / sha256[:2] / f"{sha256}.jpg"
    path.parent.mkdir(parents=True, exist_ok=True)
    photo.save(path, "JPEG", quality=quality)
    photos.add(tx, sha256, width=1, height=1, size=1, now=NOON)
    added = tasks.add(tx, batch, f"photo{number}.jpg", sha256, payload_to_json(Payload(photo=sha256)), 1)
    assert added is not None
    batches.count(tx, batch, tasks=1)
    lookalikes.ask(tx, batch, person_id=make_owner(tx).id, now=NOON)
    return added


def scenes(tx: Tx, folder: Path, *seeds: int) -> tuple[int, list[int]]:
    """A draft with these photos."""
    draft = make_draft(tx, n_tasks=0, by=make_owner(tx))
    return draft, [stored(tx, folder, draft, scene(seed)) for seed in seeds]


def found(tx: Tx, batch: int) -> list[Signal]:
    return sorted(signals.of_kind(tx, batch, "photos") + signals.of_kind(tx, batch, "texts"), key=lambda one: one.id)


def groups(tx: Tx, batch: int) -> list[list[int]]:
    """The photos of each open group."""
    return [one.evidence["tasks"] for one in found(tx, batch) if one.outcome is None]


async def done(context: JobContext) -> None:
    """Whatever was asked for is worked off, as the clock and the bot do it."""
    await context.db.write(lookalikes.run_due, now=NOON)
    running = Jobs(context, {lookalikes.JOB: search})
    running.start()
    while await context.db.read(jobs.waiting, lookalikes.JOB, limit=1):
        await asyncio.sleep(0.01)
    await running.stop()
    failed = await context.db.read(lambda tx: tx.value("select count(*) from jobs where state = 'failed'"))
    assert failed == 0


async def test_copies_of_a_photo_among_others_are_one_signal(context: JobContext) -> None:
    draft, shown = await context.db.write(scenes, context.data_dir, 1, 2, 3, 4)
    one = await context.db.write(stored, context.data_dir, draft, scene(2), quality=40)
    other = await context.db.write(
        stored,
        context.data_dir,
        draft,
        ImageOps.mirror(ImageEnhance.Brightness(scene(2)).enhance(1.2).resize((90, 90))),
    )
    await done(context)
    (signal,) = await context.db.read(found, draft)
    assert (signal.kind, signal.workers, signal.evidence) == (
        "photos",
        (),
        {"tasks": [shown[1], one, other], "photos": 3},
    )
    assert await context.db.read(rows.searched, draft) == other


async def test_a_restart_in_between_repeats_and_changes_nothing(context: JobContext) -> None:
    draft, shown = await context.db.write(scenes, context.data_dir, 1, 2, 1)
    running = Jobs(context, {lookalikes.JOB: search})
    running.start()
    while not await context.db.read(lambda tx: tx.value("select count(*) from photos where looks is not null")):
        await asyncio.sleep(0.001)
    await running.stop()
    await done(context)
    before = await context.db.read(found, draft)
    assert [one.evidence["tasks"] for one in before] == [[shown[0], shown[2]]]
    await context.db.write(lambda tx: batches.change(tx, draft, searched=0))
    await context.db.write(lookalikes.ask, draft, person_id=1, now=NOON)
    await done(context)
    assert await context.db.read(found, draft) == before


async def test_what_comes_later_joins_its_group_and_only_that_is_compared(context: JobContext) -> None:
    draft, shown = await context.db.write(scenes, context.data_dir, 1, 2, 1, 2)
    await done(context)
    assert await context.db.read(groups, draft) == [[shown[0], shown[2]], [shown[1], shown[3]]]
    signal = (await context.db.read(found, draft))[0]
    await context.db.write(signals.seen, signal.id, outcome="fine", by=1, now=NOON)
    again = await context.db.write(stored, context.data_dir, draft, scene(2))
    await context.db.write(lambda tx: tx.run("update photos set looks = x'' where sha256 like '%0'"))  # an old one
    await done(context)
    assert await context.db.read(groups, draft) == [[shown[1], shown[3], again]]
    assert (await context.db.read(found, draft))[0].outcome == "fine"
    many = [await context.db.write(stored, context.data_dir, draft, scene(1)) for _ in range(2)]
    await done(context)
    assert await context.db.read(groups, draft) == [[shown[0], shown[2], *many], [shown[1], shown[3], again]]


async def test_thirty_drawings_that_are_all_alike_are_one_line(context: JobContext) -> None:
    def drawn(number: int) -> Image.Image:
        picture = Image.new("RGB", (240, 240), "white")
        draw = ImageDraw.Draw(picture)
        draw.ellipse((50, 40, 190, 170), fill=(200, 10 + number, 30))
        draw.text((10, 215), str(number), fill="black")
        return picture

    draft, _ = await context.db.write(scenes, context.data_dir, 1)
    for number in range(30):
        await context.db.write(stored, context.data_dir, draft, drawn(number))
    await done(context)
    (signal,) = await context.db.read(found, draft)
    assert signal.evidence["photos"] == 30


async def test_a_part_that_is_published_takes_its_own_look_alikes_along(context: JobContext) -> None:
    draft, shown = await context.db.write(scenes, context.data_dir, 1, 2, 1, 3, 2, 3)
    await done(context)
    assert len(await context.db.read(groups, draft)) == 3

    def split(tx: Tx) -> int:
        batch = batches.by_id(tx, draft)
        assert batch is not None
        return _split(tx, batch, keep=3, now=NOON)

    rest = await context.db.write(split)
    await done(context)
    assert await context.db.read(groups, draft) == [[shown[0], shown[2]]]
    assert await context.db.read(groups, rest) == [[shown[3], shown[5]]]


def replies(tx: Tx) -> tuple[int, Person, Person, Person]:
    """A batch of written work with three replies by three people: one's is much like another's."""
    batch = make_batch(tx, "write_reply", n_tasks=9, price=500_000)
    ana, ben, cyd = (make_worker(tx, 100 + number, name) for number, name in enumerate(("Ana", "Ben", "Cyd")))
    write(tx, ana, batch, LETTER, now=NOON)
    write(tx, cyd, batch, OTHER, now=NOON)
    write(tx, ben, batch, f"Of course! {LETTER.replace('Tuesday', 'Friday')}", now=NOON)
    return batch, ana, ben, cyd


async def test_a_reply_copied_from_another_worker_is_one_signal_that_grows(context: JobContext) -> None:
    batch, ana, ben, cyd = await context.db.write(replies)
    await context.db.write(lookalikes.ask, batch, person_id=1, now=NOON)
    await done(context)
    (signal,) = await context.db.read(found, batch)
    first, theirs, copy = await context.db.read(
        lambda tx: [row[0] for row in tx.all("select id from submissions order by id")]
    )
    assert (signal.kind, signal.workers) == ("texts", (ana.id, ben.id))
    assert (signal.evidence["examples"], signal.evidence["copied"]) == ([first, copy], [copy])
    await context.db.write(signals.seen, signal.id, outcome="fine", by=1, now=NOON)

    def more(tx: Tx) -> None:
        write(tx, ben, batch, f"{LETTER} (1)", now=NOON)
        assert submissions.revise(tx, theirs, {"text": LETTER})  # edited, it becomes a copy: compared once more
        rows.again(tx, theirs)
        lookalikes.ask(tx, batch, person_id=1, now=NOON)

    await context.db.write(more)
    await done(context)
    again, edited = await context.db.read(found, batch)
    assert (again.id, again.evidence["texts"], again.outcome) == (signal.id, 2, None)
    assert (edited.workers, edited.evidence["texts"]) == ((ana.id, cyd.id), 1)


async def test_what_is_asked_for_while_a_search_runs_is_searched_after_it(context: JobContext) -> None:
    draft, _ = await context.db.write(scenes, context.data_dir, 1, 2)
    (waiting,) = await context.db.read(jobs.waiting, lookalikes.JOB, limit=9)
    await context.db.write(jobs.start, waiting.id)
    await context.db.write(stored, context.data_dir, draft, scene(1))
    await context.db.write(stored, context.data_dir, draft, scene(3))
    assert len(await context.db.read(jobs.waiting, lookalikes.JOB, limit=9)) == 2
