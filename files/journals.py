"""The ledger as plain-text accounting, for beancount and for hledger; pure, a page at a time, the same bytes each time.

Our accounts are credit-normal, those of the tools debit-normal: what is owed to clients and workers is a liability
there, and what came in less what was paid out is cash. The tools forgive small differences in amounts with few
decimals, so all six are written, and balances are asserted without tolerance.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final

from domain.ledger import WORLD, Account, Transfer
from domain.money import MICRO
from domain.rules import MINUTE, Rules, moment

OPENED: Final = date(1970, 1, 1).isoformat()
"""When all accounts open: before anything moves."""
QUARTER: Final = 15 * MINUTE
"""No zone changes its offset within one."""


class Format(StrEnum):
    """Whose syntax."""

    BEANCOUNT = "beancount"
    HLEDGER = "hledger"


class Writer:
    """Writes one journal: `head`, then pages, then `tail`. Remembers only the last day it wrote."""

    def __init__(self, form: Format, rules: Rules, currency: str) -> None:
        self._form = form
        self._currency = currency
        self._last: str | None = None

        @lru_cache(maxsize=4096)
        def day(quarter: int) -> str:
            return rules.local(quarter * QUARTER).date().isoformat()

        self._day = day

    def head(self, accounts: Iterable[Account]) -> Iterator[str]:
        """The commodity and every account."""
        if self._form is Format.BEANCOUNT:
            yield f'option "title" "Tallyhand"\noption "operating_currency" "{self._currency}"\n'
            yield f"{OPENED} commodity {self._currency}\n"
            yield from (f"{OPENED} open {name_of(account)} {self._currency}\n" for account in accounts)
        else:
            yield f"; Tallyhand\ndecimal-mark .\ncommodity 1000.000000 {self._currency}\n"
            yield from (f"account {name_of(account)}\n" for account in accounts)

    def page(self, transfers: Iterable[Transfer]) -> str:
        """Each transfer as a transaction of two postings, with its cause and its instant (UTC)."""
        return "".join(map(self._transaction, transfers))

    def tail(self, balances: Iterable[tuple[Account, int]]) -> Iterator[str]:
        """What every account must have in the end, for the tool to check; nothing when nothing ever moved."""
        if self._last is None:
            return
        currency = self._currency
        if self._form is Format.BEANCOUNT:
            after = (date.fromisoformat(self._last) + timedelta(days=1)).isoformat()
            for account, balance in balances:
                yield f"{after} balance {name_of(account)} {amount_of(-balance)} ~ 0.000000 {currency}\n"
        else:
            for account, balance in balances:
                asserted = f"{amount_of(0)} {currency} = {amount_of(-balance)} {currency}"
                yield f"\n{self._last} * balance\n    {name_of(account)}  {asserted}\n"

    def _transaction(self, transfer: Transfer) -> str:
        day = self._day(transfer.at // QUARTER)
        self._last = day if self._last is None else max(day, self._last)
        noun, subject, event = transfer.cause.split(":")[:3]
        at = moment(transfer.at).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        amount = f"{amount_of(transfer.amount)} {transfer.currency}"
        debit, credit = name_of(transfer.debit), name_of(transfer.credit)
        if self._form is Format.BEANCOUNT:
            return (
                f'\n{day} * "{noun} {event}" ^{noun}-{subject}\n  cause: "{transfer.cause}"\n  at: "{at}"\n'
                f"  {debit}  {amount}\n  {credit}  -{amount}\n"
            )
        return (
            f"\n{day} * {noun} {event}  ; cause:{transfer.cause}, at:{at}\n"
            f"    {debit}  {amount}\n    {credit}  -{amount}\n"
        )


def name_of(account: Account) -> str:
    """The account as the tools name it: `batch:7:reserve` is Liabilities:Batch:7:Reserve."""
    if account == WORLD:
        return "Assets:Cash:Received"
    if ":" not in account:
        return f"Liabilities:{account.title()}"
    noun, owner, use = account.split(":")
    if use == "paid":
        return f"Assets:Cash:Paid:{noun.title()}:{owner}"
    return f"Liabilities:{noun.title()}:{owner}:{use.title()}"


def amount_of(micro: int) -> str:
    """Micro-units with all six decimals: 50000 is 0.050000."""
    whole, rest = divmod(abs(micro), MICRO)
    return f"{'-' if micro < 0 else ''}{whole}.{rest:06d}"
