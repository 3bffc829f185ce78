"""Tables that say what became of payouts: our own list with its status column filled in, PayPal's reports."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from typing import Final

from domain.bank_answers import (
    LIMIT,
    AmountUnreadable,
    Answer,
    BrokenAnswer,
    Line,
    NoStatus,
    OwnFile,
    Status,
    StatusUnknown,
    TooManyEntries,
    named_in,
    readings,
    reason_of,
    status_of,
)

MAYBE: Final = "maybe"
"""It names payouts of ours without a status: only its sender can say what it is."""
_KEYS: Final = (
    "payout",
    "uniqueid",
    "senderitemid",
    "customerid",
    "payoutitemid",
    "referenceid",
    "reference",
    "invoiceid",
)
_STATES: Final = ("status", "transactionstatus", "payoutstatus", "itemstatus", "paymentstatus")
_AMOUNTS: Final = ("amount", "gross", "grossamount", "payoutamount", "transactionamount", "transactionvalue")
_CURRENCIES: Final = ("currency", "currencycode", "transactioncurrency")
_REASONS: Final = ("reason", "error", "errorcode", "errorname", "errormessage", "reasoncode", "failurereason")
_FEES: Final = ("fee", "fees", "feeamount", "payoutitemfee", "transactionfee")
_REFERENCES: Final = ("transactionid", "reference", "receipt", "banksreference", "payoutitemid")
_COLUMNS: Final = {
    "status": _STATES,
    "amount": _AMOUNTS,
    "currency": _CURRENCIES,
    "reason": _REASONS,
    "fee": _FEES,
    "reference": _REFERENCES,
}
_OURS: Final = re.compile(r"(?<![0-9A-Za-z])TH[0-9A-F]{8}P[1-9]", re.IGNORECASE | re.ASCII)


def read_table(text: str) -> Answer | str | None:
    """Read a table; None when it is no answer, MAYBE when only its sender can say. Raises FileProblem."""
    ours = _OURS.search(text)
    rows = _records(text)
    if rows is None:
        if ours:
            raise BrokenAnswer
        return None
    # The heading may stand below lines that name the report.
    for at, (_, cells) in enumerate(rows[:20]):
        names = list(map(_folded, cells))
        if any(name in _STATES for name in names) and any(name in _KEYS for name in names):
            return _settled(rows[at + 1 :], names, is_ours="payout" in names, has_ours=ours is not None)
    if ours is None:
        return None
    if "payout" in map(_folded, rows[0][1]) or named_in(_cell(rows[0][1], 3)):
        raise OwnFile
    return MAYBE


def _settled(
    rows: Sequence[tuple[int, list[str]]], names: list[str], *, is_ours: bool, has_ours: bool
) -> Answer | str | None:
    """The rows under a heading that has a key and a status."""
    column = {
        what: next((names.index(name) for name in known if name in names), -1) for what, known in _COLUMNS.items()
    }
    keys = [at for at, name in enumerate(names) if name in _KEYS]
    lines: list[Line] = []
    others, empty = 0, 0
    for number, cells in rows:
        found = next((named for at in keys if (named := named_in(_cell(cells, at)))), None)
        said = _cell(cells, column["status"])
        if found is None:
            others += any(cell.strip() for cell in cells)
            continue
        if len(lines) == LIMIT:
            raise TooManyEntries(limit=LIMIT)
        if not said.strip():
            empty += 1
            continue
        status = status_of(said)
        if status is None:
            raise StatusUnknown(status=said.strip()[:40], line=number)
        lines.append(_line(found, status, cells, column, number))
    if not lines and empty:
        raise NoStatus
    if not lines:
        return MAYBE if has_ours else None
    return Answer("list" if is_ours else "report", tuple(lines), (), others)


def _line(found: tuple[str, int], status: Status, cells: list[str], column: dict[str, int], number: int) -> Line:
    amounts = _amount(_cell(cells, column["amount"]), number)
    fees = _amount(_cell(cells, column["fee"]), number)
    reference = _cell(cells, column["reference"]).strip().lstrip("'")[:60]
    return Line(
        *found,
        status,
        amounts,
        _cell(cells, column["currency"]).strip().upper()[:3],
        reason_of(_cell(cells, column["reason"])),
        "" if named_in(reference) else reference,
        fees[0] if fees else 0,
        number,
    )


def _amount(text: str, number: int) -> tuple[int, ...]:
    plain = text.strip().lstrip("'")
    if not plain:
        return ()
    found = readings("".join(char for char in plain if char in "0123456789.,-+−' " or char.isspace()))
    if found is None:
        raise AmountUnreadable(line=number)
    return found


def _folded(name: str) -> str:
    return "".join(char for char in name.casefold() if char.isalnum())


def _cell(cells: Sequence[str], at: int) -> str:
    return cells[at] if 0 <= at < len(cells) else ""


def _records(text: str) -> list[tuple[int, list[str]]] | None:
    """The rows with their line numbers; None for what is no table, or ends within quotes."""
    head = text[:10_000]
    delimiter = max(",;\t|", key=head.count)
    csv.field_size_limit(1_000_000)  # of the process, which is a worker
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[int, list[str]]] = []
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((reader.line_num, cells))
                if len(rows) > LIMIT + 100:
                    raise TooManyEntries(limit=LIMIT)
    except csv.Error:
        return None
    return rows or None
