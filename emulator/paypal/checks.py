"""What PayPal Payouts refuses in a request, as `details` of its VALIDATION_ERROR: one refused item refuses all of them.

Limits are those of its reference (15,000 items, texts, decimals by currency). Stricter than PayPal in one thing: fields
it does not know are refused, where PayPal ignores them, so that a slip of the pen is seen.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

MOST_ITEMS = 15_000
LARGEST = Decimal(20_000)
WHOLE = frozenset({"HUF", "JPY", "TWD"})
"""Currencies in which decimals are an error."""
_CONVERTED = "AUD CAD CZK DKK EUR HKD HUF ILS JPY MXN NOK NZD PHP PLN GBP SGD SEK CHF TWD USD CNY"
CONVERTED = frozenset(_CONVERTED.split())
HELD = frozenset({"BRL", "MYR", "RUB", "THB"})
"""Payable only from a balance in that currency, which this account does not have."""

_EMAIL = re.compile(r"[^@\s<>(),;:\"\[\]]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_RECEIVERS = {
    "EMAIL": _EMAIL,
    "PHONE": re.compile(r"\+?[0-9 ()-]{7,20}"),
    "PAYPAL_ID": re.compile(r"[A-Z0-9]{13}"),
}
_HEADER = {"sender_batch_id": 256, "recipient_type": 13, "email_subject": 255, "email_message": 1000, "note": 1000}
_ITEM = {"recipient_type": 13, "receiver": 127, "note": 1000, "sender_item_id": 63, "recipient_wallet": 20}
Detail = dict[str, Any]


def details(body: Any) -> list[Detail]:
    """Everything that is wrong with the body of a POST; empty when it may be taken."""
    if not isinstance(body, dict):
        return [_detail("body", "Request body is not an object")]
    found = _unknown(body, {"sender_batch_header", "items"}, "")
    header, items = body.get("sender_batch_header"), body.get("items")
    if not isinstance(header, dict):
        return [*found, _detail("sender_batch_header", "Required field is missing")]
    found += _unknown(header, set(_HEADER), "sender_batch_header.") + _texts(header, _HEADER, "sender_batch_header.")
    if not isinstance(items, list) or not items:
        return [*found, _detail("items", "Required field is missing")]
    if len(items) > MOST_ITEMS:
        return [*found, _detail("items", f"Number of items exceeds {MOST_ITEMS}")]
    for number, item in enumerate(items):
        found += _item(item, header, f"items[{number}]")
    currencies = {item["amount"].get("currency") for item in items if _has_amount(item)}
    if len(currencies) > 1:
        found.append(_detail("items", "Multiple currencies within a batch is not allowed"))
    return found


def not_held(body: Any) -> bool:
    """Whether it pays in a currency that the account would have to hold (NON_HOLDING_CURRENCY)."""
    return any(item["amount"]["currency"] in HELD for item in body["items"])


def _item(item: Any, header: dict[str, Any], where: str) -> list[Detail]:
    if not isinstance(item, dict):
        return [_detail(where, "Item is not an object")]
    found = _unknown(item, {*_ITEM, "amount"}, f"{where}.") + _texts(item, _ITEM, f"{where}.")
    kind = item.get("recipient_type", header.get("recipient_type"))
    receiver = item.get("receiver")
    pattern = _RECEIVERS.get(str(kind))
    if pattern is None or not isinstance(receiver, str) or not pattern.fullmatch(receiver):
        found.append(_detail(f"{where}.receiver", "Receiver is invalid or does not match with type"))
    if not _has_amount(item):
        return [*found, _detail(f"{where}.amount", "Required field is missing")]
    return found + _amount(item["amount"], f"{where}.amount")


def _amount(amount: dict[str, Any], where: str) -> list[Detail]:
    found = _unknown(amount, {"currency", "value"}, f"{where}.")
    currency, value = amount.get("currency"), amount.get("value")
    if currency not in CONVERTED | HELD:
        return [*found, _detail(f"{where}.currency", "Currency is invalid")]
    decimals = "" if currency in WHOLE else r"(\.[0-9]{1,2})?"
    if not isinstance(value, str) or not re.fullmatch(rf"[0-9]{{1,10}}{decimals}", value) or Decimal(value) <= 0:
        return [*found, _detail(f"{where}.value", "Amount is invalid or does not match with currency")]
    if Decimal(value) > LARGEST:
        found.append(_detail(f"{where}.value", "Amount exceeds the limit of a payout"))
    return found


def _has_amount(item: Any) -> bool:
    return isinstance(item, dict) and isinstance(item.get("amount"), dict)


def _texts(fields: dict[str, Any], limits: dict[str, int], where: str) -> list[Detail]:
    return [
        _detail(where + name, f"Must be a text of at most {most} characters")
        for name, most in limits.items()
        if name in fields and not (isinstance(fields[name], str) and len(fields[name]) <= most)
    ]


def _unknown(fields: dict[str, Any], known: set[str], where: str) -> list[Detail]:
    return [_detail(where + str(name), "Unknown field") for name in fields if name not in known]


def _detail(field: str, issue: str) -> Detail:
    return {"field": field, "location": "body", "issue": issue}
