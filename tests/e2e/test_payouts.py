"""A payout run from the first approval to money that came back, on the phones: two humans, a bank, two workers."""

from __future__ import annotations

from typing import Any

import pytest

from domain import ledger as accounts
from domain.money import as_decimal_text
from domain.people import Person
from files.payout_tables import LIST_COLUMNS
from storage import ledger, payout_files, payout_methods, payouts, people
from storage.database import Tx
from tests.e2e.conftest import House
from tests.e2e.phones import Phone
from tests.files.answers import camt, pain2
from tests.steps import violations
from usecases import payout_files as files

DAY = 86_400
IBANS = {"Ana": "DE75512108001245126199", "Ben": "FR1420041010050500013M02606", "Cem": "DE89370400440532013000"}


@pytest.fixture
def settings() -> dict[str, Any]:
    return {
        "currency": "EUR",
        "rails": "sepa,by_hand",
        "sepa_name": "Tally",
        "sepa_iban": "DE02120300000000202051",
        "payout_two_above": "2",
    }


async def _coordinator(house: House, olivia: Phone, name: str) -> Phone:
    await olivia.say("/invite coordinator")
    link = await olivia.sees("start=", "Coordinator")
    carl = await house.phones.person(name)
    await carl.start(next(word for word in link.text.split() if "start=" in word).partition("start=")[2])
    await house.settled()
    return carl


def _earn(tx: Tx, name: str, amount: int, now: int) -> None:
    """Money on a balance, whose work is not what this is about."""
    person = next(one for one in _everybody(tx) if people.name(tx, one.id) == name)
    payout_methods.begin(tx, person.id, "iban", IBANS[name], now=now)
    begun = payout_methods.begun(tx, person.id)
    assert begun is not None
    payout_methods.confirm(tx, begun, name=name, active_from=now, now=now)
    cause, target = f"topup:{person.id}:credited", accounts.available(person.id)
    ledger.transfer(tx, cause=cause, debit=accounts.FUNDS, credit=target, amount=amount, currency="EUR", now=now)


def _everybody(tx: Tx) -> list[Person]:
    return [people.by_id(tx, row["id"]) for row in tx.all("select id from people")]


def _state(tx: Tx) -> dict[str, str]:
    found = tx.all("select worker_id, state from payouts")
    return {people.name(tx, row["worker_id"]): row["state"] for row in found}


def _id(tx: Tx, name: str) -> int:
    found = tx.all("select id, worker_id from payouts")
    return next(int(row["id"]) for row in found if people.name(tx, row["worker_id"]) == name)


async def _run(house: House, *names: str) -> tuple[Phone, Phone, dict[str, Phone]]:
    """Two who coordinate, workers with money and an IBAN, and a run that is proposed."""
    olivia = await house.owner()
    workers: dict[str, Phone] = {}
    for name in names:
        workers[name] = await house.worker(olivia, name)
        await house.settled()
    carl = await _coordinator(house, olivia, "Carl")
    for number, name in enumerate(names):
        await house.app.db.write(_earn, name, 5_000_000 + number * 1_000_000, house.clock())
    house.clock.forward(seconds=8 * DAY)
    await house.tick("payouts")
    await house.settled()
    return olivia, carl, workers


