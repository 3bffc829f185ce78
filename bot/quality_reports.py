"""A batch's report: read in pages, its agreement computed in a worker process, kept, then sent."""

from __future__ import annotations

from bot.jobs import JobContext
from domain.quality import agreement
from storage.jobs import Job
from usecases import quality_reports
from usecases.quality_reports import Pass


async def report(context: JobContext, job: Job) -> None:
    """Find the figures of a batch, unless another job just did. After a restart it begins anew: reading changes
    nothing."""
    assert job.batch_id is not None
    found = None
    if not await context.db.read(quality_reports.is_fresh, job.batch_id, now=context.now()):
        seen = Pass()
        after: int | None = 0
        while after is not None:
            page, after = await context.db.read(quality_reports.page, job.batch_id, after=after)
            seen.add(page)
        order = await context.db.read(quality_reports.order, job.batch_id)
        agreed = await context.processes.run(agreement, tuple(seen.patterns.items()), order)
        found = await context.db.read(quality_reports.figures, job.batch_id, seen, agreed, now=context.now())
    await context.db.write(quality_reports.finish, job=job, found=found, now=context.now())
