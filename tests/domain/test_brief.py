"""The caption format: what a coordinator writes, and the sentence each bad line gets."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.brief import CONTROLS, LANGUAGES, Brief, Translation, clean, language_code, merged, read_brief, write_brief
from domain.brief.answers import answer_problem, control_keys, same
from domain.brief.model import Data, Scale

PETS = """What is in the photo?
- Cat
- Dog
- Something else
> Choose what is biggest in the photo.
price 0.05
overlap 3
language en
"""


def photos(text: str) -> Brief:
    return read_brief(text, currency="USD", for_kind="photos")


def sentences(brief: Brief) -> list[str]:
    return [problem.english() for problem in brief.problems]


def only_sentence(brief: Brief) -> str:
    (sentence,) = sentences(brief)
    assert re.search(r"[Ww]rite|[Kk]eep|Ask shorter", sentence), sentence
    return sentence


def test_caption_of_the_handbook_is_read_whole() -> None:
    assert photos(PETS) == Brief(
        question="What is in the photo?",
        answers=("Cat", "Dog", "Something else"),
        instructions="Choose what is biggest in the photo.",
        price=50_000,
        overlap_min=3,
        overlap_max=3,
        language="en",
    )
    assert photos(PETS).overlap == 3


def test_order_bullets_windows_newlines_and_signs_do_not_matter() -> None:
    text = (
        "LANGUAGE: en\r\n\r\n1. Cat\r\n• Dog\r\nPrice = $0,05\r\nWhat is in the photo?\r\n* Something else\r\n"
        "---\r\n>Choose what is biggest in the photo.\r\noverlap:3"
    )
    assert photos(text) == photos(PETS)


def test_every_setting_is_read_in_its_unit() -> None:
    brief = photos(PETS + "seconds 9 s\nmax per worker 120\nreview 36 hours\ndeadline 2 weeks")
    assert (brief.seconds, brief.max_per_worker, brief.review_seconds, brief.deadline_days) == (9, 120, 129_600, 14)
    assert brief.problems == ()


@pytest.mark.parametrize("written", ["2-5", "2–5", "2 to 5", "2..5", ": 2 - 5"])
def test_range_of_overlap_is_adaptive(written: str) -> None:
    brief = read_brief(f"What?\noverlap {written}", currency="USD")
    assert (brief.overlap_min, brief.overlap_max, brief.overlap) == (2, 5, None)


def test_translation_lines_belong_to_the_line_above() -> None:
    brief = photos(
        "What is in the photo?\nfr: Qu'y a-t-il ?\nes: ¿Qué hay?\n- Cat\nfr: Chat\n- Dog\nfr: Chien\n"
        "> Look twice.\nfr: Regardez bien.\n> Be calm.\n"
    )
    assert brief.translations == {
        "fr": Translation("Qu'y a-t-il ?", ("Chat", "Chien"), "Regardez bien.\nBe calm."),
        "es": Translation("¿Qué hay?"),
    }
    assert brief.problems == ()


def test_instructions_may_be_translated_as_a_block_below_them() -> None:
    brief = photos("What?\n- A\n- B\n> One.\n> Two.\nfr: Un.\nfr: Deux.")
    assert brief.translations["fr"].instructions == "Un.\nDeux."


def test_translation_of_nothing_gets_a_sentence() -> None:
    assert "below a question" in only_sentence(photos("What?\n- A\n- B\nprice 1\nfr: Quoi ?"))


def test_bad_translation_of_an_answer_leaves_the_original() -> None:
    brief = photos("What?\n- Cat\nfr: Skip\n- Dog\nfr: Chien")
    assert brief.translations["fr"].answers == ("", "Chien")
    assert "Skip" in only_sentence(brief)


@pytest.mark.parametrize("price", ["0", "-1", "abc", "0.0000001", "", "1,234", "5 EUR"])
def test_bad_price_gets_a_sentence_that_says_what_to_write_and_the_rest_is_kept(price: str) -> None:
    brief = photos(PETS.replace("0.05", price))
    assert brief.price is None
    assert only_sentence(brief)
    assert replace(brief, problems=(), price=50_000) == photos(PETS)


def test_long_price_is_refused_and_not_cut_to_one_that_fits() -> None:
    assert photos(f"What?\n- A\n- B\nprice 0.05{'0' * 70}1").price is None


@pytest.mark.parametrize("overlap", ["0", "abc", "1000", "-3", "5-2", "3.5", "0-4"])
def test_bad_overlap_gets_a_sentence_that_says_what_to_write(overlap: str) -> None:
    brief = photos(PETS.replace("overlap 3", f"overlap {overlap}"))
    assert brief.overlap_max is None
    assert "overlap 3" in only_sentence(brief)


@pytest.mark.parametrize(
    "line",
    [
        *("seconds 0", "seconds soon", "max 0", "max many", "review 15 days", "review never", "review 0"),
        *("deadline 0", "deadline tomorrow", "deadline 5 hours", "deadline 400"),
        *("colour 3", "pay: a lot", "price 2"),
    ],
)
def test_bad_setting_gets_one_sentence_and_changes_nothing(line: str) -> None:
    brief = photos(PETS + line)
    assert only_sentence(brief)
    assert replace(brief, problems=()) == photos(PETS)


@pytest.mark.parametrize("language", ["xx", "Klingon", "12"])
def test_unknown_language_gets_a_sentence_that_says_what_to_write(language: str) -> None:
    brief = photos(PETS.replace("language en", f"language {language}"))
    assert brief.language is None
    assert "language en" in only_sentence(brief)


def test_languages_are_known_by_code_region_and_name() -> None:
    assert [language_code(text) for text in ("EN", "pt_BR", "en-GB", "French", "fil", "xx")] == [
        "en",
        "pt",
        "en",
        "fr",
        "fil",
        None,
    ]


def test_photos_without_answers_get_a_sentence_that_says_how_to_write_one() -> None:
    assert "- Cat" in only_sentence(photos("What is in the photo?\nprice 0.05"))


def test_texts_without_answers_are_fine_because_a_reply_is_written() -> None:
    assert read_brief("Write the reply.\nprice 1", currency="USD", for_kind="texts").problems == ()


@pytest.mark.parametrize("data", ["photos", "texts", None])
def test_one_answer_is_no_choice(data: Data | None) -> None:
    brief = read_brief("What?\n- Cat", currency="USD", for_kind=data)
    assert "at least two" in only_sentence(brief)


def test_sixty_answers_get_one_sentence_and_are_kept_for_choosing() -> None:
    brief = photos("What?\n" + "\n".join(f"- answer {number}" for number in range(60)))
    assert "60 answers" in only_sentence(brief)
    assert len(brief.answers) == 60


def test_long_answer_is_left_out_with_a_sentence() -> None:
    brief = photos("What?\n- Cat\n- Dog\n- " + "x" * 41)
    assert brief.answers == ("Cat", "Dog")
    assert "41 characters" in only_sentence(brief)
    assert photos("What?\n- Cat\n- " + "x" * 40).problems == ()


@pytest.mark.parametrize("again", ["cat", "CAT", "Ｃat", "  Cat "])
def test_equal_answers_are_kept_once(again: str) -> None:
    brief = photos(f"What?\n- Cat\n- Dog\n- {again}")
    assert brief.answers == ("Cat", "Dog")
    assert "once" in only_sentence(brief)


@pytest.mark.parametrize("name", [*CONTROLS, "undo", "↩ UNDO", "Discard…", "stop  for now!"])
def test_answer_named_like_a_control_is_left_out(name: str) -> None:
    brief = photos(f"What?\n- Cat\n- Dog\n- {name}")
    assert brief.answers == ("Cat", "Dog")
    assert "other words" in only_sentence(brief)


def test_answer_named_like_a_translated_control_is_left_out() -> None:
    brief = read_brief("Quoi ?\n- Chat\n- Chien\n- Passer", currency="EUR", controls=["Annuler", "Passer"])
    assert brief.answers == ("Chat", "Chien")


def test_empty_answer_gets_a_sentence() -> None:
    assert "empty" in only_sentence(photos("What?\n- Cat\n- Dog\n-\n"))
    assert "empty" in only_sentence(photos("What?\n- Cat\n- Dog\n- \u200b\n"))


def test_answers_of_signs_alone_are_answers() -> None:
    assert photos("What?\n- 👍\n- 👎\n- C++\n- C").answers == ("👍", "👎", "C++", "C")


def test_missing_question_gets_a_sentence() -> None:
    assert "question is missing" in only_sentence(photos("- Cat\n- Dog"))


def test_long_question_gets_a_sentence_and_no_second_one() -> None:
    brief = photos("Why " + "x" * 500 + "?\n- Cat\n- Dog")
    assert brief.question == ""
    assert "505 characters" in only_sentence(brief)


def test_question_may_begin_like_a_setting() -> None:
    assert photos("Price tag or shelf?\n- Tag\n- Shelf").question == "Price tag or shelf?"
    assert photos("question: Price: how much\n- Low\n- High").question == "Price: how much"


def test_mistyped_setting_above_the_question_does_not_become_the_question() -> None:
    brief = photos("prise 0.05\nWhat is in the photo?\n- Cat\n- Dog")
    assert brief.question == "What is in the photo?"
    assert "prise 0.05" in only_sentence(brief)


def test_texts_that_would_turn_a_line_around_are_cleaned() -> None:
    assert photos("What?\n- \u202etaC\n- Dog\x00").answers == ("taC", "Dog")


def test_long_hostile_text_is_read_in_no_time() -> None:
    text = "\n".join(["- answer " + str(number) for number in range(2_000)] + ["price " + "1 " * 5_000, ">" * 9_000])
    assert "2000 answers" in " ".join(sentences(photos(text)))


def test_correction_replaces_what_it_says_and_nothing_else() -> None:
    old = photos(PETS + "seconds 9\n")
    new = read_brief("price 0.10\n- Cat\nfr: Chat\n- Dog", currency="USD", partial=True)
    both = merged(old, new)
    assert both.problems == ()
    assert both == replace(
        old, price=100_000, answers=("Cat", "Dog"), translations={"fr": Translation(answers=("Chat", ""))}
    )


def test_correction_of_a_question_drops_its_old_translation_alone() -> None:
    old = photos("What?\nfr: Quoi ?\n- Cat\nfr: Chat\n- Dog")
    both = merged(old, read_brief("Which?", currency="USD", partial=True))
    assert (both.question, both.answers) == ("Which?", ("Cat", "Dog"))
    assert both.translations == {"fr": Translation(answers=("Chat", ""))}


_LINES = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["- Cat", "- Dog", "* cat", "> Look.", "fr: Chat", "es: x", "zz: x", "fr:", "question: a: b"]),
    st.sampled_from(
        ["scale 1-5", "scale 0-10 bad-good", "scale: 1 to 7: Not useful - Very useful", "fr: a - b", "scale 5-1"]
    ),
    st.sampled_from(["What?", "Price tag?", "-", ">", "---", "overlap 2-5", "review 61 s", "max: 5", "deadline=3"]),
    st.builds("price {}".format, st.integers(1, 10**7).map(lambda n: f"{n / 1000:.4f}")),
    st.builds("{} {}".format, st.sampled_from(["price", "overlap", "language", "-", ">", "fr:", "1."]), st.text()),
)


@settings(max_examples=300)
@given(st.lists(_LINES, max_size=12).map("\n".join), st.sampled_from(["photos", "texts", None]), st.booleans())
def test_any_text_is_read_without_an_error_and_round_trips(text: str, data: Data | None, partial: bool) -> None:
    brief = read_brief(text, currency="USD", for_kind=data, partial=partial)
    assert all(sentences(brief))
    again = read_brief(write_brief(brief), currency="USD", for_kind=data, partial=partial)
    assert replace(again, problems=()) == replace(brief, problems=())
    assert write_brief(again) == write_brief(brief)


_WORDS = (
    st.text(min_size=1, max_size=40)
    .map(clean)
    .filter(lambda text: answer_problem(text, taken=(), controls=control_keys()) is None)
)
_OPTIONAL = st.one_of(st.none(), st.integers(1, 100))


_ENDS = st.tuples(*[st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=20).map(clean).filter(bool)] * 2)


def _scale(first: int, more: int, ends: tuple[str, str] | None) -> Scale:
    return Scale(first, first + more, ends or ())


@st.composite
def _briefs(draw: st.DrawFn) -> Brief:
    scale = draw(st.none() | st.builds(_scale, st.integers(0, 3), st.integers(1, 10), st.none() | _ENDS))
    answers = () if scale else tuple(draw(st.lists(_WORDS, max_size=6, unique_by=same)))
    lines = draw(st.lists(_WORDS, max_size=3))
    translations: dict[str, Translation] = {}
    for code in draw(st.lists(st.sampled_from(sorted(LANGUAGES)), max_size=2, unique=True)):
        own = draw(st.lists(_WORDS, min_size=len(answers), max_size=len(answers), unique_by=same))
        told = "\n".join(draw(st.lists(_WORDS, min_size=len(lines), max_size=len(lines))))
        words = Translation("", tuple(own), told, draw(_ENDS) if scale and draw(st.booleans()) else ())
        translations |= {code: words} if words != Translation() else {}
    least, more = draw(_OPTIONAL), draw(st.integers(0, 5))
    return Brief(
        question=draw(_WORDS),
        answers=answers,
        instructions="\n".join(lines),
        price=draw(st.one_of(st.none(), st.integers(1, 10**12))),
        overlap_min=least,
        overlap_max=None if least is None else min(100, least + more),
        language=draw(st.one_of(st.none(), st.sampled_from(sorted(LANGUAGES)))),
        seconds=draw(_OPTIONAL),
        max_per_worker=draw(_OPTIONAL),
        review_seconds=draw(st.one_of(st.none(), st.integers(60, 14 * 86_400))),
        deadline_days=draw(_OPTIONAL),
        floor=draw(st.none() | st.integers(1, 10**9)),
        region=draw(st.sampled_from([None, "FR", "MX"])),
        training=draw(st.none() | st.integers(0, 50)),
        test=draw(st.none() | st.booleans()),
        skill_least=draw(st.none() | st.integers(0, 100)),
        scale=scale,
        translations=translations,
    )


@given(_briefs())
def test_written_brief_reads_back_the_same(brief: Brief) -> None:
    assert replace(read_brief(write_brief(brief), currency="USD"), problems=()) == brief


@given(st.text())
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert "\n" not in clean(text)


def test_newcomers_are_trained_and_tested_as_the_lines_say() -> None:
    found = read_brief("training 5\ntest: yes\nskill = 80 %", currency="USD", partial=True)
    assert (found.training, found.test, found.skill_least, found.problems) == (5, True, 80, ())
    none = read_brief("training none\ntest no\nskill no", currency="USD", partial=True)
    assert (none.training, none.test, none.skill_least) == (0, False, 0)
    bad = read_brief("training many\ntest perhaps\nskill 101", currency="USD", partial=True)
    assert (bad.training, bad.test, bad.skill_least) == (None, None, None)
    assert [problem.english().split(".")[0] for problem in bad.problems] == [
        "I cannot use “many” as training",
        "I cannot use “perhaps” as test",
        "I cannot use “101” as skill",
    ]


@pytest.mark.parametrize(
    ("line", "scale"),
    [
        ("scale 1-5", Scale(1, 5)),
        ("Scale: 0 to 10", Scale(0, 10)),
        ("scale 1-5 bad-good", Scale(1, 5, ("bad", "good"))),
        ("scale = 1–7: So-so - Very good", Scale(1, 7, ("So-so", "Very good"))),
    ],
)
def test_scale_is_read_with_its_ends(line: str, scale: Scale) -> None:
    found = photos(f"How good is it?\n{line}")
    assert (found.scale, found.answers, found.problems) == (scale, (), ())


@pytest.mark.parametrize("line", ["scale", "scale 5-1", "scale 1-1", "scale 0-11", "scale low-high", "scale 1-5 good"])
def test_bad_scale_gets_a_sentence_that_says_what_to_write(line: str) -> None:
    found = read_brief(f"How good is it?\n{line}", currency="USD", partial=True)
    assert found.scale is None
    assert "scale 1-5" in only_sentence(found)


def test_scale_or_answers_but_not_both() -> None:
    found = photos("How good is it?\n- Good\n- Bad\nscale 1-5")
    assert only_sentence(found).startswith("A scale has no answers")
    assert (found.scale, found.answers) == (Scale(1, 5), ())
    kept = merged(photos(PETS), read_brief("scale 1-5\nfr: mal - bien", currency="USD", partial=True))
    assert (kept.scale, kept.answers, kept.translations["fr"].ends) == (Scale(1, 5), (), ("mal", "bien"))
    assert merged(kept, read_brief("- A\n- B", currency="USD", partial=True)).scale is None


def test_translated_ends_that_are_not_two_get_a_sentence() -> None:
    found = photos("How good is it?\nscale 1-5: Bad - Good\nfr: Bien")
    assert found.translations == {}
    assert only_sentence(found).startswith("Write what both ends")
