"""Look-alikes: photos and texts that are almost the same are found, others are not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from domain.signals.groups import linked_groups
from files import near_photos, near_texts

SIZE = 320
LETTER = (
    "Dear neighbours, the water will be turned off on Tuesday from nine until noon, because the pipes in the cellar"
    " have to be mended. Please fill a jug or two the evening before. If you need help carrying them, ring next door."
)
OTHER = (
    "To bake this bread you need flour, salt, yeast and patience. Mix them in a bowl, cover it, and let it rest for a"
    " night. In the morning shape a loaf, wait another hour, and bake it until the crust sounds hollow when knocked on."
)


def scene(seed: int) -> Image.Image:
    """Something with shapes and shades, unlike any other seed's."""
    rng = np.random.default_rng(seed)
    noise = Image.fromarray(rng.integers(0, 255, (9, 9, 3), dtype=np.uint8)).resize(
        (SIZE, SIZE), Image.Resampling.BICUBIC
    )
    return noise.filter(ImageFilter.GaussianBlur(4))


def saved(photo: Image.Image, path: Path, quality: int = 85) -> Path:
    photo.save(path, "JPEG", quality=quality)
    return path


COPIES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "encoded again": lambda photo: photo,
    "smaller": lambda photo: photo.resize((80, 80)),
    "brighter": lambda photo: ImageEnhance.Brightness(photo).enhance(1.3),
    "mirrored": ImageOps.mirror,
    "turned": lambda photo: photo.rotate(90, expand=True),
}


@pytest.mark.parametrize("copy", COPIES)
def test_a_copy_is_found_however_it_was_changed(tmp_path: Path, copy: str) -> None:
    first = saved(scene(1), tmp_path / "1.jpg")
    again = saved(COPIES[copy](scene(1)), tmp_path / "2.jpg", quality=50)
    ((one, other, bits),) = near_photos.pairs(near_photos.look([first, again]))
    assert (one, other) == (0, 1)
    assert bits <= near_photos.NEAR


def test_other_photos_and_plain_ones_are_like_nothing(tmp_path: Path) -> None:
    photos = [saved(scene(seed), tmp_path / f"{seed}.jpg") for seed in range(12)]
    photos += [saved(Image.new("RGB", (SIZE, SIZE), "white"), tmp_path / f"white{number}.jpg") for number in range(2)]
    looks = near_photos.look([*photos, tmp_path / "gone.jpg"])
    assert near_photos.pairs(looks) == []
    assert [len(one) for one in looks[-3:]] == [0, 0, 0]


def test_only_what_is_new_is_compared_with_all(tmp_path: Path) -> None:
    path = saved(scene(1), tmp_path / "1.jpg")
    looks = near_photos.look([path]) * 4
    assert [(one, other) for one, other, _ in near_photos.pairs(looks, first=3)] == [(0, 3), (1, 3), (2, 3)]


@pytest.mark.parametrize(
    "copy",
    [
        LETTER.upper(),
        f"Of course! Here is what I would write: {LETTER} I hope this helps.",
        " ".join(reversed(LETTER.split())),
        LETTER[: len(LETTER) // 2],
        LETTER.replace("Tuesday", "Friday").replace("noon", "ten"),
    ],
)
def test_a_copied_text_is_found_however_it_was_changed(copy: str) -> None:
    assert [(one, other) for one, other, _ in near_texts.pairs([LETTER, OTHER, copy])] == [(0, 2)]
    assert near_texts.between([LETTER, OTHER, copy], [1, 2, 3], first=3) == []


def test_short_texts_and_other_ones_are_like_nothing() -> None:
    texts = ["Thank you very much!", "Thank you very much!", LETTER, OTHER, ""]
    assert near_texts.between(texts, range(5)) == []


def test_an_edited_text_is_found_where_no_blanks_are_written() -> None:
    letter = (
        "各位邻居，由于地下室的水管需要修理，星期二上午九点到中午将停水。"
        "请在前一天晚上接好一两壶水。如需帮忙提水，请按隔壁的门铃。"
    )
    assert [found.percent for found in near_texts.between([letter, letter.replace("星期二", "星期五")], [1, 2])] == [98]


def test_copies_of_one_text_are_as_many_pairs_as_there_are_copies_and_say_whose() -> None:
    found = near_texts.between([LETTER, OTHER, LETTER.upper(), LETTER, LETTER, OTHER], [7, 8, 9, 9, 7, 8])
    assert [(one.owners, one.copied) for one in found] == [((7,), (4,)), ((7, 9), (2, 3)), ((8,), (5,))]


def test_pictures_that_are_all_alike_are_one_group_in_as_few_pairs_as_hold_it_together(tmp_path: Path) -> None:
    looks = near_photos.look([saved(scene(seed), tmp_path / f"{seed}.jpg") for seed in (1, 2)])
    pairs = near_photos.pairs([*looks[:1] * 200, looks[1], *looks[:1] * 200])
    assert len(pairs) == 399
    ((members, _),) = linked_groups([(one, other) for one, other, _ in pairs])
    assert members == [at for at in range(401) if at != 200]
