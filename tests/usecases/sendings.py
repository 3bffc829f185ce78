"""A payday over PayPal, approved, for tests of what is sent."""

from __future__ import annotations

import sqlite3

from domain.rules import Rules
from storage.cipher import Cipher
from storage.database import Tx
from tests.builders import NOON
from tests.usecases.desk import Desk

RULES = Rules(bot_username="tallyhand_bot", rails=("paypal",), floor=0)
PRICE = 1_500_000
ADDRESSES = ("ana@example.org", "ben@example.org", "cleo@example.org", "dan@example.org")


def copy_of(connection: sqlite3.Connection) -> Desk:
    """A desk on a copy of a database."""
    desk = Desk.__new__(Desk)  # its own __init__ would migrate, which takes longer than all the rest
    desk.connection = sqlite3.connect(":memory:", isolation_level=None)
    desk.connection.row_factory = sqlite3.Row
    connection.backup(desk.connection)
    desk.rules, desk.now, desk.messages = RULES, NOON, 1_000
    desk.tx = Tx(desk.connection, Cipher(b"test"), RULES)
    desk.connection.execute("begin")
    return desk
