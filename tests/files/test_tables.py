"""The files people have, in the shapes their programs write them: all become turns that end with the user's."""

from __future__ import annotations

import json
import pickle
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.file_problems import (
    BrokenTable,
    FileProblem,
    FileTooBig,
    NoPromptColumn,
    NotATable,
    Refused,
    SpreadsheetNotRead,
)
from files.tables import Prompts, TableLimits, read_prompts
from files.texts import clean_name, clean_text, natural
from tests.files.zips import explain


def read(data: str | bytes, name: str, limits: TableLimits | None = None) -> Prompts:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "upload")
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        prompts = read_prompts(path, name, limits or TableLimits())
    assert pickle.loads(pickle.dumps(prompts)) == prompts
    assert all(explain(line) for line in prompts.refused)
    return prompts


def texts(prompts: Prompts) -> list[str]:
    assert all(len(row.messages) == 1 and row.messages[0][0] == "user" for row in prompts.rows)
    return [row.messages[0][1] for row in prompts.rows]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", "prompt\nHello, you\nWhy?\n"),
        ("a.csv", "\ufeffid,Prompt\r\n1,\"Hello, you\"\r\n2,Why?\r\n"),
        ("a.csv", "id;text;note\n1;Hello, you;x\n2;Why?;y\n"),
        ("a.tsv", "n\tquestion\n1\tHello, you\n2\tWhy?\n"),
        ("a.csv", "Hello, you\nWhy?\n"),
        ("a.txt", "Hello, you\n\nWhy?\n"),
        ("a.jsonl", '"Hello, you"\n{"prompt": "Why?", "extra": 1}\n'),
        ("a.ndjson", '{"text": "Hello, you"}\n\n{"instruction": "Why?", "input": ""}'),
        ("a.json", '[{"prompt": "Hello, you"}, "Why?"]'),
        ("a.jsonl", '[\n  "Hello, you",\n  "Why?"\n]\n'),
        ("a.json", '{"prompt": "Hello, you"}\n{"prompt": "Why?"}\n'),
        ("unnamed", '"Hello, you"\n"Why?"\n'),
        ("a.jsonl", '{"messages": [{"role": "user", "content": "Hello, you"}]}\n{"messages": [{"role": "human", "content": [{"type": "text", "text": "Why?"}]}]}'),  # noqa: E501
        ("a.csv", 'messages\n"[{""role"": ""user"", ""content"": ""Hello, you""}]"\n"[{""from"": ""human"", ""value"": ""Why?""}]"\n'),  # noqa: E501
    ],
)  # fmt: skip
def test_every_way_of_writing_two_prompts_down(name: str, data: str) -> None:
    prompts = read(data, name)
    assert texts(prompts) == ["Hello, you", "Why?"]
    assert prompts.refused == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_every_encoding_programs_save_in(encoding: str) -> None:
    assert texts(read("id;prompt\n1;Où est l’été à 5 € ?\n".encode(encoding), "a.csv")) == ["Où est l’été à 5 € ?"]


def test_open_assistants_trees_give_their_first_message() -> None:
    tree = {
        "message_tree_id": "t1",
        "prompt": {
            "text": "Why?",
            "role": "prompter",
            "replies": [{"text": "So.", "role": "assistant", "replies": []}],
        },
    }
    prompts = read(json.dumps(tree), "trees.jsonl")
    assert [(row.name, row.messages) for row in prompts.rows] == [("t1", (("user", "Why?"),))]


def test_conversations_keep_their_turns_and_roles() -> None:
    turns = [("system", "Be kind."), ("human", "Hi"), ("gpt", "Hello!"), ("prompter", "Why?")]
    row = {"id": 7, "conversations": [{"from": role, "value": text} for role, text in turns], "gold": "Good"}
    (only,) = read(json.dumps(row), "a.jsonl").rows
    assert only.messages == (("system", "Be kind."), ("user", "Hi"), ("assistant", "Hello!"), ("user", "Why?"))
    assert (only.name, only.gold) == ("7", "Good")


