"""A period's payments: what of a balance is paid, who must approve, and the states of a run and of its payouts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from domain.money import round_down_to_minor
from domain.rails import Rail
from domain.refusals import Refusal
from domain.rules import DAY, Rules
from domain.words import N_

LISTED: Final = 20
"""So many lines of a run stand in its message; longer ones come as a file beside it."""
OPEN: Final = ("reserved", "sending", "unknown")
"""States of a payout that has not ended."""
AGAIN_AFTER: Final = DAY
"""Where one person approves alone, a large run is approved once more after so long (ASVS 5.0, 2.3.5)."""
LATE_AFTER: Final = 2 * DAY
"""So long after the cut-off workers are told that their payout takes longer."""
ALERT_AFTER: Final = DAY
"""A payout that has not ended so long is told to who coordinates, and again after as long."""


class AlreadyApproved(Refusal):
    """A second tap on Approve, or somebody else was faster."""

    text = N_("This payout is approved already. /payouts shows where it stands.")


class NotYetApproved(Refusal):
    """Mark paid comes after Approve."""

    text = N_("Approve this payout first, then mark it paid.")


class AlreadyPaid(Refusal):
    """A second tap on Mark paid, or somebody else was faster."""

    text = N_("This payout is marked paid already. Everybody has their receipt.")


class SecondWanted(Refusal):
    """One human has approved a large run, and taps again while there are others."""

    text = N_("You have approved this payout. It is large, so a second coordinator approves it, too.")


class SecondLook(Refusal):
    """The only human there is approves a large run again, too soon."""

    text = N_(
        "This payout is large and you approve it alone: please look again, and approve it once more from {at} on."
    )


class NoFileFor(Refusal):
    """Nothing of the run goes by such a file."""

    text = N_("Nothing of this payout goes by this file. /payouts shows where it stands.")


class FileUnderWay(Refusal):
    """It is being made for the same person."""

    text = N_("The file is being made. It comes in a moment.")


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


class Order(NamedTuple):
    """One payout as a file for a bank takes it.

    `key` is its name there, `name` and `number` are the holder's, `amount` is as it is written, `micro` micro-units.
    """

    id: int
    key: str
    name: str
    kind: str
    number: str
    amount: str
    micro: int


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
