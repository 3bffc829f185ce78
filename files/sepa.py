"""The SEPA file: pain.001.001.09, made once by sepaxml and checked before anybody sees it. Runs in a worker process.

sepaxml takes wrong IBANs, double names and past dates, and its `export` called twice doubles every payment. So IBANs
are checked first, it is called once, and what came out is counted again and held against the official schema.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

import schwifty
from defusedxml import ElementTree
from schwifty.exceptions import SchwiftyException
from sepaxml import SepaTransfer
from text_unidecode import unidecode

from domain.payouts import Order
from files.payout_tables import Made, packed

SCHEMA = "pain.001.001.09"
CURRENCY = "EUR"
LONGEST_NAME = 70
_NAMES = f"{{urn:iso:std:iso:20022:tech:xsd:{SCHEMA}}}"


class NotTheSame(Exception):
    """What was made is not what was asked for: a fault of ours or of the library's. Nothing of it may be used."""


def working_day(today: date) -> date:
    """The day a bank shall pay on: the next Monday to Friday, so that the file may be uploaded until the evening."""
    day = today + timedelta(days=1)
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)


def transfer_file(payer: tuple[str, str, str], rows: Sequence[Order], today: date, note: str) -> Made:
    """Make the file that pays all rows from the account of `payer` (name, IBAN, BIC or ""), on a day after `today`.

    Rows whose number is no IBAN in the SEPA area, or has no holder's name, are left out and named in `refused`; then
    `content` is empty, for the file has to be made without them. Raises NotTheSame, sepaxml.validation.ValidationError.
    """
    refused = tuple((row.id, problem) for row in rows if (problem := _problem(row)))
    if refused:
        return Made(b"", "", 0, 0, refused)
    doubled = [key for key, times in Counter(row.key for row in rows).items() if times > 1]
    if doubled or not rows:
        raise NotTheSame(f"{len(doubled)} names are doubled")
    name, iban, bic = payer
    config = {"name": name, "IBAN": iban, "currency": CURRENCY, "batch": True} | ({"BIC": bic} if bic else {})
    transfer = SepaTransfer(config, schema=SCHEMA)
    for row in rows:
        transfer.add_payment(
            {
                "name": row.name,
                "IBAN": row.number,
                "amount": row.micro // 10_000,
                "execution_date": working_day(today),
                "description": note,
                "endtoend_id": row.key,
            }
        )
    data = transfer.export(validate=True)
    _hold(data, transfer.msg_id, rows)
    return packed(data, rows)._replace(key=transfer.msg_id)


def _problem(row: Order) -> str:
    """Why a row cannot be in the file; empty when it can."""
    try:
        iban = schwifty.IBAN(row.number)
    except SchwiftyException:
        return "ac01"
    if not iban.in_sepa_zone:
        return "rr04"
    return "" if unidecode(row.name).strip() else "be01"


def _hold(data: bytes, msg_id: str, rows: Sequence[Order]) -> None:
    """Read what was made and compare number, sum and every line with what was asked for."""
    asked = {row.key: (row.number, row.micro // 10_000, row.micro % 10_000) for row in rows}
    head = ElementTree.fromstring(data).find(f"{_NAMES}CstmrCdtTrfInitn")
    made = {}
    for one in head.iter(f"{_NAMES}CdtTrfTxInf"):
        amount = one.find(f"{_NAMES}Amt/{_NAMES}InstdAmt")
        key = one.findtext(f"{_NAMES}PmtId/{_NAMES}EndToEndId")
        if amount.get("Ccy") != CURRENCY or key in made:
            raise NotTheSame(f"{key} is there twice, or in another currency")
        made[key] = (one.findtext(f"{_NAMES}CdtrAcct/{_NAMES}Id/{_NAMES}IBAN"), _cents(amount.text), 0)
    said = head.find(f"{_NAMES}GrpHdr")
    total = sum(cents for _, cents, _ in asked.values())
    if made != asked or said.findtext(f"{_NAMES}MsgId") != msg_id:
        raise NotTheSame("the payments are not those asked for")
    if (said.findtext(f"{_NAMES}NbOfTxs"), _cents(said.findtext(f"{_NAMES}CtrlSum"))) != (str(len(rows)), total):
        raise NotTheSame("number or sum is wrong")


def _cents(text: str) -> int:
    whole, _, decimals = text.partition(".")
    return int(whole) * 100 + int(decimals.ljust(2, "0"))
