"""The ways money goes out: which methods each pays, in which currencies, from which amount on, and to which coin.

*hand*: a person pays and says so. *file*: the bot makes a file that a person gives to a bank, and reads the answer.
*api*: the bot asks a provider. Which rails are on is the operator's to say (RAILS).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from domain.money import MICRO, minor_digits
from domain.rules import Rules

BY_HAND: Final = "by_hand"
_NONE: Final[Mapping[str, int]] = MappingProxyType({})


class Rail(NamedTuple):
    """One way; `pays` are kinds of payout method. `currencies` None: every one.

    `minimums` are micro-units by currency, `whole` the currencies sent without decimals. A file holds at most `most`.
    """

    name: str
    pays: tuple[str, ...]
    how: str
    currencies: frozenset[str] | None = None
    minimums: Mapping[str, int] = _NONE
    whole: frozenset[str] = frozenset()
    most: int = 10_000

    def takes(self, currency: str) -> bool:
        """It can pay in this currency."""
        return self.currencies is None or currency in self.currencies

    def digits(self, currency: str) -> int:
        """The decimals it can send."""
        return 0 if currency in self.whole else minor_digits(currency)

    def coin(self, currency: str) -> int:
        """The smallest amount it can send, in micro-units."""
        return int(10 ** (6 - self.digits(currency)))

    def minimum(self, currency: str) -> int:
        """What it does not go below by its own rules, in micro-units; 0: nothing of its own."""
        return self.minimums.get(currency, 0)


_PAYPAL: Final = frozenset(
    ("AUD BRL CAD CHF CZK DKK EUR GBP HKD HUF ILS JPY MXN MYR NOK NZD PHP PLN SEK SGD THB TWD USD").split()  # noqa: SIM905
)
_PAYPAL_WHOLE: Final = frozenset({"HUF", "TWD"})
"""PayPal refuses decimals in these, whatever ISO 4217 says; JPY has none anyway."""
_MOBILE_WHOLE: Final = frozenset({"KES", "TZS"})
"""M-Pesa sends whole shillings."""

RAILS: Final = MappingProxyType(
    {
        rail.name: rail
        for rail in (
            Rail(BY_HAND, ("by_hand",), "hand"),
            Rail("csv", ("iban", "paypal", "mobile"), "file"),
            Rail("csv_paypal", ("paypal",), "file", _PAYPAL, whole=_PAYPAL_WHOLE, most=5_000),
            Rail("csv_mobile", ("mobile",), "file", minimums={"KES": 10 * MICRO}, whole=_MOBILE_WHOLE),
            Rail("sepa", ("iban",), "file", frozenset({"EUR"})),
            Rail("paypal", ("paypal",), "api", _PAYPAL, whole=_PAYPAL_WHOLE),
        )
    }
)


def enabled(rules: Rules) -> tuple[Rail, ...]:
    """The rails that are on and take the installation's currency, in the operator's order."""
    return tuple(RAILS[name] for name in rules.rails if RAILS[name].takes(rules.currency))


def hand_alone(rules: Rules) -> bool:
    """Everybody is paid by hand: nobody needs a method, and nobody is asked for one."""
    return tuple(rules.rails) == (BY_HAND,)


def for_method(kind: str, rules: Rules) -> Rail | None:
    """The rail that pays this kind of method here: the first in the operator's order, None when there is none."""
    return next((rail for rail in enabled(rules) if kind in rail.pays), None)
