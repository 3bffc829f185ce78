"""That the bench of look-alikes reads what it says and counts what it should."""

from __future__ import annotations

import json
from pathlib import Path

from bench.quality import near
from tests.files.test_near import LETTER, OTHER, saved, scene


def test_photos_of_a_folder_and_their_quarters_are_copied_and_found(tmp_path: Path) -> None:
    for seed in range(3):
        saved(scene(seed), tmp_path / f"{seed}.jpg")
    (tmp_path / "truth.csv").write_text("file,label\n")
    found, alarms = near.photo_rows(tmp_path)
    assert found.met and "mirrored 1.00" in found.note
    assert alarms.met and alarms.note.startswith("0 of 75; 15 photos and quarters, 0 too plain")
    saved(scene(1), tmp_path / "again.jpg", quality=40)
    assert not near.photo_rows(tmp_path)[1].met


def test_what_assistants_say_is_read_and_a_copy_among_them_is_counted(tmp_path: Path) -> None:
    said = {"text": LETTER, "role": "assistant", "replies": [{"text": "Short.", "role": "assistant"}]}
    asked = {"prompt": {"text": "And then?", "role": "prompter", "replies": [said]}}
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, (asked, OTHER, LETTER.upper()))))
    texts = list(near.told(tmp_path))
    assert texts == [LETTER, "Short.", OTHER, LETTER.upper()]
    found, alarms = near.text_rows(texts, 1)
    assert found.met and "wrapped 1.00" in found.note
    assert alarms.note.startswith("0 of 1; 2 texts of 3")
    assert near.text_rows([*texts, f"Well: {LETTER}"], 1)[1].note.startswith("1 of 3")


def test_without_a_folder_there_is_no_line() -> None:
    assert near.rows(None, None, 1) == []
