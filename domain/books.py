"""What the ledger must hold for what happened: the transfers of a submission, a payout or a batch in each state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

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
    "accepted": (("credited", "accepted"), ("credited", "rejected", "upheld")),
    "sent_back": (("credited", "sent_back"),),
    "withdrawn": (("credited", "undone"), ("credited", "sent_back")),
    "rejected": (("credited", "rejected"), ("credited", "rejected", "forfeited")),
}
"""The events that moved the price of a submission in each state: exactly one of these sets, each event once."""

PAYOUT: Final[dict[str, tuple[tuple[str, ...], ...]]] = {
    "reserved": (("reserved",),),
    "sending": (("reserved",),),
    "unknown": (("reserved",),),
    "paid": (("reserved", "paid"),),
    "failed": (("reserved", "failed"),),
    "returned": (("reserved", "paid", "returned"),),
}
"""The same for a payout and its amount. A state that is missing here has no transfers known, and is a violation."""


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that does not hold. `cause` is empty where no single event is to blame; ids are internal alone."""

    account: str
    says: str
    cause: str = ""

    def __str__(self) -> str:
        return f"{', '.join(filter(None, (self.cause, self.account)))}: {self.says}"


@dataclass(frozen=True, slots=True)
class Reserve:
    """A batch as its reserve must cover it; amounts in micro-units, `reserved` and `released` by its own row."""

    batch: int
    state: str
    price: int | None
    cost: int
    released: int
    releases: int
    open: int
    sent_back: int

    @property
    def published(self) -> bool:
        """Whether its money was ever reserved."""
        return self.state not in ("draft", "discarded")

    @property
    def needed(self) -> int:
        """What open assignments and work sent back may still earn."""
        return (self.price or 0) * (self.open + self.sent_back)
