"""Offers to workers, queued in bounded steps after a batch was published or resumed."""

from __future__ import annotations

from bot.jobs import JobContext
from storage.jobs import Job
from usecases import publishing


async def offer(context: JobContext, job: Job) -> None:
    """Queue the batch's offers until there is nobody left; how far they came is kept with the batch."""
    while await context.db.write(publishing.offer_step, batch=int(job.params["batch"]), now=context.now()):
        pass
