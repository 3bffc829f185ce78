"""The whole product pays over PayPal: an approved run goes out by itself, and everybody reads what became of theirs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot import paying
from domain import sendings as waits
from domain.rules import SECOND
from emulator.paypal.server import PayPal as StandIn
from storage import payouts
from tests import paydays
from tests.e2e.conftest import House


@pytest.fixture
async def standin() -> AsyncIterator[StandIn]:
    async with StandIn(settle=0.05, lag=0.05) as standin:
        yield standin


@pytest.fixture
def settings(standin: StandIn, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    for name in ("AGAIN", "SOON", "LATEST"):
        monkeypatch.setattr(waits, name, SECOND // 20)
    monkeypatch.setattr(paying, "MEASURES", paying.Measures(look=0.05))
    return {
        "rails": "paypal",
        "paypal_url": standin.address,
        "paypal_client_id": "client",
        "paypal_secret": "secret",
        "floor": "0",
    }


async def test_an_approved_run_is_paid_over_paypal_and_each_worker_reads_it(house: House, standin: StandIn) -> None:
    phones = [
        await house.phones.person(name, id=paydays.FIRST_WORKER + number)
        for number, name in enumerate(("Ana", "Ben", "Cleo"))
    ]
    for phone in phones:
        await phone.start()
    addresses = ["ana@example.org", "unclaimed.ben@example.org", "locked.cleo@example.org"]
    house.clock.forward(seconds=7 * 86_400)  # a period that the bot has not closed yet
    await house.app.db.write(paydays.payday, addresses, now=house.clock())
    ana, ben, cleo = phones
    assert "$1.50" in (await ana.sees("paid to you")).text
    await ben.sees("waits for you to claim it")
    assert "$1.50" in (await cleo.sees("balance")).text
    found = await house.read(payouts.of_run, run_id=1, limit=10)
    assert [one.state for one in found] == ["paid", "sending", "failed"]
    assert standin.book.summary(standin.now())["paid_once"] == 1
