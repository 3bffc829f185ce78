"""/report: how good a batch's labels are now, at what pay; computed by a job, in pages, and kept until it changes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median_low
from typing import Final

from domain import ledger as accounts
from domain.batches import Batch
from domain.kinds import kind
from domain.notices import Slot
from domain.people import Person
from domain.quality import Agreement, Figures, Pattern, answers_left, histogram, pattern
from domain.refusals_batches import BatchGone, NotPublished
from domain.rules import MINUTE
from storage import additions, batches, disputes, fits, gold_answers, jobs, ledger, people, quality_reports, signals
from storage.database import Tx
from storage.jobs import Job
from storage.quality_reports import Answered, Vote
from usecases import paces, reserves
from usecases.notify import inform, tell
from usecases.roles import require_coordinator

JOB: Final = "quality_report"
PAGE: Final = 500
"""So many tasks are read at a time."""
FRESH: Final = 5 * MINUTE
"""So long figures of the same state of a batch are shown again: an expected end and a wait change by themselves."""
LOOKED_AT: Final = 2_000
COUNTED: Final = 1_000
LISTED: Final = 12


@dataclass(frozen=True, slots=True)
class ToDo:
    """What waits for a coordinator in a batch: tasks nobody agrees on, gold that looks wrong, people to talk to."""

    disputes: int = 0
    doubts: int = 0
    people: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """What a report's message shows: the batch and what is to do now, and its figures as of `figures.at`; None while
    there are none."""

    batch: Batch
    figures: Figures | None
    to_do: ToDo = ToDo()


@dataclass(slots=True)
class Pass:
    """What a pass over a batch's tasks has found so far."""

    patterns: Counter[Pattern] = field(default_factory=Counter)
    workers: set[int] = field(default_factory=set)
    done: int = 0
    answers: int = 0
    open_answers: int = 0
    gold: int = 0
    gold_answers: int = 0
    gold_right: int = 0
    gold_learning: int = 0

    def add(self, other: Pass) -> None:
        """Take in what another page has found."""
        self.patterns.update(other.patterns)
        self.workers |= other.workers
        for name in ("done", "answers", "open_answers", "gold", "gold_answers", "gold_right", "gold_learning"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


def report(tx: Tx, *, by: Person, now: int) -> None:
    """/report: with one batch under way its report, else which one."""
    require_coordinator(by)
    running = batches.in_state(tx, "open", "paused", limit=2)
    if len(running) == 1:
        _ask(tx, by, running[0], now=now)
    else:
        tell(tx, by, "quality_reports", now=now, slot=Slot.QUALITY)


def show_list(tx: Tx, *, by: Person, now: int) -> None:
    """**Other batches**: every batch there is a report of."""
    require_coordinator(by)
    tell(tx, by, "quality_reports", now=now, slot=Slot.QUALITY)


def show(tx: Tx, *, by: Person, batch: int, now: int) -> bool:
    """The report of a batch; True when it is being made and comes in a moment. Raises BatchGone, NotPublished."""
    require_coordinator(by)
    found = batches.by_id(tx, batch)
    if found is None or found.state == "discarded":
        raise BatchGone
    if found.state == "draft":
        raise NotPublished
    return _ask(tx, by, found, now=now)


def _ask(tx: Tx, by: Person, batch: Batch, *, now: int) -> bool:
    """Show what is kept while it is fresh, else have it made; one at a time for a person and batch."""
    if _fresh(tx, batch, now=now):
        tell(tx, by, "quality_report", now=now, batch=batch.id)
        return False
    if not any(job.person_id == by.id and "period" not in job.params for job in jobs.of_batch(tx, batch.id, JOB)):
        jobs.ask(tx, JOB, person_id=by.id, batch_id=batch.id, now=now)
    return True


def ask_daily(tx: Tx, batch: Batch, *, period: str, now: int) -> None:
    """Have the report of a batch made for every coordinator, as part of the summary of a period."""
    jobs.ask(tx, JOB, person_id=batch.created_by, batch_id=batch.id, now=now, period=period)


def listed(tx: Tx) -> list[Report]:
    """Open and paused batches, then the last closed ones: the newest of each, with the figures kept of them."""
    found = [one for state in ("open", "paused") for one in batches.newest(tx, state, limit=LISTED)]
    found += batches.newest(tx, "closed", limit=LISTED // 2)
    return [of(tx, one) for one in found]


def of(tx: Tx, batch: Batch) -> Report:
    """What a batch's report shows now."""
    kept = quality_reports.kept(tx, batch.id)
    *_, doubts = gold_answers.summary(tx, batch.id)
    to_do = ToDo(disputes.count(tx, batch.id), doubts, signals.count(tx, batch.id))
    return Report(batch, None if kept is None else kept.figures, to_do)


def state(tx: Tx, batch: Batch) -> str:
    """Names what the figures depend on and the clock does not change: two states alike have the same figures."""
    fit = fits.last(tx, batch.id)
    counters = (batch.state, batch.tasks, batch.done, batch.submissions, batch.accepted, batch.wanted, batch.measured)
    decided = quality_reports.decided(tx, batch.id)
    return "-".join(map(str, (*counters, 0 if fit is None else fit.id, decided)))


def _fresh(tx: Tx, batch: Batch, *, now: int) -> bool:
    kept = quality_reports.kept(tx, batch.id)
    return kept is not None and 0 <= now - kept.figures.at < FRESH and kept.state == state(tx, batch)


def is_fresh(tx: Tx, batch_id: int, *, now: int) -> bool:
    """The figures kept are those of the batch as it is: a job that waited behind another has nothing to compute."""
    found = batches.by_id(tx, batch_id)
    return found is not None and _fresh(tx, found, now=now)


def page(tx: Tx, batch_id: int, *, after: int) -> tuple[Pass, int | None]:
    """Look at the next tasks behind `after`; the second value is where to go on, None at the end."""
    found = batches.by_id(tx, batch_id)
    assert found is not None, "batches are never deleted"
    tasks = quality_reports.tasks(tx, batch_id, after=after, limit=PAGE)
    if not tasks:
        return Pass(), None
    votes = quality_reports.votes(tx, batch_id, first=tasks[0].id, last=tasks[-1].id)
    gold = {task.id for task in tasks if task.gold is not None}
    learning = quality_reports.learning(tx, batch_id, {vote.worker_id for vote in votes if vote.task_id in gold})
    return _counted(tasks, votes, _labels(found), learning), tasks[-1].id


def _labels(batch: Batch) -> Callable[[str], str | None]:
    """The label of an answer's JSON, read once for all answers that say the same."""
    label, known = kind(batch.kind).label, dict[str, str | None]()

    def read(answer: str) -> str | None:
        if answer not in known:
            known[answer] = label(json.loads(answer))
        return known[answer]

    return read


def _counted(
    tasks: list[Answered], votes: list[Vote], label: Callable[[str], str | None], learning: dict[int, int]
) -> Pass:
    """Gold is counted by itself: its answers are no part of how far people agree, nor of how far the work is. Those
    from before it became gold say nothing about it: it may be gold because of them; nor do those of whoever made it."""
    seen = Pass()
    given: dict[int, list[Vote]] = {}
    for vote in votes:
        given.setdefault(vote.task_id, []).append(vote)
    for task in tasks:
        answers = given.get(task.id, [])
        seen.workers |= {vote.worker_id for vote in answers}
        if task.gold is not None:
            seen.gold += 1
            for vote in answers:
                if vote.at < task.gold_at or vote.worker_id == task.gold_by:
                    continue
                if vote.id <= learning.get(vote.worker_id, 0):
                    seen.gold_learning += 1
                    continue
                seen.gold_answers += 1
                seen.gold_right += label(vote.answer) == task.gold
            continue
        seen.done += task.done
        seen.answers += len(answers)
        seen.open_answers += 0 if task.done else len(answers)
        said = Counter(text for vote in answers if (text := label(vote.answer)) is not None)
        if said:
            seen.patterns[pattern(said)] += 1
    return seen


def order(tx: Tx, batch_id: int) -> tuple[str, ...] | None:
    """The labels of a batch whose answers have an order, lowest first; None of others."""
    found = batches.by_id(tx, batch_id)
    assert found is not None
    return found.face.answers if kind(found.kind).is_ordinal else None


def figures(tx: Tx, batch_id: int, seen: Pass, agreed: Agreement, *, now: int) -> tuple[Figures, str]:
    """Put together what the pass has found with the batch's counters and money; with the state they are of."""
    batch = batches.by_id(tx, batch_id)
    assert batch is not None and batch.price is not None, "published batches have a price"
    waits, waits_since = quality_reports.waiting(tx, batch_id, limit=COUNTED)
    decided_in = quality_reports.waits(tx, batch_id, limit=LOOKED_AT)
    confidences = quality_reports.confidences(tx, batch_id)
    labels = sum(many for _, many in confidences)
    fit = fits.last(tx, batch_id)
    left = answers_left(
        tasks=batch.tasks, done=seen.done, answers=seen.answers, open_answers=seen.open_answers, wanted=batch.wanted
    )
    kept_for_topups, not_lifted = reserves.kept_for_topups(tx, batch_id)
    scored, score, steps, highest = _scores(tx, batch)
    found = Figures(
        at=now,
        tasks=batch.tasks,
        done=seen.done,
        answers=seen.answers,
        open_answers=seen.open_answers,
        workers=len(seen.workers),
        has_labels=kind(batch.kind).has_labels,
        gold=seen.gold,
        gold_answers=seen.gold_answers,
        gold_right=seen.gold_right,
        gold_learning=seen.gold_learning,
        pairs=agreed.pairs,
        same=agreed.same,
        alpha=agreed.alpha,
        classes=agreed.classes,
        bins=histogram(confidences),
        sure=sum(sure * many for sure, many in confidences) // labels if labels else None,
        decided=quality_reports.decided(tx, batch_id),
        accepted=batch.accepted,
        scored=scored,
        score=score,
        steps=steps,
        highest=highest,
        spent=_spent(tx, batch_id),
        lifted=kept_for_topups - not_lifted,
        measured=batch.measured,
        paid_for=batch.price * batch.measured,
        active=batch.active_micros,
        saved=batches.unasked(tx, batch_id),
        waits=waits,
        waits_since=waits_since,
        review=median_low(decided_in) if decided_in else None,
        ends_at=paces.ends_at(tx, batch, left=left, now=now),
        fit_at=None if fit is None else fit.at,
        fit_rule=None if fit is None else str(fit.rule),
        fit_answers=0 if fit is None else fit.answers,
    )
    return found, state(tx, batch)


def _scores(tx: Tx, batch: Batch) -> tuple[int, int | None, tuple[int, ...], int]:
    """What others rated: the tasks of a scale, or the replies of written work, once somebody was asked to."""
    rating = batch.id if kind(batch.kind).is_ordinal else quality_reports.rated_in(tx, batch.id)
    found = [] if rating is None else quality_reports.scores(tx, rating)
    scored = sum(many for _, many, _ in found)
    scale = batches.by_id(tx, rating) if rating is not None and scored else None
    if scale is None:
        return 0, None, (), 0
    counts = {step: many for step, many, _ in found}
    steps = tuple(counts.get(int(one), 0) for one in scale.face.answers)
    return scored, sum(total for *_, total in found) // scored, steps, int(scale.face.answers[-1])


def _spent(tx: Tx, batch: int) -> int:
    """Pay that left the batch's reserve for work: what is in review and what was accepted (micro-units)."""
    reserved = ledger.moved(tx, f"batch:{batch}:reserved") + additions.given(tx, batch).pay
    released, _ = batches.released(tx, batch)
    return reserved - released - ledger.balance(tx, accounts.reserve(batch))


def finish(tx: Tx, *, job: Job, found: tuple[Figures, str] | None, now: int) -> None:
    """End the job, once: keep what was found (None: what is kept is still right), and send it to who asked.

    As a part of the summary it is news for every coordinator: silent, after their quiet hours.
    """
    if jobs.open_by_id(tx, job.id) is None:
        return
    assert job.batch_id is not None
    jobs.close(tx, job.id, now=now)
    if found is not None:
        quality_reports.keep(tx, job.batch_id, figures=found[0], state=found[1])
    period = job.params.get("period")
    if period is None:
        tell(tx, job.person_id, "quality_report", now=now, batch=job.batch_id)
        return
    for person in people.coordinators(tx):
        dedupe = f"quality_report:{period}:{job.batch_id}:{person.id}"
        inform(tx, person, "quality_report", now=now, dedupe=dedupe, batch=job.batch_id, daily=True)
