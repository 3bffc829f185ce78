"""The methods of the Bot API, by topic. `TABLE` has them by lower-case name."""

from __future__ import annotations

from emulator.api import editing, forwarding, media, messages, profile, receiving, taps
from emulator.api.method import Call, Method, Raw

TABLE: dict[str, Method] = {
    method.name.lower(): method
    for module in (receiving, messages, media, editing, taps, forwarding, profile)
    for method in module.METHODS
}

__all__ = ["TABLE", "Call", "Method", "Raw"]
