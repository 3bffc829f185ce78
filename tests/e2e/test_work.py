"""Working, seen on the phones: the card, one tap, undo, the list, writing, offers; against the whole product."""

from __future__ import annotations

import io
import json
import zipfile

from domain import ledger as accounts
from storage import ledger
from tests.e2e.conftest import House
from tests.e2e.phones import Phone
from tests.files.zips import photo

CAPTION = "What is in the photo?\n- Cat\n- Dog\n- Something else\n> Choose what is biggest.\nprice 0.05\nlanguage en"


async def photos(house: House, olivia: Phone, count: int = 3, caption: str = CAPTION) -> None:
    """A published batch of photos."""
    pictures = io.BytesIO()
    with zipfile.ZipFile(pictures, "w") as archive:
        for number, colour in zip(range(count), ("teal", "red", "blue", "green"), strict=False):
            archive.writestr(f"{number}.jpg", photo(colour=colour))
    await olivia.document("pets.zip", pictures.getvalue(), caption=caption)
    await olivia.tap("Publish")
    await house.settled()


async def prompts(house: House, olivia: Phone, *said: str) -> None:
    """A published batch of replies to write."""
    rows = "\n".join(json.dumps({"prompt": one}) for one in said)
    await olivia.document("prompts.jsonl", rows.encode(), caption="Write a helpful reply.\nprice 0.60\nlanguage en")
    await olivia.tap("Publish")
    await house.settled()


async def test_photos_are_labelled_in_place_with_one_tap_each(house: House) -> None:
    olivia = await house.owner()
    ana = await house.worker(olivia, "Ana")
    await photos(house, olivia)
    offer = await ana.sees("3 photos", "about")
    assert offer.buttons == ["Start", "Later", "Not this one"]
    await ana.tap("Start", on=offer)
    await ana.sees("how to do it", "Choose what is biggest.")
    await ana.tap("Got it")
    card = await ana.sees("1 of up to 3 for you", "What is in the photo?", "$0.05 · about 10 s · $18/h (estimate)")
    assert card.photo
    assert card.buttons == [
        "Cat", "Dog", "Something else", "Skip", "Report a problem", "Instructions", "Change batch", "Stop for now",
    ]  # fmt: skip
    assert await ana.tap("Cat") == "Saved · +$0.05"
    second = await ana.sees("2 of up to 3 for you")
    assert second.id == card.id and second.photo != card.photo
    assert "Undo" in second.buttons
    assert await ana.tap("Undo") == "Taken back. Answer it anew."
    again = await ana.sees("1 of up to 3 for you")
    assert again.id == card.id and again.photo == card.photo
    await ana.tap("Dog")
    back = await ana.sees("2 of up to 3 for you")
    assert back.photo == second.photo
    await ana.tap("Cat")
    await ana.sees("3 of up to 3 for you")
    await ana.tap("Something else")
    end = await ana.sees("all there is for you", "Today: 3 tasks, $0.15")
    assert "Undo" in end.buttons
    await ana.tap("Stop for now")
    await ana.sees("That is it for now.")
    answers = await house.read(
        lambda tx: [row[0] for row in tx.all("select answer from submissions where state = 'pending' order by id")]
    )
    assert [json.loads(answer)["label"] for answer in answers] == ["Dog", "Cat", "Something else"]
    assert await house.read(ledger.total) == 0


async def test_a_stray_text_gets_one_hint_and_the_card_again_below(house: House) -> None:
    olivia = await house.owner()
    ana = await house.worker(olivia, "Ana")
    await photos(house, olivia, caption=CAPTION.replace("> Choose what is biggest.\n", ""))
    await ana.say("/work")
    card = await ana.sees("1 of up to 3 for you")
    await ana.say("it is a cat")
    await house.settled()
    messages = await ana.messages()
    assert "answered with a button" in messages[-2].text
    assert messages[-1].photo == card.photo and messages[-1].id != card.id
    assert next(one for one in messages if one.id == card.id).buttons == []
    await ana.sticker()
    await house.settled()
    assert len(await ana.messages()) == len(messages)
    assert await ana.tap_data(card.id, card.data("Cat") or "") == "Saved · +$0.05"
    assert await ana.tap_data(card.id, card.data("Cat") or "") == "This one is already saved."


