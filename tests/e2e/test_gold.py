"""Gold through the local Bot API: a ZIP with a gold.csv becomes a batch; a miss is told when its worker stops."""

from __future__ import annotations

from domain import gold
from storage import batches
from storage.database import Tx
from tests.e2e.conftest import House
from tests.e2e.test_drafts import COLOURS, PETS, zipped
from tests.files.zips import photo

GOLD = "file,label,why\npet0.jpg,cat,It has whiskers.\npet1.jpg,DOG,\npet2.jpg,Fish,\nnowhere.jpg,Cat,\n"


async def test_a_zip_with_gold_says_what_is_used_and_a_miss_is_told_when_its_worker_stops(house: House) -> None:
    olivia = await house.owner()
    members = [(f"pet{number}.jpg", photo(colour=COLOURS[number])) for number in range(8)]
    file = zipped(*members, ("gold.csv", GOLD.encode()))
    await olivia.document("pets.zip", file, caption=f"{PETS}\ngold 100%")
    await house.settled()
    shown = await olivia.sees("8 photos", "Gold: Cat 1 · Dog 1. 6 answers to it are paid for.")
    assert "“Fish” (1). The answers are: Cat, Dog, Something else." in shown.text
    assert "nowhere.jpg: has a known answer and is not in the batch" in shown.text
    assert "(6 × 1 + 6 to gold) × $0.05 = $0.60" in shown.text
    assert {"Make gold", "Forget gold", "Gold share"} <= set(shown.buttons)
    await olivia.tap("Publish")
    await house.settled()

    await house.app.db.write(_gold_first, worker=2)

    ana = await house.worker(olivia, "Ana")
    await ana.tap("Got it")
    card = await ana.sees("What is in the photo?", "1 of up to 8 for you")
    await ana.tap("Something else", on=card)
    await ana.sees("2 of up to 8 for you")
    await ana.tap("Stop for now")
    await house.tick("gold")
    await house.settled()
    told = await ana.sees("You said: Something else", "paid like any other")
    await ana.tap("I think it is right", on=told)
    await house.settled()
    await ana.sees("A coordinator will look at it")


def _gold_first(tx: Tx, *, worker: int, now: int = 0) -> None:
    """A salt with which this worker's first card is gold."""
    batch = batches.by_id(tx, 1)
    assert batch is not None and batch.gold_budget == 6
    salt = next(
        one
        for one in range(1, 1_000)
        if gold.is_due(batch._replace(gold_salt=one), worker, seen=0, done=0, place=(0, 0, 0))
    )
    batches.change(tx, batch.id, gold_salt=salt)
