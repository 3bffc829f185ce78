"""gold.csv: which answers are known, by a photo's name or a row's id. Read whole, in a worker process."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from domain.file_problems import FileProblem, Refused
from files.archives import Member, read_member
from files.tables import decoded
from files.texts import clean_name, clean_text

FILES: Final = ("file", "filename", "name", "photo", "image", "id", "row", "task")
LABELS: Final = ("label", "answer", "gold", "class")
REASONS: Final = ("why", "reason", "explanation")
MOST_BYTES: Final = 2_000_000
MOST_LINES: Final = 20_000


@dataclass(frozen=True, slots=True)
class Line:
    """One known answer: the names its task may have, the best first; the label as written; an explanation."""

    names: tuple[str, ...]
    label: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class GoldFile:
    """What a gold.csv holds: its lines, what was refused. A name with several labels is refused, not settled."""

    lines: tuple[Line, ...]
    refused: tuple[Refused, ...] = ()


def read_gold_member(path: Path, member: Member) -> GoldFile:
    """The gold.csv of an archive. What is wrong with it as a whole is the one thing refused."""
    data = read_member(path, member, most=MOST_BYTES)
    return GoldFile((), (data,)) if isinstance(data, Refused) else read_gold(data, member.name)


def read_gold_file(path: Path, name: str) -> GoldFile:
    """A gold.csv that was sent on its own."""
    if path.stat().st_size > MOST_BYTES:
        return GoldFile((), (Refused(name, "too_big", {"limit": MOST_BYTES // 1_000_000}),))
    return read_gold(path.read_bytes(), name)


def read_gold(data: bytes, name: str) -> GoldFile:
    """The lines of a gold.csv; `name` is its own, whose folder its photos' names may leave out."""
    try:
        rows = _rows(decoded(data))
    except (FileProblem, csv.Error):
        return GoldFile((), (Refused(name, "gold_broken"),))
    if not rows:
        return GoldFile((), (Refused(name, "gold_empty"),))
    heading = [cell.strip().casefold() for cell in rows[0][1]]
    file, label, why = (_column(heading, known) for known in (FILES, LABELS, REASONS))
    if file is None or label is None:
        return GoldFile((), (Refused(name, "gold_header", {"columns": clean_name(", ".join(rows[0][1]), 80)}),))
    if len(rows) == 1:
        return GoldFile((), (Refused(name, "gold_empty"),))
    folder = PurePosixPath(name).parent
    lines: dict[str, Line] = {}
    refused: list[Refused] = []
    disagreeing: set[str] = set()
    for number, cells in rows[1 : MOST_LINES + 1]:
        own, said = _cell(cells, file), _cell(cells, label)
        if not own or not said:
            refused.append(Refused(own or f"{PurePosixPath(name).name} {number}", "gold_line"))
            continue
        names = tuple(dict.fromkeys((own, str(folder / own), PurePosixPath(own).name)))
        line = Line(names, said, _cell(cells, why) if why is not None else "")
        before = lines.setdefault(own, line)
        if before.label.casefold() != said.casefold() and own not in disagreeing:
            disagreeing.add(own)
            refused.append(Refused(own, "gold_twice", {"one": before.label, "other": said}))
    if len(rows) - 1 > MOST_LINES:
        refused.append(Refused(name, "gold_lines", {"count": len(rows) - 1 - MOST_LINES, "limit": MOST_LINES}))
    return GoldFile(tuple(line for own, line in lines.items() if own not in disagreeing), tuple(refused))


def _rows(text: str) -> list[tuple[int, list[str]]]:
    """Lines with something in them, numbered; by the delimiter that the first one has."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max("\t;,", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]


def _column(heading: list[str], known: tuple[str, ...]) -> int | None:
    return next((heading.index(name) for name in known if name in heading), None)


def _cell(cells: list[str], column: int) -> str:
    return clean_text(cells[column]).strip()[:300] if column < len(cells) else ""
