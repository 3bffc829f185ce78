"""Whether one more answer to a task is worth its price: stop, ask once more, or leave it to a human.

An answer is worth what it adds to the chance that the task's label is right. That is looked up ahead: for each number
of further answers, up to the most allowed, how likely they would overturn the leading label times how much more likely
right the other would then be, per answer asked for. Where the best of these is below `WORTH` one stops: because the
label is clear, because so few answers are left that they could not overturn it, or because the task is hard and more
votes would not tell either (then the two leading labels are believed almost alike, but the workers are hardly better
than chance). So one rule covers the three; with workers of seven in ten and two labels it is the "lead of two" rule.

The lookahead is the knowledge gradient over batches of measurements: Frazier & Powell, "Paradoxes in learning and the
marginal value of information" (Decision Analysis 7, 2010), for two labels and workers of the batch's average.
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from math import comb
from typing import Final

from domain.inference.streaming import NEVER_ABOVE, ROOT, SURE, Belief, Prior, chances

WORTH: Final = 0.015
"""An answer that adds less than fifteen in a thousand to the chance of a right label is not asked for."""

CLEAR: Final = 0.6
"""A leading label less likely than this, when nothing more is asked, is no answer: a human looks. Answers that all say
the same are never given up, however little is thought of those who gave them."""

HOPE: Final = 6_000
"""Whoever comes next is taken to be right six times in ten (1/10,000) at least. A batch whose workers seem hardly
better than chance may have workers who only mix up some labels, which a fit sees when it has more answers."""

AHEAD: Final = 9
"""So many further answers are looked ahead at most."""


class Decision(StrEnum):
    """What is next for a task after an answer."""

    STOP = "stop"
    MORE = "more"
    GIVE_UP = "give_up"
    """Nothing more is asked for, and nothing is clear: it is put before a human."""


def decide(belief: Belief, prior: Prior, *, labels: int, least: int, most: int) -> Decision:
    """Return what is next for a task with this belief: never more answers than `most`, never fewer than `least`.

    `labels` is how many labels the batch has. A task that stops also does with one more vote for its leading label.
    """
    answers = belief.answers
    if answers < least:
        return Decision.MORE
    first, second = chances(belief, prior, labels)
    if answers < most and worth(first, second, prior, labels=labels, left=most - answers) >= WORTH:
        return Decision.MORE
    return Decision.STOP if first >= CLEAR or len(belief.votes) < 2 else Decision.GIVE_UP


def worth(first: float, second: float, prior: Prior, *, labels: int, left: int) -> float:
    """Return by how much one more answer raises the chance of a right label, at best over the next `left` answers.

    `first` and `second` are how likely the two leading labels are right (0 to 1). 0.0 when none is left.
    """
    best = 0.0
    ways = min(prior.ways, max(labels, 2) * ROOT)
    for asked, leads in enumerate(_walks(_rounded(prior.right), ways // 10 * 10, min(left, AHEAD)), 1):
        gain = 0.0
        for against, for_it in leads:
            more = second * for_it - first * against
            if more > 0:
                gain += more
        best = max(best, gain / asked)
    return best


def _rounded(right: int) -> int:
    """HOPE at least, to half a hundredth: so few tables are kept."""
    return min(max(right, HOPE) // 50 * 50, NEVER_ABOVE)


@lru_cache(1_024)
def _walks(right: int, ways: int, ahead: int) -> tuple[tuple[tuple[float, float], ...], ...]:
    """For 1 … `ahead` further answers: by how many more name the second label than the first (only more than none),
    the chance of that if the first label is right, and if the second is.

    One answer names the right label with chance a, the other of the two with (1 − a) ÷ (ways − 1), else another one.
    """
    a = right / SURE
    wrong = (1 - a) / (max(ways, 2 * ROOT) / ROOT - 1)
    neither = max(0.0, 1 - a - wrong)
    tables = []
    for asked in range(1, ahead + 1):
        leads = []
        for lead in range(1, asked + 1):
            if_first = if_second = 0.0
            for one in range((asked - lead) // 2 + 1):
                two = one + lead
                ways_to = comb(asked, one) * comb(asked - one, two) * neither ** (asked - one - two)
                if_first += ways_to * a**one * wrong**two
                if_second += ways_to * a**two * wrong**one
            leads.append((if_first, if_second))
        tables.append(tuple(leads))
    return tuple(tables)