async def test_a_reply_is_written_edited_submitted_and_sent_back(house: House) -> None:
    olivia = await house.owner()
    ana = await house.worker(olivia, "Ana")
    await prompts(house, olivia, "How do I boil an egg?", "Why is the sky blue?")
    await ana.say("/work")
    card = await ana.sees("How do I boil an egg?", "1 of up to 2 for you", "$0.60")
    first = await ana.say("Put it in water.")
    await ana.sees("not submitted yet", "Put it in water.")
    await ana.say("Eight minutes.")
    draft = await ana.sees("Put it in water.", "Eight minutes.")
    assert draft.buttons == ["Submit", "Edit", "Discard"]
    await ana.edit(first, "Put it in boiling water.")
    newer = await ana.sees("boiling water.", "Eight minutes.")
    assert await ana.tap_data(newer.id, draft.data("Submit") or "") == "Your text changed; here it is as it is now."
    newest = await ana.sees("Your text changed")
    assert await ana.tap("Submit", on=newest) == "Saved · +$0.60"
    await ana.sees("Why is the sky blue?", "2 of up to 2 for you")
    await ana.edit(first, "Put it in gently boiling water.")
    await house.settled()
    stored = await house.read(lambda tx: tx.value("select answer from submissions"))
    assert json.loads(stored)["text"] == "Put it in gently boiling water.\n\nEight minutes."
    assert card.photo is None
    await olivia.say("/review")
    await olivia.sees("gently boiling water")
    await olivia.tap("Return")
    await olivia.tap("It is too short")
    await house.settled()
    await ana.say("/work")
    await ana.sees("It is too short to be useful.", "How do I boil an egg?")
    await ana.say("Then put it into cold water.")
    await ana.sees("not submitted yet", "Then put it into cold water.")
    assert await ana.tap("Submit") == "Saved · +$0.60"
    await ana.sees("Why is the sky blue?")
    assert await house.read(ledger.total) == 0
    ana_id = await house.read(lambda tx: tx.value("select id from people where telegram_id = :id", id=ana.id))
    assert await house.read(ledger.balance, account=accounts.in_review(ana_id)) == 600_000


async def test_several_batches_are_listed_and_left_for_another(house: House) -> None:
    olivia = await house.owner()
    ana = await house.worker(olivia, "Ana")
    await photos(house, olivia)
    await prompts(house, olivia, "Hello?")
    await ana.say("/work")
    shown = await ana.sees("What would you like to do?", "$0.05", "$0.60", "English", "3 left", "1 left")
    assert [text.partition(":")[0] for text in shown.buttons] == ["Start 1", "Start 2"]
    await ana.tap("Start 2")
    await ana.sees("Hello?", "1 of up to 1 for you")
    await ana.tap("Change batch")
    await ana.sees("What would you like to do?")
    await ana.tap("Start 1")
    await ana.tap("Got it")
    await ana.tap("Report a problem")
    asked = await ana.sees_button("Question does not fit")
    assert asked.buttons == [
        "Photo does not load / is broken",
        "Question does not fit",
        "Shows something harmful or private",
        "Other",
        "Back",
    ]
    await ana.tap("Back")
    await ana.sees_button("Skip")
    await ana.tap("Report a problem")
    await ana.tap("Question does not fit")
    await ana.sees_button("Cat")


async def test_a_long_conversation_is_cut_and_show_all_sends_it_whole(house: House) -> None:
    olivia = await house.owner()
    ana = await house.worker(olivia, "Ana")
    await prompts(house, olivia, "Begin. " + "long words " * 600 + " End?")
    await ana.say("/work")
    card = await ana.sees("End?", "1 of up to 1 for you")
    assert "Begin." not in card.text
    await ana.tap("Show all")
    await ana.sees("Begin.")
    await house.settled()
    last = await ana.last()
    assert last.id != card.id and "Show all" in last.buttons
