"""Files for banks: what a table writes, and a SEPA file that pays exactly what was asked for, once, by the schema."""

from __future__ import annotations

import csv
import hashlib
import io
from datetime import date
from importlib import resources
from typing import Any

import pytest
import sepaxml
import xmlschema
from defusedxml import ElementTree
from sepaxml import SepaTransfer

from domain.bank_answers import key_of, named_in
from domain.payouts import Order
from files import sepa
from files.payout_tables import LIST_COLUMNS, table, unpacked
from files.sepa import NotTheSame, transfer_file, working_day

PAYER = ("Müller & Co", "DE89370400440532013000", "COBADEFFXXX")
GERMAN, FRENCH, WRONG, OUTSIDE = (
    "DE75512108001245126199", "FR1420041010050500013M02606", "DE75512108001245126198", "BR1800360305000010009795493C1",
)  # fmt: skip
TODAY = date(2026, 11, 20)
"""A Friday."""


def order(number: int, iban: str = GERMAN, *, cents: int = 1234, name: str = "Zoë Núñez", kind: str = "iban") -> Order:
    amount = f"{cents // 100}.{cents % 100:02d}"
    return Order(number, key_of("4f2a91c0", number), name, kind, iban, amount, cents * 10_000)


def _schema() -> xmlschema.XMLSchema:
    path = resources.files(sepaxml) / "schemas" / f"{sepa.SCHEMA}.xsd"
    assert path.is_file(), "the package brings the official schema"
    return xmlschema.XMLSchema(str(path))


def _texts(data: bytes, name: str) -> list[str]:
    return [one.text for one in ElementTree.fromstring(data).iter() if one.tag.rpartition("}")[2] == name]


def test_a_sepa_file_is_right_by_the_official_schema_and_pays_what_was_asked_for() -> None:
    made = transfer_file(PAYER, [order(1), order(2, FRENCH, cents=100_001)], TODAY, "Pay 2026-W47")
    data = unpacked(made.content)
    _schema().validate(data.decode())
    assert (made.payments, made.total, made.refused) == (2, 1_012_350_000, ())
    assert made.sha256 == hashlib.sha256(data).hexdigest()
    assert _texts(data, "MsgId") == [made.key]
    assert _texts(data, "InstdAmt") == ["12.34", "1000.01"]
    assert _texts(data, "EndToEndId") == ["TH4F2A91C0P1", "TH4F2A91C0P2"]
    assert set(_texts(data, "CtrlSum")) == {"1012.35"}
    assert _texts(data, "Dt") == ["2026-11-23"]  # the Monday after
    assert _texts(data, "Nm")[1:] == ["Muller & Co", "Zoe Nunez", "Zoe Nunez"]


def test_a_wrong_iban_one_outside_sepa_and_a_name_of_signs_are_left_out_by_name() -> None:
    rows = [order(1), order(2, WRONG), order(3, OUTSIDE), order(4, name="🙂")]
    made = transfer_file(PAYER, rows, TODAY, "Pay")
    assert made.refused == ((2, "ac01"), (3, "rr04"), (4, "be01"))
    assert (made.content, made.payments) == (b"", 0)


def test_the_same_payout_twice_is_never_written() -> None:
    with pytest.raises(NotTheSame):
        transfer_file(PAYER, [order(1), order(1)], TODAY, "Pay")


def test_a_library_that_writes_every_payment_twice_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    class Twice(SepaTransfer):  # type: ignore[misc]
        def export(self, **options: Any) -> bytes:
            super().export(**options)
            return bytes(super().export(**options))

    monkeypatch.setattr(sepa, "SepaTransfer", Twice)
    with pytest.raises(NotTheSame):
        transfer_file(PAYER, [order(1)], TODAY, "Pay")


def test_the_bank_pays_on_a_working_day_after_today() -> None:
    days = [working_day(date(2026, 11, day)) for day in range(16, 23)]
    assert [day.day for day in days] == [17, 18, 19, 20, 23, 23, 23]


def test_paypals_mass_payment_has_no_heading_and_names_the_payout() -> None:
    one = order(7, "ana@example.org", kind="paypal")
    data = unpacked(table("csv_paypal", [one], "USD", "Pay 2026-W47").content)
    assert data == b"ana@example.org,12.34,USD,TH4F2A91C0P7,Pay 2026-W47,PayPal\r\n"
    assert len(one.key) <= 30


def test_mobile_money_has_the_number_without_plus_and_whole_amounts_where_there_are_no_coins() -> None:
    one = order(7, "+254712345678", kind="mobile")._replace(amount="12")
    data = unpacked(table("csv_mobile", [one], "KES", "Pay").content)
    assert data == b"phone,amount,currency,payout\r\n254712345678,12,KES,TH4F2A91C0P7\r\n"


def test_a_name_that_is_a_formula_is_text_in_the_table_for_any_bank() -> None:
    made = table("csv", [order(1, name="=HYPERLINK(1)"), order(2, name='Ana, "B"')], "EUR", "Pay")
    rows = list(csv.reader(io.StringIO(unpacked(made.content).decode("utf-8-sig"))))
    assert tuple(rows[0]) == LIST_COLUMNS
    assert rows[1][:6] == ["TH4F2A91C0P1", "'=HYPERLINK(1)", "iban", GERMAN, "12.34", "EUR"]
    assert rows[2][1] == 'Ana, "B"'
    assert (made.payments, made.total) == (2, 24_680_000)


def test_a_key_is_read_back_whatever_a_bank_does_to_its_letters() -> None:
    assert key_of("4f2a91c0", 881) == "TH4F2A91C0P881"
    for said in ("TH4F2A91C0P881", "th4f2a91c0p881", " TH4F-2A91-C0P8 81", "TH4F2A91C0P881\n"):
        assert named_in(said) == ("4f2a91c0", 881)
    for said in ("", "TH4F2A91C0P", "TH4F2A91C0P0", "XTH4F2A91C0P1", "TH4F2A91C0P1x", "TH" * 40, "NOTPROVIDED"):
        assert named_in(said) is None
