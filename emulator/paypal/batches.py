"""Batches and what becomes of their items: a plan made once, when the batch is taken, and a clock.

An item's state at an instant is the last one of its plan that has begun, so nothing has to run in between and a restart
changes nothing. A receiver whose address begins with the name of a fate has it: `unclaimed.ana@example.org`.
"""

from __future__ import annotations

import random
import secrets
import string
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from emulator.paypal.journal import Journal

DAY = 86_400.0
KEY_DAYS = 30
"""So long a sender_batch_id is refused a second time; so long an unclaimed payout waits."""
PAYING = ("SUCCESS",)
ENDS = {
    "failed": ("FAILED", "RECEIVER_ACCOUNT_INVALID", "Receiver's account is invalid."),
    "blocked": ("BLOCKED", "RISK_DECLINE", "This transaction was declined because of risk concerns."),
    "locked": ("FAILED", "RECEIVER_ACCOUNT_LOCKED", "We have not credited the payee because their account is locked."),
    "onhold": ("ONHOLD", "", ""),
}
UNREGISTERED = (
    "RECEIVER_UNREGISTERED",
    "The recipient for this payout does not have an account. A link to sign up for an account was sent to the"
    " recipient. However, if the recipient does not claim this payout within 30 days, the funds will be"
    " returned to your account.",
)
FEE = Decimal("0.25")
Step = tuple[float, str, str, str]
"""From when (seconds since the epoch), the state, the error's name and message."""


@dataclass(slots=True)
class Item:
    """One payout of a batch with its plan."""

    id: str
    transaction_id: str
    sent: dict[str, Any]
    plan: list[Step]

    def now(self, at: float) -> Step:
        """The step it is in."""
        return [step for step in self.plan if step[0] <= at][-1]

    def payments(self, at: float) -> int:
        """How often its receiver has been given the money."""
        return sum(step[0] <= at and step[1] in PAYING for step in self.plan)


@dataclass(slots=True)
class Batch:
    """What one POST asked for."""

    id: str
    taken_at: float
    done_at: float
    header: dict[str, Any]
    items: list[Item]

    @property
    def key(self) -> str | None:
        """The sender_batch_id."""
        key: str | None = self.header.get("sender_batch_id")
        return key

    def status(self, at: float) -> str:
        """Of the batch: SUCCESS says that it was worked through, not that its items are paid."""
        if at < self.done_at:
            return "PENDING" if at < (self.taken_at + self.done_at) / 2 else "PROCESSING"
        return "DENIED" if all(item.now(at)[1] == "FAILED" for item in self.items) else "SUCCESS"


