"""What nobody needs any more goes: handled updates, messages that never went out."""

from __future__ import annotations

from typing import Final

from domain.rules import HOUR
from storage import inbox, outbox
from storage.database import Tx

KEPT: Final = 48 * HOUR
"""Telegram gives an unconfirmed update again for 24 hours; twice that is known for sure."""


def tidy(tx: Tx, *, now: int, limit: int = 1_000) -> bool:
    """Forget handled updates and unsent messages after KEPT, in bounded steps; True when there is more."""
    before = now - KEPT
    updates = inbox.forget(tx, before=before, limit=limit)
    messages = outbox.forget_unsent(tx, before=before, limit=limit)
    return limit in (updates, messages)
