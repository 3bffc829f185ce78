"""What a payout run now would pay, and whom it would leave out; nothing is changed by asking."""

from __future__ import annotations

import json
from dataclasses import dataclass

from domain import ledger, rails
from domain.money import smallest_coin
from domain.payout_methods import KINDS
from domain.payouts import minimum
from domain.rails import RAILS, Rail
from domain.rules import Rules
from storage import payouts
from storage.database import Tx
from storage.ledger import balance
from storage.payouts import Group


@dataclass(frozen=True, slots=True)
class Part:
    """Some people: those a rail would pay, or those left out for a reason. `amount` is micro-units."""

    name: str
    people: int
    amount: int


@dataclass(frozen=True, slots=True)
class DryRun:
    """`paid` by rail; `left_out` by reason: no_method, waiting (a change), not_paid (by no rail here), minimum.

    `short` is what the clients' funds owe: that much of the money for this run has not been received.
    """

    paid: tuple[Part, ...]
    left_out: tuple[Part, ...]
    short: int

    @property
    def people(self) -> int:
        """How many would be paid."""
        return sum(part.people for part in self.paid)

    @property
    def total(self) -> int:
        """What would go out, in micro-units."""
        return sum(part.amount for part in self.paid)


def dry_run(tx: Tx) -> DryRun:
    """Judge everybody's balance as the run does (tested against it), in one statement."""
    rules = tx.rules
    least = smallest_coin(rules.currency)
    groups = payouts.would_pay(tx, kinds=json.dumps(_kinds(rules)), least=least)
    paid: dict[str, list[Group]] = {}
    left: dict[str, list[Group]] = {}
    for group in groups:
        rail = _rail(group, rules)
        (paid if group.is_paid and rail else left).setdefault(
            rail.name if group.is_paid and rail else _why(group, rail), []
        ).append(group)
    return DryRun(
        tuple(_part(name, paid[name], of_balance=False) for name in RAILS if name in paid),
        tuple(_part(name, left[name], of_balance=True) for name in sorted(left)),
        max(0, -balance(tx, ledger.FUNDS)),
    )


def _kinds(rules: Rules) -> list[tuple[str, int, int]]:
    if rails.hand_alone(rules):
        kinds = dict.fromkeys(("", *KINDS), RAILS[rails.BY_HAND])
    else:
        found = {kind: rails.for_method(kind, rules) for kind in KINDS}
        kinds = {kind: rail for kind, rail in found.items() if rail is not None}
    return [(kind, rail.coin(rules.currency), minimum(rules, rail)) for kind, rail in kinds.items()]


def _rail(group: Group, rules: Rules) -> Rail | None:
    if rails.hand_alone(rules):
        return RAILS[rails.BY_HAND]
    return None if group.kind is None else rails.for_method(group.kind, rules)


def _why(group: Group, rail: Rail | None) -> str:
    if rail is not None:
        return "minimum"
    if group.kind is None:
        return "waiting" if group.waits else "no_method"
    return "not_paid"


def _part(name: str, groups: list[Group], *, of_balance: bool) -> Part:
    amount = sum(group.balance if of_balance else group.paid for group in groups)
    return Part(name, sum(group.people for group in groups), amount)
