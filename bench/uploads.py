"""Uploads per photo: many workers tap through the same photos at once, each photo for several of them.

The real bot in a process of its own; the local Bot API's log names every file that came with a call. Each photo, and
its lighter form where somebody asked for it, may come once. Two rows show what nobody can save: uploads that a kill
keeps from being noted, at most those in flight, and file_ids that Telegram itself forgets, at most one more each.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sqlite3
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from bench import seeding
from bench.contenders import OURS, TOKEN, environment
from bench.crowd import ids
from bench.options import Options
from bench.process import Process, running
from bench.report import Report, table
from domain.rules import Rules
from emulator.bots import Bot
from emulator.chats import Person
from emulator.errors import ControlError
from emulator.server import Emulator
from storage import people
from storage.cipher import Cipher
from storage.database import Database, Tx
from tests import builders

PHOTOS, WORKERS, OVERLAP = 60, 24, 5
MOST = 1_000
KILLS = 4
LONGEST = 120.0
TAPPED_AGAIN = 1.0
SENDS = ("sendPhoto", "editMessageMedia")


class Broken(Exception):
    """The measurement means nothing; says why."""


@dataclass(frozen=True, slots=True)
class Case:
    """A row: how many see each photo, whether every other worker asked for lighter photos, and what goes wrong."""

    name: str
    overlap: int = OVERLAP
    light: bool = False
    kills: int = 0
    forgets: bool = False


CASES = (
    Case("each photo for 3", overlap=3),
    Case("each photo for 5"),
    Case("each for 5, half of them lighter", light=True),
    Case(f"each for 5, half lighter, {KILLS} × kill -9", light=True, kills=KILLS),
    Case("each for 5, all file_ids forgotten half-way", forgets=True),
)


@dataclass(frozen=True, slots=True)
class Counted:
    """What the server's log says. A rendition is a photo as it is or lighter; `most` is the highest count of one,
    `again` are uploads beyond the first of their rendition."""

    name: str
    photos: int
    renditions: int
    shown: int
    uploads: int
    by_file_id: int
    per_rendition: float
    most: int
    again: int


async def run(report: Report, folder: Path, options: Options) -> None:
    """Run every case and print what was counted."""
    photos, workers = min(MOST, options.size("upload_photos", PHOTOS)), min(MOST, options.size("uploaders", WORKERS))
    found = []
    for number, case in enumerate(CASES):
        counted = await measure(case, folder / str(number), photos=photos, workers=workers, seed=options.seed)
        report.add("uploads", **asdict(counted))
        found.append(counted)
    print(f"\nUploads per photo: {photos} photos, {workers} workers at once\n")
    head = ("case", "photos", "shown", "by file_id", "uploads", "renditions", "per rendition", "most", "again")
    print(table(head, [_line(one) for one in found]))
    for case, one in zip(CASES, found, strict=True):
        if not (case.kills or case.forgets):
            what = f"uploads per photo and rendition, {one.name}"
            report.goal(what, "", wanted=1, reached=one.per_rendition, at_least=False)


async def measure(case: Case, folder: Path, *, photos: int, workers: int, seed: int) -> Counted:
    """Let the workers answer all of it; raises Broken when they cannot."""
    data_dir = folder / "data"
    await _seed(case, data_dir, photos=photos, workers=workers, seed=seed)
    answers = photos * case.overlap
    async with Emulator(bots={TOKEN: "tallyhand_bot"}, limits=False) as server:
        bot = server.world.bot_called(None)
        taps = [asyncio.create_task(_work(server, bot, number)) for number in ids(workers)]
        try:
            for life in range(case.kills + 1):
                async with running(OURS.command, environment(OURS, server.address, data_dir), folder) as process:
                    await _reach(process, data_dir, answers * (life + 1) // (case.kills + 1 + case.forgets))
                    if life < case.kills:
                        os.kill(process.pid, signal.SIGKILL)
                    elif case.forgets:
                        server.world.files.forget_ids()
                        await _reach(process, data_dir, answers)
        finally:
            for tap in taps:
                tap.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.gather(*taps)
        return _counted(case, server.world.calls.after(), photos)


def _counted(case: Case, calls: list[dict[str, Any]], photos: int) -> Counted:
    """Calls that Telegram acted on; one whose answer was lost is among them."""
    sends = [call for call in calls if call["method"] in SENDS and (call["ok"] or call["fault"] == "reset_after")]
    uploads = Counter(name for call in sends for name in call["files"])
    total = uploads.total()
    return Counted(
        name=case.name,
        photos=photos,
        renditions=len(uploads),
        shown=len(sends),
        uploads=total,
        by_file_id=sum(not call["files"] for call in sends),
        per_rendition=round(total / max(1, len(uploads)), 3),
        most=max(uploads.values(), default=0),
        again=total - len(uploads),
    )


async def _work(server: Emulator, bot: Bot, number: int) -> None:
    """Somebody who answers every photo with the first button as soon as it is there; taps again if nothing happens."""
    person = server.people.add(f"Worker {number}", language_code="en", id=number)
    server.people.say(bot, person, "/work")
    tapped, at = "", 0.0
    while True:
        await asyncio.sleep(0.01)
        message_id, data = _card(bot, person)
        if not data or (data == tapped and time.monotonic() < at + TAPPED_AGAIN):
            continue
        with contextlib.suppress(ControlError):  # it has just changed
            server.people.tap(bot, person, message_id, data=data)
        tapped, at = data, time.monotonic()


def _card(bot: Bot, person: Person) -> tuple[int, str]:
    """The newest photo with buttons: its message id and its first button's data."""
    for message_id, stored in reversed(bot.chats[person.id].messages.items()):
        keyboard = stored.body.get("reply_markup", {}).get("inline_keyboard")
        if stored.from_bot and keyboard and "photo" in stored.body and not stored.deleted:
            return message_id, str(keyboard[0][0].get("callback_data", ""))
    return 0, ""


