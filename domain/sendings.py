"""What is handed to a provider: payouts under one key, what it says of them, and when they are asked about again.

The key is what keeps a payout from being made twice: the provider refuses it a second time. It does so for a while only
(PayPal: 30 days from the first), so behind SAFE nothing that may have been paid is sent again: people look.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from enum import Enum
from typing import Final, NamedTuple

from domain.bank_answers import KEY
from domain.money import as_fixed_text
from domain.rails import RAILS
from domain.rules import DAY, HOUR, SECOND

MOST_ITEMS: Final = 500
SAFE: Final = 25 * DAY
WATCHED: Final = 40 * DAY
"""So long a sending is asked about: unclaimed money comes back after 30 days, paid money may be reversed."""
AGAIN, SOON, LATEST = 5 * SECOND, 20 * SECOND, HOUR
SELDOM, DAILY = 6 * HOUR, DAY
SUBJECT: Final = "Your pay has arrived"
"""Of PayPal's mail, which has one language for all."""


class Sending(NamedTuple):
    """A row of sendings. `called_at`: a call is under way, or its process died; `doubt_at`: the last without an end."""

    id: int
    run_id: int
    number: int
    key: str
    state: str
    reference: str | None
    calls: int
    looks: int
    first_at: int | None
    called_at: int | None
    doubt_at: int | None
    next_at: int
    created_at: int


class Item(NamedTuple):
    """One payout as a provider takes it; `key` is ours, `value` and `currency` as it writes them."""

    key: str
    receiver: str
    value: str
    currency: str


class Standing(Enum):
    """Where the provider says that a payout is."""

    PENDING = "pending"
    UNCLAIMED = "unclaimed"
    PAID = "paid"
    FAILED = "failed"
    RETURNED = "returned"
    """The money was under way or arrived, and is the sender's again."""


class Line(NamedTuple):
    """What the provider says of one payout; `problem` is a code of ours or, in small letters, of the provider's."""

    key: str
    value: str
    currency: str
    standing: Standing
    reference: str | None = None
    problem: str | None = None


class Look(NamedTuple):
    """A sending as the provider shows it. `worked`: it was gone through; `denied`: none of it is paid or will be.

    `fees` is (value, currency).
    """

    worked: bool
    denied: bool
    lines: tuple[Line, ...]
    fees: tuple[str, str] | None = None


def body(key: str, items: Iterable[Item]) -> bytes:
    """A batch as PayPal takes it; the same items make the same bytes."""
    return json.dumps(
        {
            "sender_batch_header": {
                "sender_batch_id": key,
                "recipient_type": "EMAIL",
                "email_subject": SUBJECT,
            },
            "items": [
                {
                    "amount": {"currency": item.currency, "value": item.value},
                    "receiver": item.receiver,
                    "sender_item_id": item.key,
                }
                for item in items
            ],
        },
        separators=(",", ":"),
    ).encode()


def payout_of(key: str) -> int | None:
    """The payout that a name is of (`key_of` in domain/bank_answers.py); None for what is not ours."""
    found = KEY.fullmatch(key)
    return None if found is None else int(found[2])


def value_text(amount: int, currency: str) -> str:
    """Micro-units as PayPal writes them: 12340000 USD → "12.34", 500000000 HUF → "500". ValueError if it cannot."""
    return as_fixed_text(amount, RAILS["paypal"].digits(currency))


def next_look(looks: int, standings: set[Standing], now: int) -> int:
    """When to ask again: soon at first, an hour apart later; seldom for what its receiver has to claim; daily after."""
    if Standing.PENDING in standings:
        return now + min(LATEST, SOON << min(looks, 8))
    return now + (SELDOM if Standing.UNCLAIMED in standings else DAILY)


def next_call(calls: int, now: int) -> int:
    """When to try again what was not taken, or may not have been: 5 seconds at first, an hour apart later."""
    return now + min(LATEST, AGAIN << min(calls, 10))
