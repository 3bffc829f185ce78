"""What publishing costs: the pay of all answers, what is kept back for top-ups, and what paying out will cost.

Amounts are micro-units. Shares are rounded up, so that nothing is ever a micro-unit short.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from domain.rules import Rules

PERCENT: Final = 100
BASIS_POINTS: Final = 10_000


class Rates(NamedTuple):
    """What is kept back beside the pay: for top-ups in per cent of it, for fees in 1/10,000 of both together."""

    topup_percent: int
    fee_basis_points: int


class Cost(NamedTuple):
    """What leaves the funds: for answers, for what lifts days to the floor, for what paying out costs."""

    pay: int
    topups: int
    fees: int

    @property
    def total(self) -> int:
        """All of it."""
        return self.pay + self.topups + self.fees


NOTHING: Final = Cost(0, 0, 0)


def beyond(whole: Cost, reserved: Cost) -> Cost:
    """What is missing to the whole when so much is reserved already."""
    return Cost(*(max(0, one - had) for one, had in zip(whole, reserved, strict=True)))


def rates_of(rules: Rules) -> Rates:
    """The rates at which a batch is published now; a published one keeps those it began with."""
    return Rates(rules.topup_percent, rules.fee_basis_points)


def cost(tasks: int, overlap: int, price: int, rates: Rates, *, gold: int = 0) -> Cost:
    """What a batch costs whose tasks get up to `overlap` answers each, and `gold` more go to tasks with a known answer.

    The one place it is computed.
    """
    return cost_of_pay((tasks * overlap + gold) * price, rates)


def gold_answers(tasks: int, overlap: int, share: int) -> int:
    """How many answers to tasks with a known answer are paid for: a share in per cent of all others."""
    return -(-tasks * overlap * share // PERCENT)


def cost_of_pay(pay: int, rates: Rates) -> Cost:
    """The pay with what is kept back beside it."""
    topups = -(-pay * rates.topup_percent // PERCENT)
    return Cost(pay, topups, fees_on(pay + topups, rates))


def fees_on(amount: int, rates: Rates) -> int:
    """What is set aside for paying out an amount."""
    return -(-amount * rates.fee_basis_points // BASIS_POINTS)


def split(amount: int, rates: Rates) -> Cost:
    """An amount divided at these rates, without a rest: what is too little to divide goes to the pay."""
    fees = amount - amount * BASIS_POINTS // (BASIS_POINTS + rates.fee_basis_points)
    topups = (amount - fees) * rates.topup_percent // (PERCENT + rates.topup_percent)
    return Cost(amount - fees - topups, topups, fees)


def fitting(
    free: int,
    *,
    tasks: int,
    overlap: int,
    price: int,
    rates: Rates,
    gold: Callable[[int], int] = lambda tasks: 0,
) -> int:
    """How many of the tasks the free funds cover, with all that is kept back beside them.

    `gold` tells how many answers to tasks with a known answer so many tasks need; never fewer for more.
    """

    def covered(fit: int) -> bool:
        return cost(fit, overlap, price, rates, gold=gold(fit)).total <= free

    least, most = 0, min(tasks, split(max(0, free), rates).pay // (overlap * price))
    while least < most:
        middle = (least + most + 1) // 2
        least, most = (middle, most) if covered(middle) else (least, middle - 1)
    return least
