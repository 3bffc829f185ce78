"""That the photo benchmark measures what it says: the same photos on both sides, and all of ours kept."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from PIL import Image

from bench import photos
from bench.peers import bare_pillow
from bench.pictures import SIDEWAYS, make_photo
from files.pictures import PictureLimits, normalise

SMALL = (1_600, 1_200)


async def test_every_row_takes_in_every_photo(tmp_path: Path) -> None:
    found = await photos.measure(tmp_path, count=5, rounds=1, seed=1, size=SMALL)
    assert sorted(one.name for one in found) == sorted(photos.ROWS)
    assert {one.photos for one in found} == {5}
    assert all(one.per_second > 0 and one.cpu_ms > 0 for one in found)
    assert [one.name for one in found if one.first_ms] == [
        one.name for one in found if one.name.startswith("Tallyhand")
    ]
    assert not (tmp_path / "data").exists()


def test_bare_pillow_makes_what_ours_makes(tmp_path: Path) -> None:
    limits = PictureLimits()
    assert (limits.side, limits.quality) == (bare_pillow.SIDE, bare_pillow.QUALITY)
    path = make_photo(tmp_path, 0, seed=1, size=SMALL)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(path, path.name)
    ours = normalise(path)
    assert (ours.width, ours.height) == (1_280, 960)
    assert bare_pillow.once(path) == len(ours.data) == bare_pillow.once_unpacked(tmp_path / "a.zip", path.name)


def test_made_up_photos_are_the_same_each_time_and_some_lie_on_their_side(tmp_path: Path) -> None:
    made = [make_photo(tmp_path / str(turn), number, seed=1, size=SMALL) for turn in range(2) for number in range(4)]
    contents = [path.read_bytes() for path in made]
    assert contents[:4] == contents[4:]
    assert len(set(contents)) == 4
    assert [Image.open(path).getexif().get(0x0112, 1) > 1 for path in made[:4]] == [False] * (SIDEWAYS - 1) + [True]


async def test_a_photo_that_is_missing_afterwards_breaks_the_run_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photos, "_sha256", lambda path: "")
    with pytest.raises(photos.Broken, match="0 of 2 photos"):
        await photos.measure(tmp_path, count=2, rounds=1, seed=1, size=SMALL)
