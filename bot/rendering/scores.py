"""Peer scores in words: what other workers' ratings of a reply come to."""

from __future__ import annotations

from decimal import Decimal

from locales.words import Markup, Words
from storage.peer_scores import PeerScore


def score_line(found: PeerScore, words: Words) -> Markup:
    """ "Other workers give it 2.1 of 5 (1.4 to 3.0, 3 ratings)"."""
    return words.html_many(
        "Other workers give it <b>{score}</b> of {most} ({low} to {high}, {count} rating)",
        "Other workers give it <b>{score}</b> of {most} ({low} to {high}, {count} ratings)",
        found.ratings,
        score=steps(found.score, words),
        low=steps(found.low, words),
        high=steps(found.high, words),
        most=words.number(found.most),
    )


def steps(thousandths: int, words: Words) -> str:
    """A place on a scale with one decimal: "2.1"."""
    return words.decimal(Decimal(thousandths) / 1000, 1)