@dataclass(slots=True)
class Book:
    """All batches, from the journal; `settle` and `lag` are seconds: until a batch is done, and items after it."""

    journal: Journal
    seed: int = 0
    settle: float = 2.0
    lag: float = 2.0
    balance: Decimal | None = None
    batches: dict[str, Batch] = field(default_factory=dict)
    items: dict[str, tuple[Batch, Item]] = field(default_factory=dict)
    ahead: float = 0.0

    def load(self) -> None:
        """Take in what the journal has."""
        for event in self.journal.events():
            self._apply(event)

    def by_key(self, key: str | None, at: float) -> Batch | None:
        """The batch that makes this sender_batch_id a duplicate."""
        if not key:
            return None
        since = at - KEY_DAYS * DAY
        return next((one for one in self.batches.values() if one.key == key and one.taken_at > since), None)

    def take(self, body: dict[str, Any], at: float) -> Batch:
        """Accept a batch that was checked: its money moves as its plan says, whatever becomes of the answer."""
        batch_id = _number(13)
        chance = random.Random(f"{self.seed} {body['sender_batch_header'].get('sender_batch_id')} {len(self.batches)}")
        done_at = at + self.settle
        plans: list[list[Step]] = []
        seen: set[str] = set()
        for item in body["items"]:
            key = item.get("sender_item_id")
            twice = key is not None and key in seen
            seen.add(key or "")
            plans.append(self._plan(item, twice, at, done_at, chance))
        event = {
            "event": "batch",
            "id": batch_id,
            "at": at,
            "done_at": done_at,
            "body": body,
            "plans": plans,
            "ids": [(_number(13), _number(17)) for _ in plans],
        }
        self.journal.write(event)
        self._apply(event)
        return self.batches[batch_id]

    def cancel(self, item: Item, at: float) -> None:
        """Give an unclaimed payout back before its time."""
        event = {"event": "cancel", "item": item.id, "at": at}
        self.journal.write(event)
        self._apply(event)

    def advance(self, seconds: float) -> None:
        """Move the clock."""
        event = {"event": "clock", "seconds": seconds}
        self.journal.write(event)
        self._apply(event)

    def total(self, body: dict[str, Any]) -> Decimal:
        """What a batch costs, fees included."""
        return sum((Decimal(item["amount"]["value"]) + FEE for item in body["items"]), Decimal(0))

    def truth(self, at: float) -> dict[str, dict[str, Any]]:
        """By sender_item_id: how often it was taken and how often paid, to whom, how much, and its states."""
        found: dict[str, dict[str, Any]] = {}
        for batch in self.batches.values():
            for item in batch.items:
                key = str(item.sent.get("sender_item_id"))
                one = found.setdefault(key, {"taken": 0, "paid": 0, "receivers": [], "values": [], "states": []})
                one["taken"] += 1
                one["paid"] += item.payments(at)
                one["receivers"].append(item.sent["receiver"])
                one["values"].append(item.sent["amount"]["value"])
                one["states"].append(item.now(at)[1])
        return found

    def summary(self, at: float) -> dict[str, Any]:
        """The truth in numbers."""
        truth = self.truth(at)
        states = Counter(state for one in truth.values() for state in one["states"])
        return {
            "batches": len(self.batches),
            "items": len(truth),
            "paid_once": sum(one["paid"] == 1 for one in truth.values()),
            "paid_twice_or_more": sum(one["paid"] > 1 for one in truth.values()),
            "states": dict(states),
        }

    def _plan(self, item: dict[str, Any], twice: bool, at: float, done: float, chance: random.Random) -> list[Step]:
        ended = done + chance.uniform(-self.settle / 4, self.lag)
        first: list[Step] = [(at, "PENDING", "", "")]
        fate = str(item["receiver"]).partition("@")[0].replace("+", ".").partition(".")[0].lower()
        if twice:
            said = "This transaction is duplicated in this batch. Please check the Ref_ID / Sender_Item_ID."
            return [*first, (ended, "FAILED", "DUPLICATE_ITEM", said)]
        if fate in ENDS:
            return [*first, (ended, *ENDS[fate])]
        if fate == "unclaimed":
            unclaimed = (ended, "UNCLAIMED", *UNREGISTERED)
            return [*first, unclaimed, (at + KEY_DAYS * DAY, "RETURNED", *UNREGISTERED)]
        if fate == "claimed":
            return [*first, (ended, "UNCLAIMED", *UNREGISTERED), (at + 5 * DAY, "SUCCESS", "", "")]
        paid: list[Step] = [*first, (ended, "SUCCESS", "", "")]
        if fate in ("refunded", "reversed"):
            paid.append((at + 3 * DAY, fate.upper(), "", ""))
        return paid

    def _apply(self, event: dict[str, Any]) -> None:
        if event["event"] == "clock":
            self.ahead += event["seconds"]
        elif event["event"] == "cancel":
            _, item = self.items[event["item"]]
            item.plan = [step for step in item.plan if step[0] <= event["at"]]
            item.plan.append((event["at"], "RETURNED", *UNREGISTERED))
        else:
            body = event["body"]
            made = [
                Item(one, other, sent, [tuple(step) for step in plan])
                for (one, other), sent, plan in zip(event["ids"], body["items"], event["plans"], strict=True)
            ]
            batch = Batch(event["id"], event["at"], event["done_at"], body["sender_batch_header"], made)
            self.batches[batch.id] = batch
            self.items |= {item.id: (batch, item) for item in made}
            if self.balance is not None:
                self.balance -= self.total(body)


def _number(length: int) -> str:
    return "".join(secrets.choice(string.ascii_uppercase + string.digits) for _ in range(length))
