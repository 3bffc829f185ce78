"""The measured facts, for anyone: counted anew once a day from the ledger and the rows, in steps."""

from __future__ import annotations

from collections import Counter
from typing import Final

from domain.fairness import NEAR_FLOOR, PAID_AFTER_DAYS, WINDOW, bar_width, nearest_rank, slack
from domain.notices import Slot
from domain.pay import bucket, median_from_histogram
from domain.people import Person
from domain.periods import day_begins, last_summary
from domain.rules import HOUR
from storage import fairness, job_runs
from storage.database import Tx
from storage.fairness import Counting
from usecases.notify import tell
from usecases.summaries import day_told

NAME: Final = "fairness"
STEP: Final = 2_000
PEOPLE: Final = 100


def show(tx: Tx, *, by: Person, now: int) -> None:
    """/fairness, to anyone: the facts as they were measured last, and the rule."""
    tell(tx, by, "fairness", now=now, slot=Slot.FAIRNESS)


def run_due(tx: Tx, *, now: int) -> bool:
    """Make one bounded step of the counting that is due, once a period; True when there is more.

    It is due at the summary's hour: the day before is settled by then, its top-ups are there.
    """
    counting = fairness.under_way(tx)
    if counting is None:
        period = job_runs.begin(tx, NAME, last_summary(tx.rules, now), now=now)
        if period is None:
            return False
        job_runs.close(tx, period, now=now)
        _begin(tx, due_at=period.due_at)
        return True
    if counting.step == "clearing":
        if not fairness.clear(tx, limit=STEP):
            fairness.advance(tx, counting, step="submissions", cursor=counting.cursor)
    elif counting.step == "submissions":
        _count_submissions(tx, counting)
    else:
        _count_workers(tx, counting, now=now)
    return True


def _begin(tx: Tx, *, due_at: int) -> None:
    day, upto = day_told(tx.rules, due_at), fairness.newest_submission(tx)
    begins = day_begins(tx.rules, day - WINDOW + 1)
    # An hour of room: what waited in the inbox was handed in before what was handled before it.
    cursor = fairness.before(tx, begins - HOUR, upto=upto)
    fairness.begin(tx, day=day, cursor=cursor, upto=upto, floor=tx.rules.floor)


def _count_submissions(tx: Tx, counting: Counting) -> None:
    """The next submissions: what was paid for them to whom, how long they waited, which were rejected."""
    last = fairness.page_end(tx, after=counting.cursor, upto=counting.upto, limit=STEP)
    if last is None:
        fairness.advance(tx, counting, step="workers", cursor=0)
        return
    begins = day_begins(tx.rules, counting.day - WINDOW + 1)
    page = {"after": counting.cursor, "last": last, "begins": begins, "ends": day_begins(tx.rules, counting.day + 1)}
    fairness.add_pay(tx, **page)
    found = fairness.decided(tx, **page)
    rejected, overturned = fairness.rejections(tx, **page)
    final = sum(1 for one in found if one.state in ("accepted", "rejected"))
    fairness.add_decided(tx, counting, decided=final, rejected=rejected, overturned=overturned)
    fairness.add_times(tx, "review", Counter(bucket(one.decided_at - one.submitted_at) for one in found))
    fairness.add_times(tx, "pay", _until_paid(tx, counting, found))
    fairness.advance(tx, counting, step="submissions", cursor=last)


def _until_paid(tx: Tx, counting: Counting, found: list[fairness.Decided]) -> Counter[int]:
    """How long it took from handing in to money: what was accepted is in the next run that was gathered."""
    before = day_begins(tx.rules, counting.day + 1 - PAID_AFTER_DAYS)
    runs: dict[int, list[tuple[int, int]]] = {}
    waited: Counter[int] = Counter()
    for one in found:
        if one.state != "accepted" or one.submitted_at >= before:
            continue
        if one.worker_id not in runs:
            runs[one.worker_id] = fairness.paid_runs(tx, one.worker_id)
        paid_at = next((paid for gathered, paid in runs[one.worker_id] if gathered >= one.decided_at), None)
        if paid_at is not None:
            waited[bucket(paid_at - one.submitted_at)] += 1
    return waited


def _count_workers(tx: Tx, counting: Counting, *, now: int) -> None:
    first = counting.day - WINDOW + 1
    end = fairness.set_hourly(tx, after=counting.cursor, first=first, last=counting.day, limit=PEOPLE)
    if end is not None:
        fairness.advance(tx, counting, step="workers", cursor=end)
        return
    count, at_floor = fairness.workers(tx, at_least=counting.floor * NEAR_FLOOR // 100)
    median = fairness.ranked(tx, nearest_rank(count, 50)) if count else None
    width = bar_width(counting.floor, median or 0)
    fairness.finish(
        tx,
        counting,
        workers=count,
        at_floor=at_floor,
        median=median,
        tenth=fairness.ranked(tx, nearest_rank(count, 10)) if count else None,
        bars=fairness.bars(tx, width=width, slack=slack(width)) if count else [],
        review_micros=median_from_histogram(fairness.times(tx, "review")),
        pay_micros=median_from_histogram(fairness.times(tx, "pay")),
        now=now,
    )
