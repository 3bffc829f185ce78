"""Photos out of a folder: what is not the photo's fault is not put down to it."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from domain.file_problems import Refused
from files import folders, pictures
from files.folders import list_folder, take_from_folder


def test_a_full_disk_calls_no_photo_damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> Path:
        raise OSError(errno.ENOSPC, "No space left on device")

    Image.new("RGB", (64, 48), "teal").save(tmp_path / "a.jpg")
    monkeypatch.setattr(pictures, "store", full)
    with pytest.raises(OSError, match="No space left"):
        take_from_folder(tmp_path, ["a.jpg"], tmp_path / "store")


def test_a_photo_that_is_gone_is_refused_by_name(tmp_path: Path) -> None:
    taken = folders.take_from_folder(tmp_path, ["gone.jpg"], tmp_path / "store")
    assert taken == [Refused("gone.jpg", "damaged")]


def test_folders_that_differ_by_a_number_are_all_listed(tmp_path: Path) -> None:
    for name in ("pets10", "pets", "pets2"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.jpg").touch()
    assert list_folder(tmp_path).photos == ("pets2/a.jpg", "pets10/a.jpg", "pets/a.jpg")
