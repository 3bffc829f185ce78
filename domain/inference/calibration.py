"""From what a model believes to what may be shown: a temperature and a ceiling, learned from gold where there is some.

Posteriors are sure beyond reason: they take votes for independent, and a hard photo fools everybody alike. A
temperature (Guo, Pleiss, Sun & Weinberger, "On calibration of modern neural networks", 2017) flattens all of them; the
ceiling says that of some tasks the votes say nothing, however many agree. Without gold both stand where crowds with
known truth put them on average, on the careful side; each gold task moves them a little.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from domain.inference.models import Floats

GENERAL: Final = (2.0, 0.1)
"""Temperature and hard share of a crowd of which nothing is known."""

SPREAD: Final = (0.5, 0.1)
"""How far crowds differ from that: standard deviations of the temperature's logarithm and of the hard share."""

TEMPERATURES: Final = np.geomspace(0.6, 8.0, 24)
HARD: Final = np.linspace(0.0, 0.6, 31)


class Calibration(NamedTuple):
    """How beliefs are shown: flattened by `temperature`, and `hard` of the tasks taken to be beyond the votes.

    `gold` is from how many tasks with a known label it was learned; 0 is the general case.
    """

    temperature: float = GENERAL[0]
    hard: float = GENERAL[1]
    gold: int = 0

    def shown(self, beliefs: Sequence[Floats], weights: Floats) -> Floats:
        """Return what to show for the `beliefs` of models, each (labels, tasks), by `weights`: sums to 1 again a task.

        Each is flattened before their mean is taken: so what makes a label more likely beside every other one, to each
        of the models, never makes its figure smaller. Of a mean that is flattened this does not hold.
        """
        mean = mixed([flattened(belief, self.temperature) for belief in beliefs], weights)
        return (1 - self.hard) * mean + self.hard / max(len(mean), 1)


def flattened(belief: Floats, temperature: float) -> Floats:
    """Return belief^(1/temperature), made to sum to 1 a task."""
    if not belief.size:
        return belief
    flat: Floats = np.maximum(belief, 1e-300)
    flat = np.sqrt(flat) if temperature == 2 else flat ** (1 / temperature)
    flat /= flat.sum(axis=0)
    return flat


def mixed(beliefs: Sequence[Floats], weights: Floats) -> Floats:
    """Return the weighted mean of the models' beliefs; `weights` sum to 1."""
    mean: Floats = weights[0] * beliefs[0]
    for weight, belief in zip(weights[1:], beliefs[1:], strict=True):
        mean += weight * belief
    return mean


def calibrate(beliefs: Sequence[Floats], weights: Floats, truth: NDArray[np.int32], weight: Floats) -> Calibration:
    """Return the calibration most likely given how often the leading label was right, drawn to the general one.

    `beliefs` (labels, samples), one a model and mixed by `weights`, are of tasks whose `truth` is known, made without
    it; `weight` is what a sample counts, 1 a task in all. Found on a grid: no start, no step, no failure to converge.
    """
    labels, samples = beliefs[0].shape
    if not samples or labels < 2:
        return Calibration()
    best, chosen = -np.inf, GENERAL
    for temperature in TEMPERATURES:
        mean = mixed([flattened(belief, temperature) for belief in beliefs], weights)
        leads = mean >= mean.max(axis=0) - 1e-9
        hit = (leads[truth, np.arange(samples)] / leads.sum(axis=0))[:, None]
        shown = ((1 - HARD) * mean.max(axis=0)[:, None] + HARD / labels).clip(1e-6, 1 - 1e-6)
        told = weight @ (hit * np.log(shown) + (1 - hit) * np.log(1 - shown))
        told -= (np.log(temperature / GENERAL[0]) / SPREAD[0]) ** 2 / 2 + ((HARD - GENERAL[1]) / SPREAD[1]) ** 2 / 2
        at = int(told.argmax())
        if told[at] > best:
            best, chosen = float(told[at]), (float(temperature), float(HARD[at]))
    return Calibration(*chosen, gold=round(float(weight.sum())))
