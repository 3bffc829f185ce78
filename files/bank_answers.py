"""Reading what banks answer: our own list with its status column, PayPal's reports, pain.002, camt.053 and camt.054.

What a file is, its content says, not its name. Strangers' bytes: read in a worker process with limits; entities and
document types are refused (defusedxml), the tree is not kept. Whatever the bytes, what comes back is an Answer, None
(it is something else), MAYBE, or one of the sentences in domain/bank_answers.py.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from domain.bank_answers import (
    AmountUnreadable,
    Answer,
    BrokenAnswer,
    Line,
    NoStatus,
    OwnFile,
    Status,
    StatusUnknown,
    TooManyEntries,
    Whole,
    named_in,
    readings,
    reason_of,
    status_of,
)
from domain.file_problems import FileProblem, NotATable
from files.tables import decoded

LIMIT: Final = 100_000
"""Entries of one file."""
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
MAYBE: Final = "maybe"
_OURS: Final = re.compile(r"(?<![0-9A-Za-z])TH[0-9A-F]{8}P[1-9]", re.IGNORECASE | re.ASCII)


def read_answer(path: Path) -> Answer | str | None:
    """Read the file at `path`; None when it is no bank's answer, MAYBE when only its sender can say.

    Raises FileProblem (a sentence that says that nothing was recorded), nothing else for any bytes.
    """
    with path.open("rb") as file:
        head = file.read(4_096)
    if _is_xml(head):
        return _xml(path)
    try:
        text = decoded(path.read_bytes())
    except NotATable:
        return None
    return _table(text)


def _is_xml(head: bytes) -> bool:
    plain = head.replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    return plain.lstrip()[:1] == b"<"


# Tables.


def _table(text: str) -> Answer | str | None:
    ours = _OURS.search(text)
    rows = _records(text)
    if rows is None:
        if ours:
            raise BrokenAnswer
        return None
    heading = ["".join(char for char in cell.casefold() if char.isalnum()) for cell in rows[0][1]]
    # The heading may stand below lines that name the report.
    for at, (_, cells) in enumerate(rows[:20]):
        names = ["".join(char for char in cell.casefold() if char.isalnum()) for cell in cells]
        if any(name in _STATES for name in names) and any(name in _KEYS for name in names):
            return _settled(rows[at + 1 :], names, is_ours="payout" in names, has_ours=ours is not None)
    if ours is None:
        return None
    if "payout" in heading or named_in(_cell(rows[0][1], 3)):
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


_COLUMNS: Final = {
    "status": _STATES,
    "amount": _AMOUNTS,
    "currency": _CURRENCIES,
    "reason": _REASONS,
    "fee": _FEES,
    "reference": _REFERENCES,
}


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


# ISO 20022.


def _xml(path: Path) -> Answer | None:
    """Walk the document once; each entry is forgotten when it has been read."""
    work: _Pain2 | _Camt | None = None
    try:
        stack: list[str] = []
        for event, element in iterparse(path, events=("start", "end"), forbid_dtd=True):
            name = element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
            if event == "start":
                stack.append(name)
                if len(stack) == 2:
                    work = _reader_of(name)
                    if work is None:
                        return None
                if len(stack) > 60:
                    raise BrokenAnswer
                continue
            stack.pop()
            if work is not None and work.ended(name, element):
                element.clear()
    except FileProblem:
        raise
    except DefusedXmlException:
        raise BrokenAnswer from None
    except (ParseError, ValueError, LookupError, UnicodeError, RecursionError):
        if work is None:
            return None
        raise BrokenAnswer from None
    return None if work is None else work.answer()


def _reader_of(name: str) -> _Pain2 | _Camt | None:
    if name == "CstmrPmtStsRpt":
        return _Pain2()
    if name in ("BkToCstmrStmt", "BkToCstmrDbtCdtNtfctn", "BkToCstmrAcctRpt"):
        return _Camt(name)
    if name == "CstmrCdtTrfInitn":
        raise OwnFile
    return None


class _Entries:
    """What both kinds of answer collect."""

    form = ""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.wholes: list[Whole] = []
        self.others = 0

    def answer(self) -> Answer:
        return Answer(self.form, tuple(self.lines), tuple(self.wholes), self.others)

    def _add(self, found: tuple[str, int] | None, line: Callable[[tuple[str, int]], Line]) -> None:
        if found is None:
            self.others += 1
            return
        if len(self.lines) == LIMIT:
            raise TooManyEntries(limit=LIMIT)
        self.lines.append(line(found))


class _Pain2(_Entries):
    """pain.002: of single payments, of a part of a file, of the whole."""

    form = "pain.002"

    def __init__(self) -> None:
        super().__init__()
        self._whole: Whole | None = None

    def ended(self, name: str, element: Any) -> bool:
        if name == "TxInfAndSts":
            status = status_of(_text(element, "TxSts")) or Status.WAITING
            found = named_in(_text(element, "OrgnlEndToEndId")) or named_in(_text(element, "OrgnlInstrId"))
            amounts, currency = _money(element, "InstdAmt")
            problem = reason_of(_text(element, "StsRsnInf", "Rsn", "Cd") or _text(element, "StsRsnInf", "Rsn", "Prtry"))
            reference, where = _text(element, "AcctSvcrRef")[:60], len(self.lines) + self.others + 1
            self._add(found, lambda own: Line(*own, status, amounts, currency, problem, reference, 0, where))
            return True
        if name == "OrgnlGrpInfAndSts":
            group = status_of(_text(element, "GrpSts"))
            reason = reason_of(_text(element, "StsRsnInf", "Rsn", "Cd"))
            key = _text(element, "OrgnlMsgId")
            if key:
                self._whole = Whole(key[:60], group or Status.WAITING, reason)
        if name == "OrgnlPmtInfAndSts" and self._whole is not None:
            part = status_of(_text(element, "PmtInfSts"))
            if part in (Status.FAILED, Status.PAID):
                reason = reason_of(_text(element, "StsRsnInf", "Rsn", "Cd"))
                self._whole = Whole(self._whole.key, part, reason)
            return True
        return False

    def answer(self) -> Answer:
        """A status of the whole counts for those that are not named."""
        if self._whole is not None and (not self.lines or self._whole.status is not Status.WAITING):
            self.wholes.append(self._whole)
        return super().answer()


class _Camt(_Entries):
    """camt.052, .053 and .054: booked entries of the account, one payment each or a whole file in one."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.form = {"BkToCstmrStmt": "camt.053", "BkToCstmrDbtCdtNtfctn": "camt.054"}.get(name, "camt.052")

    def ended(self, name: str, element: Any) -> bool:
        if name != "Ntry":
            return False
        booked = (_text(element, "Sts", "Cd") or _text(element, "Sts")).upper() == "BOOK"
        details = [one for part in _children(element, "NtryDtls") for one in _children(part, "TxDtls")]
        if not booked:
            self.others += 1
        elif details:
            for one in details:
                self._detail(element, one)
        else:
            self._whole(element)
        return True

    def _detail(self, entry: Any, one: Any) -> None:
        refs = next(iter(_children(one, "Refs")), None)
        named = [_text(refs, part) for part in ("EndToEndId", "InstrId", "PmtInfId")] if refs is not None else []
        found = next((own for text in named if (own := named_in(text))), None)
        came = (_text(one, "CdtDbtInd") or _text(entry, "CdtDbtInd")) == "CRDT"
        back = bool(_children(one, "RtrInf")) or came or _text(entry, "RvslInd") == "true"
        amounts, currency = _money(one, "Amt") if _children(one, "Amt") else _money(one, "InstdAmt")
        if back:
            # A bank may send back less than it was given and keep the rest; the worker's payout is back as a whole.
            amounts, currency = (), ""
        problem = reason_of(_text(one, "RtrInf", "Rsn", "Cd") or _text(one, "RtrInf", "Rsn", "Prtry"))
        status = Status.RETURNED if back else Status.PAID
        reference, fee, where = _text(one, "Refs", "AcctSvcrRef")[:60], _charges(one), len(self.lines) + self.others + 1
        self._add(found, lambda own: Line(*own, status, amounts, currency, problem, reference, fee, where))

    def _whole(self, entry: Any) -> None:
        batch = [one for part in _children(entry, "NtryDtls") for one in _children(part, "Btch")]
        key = next((_text(one, "MsgId") for one in batch if _text(one, "MsgId")), "")
        if not key or _text(entry, "CdtDbtInd") != "DBIT":
            self.others += 1
            return
        amounts, currency = _money(entry, "Amt")
        self.wholes.append(Whole(key[:60], Status.PAID, "", amounts, currency))


