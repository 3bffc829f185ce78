"""What banks answer as XML: pain.002, camt.052, camt.053 and camt.054, all versions, entry by entry in flat memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from domain.bank_answers import (
    LIMIT,
    Answer,
    BrokenAnswer,
    Line,
    OwnFile,
    Status,
    TooManyEntries,
    Whole,
    named_in,
    reason_of,
    status_of,
)
from domain.file_problems import FileProblem
from domain.money import from_decimal_text


def read_document(path: Path) -> Answer | None:
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
            try:
                amount = from_decimal_text(one.text.strip())
            except ValueError:
                raise BrokenAnswer from None
            if amount < 0:
                raise BrokenAnswer
            return (amount,), one.get("Ccy", "")
    return (), ""


def _charges(element: Any) -> int:
    """What the bank names as its charge for this payment."""
    found = 0
    for part in _children(element, "Chrgs"):
        for one in _children(part, "Rcrd") or [part]:
            amounts, _ = _money(one, "Amt")
            found += sum(amounts)
    return found
