"""A fit without a worker process: read, compute, store, as the job does."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from domain.fits import compute
from domain.people import Person
from storage import fits
from storage.database import Tx
from tests.builders import make_batch, make_worker
from tests.usecases.desk import Desk
from usecases import refits, work

TRUTH = (0, 1, 2)
_fits = count(1)


def refit(desk: Desk, batch: int) -> int:
    """Fit the batch anew; returns the fit's number."""
    return fit(desk.tx, batch, now=desk.now)


def fit(tx: Tx, batch: int, *, now: int) -> int:
    """The same without a desk."""
    number = next(_fits)
    submissions = refits.begin(tx, batch, number)
    assert submissions is not None
    fitted = compute(refits.material(tx, batch, refits.votes_page(tx, batch, after=0)), number)
    refits.store_labels(tx, batch, number, fitted.labels)
    refits.finish(tx, batch, number, fitted, submissions=submissions, now=now)
    return number


def is_stale(tx: Tx, batch: int) -> bool:
    """Whether something has changed since the batch's last fit."""
    return any(one.id == batch for one in fits.due(tx, after=0, limit=1_000))


def gold_counts(tx: Tx, worker_id: int, batch: int) -> tuple[int, int]:
    """(right, wrong) of what a fit is told of a worker's answers to the gold of a batch."""
    found = refits.material(tx, batch, refits.votes_page(tx, batch, after=0))
    hits = [
        label == found.gold[task]
        for _, task, worker, label in found.answers
        if worker == worker_id and task in found.gold
    ]
    return sum(hits), len(hits) - sum(hits)


def answered(desk: Desk, batch: int, worker: Person, choices: Sequence[int]) -> None:
    """The worker answers that many tasks of the batch."""
    for choice in choices:
        if desk.card(worker) is None:
            desk.do(work.start, worker, batch=batch)
        desk.do(work.submit, worker, assignment=desk.card(worker), answer_index=choice)


def crowd(desk: Desk, *, tasks: int = 15, right: int = 3, lazy: int = 1) -> tuple[int, list[Person]]:
    """A batch everybody has answered: `right` people who know, then `lazy` who say Cat whatever comes."""
    batch = desk.make(make_batch, n_tasks=tasks, price=50_000, overlap=right + lazy)
    workers = [desk.make(make_worker, 300 + number, f"W{number}") for number in range(right + lazy)]
    for number, worker in enumerate(workers):
        answered(desk, batch, worker, [TRUTH[at % 3] if number < right else 0 for at in range(tasks)])
    return batch, workers
