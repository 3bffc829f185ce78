"""A coordinator's stories: files become drafts, drafts are corrected, bad input gets one sentence and costs nothing."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from storage import refused_files
from tests.e2e.conftest import House
from tests.files.zips import blank_png, photo

COLOURS = ("teal", "navy", "maroon", "olive", "purple", "orange", "gold", "pink", "gray", "brown", "black", "white")
PETS = (
    "What is in the photo?\n- Cat\n- Dog\n- Something else\n> Choose what is biggest.\nprice 0.05\noverlap 1\n"
    "language en"
)


def zipped(*members: tuple[str, bytes]) -> bytes:
    """A ZIP of (name, bytes)."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members:
            file.writestr(name, data)
    return out.getvalue()


def pets(count: int = 3) -> bytes:
    """A ZIP of photos no two of which are the same."""
    return zipped(*((f"pet{number}.jpg", photo(colour=COLOURS[number])) for number in range(count)))


async def test_a_zip_with_a_caption_is_a_whole_batch(house: House) -> None:
    olivia = await house.owner()
    await olivia.document("pets.zip", pets(), caption=PETS)
    shown = await olivia.sees("3 photos", "What is in the photo?", "Cat · Dog · Something else")
    await house.settled()
    shown = await olivia.sees("3 photos", "pets")
    assert "Choose what is biggest." in shown.text
    assert "English · 1 answer a task" in shown.text
    assert "About 10 s a task (estimate)" in shown.text
    assert "3 × 1 × $0.05 = $0.15\n" in shown.text and "= $0.2295 of $500.00 free" in shown.text
    assert "$18/h" in shown.text
    assert "That is all" not in shown.buttons
    assert {"Preview", "Publish", "Discard", "Question", "Price", "Overlap"} <= set(shown.buttons)
    stored = list((house.settings.data_dir / "photos").glob("*/*.jpg"))
    assert len(stored) == 3
    assert not list((house.settings.data_dir / "uploads").iterdir())


async def test_photos_and_albums_collect_in_one_draft_until_that_is_all(house: House) -> None:
    olivia = await house.owner()
    await olivia.photos(photo(colour="teal"))
    await olivia.sees("1 photo", "That is all")
    await olivia.photos(*(photo(colour=colour) for colour in COLOURS[1:5]))
    await olivia.photos(photo(colour="gray"), caption=PETS)
    await house.settled()
    shown = await olivia.sees("6 photos", "What is in the photo?")
    assert [one.id for one in await olivia.messages() if "draft" in one.text] == [shown.id]
    assert "Publish" not in shown.buttons
    await olivia.tap("That is all")
    await house.settled()
    assert "Publish" in (await olivia.sees("6 photos")).buttons
    await olivia.photos(photo(colour="black"))
    await house.settled()
    await olivia.sees("1 photo", "That is all")
    names = await house.read(lambda tx: [row["name"] for row in tx.all("select name from tasks where batch_id = 1")])
    assert names == ["1", "2", "3", "4", "5", "6"]


async def test_an_album_is_answered_by_one_message(house: House) -> None:
    olivia = await house.owner()
    await house.settled()
    before = len(await olivia.messages())
    await olivia.photos(*(photo(colour=colour) for colour in COLOURS[:10]), caption=PETS)
    await house.settled()
    await olivia.sees("10 photos")
    assert len(await olivia.messages()) == before + 1


async def test_several_zips_go_into_the_same_draft_and_duplicates_are_told(house: House) -> None:
    olivia = await house.owner()
    await olivia.document("one.zip", pets(3), caption=PETS)
    await olivia.document("two.zip", pets(5))
    await house.settled()
    shown = await olivia.sees("5 photos", "3 could not be used:")
    assert "pet0.jpg: is the same photo as pet0.jpg" in shown.text


async def test_another_question_begins_another_draft(house: House) -> None:
    olivia = await house.owner()
    await olivia.document("one.zip", pets(3), caption=PETS)
    await olivia.document("two.zip", pets(2), caption=PETS.replace("the photo", "the picture"))
    await house.settled()
    await olivia.sees("2 photos", "What is in the picture?")
    await olivia.sees("3 photos", "What is in the photo?")


