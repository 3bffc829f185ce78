"""How SQLite would run the statements of a transaction, and which of its steps go through a table that grows."""

from __future__ import annotations

import re
import sqlite3
from typing import Any

from domain.rules import Rules
from storage.cipher import Cipher
from storage.database import Tx

SMALL_INDEXES = {
    "balances_reserved": "one entry a batch that holds money: those under way",
    "people_staff": "one entry an owner, coordinator or reviewer",
    "method_requests_unasked": "who has money for the first time; it stops at the first so many",
    "payout_methods_leaving": "one entry a person who took back their consent and is still to be paid",
    "inbox_waiting": "what is not handled yet",
    "outbox_waiting": "what is not sent yet",
    "outbox_campaign": "offers that are not sent yet",
    "tasks_given_up": "the tasks that wait for a human's decision",
    "signals_open": "what stands out and nobody has looked at yet",
    "proposals_open": "the proposals that wait for a second human, or are being worked off",
    "jobs_waiting": "what is not worked off yet",
    "payout_runs_open": "the runs that are not settled",
    "fairness_open": "the counting that is under way",
}
"""Partial indexes that hold what is open now: going through one costs what is open, not what there ever was."""


class NotingTx(Tx):
    """A transaction that notes each statement with the values of its first run."""

    __slots__ = ("noted",)

    def __init__(self, connection: sqlite3.Connection, rules: Rules) -> None:
        super().__init__(connection, Cipher(b"test"), rules)
        self.noted: dict[str, dict[str, object]] = {}

    def run(self, sql: str, **values: object) -> sqlite3.Cursor:
        self.noted.setdefault(sql, values)
        return super().run(sql, **values)

    def one(self, sql: str, **values: object) -> sqlite3.Row | None:
        self.noted.setdefault(sql, values)
        return super().one(sql, **values)

    def all(self, sql: str, **values: object) -> list[sqlite3.Row]:
        self.noted.setdefault(sql, values)
        return super().all(sql, **values)

    def value(self, sql: str, **values: object) -> Any:
        self.noted.setdefault(sql, values)
        return super().value(sql, **values)

    def add(self, sql: str, **values: object) -> int:
        self.noted.setdefault(sql, values)
        return super().add(sql, **values)


def scans(step: str, sql: str) -> bool:
    """`SCAN table` and `SCAN table USING INDEX …` both go through all of it; sub-selects and lists of ours do not."""
    if not step.startswith("SCAN ") or step.startswith(("SCAN CONSTANT", "SCAN (", "SCAN json_each")):
        return False
    alias = step.split()[1]
    named = re.search(rf"\b(?:from|join)\s+(\w+)\s+(?:as\s+)?{alias}\b", sql)
    of_this_statement = f"recursive {named.group(1) if named else alias} (" in sql
    return not of_this_statement and not any(f"INDEX {name}" in step for name in SMALL_INDEXES)
