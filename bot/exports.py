"""An export, written page by page into files, then sent as one ZIP."""

from __future__ import annotations

import asyncio
import re
import shutil
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from bot.jobs import JobContext
from bot.refits import fit_batch
from domain.rules import DAY
from files.bundles import bundle
from files.exports import write_csv, write_jsonl
from storage.jobs import Job
from usecases import exports
from usecases.exports import Page, Plan

KEPT_DAYS = 7
PARTS = ("submissions", "tasks", "workers")
PAGES = {"submissions": exports.submissions_page, "tasks": exports.tasks_page, "workers": exports.workers_page}
EMPTY = ["task", "task_id", "worker", "answer"]


async def export(context: JobContext, job: Job) -> None:
    """Fit the batch anew, so that its labels are those of all answers; then write every submission, one row a task and
    one a worker, each as CSV and JSONL, and send them to who asked."""
    batch = int(job.params["batch"])
    if not job.progress:
        await fit_batch(context, batch, job.id)
    found: Plan = await context.db.read(exports.plan, batch)
    folder = context.data_dir / "exports" / str(job.id)
    await asyncio.to_thread(_prepared, folder, context.now())
    progress: dict[str, Any] = job.progress or {"upto": found.upto, "part": 0, "after": 0, "sizes": [0, 0], "rows": 0}
    while int(progress["part"]) < len(PARTS):
        progress = await _step(context, found, folder, progress)
        await context.db.write(exports.step, job=job.id, progress=progress)
    day = context.rules.local(context.now()).date().isoformat()
    name = f"{_slug(found.batch.title)}-{day}"
    members = [
        (folder / f"{part}.{ending}", f"{name}/{part}.{ending}") for part in PARTS for ending in ("csv", "jsonl")
    ]
    size = await context.processes.run(bundle, folder.with_suffix(".zip"), members)
    rows = int(progress["rows"])
    await context.db.write(
        exports.finish, job=job.id, filename=f"{name}.zip", size=size, submissions=rows, now=context.now()
    )
    await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


async def _step(context: JobContext, plan: Plan, folder: Path, progress: dict[str, Any]) -> dict[str, Any]:
    """Write one page behind what an earlier step left; returns the progress to remember."""
    part, after, (csv_size, jsonl_size) = PARTS[progress["part"]], progress["after"], progress["sizes"]
    page: Page = await context.db.read(PAGES[part], plan, after=after, upto=progress["upto"])
    columns = progress.get("columns") or (list(page.flat[0]) if page.flat else EMPTY)
    table = cast("Sequence[Sequence[Any]]", [[row.get(column) for column in columns] for row in page.flat])
    csv_size = await context.processes.run(write_csv, folder / f"{part}.csv", columns, table, csv_size)
    jsonl_size = await context.processes.run(write_jsonl, folder / f"{part}.jsonl", page.rows, jsonl_size)
    rows = progress["rows"] + (len(page.rows) if part == "submissions" else 0)
    if page.last is None:
        return {"upto": progress["upto"], "part": progress["part"] + 1, "after": 0, "sizes": [0, 0], "rows": rows}
    return progress | {"after": page.last, "sizes": [csv_size, jsonl_size], "columns": columns, "rows": rows}


def _prepared(folder: Path, now: int) -> None:
    """Make the folder, and drop exports nobody will ask for again: they hold people's answers."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.parent.glob("*.zip"):
        if old.stat().st_mtime * 1_000_000 < now - KEPT_DAYS * DAY:
            old.unlink(missing_ok=True)


def _slug(title: str) -> str:
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().casefold()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40] or "batch"