async def _reach(process: Process, data_dir: Path, answers: int) -> None:
    ends = time.monotonic() + LONGEST
    while (there := _answers(data_dir)) < answers:
        process.must_run()
        if time.monotonic() > ends:
            raise Broken(f"{there} of {answers} answers after {LONGEST:.0f} s\n{process.said()}")
        await asyncio.sleep(0.02)


def _answers(data_dir: Path) -> int:
    connection = sqlite3.connect(f"{(data_dir / 'tallyhand.db').as_uri()}?mode=ro", uri=True)
    try:
        found: int = connection.execute("select count(*) from submissions where state <> 'withdrawn'").fetchone()[0]
        return found
    finally:
        connection.close()


async def _seed(case: Case, data_dir: Path, *, photos: int, workers: int, seed: int) -> None:
    """A published batch of photos that lie in the file store, and its workers."""
    db = await Database.open(data_dir / "tallyhand.db", Cipher(b"bench"), Rules(bot_username="tallyhand_bot"))
    try:
        names = await db.write(_fill, case=case, photos=photos, workers=workers, now=time.time_ns() // 1000)
    finally:
        await db.close()
    await asyncio.to_thread(_store, data_dir / "photos", names, seed)


def _fill(tx: Tx, *, case: Case, photos: int, workers: int, now: int) -> list[str]:
    owner = builders.make_owner(tx, telegram_id=seeding.OWNER, now=now)
    for number in ids(workers):
        worker = builders.make_worker(tx, number, f"Worker {number}", now=now)
        if case.light and number % 2:
            people.change(tx, worker.id, light_photos=1)
    builders.make_batch(tx, "choose_one", photos, overlap=case.overlap, by=owner, now=now)
    builders.finish_jobs(tx, "offers", now=now)
    return [row["sha256"] for row in tx.all("select sha256 from photos")]


def _store(store: Path, names: list[str], seed: int) -> None:
    """A small photo for each name; what is in them does not matter to anybody here, but that they differ."""
    chance = np.random.default_rng(seed)
    for name in names:
        coarse = Image.fromarray(chance.integers(0, 256, (6, 8, 3), dtype=np.uint8))
        path = store / name[:2] / f"{name}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        coarse.resize((800, 600), Image.Resampling.BICUBIC).save(path, quality=80)


def _line(one: Counted) -> tuple[str, ...]:
    numbers = one.photos, one.shown, one.by_file_id, one.uploads, one.renditions
    return (one.name, *(f"{number:,}" for number in numbers), f"{one.per_rendition:.3f}", str(one.most), str(one.again))
