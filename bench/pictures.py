"""Made-up photos as phones take them: 12 megapixels, shapes on slopes of colour, grain; a few stand on their side.

Seeded: the same photo by number wherever numpy and Pillow are the same. Grain is what makes such a JPEG 3 MB and
more, and what decoding it costs.
"""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

SIZE = (4_000, 3_000)
SIDEWAYS = 4
"""Every so many photos one is stored lying, with EXIF's word on how to turn it."""
_BICUBIC = Image.Resampling.BICUBIC


def make_photos(folder: Path, count: int, *, seed: int, size: tuple[int, int] = SIZE) -> list[Path]:
    """Write photos 0 to `count` as JPEG into `folder`, with two processes; about 0.15 s each."""
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        return list(pool.map(partial(make_photo, folder, seed=seed, size=size), range(count), chunksize=8))


def make_photo(folder: Path, number: int, *, seed: int, size: tuple[int, int] = SIZE) -> Path:
    """Write one photo and return where it is."""
    folder.mkdir(parents=True, exist_ok=True)
    chance = np.random.default_rng((seed, number))
    plate = _plate(seed, size)
    left, top = (int(chance.integers(0, whole - side + 1)) for whole, side in zip(plate.size, size, strict=True))
    photo = plate.crop((left, top, left + size[0], top + size[1]))
    draw = ImageDraw.Draw(photo)
    for _ in range(12):
        x, y = (int(chance.integers(0, side)) for side in size)
        radius = int(chance.integers(size[1] // 60, size[1] // 12))
        colour = tuple(int(value) for value in chance.integers(0, 256, 3))
        shape = draw.ellipse if chance.random() < 0.5 else draw.rectangle
        shape((x - radius, y - radius, x + radius, y + radius), outline=colour, width=max(2, radius // 6))
    exif = Image.Exif()
    if number % SIDEWAYS == SIDEWAYS - 1:
        exif[0x0112] = int(chance.integers(2, 9))
    path = folder / f"IMG_{number:04}.jpg"
    photo.save(path, "JPEG", quality=88, exif=exif)
    return path


@lru_cache(maxsize=1)
def _plate(seed: int, size: tuple[int, int]) -> Image.Image:
    """What all photos are cut from: coarse colours, texture of two sizes, and grain of single pixels."""
    chance = np.random.default_rng(seed)
    whole = width, height = size[0] * 11 // 10, size[1] * 11 // 10
    colours = Image.fromarray(chance.integers(30, 226, (9, 12, 3), dtype=np.uint8))
    picture = np.asarray(colours.resize(whole, _BICUBIC)).astype(np.int16)
    for step, strength in ((32, 20), (6, 12)):
        coarse = chance.normal(128, strength, (height // step, width // step)).clip(0, 255).astype(np.uint8)
        picture += np.asarray(Image.fromarray(coarse).resize(whole, _BICUBIC)).astype(np.int16)[..., None] - 128
    picture += (chance.standard_normal((height, width), dtype=np.float32) * 6).astype(np.int16)[..., None]
    return Image.fromarray(picture.clip(0, 255).astype(np.uint8))
