"""Answers that follow no task: given blindly, or always the same. How much likelier that explains what somebody gave.

Each figure is a logarithm of a likelihood ratio (nats): the answers of a worker under blind (or constant) answering,
over an honest worker of the crowd who saw what the others say. Above 0 the one explains more, below the other; it grows
with the answers, so that few of them say little. Nobody's own answers speak for themselves.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from domain.inference.models import Floats
from domain.signals.reading import Reading

SAME: Final = 0.97
"""How often somebody who always gives the same answer gives it."""


def honest(reading: Reading) -> Floats:
    """By answer the log of how likely an honest worker of the crowd would have given it."""
    every = np.arange(len(reading.votes))
    chance = (reading.without(every) * reading.likely(every, own=False)).sum(axis=1)
    logs: Floats = np.log(chance)
    return logs


def blind(reading: Reading, sure: Floats) -> Floats:
    """By worker, how much likelier blind answering explains their answers; `sure` from `honest`."""
    votes = reading.votes
    shares = np.bincount(votes.label, minlength=votes.n_classes) + 1.0
    habit = np.log(0.5 * shares / shares.sum() + 0.5 / max(votes.n_classes, 1))
    figure: Floats = np.bincount(votes.worker, habit[votes.label] - sure, votes.n_workers).astype(np.float64)
    return figure


def constant(reading: Reading, sure: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """By worker, how much likelier always giving the same explains their answers; and which answer that is."""
    votes = reading.votes
    if votes.n_classes < 2:
        return np.zeros(votes.n_workers), np.zeros(votes.n_workers, dtype=np.int64)
    given = np.zeros((votes.n_workers, votes.n_classes))
    np.add.at(given, (votes.worker, votes.label), 1.0)
    most = given.argmax(axis=1).astype(np.int64)
    log = np.where(votes.label == most[votes.worker], np.log(SAME), np.log((1 - SAME) / (votes.n_classes - 1)))
    return np.bincount(votes.worker, log - sure, votes.n_workers).astype(np.float64), most
