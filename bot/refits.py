"""A batch's fit: its answers read in pages, computed in a worker process, stored in bounded steps."""

from __future__ import annotations

from bot.jobs import JobContext
from domain.fits import Material, compute
from storage.fits import Voted
from storage.jobs import Job
from usecases import refits

SECONDS = 300.0
"""A million answers take two of them; a busy machine is slower."""


async def refit(context: JobContext, job: Job) -> None:
    """Fit the batch anew. After a restart it begins again: what was stored of it is stored over."""
    assert job.batch_id is not None
    await fit_batch(context, job.batch_id, job.id)


async def fit_batch(context: JobContext, batch_id: int, fit_id: int) -> None:
    """Fit a batch as fit number `fit_id`, the id of the job that does it."""
    if not await context.db.read(refits.has_labels, batch_id):
        return
    submissions = await context.db.write(refits.begin, batch_id, fit_id)
    if submissions is None:
        return
    fitted = await context.processes.run(compute, await _read(context, batch_id), fit_id, seconds=SECONDS)
    for first in range(0, len(fitted.labels), refits.PAGE):
        await context.db.write(refits.store_labels, batch_id, fit_id, fitted.labels[first : first + refits.PAGE])
    await context.db.write(refits.finish, batch_id, fit_id, fitted, submissions=submissions, now=context.now())


async def _read(context: JobContext, batch_id: int) -> Material:
    """What a fit sees; the rows it was made from are let go before the fit is waited for."""
    voted: list[Voted] = []
    while page := await context.db.read(refits.votes_page, batch_id, after=voted[-1].id if voted else 0):
        voted += page
    return await context.db.read(refits.material, batch_id, voted)
