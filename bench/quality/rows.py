"""A line of the table of goals, and the rank correlation that some need."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Row(NamedTuple):
    """What was to be reached and what was; `note` says by what, how often, where it was worst."""

    what: str
    goal: float
    reached: float
    at_least: bool = True
    note: str = ""

    @property
    def met(self) -> bool:
        """Whether it was reached; what could not be measured (NaN) was not."""
        return self.reached >= self.goal if self.at_least else self.reached <= self.goal


def spearman(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Spearman's rank correlation, ties sharing their ranks; NaN of fewer than three, or where one does not vary."""
    if len(one) < 3 or not np.ptp(one) or not np.ptp(other):
        return float("nan")
    return float(np.corrcoef(_ranks(one), _ranks(other))[0, 1])


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks: NDArray[np.float64] = (np.cumsum(counts) - (counts - 1) / 2)[place]
    return ranks
