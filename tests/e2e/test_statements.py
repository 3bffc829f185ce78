"""Statement and /fairness on the phone, against the whole product: two documents come, sealed on the disk till then."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

from pypdf import PdfReader

from domain import ledger as accounts
from storage import ledger
from tests.e2e.conftest import House
from tests.e2e.phones import Phone
from tests.e2e.test_drafts import PETS, pets

PLAIN = PETS.replace("> Choose what is biggest.\n", "").replace("price 0.05", "price 0.125")


async def _documents(phone: Phone) -> list[dict[str, str]]:
    return [one.raw["document"] for one in await phone.messages() if one.raw.get("document")]


async def test_a_worker_asks_for_this_month_and_gets_pdf_and_csv_that_agree_with_the_ledger(house: House) -> None:
    olivia = await house.owner()
    ana = await house.worker(olivia, "Zuleika Ñandú")
    await olivia.document("pets.zip", pets(3), caption=PLAIN)
    await house.settled()
    await olivia.tap("Publish")
    await house.settled()
    await ana.say("/work")
    for _ in range(3):
        await house.settled()
        await ana.tap("Cat", on=await ana.sees_button("Cat"))
    await house.settled()

    await ana.say("/earnings")
    shown = await ana.sees("In review")
    assert "Statement" in shown.buttons
    await ana.tap("Statement", on=shown)
    asked = await ana.sees("Which month?")
    assert asked.buttons == ["This month"]
    assert "comes in a moment" in await ana.tap("This month", on=asked)
    await house.settled()
    await ana.sees("Your statement of", "In review: $0.00 → $0.375")

    documents = await _documents(ana)
    assert [one["file_name"].rpartition(".")[2] for one in documents] == ["pdf", "csv"]
    pdf, table = [await house.phones.file(one["file_id"]) for one in documents]
    text = " ".join(PdfReader(io.BytesIO(pdf)).pages[0].extract_text().split())
    assert "Zuleika Ñandú" in text and "3 × $0.125" in text and "submission:1:credited" in text
    lines = list(csv.reader(io.StringIO(table.decode("utf-8-sig"), newline="")))
    assert len(lines) == 6
    worker = await house.read(lambda tx: tx.value("select max(id) from people"))
    in_review = await house.read(ledger.balance, account=accounts.in_review(worker))
    assert Decimal(lines[-1][9]) == Decimal(in_review).scaleb(-6) == Decimal("0.375")

    kept = sorted((house.settings.data_dir / "statements").iterdir())
    assert [one.suffix for one in kept] == [".csv", ".pdf"], "the lines in between are gone"
    assert not any(one.read_bytes().startswith((b"%PDF", b"\xef\xbb\xbf")) for one in kept)


async def test_fairness_is_open_to_a_stranger(house: House) -> None:
    await house.owner()
    sam = await house.phones.person("Sam")
    await sam.say("/fairness")
    await sam.sees("Fewer than 5 people", "The rule")
    await house.tick("fairness")
    await house.tick("statements")
    await house.settled()
