"""Texts and conversations out of the files people have: CSV, TSV, JSONL, JSON, plain lines; and gold.csv.

Whatever the file calls things, a row comes out as one shape: turns of (role, text) that end with the user's. Rows that
cannot be used are listed by name and reason, files whose structure is broken are refused whole: nothing half-imported.
Read into memory at once, so files are bounded (20 MB); run in a worker process.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from domain.file_problems import (
    BrokenTable,
    FileProblem,
    FileTooBig,
    NoPromptColumn,
    NotATable,
    Refused,
    SpreadsheetNotRead,
)
from files.archives import shortened
from files.conversations import TEXTS, TURNS, BadRow, Message, messages_of
from files.texts import clean_name, clean_text

Format = Literal["csv", "jsonl", "json", "lines"]

_FORMATS: dict[str, Format] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".tab": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".txt": "lines",
}
_SPREADSHEETS = frozenset({".xlsx", ".xls", ".ods", ".numbers"})
_NO_DELIMITER = "\x1f"  # a character no text keeps: the whole line is one cell, quotes still understood


@dataclass(frozen=True, slots=True)
class TableLimits:
    """Rows taken from one file; characters of one row, all turns together; bytes of the file; lines of refusals."""

    rows: int = 10_000
    characters: int = 20_000
    bytes: int = 20_000_000
    refused: int = 1_000


@dataclass(frozen=True, slots=True)
class PromptRow:
    """One task: its id in the file, else its line; turns of (role, text), the last the user's; a known answer,
    and what explains it."""

    name: str
    messages: tuple[Message, ...]
    gold: str | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Prompts:
    """What a file held: usable rows in its order, what was refused, its format, a table's columns as it names them."""

    rows: tuple[PromptRow, ...]
    refused: tuple[Refused, ...]
    format: Format
    columns: tuple[str, ...] = ()


_LIMITS = TableLimits()