def test_rows_that_cannot_be_used_are_told_by_line_and_reason() -> None:
    rows = [
        '"fine"',
        '"  \\u200b "',
        "{oops",
        "{}",
        '{"name": "x"}',
        "3",
        '"fine"',
        json.dumps("x" * 20_001),
        '{"messages": [{"role": "user", "content": "a"}, {"role": "bot", "content": "b"}]}',
        '{"messages": [{"role": "wizard", "content": "a"}]}',
        '{"messages": [{"role": "user", "content": ["a", {"image_url": "x"}]}]}',
        '{"messages": "no list"}',
        '{"messages": {"role": "user"}}',
        '{"messages": []}',
    ]
    prompts = read("\n".join(rows), "a.jsonl")
    assert texts(prompts) == ["fine"]
    assert [(int(line.name), line.reason) for line in prompts.refused] == [
        (2, "empty"),
        (3, "not_json"),
        (4, "empty"),
        (5, "no_text"),
        (6, "no_text"),
        (7, "same_prompt"),
        (8, "too_long"),
        (9, "not_users_turn"),
        (10, "unknown_role"),
        (11, "bad_messages"),
        (12, "not_json"),
        (13, "bad_messages"),
        (14, "empty"),
    ]
    assert explain(prompts.refused[5]) == "7: is the same as row 1"


def test_too_many_rows_are_one_line() -> None:
    prompts = read("\n".join(f"prompt {number}" for number in range(12_345)), "a.txt")
    assert len(prompts.rows) == 10_000
    assert prompts.refused == (Refused("", "too_many_rows", {"count": 2_345, "limit": 10_000}),)


def test_commas_without_quotes_are_told_and_quoted_line_breaks_kept() -> None:
    prompts = read('id,prompt\n1,Hello, you\n2,"a\nb"\n2,c\n', "a.csv")
    assert prompts.refused == (Refused("2", "columns", {"found": 3, "expected": 2}),)
    assert [(row.name, row.messages[0][1]) for row in prompts.rows] == [("2", "a\nb"), ("2 (5)", "c")]
    assert prompts.columns == ("id", "prompt")


def test_whole_files_that_cannot_be_used_say_what_to_do() -> None:
    for data, name, problem in (
        ("id,name\n1,a\n2,b\n", "a.csv", NoPromptColumn),
        (b"PK\3\4", "a.xlsx", SpreadsheetNotRead),
        (b"\x7fELF\0\0\1\2\3", "a.csv", NotATable),
        ('["a", "b"', "a.json", BrokenTable),
        ('["a" "b"]', "a.json", BrokenTable),
        ('["a"]\n["b"]', "a.json", BrokenTable),
        ("[" * 100_000, "a.json", BrokenTable),
    ):
        with pytest.raises(problem):
            read(data, name)
    with pytest.raises(FileTooBig):
        read("x" * 100, "a.txt", TableLimits(bytes=99))
    assert read("", "a.csv").rows == read("[]", "a.json").rows == ()


def test_texts_are_clean_and_names_harmless() -> None:
    assert clean_text("\ufeff a\0b\x1b[31m\r\nc\td\ud800 \u0085") == "ab[31m\nc\td"
    assert clean_text("é") == "é"
    assert clean_name("\u202egpj.exe\n") == "gpj.exe"
    assert len(clean_name("x" * 500 + ".jpg")) == 120
    assert sorted(["a10", "a9", "a09b", "A1", "²", "a" + "9" * 5_000], key=natural)[:3] == ["A1", "a9", "a09b"]


NAMES = st.sampled_from(["a.csv", "a.tsv", "a.jsonl", "a.json", "a.txt", "a", "a.dat"])
PIECES = st.lists(
    st.sampled_from(
        [b'{"messages":', b'[{"role":', b'"user"', b'"content"', b":", b",", b"]", b"}", b"prompt", b"\n", b'"', b";",
         b"\t", b"\r", b"\0", b"\xff",
         b"\xef\xbb\xbf", b"[", b"{", b"\\ud800", b"1e999", b"id", b"9" * 5_000, b"x", b" "]
    )
).map(b"".join)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.binary(max_size=200), PIECES, st.text().map(lambda text: text.encode("utf-8", "replace"))), NAMES)
def test_any_bytes_give_rows_or_a_problem(data: bytes, name: str) -> None:
    try:
        prompts = read(data, name)
    except FileProblem as problem:
        assert problem.text.format(**problem.params)
        return
    names = [row.name for row in prompts.rows]
    assert len(set(names)) == len(names)
    for row in prompts.rows:
        assert row.messages[-1][0] == "user"
        assert all(text.strip() and text.encode() for _, text in row.messages)
