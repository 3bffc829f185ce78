"""How far workers agree: a majority, percent agreement, Krippendorff's α. All from vote counts, in linear time.

`votes` is one task's number of answers by label; a label with no vote counts as absent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from typing import TypeVar

Label = TypeVar("Label", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Majority:
    """`label` is the one with most votes, None when there are no votes or a tie; `tied` then lists the equals, sorted.

    `votes` is what the leading label got, `total` all votes, `share` votes ÷ total (0.0 without votes).
    """

    label: str | None
    votes: int
    total: int
    tied: tuple[str, ...] = ()

    @property
    def share(self) -> float:
        """The leading label's part of the votes, 0 to 1."""
        return self.votes / self.total if self.total else 0.0


def count(labels: Iterable[str | None]) -> dict[str, int]:
    """Return the votes by label; answers without a label (written ones) are not counted."""
    return dict(Counter(label for label in labels if label is not None))


def ranked(votes: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    """Return (label, votes), most first; equals by label."""
    return tuple(sorted(votes.items(), key=lambda vote: (-vote[1], vote[0])))


def majority(votes: Mapping[str, int]) -> Majority:
    """Return a task's majority: the same whatever the order of the votes."""
    most = max(votes.values(), default=0)
    if most <= 0:
        return Majority(None, 0, 0)
    leading = tuple(sorted(label for label, number in votes.items() if number == most))
    total = sum(votes.values())
    return Majority(leading[0], most, total) if len(leading) == 1 else Majority(None, most, total, leading)


def percent_agreement(tasks: Iterable[Mapping[str, int]]) -> float | None:
    """Return the chance that two different answers to one task are the same, averaged over tasks with two or more.

    Σ c(c−1) ÷ n(n−1) a task: P̄ of Fleiss, "Measuring nominal scale agreement among many raters" (1971). 0 to 1; None
    when no task has two answers.
    """
    shares = [_agreeing_pairs(votes) / (n * (n - 1)) for votes in tasks if (n := sum(votes.values())) > 1]
    return sum(shares) / len(shares) if shares else None


def nominal_alpha(tasks: Iterable[Mapping[Label, int]]) -> float | None:
    """Return Krippendorff's α for labels without an order: 1 − observed ÷ expected disagreement.

    1 is perfect agreement, 0 what chance alone would give, below 0 is systematic disagreement. Tasks with one answer
    say nothing and are left out, as are missing answers. None where it is undefined: no task has two answers (one
    worker alone), or all the answers that can be compared are one value (nothing to tell apart).

    K. Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), in the form by counts (D):
    α = 1 − (n − 1) · Σ_tasks [Σ_{c≠k} n_c n_k ÷ (m − 1)] ÷ Σ_{c≠k} n_c n_k. Exact arithmetic up to the last division:
    the order of tasks, answers and workers changes no digit.
    """
    compared = _comparable(tasks)
    totals: Counter[Label] = Counter()
    for votes in compared:
        totals.update(votes)
    observed: Counter[int] = Counter()
    for votes in compared:
        size = sum(votes.values())
        observed[size] += size * size - sum(number * number for number in votes.values())
    everything = totals.total()
    return _alpha(observed, everything * everything - sum(number * number for number in totals.values()), everything)


def ordinal_alpha(tasks: Iterable[Mapping[str, int]], order: Sequence[str]) -> float | None:
    """Return Krippendorff's α for labels in an order: far apart disagrees more than side by side.

    `order` has every label once, lowest first (KeyError for a vote on another). None as for `nominal_alpha`.

    Krippendorff's ordinal difference of c and k, the number of answers from one to the other with half of either
    (2011, metric differences), is the difference of their mid-ranks; so it is `interval_alpha` on mid-ranks, linear
    where the pairwise form is quadratic in the labels.
    """
    compared = _comparable(tasks)
    totals = dict.fromkeys(order, 0)
    for votes in compared:
        for label, number in votes.items():
            totals[label] += number
    upto = accumulate(totals.values())
    doubled = {label: 2 * rank - number for (label, number), rank in zip(totals.items(), upto, strict=True)}
    return interval_alpha({doubled[label]: number for label, number in votes.items() if number} for votes in compared)


def interval_alpha(tasks: Iterable[Mapping[int, int]]) -> float | None:
    """Return Krippendorff's α for whole numbers, where the difference counts squared. None as for `nominal_alpha`.

    By moments, Σ_{c,k} n_c n_k (c − k)² = 2 · (n · Σ n_c c² − (Σ n_c c)²), so it is linear in the answers.
    """
    compared = _comparable(tasks)
    totals: Counter[int] = Counter()
    observed: Counter[int] = Counter()
    for votes in compared:
        totals.update(votes)
        observed[sum(votes.values())] += _spread(votes)
    return _alpha(observed, _spread(totals), totals.total())


def _comparable(tasks: Iterable[Mapping[Label, int]]) -> list[Mapping[Label, int]]:
    """The tasks with two answers or more: only those can agree or not."""
    return [votes for votes in tasks if sum(votes.values()) > 1]


def _alpha(observed: Mapping[int, int], expected: int, answers: int) -> float | None:
    """α from the disagreement of the tasks by their number of answers, and that of all answers with one another."""
    if expected == 0:
        return None
    within = sum((Fraction(disagreement, size - 1) for size, disagreement in observed.items()), Fraction(0))
    return float(1 - (answers - 1) * within / expected)


def _spread(votes: Mapping[int, int]) -> int:
    """Half the sum of squared differences over all ordered pairs."""
    first = sum(number * value for value, number in votes.items())
    return sum(votes.values()) * sum(number * value * value for value, number in votes.items()) - first * first


def _agreeing_pairs(votes: Mapping[str, int]) -> int:
    return sum(number * (number - 1) for number in votes.values())
