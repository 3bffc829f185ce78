"""The main job, end to end: photos labelled, replies written, people paid; every figure compared with what was done."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import zipfile
from collections import Counter
from typing import Any

import pytest

from files.drawings import draw_pets
from handlers.buttons import decode
from storage import ledger
from storage.database import Tx
from tests.e2e.conftest import House
from tests.e2e.phones import Phone, Shown

DAY = 86_400
PHOTOS = 12
IN_PILOT = 10
ANSWERS = ("Cat", "Dog", "Something else")
CAPTION = """What is in the picture?
- Cat
- Dog
- Something else
> Choose what is biggest.
price 0.05
overlap 3
"""
PROMPTS = ["Why is the sky blue?", "Write a haiku about rain."]


@pytest.fixture
def settings() -> dict[str, Any]:
    """With the floor, so that the batch is measured before it is published."""
    return {"floor": "15"}


@pytest.fixture
def limits() -> bool:
    """The whole story at Telegram's own pace, with a server that refuses anything faster."""
    return True


def archive() -> bytes:
    """The photos of the batch, and a text file that is none."""
    with zipfile.ZipFile(io.BytesIO(draw_pets(PHOTOS).archive)) as drawn:
        photos = {name: drawn.read(name) for name in drawn.namelist()}
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as again:
        for name, content in photos.items():
            again.writestr(name, content)
        again.writestr("notes.txt", "not a photo")
    return made.getvalue()


async def label(worker: Phone, answers: list[str], tapped: dict[int, str], house: House) -> None:
    """Answer card after card in nine seconds each; what was tapped, by assignment, goes into `tapped`."""
    for answer in answers:
        card = await _next_card(worker, tapped)
        tapped[_assignment(card)] = answer
        house.clock.forward(seconds=9)
        assert (await worker.tap(answer, on=card)) == "Saved · +$0.05"
    await worker.sees("That was all there is for you")


async def write(worker: Phone, replies: list[tuple[str, str]], house: House) -> None:
    """Write each reply in two messages, mend the first, and submit."""
    await worker.tap("Start", on=await worker.sees("about $1.60"))
    await worker.tap("Got it")
    for first, second in replies:
        await worker.sees_button("Skip")
        message_id = await worker.say(first + " (draft)")
        await worker.sees(first + " (draft)")
        await worker.say(second)
        await worker.sees(second)
        await worker.edit(message_id, first)
        await house.settled()
        preview = await worker.sees(first, second)
        assert "(draft)" not in preview.text
        assert (await worker.tap("Submit", on=preview)) == "Saved · +$0.80"
        await house.settled()


