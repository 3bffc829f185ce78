"""The screens and ticks whose cost must not grow: made up once for each database, then measured again and again."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from bench.grown import OWNER, REVIEWER
from bot.rendering import RENDERERS
from domain.rules import DAY
from locales.words import Words
from scheduler.ticks import TICKS
from storage import batches, fits, reviews
from storage.database import Tx
from usecases.reviews import WRITTEN, accept_due

Screen = Callable[[Tx], object]
DUE = 25
VOTES = 100


def screens(tx: Tx, *, now: int) -> dict[str, Screen]:
    """Each screen of the issue, for the same kind of person: who reads it, and what it is about."""
    owner, reviewer = (_person(tx, telegram_id) for telegram_id in (OWNER, REVIEWER))
    newest = batches.newest(tx, "open", limit=1)[0].id
    largest = int(tx.value("select id from batches where state = 'open' order by tasks desc limit 1"))
    worker = _worker(tx, newest)
    waiting = reviews.next_pending(tx, kinds=WRITTEN, reviewer_id=reviewer, after=0)
    assert waiting is not None, "something written waits for review"
    run = int(tx.value("select max(id) from payout_runs"))
    labelled = int(tx.value("select max(task_id) from labels where batch_id = :id", id=largest))
    known = int(tx.value("select max(worker_id) from worker_skills where batch_id = :id", id=largest))
    found: dict[str, Screen] = {
        "/earnings, with its picture's data": partial(_screen, key="earnings", person=worker, at=now),
        "/work, the list": partial(_screen, key="batches_to_start", person=worker),
        "a batch's progress": partial(_screen, key="batch", person=owner, batch=largest, at=now),
        "/batches": partial(_screen, key="batches", person=owner),
        "/funds": partial(_screen, key="funds", person=owner, received=None),
        "/review: which comes next": partial(_next_review, reviewer=reviewer),
        "/review: its screen": partial(_screen, key="review", person=reviewer, submission=waiting.id, at=now),
        "/payouts": partial(_screen, key="payouts", person=owner, at=now),
        "a payout run": partial(_screen, key="payout_run", person=owner, run=run),
        "labels, the least sure": partial(_screen, key="labels", person=owner, batch=largest, after=[-1, 0]),
        "Why? of a label": partial(_screen, key="label_why", person=owner, task=labelled),
        "Why? of a score": partial(_screen, key="accuracy_why", person=known, kind="choose_one", language="en"),
        "/report, the list": partial(_screen, key="quality_reports", person=owner),
        "which batches want a fit": partial(fits.due, after=0, limit=100),
        "100 votes for a fit": partial(fits.votes, batch_id=largest, after=0, limit=VOTES),
        "the summary": partial(_screen, key="summary", person=owner, day=tx.rules.day(now) - 1, at=now),
    }
    return found


def ticks() -> dict[str, Callable[..., bool]]:
    """Every tick, asked once more after it has done what was due; and one that accepts DUE answers at each call."""
    idle = {f"tick {tick.name}, nothing due": tick.work for tick in TICKS}
    return {f"tick reviews, {DUE} due": _accept_some, **idle}


def _accept_some(tx: Tx, *, now: int) -> bool:
    return accept_due(tx, now=now + 4 * DAY, limit=DUE)


def _screen(tx: Tx, *, key: str, person: int, **params: Any) -> object:
    renderer = RENDERERS[key]
    seen = renderer.view(tx, person, params) if renderer.view else params
    return renderer.render(seen, Words("en", tx.rules))


def _next_review(tx: Tx, *, reviewer: int) -> object:
    return reviews.next_pending(tx, kinds=WRITTEN, reviewer_id=reviewer, after=0)


def _worker(tx: Tx, batch: int) -> int:
    """Somebody with work of this batch in review; the crews of both databases do as much each."""
    sql = "select worker_id from submissions where batch_id = :batch and state = 'pending' order by id limit 1"
    return int(tx.value(sql, batch=batch))


def _person(tx: Tx, telegram_id: int) -> int:
    return int(tx.value("select id from people where telegram_id = :id", id=telegram_id))
