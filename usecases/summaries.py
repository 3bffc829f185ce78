"""The daily quality summary to the coordinators: how it goes, who to have a look at, and how good the labels are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from domain.batches import Batch
from domain.fairness import Facts
from domain.kinds import kind
from domain.pay import MEASURED_FROM, per_hour
from domain.periods import last_summary
from domain.rules import Rules
from domain.summaries import Look, disagreeing, fast, rejected, reporting
from storage import batches, enrolments, fairness, gold_answers, job_runs, people, rejections, reviews, summaries
from storage.database import Tx
from storage.worker_days import Done
from usecases import quality_reports
from usecases.notify import inform
from usecases.reviews import WRITTEN

NAME: Final = "summary"
BATCHES: Final = 8
LOOKED_AT: Final = 2_000
"""So many of a batch's newest answers are looked at."""
LOOKED_AT_IN_ALL: Final = 4_000
"""Shared among the batches shown: a summary costs the same however much is going on."""
NAMED: Final = 8
COUNTED: Final = 1_000
REPORTED: Final = 3
"""So many batches' reports come with a summary by themselves, of those with most new work; the others have a button."""
CLOSED: Final = 8
"""Of so many batches that were closed last it is looked whether there was still work in them."""


@dataclass(frozen=True, slots=True)
class BatchLine:
    """One open or paused batch; `hourly` in micro-units an hour of active time, None while nothing is measured.

    `gold_right` of `gold` answers to tasks whose answer is known were right.
    """

    batch: Batch
    hourly: int | None
    gold_right: int = 0
    gold: int = 0


@dataclass(frozen=True, slots=True)
class LookAt:
    """One person to have a look at, in one batch."""

    name: str
    title: str
    look: Look


@dataclass(frozen=True, slots=True)
class Summary:
    """What the coordinators read: a day's sums, the batches, what waits for review (counted up to COUNTED).

    `facts` are the newest of /fairness, None while too few people work to show them.
    """

    day_at: int
    workers: int
    done: Done
    hourly: int | None
    lines: tuple[BatchLine, ...]
    more: int
    waiting: int
    waiting_since: int | None
    looks: tuple[LookAt, ...]
    facts: Facts | None


def run_due(tx: Tx, *, now: int) -> bool:
    """Send the summary that is due, once per period; where nothing is open and nothing was done since, send none.

    The batches with most new work have their reports made. In a trial with its short periods an open batch alone is no
    news, and one report is enough.
    """
    period = job_runs.unfinished(tx, NAME) or job_runs.begin(tx, NAME, last_summary(tx.rules, now), now=now)
    if period is None:
        return False
    newest, seen = summaries.newest_submission(tx), job_runs.furthest(tx, NAME)
    job_runs.step(tx, period, cursor=newest)
    job_runs.close(tx, period, now=now)
    if newest <= seen and (tx.rules.every_seconds is not None or not batches.in_state(tx, "open", limit=1)):
        return True
    reported = _worked_in(tx, after=seen)[: REPORTED if tx.rules.every_seconds is None else 1]
    for person in people.coordinators(tx):
        inform(
            tx,
            person,
            NAME,
            now=now,
            dedupe=f"{NAME}:{period.period}:{person.id}",
            day=day_told(tx.rules, period.due_at),
            at=now,
            reported=[batch.id for batch in reported],
        )
    for batch in reported:
        quality_reports.ask_daily(tx, batch, period=period.period, now=now)
    return True


def day_told(rules: Rules, due_at: int) -> int:
    """The day a summary is about that was due then: the one before, or in a trial with its short periods the same.

    By when it was due, not by when it is made: one that is caught up after midnight is still about the same day.
    """
    return rules.day(due_at) - (1 if rules.every_seconds is None else 0)


def _worked_in(tx: Tx, *, after: int) -> list[Batch]:
    """The batches with answers behind a submission, those with most of them first."""
    candidates = [*batches.in_state(tx, "open", "paused", limit=100), *batches.newest(tx, "closed", limit=CLOSED)]
    counts = {one.id: summaries.answers_since(tx, one.id, after=after, limit=COUNTED) for one in candidates}
    return sorted((one for one in candidates if counts[one.id]), key=lambda one: (-counts[one.id], one.id))


def of(tx: Tx, *, day: int, at: int) -> Summary:
    """Return the sums of a day and the state of everything now; reads counters, and LOOKED_AT_IN_ALL answers."""
    workers, done = summaries.day(tx, day)
    running = batches.in_state(tx, "open", "paused", limit=100)
    shown = running[-BATCHES:]
    oldest = reviews.next_pending(tx, kinds=WRITTEN, reviewer_id=0, after=0)
    limit = min(LOOKED_AT, LOOKED_AT_IN_ALL // max(1, len(shown)))
    looks = [
        LookAt(people.name(tx, look.worker_id), batch.title, look)
        for batch in shown
        for look in _looks(tx, batch, limit=limit)
    ]
    facts = fairness.newest(tx)
    return Summary(
        day_at=at - (tx.rules.day(at) - day) * 86_400_000_000,
        workers=workers,
        done=done,
        hourly=per_hour(done.earned, done.active_micros),
        lines=tuple(_line(tx, batch) for batch in shown),
        more=len(running) - len(shown),
        waiting=reviews.count_pending(tx, kinds=WRITTEN, reviewer_id=0, limit=COUNTED),
        waiting_since=None if oldest is None else oldest.submitted_at,
        looks=tuple(looks[:NAMED]),
        facts=facts if facts is not None and facts.shown else None,
    )


def _line(tx: Tx, batch: Batch) -> BatchLine:
    right, judged, _ = gold_answers.summary(tx, batch.id)
    return BatchLine(batch, _hourly(batch), right, judged)


def _hourly(batch: Batch) -> int | None:
    """As in the batch's report: a few answers measure nothing."""
    if batch.price is None or batch.measured < MEASURED_FROM:
        return None
    return per_hour(batch.price * batch.measured, batch.active_micros)


def _looks(tx: Tx, batch: Batch, *, limit: int) -> list[Look]:
    given = summaries.newest_answers(tx, batch.id, limit=limit)
    this = kind(batch.kind)  # who rates a step higher than others does not disagree with them
    label = this.label if not this.is_ordinal else lambda _: None
    labels = [(one.task_id, one.worker_id, text) for one in given if (text := label(one.answer)) is not None]

    def answered(worker_id: int) -> int:
        enrolment = enrolments.of(tx, worker_id, batch.id)
        return 0 if enrolment is None else enrolment.done

    reports = summaries.reporters(tx, batch.id, limit=limit)
    timed = [(one.worker_id, one.active_micros) for one in given]
    stood = rejections.counting(tx, batch.id)
    return [*disagreeing(labels), *fast(timed), *reporting(reports, answered), *rejected(stood, answered)]
