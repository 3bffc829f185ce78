"""`make words`: collect every sentence from the code and merge it into the catalogues, keeping what is translated."""

from __future__ import annotations

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from domain.people import LANGUAGES

ROOT = Path(__file__).parent.parent
FOLDERS = ("bot", "handlers", "usecases", "domain", "scheduler", "storage", "locales")
KEYWORDS = {"html": None, "plain": None, "N_": None, "html_many": (1, 2), "plain_many": (1, 2)}
HEADER = "# The sentences of Tallyhand. `make words` brings new ones; translate `msgstr`, keep {names} and <tags>.\n"


def collect() -> Catalog:
    """Every sentence the code shows to people, in the order of the files."""
    catalogue = Catalog(project="Tallyhand", charset="utf-8")
    for folder in FOLDERS:
        for name, _line, message, comments, _context in extract_from_dir(
            ROOT / folder, method_map=[("**.py", "python")], keywords=KEYWORDS
        ):
            catalogue.add(message, None, [(f"{folder}/{name}", 0)], auto_comments=comments)
    return catalogue


def catalogue_file(language: str) -> Path:
    """Where a language's sentences are kept."""
    return ROOT / "locales" / language / "LC_MESSAGES" / "tallyhand.po"


def merged(language: str, collected: Catalog) -> Catalog:
    """The language's catalogue with every collected sentence; sentences that are gone are dropped."""
    path = catalogue_file(language)
    known = Catalog(locale=language)
    if path.exists():
        with path.open("rb") as file:
            known = read_po(file, locale=language)
    known.update(collected, no_fuzzy_matching=True)
    known.obsolete.clear()
    known.header_comment = HEADER.rstrip("\n")
    known.fuzzy = False
    return known


def main() -> None:
    """Bring all catalogues up to date."""
    collected = collect()
    for language in LANGUAGES[1:]:
        path = catalogue_file(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        with partial.open("wb") as file:
            write_po(file, merged(language, collected), width=110, sort_output=False, include_lineno=False)
        partial.replace(path)  # whole or not at all: a second run in between would read half a catalogue and lose it


if __name__ == "__main__":
    main()
