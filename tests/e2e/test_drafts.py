"""A coordinator's stories: files become drafts, drafts are corrected, bad input gets one sentence and costs nothing."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from storage import batches, refused_files
from tests.e2e.conftest import House
from tests.e2e.phones import Phone, Shown
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
    assert "3 × 1 × $0.05 = $0.15 of $500.00 free" in shown.text
    assert "$18/h" in shown.text
    assert "That is all" not in shown.buttons
    assert {"Preview", "Publish", "Discard", "Question", "Price", "Overlap"} <= set(shown.buttons)
    stored = list((house.settings.data_dir / "photos").glob("*/*.jpg"))
    assert len(stored) == 3
    assert not list((house.settings.data_dir / "uploads").iterdir())


async def test_the_preview_is_the_workers_own_card_and_its_buttons_do_nothing(house: House) -> None:
    olivia = await house.owner()
    await olivia.document("pets.zip", pets(), caption=PETS)
    await house.settled()
    await olivia.tap("Preview")
    card = await olivia.sees_button("Report a problem")
    assert card.photo
    assert {"Cat", "Dog", "Something else", "Skip", "Instructions", "Stop for now"} <= set(card.buttons)
    assert "$0.05 · about 10 s · $18/h (estimate)" in card.text
    assert await olivia.tap("Cat", on=card) == "This is how workers see it. Nothing is stored."
    assert await house.read(lambda tx: tx.value("select count(*) from assignments")) == 0


async def test_publishing_by_button_reserves_the_money_and_shows_progress_in_the_same_message(house: House) -> None:
    olivia = await house.owner()
    await olivia.document("pets.zip", pets(), caption=PETS)
    await house.settled()
    draft = await olivia.sees_button("Publish")
    assert await olivia.tap("Publish") == "Published · $0.15 reserved"
    shown = await olivia.sees("pets · open", "0 of 3 photos", "Spent $0.00 of $0.15")
    assert shown.id == draft.id
    assert shown.buttons == ["Pause", "Close", "Export"]
    assert await olivia.tap_data(draft.id, draft.data("Publish") or "") == (
        "This batch is published already; its brief stays as it is. /batches shows how it goes."
    )
    await olivia.say("/funds")
    await olivia.sees("Free $499.85", "Reserved for batches $0.15")


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


async def test_newbatch_asks_step_by_step_and_then_for_the_data(house: House) -> None:
    olivia = await house.owner()
    await olivia.say("/newbatch")
    await olivia.sees("What shall workers be asked?", "- Something else")
    await olivia.say("What is in the photo?")
    await olivia.sees("Which answers can they choose from?")
    await olivia.say("Cat")
    await olivia.sees("“Cat” is the only answer.")
    await olivia.say("Cat\nDog")
    await olivia.sees("What does one task pay?")
    await olivia.say("nothing")
    await olivia.sees("I cannot read “nothing” as an amount.")
    await olivia.say("0.05")
    await olivia.sees("Now send the photos")
    await olivia.document("pets.zip", pets())
    await house.settled()
    shown = await olivia.sees("3 photos", "Cat · Dog", "$0.05")
    assert "Publish" in shown.buttons


async def test_newbatch_for_written_replies_and_cancel(house: House) -> None:
    olivia = await house.owner()
    await olivia.say("/newbatch")
    await olivia.sees("What shall workers be asked?")
    await olivia.tap("Cancel")
    await olivia.sees("Nothing was changed.")
    await olivia.say("/newbatch")
    await house.settled()
    await olivia.say("Write a helpful reply.")
    await olivia.tap("No answers: they write")
    await olivia.sees("What does one task pay?")
    await olivia.say("0.80")
    await olivia.sees("Now send the photos")
    await olivia.document("prompts.txt", b"Why is the sky blue?\n")
    await house.settled()
    await olivia.sees("1 text", "Workers write a reply.")


async def test_a_worker_and_a_stranger_trying_newbatch_get_a_friendly_sentence(house: House) -> None:
    olivia = await house.owner()
    ana = await house.worker(olivia, "Ana")
    for command in ("/newbatch", "/batches", "/funds", "/funds 5"):
        await ana.say(command)
        await house.settled()
        assert "coordinator" in (await ana.last()).text.lower(), command
    await ana.document("pets.zip", pets(), caption=PETS)
    await house.settled()
    assert await house.read(lambda tx: tx.value("select count(*) from batches")) == 0


async def test_things_are_changed_by_buttons_and_a_bad_value_is_asked_for_again(house: House) -> None:
    olivia = await house.owner()
    await olivia.document("pets.zip", pets(), caption=PETS)
    await house.settled()
    draft = await olivia.sees_button("Publish")
    shown = draft
    for button, said, saved in (
        ("Price", "0.08", "$0.08 a task"),
        ("Overlap", "2", "2 answers a task"),
        ("Seconds", "9", "About 9 s a task"),
        ("Language", "French", "French"),
        ("Most per worker", "50", "At most 50 for one worker"),
        ("Review period", "3 days", "Accepted by itself after 3 days"),
        ("Answers", "- Bird\n- Fish", "Bird · Fish"),
        ("Question", "Which animal?", "Which animal?"),
        ("Instructions", "Look twice.", "Look twice."),
        ("Title", "Animals", "Animals · draft"),
    ):
        await olivia.tap(button, on=shown)
        await house.settled()
        await olivia.say(said)
        shown = await olivia.sees("draft", saved)
    await olivia.tap("Overlap", on=shown)
    await house.settled()
    await olivia.say("many")
    await olivia.sees("I cannot use “many” as overlap.")
    await olivia.say("3")
    await house.settled()
    shown = await olivia.sees("Animals · draft", "Which animal?", "Bird · Fish", "Look twice.", "3 answers a task")
    assert "3 × 3 × $0.08 = $0.72" in shown.text
    assert shown.id == (await olivia.last()).id
    assert [one.id for one in await olivia.messages() if "Publish" in one.buttons] == [shown.id]


async def test_short_funds_offer_to_publish_what_fits(house: House) -> None:
    olivia = await house.owner(funds="0.10")
    await olivia.document("pets.zip", pets(), caption=PETS)
    await house.settled()
    shown = await olivia.sees("2 of 3 photos fit the free funds.")
    assert "Change overlap" in shown.buttons
    assert await olivia.tap("Publish 2") == "Published · $0.10 reserved"
    await olivia.sees("pets · open", "0 of 2 photos")
    rest = await olivia.sees("pets · draft", "1 photo")
    assert "The free funds cover none of it yet." in rest.text


async def test_a_price_below_the_floor_is_told_with_the_one_that_would_do(house: House) -> None:
    olivia = await house.owner()
    await olivia.document("pets.zip", pets(), caption=PETS.replace("price 0.05", "price 0.01\nseconds 9"))
    await house.settled()
    await olivia.sees("At $4/h this is below the floor of $15/h. A price of $0.038 would do.")


async def test_an_overlap_above_the_number_of_workers_is_told(house: House) -> None:
    olivia = await house.owner()
    await house.worker(olivia, "Ana")
    await olivia.document("pets.zip", pets(), caption=PETS.replace("overlap 1", "overlap 3"))
    await house.settled()
    await olivia.sees("1 worker takes work in English; 3 answers a task need as many workers.")


async def test_discard_asks_once_more_and_drops_the_draft(house: House) -> None:
    olivia = await house.owner()
    await olivia.document("pets.zip", pets(), caption=PETS)
    await house.settled()
    draft = await olivia.sees_button("Publish")
    await olivia.tap("Discard", on=draft)
    await olivia.sees("Discard pets with 3 photos?")
    await olivia.tap("Keep it")
    await olivia.sees("Nothing was changed.")
    await olivia.tap("Discard", on=draft)
    question = await olivia.sees("Discard pets with 3 photos?")
    assert await olivia.tap("Discard", on=question) == "Discarded."
    await house.settled()
    assert await olivia.tap_data(draft.id, draft.data("Publish") or "") == (
        "This batch is no longer there. /batches lists what there is."
    )
    assert await house.read(lambda tx: batches.collecting(tx, 1)) is None


async def test_altered_and_foreign_buttons_do_nothing(house: House) -> None:
    olivia = await house.owner()
    ana = await house.worker(olivia, "Ana")
    await olivia.document("pets.zip", pets(), caption=PETS)
    await house.settled()
    draft: Shown = await olivia.sees_button("Publish")
    data = draft.data("Publish") or ""
    any_message = await ana.last()
    assert "coordinators" in await ana.tap_data(any_message.id, data)
    action, batch, tasks, _ = data.split(":")
    assert "changed" in await olivia.tap_data(draft.id, f"{action}:{batch}:{tasks}:1")
    assert "no longer" in await olivia.tap_data(draft.id, f"{action}:zz:{tasks}:1")
    for altered in (f"{action}:{batch}", "b_field:1:zz", "b_publish", "b_close:1", "b_export:1", "b_pause:1:2:3"):
        assert await olivia.tap_data(draft.id, altered), altered
    assert await house.read(lambda tx: tx.value("select count(*) from transfers")) == 1


async def test_a_restart_in_the_middle_of_an_import_goes_on_behind_the_last_step(house: House, tmp_path: Path) -> None:
    olivia = await house.owner()
    many = [(f"p{number:03}.jpg", photo(16 + number, 32)) for number in range(130)]
    await olivia.document("many.zip", zipped(*many), caption=PETS)
    await olivia.sees("Taking in")
    await house.restart()
    await house.settled(60)
    await olivia.sees("130 photos")
    assert await house.read(lambda tx: refused_files.count(tx, 1)) == 0


async def _published(house: House, olivia: Phone) -> None:
    await olivia.document("pets.zip", pets(), caption=PETS)
    await house.settled()
    await olivia.tap("Publish")
    await olivia.sees("pets · open")
    await house.settled()


async def test_pause_resume_and_close(house: House) -> None:
    olivia = await house.owner()
    await _published(house, olivia)
    assert await olivia.tap("Pause") == "Paused. Open cards can still be answered."
    await olivia.sees("pets · paused")
    assert await olivia.tap("Resume") == "Open again."
    await olivia.sees("pets · open")
    await olivia.tap("Close")
    await olivia.sees("Close pets? 0 of 3 photos are done.")
    await olivia.tap("Keep it open")
    await olivia.sees("Nothing was changed.")
    progress = await olivia.sees("pets · open")
    await olivia.tap("Close", on=progress)
    question = await olivia.sees("Close pets?")
    assert await olivia.tap("Close", on=question) == "Closed · $0.15 is free again"
    await olivia.sees("pets is closed. $0.15 went back to the free funds.")
    await house.settled()
    closed = await olivia.sees("pets · closed", "Given back $0.15")
    assert closed.buttons == ["Export"]
    assert await olivia.tap("Export", on=closed) == "Nobody has answered yet. Export when the first answers are there."
    await olivia.say("/batches")
    listing = await olivia.sees("Your batches.")
    assert listing.buttons == ["pets · closed · 0/3"]
    await olivia.tap("pets · closed", on=listing)
    await house.settled()
    assert "pets · closed" in (await olivia.last()).text


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("/funds 0", "is not more than zero"),
        ("/funds -5", "is not more than zero"),
        ("/funds abc", "I cannot read “abc” as an amount."),
        ("/funds 0.0000001", "has more than six decimals"),
        ("/funds 1,234", "can be read in two ways"),
        ("/funds 5 EUR", "Amounts here are in USD"),
    ],
)
async def test_a_bad_amount_of_funds_records_nothing(house: House, said: str, sentence: str) -> None:
    olivia = await house.owner(funds="")
    await olivia.say(said)
    await olivia.sees(sentence)
    assert await house.read(lambda tx: tx.value("select count(*) from transfers")) == 0
