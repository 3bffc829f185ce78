"""The rules of a step of work: what a card promises, how soon a tap counts, when a lease ends, what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from domain.batches import Batch
from domain.pay import MEASURED_FROM, SECOND, estimate_rate
from domain.words import N_

REPORTS_THAT_PAUSE: Final = 3
"""From this many reports on a task is offered to nobody until a coordinator has looked at it."""

REPORT_REASONS: Final[tuple[tuple[str, str], ...]] = (
    ("photo", N_("Photo does not load / is broken")),
    ("question", N_("Question does not fit")),
    ("harmful", N_("Shows something harmful or private")),
    ("other", N_("Other")),
)
"""What can be wrong with a task, as (code in the report's row, words of the button); the first only on photos."""

MAX_PARTS: Final = 100
"""Messages one draft may have; far above what a reply needs, it keeps a draft's rows bounded."""


Source = Literal["measured", "pilot", "kind", "estimate"]
"""Whose time a batch's tasks are thought to take: its answers', its pilot's, its kind's last ones', or nobody's yet."""


@dataclass(frozen=True, slots=True)
class Promise:
    """What a card says before the work: micro-units, seconds, micro-units an hour, and where the seconds come from."""

    price: int
    seconds: int
    per_hour: int
    source: Source


def promise(batch: Batch) -> Promise:
    """Return what the batch pays and how long a task of it takes: the median once ten answers are measured."""
    price = batch.price or 0
    seconds = expected_micros(batch) / SECOND
    whole = max(1, round(seconds))
    return Promise(price, whole, estimate_rate(price, whole), source(batch))


def source(batch: Batch) -> Source:
    """Return where `expected_micros` comes from."""
    if batch.median_micros is None or batch.measured < MEASURED_FROM:
        return "kind" if batch.seconds_from == "kind" else "estimate"
    in_pilot = batch.pilot_tasks is not None and batch.measured <= batch.pilot_tasks * batch.overlap
    return "pilot" if in_pilot else "measured"


def expected_micros(batch: Batch) -> int:
    """Return how long a task takes: the measured median from ten answers on, the estimate before."""
    if batch.median_micros is not None and batch.measured >= MEASURED_FROM:
        return batch.median_micros
    return batch.seconds * SECOND


def limit_for_one(batch: Batch) -> int:
    """Return how many tasks of the batch one worker may do at most; of a pilot a share, so that several measure it.

    Gold is among them, as if it were like any other.
    """
    everything = batch.tasks + batch.gold
    most = everything if batch.most_per_worker is None else min(everything, batch.most_per_worker)
    return most if batch.pilot_share is None else min(most, batch.pilot_share)


def left_for_one(batch: Batch, done: int) -> int:
    """Return how many tasks may still come to a worker who has done that many: an upper bound, never below 0.

    Gold that was answered counts as done as soon as ordinary work with so many answers would.
    """
    gold = max(0, batch.gold - batch.gold_answered // (batch.overlap_least or batch.overlap))
    return max(0, min(limit_for_one(batch) - done, batch.tasks - batch.done + gold))


def covered(reserve: int, price: int, leased: int) -> bool:
    """Tell whether the reserve pays one more open assignment on top of those there are."""
    return reserve >= price * (leased + 1)


def seen_at(offered_at: int, shown_at: int | None, answered_at: int) -> int:
    """Return since when the worker has had the card before them.

    A tap can be read before the sender has noted when the card was shown, or after a crash in between: a button of the
    card was tapped, so it was there. Then the time it was offered stands in, in the worker's favour.
    """
    return shown_at if shown_at is not None and shown_at <= answered_at else offered_at


def is_too_quick(offered_at: int, shown_at: int | None, tapped_at: int, *, quick_millis: int) -> bool:
    """Tell whether a tap came so soon that it was meant for the card before."""
    return 0 <= tapped_at - seen_at(offered_at, shown_at, tapped_at) < quick_millis * 1_000


def median_is_due(measured: int) -> bool:
    """Tell whether the median is computed anew at this count: always up to a hundred answers, then at every 16th."""
    return measured <= 100 or measured % 16 == 0
