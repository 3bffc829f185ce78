"""A statement: read in pages, sorted and made in a worker process, kept sealed until it is sent."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.jobs import JobContext
from bot.rendering.statements import file_name, sheet
from domain.rules import DAY
from domain.statements import NOTHING
from files.exports import write_jsonl
from files.statements import make
from storage.jobs import Job
from usecases import statements
from usecases.statements import Cursor

KEPT = 2 * DAY
"""As long as the message may still be waiting to be sent: outbox rows are forgotten then, too."""
SEALED = b"statements"


async def statement(context: JobContext, job: Job) -> None:
    """Make CSV and PDF of a month and send them. Begins anew after a restart: reading changes nothing."""
    plan = statements.planned(context.rules, job)
    name, language = await context.db.read(statements.holder, plan.worker)
    folder = context.data_dir / "statements"
    await asyncio.to_thread(_prepared, folder, context.now())
    path = folder / f"{job.id}.jsonl"
    before, lines, cursor = NOTHING, 0, Cursor()
    size = await context.processes.run(write_jsonl, path, [], 0)
    while not cursor.done:
        part = await context.db.read(statements.part, plan, cursor)
        cursor = part.cursor
        before = tuple(map(sum, zip(before, part.before, strict=True)))
        if part.moves:
            lines += len(part.moves)
            size = await context.processes.run(write_jsonl, path, part.moves, size)
    page = sheet(plan, name, before, language, context.rules)
    table, document, after = await context.processes.run(make, path, page, seconds=300.0)
    for ending, content in (("csv", table), ("pdf", document)):
        sealed = context.db.cipher.seal(content, SEALED)
        await asyncio.to_thread((folder / f"{job.id}.{ending}").write_bytes, sealed)
    await context.db.write(
        statements.finish,
        job=job.id,
        name=file_name(plan.month),
        before=list(before),
        after=list(after),
        lines=lines,
        now=context.now(),
    )
    await asyncio.to_thread(path.unlink, missing_ok=True)


def _prepared(folder: Path, now: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        if old.stat().st_mtime * 1_000_000 < now - KEPT:
            old.unlink(missing_ok=True)
