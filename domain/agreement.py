"""How far workers agree: a majority, percent agreement. All from vote counts, in linear time.

`votes` is one task's number of answers by label; a label with no vote counts as absent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


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


def _agreeing_pairs(votes: Mapping[str, int]) -> int:
    return sum(number * (number - 1) for number in votes.values())
