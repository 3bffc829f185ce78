"""Answers sooner than anybody can see a task and tap. Fast is not bad: on public sets the fastest tenth of the answers
was the most accurate, so nothing is said of anything a quick person can do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final

IMPOSSIBLE: Final = 500_000
"""Microseconds between a card's being on the screen and its answer's arrival, the network included. To see a choice and
to move a thumb takes longer (Hick, "On the rate of gain of information", 1952: 0.4 s and more for two alternatives)."""

LEAST: Final = 5
"""So many such answers, and a fifth of all, before somebody is asked to look: a phone may deliver a tap twice."""

EXAMPLES: Final = 4


def find(answers: Iterable[tuple[int, int, int]]) -> list[tuple[str, tuple[int, ...], int, dict[str, Any]]]:
    """Return what stands out, of (submission, worker, active microseconds), as domain.signals.people does."""
    every: dict[int, int] = defaultdict(int)
    fast: dict[int, list[int]] = defaultdict(list)
    for submission, worker, active in answers:
        every[worker] += 1
        if active < IMPOSSIBLE:
            fast[worker].append(submission)
    stands = {who: found for who, found in fast.items() if len(found) >= LEAST and 5 * len(found) >= every[who]}
    return [
        ("speed", (who,), 100 * len(found), {"answers": every[who], "fast": len(found), "examples": found[-EXAMPLES:]})
        for who, found in stands.items()
    ]
