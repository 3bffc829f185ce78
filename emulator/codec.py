"""JSON in and out, in one place: compact, UTF-8, fast."""

from __future__ import annotations

from typing import Any

import orjson


def encode(value: Any) -> bytes:
    """Compact JSON."""
    return orjson.dumps(value)


def decode(data: bytes | str) -> Any:
    """Parse JSON; raise ValueError when it is none."""
    return orjson.loads(data)
