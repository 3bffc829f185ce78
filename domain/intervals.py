"""What a share found in a sample says about the whole: an interval, so that 3 of 3 is not shown as certainty."""

from __future__ import annotations

from math import sqrt
from typing import Final

NINETY_FIVE: Final = 1.959964
"""The normal quantile of a 95% interval."""


def wilson(right: int, whole: int, *, z: float = NINETY_FIVE) -> tuple[float, float] | None:
    """Return the score interval (low, high), 0 to 1, of a share of which `right` of `whole` were seen; None of nothing.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference" (1927). It takes the answers
    for independent: several to one hard task are not, and the true interval is then somewhat wider. ValueError when
    `right` is not within 0 and `whole`.
    """
    if not 0 <= right <= whole:
        raise ValueError("the right ones are a part of the whole")
    if whole == 0:
        return None
    share, wide = right / whole, z * z / whole
    middle = (share + wide / 2) / (1 + wide)
    half = z * sqrt(share * (1 - share) / whole + wide / (4 * whole)) / (1 + wide)
    return max(0.0, middle - half) if right else 0.0, min(1.0, middle + half) if right < whole else 1.0