def _children(element: Any, name: str) -> list[Any]:
    return [one for one in element if isinstance(one.tag, str) and one.tag.rpartition("}")[2] == name]


def _text(element: Any, *names: str) -> str:
    """The text at a path of local names, the first of each; empty when there is none."""
    for name in names:
        element = next(iter(_children(element, name)), None)
        if element is None:
            return ""
    return (element.text or "").strip()


def _money(element: Any, name: str) -> tuple[tuple[int, ...], str]:
    """The first amount of that name below, exactly as ISO 20022 writes it, and its currency."""
    for one in element.iter():
        if isinstance(one.tag, str) and one.tag.rpartition("}")[2] == name and (one.text or "").strip():
            whole, _, decimals = one.text.strip().partition(".")
            if (
                not (whole + decimals).isascii()
                or not (whole + decimals).isdigit()
                or len(whole) > 18
                or len(decimals) > 6
            ):
                raise BrokenAnswer
            return (int(whole or "0") * 1_000_000 + int(decimals.ljust(6, "0") or "0"),), one.get("Ccy", "")
    return (), ""


def _charges(element: Any) -> int:
    """What the bank names as its charge for this payment."""
    found = 0
    for part in _children(element, "Chrgs"):
        for one in _children(part, "Rcrd") or [part]:
            amounts, _ = _money(one, "Amt")
            found += sum(amounts)
    return found
