"""Files for banks as tables: PayPal's mass payment, mobile money, one for any bank; and the list that people fill in.

Run in a worker process; what comes back is compressed, for a file is kept as long as its run.
"""

from __future__ import annotations

import csv
import hashlib
import io
import zlib
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from domain.payouts import Order
from files.exports import Cell, safe_cell

LIST_COLUMNS = ("payout", "name", "method", "number", "amount", "currency", "status", "reason", "reference", "fee")
"""Of the file for any bank and of the list; the last four are for the answer."""
MOBILE_COLUMNS = ("phone", "amount", "currency", "payout")


class Made(NamedTuple):
    """A file: its bytes compressed, the SHA-256 of the bytes themselves, what it pays, who cannot be paid by it.

    `key` is what the bank's answer may name the whole file by.
    """

    content: bytes
    sha256: str
    payments: int
    total: int
    refused: tuple[tuple[int, str], ...] = ()
    key: str = ""


def table(rail: str, rows: Sequence[Order], currency: str, note: str) -> Made:
    """Make the file of one of the rails csv, csv_paypal and csv_mobile."""
    lines = {"csv": _any_bank, "csv_paypal": _paypal, "csv_mobile": _mobile}[rail](rows, currency, note)
    # Byte order marks are for people's spreadsheets; a program reads one as part of the first address.
    return packed(_bytes(lines, "utf-8-sig" if rail == "csv" else "utf-8"), rows)


def packed(data: bytes, rows: Sequence[Order]) -> Made:
    """The finished bytes of a file that pays all these rows."""
    total = sum(row.micro for row in rows)
    return Made(zlib.compress(data), hashlib.sha256(data).hexdigest(), len(rows), total)


def unpacked(content: bytes) -> bytes:
    """The bytes as the bank gets them."""
    return zlib.decompress(content)


def written_list(rows: Iterable[Sequence[Cell]]) -> bytes:
    """The list of a run for people: rows under LIST_COLUMNS."""
    return _bytes([LIST_COLUMNS, *([safe_cell(cell) for cell in row] for row in rows)], "utf-8-sig")


def shown_number(number: str) -> str:
    """A phone number without its plus: mobile money's programs want it so, and spreadsheets take it for a formula."""
    return number.removeprefix("+")


def _any_bank(rows: Sequence[Order], currency: str, note: str) -> Iterator[Sequence[Cell]]:
    yield LIST_COLUMNS
    for row in rows:
        cells: list[Cell] = [row.key, row.name, row.kind, shown_number(row.number), Decimal(row.amount), currency]
        yield [safe_cell(cell) for cell in [*cells, "", "", "", ""]]


def _paypal(rows: Sequence[Order], currency: str, note: str) -> Iterator[Sequence[Cell]]:
    """Recipient, amount, currency, customer id, note, wallet; no heading: the first row is the first payout."""
    for row in rows:
        yield [safe_cell(row.number), row.amount, currency, row.key, safe_cell(note), "PayPal"]


def _mobile(rows: Sequence[Order], currency: str, note: str) -> Iterator[Sequence[Cell]]:
    yield MOBILE_COLUMNS
    for row in rows:
        yield [shown_number(row.number), row.amount, currency, row.key]


def _bytes(lines: Iterable[Sequence[object]], encoding: str) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows(lines)
    return out.getvalue().encode(encoding, "replace")