async def test_a_photo_sent_as_a_file_counts_as_a_photo(house: House) -> None:
    olivia = await house.owner()
    await olivia.document("cat.png", photo(form="PNG"), caption=PETS)
    await house.settled()
    await olivia.sees("1 photo", "That is all")


async def test_of_a_bad_zip_the_good_photos_are_taken_and_the_rest_is_named(house: House) -> None:
    olivia = await house.owner()
    bad = zipped(
        ("good.jpg", photo()),
        ("notes.txt", b"hello"),
        ("broken.jpg", photo()[:200]),
        ("bomb.png", blank_png(10_000, 5_000)),
        ("../../escape.jpg", photo(colour="red")),
        ("inner.zip", pets(1)),
    )
    await olivia.document("mixed.zip", bad, caption=PETS)
    await house.settled()
    shown = await olivia.sees("1 photo", "5 could not be used:")
    assert "notes.txt: is not a photo" in shown.text
    assert "broken.jpg: is damaged" in shown.text
    assert "bomb.png: " in shown.text
    assert "escape.jpg: has a name that points outside" in shown.text
    assert "inner.zip: is an archive inside the archive" in shown.text
    assert not list(house.settings.data_dir.parent.rglob("escape*"))


async def test_many_refused_files_are_cut_in_the_chat_and_whole_in_the_list(house: House) -> None:
    olivia = await house.owner()
    members = [(f"note{number}.txt", b"x") for number in range(40)]
    await olivia.document("notes.zip", zipped(("a.jpg", photo()), *members), caption=PETS)
    await house.settled()
    shown = await olivia.sees("40 could not be used:", "… and 25 more")
    await olivia.tap("Show the list", on=shown)
    document = await olivia.sees("could not be used, by name and reason")
    content = (await house.phones.file(document.raw["document"]["file_id"])).decode()
    assert content.splitlines()[39] == "note39.txt: is not a photo (JPEG, PNG or WebP)"


async def test_a_file_over_20_mb_gets_its_size_and_the_three_ways_on_and_keeps_the_caption(house: House) -> None:
    olivia = await house.owner()
    await olivia.document("huge.zip", b"PK" + bytes(21_500_000), caption=PETS)
    shown = await olivia.sees("This file has 21.5 MB", "Three ways on")
    assert "several ZIPs" in shown.text and "albums" in shown.text and "python -m bot import FOLDER" in shown.text
    await olivia.document("part1.zip", pets(2))
    await house.settled()
    await olivia.sees("2 photos", "What is in the photo?")


@pytest.mark.parametrize(
    ("caption", "sentence"),
    [
        ("What is it?\nprice 0.05", "The answers to choose from are missing. Write each on its own line, like: - Cat"),
        ("What is it?\n- Cat\nprice 0.05", "“Cat” is the only answer. Write at least two"),
        (
            "What is it?\n" + "\n".join(f"- Answer {number}" for number in range(60)) + "\nprice 0.05",
            "There are 60 answers; a card holds 20. Keep the 20 that matter most.",
        ),
        ("What is it?\n- Cat\n- Dog\nprice 0", "“0” is not more than zero. Write an amount above zero, such as 0.05."),
        ("What is it?\n- Cat\n- Dog\nprice -1", "“-1” is not more than zero. Write an amount above zero"),
        ("What is it?\n- Cat\n- Dog\nprice abc", "I cannot read “abc” as an amount. Write a number such as 0.05."),
        ("What is it?\n- Cat\n- Dog\nprice 0.0000001", "“0.0000001” has more than six decimals."),
    ],
)
async def test_a_bad_caption_gets_one_sentence_and_the_photos_are_kept(
    house: House, caption: str, sentence: str
) -> None:
    olivia = await house.owner()
    await olivia.document("pets.zip", pets(), caption=caption)
    await house.settled()
    shown = await olivia.sees("3 photos", sentence)
    assert shown.text.count("❗") == 1
    assert "Publish" not in shown.buttons
    await olivia.say("What is it?\n- Cat\n- Dog\nprice 0.05")
    await house.settled()
    corrected = await olivia.sees_button("Publish")
    assert "❗" not in corrected.text
    assert "3 photos" in corrected.text


