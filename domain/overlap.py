"""How many answers a task needs where the overlap adapts: as many as it takes to know, within what was set aside."""

from __future__ import annotations

from collections.abc import Mapping


def wants_one_more(votes: Mapping[str, int], *, most: int) -> bool:
    """Tell whether a task that has every answer it wanted wants another; `votes` are its answers by label.

    Unanimous answers are enough; where they differ one more is asked for, up to `most`. The answers alone decide, not
    who gave them. With every task at `most` this is majority voting; it stops early only where nobody disagreed.
    """
    return len(votes) > 1 and sum(votes.values()) < most
