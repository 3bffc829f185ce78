"""What comes out equals what was tapped and written, under numbers in place of names."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from typing import Any

from storage import consents, people
from tests.e2e.conftest import House
from tests.e2e.phones import Phone
from tests.e2e.test_drafts import PETS, pets

PLAIN = PETS.replace("> Choose what is biggest.\n", "")


async def _export(house: House, phone: Phone) -> dict[str, bytes]:
    """Tap Export and open what comes."""
    before = len([one for one in await phone.messages() if one.raw.get("document")])
    await phone.tap("Export")
    await house.settled()
    documents = [one for one in await phone.messages() if one.raw.get("document")]
    assert len(documents) == before + 1
    with zipfile.ZipFile(io.BytesIO(await house.phones.file(documents[-1].raw["document"]["file_id"]))) as archive:
        return {name.rpartition("/")[2]: archive.read(name) for name in archive.namelist()}


def _table(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def _lines(data: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in data.splitlines()]


async def _published(house: House, olivia: Phone, name: str, content: bytes, caption: str) -> None:
    await olivia.document(name, content, caption=caption)
    await house.settled()
    await olivia.tap("Publish")
    await house.settled()


async def _label(house: House, phone: Phone, *answers: str) -> None:
    await phone.say("/work")
    for answer in answers:
        await house.settled()
        shown = await phone.sees_button(answer)
        assert await phone.tap(answer, on=shown) == "Saved · +$0.05"
    await house.settled()


async def test_an_export_equals_what_was_tapped_with_majority_votes_and_agreement(house: House) -> None:
    olivia = await house.owner()
    team = [await house.worker(olivia, name) for name in ("Ana", "Ben", "Cleo")]
    await _published(house, olivia, "pets.zip", pets(3), PLAIN.replace("overlap 1", "overlap 3"))
    await _label(house, team[0], "Cat", "Dog", "Dog")
    await _label(house, team[1], "Cat", "Dog", "Cat")
    await _label(house, team[2], "Cat", "Cat", "Something else")
    progress = await olivia.sees("pets · open", "3 of 3 photos")
    assert "Agreement 44%" in progress.text
    assert "Spent $0.45 of $0.45" in progress.text
    await olivia.sees("pets is done: all 3 photos have their answers.")
    files = await _export(house, olivia)
    assert set(files) == {
        f"{part}.{ending}" for part in ("submissions", "tasks", "workers") for ending in ("csv", "jsonl")
    }
    rows = _table(files["submissions.csv"])
    assert [(row["task"], row["worker"], row["answer"]) for row in rows] == [
        ("pet0.jpg", "w01", "Cat"),
        ("pet1.jpg", "w01", "Dog"),
        ("pet2.jpg", "w01", "Dog"),
        ("pet0.jpg", "w02", "Cat"),
        ("pet1.jpg", "w02", "Dog"),
        ("pet2.jpg", "w02", "Cat"),
        ("pet0.jpg", "w03", "Cat"),
        ("pet1.jpg", "w03", "Cat"),
        ("pet2.jpg", "w03", "Something else"),
    ]
    assert {row["price"] for row in rows} == {"0.05"}
    assert {row["state"] for row in rows} == {"pending"}
    assert [row["answer"] for row in _lines(files["submissions.jsonl"])] == [row["answer"] for row in rows]
    tasks = _lines(files["tasks.jsonl"])
    assert [(task["majority"], task["votes"], task["agreement"]) for task in tasks] == [
        ("Cat", {"Cat": 3}, 1.0),
        ("Dog", {"Dog": 2, "Cat": 1}, 0.3333),
        (None, {"Dog": 1, "Cat": 1, "Something else": 1}, 0.0),
    ]
    assert tasks[2]["tied"] == ["Cat", "Dog", "Something else"]
    assert [row["votes"] for row in _table(files["tasks.csv"])][1] == "Dog: 2; Cat: 1"
    assert [task["label"] for task in tasks][:2] == ["Cat", "Dog"]
    assert [task["source"] for task in tasks] == ["fit"] * 3
    sure = [task["confidence"] for task in tasks]
    assert 1 > sure[0] > sure[1] > sure[2] > 1 / 3, "all agree, two of three do, nobody does"
    workers = _lines(files["workers.jsonl"])
    assert [(one["worker"], one["answers"], one["compared"]) for one in workers] == [
        ("w01", 3, 3),
        ("w02", 3, 3),
        ("w03", 3, 3),
    ]
    assert {one["accuracy"] for one in workers} == {None}, "three answers are not enough to say"
    assert workers[0]["by_label"]["Dog"]["answers"] == 2
    assert b"Ana" not in b"".join(files.values())


async def test_undone_answers_and_people_who_withdrew_are_left_out_and_numbers_stay(house: House) -> None:
    olivia = await house.owner()
    ana, ben = [await house.worker(olivia, name) for name in ("Ana", "Ben")]
    await _published(house, olivia, "pets.zip", pets(2), PLAIN.replace("overlap 1", "overlap 2"))
    await _label(house, ana, "Cat")
    await _label(house, ben, "Dog")
    await ben.tap("Undo")
    await house.settled()
    await ben.tap("Cat")
    await house.settled()
    rows = _table((await _export(house, olivia))["submissions.csv"])
    assert [(row["worker"], row["answer"]) for row in rows] == [("w01", "Cat"), ("w02", "Cat")]
    now = house.clock()
    person = await house.read(lambda tx: people.by_telegram_id(tx, ana.id))
    await house.app.db.write(lambda tx: consents.withdraw(tx, person.id, now=now))
    files = await _export(house, olivia)
    assert [row["worker"] for row in _table(files["submissions.csv"])] == ["w02"]
    assert [task["votes"] for task in _lines(files["tasks.jsonl"])] == [{"Cat": 1}, {}]
    assert [task["label"] for task in _lines(files["tasks.jsonl"])] == ["Cat", None]
    assert [row["worker"] for row in _table(files["workers.csv"])] == ["w02"]
    kept = await house.read(lambda tx: [row[0] for row in tx.all("select worker_id from worker_skills")])
    assert kept and person.id not in kept, "nothing of theirs stays in what is known of others"


async def test_written_replies_come_out_as_they_were_written_and_run_no_formula(house: House) -> None:
    olivia = await house.owner()
    ana = await house.worker(olivia, "Ana")
    caption = "Write a helpful reply.\nprice 0.80\nlanguage en"
    await _published(house, olivia, "prompts.jsonl", b'"Why is the sky blue?"\n', caption)
    await ana.say("/work")
    await ana.sees("Why is the sky blue?")
    await house.settled()
    await ana.say('=HYPERLINK("http://x")')
    await ana.say("Because of Rayleigh.")
    await house.settled()
    await ana.tap("Submit")
    await house.settled()
    files = await _export(house, olivia)
    written = '=HYPERLINK("http://x")\n\nBecause of Rayleigh.'
    row = _lines(files["submissions.jsonl"])[0]
    assert row["answer"] == written
    assert row["messages"] == [{"role": "user", "content": "Why is the sky blue?"}]
    assert _table(files["submissions.csv"])[0]["answer"] == "'" + written
    assert _table(files["submissions.csv"])[0]["prompt"] == "Why is the sky blue?"
    assert _lines(files["tasks.jsonl"])[0]["given"] == [{"answer": written}]
