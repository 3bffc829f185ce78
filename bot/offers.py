"""A batch's offers, queued in bounded steps when a wave is due, dropped in bounded steps when it is closed."""

from __future__ import annotations

from bot.jobs import JobContext
from storage.jobs import Job
from usecases import waves


async def offer(context: JobContext, job: Job) -> None:
    """Take steps until there is nothing to do now; how far the wave came is kept with the batch."""
    while await context.db.write(waves.offer_step, batch=int(job.params["batch"]), now=context.now()):
        pass
