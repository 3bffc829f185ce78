"""A month's statement: CSV with every transfer and what was there after it, PDF to be read and printed.

This layer knows no language: words come translated, `Formats` says how that language writes money and days. The CSV is
for programs and spreadsheets: plain numbers, times in ISO 8601, a line a transfer. The PDF sums up one-tap work by day
and batch. Its font has Latin, Greek, Cyrillic, Arabic and more; what it has no picture for is left out, never an error.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from domain.books import FLOWS
from domain.money import as_decimal_text
from domain.statements import ACCOUNTS, ORDER, Balances, Group, Move, grouped, plus
from files.canvas import GREEN, INK, LINE, MUTED, drawable, font_path
from files.exports import Cell, safe_cell

if TYPE_CHECKING:
    from fpdf import FPDF

MARGIN, WIDTH, HEIGHT = 16.0, 210.0, 297.0
INNER: Final = WIDTH - 2 * MARGIN
DAY_WIDTH, AMOUNT_WIDTH = 19.0, 34.0
WHAT_WIDTH: Final = INNER - DAY_WIDTH - AMOUNT_WIDTH
FOOT: Final = HEIGHT - 18
ROW: Final = 9.6
FONT: Final = "DejaVu"


@dataclass(frozen=True, slots=True)
class Formats:
    """How a language writes things; all picklable: functions of a module, or functools.partial of them.

    `money` takes micro-units, `day` a calendar day, `times` (count, micro-units); `local` makes an instant the local
    time of the installation, `day_of` its calendar day; `page` takes (number, of how many).
    """

    money: Callable[[int], str]
    day: Callable[[int], str]
    times: Callable[[int, int], str]
    local: Callable[[int], datetime]
    day_of: Callable[[int], int]
    page: Callable[[int, int], str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """All a statement says: translated `words`, the words of each event of ORDER and of each of ACCOUNTS.

    `words`: title, month, name, period, opening, came, went, closing, day, what, amount, moves, nothing, note; for the
    CSV the columns time, event, for, task, cause, currency, from, to. `before` is what there was when the month began.
    """

    words: Mapping[str, str]
    events: tuple[str, ...]
    accounts: tuple[str, ...]
    before: Balances
    currency: str
    formats: Formats
    made_at: int


def make(moves_at: Path, sheet: Sheet) -> tuple[bytes, bytes, Balances]:
    """The CSV, the PDF and the closing balances from the moves in a file (a JSON array a line, in any order)."""
    with moves_at.open("rb") as file:
        moves = [Move(*json.loads(line)) for line in file]
    moves.sort(key=lambda move: move[:5])
    return statement_csv(moves, sheet), statement_pdf(moves, sheet), plus(sheet.before, moves)


def statement_csv(moves: Sequence[Move], sheet: Sheet) -> bytes:
    """RFC 4180, byte order mark: the opening balances, a line a transfer with the balances after it, the closing."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    words, accounts = sheet.words, dict(zip(ACCOUNTS, sheet.accounts, strict=True))
    names = ("time", "event", "for", "task", "cause", "amount", "currency", "from", "to")
    writer.writerow([safe_cell(words[name]) for name in names] + [safe_cell(name) for name in sheet.accounts])

    def row(cells: Sequence[Cell], balances: Balances) -> None:
        rest = [_number(amount, sheet.currency) for amount in balances]
        writer.writerow([safe_cell(cell) for cell in (*cells, *rest)])

    balances, empty = sheet.before, [""] * (len(names) - 2)
    row(["", words["opening"], *empty], balances)
    for move in moves:
        balances = plus(balances, [move])
        source, target = (accounts.get(use, "") for use in FLOWS[ORDER[move.event]])
        cells: list[Cell] = [
            sheet.formats.local(move.at).isoformat(timespec="seconds"),
            sheet.events[move.event],
            move.title,
            move.task,
            move.cause,
            _number(move.amount, sheet.currency),
            sheet.currency,
            source,
            target,
        ]
        row(cells, balances)
    row(["", words["closing"], *empty], balances)
    return out.getvalue().encode("utf-8-sig", errors="replace")


def _number(amount: int, currency: str) -> Decimal:
    return Decimal(as_decimal_text(amount, currency=currency))


