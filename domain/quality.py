"""How good a batch's labels are: the figures of its report, and what of them takes a pass over the answers.

Shares are stored as 1/10,000, money as micro-units, times as microseconds: whole numbers, so that what is kept reads
back as it was.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final, NamedTuple

from domain.agreement import nominal_alpha, ordinal_alpha
from domain.quiet import after_waking, waking

WHOLE: Final = 10_000
"""A share of 1 as it is stored."""
EDGES: Final = (0, 5_000, 6_000, 7_000, 8_000, 9_000)
"""Where the bars of the histogram of confidence begin: what is below a half is one bar, the last goes up to 1."""
SURE: Final = 9_000
UNSURE: Final = 7_000
"""Labels at least so sure, and those below this, are told in words."""
LEAST_DONE: Final = 5
"""From so many finished tasks on, theirs say how many answers one takes."""
LEAST_PACE: Final = 10
"""From so many answers on there is a pace."""
FARTHEST: Final = 400 * 86_400_000_000
"""An end farther away than this is none."""

Pattern = tuple[tuple[str, int], ...]
"""The votes of a task: (label, how many), by label. Many tasks have the same."""


class Agreement(NamedTuple):
    """`same` of `pairs` pairs of answers to one task say the same; `alpha` in 1/10,000, None where it is undefined.

    `classes` counts the different answers that were given at all.
    """

    pairs: int
    same: int
    alpha: int | None
    classes: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What a report shows of a batch, as it was at an instant; None or 0 where there is nothing to know yet.

    `open_answers` are those to tasks that are not done; `gold` counts tasks, the others answers to them (those of a
    training, and of who did not pass the test, in `gold_learning` alone). `bins` counts labels by confidence (EDGES),
    `sure` is their mean confidence, `decided` how many a person set. Of replies and on
    scales `scored` have a pooled rating, `score` on average (thousandths of a step of a scale up to `highest`), `steps`
    counts them by the nearest step. `accepted` answers were. `spent` is pay, `lifted` top-ups, `paid_for` the
    pay behind `active` microseconds of measured work. `saved` counts answers that finished tasks did not
    need. `waits` are answers in review, the oldest since `waits_since`; `review` is the median time people took to
    decide. The fit (`fit_rule` None: none yet) made the labels from `fit_answers` answers.
    """

    at: int
    tasks: int = 0
    done: int = 0
    answers: int = 0
    open_answers: int = 0
    workers: int = 0
    has_labels: bool = True
    gold: int = 0
    gold_answers: int = 0
    gold_right: int = 0
    gold_learning: int = 0
    pairs: int = 0
    same: int = 0
    alpha: int | None = None
    classes: int = 0
    bins: tuple[int, ...] = ()
    sure: int | None = None
    decided: int = 0
    accepted: int = 0
    scored: int = 0
    score: int | None = None
    steps: tuple[int, ...] = ()
    highest: int = 0
    spent: int = 0
    lifted: int = 0
    measured: int = 0
    paid_for: int = 0
    active: int = 0
    saved: int = 0
    waits: int = 0
    waits_since: int | None = None
    review: int | None = None
    ends_at: int | None = None
    fit_at: int | None = None
    fit_rule: str | None = None
    fit_answers: int = 0

    @property
    def labels(self) -> int:
        """How many labels there are with a confidence."""
        return sum(self.bins)

    @property
    def per_label(self) -> int | None:
        """What a finished label cost in pay and top-ups, rounded up; None before the first.

        What was paid for tasks that are not finished is left out, in proportion to the answers.
        """
        if not self.done or not self.answers:
            return None
        finished = self.answers - self.open_answers
        return -(-(self.spent + self.lifted) * finished // (self.answers * self.done))

    def to_json(self) -> str:
        """The figures as the database keeps them."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Figures:
        """Read what `to_json` wrote; figures that came later have their defaults."""
        row = json.loads(text)
        known = {name: row[name] for name in cls.__slots__ if name in row}
        return cls(**known | {name: tuple(known.get(name, ())) for name in ("bins", "steps")})


def pattern(votes: Mapping[str, int]) -> Pattern:
    """The votes of a task in a form that counts as one with the same votes of another task."""
    return tuple(sorted((label, number) for label, number in votes.items() if number))


def agreement(patterns: Sequence[tuple[Pattern, int]], order: Sequence[str] | None = None) -> Agreement:
    """How far the answers to the same tasks agree; `patterns` with the number of tasks that have each.

    With an `order` of all labels, lowest first, α counts how far apart answers are; without it any two are as
    different as any others. Linear in the patterns, and for α in the tasks: call it where long work is done.
    """
    pairs = same = 0
    given: set[str] = set()
    for votes, tasks in patterns:
        size = sum(number for _, number in votes)
        pairs += tasks * size * (size - 1) // 2
        same += tasks * sum(number * (number - 1) // 2 for _, number in votes)
        given.update(label for label, _ in votes)
    if order is None or not given <= set(order):
        alpha = nominal_alpha(_each(patterns))
    else:
        alpha = ordinal_alpha(_each(patterns), order)
    return Agreement(pairs, same, None if alpha is None else round(alpha * WHOLE), len(given))


def _each(patterns: Sequence[tuple[Pattern, int]]) -> Iterator[dict[str, int]]:
    for votes, tasks in patterns:
        counted = dict(votes)
        for _ in range(tasks):
            yield counted


def histogram(confidences: Iterable[tuple[int, int]]) -> tuple[int, ...]:
    """Count labels by confidence: (1/10,000, how many) into the bars of EDGES; () without any."""
    counts: Counter[int] = Counter()
    for confidence, many in confidences:
        counts[max(place for place, edge in enumerate(EDGES) if confidence >= edge)] += many
    return tuple(counts[place] for place in range(len(EDGES))) if counts else ()


def answers_left(*, tasks: int, done: int, answers: int, open_answers: int, wanted: int) -> int:
    """How many answers are still to come: as many a task as the finished ones took, once there are some.

    `wanted` is how many all tasks want by now, which an overlap that adapts raises as it goes.
    """
    asked = max(0, wanted - answers)
    if done < LEAST_DONE or done >= tasks:
        return asked
    likely = -(-(answers - open_answers) * (tasks - done) // done) - open_answers
    return max(asked, likely, 1)


def expected_end(*, left: int, given: int, since: int, now: int, offset_at: Callable[[int], int] | None) -> int | None:
    """When the last of `left` answers comes, at the pace of the `given` ones since an instant, in waking hours.

    Nights are no work: an evening's pace does not go on until the morning. Without `offset_at` (a trial without quiet
    hours) every hour counts. None where there is no pace to go by.
    """
    awake = now - since if offset_at is None else waking(since, now, offset_at)
    if left <= 0 or given < LEAST_PACE or awake <= 0:
        return None
    needed = left * awake // given
    if needed > FARTHEST:
        return None
    return now + needed if offset_at is None else after_waking(now, needed, offset_at)
