"""What the ledger must hold for what happened: of a submission, a payout, a top-up, a report or a batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from domain.costs import Cost, Rates, fees_on

FLOWS: Final[dict[tuple[str, str], tuple[str, str]]] = {
    ("funds", "recorded"): ("world", "funds"),
    ("batch", "reserved"): ("funds", "reserve"),
    ("batch", "released"): ("reserve", "funds"),
    ("submission", "credited"): ("reserve", "review"),
    ("submission", "undone"): ("review", "reserve"),
    ("submission", "sent_back"): ("review", "reserve"),
    ("submission", "accepted"): ("review", "available"),
    ("payout", "reserved"): ("available", "transit"),
    ("payout", "paid"): ("transit", "paid"),
    ("submission", "rejected"): ("review", "held"),
    ("submission", "upheld"): ("held", "available"),
    ("submission", "forfeited"): ("held", "reserve"),
    ("batch", "topups_reserved"): ("funds", "topups"),
    ("batch", "topups_released"): ("topups", "funds"),
    ("batch", "fees_reserved"): ("funds", "fees"),
    ("batch", "fees_released"): ("fees", "funds"),
    ("batch", "added"): ("funds", "reserve"),
    ("batch", "topups_added"): ("funds", "topups"),
    ("topup", "credited"): ("topups", "available"),
    ("payout", "failed"): ("transit", "available"),
    ("payout", "returned"): ("paid", "available"),
    ("run", "fee"): ("fees", "world"),
    ("run", "fee_covered"): ("funds", "fees"),
    ("worker", "rounded"): ("available", "rounding"),
    ("report", "credited"): ("reserve", "available"),
}
"""From which use of an account to which each event moves money."""

SUBMISSION: Final[dict[str, tuple[tuple[str, ...], ...]]] = {
    "pending": (("credited",),),
    "accepted": (("credited", "accepted"),),
    "sent_back": (("credited", "sent_back"),),
    "withdrawn": (("credited", "undone"), ("credited", "sent_back")),
    "rejected, open": (("credited", "rejected"),),
    "rejected, appealed": (("credited", "rejected"),),
    "rejected, kept": (("credited", "rejected", "forfeited"),),
    "rejected, lapsed": (("credited", "rejected", "forfeited"),),
    "accepted, upheld": (("credited", "rejected", "upheld"),),
}
"""The events that moved the price of a submission in each state: exactly one of these sets, each event once. Behind the
comma stands what became of its rejection."""

PAYOUT: Final[dict[str, tuple[tuple[str, ...], ...]]] = {
    "reserved": (("reserved",),),
    "sending": (("reserved",),),
    "unknown": (("reserved",),),
    "paid": (("reserved", "paid"),),
    "failed": (("reserved", "failed"),),
    "returned": (("reserved", "paid", "returned"),),
}
"""The same for a payout and its amount. A state that is missing here has no transfers known, and is a violation."""

TOPUP: Final[dict[str, tuple[tuple[str, ...], ...]]] = {"due": (("credited",),)}
"""The same for what lifted a worker's day to the floor: its row is written with its transfer."""

REPORT: Final[dict[str, tuple[tuple[str, ...], ...]]] = {"open": ((),), "declined": ((),), "agreed": (("credited",),)}
"""The same for a report of a problem, which pays like the task when a coordinator agrees."""


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that does not hold. `cause` is empty where no single event is to blame; ids are internal alone."""

    account: str
    says: str
    cause: str = ""

    def __str__(self) -> str:
        return f"{', '.join(filter(None, (self.cause, self.account)))}: {self.says}"


class Addition(NamedTuple):
    """What was added to a published batch; `owed` are top-ups beyond its own, for which no fees were set aside."""

    id: int
    cost: Cost
    owed: bool


@dataclass(frozen=True, slots=True)
class Reserve:
    """A batch as its money must be; amounts in micro-units. `cost` is what it began with, the rest as its rows say."""

    batch: int
    state: str
    price: int | None
    cost: Cost
    rates: Rates
    fees_used: int
    released: int
    releases: int
    open: int
    sent_back: int
    additions: tuple[Addition, ...] = ()

    @property
    def published(self) -> bool:
        """Whether its money was ever reserved."""
        return self.state not in ("draft", "discarded")

    @property
    def needed(self) -> int:
        """What open assignments and work sent back may still earn."""
        return (self.price or 0) * (self.open + self.sent_back)

    def taken(self) -> dict[tuple[str, int], int]:
        """What must have been taken for it: by event and number the amount."""
        named = zip(("reserved", "topups_reserved", "fees_reserved"), self.cost, strict=True)
        asked = {(event, 0): amount for event, amount in named if self.published}
        for one in self.additions:
            for event, amount in zip(("added", "topups_added", "fees_reserved"), one.cost, strict=True):
                asked[event, one.id] = amount
        return {key: amount for key, amount in asked.items() if amount}

    def fees_back(self, *, released: int, topups_released: int) -> tuple[int, int]:
        """How much of the fees must have gone back by now, least and most: the share of what is not paid out.

        An addition is divided without a rest, so each may shift the share by a micro-unit; nothing goes back before
        something of the rest does.
        """
        given = [one.cost for one in self.additions if not one.owed]
        taken = self.cost.fees + sum(cost.fees for cost in given)
        if not released and not topups_released:
            return 0, 0
        begun = self.cost.pay + self.cost.topups + sum(cost.pay + cost.topups for cost in given)
        back = taken - min(taken, fees_on(begun - released - topups_released, self.rates)) - self.fees_used
        return max(0, back - len(given)), back + len(given)
