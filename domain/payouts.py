"""A period's payments: what of a balance is paid, and the run that staff approve and mark paid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from domain.money import round_down_to_minor
from domain.refusals import Refusal
from domain.rules import Rules
from domain.words import N_

LISTED: Final = 20
"""So many lines of a run stand in its message; longer ones come as a file beside it."""


class AlreadyApproved(Refusal):
    """A second tap on Approve, or somebody else was faster."""

    text = N_("This payout is approved already. /payouts shows where it stands.")


class NotYetApproved(Refusal):
    """Mark paid comes after Approve."""

    text = N_("Approve this payout first, then mark it paid.")


class AlreadyPaid(Refusal):
    """A second tap on Mark paid, or somebody else was faster."""

    text = N_("This payout is marked paid already. Everybody has their receipt.")


@dataclass(frozen=True, slots=True)
class PayoutRun:
    """One period's payments. gathering → proposed → approved → settling → paid; `total` is the sum of its payouts."""

    id: int
    period: str
    state: str
    cutoff: int
    total: int
    count: int
    created_at: int
    approved_at: int | None
    approved_by: int | None
    paid_at: int | None
    paid_by: int | None


@dataclass(frozen=True, slots=True)
class Payout:
    """One worker's part of a run."""

    id: int
    run_id: int
    worker_id: int
    amount: int
    state: str


def payable(balance: int, rules: Rules) -> int:
    """Return what a run pays of an available balance: whole minor units, 0 below the minimum. The remainder stays."""
    return 0 if balance < rules.payout_minimum else round_down_to_minor(balance, rules.currency)[0]
