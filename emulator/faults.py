"""Faults on demand: what goes wrong, for which calls, how often. Chance comes from a seeded generator.

The kinds `429 502 slow reset_before reset_after outage` strike calls of bots; `duplicate_update reorder_updates` strike
the delivery of updates, whichever way it goes.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

CALL_KINDS = ("429", "502", "slow", "reset_before", "reset_after", "outage")
DELIVERY_KINDS = ("duplicate_update", "reorder_updates")
FIELDS = {"kind", "method", "chat_id", "probability", "count", "seconds", "retry_after"}


@dataclass(slots=True)
class Fault:
    """One fault. Without `probability` and `count` it strikes every time."""

    kind: str
    method: str | None = None
    chat_id: int | None = None
    probability: float | None = None
    count: int | None = None
    seconds: float = 1.0
    retry_after: int = 1
    until: float | None = None

    def strikes(self, rng: random.Random) -> bool:
        """Whether it strikes this once; counts it when it has a count."""
        if self.count is not None:
            if self.count <= 0:
                return False
            if self.probability is not None and rng.random() >= self.probability:
                return False
            self.count -= 1
            return True
        return self.probability is None or rng.random() < self.probability


class Faults:
    """The faults that are set. Empty, it costs the hot path one look."""

    def __init__(self) -> None:
        self.set: list[Fault] = []
        self.rng = random.Random(0)

    def replace(self, faults: list[dict[str, Any]], seed: int | None, now: float) -> None:
        """Put these in place of what was set; raise ValueError with a sentence when one makes no sense."""
        made = [_fault(item, now) for item in faults]
        if seed is not None:
            self.rng = random.Random(seed)
        self.set = made

    def for_call(self, method: str, chat_id: int | None, now: float) -> Fault | None:
        """The fault that strikes this call, if any; an outage goes before all others."""
        for fault in self.set:
            if fault.kind == "outage" and fault.until is not None and now < fault.until:
                return fault
        for fault in self.set:
            if fault.kind == "outage" or fault.kind in DELIVERY_KINDS:
                continue
            if fault.method is not None and fault.method != method.lower():
                continue
            if fault.chat_id is not None and fault.chat_id != chat_id:
                continue
            if fault.strikes(self.rng):
                return fault
        return None

    def outage(self, now: float) -> bool:
        """Whether every bot is cut off now."""
        return any(f.kind == "outage" and f.until is not None and now < f.until for f in self.set)

    def for_delivery(self, kind: str, chat_id: int | None = None) -> bool:
        """Whether a delivery fault of this kind strikes once now."""
        return any(
            fault.kind == kind and (fault.chat_id is None or fault.chat_id == chat_id) and fault.strikes(self.rng)
            for fault in self.set
        )

    def view(self, now: float) -> list[dict[str, Any]]:
        """What is set and still can strike."""
        return [
            {
                "kind": f.kind, "method": f.method, "chat_id": f.chat_id, "probability": f.probability,
                "count": f.count, "seconds": f.seconds, "retry_after": f.retry_after,
            }
            for f in self.set
            if f.count != 0 and (f.until is None or now < f.until)
        ]  # fmt: skip


def _fault(item: dict[str, Any], now: float) -> Fault:
    if not isinstance(item, dict) or str(item.get("kind")) not in CALL_KINDS + DELIVERY_KINDS:
        raise ValueError("A fault has a kind: " + ", ".join(CALL_KINDS + DELIVERY_KINDS) + ".")
    unknown = set(item) - FIELDS
    if unknown:
        raise ValueError(f"A fault has no field {sorted(unknown)[0]}.")
    try:
        method = item.get("method")
        fault = Fault(
            kind=str(item["kind"]),
            method=str(method).lower() if method is not None else None,
            chat_id=int(item["chat_id"]) if item.get("chat_id") is not None else None,
            probability=float(item["probability"]) if item.get("probability") is not None else None,
            count=int(item["count"]) if item.get("count") is not None else None,
            seconds=float(item.get("seconds", 10.0 if item["kind"] == "outage" else 1.0)),
            retry_after=int(item.get("retry_after", 1)),
        )
    except (TypeError, ValueError) as error:
        raise ValueError("A fault's numbers are numbers.") from error
    if fault.kind == "outage":
        fault.until = now + fault.seconds
    return fault