async def test_the_main_job(house: House) -> None:
    owner = await house.owner()
    ana, ben, cleo = [await house.worker(owner, name) for name in ("Ana", "Ben", "Cleo")]
    plans = {
        ana: ["Cat", "Dog", "Cat", "Dog", "Something else", "Cat"] * 2,
        ben: ["Cat", "Dog", "Cat", "Cat", "Something else", "Dog"] * 2,
        cleo: ["Cat", "Dog", "Dog", "Dog", "Something else", "Dog"] * 2,
    }

    # A ZIP with a caption becomes a draft that says what could not be used, and what it costs.
    await owner.document("pets.zip", archive(), CAPTION)
    draft = await owner.sees_button("Pilot")
    assert "$1.80" in draft.text
    await owner.sees("notes.txt")

    # A pilot of ten measures it: all three do a share, and the draft says what an hour brings. Then all is published.
    assert (await owner.tap("Pilot")).startswith("Pilot begun")
    tapped: dict[Phone, dict[int, str]] = {}
    for worker, plan in plans.items():
        tapped[worker] = {}
        await worker.tap("Start")
        await worker.tap("Got it")
        await label(worker, plan[:IN_PILOT], tapped[worker], house)
    await owner.sees("The pilot of pets is over: about 9 s a task, $20/h. 2 photos wait to be published.")
    await owner.sees("30 of 30 answered, 3 workers, about 9 s each, $20/h so far", "measured in the pilot")
    await owner.tap("Publish")
    await house.settled()
    for worker, plan in plans.items():
        await worker.say("/work")
        await label(worker, plan[IN_PILOT:], tapped[worker], house)
    await house.settled()

    # A file of prompts becomes replies to write.
    await owner.document(
        "prompts.jsonl", "\n".join(map(json.dumps, PROMPTS)).encode(), "> Be kind.\nprice 0.80\noverlap 1"
    )
    await owner.tap("Pilot", on=await owner.sees_button("Pilot"))  # which has both of them done
    await house.settled()
    await write(
        ana, [("It scatters.", "Blue most of all."), ("Rain on the tin roof", "and nobody is in a hurry")], house
    )

    # The reviewer accepts one and sends one back; its writer sees it first, and writes it anew.
    await owner.say("/review")
    await owner.tap("Accept", on=await owner.sees_button("Accept"))
    await house.settled()
    await owner.tap("Return", on=await owner.sees_button("Return"))
    await owner.sees("reason")
    await owner.say("A haiku has three lines.")
    await ana.sees("A haiku has three lines.")
    await house.settled()
    await ana.say("/work")
    await ana.sees("A haiku has three lines.")
    await house.settled()
    await ana.say("a third line at last")
    changed = await ana.sees("a third line at last")
    assert (await ana.tap("Submit", on=changed)).startswith("Saved")
    await house.settled()

    # Silence pays: the review periods end.
    house.clock.forward(seconds=4 * DAY)
    await house.tick("reviews")
    earned = {ana: PHOTOS * 50_000 + 2 * 800_000, ben: PHOTOS * 50_000, cleo: PHOTOS * 50_000}
    available = await house.read(ledger.cached)
    assert sum(amount for account, amount in available.items() if account.endswith(":available")) == sum(
        earned.values()
    )

    # Exports are what was tapped and written.
    await _check_label_export(house, owner, tapped)
    await _check_reply_export(house, owner)

    # Payday: one run, approved, paid, a receipt each; again changes nothing.
    house.clock.forward(seconds=7 * DAY)
    for _ in range(2):
        await house.tick("payouts")
    await owner.tap("Approve")
    await owner.tap("Mark paid")
    await house.settled()
    await ana.sees("$2.20", "paid")
    paid = await house.read(ledger.cached)
    assert {amount for account, amount in paid.items() if account.endswith(":paid")} == {2_200_000}
    # Ben and Cleo have less than the least that is paid: theirs stays, and their earnings say so.
    assert sorted(amount for account, amount in paid.items() if account.endswith(":available")) == [0, 600_000, 600_000]
    await ben.say("/earnings")
    await ben.sees("$0.60")
    await ana.say("/earnings")
    shown = await ana.sees("Paid $2.20")
    assert shown.photo is not None

    # The daily summary comes with its picture, and the books are in balance.
    await house.tick("summary")
    await house.settled()
    summary = await owner.sees("pets", "prompts")
    assert summary.text
    assert await house.read(ledger.total) == 0
    assert await house.read(ledger.cached) == await house.read(ledger.replay)


async def _check_label_export(house: House, owner: Phone, tapped: dict[Phone, dict[int, str]]) -> None:
    files = await _export(house, owner, "pets")
    names = await house.read(_task_names)
    expected = Counter(
        (names[assignment], answer) for answers in tapped.values() for assignment, answer in answers.items()
    )
    for rows in (_table(files["submissions.csv"]), _lines(files["submissions.jsonl"])):
        assert Counter((row["task"], row["answer"]) for row in rows) == expected
    for rows in (_table(files["tasks.csv"]), _lines(files["tasks.jsonl"])):
        assert len(rows) == PHOTOS
        for row in rows:
            votes = Counter({answer: count for (task, answer), count in expected.items() if task == row["task"]})
            assert row["label"] == votes.most_common(1)[0][0]


async def _check_reply_export(house: House, owner: Phone) -> None:
    files = await _export(house, owner, "prompts")
    assert {row["answer"] for row in _lines(files["submissions.jsonl"])} == {
        "It scatters.\n\nBlue most of all.",
        "Rain on the tin roof\n\nand nobody is in a hurry\n\na third line at last",
    }


async def _export(house: House, owner: Phone, title: str) -> dict[str, bytes]:
    await owner.tap("Export", on=await owner.sees_button("Export") if title == "" else await _progress(owner, title))
    await house.settled()
    documents = [shown for shown in await owner.messages() if "document" in shown.raw]
    newest = documents[-1].raw["document"]
    assert title in newest["file_name"]
    with zipfile.ZipFile(io.BytesIO(await owner.phones.file(newest["file_id"]))) as packed:
        return {name.rpartition("/")[2]: packed.read(name) for name in packed.namelist()}


async def _progress(owner: Phone, title: str) -> Shown:
    shown = [message for message in await owner.messages() if title in message.text and message.data("Export")]
    return shown[-1]


def _table(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def _lines(content: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in content.decode().splitlines()]


def _task_names(tx: Tx) -> dict[int, str]:
    rows = tx.all("select a.id, t.name from assignments a join tasks t on t.id = a.task_id")
    return {row["id"]: row["name"] for row in rows}


def _assignment(card: Shown) -> int:
    return decode(card.data("Cat") or "")[1][0]


async def _next_card(worker: Phone, tapped: dict[int, str]) -> Shown:
    for _ in range(200):
        card = await worker.sees_button("Cat")
        if _assignment(card) not in tapped:
            return card
        await asyncio.sleep(0.05)
    raise AssertionError("the next card does not come")
