"""When a batch is fitted anew, what goes into a fit, and how its result is stored: in steps, the newest wins."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from domain.fits import Fitted, Material
from domain.kinds import kind
from domain.rules import HOUR, MINUTE
from storage import batches, fits, jobs, scales, skills
from storage.database import Tx
from storage.fits import Due, Voted
from usecases import beliefs, lookalikes, signals

JOB: Final = "refit"
EXPORT: Final = "export"
"""While one of a batch is written its labels stay those of one fit; it fits first what has changed."""
PAGE: Final = 5_000
"""Answers a read, labels a write."""
LOOKED_AT: Final = 100
ENOUGH_NEW: Final = 20
"""So many new answers are worth a fit, or a tenth of those there are, whichever is more."""
SETTLES: Final = 10 * MINUTE
"""Fewer wait this long since the last fit; a batch that is done does not wait."""
RESTS: Final = HOUR
"""After a fit that was given up the batch is left alone so long: its coordinator has been told."""


def run_due(tx: Tx, *, now: int) -> bool:
    """Ask for the fit of each batch that is due (of written work: for a search for look-alikes), one at a time of each.

    Always False: one step looks at all of them, since those that rest or wait stay where they are.
    """
    after = 0
    while page := fits.due(tx, after=after, limit=LOOKED_AT):
        _ask(tx, page, now=now)
        after = page[-1].id
    return False


def _ask(tx: Tx, page: Sequence[Due], *, now: int) -> None:
    for one in page:
        if not kind(one.kind).has_labels:
            if is_due(one, now):
                batches.change(tx, one.id, fitted=one.submissions, fitted_at=now, fit_asked=0)
                lookalikes.ask(tx, one.id, person_id=one.created_by, now=now)
        elif is_due(one, now) and not any(jobs.of_batch(tx, one.id, job, limit=1) for job in (JOB, EXPORT)):
            batches.change(tx, one.id, fit_tried_at=now)
            jobs.ask(tx, JOB, person_id=one.created_by, batch_id=one.id, now=now)


def is_due(one: Due, now: int) -> bool:
    """Whether what is new since a batch's last fit is enough or has waited long enough, and the last try ended well."""
    new = abs(one.submissions - one.fitted)
    # abs: after the clock was set back nothing waits until it has caught up
    if one.tried_at is not None and (one.fitted_at or 0) < one.tried_at and abs(now - one.tried_at) < RESTS:
        return False
    waited = one.fitted_at is None or abs(now - one.fitted_at) >= SETTLES
    return one.asked or new >= max(ENOUGH_NEW, one.fitted // 10) or (new > 0 and (waited or one.is_done))


def begin(tx: Tx, batch_id: int, fit_id: int) -> int | None:
    """Note that a fit begins: what changes from now on asks for the next. Returns how many submissions it sees; None
    when a newer one has ended, so that this one has nothing to say."""
    newest = fits.last(tx, batch_id)
    if newest is not None and newest.id > fit_id:
        return None
    batches.change(tx, batch_id, fit_asked=0)
    batch = batches.by_id(tx, batch_id)
    assert batch is not None, "batches are never deleted"
    return batch.submissions


def has_labels(tx: Tx, batch_id: int) -> bool:
    """Whether a batch's answers have labels at all."""
    batch = batches.by_id(tx, batch_id)
    return batch is not None and kind(batch.kind).has_labels


def votes_page(tx: Tx, batch_id: int, *, after: int) -> list[Voted]:
    """The next answers that count, PAGE of them."""
    return fits.votes(tx, batch_id, after=after, limit=PAGE)


def material(tx: Tx, batch_id: int, voted: Sequence[Voted]) -> Material:
    """Put together what a fit sees. Answers and gold with a label that the batch has no more are left out."""
    batch = batches.by_id(tx, batch_id)
    assert batch is not None, "batches are never deleted"
    made = kind(batch.kind)
    places = {label: index for index, label in enumerate(batch.face.answers)}
    label_of: dict[str, int | None] = {}
    answers, times = [], []
    for vote in voted:
        if vote.answer not in label_of:
            label_of[vote.answer] = places.get(made.label(json.loads(vote.answer)) or "")
        label = label_of[vote.answer]
        if label is not None:
            answers.append((vote.id, vote.task_id, vote.worker_id, label))
            times.append(vote.active_micros)
    gold, decided = (
        {task: places[label] for task, label in found.items() if label in places} for found in fits.known(tx, batch_id)
    )
    return Material(batch.face.answers, made.is_ordinal, tuple(answers), gold, decided, tuple(times))


def store_labels(tx: Tx, batch_id: int, fit_id: int, rows: Sequence[Sequence[Any]]) -> None:
    """Store some of a fit's labels, in place of earlier fits'."""
    fits.put_labels(tx, batch_id, fit_id, rows)


def finish(tx: Tx, batch_id: int, fit_id: int, fitted: Fitted, *, submissions: int, now: int) -> None:
    """Store the rest of a fit, at once: skills, what votes weigh from now on, scores, and that it ended. Twice is once,
    and a fit that a newer one has overtaken changes nothing."""
    newest = fits.last(tx, batch_id)
    if newest is not None and newest.id >= fit_id:
        if newest.id > fit_id:  # it may have begun before what this one saw, and then asked for
            fits.ask(tx, batch_id)
        return
    fits.put_workers(tx, batch_id, fit_id, fitted.workers)
    gone = fits.drop_older(tx, batch_id, fit_id)
    if fitted.prior is not None:
        beliefs.adopt(tx, batch_id, fitted.prior, fitted.right)
    if fitted.scale_rule:
        scales.replace(tx, batch_id, fitted.scores, fitted.raters, rule=fitted.scale_rule, now=now)
    fits.add(
        tx,
        fits.Fit(
            id=fit_id,
            batch_id=batch_id,
            at=now,
            rule=fitted.rule,
            upto=fitted.upto,
            answers=fitted.answers,
            tasks=fitted.tasks,
            workers=fitted.workers_seen,
            params=fitted.params,
        ),
        submissions=submissions,
    )
    skills.recompute(tx, batch_id, {*gone, *(worker for worker, *_ in fitted.workers)}, rule=fitted.rule, now=now)
    signals.record(tx, batch_id, fitted.signals, kinds=signals.FOUND_IN_ANSWERS, rule=fitted.signal_rule, now=now)
