"""The kinds of task: what a card shows and what an input becomes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.brief import Translation, read_brief
from domain.kinds import (
    KINDS,
    MAX_TEXT,
    AnswerButton,
    BatchFace,
    EmptyAnswer,
    NotATap,
    NotAText,
    Parts,
    Payload,
    Tap,
    TooLong,
    UnknownAnswer,
    answer_from_json,
    answer_to_json,
    kind,
    kind_for,
    parse_payload,
    payload_to_json,
)

PHOTO = Payload(photo="ab" * 32)
TALK = Payload(messages=(("user", "Why is the sky blue?"),))
PETS = BatchFace(
    "What is it?",
    ("Cat", "Dog"),
    "Look twice.",
    "en",
    {"fr": Translation("Qu'est-ce ?", ("Chat", ""), ""), "es": Translation(instructions="Mira dos veces.")},
)
WRITE = BatchFace("Write the reply.")

choose, write = kind("choose_one"), kind("write_reply")


def test_kinds_are_found_by_their_own_name() -> None:
    assert {name: one.name for name, one in KINDS.items()} == {name: name for name in KINDS}
    with pytest.raises(KeyError):
        kind("guess")


def test_kind_follows_from_the_data_and_the_answers() -> None:
    bare, choice = read_brief("What?", currency="USD"), read_brief("What?\n- A\n- B", currency="USD")
    assert kind_for("photos", bare) is choose
    assert kind_for("photos", choice) is choose
    assert kind_for("texts", choice) is choose
    assert kind_for("texts", bare) is write


def test_estimates_before_anything_is_measured() -> None:
    assert (choose.default_seconds(PHOTO), write.default_seconds(TALK)) == (10, 180)


def test_long_text_to_choose_for_takes_its_reading_time() -> None:
    assert choose.default_seconds(Payload(messages=(("user", "x" * 2_000),))) == 110


def test_card_shows_the_translation_and_the_original_where_there_is_none() -> None:
    card = choose.card(PETS, PHOTO, "fr-CA")
    assert (card.question, card.instructions) == ("Qu'est-ce ?", "Look twice.")
    assert card.answers == (AnswerButton(0, "Chat"), AnswerButton(1, "Dog"))
    assert (card.photo, card.messages, card.expects) == (PHOTO.photo, (), "tap")
    assert choose.card(PETS, PHOTO, "es").question == "What is it?"
    assert choose.card(PETS, PHOTO, "sw").answers[0].text == "Cat"


def test_card_of_a_reply_shows_the_conversation_and_expects_text() -> None:
    card = write.card(WRITE, TALK, "en")
    assert (card.photo, card.messages, card.answers, card.expects) == (None, TALK.messages, (), "text")


def test_tap_on_a_translated_answer_stores_the_original() -> None:
    answer = choose.apply(PETS, PHOTO, Tap(0))
    assert answer == {"choice": 0, "label": "Cat"}
    assert choose.label(answer) == "Cat"
    assert choose.export_row(answer) == {"answer": "Cat", "choice": 0}


@pytest.mark.parametrize("index", [-1, 2, 10**9])
def test_tap_on_an_answer_the_batch_does_not_have_is_refused(index: int) -> None:
    with pytest.raises(UnknownAnswer):
        choose.apply(PETS, PHOTO, Tap(index))


def test_text_where_a_tap_is_expected_is_refused_and_the_other_way_round() -> None:
    with pytest.raises(NotATap):
        choose.apply(PETS, PHOTO, Parts(("Cat",)))
    with pytest.raises(NotAText):
        write.apply(WRITE, TALK, Tap(0))


def test_messages_become_one_text_with_a_blank_line_between() -> None:
    answer = write.apply(WRITE, TALK, Parts((" Because of\r\nscattering. ", "", "Rayleigh found it.")))
    assert answer == {"text": "Because of\nscattering.\n\nRayleigh found it."}
    assert write.export_row(answer) == {"answer": answer["text"]}
    assert write.label(answer) is None


@pytest.mark.parametrize("texts", [(), ("",), (" \n ", "\t"), ("\u200b",), ("\0",)])
def test_reply_with_nothing_to_see_is_refused(texts: tuple[str, ...]) -> None:
    with pytest.raises(EmptyAnswer):
        write.apply(WRITE, TALK, Parts(texts))


def test_reply_over_the_limit_is_refused_with_its_length() -> None:
    assert write.apply(WRITE, TALK, Parts(("x" * MAX_TEXT,)))
    with pytest.raises(TooLong) as refused:
        write.apply(WRITE, TALK, Parts(("x" * 4_000, "y" * 4_000)))
    assert refused.value.params == {"length": 8_002, "limit": MAX_TEXT}


def test_answers_are_compared_by_what_they_say() -> None:
    assert choose.compare({"choice": 0, "label": "Cat"}, {"choice": 1, "label": "Cat"})
    assert not choose.compare({"choice": 0, "label": "Cat"}, {"choice": 0, "label": "Dog"})
    assert write.compare({"text": "Because  of\nit."}, {"text": "because of it."})
    assert not write.compare({"text": "Yes"}, {"text": "No"})


def test_brief_for_choosing_needs_answers_and_one_for_writing_must_have_none() -> None:
    bare, choice = read_brief("What?", currency="USD"), read_brief("What?\n- A\n- B", currency="USD")
    assert choose.check_brief(choice) == write.check_brief(bare) == ()
    assert "- Cat" in choose.check_brief(bare)[0].english()
    assert "dash" in write.check_brief(choice)[0].english()


def test_face_of_a_brief_survives_its_row() -> None:
    assert BatchFace.from_json(PETS.to_json()) == PETS
    brief = read_brief("What?\n- A\n- B\nlanguage fr", currency="USD")
    assert BatchFace.of(brief).language == "fr"


@pytest.mark.parametrize("text", ["{}", "[]", '{"photo": 3}', '{"messages": [["user"]]}', '{"messages": "x"}', "no"])
def test_payload_that_is_none_is_an_error(text: str) -> None:
    with pytest.raises(ValueError):
        parse_payload(text)


def test_payloads_are_stored_as_agreed() -> None:
    assert payload_to_json(PHOTO) == f'{{"photo": "{"ab" * 32}"}}'
    assert payload_to_json(TALK) == '{"messages": [["user", "Why is the sky blue?"]]}'
    assert parse_payload(payload_to_json(TALK)) == TALK


@given(st.lists(st.text(max_size=50), max_size=4))
def test_whatever_is_written_is_refused_or_stored_and_read_back(texts: list[str]) -> None:
    try:
        answer = write.apply(WRITE, TALK, Parts(tuple(texts)))
    except EmptyAnswer:
        return
    assert answer_from_json(answer_to_json(answer)) == answer
    assert str(answer["text"]).encode()


SCALE = BatchFace.of(read_brief("How useful?\nscale 1-5: Useless - Great\nfr: Nul - Super", currency="USD"))


def test_rating_is_a_number_with_an_order_and_its_ends_are_translated() -> None:
    rate = kind_for("photos", read_brief("How useful?\nscale 1-5", currency="USD"))
    assert (rate, rate.is_ordinal, choose.is_ordinal, write.is_ordinal) == (kind("rate"), True, False, False)
    card = rate.card(SCALE, PHOTO, "fr")
    assert card.scale == "1 = Nul · 5 = Super"
    assert [button.text for button in card.answers] == ["1", "2", "3", "4", "5"]
    answer = rate.apply(SCALE, PHOTO, Tap(3))
    assert (answer, rate.label(answer), rate.export_row(answer)) == ({"value": 4}, "4", {"answer": 4})
    assert rate.compare(answer, {"value": 4})
    assert not rate.compare(answer, {"value": 5})
    with pytest.raises(UnknownAnswer):
        rate.apply(SCALE, PHOTO, Tap(5))
    with pytest.raises(NotATap):
        rate.apply(SCALE, PHOTO, Parts(("4",)))


def test_rating_needs_a_question_and_a_scale() -> None:
    rate = kind("rate")
    assert rate.check_brief(read_brief("How useful?\nscale 1-5", currency="USD")) == ()
    assert len(rate.check_brief(read_brief("price 0.05", currency="USD", partial=True))) == 2
    assert BatchFace.from_json(SCALE.to_json()) == SCALE