def statement_pdf(moves: Sequence[Move], sheet: Sheet) -> bytes:
    """An A4 document: whose it is, the balances of each account, then the moves. Same input, same bytes."""
    pdf = _document(sheet)
    _head(pdf, sheet)
    _balances(pdf, sheet, moves)
    groups = grouped(moves, (sheet.formats.day_of(move.at) for move in moves))
    _lines(pdf, sheet, groups)
    for page in range(1, pdf.pages_count + 1):
        pdf.page = page
        pdf.set_y(HEIGHT - 14)
        pdf.set_font(FONT, "", 1)  # else fpdf takes the last page's font for this one's, and sets none
        _type(pdf, 7.5, MUTED)
        _cell(pdf, INNER * 0.7, sheet.words["note"])
        _cell(pdf, INNER * 0.3, sheet.formats.page(page, pdf.pages_count), "R")
    return bytes(pdf.output())


def _document(sheet: Sheet) -> FPDF:
    from fpdf import FPDF

    pdf = FPDF(format="A4")
    pdf.set_margins(MARGIN, MARGIN)
    pdf.set_auto_page_break(False)
    pdf.add_font(FONT, "", font_path(False))
    pdf.add_font(FONT, "B", font_path(True))
    pdf.set_title(drawable(f"{sheet.words['title']} {sheet.words['month']}"))
    pdf.set_creation_date(sheet.formats.local(sheet.made_at))
    pdf.set_creator("Tallyhand")
    pdf.add_page()
    return pdf


def _head(pdf: FPDF, sheet: Sheet) -> None:
    _type(pdf, 20, GREEN, bold=True)
    _cell(pdf, INNER * 0.5, sheet.words["title"], high=10)
    _type(pdf, 14, INK, bold=True)
    _cell(pdf, INNER * 0.5, sheet.words["month"], "R", high=10)
    pdf.ln(12)
    _type(pdf, 12, INK, bold=True)
    _cell(pdf, INNER, sheet.words["name"], high=6)
    pdf.ln(6)
    _type(pdf, 8.5, MUTED)
    _cell(pdf, INNER, sheet.words["period"], high=5)
    pdf.ln(10)


def _balances(pdf: FPDF, sheet: Sheet, moves: Sequence[Move]) -> None:
    """A column an account; what a worker has rejected and may appeal only where there was any."""
    after = plus(sheet.before, moves)
    came = _one_way(moves, incoming=True)
    went = tuple(then - before - more for then, before, more in zip(after, sheet.before, came, strict=True))
    shown = [place for place, use in enumerate(ACCOUNTS) if use != "held" or sheet.before[place] or came[place]]
    label = 38.0
    width = (INNER - label) / len(shown)
    _rule(pdf, INK)
    _type(pdf, 8, MUTED)
    _cell(pdf, label, "", high=6)
    for place in shown:
        _cell(pdf, width, sheet.accounts[place], "R", high=6)
    pdf.ln(6)
    rows = (("opening", sheet.before, False), ("came", came, False), ("went", went, False), ("closing", after, True))
    for name, amounts, bold in rows:
        _rule(pdf, INK if bold else LINE)
        _type(pdf, 9, INK, bold=bold)
        _cell(pdf, label, sheet.words[name], high=6.4)
        for place in shown:
            shown_as = "–" if amounts[place] == 0 and not bold else _signed(amounts[place], sheet)
            _amount(pdf, width, shown_as, high=6.4)
        pdf.ln(6.4)
    _rule(pdf, INK)
    pdf.ln(8)


def _one_way(moves: Sequence[Move], *, incoming: bool) -> Balances:
    """What came into each account, without what left it."""
    sums = dict.fromkeys(ACCOUNTS, 0)
    for move in moves:
        use = FLOWS[ORDER[move.event]][1 if incoming else 0]
        if use in sums:
            sums[use] += move.amount
    return tuple(sums.values())


def _signed(amount: int, sheet: Sheet) -> str:
    return f"−{sheet.formats.money(-amount)}" if amount < 0 else sheet.formats.money(amount)


def _lines(pdf: FPDF, sheet: Sheet, groups: Sequence[Group]) -> None:
    _type(pdf, 12, INK, bold=True)
    _cell(pdf, INNER, sheet.words["moves"], high=7)
    pdf.ln(8)
    if not groups:
        _type(pdf, 10, MUTED)
        pdf.multi_cell(INNER, 6, drawable(sheet.words["nothing"]))
        return
    _columns(pdf, sheet)
    before = None
    for group in groups:
        if pdf.get_y() + ROW > FOOT:
            pdf.add_page()
            _columns(pdf, sheet)
            before = None
        _line(pdf, sheet, group, with_day=group.day != before)
        before = group.day


