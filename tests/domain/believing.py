"""How likely one label is right, told from how likely the leading one is."""

from __future__ import annotations

from math import exp

from domain.inference.streaming import NAT, Belief, Prior, chances


def chance(belief: Belief, label: str, prior: Prior, labels: int) -> float:
    """0 to 1: a score is a logarithm, so labels with votes stand to each other as their scores; those without share the
    rest."""
    first, _ = chances(belief, prior, labels)
    top = max(belief.scores.values(), default=0)
    with_votes = {one: first * exp((score - top) / NAT) for one, score in belief.scores.items()}
    if label in with_votes:
        return with_votes[label]
    return (1 - sum(with_votes.values())) / (labels - len(with_votes))