def read_prompts(path: Path, name: str, limits: TableLimits = _LIMITS) -> Prompts:
    """Read the file at `path`, sent under `name` (its ending tells the format, else its first character does).

    Raises a `FileProblem` (FileTooBig, NotATable, SpreadsheetNotRead, BrokenTable, NoPromptColumn), nothing else.
    """
    suffix = PurePosixPath(name).suffix.casefold()
    if suffix in _SPREADSHEETS:
        raise SpreadsheetNotRead
    if path.stat().st_size > limits.bytes:
        raise FileTooBig(limit=limits.bytes // 1_000_000)
    text = decoded(path.read_bytes())
    form = _FORMATS.get(suffix) or _guessed(text)
    columns: tuple[str, ...] = ()
    if form == "csv":
        columns, records = _table(text, limits)
    elif form in ("jsonl", "json"):
        # People mix the two names up; the first character does not.
        form = "json" if text.lstrip()[:1] == "[" else "jsonl"
        records = _json_array(text) if form == "json" else _json_lines(text)
    else:
        records = ((number, line) for number, line in _lines(text) if line.strip())
    rows, refused = _rows(records, limits)
    return Prompts(rows, refused, form, columns)


def decoded(data: bytes) -> str:
    """Text of UTF-8, UTF-16 or, failing both, Windows-1252 bytes, without the byte order mark. Raises `NotATable`."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    if b"\0" in data[:4_096]:
        # Excel's "Unicode text" without its mark: every other byte of Western text is zero. Anything else is no text.
        for encoding, zeros in (("utf-16-le", data[1:4_096:2]), ("utf-16-be", data[:4_096:2])):
            if zeros.count(0) > len(zeros) * 0.7:
                return data.decode(encoding, "replace")
        raise NotATable
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _guessed(text: str) -> Format:
    """The format of a file whose name does not tell."""
    first = text.lstrip()[:1]
    return "json" if first == "[" else "jsonl" if first in ("{", '"') else "csv" if first else "lines"


def _rows(
    records: Iterator[tuple[int, object]], limits: TableLimits
) -> tuple[tuple[PromptRow, ...], tuple[Refused, ...]]:
    """Turn records (line number, value) into rows; a record that is a `BadRow` already is refused as it is."""
    rows: list[PromptRow] = []
    refused: list[Refused] = []
    first: dict[tuple[Message, ...], str] = {}
    names: set[str] = set()
    for number, value in records:
        if len(rows) == limits.rows:
            rest = 1 + sum(1 for _ in records)
            detail: dict[str, object] = {"count": rest, "limit": limits.rows}
            return tuple(rows), (Refused("", "too_many_rows", detail), *shortened(refused, limits.refused))
        name = _row_name(value, number)
        try:
            messages = messages_of(value, limits.characters)
            if messages in first:
                raise BadRow("same_prompt", other=first[messages])
        except BadRow as bad:
            refused.append(Refused(name, bad.reason, bad.detail or None))
            continue
        name = name if name not in names else f"{name} ({number})"
        names.add(name)
        first[messages] = name
        rows.append(PromptRow(name, messages, _text(value, "gold"), _text(value, "why")))
    return tuple(rows), shortened(refused, limits.refused)


def _row_name(value: object, number: int) -> str:
    """The row's own id where it has one, so that exports can be joined with the client's data; else its line number."""
    if isinstance(value, Mapping):
        for key in ("id", "message_tree_id", "prompt_id", "message_id"):
            own = value.get(key)
            if isinstance(own, str | int) and not isinstance(own, bool) and clean_text(_str(own)):
                return clean_name(clean_text(_str(own)))
    return str(number)


def _text(value: object, key: str) -> str | None:
    found = value.get(key) if isinstance(value, Mapping) else None
    return clean_text(_str(found)) or None if isinstance(found, str | int) else None


def _str(value: str | int) -> str:
    """`str(value)`; Python refuses to print integers of more than 4,300 digits, nobody's id is one."""
    return value if isinstance(value, str) else str(value) if abs(value) < 10**30 else ""


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines numbered from 1. str.splitlines() would also cut at U+2028 and others, which JSON strings may hold."""
    return enumerate(io.StringIO(text, newline=None), start=1)


def _json_lines(text: str) -> Iterator[tuple[int, object]]:
    for number, line in _lines(text):
        if line.strip():
            try:
                yield number, json.loads(line)
            except (ValueError, RecursionError):
                yield number, BadRow("not_json")


def _json_array(text: str) -> Iterator[tuple[int, object]]:
    """Elements of a JSON array, numbered from 1; one at a time, for parsed they take ten times their size."""
    decoder = json.JSONDecoder()
    at = _past_space(text, text.index("[") + 1)
    try:
        number = 0
        while number or text[at : at + 1] != "]":
            value, at = decoder.raw_decode(text, at)
            number += 1
            yield number, value
            at = _past_space(text, at)
            if text[at : at + 1] == "]":
                break
            at = _past_space(text, _past(text, at, ","))
        if _past_space(text, at + 1) != len(text):
            raise ValueError("more after the end")
    except (ValueError, RecursionError) as error:
        raise BrokenTable(line=text.count("\n", 0, at) + 1) from error


def _past(text: str, at: int, expected: str) -> int:
    if text[at : at + 1] != expected:
        raise ValueError(f"{expected} expected")
    return at + 1


def _past_space(text: str, at: int) -> int:
    while text[at : at + 1] in (" ", "\t", "\n", "\r"):
        at += 1
    return at


def _table(text: str, limits: TableLimits) -> tuple[tuple[str, ...], Iterator[tuple[int, object]]]:
    """The columns as the file names them and its rows as mappings; a bare column has no name and strings for rows."""
    csv.field_size_limit(limits.bytes)  # of the process, which is a worker; the csv module's own is 131,072
    delimiter = _delimiter(text)
    records = _records(text, delimiter)
    number, heading = next(records, (1, []))
    keys = [cell.strip().casefold() for cell in heading]
    if not any(key in TEXTS or key in TURNS for key in keys):
        if len(keys) > 1:
            raise NoPromptColumn(columns=clean_name(", ".join(heading), 200))
        return (), ((line, cells[0]) for line, cells in itertools.chain([(number, heading)], records) if cells)
    return tuple(clean_name(cell) for cell in heading), (_record(line, cells, keys) for line, cells in records)


def _record(line: int, cells: list[str], keys: list[str]) -> tuple[int, object]:
    if len(cells) > len(keys) and any(cell.strip() for cell in cells[len(keys) :]):
        return line, BadRow("columns", found=len(cells), expected=len(keys))
    return line, {key: cell for key, cell in zip(keys, cells, strict=False) if cell.strip()}


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Records with the line they begin at; blank lines are left out. Raises `BrokenTable`."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    begins = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise BrokenTable(line=begins) from error
        if any(cell.strip() for cell in cells):
            yield begins, cells
        begins = reader.line_num + 1


def _delimiter(text: str) -> str:
    """Tab, semicolon or comma: the one that makes a known heading; else one that makes a table; else none at all.

    A single column of prose has commas too, so commas alone prove nothing: a table has the same width all along and
    heads its columns with short words.
    """
    samples: dict[str, list[list[str]]] = {}
    for delimiter in ("\t", ";", ","):
        try:
            samples[delimiter] = [cells for _, cells in itertools.islice(_records(text, delimiter), 20)]
        except FileProblem:
            continue
    for delimiter, sample in samples.items():
        heading = {cell.strip().casefold() for cell in sample[0]} if sample else set()
        if len(heading) > 1 and heading & (TEXTS | TURNS):
            return delimiter
    for delimiter, sample in samples.items():
        if len(sample) > 1 and len({len(cells) for cells in sample}) == 1 and _heads(sample[0]):
            return delimiter
    return _NO_DELIMITER


def _heads(cells: list[str]) -> bool:
    return len(cells) > 1 and all(cell.strip() and len(cell) <= 40 and not cell.startswith(" ") for cell in cells)
