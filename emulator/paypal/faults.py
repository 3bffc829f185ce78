"""What goes wrong, how often, by kind of call. Chance comes from a seeded generator, one draw a call."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

ROUTES = ("create", "read", "token")
KINDS = {
    "error_before": "500, and nothing was done",
    "cut_before": "the connection breaks, and nothing was done",
    "timeout_after": "it is done, and the answer never comes",
    "error_after": "it is done, and 500 is answered",
    "cut_after": "it is done, and the connection breaks",
    "too_many": "429 with Retry-After, and nothing was done",
    "slow": "it is done, and the answer comes late",
    "unauthorized": "401 for a token that is good",
}
SECONDS = {"hang": 30.0, "slow": 1.0, "retry_after": 1.0}


class Faults:
    """The faults that are set, and how often each struck."""

    def __init__(self) -> None:
        self.seconds = dict(SECONDS)
        self.struck: Counter[str] = Counter()
        self._parts: dict[str, dict[str, float]] = {}
        self._chance = random.Random(0)

    def replace(self, given: dict[str, Any]) -> None:
        """Put these in place of what was set: `{"create": {kind: probability}, "seconds": {…}, "seed": 1}`.

        Raises ValueError with a sentence.
        """
        parts = {route: dict(given.get(route, {})) for route in ROUTES}
        if unknown := [name for name in given if name not in (*ROUTES, "seconds", "seed")]:
            raise ValueError(f"There is no {unknown[0]}; there are {', '.join((*ROUTES, 'seconds', 'seed'))}.")
        for chances in parts.values():
            if unknown := [kind for kind in chances if kind not in KINDS]:
                raise ValueError(f"There is no fault {unknown[0]}; there are {', '.join(KINDS)}.")
            if any(chance < 0 for chance in chances.values()) or sum(chances.values()) > 1:
                raise ValueError("Probabilities of one kind of call are at most 1 together.")
        self._parts = parts
        self.seconds = SECONDS | {name: float(value) for name, value in given.get("seconds", {}).items()}
        self._chance = random.Random(given.get("seed", 0))

    def draw(self, route: str) -> str | None:
        """The fault that strikes this call, if any."""
        chances = self._parts.get(route)
        if not chances:
            return None
        at = self._chance.random()
        for kind, chance in chances.items():
            at -= chance
            if at < 0:
                self.struck[f"{route} {kind}"] += 1
                return kind
        return None
