"""What nobody needs any more goes: handled updates, messages that went out or never will, periods long over."""

from __future__ import annotations

from typing import Final

from domain.rules import DAY, HOUR
from storage import inbox, job_runs, outbox
from storage.database import Tx

KEPT: Final = 48 * HOUR
"""Telegram gives an unconfirmed update again for 24 hours; twice that is known for sure."""
PERIODS_KEPT: Final = 60 * DAY
"""A period counts as done for so long: far more than any clock is set back."""


def tidy(tx: Tx, *, now: int, limit: int = 1_000) -> bool:
    """Forget handled updates and closed messages after KEPT, periods after PERIODS_KEPT; bounded, True with more."""
    updates = inbox.forget(tx, before=now - KEPT, limit=limit)
    messages = outbox.forget(tx, before=now - KEPT, limit=limit)
    periods = job_runs.forget(tx, before=now - PERIODS_KEPT, limit=limit)
    return limit in (updates, messages, periods)
