"""Pictures made here: charts for phones, QR codes that scan, pets to try the bot with."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path

import pytest
import segno
from PIL import Image

from files.archives import list_archive, take_photos
from files.canvas import PAPER, drawable
from files.charts import BatchBar, Day, earnings_chart, summary_chart
from files.drawings import draw_pets, sample_prompts
from files.pictures import Taken
from files.qr import qr_png
from files.tables import read_prompts

EARNINGS = {
    "title": "T",
    "total": "S",
    "paid": "P",
    "review": "R",
    "today": "Today",
    "empty": "Nothing yet, press /work",
}
SUMMARY = {
    "title": "T",
    "day": "D",
    "batch": "B",
    "agreement": "A",
    "hourly": "H",
    "floor": "F",
    "more": "",
    "empty": "E",
}


def money(micro: int) -> str:
    return f"${micro / 1e6:,.2f}"


def opened(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("RGB")


def colours(image: Image.Image) -> set[str]:
    return {f"#{bytes(colour).hex()}" for _, colour in image.getcolors(1_000_000) or [] if isinstance(colour, tuple)}


@pytest.mark.parametrize("most", [30, 49_000, 3_000_000, 10**6 * 1_000_000])
def test_earnings_of_any_size_show_paid_review_and_today(most: int) -> None:
    days = [Day(f"{n} Nov", most * n // 30, most * (n % 7 == 0) // 3) for n in range(30)]
    image = opened(earnings_chart(days, EARNINGS, money))
    assert image.size == (1_080, 720)
    assert {PAPER, "#12836f", "#f2b544"} <= colours(image)


def test_nothing_earned_yet_is_a_friendly_picture() -> None:
    for days in ([], [Day("x", 0, 0)] * 30):
        image = opened(earnings_chart(days, EARNINGS, money))
        assert image.size == (1_080, 720)
        assert "#12836f" not in colours(image)


def test_pay_below_the_floor_is_red_and_only_that() -> None:
    fine = BatchBar("Photos 🐱 of $pets_^{x}", 0.4, "4 of 10", "87 %", "$16", 16 / 15)
    low = BatchBar("x" * 300, 1.2, "done", "–", "$12", 12 / 15)
    unknown = BatchBar("停止", 0, "0 of 9", "–", "–", None)
    assert "#c8402f" not in colours(opened(summary_chart([fine, unknown], SUMMARY)))
    assert "#c8402f" in colours(opened(summary_chart([fine, low], SUMMARY)))
    tall = opened(summary_chart([fine] * 12, SUMMARY | {"more": "and 4 more"}))
    assert tall.size[0] == 1_080
    assert tall.size == opened(summary_chart([fine] * 8, SUMMARY | {"more": "and 4 more"})).size
    assert opened(summary_chart([], SUMMARY)).size == (1_080, 560)
    assert (drawable("Street 🛑 signs"), drawable("停止"), drawable("")) == ("Street signs", "…", "")


def test_matplotlib_is_not_loaded_by_who_only_names_a_function() -> None:
    code = "import files.charts, files.qr, sys; print('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


@pytest.mark.parametrize("title", ["", "Join us", "é" * 300])
def test_qr_holds_every_module_and_its_quiet_zone(title: str) -> None:
    link = "https://t.me/tallyhand_bot?start=w_3Jk4mZp9QxV7sN2bT8yLcA"
    image = opened(qr_png(link, title)).convert("L")
    matrix = list(segno.make_qr(link, error="m", boost_error=False).matrix_iter(border=4))
    scale = image.width // len(matrix)
    assert image.width == scale * len(matrix) > 700
    for row, modules in enumerate(matrix):
        for column, dark in enumerate(modules):
            pixel = image.getpixel((column * scale + scale // 2, row * scale + scale // 2))
            assert pixel == (0 if dark else 255)


def test_qr_refuses_what_it_cannot_hold() -> None:
    for link in ("", "x" * 3_000):
        with pytest.raises(ValueError, match="link"):
            qr_png(link)


def test_the_sample_batch_can_be_published_as_it_is(tmp_path: Path) -> None:
    sample = draw_pets(12)
    assert sample == draw_pets(12)
    assert sample.archive != draw_pets(12, seed=8).archive
    assert Counter(label for _, label in sample.truth) == {"Cat": 4, "Dog": 4, "Something else": 4}
    path = tmp_path / "pets.zip"
    path.write_bytes(sample.archive)
    listing = list_archive(path)
    assert ([member.name for member in listing.members], listing.refused) == ([name for name, _ in sample.truth], ())
    taken = take_photos(path, listing.members, tmp_path)
    assert len({photo.sha256 for photo in taken if isinstance(photo, Taken)}) == 12
    assert zipfile.ZipFile(path).testzip() is None


def test_the_sample_prompts_can_be_published_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "prompts.jsonl"
    path.write_bytes(sample_prompts())
    prompts = read_prompts(path, "prompts.jsonl")
    assert (len(prompts.rows), prompts.refused) == (10, ())
    assert all(json.loads(line) for line in sample_prompts().splitlines())
