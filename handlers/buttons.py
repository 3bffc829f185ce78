"""The codec of button data: an action and whole numbers, `answer:4f:1`, at most 64 bytes.

The data says which button it was, never what it means: meaning comes from rows, checked when it is tapped.
"""

from __future__ import annotations

from domain.refusals import StaleButton

LIMIT = 64
LARGEST = 2**63 - 1
"""What the database can hold; an altered button may carry more."""
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def encode(action: str, *numbers: int) -> str:
    """Button data for an action; raises ValueError when it does not fit (a fault of ours)."""
    data = ":".join([action, *map(_base36, numbers)])
    if len(data.encode()) > LIMIT or ":" in action:
        raise ValueError(f"button data out of bounds: {action}")
    return data


def decode(data: str) -> tuple[str, tuple[int, ...]]:
    """The action and its numbers; raises StaleButton for anything `encode` would not have made."""
    action, *numbers = data.split(":")
    try:
        decoded = tuple(int(number, 36) for number in numbers)
        if encode(action, *decoded) == data and all(number <= LARGEST for number in decoded):
            return action, decoded
    except ValueError:
        pass
    raise StaleButton


def _base36(number: int) -> str:
    if number < 0:
        raise ValueError("button numbers are not negative")
    digits = DIGITS[number % 36]
    while number := number // 36:
        digits = DIGITS[number % 36] + digits
    return digits
