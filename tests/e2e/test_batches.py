"""A coordinator's stories: step by step, changes by buttons, publishing, pausing, closing, funds."""

from __future__ import annotations

import pytest

from storage import batches
from tests.e2e.conftest import House
from tests.e2e.phones import Phone, Shown
from tests.e2e.test_drafts import PETS, pets


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
    assert await olivia.tap("Publish") == "Published · $0.2295 reserved"
    shown = await olivia.sees("pets · open", "0 of 3 photos", "Spent $0.00 of $0.15")
    assert shown.id == draft.id
    assert shown.buttons == ["Pause", "Close", "Add budget", "Export", "Make gold"]
    assert await olivia.tap_data(draft.id, draft.data("Publish") or "") == (
        "This batch is published already; its brief stays as it is. /batches shows how it goes."
    )
    await olivia.say("/funds")
    await olivia.sees("Free $499.7705", "Reserved for batches $0.225", "Set aside for fees $0.0045")


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
    olivia = await house.owner(funds="0.16")
    await olivia.document("pets.zip", pets(), caption=PETS)
    await house.settled()
    shown = await olivia.sees("2 of 3 photos fit the free funds.")
    assert "Change overlap" in shown.buttons
    assert await olivia.tap("Publish 2") == "Published · $0.153 reserved"
    await olivia.sees("pets · open", "0 of 2 photos")
    rest = await olivia.sees("pets · draft", "1 photo")
    assert "The free funds cover none of it yet." in rest.text


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
    assert await olivia.tap("Close", on=question) == "Closed · $0.153 is free again"
    await olivia.sees(
        "pets is closed. $0.153 went back to the free funds.",
        "$0.075 is kept back for top-ups until the days worked in it are settled.",
    )
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
