"""Uploads per photo, in small: once for each photo and its lighter form, whoever sees it; again only after a kill."""

from __future__ import annotations

from pathlib import Path

from bench.uploads import Case, measure

PHOTOS, WORKERS = 6, 6


async def test_each_photo_and_each_lighter_one_goes_up_once(tmp_path: Path) -> None:
    counted = await measure(Case("light", overlap=4, light=True), tmp_path, photos=PHOTOS, workers=WORKERS, seed=1)
    assert counted.shown == PHOTOS * 4
    assert PHOTOS < counted.renditions <= PHOTOS * 2
    assert counted.uploads == counted.renditions == counted.shown - counted.by_file_id
    assert (counted.most, counted.again) == (1, 0)


async def test_a_kill_and_a_forgetful_telegram_cost_at_most_one_more_each(tmp_path: Path) -> None:
    case = Case("worst", overlap=4, kills=1, forgets=True)
    counted = await measure(case, tmp_path, photos=PHOTOS, workers=WORKERS, seed=1)
    assert counted.renditions == PHOTOS
    assert counted.most <= 3
    assert counted.again <= WORKERS + PHOTOS
