"""Long texts in Telegram's measure: nothing is lost in pages, nothing is too long on a screen."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from domain.long_texts import PAGE, cut_end, cut_start, pages, tail, units

TEXTS = st.text(alphabet=st.sampled_from("ab \n\n😀é𝒳"), max_size=400)
TURNS = st.lists(st.tuples(st.sampled_from(["user", "assistant"]), TEXTS), max_size=8)


def test_an_emoji_counts_twice_as_telegram_counts() -> None:
    assert units("a😀é") == 4
    assert cut_end("😀😀😀", 5) == "😀😀…"
    assert cut_start("😀😀😀", 5) == "…😀😀"
    assert cut_end("abc", 3) == "abc"


@given(TEXTS, st.integers(1, 80))
def test_a_cut_text_fits_and_is_the_beginning_or_the_end(text: str, limit: int) -> None:
    first, last = cut_end(text, limit), cut_start(text, limit)
    assert units(first) <= limit
    assert units(last) <= limit
    assert text.startswith(first.removesuffix("…").rstrip())
    assert text.endswith(last.removeprefix("…").lstrip())


@given(TURNS, st.integers(120, 400))
def test_pages_fit_and_lose_no_word(turns: list[tuple[str, str]], limit: int) -> None:
    found = pages(turns, limit)
    assert all(sum(units(text) + 40 for _, text in page) <= limit for page in found)
    assert "".join("".join(text for page in found for _, text in page).split()) == "".join(
        "".join(text for _, text in turns).split()
    )


@given(TURNS)
def test_short_turns_are_never_split(turns: list[tuple[str, str]]) -> None:
    assert [turn for page in pages(turns, PAGE) for turn in page] == turns


@given(TURNS, st.integers(100, 500))
def test_the_last_turns_stay_and_what_is_missing_is_said(turns: list[tuple[str, str]], limit: int) -> None:
    kept, missing = tail(turns, limit)
    assert missing == (list(kept) != turns)
    if turns:
        assert kept
        assert kept[-1][1][-5:] == turns[-1][1][-5:]
    assert sum(units(text) for _, text in kept) <= max(limit, 80)
