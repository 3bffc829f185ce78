"""Look-alikes: how many changed copies of a photo or a text are found, and how many others are taken for copies.

`python -m bench.quality.near [--photos FOLDER] [--texts FOLDER]`, or with the same two options `bench.quality`. Photos
are those of the folder and their four quarters, taken in as the product takes them; parts of one photo are not held
against each other, for they may mirror each other. Texts are what assistants say in the folder's *.jsonl (nested
messages with `role` and `text`, or strings), so many of them as TEXTS, drawn from the seed; texts that are the same but
for case and signs are one. Who made such sets may have put near copies among them: each counts as a false alarm.
"""

from __future__ import annotations

import argparse
import io
import json
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any, Final

import numpy as np
from PIL import Image, ImageEnhance, ImageOps
from rapidfuzz import utils

from bench.quality.rows import Row
from bench.report import table
from domain.file_problems import PictureProblem
from files import near_photos, near_texts, pictures

TEXTS: Final = 400
FOUND: Final = 0.95
"""What part of the copies is to be found."""
ALARMS: Final = 0.1
"""In how many per cent of the pairs of others copies may be seen."""

PHOTO_CHANGES: Final[dict[str, Callable[[Image.Image], Image.Image]]] = {
    "encoded again": lambda photo: photo,
    "a third of the size": lambda photo: photo.resize((max(photo.width // 3, 16), max(photo.height // 3, 16))),
    "brighter by a quarter": lambda photo: ImageEnhance.Brightness(photo).enhance(1.25),
    "grey": lambda photo: ImageOps.grayscale(photo).convert("RGB"),
    "mirrored": ImageOps.mirror,
    "turned": lambda photo: photo.transpose(Image.Transpose.ROTATE_90),
}
PHOTO_LIMITS: Final[dict[str, Callable[[Image.Image], Image.Image]]] = {
    "a tenth cut off each side": lambda photo: ImageOps.crop(photo, min(photo.size) // 10),
    "tilted by 5°": lambda photo: photo.rotate(5),
}
"""Changes that no goal is about: what the method is not made for."""


def rows(photos: Path | None, texts: Path | None, seed: int) -> list[Row]:
    """The lines of what was given a folder."""
    found = photo_rows(photos) if photos else []
    return found + (text_rows(list(told(texts)), seed) if texts else [])


def photo_rows(folder: Path) -> list[Row]:
    """How many copies of the folder's photos are found, and how many pairs of others are."""
    every = [_parts(path) for path in sorted(folder.iterdir())]
    shown, whole = (
        [part for parts in every for part in parts],
        np.repeat(np.arange(len(every)), [len(p) for p in every]),
    )
    with TemporaryDirectory() as place:
        looks = _looks(shown, Path(place), quality=85)
        changed = {
            name: _looks([change(photo) for photo in shown], Path(place), quality=50)
            for name, change in (PHOTO_CHANGES | PHOTO_LIMITS).items()
        }
    plain = sum(not look for look in looks)
    each = {
        name: float(np.mean([bool(near_photos.pairs([look, copy])) for look, copy in zip(looks, copies, strict=True)]))
        for name, copies in changed.items()
    }
    known = [at for at, look in enumerate(looks) if look]
    others = [(looks[one], looks[other]) for one, other in combinations(known, 2) if whole[one] != whole[other]]
    alarms = sum(bool(near_photos.pairs(pair)) for pair in others)
    limits = ", ".join(f"{name} {each[name]:.2f}" for name in PHOTO_LIMITS)
    return [
        _found("photos", [each[name] for name in PHOTO_CHANGES], PHOTO_CHANGES, f"; beyond it: {limits}"),
        _alarms("photos", alarms, len(others), f"{len(shown)} photos and quarters, {plain} too plain to tell"),
    ]


def text_rows(every: Sequence[str], seed: int) -> list[Row]:
    """How many copies of these texts are found, and how many pairs of others are."""
    distinct = list({utils.default_process(text): text for text in every}.values())
    long = [text for text in distinct if len(utils.default_process(text)) >= near_texts.LEAST]
    rng = np.random.default_rng(seed)
    texts = [long[at] for at in rng.permutation(len(long))[:TEXTS].tolist()]
    words = sorted({word for text in texts for word in text.split()})
    changes: dict[str, Callable[[str], str]] = {
        "shuffled": lambda text: " ".join(rng.permutation(text.split()).tolist()),
        "wrapped": lambda text: f"Of course! Here is what I would say: {text} Let me know if there is anything else.",
        "halved": lambda text: " ".join(text.split()[: len(text.split()) // 2]),
        "a tenth of the words replaced": lambda text: _edited(text, words, rng),
    }
    each = [float(np.mean([_is_found(text, change(text)) for text in texts])) for change in changes.values()]
    began = process_time()
    alarms = sum(1 for _ in near_texts.pairs(texts))
    took = process_time() - began
    pairs = len(texts) * (len(texts) - 1) // 2
    note = f"{len(texts)} texts of {len(distinct)}; {1e6 * took / max(pairs, 1):.1f} µs a pair"
    return [_found("texts", each, changes, ""), _alarms("texts", alarms, pairs, note)]


def told(folder: Path) -> Iterator[str]:
    """What assistants say in a folder's *.jsonl, or all of it where lines are strings."""
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield from _said(json.loads(line))


def _said(found: Any) -> Iterator[str]:
    if isinstance(found, str):
        yield found
    elif isinstance(found, dict):
        if isinstance(found.get("text"), str) and found.get("role", "assistant") == "assistant":
            yield found["text"]
        for value in found.values():
            if isinstance(value, dict | list):
                yield from _said(value)
    elif isinstance(found, list):
        for value in found:
            if isinstance(value, dict | list):
                yield from _said(value)


def _parts(path: Path) -> list[Image.Image]:
    """A photo as it is taken in, and its quarters; nothing of what is no photo."""
    try:
        picture = pictures.normalise(path)
    except PictureProblem:
        return []
    photo = Image.open(io.BytesIO(picture.data))
    across, down = photo.width // 2, photo.height // 2
    corners = [(left, top) for top in (0, down) for left in (0, across)]
    return [photo.copy(), *(photo.crop((left, top, left + across, top + down)) for left, top in corners)]


def _looks(photos: Sequence[Image.Image], folder: Path, *, quality: int) -> list[bytes]:
    paths = []
    for number, photo in enumerate(photos):
        paths.append(folder / f"{number}.jpg")
        photo.save(paths[-1], "JPEG", quality=quality)
    return near_photos.look(paths)


def _edited(text: str, words: Sequence[str], rng: np.random.Generator) -> str:
    mine = text.split()
    for at in rng.permutation(len(mine))[: max(1, len(mine) // 10)].tolist():
        mine[at] = words[int(rng.integers(len(words)))]
    return " ".join(mine)


def _is_found(text: str, copy: str) -> bool:
    return next(near_texts.pairs([text, copy]), None) is not None


def _found(what: str, each: Sequence[float], changes: Sequence[str] | dict[str, Any], more: str) -> Row:
    note = ", ".join(f"{name} {part:.2f}" for name, part in zip(changes, each, strict=True)) + more
    return Row(f"{what}: changed copies found", FOUND, float(np.mean(each)) if each else float("nan"), note=note)


def _alarms(what: str, alarms: int, pairs: int, note: str) -> Row:
    share = 100 * alarms / pairs if pairs else float("nan")
    return Row(
        f"{what}: others taken for copies, %", ALARMS, share, at_least=False, note=f"{alarms} of {pairs}; {note}"
    )


def main() -> None:
    """Print the lines of what was given a folder."""
    options = argparse.ArgumentParser(prog="bench.quality.near", description=__doc__)
    options.add_argument("--photos", type=Path)
    options.add_argument("--texts", type=Path)
    options.add_argument("--seed", type=int, default=2026)
    chosen = options.parse_args()
    found = rows(chosen.photos, chosen.texts, chosen.seed)
    print(
        table(
            ("what", "goal", "reached", "note"),
            [(row.what, f"{row.goal:g}", f"{row.reached:.3g}", row.note) for row in found],
        )
    )


if __name__ == "__main__":
    main()
