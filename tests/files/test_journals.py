"""The ledger as text for accounting programs: names, exact amounts, days of the installation, nobody's name."""

from __future__ import annotations

import pytest

from domain import ledger as accounts
from domain.ledger import Account, Transfer
from domain.rules import HOUR, Rules
from files.journals import Format, Writer, amount_of, name_of
from tests.builders import NOON

TRANSFERS = [
    Transfer("batch:7:reserved", NOON, accounts.FUNDS, accounts.reserve(7), 12_000_000, "USD"),
    Transfer("submission:881:credited", NOON + 11 * HOUR, accounts.reserve(7), accounts.in_review(5), 125_000, "USD"),
]
BALANCES = [(accounts.WORLD, -12_000_000), (accounts.reserve(7), 11_875_000), (accounts.in_review(5), 125_000)]
BEANCOUNT = """option "title" "Tallyhand"
option "operating_currency" "USD"
1970-01-01 commodity USD
1970-01-01 open Assets:Cash:Received USD
1970-01-01 open Liabilities:Batch:7:Reserve USD
1970-01-01 open Liabilities:Worker:5:Review USD

2026-09-21 * "batch reserved" ^batch-7
  cause: "batch:7:reserved"
  at: "2026-09-21T12:00:00.000000Z"
  Liabilities:Funds  12.000000 USD
  Liabilities:Batch:7:Reserve  -12.000000 USD

2026-09-22 * "submission credited" ^submission-881
  cause: "submission:881:credited"
  at: "2026-09-21T23:00:00.000000Z"
  Liabilities:Batch:7:Reserve  0.125000 USD
  Liabilities:Worker:5:Review  -0.125000 USD
2026-09-23 balance Assets:Cash:Received 12.000000 ~ 0.000000 USD
2026-09-23 balance Liabilities:Batch:7:Reserve -11.875000 ~ 0.000000 USD
2026-09-23 balance Liabilities:Worker:5:Review -0.125000 ~ 0.000000 USD
"""
HLEDGER = """; Tallyhand
decimal-mark .
commodity 1000.000000 USD
account Assets:Cash:Received
account Liabilities:Batch:7:Reserve
account Liabilities:Worker:5:Review

2026-09-21 * batch reserved  ; cause:batch:7:reserved, at:2026-09-21T12:00:00.000000Z
    Liabilities:Funds  12.000000 USD
    Liabilities:Batch:7:Reserve  -12.000000 USD

2026-09-22 * submission credited  ; cause:submission:881:credited, at:2026-09-21T23:00:00.000000Z
    Liabilities:Batch:7:Reserve  0.125000 USD
    Liabilities:Worker:5:Review  -0.125000 USD

2026-09-22 * balance
    Assets:Cash:Received  0.000000 USD = 12.000000 USD

2026-09-22 * balance
    Liabilities:Batch:7:Reserve  0.000000 USD = -11.875000 USD

2026-09-22 * balance
    Liabilities:Worker:5:Review  0.000000 USD = -0.125000 USD
"""


@pytest.mark.parametrize(("form", "text"), [(Format.BEANCOUNT, BEANCOUNT), (Format.HLEDGER, HLEDGER)])
def test_a_journal_has_every_transfer_on_its_local_day_and_every_balance_after_the_last(
    form: Format, text: str
) -> None:
    writer = Writer(form, Rules(timezone="Europe/Paris"), "USD")
    parts = [*writer.head(account for account, _ in BALANCES), writer.page(TRANSFERS), *writer.tail(BALANCES)]
    assert "".join(parts) == text


@pytest.mark.parametrize("form", Format)
def test_of_an_empty_ledger_nothing_is_asserted(form: Format) -> None:
    assert list(Writer(form, Rules(), "USD").tail([])) == []


@pytest.mark.parametrize(
    ("micro", "text"), [(0, "0.000000"), (1, "0.000001"), (-1, "-0.000001"), (-12_345_678_901, "-12345.678901")]
)
def test_amounts_have_all_their_decimals(micro: int, text: str) -> None:
    assert amount_of(micro) == text


@pytest.mark.parametrize(
    ("account", "name"),
    [
        (accounts.WORLD, "Assets:Cash:Received"),
        (accounts.FUNDS, "Liabilities:Funds"),
        (accounts.available(5), "Liabilities:Worker:5:Available"),
        (accounts.in_transit(5), "Liabilities:Worker:5:Transit"),
        (accounts.paid(5), "Assets:Cash:Paid:Worker:5"),
    ],
)
def test_accounts_are_named_as_the_tools_take_them(account: Account, name: str) -> None:
    assert name_of(account) == name
