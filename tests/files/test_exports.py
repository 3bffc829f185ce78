"""Exports: nothing runs in a spreadsheet, nothing changes on the way through JSONL, a killed step leaves no trace."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from files.exports import json_line, safe_cell, write_csv, write_jsonl

DANGEROUS = "=+-@\t\r\n\0＝＋－＠"
NASTY = st.one_of(
    st.text(), st.builds(lambda a, b, c: a + b + c, st.text(" \t\n\ufeff\0"), st.sampled_from(DANGEROUS), st.text())
)


@given(NASTY)
def test_no_text_is_ever_a_formula(text: str) -> None:
    cell = safe_cell(text)
    assert isinstance(cell, str)
    assert not cell.lstrip(" \ufeff").startswith(tuple(DANGEROUS))
    assert cell.removeprefix("'") == text.replace("\0", "") or cell == text.replace("\0", "")


def test_numbers_stay_numbers_and_harmless_text_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    write_csv(path, ["a", "=b", "c"], [[Decimal("-0.05"), -3, 1.5], ["-0.05", "Straße", None], [True, 'a"b,c', "'x"]])
    assert path.read_bytes().decode("utf-8") == (
        '\ufeffa,\'=b,c\r\n-0.05,-3,1.5\r\n\'-0.05,Straße,\r\ntrue,"a""b,c",\'x\r\n'
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2, max_size=2)))
def test_csv_reads_back_cell_by_cell(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]) -> None:
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    write_csv(path, ["a", "b"], rows)
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file))[1:] == [[safe_cell(cell) for cell in row] for row in rows]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=[])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(JSON)
def test_jsonl_gives_back_what_was_written(value: object) -> None:
    line = json_line(value)
    assert json.loads(line) == value
    assert len(line.decode().splitlines()) == 1


def test_a_killed_step_is_cut_off_and_done_again(tmp_path: Path) -> None:
    def as_csv(path: Path, numbers: list[int], at: int = 0) -> int:
        return write_csv(path, ["n"], ([number] for number in numbers), at)

    for step in (as_csv, write_jsonl):
        whole, steps = tmp_path / f"whole-{step.__name__}", tmp_path / f"steps-{step.__name__}"
        step(whole, [0, 1, 2, 3])
        at = step(steps, [0, 1])
        step(steps, [2, 2, 2, 2], at)  # written, but the commit that would have said so was lost
        size = step(steps, [2, 3], at)
        assert steps.read_bytes() == whole.read_bytes()
        assert size == len(whole.read_bytes())
        with pytest.raises(ValueError, match="ends before"):
            step(steps, [], size + 1)


def test_rows_of_the_wrong_width_and_values_json_lacks_are_errors(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="1 cells under 2"):
        write_csv(tmp_path / "a.csv", ["a", "b"], [["x"]])
    with pytest.raises(ValueError, match="JSON"):
        write_jsonl(tmp_path / "a.jsonl", [float("nan")])