async def test_a_line_nobody_understands_is_said_and_can_be_left_out(house: House) -> None:
    olivia = await house.owner()
    await olivia.document("pets.zip", pets(), caption=PETS + "\noverlap many")
    await house.settled()
    shown = await olivia.sees("3 photos", "“overlap” is there twice. Write it once.")
    assert "Publish" not in shown.buttons
    await olivia.tap("Leave it out", on=shown)
    shown = await olivia.sees_button("Publish")
    assert "❗" not in shown.text


async def test_answers_written_one_a_line_without_dashes_are_understood(house: House) -> None:
    olivia = await house.owner()
    await olivia.document("pets.zip", pets(), caption="What is it?\nprice 0.05")
    await olivia.sees("The answers to choose from are missing")
    await olivia.say("Cat\nDog")
    await olivia.sees("Cat · Dog")
    await olivia.sees_button("Publish")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("prompts.csv", "prompt\nHow do I boil an egg?\nWhy is the sky blue?\n"),
        ("prompts.tsv", "id\tprompt\na\tHow do I boil an egg?\nb\tWhy is the sky blue?\n"),
        ("prompts.txt", "How do I boil an egg?\nWhy is the sky blue?\n"),
        (
            "prompts.jsonl",
            json.dumps("How do I boil an egg?")
            + "\n"
            + json.dumps({"messages": [{"role": "user", "content": "Why is the sky blue?"}]}),
        ),
    ],
)
async def test_a_file_of_texts_is_a_batch_of_replies(house: House, name: str, content: str) -> None:
    olivia = await house.owner()
    await olivia.document(name, content.encode(), caption="Write a helpful reply.\nprice 0.80\nlanguage en")
    await house.settled()
    shown = await olivia.sees("2 texts", "Workers write a reply.", "About 3 min a task (estimate)")
    assert "Publish" in shown.buttons


async def test_texts_with_answers_are_chosen_for(house: House) -> None:
    olivia = await house.owner()
    caption = "Is this polite?\n- Yes\n- No\nprice 0.10"
    await olivia.document("texts.csv", b"prompt\nHello there\nGo away\nGo away\n\n", caption=caption)
    await house.settled()
    shown = await olivia.sees("2 texts", "Yes · No", "1 could not be used", "is the same as row")
    assert "Workers write" not in shown.text


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("pets.zip", b"this is no zip", "pets.zip: This is not a ZIP file."),
        ("pets.zip", b"PK\3\4" + bytes(100), "pets.zip: This ZIP is cut off or damaged."),
        ("table.csv", b"a,b\n1,2\n", "Which column holds the texts?"),
        ("table.xlsx", b"PK\3\4", "Spreadsheets cannot be read yet."),
    ],
)
async def test_a_file_that_cannot_be_used_is_told_and_the_draft_stays(
    house: House, name: str, content: bytes, sentence: str
) -> None:
    olivia = await house.owner()
    await olivia.document(name, content, caption="What?\n- A\n- B\nprice 0.05")
    await olivia.sees(sentence)
    await house.settled()
    await olivia.sees("Nothing in it yet", "What?")


async def test_an_unknown_file_gets_what_can_be_sent(house: House) -> None:
    olivia = await house.owner()
    await olivia.document("song.mp3", b"ID3")
    await olivia.sees("I cannot use this file. Send a ZIP of photos")


async def test_a_restart_in_the_middle_of_an_import_goes_on_behind_the_last_step(house: House, tmp_path: Path) -> None:
    olivia = await house.owner()
    many = [(f"p{number:03}.jpg", photo(16 + number, 32)) for number in range(130)]
    await olivia.document("many.zip", zipped(*many), caption=PETS)
    await olivia.sees("Taking in")
    await house.restart()
    await house.settled(60)
    await olivia.sees("130 photos")
    assert await house.read(lambda tx: refused_files.count(tx, 1)) == 0


async def test_a_file_with_another_caption_brings_the_draft_below_it(house: House) -> None:
    olivia = await house.owner()
    await olivia.document("one.zip", pets(3), caption=PETS.replace("0.05", "abc"))
    await house.settled()
    before = await olivia.sees("draft", "abc")
    await olivia.document("one.zip", pets(3), caption=PETS)
    await house.settled()
    assert (await olivia.sees("draft", "3 photos")).id > before.id
    await olivia.sees("shown again below")
