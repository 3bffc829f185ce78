"""What banks answer: each form is told by its content, and no bytes do more than one sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.bank_answers import (
    STATUSES,
    AmountUnreadable,
    Answer,
    BrokenAnswer,
    Line,
    NoStatus,
    OwnFile,
    Status,
    StatusUnknown,
    Whole,
    key_of,
    readings,
    reason_of,
    status_of,
)
from domain.file_problems import FileProblem
from domain.money import as_decimal_text
from files.bank_answers import read_answer
from files.bank_tables import MAYBE
from files.payout_tables import table, unpacked
from files.sepa import transfer_file
from tests.files.answers import OWN, camt, pain2
from tests.files.test_payout_files import PAYER, TODAY, order

LIST = "payout,name,method,number,amount,currency,status,reason,reference,fee\r\n"


@pytest.fixture
def read(tmp_path: Path) -> Any:
    def read(data: bytes | str) -> Answer | str | None:
        path = tmp_path / "answer"
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return read_answer(path)

    return read


def test_our_list_comes_back_with_its_status(read: Any) -> None:
    found = read(
        LIST
        + f"{key_of(OWN, 1)},Ana,iban,DE,12.34,EUR,Paid,,B-1,0.10\r\n"
        + f"{key_of(OWN, 2)},Ben,iban,DE,1000.00,EUR,refusé,Account closed,,\r\n"
        + f"{key_of(OWN, 3)},Cem,iban,DE,5.00,EUR,,,,\r\n"
        + "\r\nTotal,,,,1017.34,EUR,,,,\r\n"
    )
    assert found == Answer(
        "list",
        (
            Line(OWN, 1, Status.PAID, (12_340_000,), "EUR", "", "B-1", 100_000, 2),
            Line(OWN, 2, Status.FAILED, (1_000_000_000,), "EUR", "account_closed", "", 0, 3),
        ),
        (),
        1,
    )


def test_a_list_saved_by_a_spreadsheet_of_another_country_is_read(read: Any) -> None:
    text = f"payout;amount;currency;status\n{key_of(OWN, 1)};1.234,50;EUR;pagado\n"
    for data in (text.encode("utf-16"), text.encode("cp1252"), b"\xef\xbb\xbf" + text.encode()):
        assert read(data).lines == (Line(OWN, 1, Status.PAID, (1_234_500_000,), "EUR", "", "", 0, 2),)


def test_a_report_of_paypal_is_read_by_its_columns(read: Any) -> None:
    found = read(
        "Payouts report\n\n"
        "Transaction ID,Recipient,Gross amount,Currency,Fee,Transaction status,Unique ID,Error\n"
        f"8AB,ana@example.org,-12.34,USD,-0.25,Completed,{key_of(OWN, 1)},\n"
        f"9CD,ben@example.org,-5.00,USD,0.00,Unclaimed,{key_of(OWN, 2)},\n"
        f"0EF,cem@example.org,-5.00,USD,0.00,Returned,{key_of(OWN, 3)},RECEIVER_UNREGISTERED\n"
        "1GH,shop@example.org,-80.00,USD,0.00,Completed,INV-7,\n"
    )
    assert [(line.payout_id, line.status, line.fee, line.problem) for line in found.lines] == [
        (1, Status.PAID, 250_000, ""),
        (2, Status.WAITING, 0, ""),
        (3, Status.RETURNED, 0, "receiver_unregistered"),
    ]
    assert (found.lines[0].readings, found.lines[0].reference) == ((12_340_000,), "8AB")
    assert found.others == 1


def test_the_banks_own_file_is_no_answer(read: Any) -> None:
    made = [transfer_file(PAYER, [order(1)], TODAY, "Pay")] + [
        table(rail, [order(1)], "EUR", "Pay") for rail in ("csv_paypal", "csv_mobile")
    ]
    for one in made:
        with pytest.raises(OwnFile):
            read(unpacked(one.content))
    with pytest.raises(NoStatus):
        read(unpacked(table("csv", [order(1)], "EUR", "Pay").content))


def test_pain_002_tells_each_payment_and_the_file(read: Any) -> None:
    found = read(
        pain2("MSG-1", "PART", [(1, "ACSC", "", "12.34"), (2, "RJCT", "AC04", "5.00"), (3, "PDNG", "", "1.00")])
    )
    assert [(line.payout_id, line.status, line.problem, line.readings) for line in found.lines] == [
        (1, Status.PAID, "", (12_340_000,)),
        (2, Status.FAILED, "ac04", (5_000_000,)),
        (3, Status.WAITING, "", (1_000_000,)),
    ]
    assert found.form == "pain.002"
    assert found.wholes == ()
    assert read(pain2("MSG-1", "RJCT", [], reason="FF01")).wholes == (Whole("MSG-1", Status.FAILED, "ff01"),)
    assert read(pain2("MSG-1", "ACCP", [])).wholes == (Whole("MSG-1", Status.WAITING),)


def test_camt_tells_what_was_booked_what_came_back_and_what_a_whole_file_cost(read: Any) -> None:
    found = read(
        camt(
            "BkToCstmrStmt",
            [
                (1, "12.34", "DBIT", "BOOK", ""),
                (2, "4.50", "CRDT", "BOOK", "AC04"),
                (3, "1.00", "DBIT", "PDNG", ""),
                (None, "800.00", "CRDT", "BOOK", ""),
                ("MSG-1", "99.99", "DBIT", "BOOK", ""),
            ],
        )
    )
    assert [(line.payout_id, line.status, line.problem, line.readings) for line in found.lines] == [
        (1, Status.PAID, "", (12_340_000,)),
        (2, Status.RETURNED, "ac04", ()),
    ]
    assert found.wholes == (Whole("MSG-1", Status.PAID, "", (99_990_000,), "EUR"),)
    assert (found.form, found.others) == ("camt.053", 2)


def test_a_truncated_file_is_refused_wherever_it_is_cut(read: Any) -> None:
    whole = pain2("MSG-1", "PART", [(1, "ACSC", "", "12.34"), (2, "RJCT", "AC04", "5.00")]).encode()
    begins = whole.index(b"<CstmrPmtStsRpt>") + len("<CstmrPmtStsRpt>")
    for end in range(begins, len(whole) - len("</Document>\n"), 7):
        with pytest.raises(BrokenAnswer):
            read(whole[:end])
    with pytest.raises(BrokenAnswer):
        read(LIST + f'{key_of(OWN, 1)},"Ana,iban,DE,12.34,EUR,paid,,,\r\n')


def test_a_document_type_and_entities_are_refused(read: Any) -> None:
    bomb = '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;">]>'
    with pytest.raises(FileProblem):
        read(f'<?xml version="1.0"?>{bomb}<Document><CstmrPmtStsRpt>&c;</CstmrPmtStsRpt></Document>')


def test_what_is_no_answer_is_left_alone(read: Any) -> None:
    for text in ("", "prompt\nWhy?\n", "a,b,status\n1,2,open\n", "id,status\nTHE4F2A91C0P1,done\n", "<html></html>",
                 "<", '[{"prompt": "x"}]', "%PDF-1.4", "payout,status\nlast week,paid\n"):  # fmt: skip
        assert read(text) is None


def test_only_its_sender_knows_what_names_payouts_and_says_nothing_of_them(read: Any) -> None:
    assert read(f"prompt\nWhat became of {key_of(OWN, 1)}?\n") == MAYBE


def test_a_word_or_an_amount_nobody_knows_names_its_line(read: Any) -> None:
    with pytest.raises(StatusUnknown) as unknown:
        read(LIST + f"{key_of(OWN, 1)},A,iban,x,1.00,EUR,maybe?,,,\r\n")
    assert unknown.value.params == {"status": "maybe?", "line": 2}
    with pytest.raises(AmountUnreadable):
        read(LIST + f"{key_of(OWN, 1)},A,iban,x,one,EUR,paid,,,\r\n")


@given(st.binary(max_size=400))
@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_bytes_are_an_answer_something_else_or_one_sentence(read: Any, data: bytes) -> None:
    whole = pain2("M", "PART", [(1, "ACSC", "", "1.00")]).encode()
    row = (LIST + f"{key_of(OWN, 1)},A,iban,x,1.00,EUR,paid,,,\r\n").encode()
    for tried in (data, b"<" + data, row + data, row[:90] + data + row[90:], whole[:300] + data + whole[300:]):
        try:
            found = read(tried)
        except FileProblem:
            continue
        assert found is None or found == MAYBE or isinstance(found, Answer)


@given(st.integers(1, 10**15), st.sampled_from(["{}", "-{}", "{} ", "+{}"]))
def test_an_amount_is_among_its_readings_however_it_is_written(micro: int, shape: str) -> None:
    text = as_decimal_text(micro)
    whole, _, decimals = text.partition(".")
    grouped = f"{int(whole):,}"
    for written in (text, f"{whole},{decimals}", f"{grouped}.{decimals}", f"{grouped.replace(',', '.')},{decimals}"):
        assert micro in (readings(shape.format(written)) or ())


@given(st.text(max_size=40))
def test_statuses_and_reasons_take_any_text(text: str) -> None:
    assert status_of(text) in {None, *Status}
    assert len(reason_of(text)) <= 60
    assert reason_of(text) == reason_of(reason_of(text))


def test_every_word_means_one_thing() -> None:
    assert status_of("Payé") is status_of("PAID") is status_of("Completed") is Status.PAID
    assert status_of("On hold") is Status.WAITING
    assert len(STATUSES) > 60
