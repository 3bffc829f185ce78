"""How good each worker is, with an interval: few answers say little, and that is said."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from domain.inference.models import Floats
from domain.inference.votes import UNKNOWN, Votes
from domain.intervals import NINETY_FIVE
from domain.quality import WHOLE
from domain.skills import ENOUGH, WIDEST

PSEUDO: Final = 0.5
"""Answers at the crowd's average with which an estimate begins: few, for calibrated labels draw to it already."""

TOGETHER: Final = 0.6
"""What an answer is worth beside an independent one, but to gold: those to one hard task are wrong together."""


class Skills(NamedTuple):
    """By worker: how likely an answer is right.

    `estimate` is drawn to the crowd's average, `low` and `high` are its 95 % interval (0 to 1, and 0 to 1 for who gave
    no answer). `corrected` is what is left of it beside answering blindly with the same habits: 1 never wrong, 0 no
    better than that, below 0 worse (Cohen's κ with the believed labels). `answers` counts all, `gold_right` and
    `gold_wrong` those to gold. `enough` is whether to show it: "not enough yet" where not.
    """

    estimate: Floats
    low: Floats
    high: Floats
    corrected: Floats
    answers: NDArray[np.int64]
    gold_right: NDArray[np.int64]
    gold_wrong: NDArray[np.int64]
    enough: NDArray[np.bool_]


def skills(votes: Votes, right: NDArray[np.int32], belief: Floats, shown: Floats) -> Skills:
    """Return each worker's skill from what is believed (labels, tasks): `belief` ranks, `shown` says how sure that is.

    The estimate counts an answer by the calibrated chance that it is right; the interval is Wilson's, of as many
    answers as theirs are worth: one whose label is itself in doubt tells less of who gave it, and so do answers that
    may be wrong together with everybody's.
    """
    workers, labels = votes.n_workers, max(votes.n_classes, 1)
    place = votes.label.astype(np.intp) * max(votes.n_tasks, 1) + votes.task
    calibrated = np.ascontiguousarray(shown).reshape(-1)[place] if len(votes) else np.zeros(0)
    answers = np.bincount(votes.worker, minlength=workers)
    agreed = np.bincount(votes.worker, calibrated, workers)
    crowd = (agreed.sum() + 0.7 * PSEUDO) / (answers.sum() + PSEUDO)
    estimate = (agreed + PSEUDO * crowd) / (answers + PSEUDO)
    golden = right[votes.task] != UNKNOWN
    told = TOGETHER * (0.25 + 3 * (calibrated - 0.5) ** 2)
    worth = np.bincount(votes.worker, np.where(golden, 1.0, told), workers).astype(float)
    low, high = _wilson(estimate, worth)
    hit = golden & (right[votes.task] == votes.label)
    return Skills(
        estimate=estimate,
        low=low,
        high=high,
        corrected=_kappa(votes, belief, estimate, labels),
        answers=answers,
        gold_right=np.bincount(votes.worker[hit], minlength=workers),
        gold_wrong=np.bincount(votes.worker[golden & ~hit], minlength=workers),
        enough=(answers >= ENOUGH) & (high - low <= WIDEST / WHOLE),
    )


def _wilson(share: Floats, whole: Floats) -> tuple[Floats, Floats]:
    """Wilson's score interval (1927) of shares of which `whole` were seen: all of 0 to 1 of nothing."""
    wide = NINETY_FIVE**2
    middle = (share * whole + wide / 2) / (whole + wide)
    half = NINETY_FIVE * np.sqrt(share * (1 - share) * whole + wide / 4) / (whole + wide)
    return np.minimum(share, (middle - half).clip(0, 1)), np.maximum(share, (middle + half).clip(0, 1))


def _kappa(votes: Votes, belief: Floats, estimate: Floats, labels: int) -> Floats:
    """The estimate beside the chance that the same habits, blind, would have been right."""
    cell = votes.worker.astype(np.intp) * votes.n_classes + votes.label
    named = np.bincount(cell, minlength=votes.n_workers * votes.n_classes).reshape(votes.n_workers, votes.n_classes)
    answers = named.sum(axis=1)
    blind = np.zeros(votes.n_workers)
    for label in range(votes.n_classes):
        true = np.bincount(votes.worker, belief[label][votes.task], votes.n_workers)
        blind += (named[:, label] + 1 / labels) / (answers + 1) * (true + 1 / labels) / (answers + 1)
    return (estimate - blind) / np.maximum(1 - blind, 1e-9)
