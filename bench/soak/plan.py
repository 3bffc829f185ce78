"""What will go wrong and when, drawn from the seed before anything starts: the same seed, the same plan.

What people do and what a process has in hand when it dies depend on the machine; the plan does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from bench.soak.points import POINTS

RARE = frozenset({"import", "export", "offers", "payday"})
"""Needs that people must be asked to bring about."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """Of a run. Times in seconds, from and to where they are drawn; `rate` is updates a second."""

    seconds: float = 600.0
    people: int = 150
    rate: float = 30.0
    burst: int = 300
    burst_every: float = 75.0
    kill_after: tuple[float, float] = (20.0, 60.0)
    point_after: tuple[float, float] = (1.0, 5.0)
    point_patience: float = 14.0
    term_after: tuple[float, float] = (5.0, 12.0)
    hang: float = 30.0
    rough: float = 40.0
    calm: float = 20.0
    outage: float = 120.0
    full: float = 8.0
    shifted: float = 25.0
    drain: float = 150.0
    days: tuple[tuple[float, int], ...] = ((0.3, 1), (0.5, 1), (0.7, 14), (0.85, 1))
    """When (as a part of `seconds`) the clock goes on by so many days, for good."""
    points: tuple[str, ...] = tuple(POINTS)
    kills: int = 20
    """The time of faults goes on for half as long again at most, until so many have been killed."""
    endings: int | None = None
    """So many processes end; without a number, as many as come to their end in `seconds`."""
    owed: int = 6
    """So many messages wait for the one who cannot wait: always at a chat's limit, and through within seconds."""
    most_waiting: int | None = None
    """People act no more while so many of their updates wait; None: they do."""
    send_slots: int = 64
    latency: float = 0.0
    """Seconds every send, edit and answer takes besides: more are then in flight when a kill comes."""


SHORT = Sizes(
    seconds=2.5,
    people=10,
    rate=40.0,
    burst=40,
    burst_every=1.2,
    kill_after=(0.3, 0.5),
    point_after=(0.1, 0.2),
    point_patience=60.0,
    hang=0.4,
    rough=0.6,
    calm=0.3,
    outage=0.4,
    full=0.3,
    shifted=0.3,
    drain=60.0,
    owed=2,
    points=("in_group",),
    endings=2,
    most_waiting=60,
)
"""All kinds of faults within seconds, for `make test`."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a process ends: `kill` or `term` after so many seconds of serving; `point` at its nth time by a point."""

    how: str
    after: float
    point: str = ""
    nth: int = 1


@dataclass(frozen=True, slots=True)
class Turn:
    """At `at` seconds from the start the conditions change: `what` becomes `value`."""

    at: float
    what: str
    value: Any


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that is decided before the start."""

    seed: int
    sizes: Sizes
    turns: tuple[Turn, ...]

    def endings(self) -> Iterator[Ending]:
        """How one process after the other ends, without an end: a timed kill, then points or a SIGTERM, in turn."""
        chance, sizes = Random(f"{self.seed}:endings"), self.sizes
        order: list[str] = []
        for number in range(1_000_000):
            if number % 4 == 0:
                yield Ending("kill", chance.uniform(*sizes.kill_after))
                continue
            if number % 8 == 2:
                yield Ending("term", chance.uniform(*sizes.term_after))
                continue
            order = order or chance.sample(sizes.points, len(sizes.points))
            name = order.pop()
            needs = POINTS[name].needs
            nth = chance.randint(1, 30) if needs == "load" else chance.randint(1, 2) if needs in RARE else 1
            yield Ending("point", 0.0 if needs == "start" else chance.uniform(*sizes.point_after), name, nth)

    def random_faults(self) -> list[dict[str, Any]]:
        """What strikes while times are rough, most of it by chance, drawn by the server.

        Polls hang a tenth as often as sends: else hardly anything would come in.
        """
        hang = {"kind": "slow", "seconds": self.sizes.hang}
        return [
            # Each once for sure, as soon as times are rough.
            *({"kind": kind, "method": "editMessageText", "count": 1} for kind in ("429", "502", "reset_before")),
            {"kind": "reset_after", "method": "answerCallbackQuery", "count": 1},
            {"kind": "slow", "method": "sendMessage", "count": 1, "seconds": self.sizes.hang},
            {"kind": "duplicate_update", "count": 1},
            {"kind": "reorder_updates", "count": 1},
            {"kind": "slow", "method": "getUpdates", "probability": 0.003, "seconds": self.sizes.hang},
            *(hang | {"method": method, "probability": 0.03} for method in CALLS),
            {"kind": "502", "probability": 0.05},
            {"kind": "429", "method": "sendMessage", "probability": 0.01, "retry_after": 2},
            {"kind": "429", "method": "editMessageText", "probability": 0.005, "retry_after": 1},
            *({"kind": "reset_after", "method": method, "probability": 0.01} for method in CALLS),
            {"kind": "reset_before", "probability": 0.01},
            {"kind": "duplicate_update", "probability": 0.05},
            {"kind": "reorder_updates", "probability": 0.2},
        ]


CALLS = ("sendMessage", "sendPhoto", "sendDocument", "editMessageText", "editMessageMedia", "answerCallbackQuery")


def draw(seed: int, sizes: Sizes) -> Plan:
    """Lay out a run: rough and calm times in turn, one outage, one full disk, the clock an hour ahead and behind."""
    chance, length = Random(f"{seed}:turns"), sizes.seconds
    turns = []
    at, rough = 0.0, True
    while at < length:
        turns.append(Turn(at, "rough", rough))
        at += sizes.rough if rough else sizes.calm
        rough = not rough
    at = sizes.burst_every / 2
    while at < length:
        turns.append(Turn(at, "burst", sizes.burst))
        at += sizes.burst_every
    # One after the other, each in a part of the run of its own.
    for part, (what, value, back, lasts) in enumerate(
        (
            ("shift", 3600.0, 0.0, sizes.shifted),
            ("full", True, False, sizes.full),
            ("outage", sizes.outage, None, sizes.outage),
            ("shift", -3600.0, 0.0, sizes.shifted),
        )
    ):
        room = max(0.0, length / 4.5 - lasts)
        begins = length * part / 4.5 + chance.uniform(0.1, 0.9) * room
        turns.append(Turn(begins, what, value))
        if back is not None:
            turns.append(Turn(begins + lasts, what, back))
    turns += [Turn(length * part, "days", days) for part, days in sizes.days]
    return Plan(seed, sizes, tuple(sorted(turns, key=lambda turn: turn.at)))
