"""Where one's money goes, on the phone: the number is gone from the chat, and in no file or log of ours in plain."""

from __future__ import annotations

import logging
import sqlite3
from typing import Any

import pytest

from storage import payout_methods
from tests.e2e.conftest import House
from tests.e2e.phones import Phone

IBAN = "DE89370400440532013000"
TYPED = "de89 3704 0044 0532 0130 00"
WRONG = "DE88370400440532013000"
MAIL = "ana.garcia@example.org"
DAY = 86_400


@pytest.fixture
def settings() -> dict[str, Any]:
    return {"currency": "EUR", "rails": "by_hand,csv", "log_level": "DEBUG"}


async def _own(phone: Phone) -> list[str]:
    """What stands in the chat of what the person wrote."""
    chat = await phone.chat()
    return [one["text"] for one in chat["messages"] if not one["from_bot"] and not one.get("deleted")]


async def test_a_number_is_given_and_changed_and_stands_nowhere_in_plain(
    house: House, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "tallyhand")  # libraries are held at WARNING: at DEBUG they print updates
    olivia = await house.owner(funds="")
    ana = await house.worker(olivia, "Ana")

    await ana.say("/payout")
    shown = await ana.sees("How shall you be paid?", "Next payday")
    assert shown.buttons == ["IBAN", "PayPal e-mail", "Mobile money number", "Paid by hand"]
    await ana.tap("IBAN", on=shown)
    await ana.sees("Your IBAN", "keep the number encrypted")
    await ana.say(WRONG)
    await ana.sees("check digits")
    await ana.say(TYPED)
    await ana.sees("IBAN •••• 3000: got it", "In whose name")
    await ana.say("Ana García-Ngũgĩ")
    await ana.sees("Saved: IBAN •••• 3000")
    await house.settled()
    assert (await _own(ana))[1:] == ["/payout"]  # behind the START of the link

    await ana.say("/payout")
    await ana.tap("PayPal e-mail", on=await ana.sees("How you are paid", "IBAN •••• 3000"))
    await ana.say(MAIL)
    changing = await ana.sees("PayPal e-mail an•••@e•••", "counts from", "Until then your money goes to IBAN •••• 3000")
    assert changing.buttons == ["That was not me"]
    await house.settled()
    house.clock.forward(seconds=DAY + 60)
    await house.tick("payout_methods")
    active = await ana.sees("Your payouts now go to PayPal e-mail")
    await ana.tap("That was not me", on=active)
    await ana.sees("The change is undone", "IBAN •••• 3000")
    await olivia.sees("Ana says that a change of their payout method was not theirs")
    await house.settled()

    method = await house.read(lambda tx: payout_methods.active(tx, tx.value("select max(id) from people")))
    assert (await house.read(payout_methods.details, method_id=method.id)) == (IBAN, "Ana García-Ngũgĩ")
    _nowhere(house, capfd.readouterr(), caplog.text)


def _nowhere(house: House, printed: Any, logged: str) -> None:
    database = house.settings.data_dir / "tallyhand.db"
    plain = [text.encode() for text in (IBAN, TYPED, WRONG, "0532013000", "0532 0130", MAIL, "ana.garcia", "García")]
    as_it_is = b"".join(path.read_bytes() for path in house.settings.data_dir.rglob("*") if path.is_file())
    assert b"payout_method" in database.with_name("tallyhand.db-wal").read_bytes()  # the log of writes is among them
    with sqlite3.connect(database) as connection:
        connection.execute("pragma wal_checkpoint(truncate)")
    for content in (as_it_is, database.read_bytes(), (printed.out + printed.err + logged).encode()):
        assert [text for text in plain if text in content] == []
