"""Every sentence is there in every language, with the same names and tags in it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from domain.brief import CONTROLS
from domain.people import LANGUAGES
from domain.rules import Rules
from locales.collect import FOLDERS, KEYWORDS, ROOT, catalogue_file, collect
from locales.words import Words

OTHERS = LANGUAGES[1:]
NAMES = re.compile(r"\{(\w+)\}")
TAGS = re.compile(r"</?(\w+)[^>]*>")


@pytest.fixture(scope="module", params=OTHERS)
def catalogue(request: pytest.FixtureRequest) -> Catalog:
    with catalogue_file(request.param).open("rb") as file:
        return read_po(file, locale=request.param)


@pytest.fixture(scope="module")
def collected() -> Catalog:
    return collect()


def pairs(message: Message) -> Iterator[tuple[str, str]]:
    """Each form of a sentence with its translation."""
    originals = [message.id] if isinstance(message.id, str) else list(message.id)
    translations = [message.string] if isinstance(message.string, str) else list(message.string or [""])
    for form, translated in enumerate(translations):
        yield originals[min(form, len(originals) - 1)], translated or ""


def test_every_sentence_is_translated(catalogue: Catalog, collected: Catalog) -> None:
    missing = [
        message.id
        for message in collected
        if message.id
        and not all(translated for _, translated in pairs(catalogue.get(message.id) or Message(message.id)))
    ]
    assert missing == [], "run `make words`, then translate"


def test_translations_keep_names_and_tags(catalogue: Catalog) -> None:
    wrong = [
        original
        for message in catalogue
        if message.id
        for original, translated in pairs(message)
        if set(NAMES.findall(original)) != set(NAMES.findall(translated)) | ({"count"} & set(NAMES.findall(original)))
        or sorted(TAGS.findall(original)) != sorted(TAGS.findall(translated))
    ]
    assert wrong == []


def test_buttons_keep_different_words(catalogue: Catalog) -> None:
    found = [catalogue.get(control) for control in CONTROLS]
    words = [message.string for message in found if message is not None]
    assert len(words) == len(CONTROLS)
    assert len(set(words)) == len(words)


@pytest.mark.parametrize("language", LANGUAGES)
def test_amounts_are_never_rounded(language: str) -> None:
    words = Words(language, Rules())
    assert "0.125" in words.money(125_000).replace(",", ".")
    assert "0.05" in words.money(50_000).replace(",", ".")
    assert "12.00" in words.money(12_000_000).replace(",", ".")


def test_what_people_wrote_is_escaped_in_a_message_and_not_in_a_button() -> None:
    words = Words("en", Rules())
    assert words.html("Hello {name}", name="<b>&") == "Hello &lt;b&gt;&amp;"
    assert words.plain("Hello {name}", name="<b>&") == "Hello <b>&"


def test_no_sentence_hides_from_the_collector(collected: Catalog) -> None:
    known = {text for message in collected for text in ([message.id] if isinstance(message.id, str) else message.id)}
    hidden = [
        f"{path.relative_to(ROOT)}:{node.lineno} {argument.value!r}"
        for folder in FOLDERS
        for path in sorted((ROOT / folder).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in KEYWORDS
        for argument in node.args[:1]
        if isinstance(argument, ast.Constant) and argument.value not in known
    ]
    assert hidden == [], "Babel does not look into f-strings: make the sentence before"