async def test_approved_by_two_filed_answered_and_one_came_back(house: House) -> None:
    olivia, carl, workers = await _run(house, "Ana", "Ben", "Cem")
    run = await olivia.sees("Total €18.00 for 3 people", "two people")
    assert (await olivia.tap("Approve", on=run)).startswith("The first of two approvals")
    assert "second coordinator" in await olivia.tap_data(run.id, run.data("Approve") or "")
    second = await carl.sees("Approved by Olivia", "one of two")
    assert await carl.tap("Approve", on=second) == "Approved · €18.00"
    ready = await carl.sees("SEPA: 3 to pay", "Approved by Carl")
    assert "being made" in await carl.tap("File for the bank", on=ready)
    document = await carl.sees("File for the bank: SEPA", "€18.00 for 3 people")
    await house.settled()
    first = await _content(house, document)
    assert b"<CtrlSum>18.00</CtrlSum>" in first
    assert all(iban.encode() in first for iban in IBANS.values())
    await carl.tap("File for the bank", on=await carl.sees("SEPA: 3 under way"))
    await house.settled()
    again = await carl.last()
    assert again.id != document.id
    assert await _content(house, again) == first

    own = (await house.read(files.installation)).lower()
    (made,) = await house.read(payout_files.of_run, run_id=1, rail="sepa")
    ana, ben, cem = [await house.read(_id, name=name) for name in ("Ana", "Ben", "Cem")]

    # The bank's own file, another bot's answer, a wrong amount, a file cut off: one sentence each, nothing recorded.
    for name, content, said in (
        ("sepa.xml", first, "the file for the bank itself"),
        (
            "a.xml",
            pain2(made.key, "PART", [(ana, "ACSC", "", "5.00")], own="00000000").encode(),
            "payouts of another bot",
        ),
        ("b.xml", pain2(made.key, "PART", [(ana, "ACSC", "", "5.01")], own=own).encode(), "says 5.01"),
        ("c.xml", pain2(made.key, "PART", [(99, "ACSC", "", "5.00")], own=own).encode(), "never sent to a bank"),
        ("d.xml", pain2(made.key, "PART", [(ana, "ACSC", "", "5.00")], own=own).encode()[:-60], "cut off or damaged"),
        ("e.xml", pain2("OTHER", "RJCT", [], own=own).encode(), "not one of ours"),
        ("f.xml", pain2(made.key, "ACSC", [(ana, "ACSC", "", "5.00")], own=own, currency="USD").encode(), "is in USD"),
        ("g.xml", b"<html><body>Hello</body></html>", "I cannot use this file"),
    ):
        await carl.document(name, content)
        await carl.sees(said)
        await house.settled()
    assert set((await house.read(_state)).values()) == {"sending"}

    answer = pain2(made.key, "PART", [(ana, "ACSC", "", "5.00"), (ben, "RJCT", "AC04", "6.00")], own=own).encode()
    await carl.document("answer.xml", answer)
    await carl.sees("The bank’s answer", "1 paid, 1 failed, 1 not in the file")
    await workers["Ana"].sees("€5.00 paid to you", "•••• 6199")
    failed = await workers["Ben"].sees("€6.00", "did not go through. The account is closed.")
    assert failed.buttons == ["Payout method"]
    await house.settled()
    await carl.document("answer.xml", answer)
    await carl.sees("I have read this file before")
    statement = [
        (cem, "7.00", "DBIT", "BOOK", ""),
        (ana, "5.00", "CRDT", "BOOK", "AC06"),
        (None, "9.00", "DBIT", "BOOK", ""),
    ]
    await carl.document("statement.xml", camt("BkToCstmrStmt", statement, own=own, charge="0.20").encode())
    await carl.sees("1 paid, 1 came back", "1 entry is about something else")
    await workers["Ana"].sees("€5.00 came back", "cannot receive money")
    await house.settled()
    assert await house.read(_state) == {"Ana": "returned", "Ben": "failed", "Cem": "paid"}
    assert (await house.read(payouts.recent, limit=1))[0].state == "settled"
    assert await house.read(ledger.moved, cause="run:1:fee:1000002") == 200_000
    assert [line for line in await house.read(violations) if "topup" not in line] == []
    assert await house.read(lambda tx: tx.value("select count(*) from batches")) == 0


async def _content(house: House, shown: Any) -> bytes:
    return await house.phones.file(shown.raw["document"]["file_id"])


async def test_the_list_filled_in_by_hand_settles_it_and_a_table_of_texts_is_still_a_batch(house: House) -> None:
    olivia, carl, workers = await _run(house, "Ana", "Ben")
    run = await olivia.sees("Total €11.00 for 2 people")
    await olivia.tap("Approve", on=run)
    await carl.tap("Approve", on=await carl.sees("one of two"))
    await carl.tap("File for the bank", on=await carl.sees("SEPA: 2 to pay", "Approved by Carl"))
    await carl.sees("File for the bank: SEPA")
    await house.settled()
    await carl.tap("List", on=await carl.sees("SEPA: 2 under way"))
    table = await carl.sees("write paid, failed or returned")
    rows = (await _content(house, table)).decode("utf-8-sig").splitlines()
    assert rows[0] == ",".join(LIST_COLUMNS)
    await carl.document("payout.csv", "\r\n".join(rows).encode())
    await carl.sees("The column “status” is empty")
    filled = [rows[0], rows[1].replace("EUR,", "EUR,paid"), rows[2].replace("EUR,,", "EUR,failed,closed account")]
    await carl.document("payout.csv", "\r\n".join(filled).encode())
    await carl.sees("1 paid, 1 failed")
    await workers["Ana"].sees("€5.00 paid to you")
    await workers["Ben"].sees("The reason given is “closed account”")
    await house.settled()
    own = await house.read(files.installation)
    await carl.document("texts.csv", f"prompt\nWhat is TH{own.upper()}P1?\n".encode())
    asked = await carl.sees("What is texts.csv?")
    assert asked.buttons == ["A bank’s answer", "Data for a batch"]
    await carl.tap("Data for a batch", on=asked)
    await carl.sees("texts")
    assert "no longer" in await carl.tap_data(asked.id, asked.data("A bank’s answer") or "")
    await carl.document("more.csv", b"prompt\nWhy is the sky blue?\nWhat is rain?\n")
    await house.settled()
    assert await house.read(lambda tx: tx.value("select count(*) from tasks")) == 3
    assert await house.read(lambda tx: as_decimal_text(ledger.total(tx))) == "0.00"


async def test_a_worker_who_sends_a_banks_answer_reads_one_hint(house: House) -> None:
    _, __, workers = await _run(house, "Ana")
    await workers["Ana"].document("answer.xml", pain2("M", "RJCT", []).encode())
    await house.settled()
    assert await house.read(lambda tx: tx.value("select count(*) from jobs where kind = 'bank_answer'")) == 0
