"""Formatting: HTML and Markdown into entities, with Telegram's error texts."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.entities import formatted
from emulator.errors import ApiError
from emulator.html_text import parse_html
from emulator.markdown_text import RESERVED, parse_markdown_v2

TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=60)
STYLES = {"b": "bold", "i": "italic", "u": "underline", "s": "strikethrough", "tg-spoiler": "spoiler", "code": "code"}


def nobody(number: int) -> dict[str, Any] | None:
    return None


def cut(text: str, entity: dict[str, Any]) -> str:
    """The part of a text that an entity covers, counted as Telegram counts."""
    coded = text.encode("utf-16-le")
    return coded[entity["offset"] * 2 : (entity["offset"] + entity["length"]) * 2].decode("utf-16-le")


def clean(text: str, mode: str) -> tuple[str, list[dict[str, Any]]]:
    return formatted(text, mode, None, nobody)


def failure(text: str, mode: str) -> str:
    with pytest.raises(ApiError) as refused:
        clean(text, mode)
    return refused.value.description.removeprefix("Bad Request: ")


@given(TEXTS)
def test_escaped_html_is_the_text_without_entities(text: str) -> None:
    assert parse_html(html.escape(text)) == (text, [])


@given(TEXTS)
def test_escaped_markdown_is_the_text_without_entities(text: str) -> None:
    escaped = re.sub(r"([\\" + re.escape(RESERVED) + "])", r"\\\1", text)
    assert parse_markdown_v2(escaped) == (text, [])


@given(st.lists(st.tuples(TEXTS, st.sampled_from(sorted(STYLES)), TEXTS.filter(bool)), max_size=6))
def test_html_entities_cover_what_the_tags_enclosed(parts: list[tuple[str, str, str]]) -> None:
    source = "".join(f"{html.escape(before)}<{tag}>{html.escape(inner)}</{tag}>" for before, tag, inner in parts)
    text, entities = parse_html(source)
    assert text == "".join(before + inner for before, _, inner in parts)
    assert [(entity["type"], cut(text, entity)) for entity in entities] == [
        (STYLES[tag], inner) for _, tag, inner in parts
    ]


@given(st.text(max_size=80), st.sampled_from(["HTML", "MarkdownV2", "Markdown"]))
def test_any_text_is_parsed_or_refused_and_entities_lie_inside(text: str, mode: str) -> None:
    try:
        result, entities = clean(text, mode)
    except ApiError as refused:
        assert refused.code == 400
        return
    size = len(result.encode("utf-16-le")) // 2
    for entity in entities:
        assert entity["length"] > 0
        assert 0 <= entity["offset"] <= entity["offset"] + entity["length"] <= size
        assert cut(result, entity)


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("<b>x", "can't parse entities: Can't find end tag corresponding to start tag \"b\""),
        ("é<x>y</x>", 'can\'t parse entities: Unsupported start tag "x" at byte offset 2'),
        ("<b>x</i>", 'can\'t parse entities: Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("x</b>", "can't parse entities: Unexpected end tag at byte offset 1"),
        ("a <", "can't parse entities: Unclosed start tag at byte offset 2"),
        ("<span>x</span>", 'can\'t parse entities: Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
def test_wrong_html_is_told_in_telegrams_words(source: str, error: str) -> None:
    assert failure(source, "HTML") == error


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("*x", "can't parse entities: Can't find end of Bold entity at byte offset 0"),
        ("a.", "can't parse entities: Character '.' is reserved and must be escaped with the preceding '\\'"),
        ("é[x](http://a.de", "can't parse entities: Can't find end of a URL at byte offset 5"),
        ("`x", "can't parse entities: Can't find end of Code entity at byte offset 0"),
    ],
)
def test_wrong_markdown_is_told_in_telegrams_words(source: str, error: str) -> None:
    assert failure(source, "markdownv2") == error


@pytest.mark.parametrize(
    ("source", "mode", "text", "entities"),
    [
        ("<b>a <i>b</i></b>", "HTML", "a b", [("bold", "a b"), ("italic", "b")]),
        ("<b>a <code>b</code> c</b>", "HTML", "a b c", [("bold", "a "), ("code", "b"), ("bold", " c")]),
        ("<blockquote expandable>q</blockquote>", "HTML", "q", [("expandable_blockquote", "q")]),
        ("😀<tg-spoiler>x</tg-spoiler>", "HTML", "😀x", [("spoiler", "x")]),
        ("&lt;b&gt; &#x1F600; &nbsp;", "HTML", "<b> 😀 &nbsp;", []),
        ("a\tb\rc", "HTML", "a bc", []),
        ("  <b> x </b>  ", "HTML", "x", [("bold", "x")]),
        ("*a _b_* __c__ ~d~ ||e||", "MarkdownV2", "a b c d e", [
            ("bold", "a b"), ("italic", "b"), ("underline", "c"), ("strikethrough", "d"), ("spoiler", "e")]),
        (">a\n>b\nc", "MarkdownV2", "a\nb\nc", [("blockquote", "a\nb")]),
        (">a\n>b||", "MarkdownV2", "a\nb", [("expandable_blockquote", "a\nb")]),
        ("*a* [b](http://c.de) `d`", "Markdown", "a b d", [("bold", "a"), ("text_link", "b"), ("code", "d")]),
    ],
)  # fmt: skip
def test_markup_becomes_entities(source: str, mode: str, text: str, entities: list[tuple[str, str]]) -> None:
    result, found = clean(source, mode)
    assert result == text
    assert [(entity["type"], cut(result, entity)) for entity in found] == entities


def test_code_language_and_links_are_kept() -> None:
    assert clean('<pre><code class="language-py">x</code></pre>', "HTML")[1] == [
        {"offset": 0, "length": 1, "type": "pre", "language": "py"}
    ]
    assert clean("```py\nx```", "MarkdownV2")[1] == [{"offset": 0, "length": 1, "type": "pre", "language": "py"}]
    assert clean('<a href="example.com">x</a>', "HTML")[1][0]["url"] == "http://example.com/"
    assert clean('<a href="nonsense">x</a>', "HTML")[1] == []


def test_commands_mentions_and_links_are_found_in_plain_text() -> None:
    text, found = formatted("😀 /start@bot_a me@b.org @somebody #tag https://a.de/x?y. $EUR", None, None, nobody)
    assert [(entity["type"], cut(text, entity)) for entity in found] == [
        ("bot_command", "/start@bot_a"), ("email", "me@b.org"), ("mention", "@somebody"), ("hashtag", "#tag"),
        ("url", "https://a.de/x?y"), ("cashtag", "$EUR"),
    ]  # fmt: skip


def test_explicit_entities_are_checked_against_the_text() -> None:
    bold = {"type": "bold", "offset": 0, "length": 2}
    assert formatted("😀", None, [bold], nobody)[1] == [bold]
    with pytest.raises(ApiError):
        formatted("x", None, [bold], nobody)
