"""What a task's answers say together, brought up to date at each answer by adding whole numbers: O(labels), no numpy.

Each worker has one number in a batch: how likely their answer is right. Where one of `ways` answers is right and the
wrong ones are alike, a vote of such a worker multiplies the odds of its label by a · (ways − 1) ÷ (1 − a): Bayes' rule
for a symmetric one-coin worker, after Dawid & Skene (1979) with one error rate. A label's score is the sum of the
logarithms of its votes; scores are whole thousandths of a nat, so that the order of the votes changes no digit.

One number a worker, not a confusion matrix: between fits the decision to stop needs skills that few answers already
tell. What the labels are in the end, the fit says (domain/inference).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from math import exp, log
from typing import Final, NamedTuple

NAT: Final = 1_000
"""Scores count thousandths of a nat."""

SURE: Final = 10_000
"""Chances are whole ten-thousandths; this is certainty."""

NEVER_ABOVE: Final = 9_900
"""No worker counts as more reliable: one vote more or less must stay able to move what is believed."""

ROOT: Final = 100
"""`ways` counts hundredths of an answer."""


class Prior(NamedTuple):
    """What is believed of a batch before a task of it is answered, and which fit says so.

    `right` is how likely the answer of a worker of whom nothing is known is right (1/10,000), `ways` how many answers
    compete (1/100): 2 where whoever errs names the same wrong answer, the number of labels where errors scatter evenly.
    `fit` 0 is the beginning, before any fit: seven in ten are right, and errors agree (the careful assumption: then
    agreement proves least).
    """

    fit: int = 0
    right: int = 7_000
    ways: int = 2 * ROOT

    def to_text(self) -> str:
        """The text that a batch's row stores."""
        return json.dumps([self.fit, self.right, self.ways], separators=(",", ":"))

    @classmethod
    def from_text(cls, text: str | None) -> Prior:
        """Read what `to_text` wrote; None is the beginning. ValueError or TypeError for something else."""
        return _prior(text) if text else BEGINNING


BEGINNING: Final = Prior()


@lru_cache(256)
def _prior(text: str) -> Prior:
    fit, right, ways = json.loads(text)
    return Prior(fit, right, ways)


class Belief(NamedTuple):
    """What the answers of one task say: by label `votes` and `scores` (1/1,000 nat), with the weights of which fit."""

    fit: int
    votes: dict[str, int]
    scores: dict[str, int]

    @property
    def answers(self) -> int:
        """How many answers it is made of."""
        return sum(self.votes.values())

    def to_text(self) -> str:
        """The text that a task's row stores: the same for the same belief, whatever the order of its answers."""
        scores = self.scores
        labels = [f"{_quoted(label)}:[{count},{scores[label]}]" for label, count in sorted(self.votes.items())]
        return f"[{self.fit},{{{','.join(labels)}}}]"

    @classmethod
    def from_text(cls, text: str) -> Belief:
        """Read what `to_text` wrote. ValueError or TypeError for something else."""
        fit, labels = json.loads(text)
        votes = {label: pair[0] for label, pair in labels.items()}
        return cls(fit, votes, {label: pair[1] for label, pair in labels.items()})


@lru_cache(1_024)
def _quoted(label: str) -> str:
    """As JSON; a batch has few labels, and each answer names some. The encoder takes three times as long for it all."""
    return json.dumps(label, ensure_ascii=False)


@lru_cache(65_536)
def weight(right: int, ways: int) -> int:
    """What a vote adds to its label's score, in 1/1,000 nat; `right` and `ways` as in Prior.

    Never below zero: an answer is no evidence against itself, even of somebody who errs more often than not.
    """
    a = min(right, NEVER_ABOVE) / SURE
    others = max(ways, 2 * ROOT) / ROOT - 1
    return max(0, round(NAT * log(a * others / (1 - a)))) if a > 0 else 0


def nothing(prior: Prior) -> Belief:
    """What is believed of a task without answers."""
    return Belief(prior.fit, {}, {})


def add(belief: Belief, label: str, right: int | None, prior: Prior) -> Belief:
    """Return the belief with one more answer; `right` of its worker, None for one of whom nothing is known.

    `belief` must be of the prior's fit (see `of`); it is not changed.
    """
    votes, scores = dict(belief.votes), dict(belief.scores)
    votes[label] = votes.get(label, 0) + 1
    scores[label] = scores.get(label, 0) + weight(prior.right if right is None else right, prior.ways)
    return Belief(belief.fit, votes, scores)


def of(answers: Iterable[tuple[str, int | None]], prior: Prior) -> Belief:
    """Return the belief that (label, `right` of its worker) make: the same as adding them one by one, in any order."""
    belief = nothing(prior)
    for label, right in answers:
        belief = add(belief, label, right, prior)
    return belief


def chances(belief: Belief, prior: Prior, labels: int) -> tuple[float, float]:
    """Return how likely the leading label is right, and the one behind it (0 to 1), of a task with `labels` labels.

    Labels nobody chose share the rest of the `ways`: none of them has a vote for it, or against it. Not calibrated: it
    decides whether to ask on, it is not shown to people as it is.
    """
    second, rest = _relative(belief.scores, prior, labels)
    total = 1 + second + rest
    return 1 / total, second / total


def _relative(scores: Mapping[str, int], prior: Prior, labels: int) -> tuple[float, float]:
    """The weights of the second label and of all others, the first having 1."""
    unseen, silent = _unseen(scores, prior, labels)
    if not scores:
        return 1.0, unseen - 2
    first, *others = sorted(scores.values(), reverse=True)
    if not others:
        return silent, (unseen - 1) * silent
    behind = [exp((score - first) / NAT) for score in others]
    return behind[0], sum(behind[1:]) + unseen * silent


def _unseen(scores: Mapping[str, int], prior: Prior, labels: int) -> tuple[float, float]:
    """How many labels without a vote compete, two with those that have one at least; and the weight of each."""
    ways = min(max(prior.ways / ROOT, 2.0), float(max(labels, 2)))
    return max(0.0, ways - len(scores)), exp(-max(scores.values(), default=0) / NAT)
