"""The top-up of a day: what lifts a worker to the floor on the active time that counts. Money is micro-units."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final, NamedTuple

from domain.pay import HOUR
from domain.rules import EPOCH, Rules, instant

SETTLED_HOUR: Final = 6
"""A day is settled at this hour of the next one: answers begun before midnight are in, and the news wait for nobody's
night. What is rejected by then is out of the day's pay and time."""


class Part(NamedTuple):
    """A worker's day in one batch: `floor` an hour, active microseconds, what stands of what was earned."""

    batch_id: int
    floor: int
    active_micros: int
    earned: int

    @property
    def short(self) -> int:
        """What is missing to the floor, rounded up; below zero is what is above it."""
        return -(-self.floor * self.active_micros // HOUR) - self.earned


def lift(parts: list[Part], *, coin: int = 1) -> dict[int, int]:
    """Return what each batch adds so that the day as a whole is at the floor; {} where it is already.

    What one batch pays above its floor counts for the others. The whole is rounded up to a multiple of `coin`, shared
    among the batches that fell short in proportion to by how much (largest remainder), and adds up exactly.
    """
    missing = -(-sum(part.floor * part.active_micros for part in parts) // HOUR) - sum(part.earned for part in parts)
    if missing <= 0:
        return {}
    coins = -(-missing // coin)
    short = {part.batch_id: part.short for part in parts if part.short > 0}
    whole = sum(short.values())
    shares = {batch_id: coins * one // whole for batch_id, one in short.items()}
    by_remainder = sorted(short, key=lambda batch_id: (-(coins * short[batch_id] % whole), batch_id))
    for batch_id in by_remainder[: coins - sum(shares.values())]:
        shares[batch_id] += 1
    return {batch_id: share * coin for batch_id, share in shares.items() if share}


def due_at(rules: Rules, day: int) -> int:
    """When a calendar day of the installation (days since 1970-01-01) is settled: the next morning, by its clock."""
    morning = date.fromordinal(day + EPOCH.date().toordinal()) + timedelta(days=1)
    return instant(datetime.combine(morning, time(SETTLED_HOUR), tzinfo=rules.zone))