def _columns(pdf: FPDF, sheet: Sheet) -> None:
    _type(pdf, 8, MUTED)
    _cell(pdf, DAY_WIDTH, sheet.words["day"], high=6)
    _cell(pdf, WHAT_WIDTH, sheet.words["what"], high=6)
    _cell(pdf, AMOUNT_WIDTH, sheet.words["amount"], "R", high=6)
    pdf.ln(6)
    _rule(pdf, INK)


def _line(pdf: FPDF, sheet: Sheet, group: Group, *, with_day: bool) -> None:
    """Two lines: what happened to what, and under it how it adds up and the cause; the amount and where it went."""
    if not with_day:
        pdf.set_draw_color(LINE)
        pdf.line(MARGIN + DAY_WIDTH, pdf.get_y(), WIDTH - MARGIN, pdf.get_y())
    else:
        _rule(pdf, LINE)
    move, top = group.first, pdf.get_y()
    pdf.set_y(top + 0.8)
    _type(pdf, 8.5, INK)
    _cell(pdf, DAY_WIDTH, sheet.formats.day(group.day) if with_day else "", high=4.4)
    event = sheet.events[move.event]
    _cell(pdf, WHAT_WIDTH, f"{event} · {move.title}" if move.title else event, high=4.4)
    _type(pdf, 8.5, INK, bold=True)
    _amount(pdf, AMOUNT_WIDTH, sheet.formats.money(group.amount), high=4.4)
    pdf.set_xy(MARGIN + DAY_WIDTH, top + 4.9)
    _type(pdf, 6.8, MUTED)
    causes = move.cause if group.many == 1 else f"{move.cause} … {group.last.cause}"
    parts = [sheet.formats.times(group.many, move.amount)] if group.many > 1 else [move.task] if move.task else []
    where = _where(sheet, move)
    room = INNER - DAY_WIDTH - pdf.get_string_width(drawable(where)) - 4
    _cell(pdf, room, causes, before=" · ".join(parts), high=3.8)
    pdf.set_xy(MARGIN, top + 4.9)
    _cell(pdf, INNER, where, "R", high=3.8)
    pdf.set_y(top + ROW)


def _where(sheet: Sheet, move: Move) -> str:
    names = dict(zip(ACCOUNTS, sheet.accounts, strict=True))
    source, target = (names.get(use, "") for use in FLOWS[ORDER[move.event]])
    return f"{source} → {target}" if source and target else f"→ {target}" if target else f"{source} →"


def _type(pdf: FPDF, size: float, colour: str, *, bold: bool = False) -> None:
    pdf.set_font(FONT, "B" if bold else "", size)
    pdf.set_text_color(colour)


def _rule(pdf: FPDF, colour: str) -> None:
    pdf.set_draw_color(colour)
    pdf.set_line_width(0.2)
    pdf.line(MARGIN, pdf.get_y(), WIDTH - MARGIN, pdf.get_y())


def _cell(
    pdf: FPDF, width: float, text: str, align: Literal["L", "R"] = "L", *, high: float = 5.0, before: str = ""
) -> None:
    """One line of text in its column. `before` stands in front of it and is what is shortened when both do not fit."""
    text = drawable(text)
    if before:
        room = width - pdf.get_string_width(f" · {text}") - 1
        text = f"{_fitting(pdf, drawable(before), room)} · {text}"
    pdf.cell(width, high, _fitting(pdf, text, width), align=align)


def _amount(pdf: FPDF, width: float, text: str, *, high: float) -> None:
    """An amount at the right of its column: a long one is written smaller, never cut."""
    text, size = drawable(text), pdf.font_size_pt
    while pdf.get_string_width(text) > width - 2 * pdf.c_margin and pdf.font_size_pt > 3:
        pdf.set_font_size(pdf.font_size_pt - 0.25)
    pdf.cell(width, high, text, align="R")
    pdf.set_font_size(size)


def _fitting(pdf: FPDF, text: str, width: float) -> str:
    """The text, or as much of its beginning as fits with an ellipsis."""
    width -= 2 * pdf.c_margin
    if pdf.get_string_width(text) <= width:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if pdf.get_string_width(f"{text[:middle].rstrip()}…") <= width:
            low = middle
        else:
            high = middle - 1
    return f"{text[:low].rstrip()}…"
