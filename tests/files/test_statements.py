"""The documents of a statement open, say everything they were given, and write small prices and long titles right."""

from __future__ import annotations

import csv
import io
import pickle
from decimal import Decimal
from pathlib import Path

import pytest
from pypdf import PdfReader

from bot.rendering.statements import sheet
from domain.rules import DAY, MINUTE, Rules
from domain.statements import ACCOUNTS, NOTHING, ORDER, Balances, Move, grouped, month_of, plan, plus
from files.exports import write_jsonl
from files.statements import Sheet, make, statement_csv, statement_pdf
from locales.words import Words
from tests.builders import NOON

RULES = Rules(timezone="Europe/Paris")
MONTH = month_of(RULES, NOON)
PLAN = plan(RULES, worker=7, month=MONTH, at=NOON + 9 * DAY)
PRICE = 125_000
LANGUAGES = ("en", "fr", "es")


def page(language: str = "en", name: str = "Ana", before: Balances = NOTHING) -> Sheet:
    return sheet(PLAN, name, before, language, RULES)


def move(event: tuple[str, str], number: int, *, title: str = "Pets", tap: int = 0, amount: int = PRICE) -> Move:
    at = PLAN.begins + DAY + number * MINUTE
    return Move(at, ORDER.index(event), number, 0, 0, amount, 3, title, f"photo-{number}.jpg", tap)


def every_event() -> list[Move]:
    return [move(event, 10 + number) for number, event in enumerate(ORDER)]


def text(pdf: bytes) -> str:
    """The text of all pages, on one line, with plain spaces."""
    found = " ".join(one.extract_text() for one in PdfReader(io.BytesIO(pdf)).pages)
    return " ".join(found.split())


def plain(words: str) -> str:
    return " ".join(words.split())


def table(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_line_stands_in_the_pdf_with_its_cause_and_amount(language: str) -> None:
    made = page(language, "Ana Müller-Łukaszewicz", (0, 10**9, 0, 28_000_000, 0))
    moves = every_event()
    found = text(statement_pdf(moves, made))
    words = Words(language, RULES)
    for one in moves:
        assert one.cause in found
    for event in made.events:
        assert plain(event) in found
    after = plus(made.before, moves)
    for amount in (*filter(None, made.before), *filter(None, after), PRICE):
        assert plain(words.money(abs(amount))) in found
    for said in ("Ana Müller-Łukaszewicz", words.month(MONTH), made.words["period"], *made.accounts):
        assert plain(said) in found


@pytest.mark.parametrize(("language", "shown"), [("en", "$0.125"), ("fr", "0,125 $ US"), ("es", "0.125")])
def test_a_price_below_a_cent_is_not_rounded(language: str, shown: str) -> None:
    found = text(statement_pdf([move(("submission", "credited"), 1)], page(language)))
    assert shown in found


def test_taps_are_summed_up_by_day_and_batch_and_the_csv_has_every_line() -> None:
    taps = [move(("submission", "credited"), number, tap=1) for number in range(212)]
    taps += [
        move(("submission", "credited"), 500 + number, tap=1)._replace(batch=4, title="Other") for number in range(3)
    ]
    taps += [taps[0]._replace(subject=900, at=taps[0].at + DAY)]
    found = text(statement_pdf(taps, page()))
    assert "212 × $0.125" in found and "$26.50" in found
    assert "submission:0:credited … submission:211:credited" in found
    rows = table(statement_csv(taps, page()))
    assert len(rows) == 1 + 1 + len(taps) + 1
    assert sum(group.many for group in grouped(taps, (RULES.day(one.at) for one in taps))) == len(taps)


def test_the_csv_runs_from_the_opening_to_the_closing_balances() -> None:
    before: Balances = (5, 6_000_000, 7, 8, 9)
    moves = every_event()
    heading, opening, *lines, closing = table(statement_csv(moves, page(before=before)))
    assert heading[5:] == ["Amount", "Currency", "From", "To", "In review", "Available", "On its way", "Paid", "Held"]
    running = before
    for one, line in zip(moves, lines, strict=True):
        running = plus(running, [one])
        assert [Decimal(cell) for cell in line[-5:]] == [Decimal(amount).scaleb(-6) for amount in running]
        assert line[4] == one.cause and Decimal(line[5]) == Decimal("0.125")
        assert line[0].startswith(RULES.local(one.at).isoformat()[:19]) and line[0][-6:] in ("+01:00", "+02:00")
    assert opening[-5:] == ["0.000005", "6.00", "0.000007", "0.000008", "0.000009"]
    assert closing[-5:] == lines[-1][-5:]


@pytest.mark.parametrize(
    "name",
    ["山田太郎", "محمد", "👍🏽", "a" * 500, "", "<b>&amp; \\ ( ) %PDF", "\u202eabc\u2066", "=1+1", "a\x00b\ud800"],
)
def test_any_name_and_title_makes_documents_that_open(name: str) -> None:
    moves = [move(("submission", "credited"), 1, title=name, tap=0)]
    assert "submission:1:credited" in text(statement_pdf(moves, page(name=name)))
    cell = table(statement_csv(moves, page(name=name)))[2][2]
    assert not cell.startswith("=")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_month_says_so(language: str) -> None:
    made = page(language)
    found = text(statement_pdf([], made))
    assert plain(made.words["nothing"]) in found
    assert len(table(statement_csv([], made))) == 3


def test_three_thousand_lines_are_numbered_pages_and_long_amounts_are_not_cut() -> None:
    rich = (0, 1_234_567_890_125, 0, 0, 0)
    moves = [move(("submission", "credited"), number, title="A long title " * 20) for number in range(3_000)]
    content = statement_pdf(moves, page(before=rich))
    pages = PdfReader(io.BytesIO(content)).pages
    last = pages[-1].extract_text()
    assert f"Page {len(pages)} of {len(pages)}" in last
    assert "submission:2999:credited" in last
    assert "$1,234,567.890125" in pages[0].extract_text()
    assert statement_pdf(moves[:30], page()) == statement_pdf(moves[:30], page())


def test_a_worker_process_makes_them_from_moves_in_any_order(tmp_path: Path) -> None:
    moves = every_event()
    write_jsonl(tmp_path / "moves.jsonl", [*moves[7:], *moves[:7]])
    made = pickle.loads(pickle.dumps(page()))
    content, document, after = make(tmp_path / "moves.jsonl", made)
    assert content == statement_csv(moves, page())
    assert text(document) == text(statement_pdf(moves, page()))
    assert after == plus(NOTHING, moves)
    assert len(after) == len(ACCOUNTS)
