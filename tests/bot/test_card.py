"""The card and its neighbours: what stands on them, in which rows, and that everything fits into Telegram's limits."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace

import pytest

from bot.rendering import RENDERERS
from bot.rendering.card import CardView, answer_rows, card_message, shown
from bot.rendering.message import Message, Nothing
from domain.batches import Batch
from domain.brief.model import Translation
from domain.kinds import BatchFace, Payload
from domain.long_texts import units
from domain.rules import Rules
from locales.words import Words
from storage import batches
from tests.builders import make_batch, make_worker
from tests.usecases.desk import Desk
from usecases import leases, offers, typed, work
from usecases.waves import offer_step

WORDS = Words("en", Rules())
PHOTO = Payload(photo="a" * 64)


@pytest.fixture
def batch() -> Batch:
    desk = Desk()
    found = batches.by_id(desk.tx, desk.make(make_batch, n_tasks=120))
    assert found is not None
    return found._replace(title="Photos of pets", seconds=9)


@pytest.mark.parametrize(("language", "said"), [("fr", "le mercredi qui suit"), ("es", "el miércoles siguiente")])
def test_the_first_card_of_a_batch_without_instructions_says_by_when_it_is_accepted_and_paid(
    batch: Batch, language: str, said: str
) -> None:
    plain = batch._replace(face=replace(batch.face, instructions=""))
    first = card_message(CardView(plain, PHOTO), Words(language, Rules()))
    assert said in first.text
    assert said not in card_message(CardView(plain, PHOTO, position=2), Words(language, Rules())).text


def read(message: Message) -> str:
    """The text as Telegram shows it."""
    return html.unescape(re.sub(r"<[^<>]*>", "", message.text))


def rows(message: Message) -> list[list[str]]:
    """The texts of the buttons."""
    return [[button.text for button in row] for row in message.keyboard]


def test_the_card_is_the_one_of_the_product_page(batch: Batch) -> None:
    face = replace(batch.face, instructions="Choose what is biggest.")
    measured = batch._replace(face=face, measured=10, median_micros=9_000_000)
    card = card_message(CardView(measured, PHOTO, position=12, assignment_id=5, undo=4), WORDS)
    assert read(card) == "Photos of pets · 12 of up to 120 for you\nWhat is in the photo?\n$0.05 · about 9 s · $20/h"
    assert rows(card) == [
        ["Cat", "Dog"],
        ["Something else"],
        ["Undo"],
        ["Skip", "Report a problem"],
        ["Instructions", "Change batch", "Stop for now"],
    ]
    assert card.protect and card.photo is not None and card.shows == 5


def test_the_rate_is_an_estimate_until_ten_answers_are_measured(batch: Batch) -> None:
    early = batch._replace(measured=9, median_micros=2_000_000)
    assert "about 9 s · $20/h (estimate)" in read(card_message(CardView(early, PHOTO), WORDS))
    later = early._replace(measured=10)
    assert "about 2 s · $90/h" in read(card_message(CardView(later, PHOTO), WORDS))


def test_answers_are_packed_by_their_length(batch: Batch) -> None:
    def packed(*answers: str) -> list[int]:
        view = CardView(batch._replace(face=replace(batch.face, answers=answers)), PHOTO)
        return [len(row) for row in answer_rows(view, shown(view, WORDS))]

    assert packed("Yes", "No") == [2]
    assert packed("1", "2", "3", "4", "5") == [4, 1]
    assert packed("A" * 40, "B" * 40) == [1, 1]
    assert packed("Cat", "Dog", "Something else") == [2, 1]


def test_a_preview_has_the_same_buttons_and_does_nothing(batch: Batch) -> None:
    card = card_message(CardView(batch, PHOTO), WORDS)
    assert {button.data for row in card.keyboard for button in row} == {"b_previewed"}
    assert card.shows is None


@pytest.mark.parametrize("length", [10, 4_000, 100_000])
def test_the_longest_texts_fit(batch: Batch, length: int) -> None:
    face = BatchFace("Q" * 500, tuple("A" * 40 for _ in range(20)), "I" * 3_000, "en", {})
    long = batch._replace(title="T" * 300, face=face)
    assert units(read(card_message(CardView(long, PHOTO, 1_000_000, 7, 6), WORDS))) <= 1_024
    talk = Payload(messages=(("user", "😀" * length), ("assistant", "<&>" * length), ("system", "w " * length)))
    written = long._replace(kind="write_reply", face=replace(face, answers=()))
    card = card_message(CardView(written, talk, 1, 7), WORDS)
    assert units(read(card)) <= 4_096
    assert ("Show all" in [button.text for row in card.keyboard for button in row]) == (length > 10)


def test_words_come_in_the_workers_language_where_they_are_translated(batch: Batch) -> None:
    translated = Translation("Qu’y a-t-il sur la photo ?", ("Chat", "Chien", ""))
    french = batch._replace(face=replace(batch.face, translations={"fr": translated}))
    card = card_message(CardView(french, PHOTO), Words("fr", Rules()))
    assert "Qu’y a-t-il sur la photo ?" in read(card)
    assert rows(card)[0] == ["Chat", "Chien"]
    assert rows(card)[1] == ["Something else"]


def test_every_notice_of_work_renders() -> None:
    desk = Desk()
    owner_batch = desk.make(make_batch, n_tasks=2, caption="> Look twice.")
    other = desk.make(make_batch, "write_reply", 2, 600_000)
    ana = desk.make(make_worker)
    seen: dict[str, str] = {}

    def look() -> None:
        for row in desk.tx.all("select person_id, key, params from outbox where state = 'waiting' order by id"):
            if row["key"] in ("batch", "job"):
                continue
            renderer = RENDERERS[row["key"]]
            params = json.loads(row["params"])
            view = renderer.view(desk.tx, row["person_id"], params) if renderer.view else params
            action = renderer.render(view, WORDS)
            if isinstance(action, Message):
                assert 0 < units(read(action)) <= 4_096
                seen[row["key"]] = read(action)
            else:
                assert not isinstance(action, Nothing), row["key"]
        desk.tx.run("delete from outbox")

    offer_step(desk.tx, batch=owner_batch, now=desk.now)
    look()
    terms = "Accepted within 24 h, paid in USD on the Wednesday after"
    each = "$0.05 · about 10 s · $18/h (estimate)"
    assert seen["offer"].endswith(f"2 photos, about 20 s, about $0.10\nEach: {each}\n{terms}")
    desk.do(offers.put_off, ana, batch=owner_batch)
    look()
    assert "waits for you in /work" in seen["offer_answered"]
    desk.do(work.show, ana)
    look()
    assert f"{each}\n{terms}\nEnglish · 2 left" in seen["batches_to_start"]
    desk.do(work.start, ana, batch=owner_batch)
    look()
    assert "Look twice." in seen["instructions"]
    desk.do(work.got_it, ana, assignment=desk.card(ana))
    desk.pass_time(500)
    leases.expire(desk.tx, now=desk.now)
    look()
    assert "then somebody else gets it" in seen["lease_ends"]
    for _ in range(2):
        desk.do(work.submit, ana, assignment=desk.card(ana), answer_index=0)
    look()
    assert "all there is for you" in seen["nothing_left"] and "Today: 2 tasks, $0.10" in seen["nothing_left"]
    desk.do(work.start, ana, batch=other)
    desk.do(typed.stray, ana)
    look()
    assert "answered in writing" in seen["card_hint"]
    desk.say(ana, "<b>bold?</b>")
    look()
    assert "<b>bold?</b>" in seen["draft"]
    desk.do(work.stop, ana)
    look()
    assert seen["stopped_for_now"].startswith("That is it for now.")
