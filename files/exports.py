"""Tables for people and their programs: CSV that a spreadsheet opens without running anything, JSONL that is exact.

Exports are written in steps with a restart in between, so both writers are told where to go on: what a killed step left
beyond that byte is cut off, and the size that comes back belongs into the same commit as the step's progress.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO

Cell = str | int | float | Decimal | bool | None

# What makes a spreadsheet take a text for a formula, also behind white space; East Asian ones take full-width forms.
_FORMULA = re.compile(r"[\s\0\ufeff]*[=+\-@＝＋－＠\t\r\n\0]")


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Cell]], at: int = 0) -> int:
    """Write rows from byte `at` on, after a heading if that is 0; return the new size, durable, to go on from.

    RFC 4180 (CRLF, quotes doubled) in UTF-8 with a byte order mark: without one Excel reads accents as two characters
    each, and everything else that reads CSV skips it. Texts that would be formulas get a leading apostrophe; numbers
    stay numbers, so amounts are passed as Decimal. None is an empty cell. A row of the wrong width raises ValueError.
    """
    with _from(path, at) as file:
        out = io.TextIOWrapper(file, encoding="utf-8-sig" if at == 0 else "utf-8", errors="replace", newline="")
        writer = csv.writer(out, lineterminator="\r\n")
        if at == 0:
            writer.writerow([safe_cell(column) for column in columns])
        for row in rows:
            if len(row) != len(columns):
                raise ValueError(f"a row of {len(row)} cells under {len(columns)} columns")
            writer.writerow([safe_cell(cell) for cell in row])
        out.flush()
        out.detach()
        return _settled(file)


def write_jsonl(path: Path, rows: Iterable[object], at: int = 0) -> int:
    """Write one JSON value a line from byte `at` on; return the new size, durable, to go on from.

    Reading the lines back gives equal values. What JSON cannot hold (NaN, dates, sets) raises ValueError or TypeError.
    """
    with _from(path, at) as file:
        for row in rows:
            file.write(json_line(row))
        return _settled(file)


def safe_cell(cell: Cell) -> str | int | float | Decimal:
    """The cell as it may stand in a CSV: text that a spreadsheet would run gets an apostrophe, which it then hides."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, str):
        text = cell.replace("\0", "")
        return f"'{text}" if _FORMULA.match(cell) else text
    return cell


def json_line(row: object) -> bytes:
    """`row` as one line of UTF-8, line feed included; escapes only what programs cut lines at or UTF-8 cannot hold."""
    text = json.dumps(row, ensure_ascii=False, allow_nan=False, separators=(", ", ": "))
    for separator in ("\x85", "\u2028", "\u2029"):
        text = text.replace(separator, f"\\u{ord(separator):04x}")
    try:
        return text.encode() + b"\n"
    except UnicodeEncodeError:  # half a surrogate pair
        return json.dumps(row, allow_nan=False).encode() + b"\n"


def _from(path: Path, at: int) -> BinaryIO:
    """`path` open for writing, cut to `at` bytes. Raises ValueError if it is shorter: somebody else wrote to it."""
    file = path.open("r+b" if at else "w+b")
    if file.seek(0, os.SEEK_END) < at:
        file.close()
        raise ValueError(f"{path.name} ends before byte {at}")
    file.truncate(at)
    file.seek(at)
    return file


def _settled(file: BinaryIO) -> int:
    file.flush()
    os.fsync(file.fileno())
    return file.tell()
