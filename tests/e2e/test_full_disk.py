"""A full disk while people write: nothing is half there, and everything goes on when there is room."""

from __future__ import annotations

from storage.database import Tx
from tests.e2e.conftest import House


def limit_pages(tx: Tx, more: int | None) -> None:
    pages = tx.value("pragma page_count")
    tx.value(f"pragma max_page_count = {1_073_741_823 if more is None else pages + more}")


async def test_updates_that_come_while_the_disk_is_full_are_handled_once_there_is_room(house: House) -> None:
    ana, ben = await house.phones.person("Ana"), await house.phones.person("Ben")
    await ana.start()
    await ana.sees("Ana")
    await house.app.db.write(limit_pages, 0)
    for _ in range(40):  # more than the free room in the pages that are there
        await ana.say("/help " + "x" * 4000)
    await ben.start()
    await house.phones.post("clock", advance=0)
    pending = await house.phones.get("pending")
    assert pending["updates"] + pending["unconfirmed"] > 0, "what could not be kept is not confirmed"

    await house.app.db.write(limit_pages, None)
    await house.settled(60)
    assert len([shown for shown in await ana.messages() if "/settings" in shown.text]) == 40
    await ben.sees("Ben")
