"""A period's payments: what of a balance is paid, who must approve, and the states of a run and of its payouts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from domain.money import round_down_to_minor
from domain.rails import Rail
from domain.refusals import Refusal
from domain.rules import DAY, Rules
from domain.words import N_

LISTED: Final = 20
"""So many lines of a run stand in its message; longer ones come as a file beside it."""
OPEN: Final = ("reserved", "sending", "unknown")
"""States of a payout that has not ended."""
SECOND_LOOK: Final = DAY
"""Where one person approves alone, a large run is confirmed once more after so long (ASVS 5.0, 2.3.5)."""


class AlreadyApproved(Refusal):
    """A second tap on Approve, or somebody else was faster."""

    text = N_("This payout is approved already. /payouts shows where it stands.")


class NotYetApproved(Refusal):
    """Mark paid comes after Approve."""

    text = N_("Approve this payout first, then mark it paid.")


class AlreadyPaid(Refusal):
    """A second tap on Mark paid, or somebody else was faster."""

    text = N_("This payout is marked paid already. Everybody has their receipt.")


class WrongStep(Exception):
    """A payout cannot go from where it is to there: a fault of ours, never a person's."""


@dataclass(frozen=True, slots=True)
class PayoutRun:
    """One period's payments. gathering → proposed → (confirming →) approved → settled; `total` is its payouts' sum."""

    id: int
    period: str
    state: str
    cutoff: int
    total: int
    count: int
    created_at: int
    confirmed_at: int | None
    confirmed_by: int | None
    approved_at: int | None
    approved_by: int | None
    settled_at: int | None
    alerted_at: int | None
    late_at: int | None


@dataclass(frozen=True, slots=True)
class Payout:
    """One worker's part of a run. `problem` is the code of why it failed or came back; times are microseconds."""

    id: int
    run_id: int
    worker_id: int
    amount: int
    state: str
    rail: str
    method_id: int | None
    sending_id: int | None
    file_id: int | None
    reference: str | None
    problem: str | None
    sent_at: int | None
    closed_at: int | None


def minimum(rules: Rules, rail: Rail | None = None) -> int:
    """The smallest payout over a rail, in micro-units: the installation's, or the rail's own where that is more."""
    return max(rules.payout_minimum, rail.minimum(rules.currency) if rail else 0)


def payable(balance: int, rules: Rules, rail: Rail | None = None, *, left: bool = False) -> int:
    """Return what a run pays of an available balance: whole coins of the rail, 0 below the minimum. The rest stays.

    Who has `left` (took back their consent) is paid to the last coin, whatever the minimum.
    """
    if balance < minimum(rules, rail) and not left:
        return 0
    if rail is not None:
        return balance - balance % rail.coin(rules.currency)
    return round_down_to_minor(balance, rules.currency)[0]
