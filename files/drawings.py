"""A sample batch for `make run`: pets drawn here, so that anybody can try Tallyhand without a folder of photos.

Cats, dogs and what is neither (birds, fish, houses), unmistakable and no two alike. The same seed draws the same bytes.
"""

from __future__ import annotations

import io
import json
import random
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

_SIZE = (960, 720)
_FINE = 2  # drawn at twice the size and scaled down: Pillow's shapes have hard edges

Point = tuple[float, float]
Colour = str

_ROOMS = (
    ("#fde8d0", "#f4c9a0"),
    ("#dcefe8", "#a9d3c4"),
    ("#e4e6f8", "#b9bfe8"),
    ("#fbe0e3", "#edb3bb"),
    ("#fdf3c8", "#ead48a"),
    ("#dceaf7", "#a6c8e6"),
)
_FURS = (
    ("#e8964a", "#c9742b", "#fbe3c8"),
    ("#8c929c", "#69707b", "#e6e8ec"),
    ("#4a4650", "#322f38", "#d9d5de"),
    ("#d9b48a", "#b78b5c", "#f7e9d6"),
    ("#f2ede4", "#d3c8b8", "#ffffff"),
    ("#9c6b45", "#764c2d", "#ecd2b6"),
)
_BRIGHT = ("#e0523f", "#2f7fc1", "#12836f", "#8a4fbf", "#f2a81d", "#d8478a")
_DARK = "#2b2730"


@dataclass(frozen=True, slots=True)
class Sample:
    """A ZIP of JPEGs, and for each name in it what the picture shows: Cat, Dog or Something else."""

    archive: bytes
    truth: tuple[tuple[str, str], ...]


def draw_pets(count: int = 24, seed: int = 7) -> Sample:
    """Draw `count` pictures (pet-01.jpg …) in a random order, a third of each answer."""
    rng = random.Random(seed)
    subjects = [_SUBJECTS[index % len(_SUBJECTS)] for index in range(count)]
    rng.shuffle(subjects)
    out, truth = io.BytesIO(), []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for number, (label, draw) in enumerate(subjects, start=1):
            name = f"pet-{number:02}.jpg"
            # A fixed date, for the same seed gives the same bytes.
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), _drawn(draw, rng))
            truth.append((name, label))
    return Sample(out.getvalue(), tuple(truth))


def sample_prompts() -> bytes:
    """Ten friendly prompts as JSONL, one of them a conversation with turns."""
    return b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in _PROMPTS)


class Pen:
    """Draws in units of the finished picture; `flip` mirrors everything, which doubles the variety for nothing."""

    def __init__(self, image: Image.Image, flip: bool) -> None:
        self._draw = ImageDraw.Draw(image)
        self._flip = flip

    def blob(self, x: float, y: float, rx: float, ry: float, fill: Colour) -> None:
        """An ellipse around (x, y)."""
        (left, top), (right, bottom) = self._at(x - rx, y - ry), self._at(x + rx, y + ry)
        self._draw.ellipse((min(left, right), top, max(left, right), bottom), fill)

    def shape(self, points: Sequence[Point], fill: Colour) -> None:
        """A filled polygon."""
        self._draw.polygon([self._at(*point) for point in points], fill)

    def stroke(self, points: Sequence[Point], fill: Colour, width: float) -> None:
        """A line with round joints and ends."""
        at = [self._at(*point) for point in points]
        self._draw.line(at, fill, round(width * _FINE), joint="curve")
        radius = width * _FINE / 2
        for x, y in (at[0], at[-1]):
            self._draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill)

    def curve(self, a: Point, b: Point, c: Point, d: Point, fill: Colour, width: float) -> None:
        """A Bézier curve from `a` to `d`."""
        self.stroke([_bezier(a, b, c, d, step / 24) for step in range(25)], fill, width)

    def _at(self, x: float, y: float) -> Point:
        return ((_SIZE[0] - x if self._flip else x) * _FINE, y * _FINE)


def _bezier(a: Point, b: Point, c: Point, d: Point, t: float) -> Point:
    u = 1 - t
    weights = (u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t)
    x, y = (sum(weight * point[axis] for weight, point in zip(weights, (a, b, c, d), strict=True)) for axis in (0, 1))
    return x, y


def _drawn(draw: Callable[[Pen, random.Random], None], rng: random.Random) -> bytes:
    image = Image.new("RGB", (_SIZE[0] * _FINE, _SIZE[1] * _FINE))
    draw(Pen(image, rng.random() < 0.5), rng)
    out = io.BytesIO()
    image.resize(_SIZE, Image.Resampling.LANCZOS).save(out, "JPEG", quality=88)
    return out.getvalue()


def _room(pen: Pen, rng: random.Random) -> None:
    """A wall with a window or a picture, a floor, a rug to sit on."""
    wall, floor = rng.choice(_ROOMS)
    pen.shape([(0, 0), (960, 0), (960, 560), (0, 560)], wall)
    pen.shape([(0, 560), (960, 560), (960, 720), (0, 720)], floor)
    x = rng.choice((60, 90, 120))
    if rng.random() < 0.5:
        pen.shape([(x, 70), (x + 170, 70), (x + 170, 270), (x, 270)], "#ffffff")
        pen.shape([(x + 14, 84), (x + 156, 84), (x + 156, 256), (x + 14, 256)], "#bfe3f5")
        pen.blob(x + 110, 128, 24, 24, "#ffd75e")
        pen.stroke([(x + 85, 84), (x + 85, 256)], "#ffffff", 10)
        pen.stroke([(x + 14, 170), (x + 156, 170)], "#ffffff", 10)
    else:
        colour = rng.choice(_BRIGHT)
        pen.stroke([(x + 80, 250), (x + 80, 500)], "#8a6a4a", 10)
        pen.shape([(x + 20, 250), (x + 140, 250), (x + 115, 130), (x + 45, 130)], colour)
        pen.blob(x + 80, 556, 54, 14, "#8a6a4a")
    pen.blob(500, 632, 330, 62, rng.choice(_BRIGHT))
    pen.blob(500, 632, 290, 48, "#fbf5ea")


def _eyes(pen: Pen, y: float, apart: float, iris: Colour, slit: bool) -> None:
    for x in (500 - apart, 500 + apart):
        pen.blob(x, y, 27, 30, "#ffffff")
        pen.blob(x, y, 23, 26, iris)
        pen.blob(x, y, 8 if slit else 16, 22 if slit else 18, _DARK)
        pen.blob(x - 8, y - 10, 7, 7, "#ffffff")


def _cat(pen: Pen, rng: random.Random) -> None:
    """Sits facing us: pointed ears, slit eyes, whiskers, a curled tail."""
    _room(pen, rng)
    fur, dark, light = rng.choice(_FURS)
    pen.curve((610, 600), (800, 640), (820, 480), (735, 410), fur, 44)
    pen.curve((752, 436), (746, 424), (742, 418), (735, 410), dark, 44)
    pen.blob(500, 510, 150, 150, fur)
    pen.blob(500, 545, 86, 108, light)
    for x in (440, 560):
        pen.blob(x, 636, 52, 30, fur)
        for toe in (-16, 0, 16):
            pen.stroke([(x + toe, 632), (x + toe, 646)], dark, 5)
    for side in (-1, 1):
        pen.shape([(500 + side * 158, 262), (500 + side * 150, 96), (500 + side * 42, 190)], fur)
        pen.shape([(500 + side * 138, 236), (500 + side * 137, 132), (500 + side * 66, 194)], "#f2a3a8")
    pen.blob(500, 290, 168, 142, fur)
    if rng.random() < 0.6:
        for x in (-44, 0, 44):
            pen.stroke([(500 + x, 162 + abs(x) // 6), (500 + x * 0.8, 212)], dark, 15)
        for side in (-1, 1):
            for y in (300, 336):
                pen.stroke([(500 + side * 162, y), (500 + side * 122, y + 4)], dark, 13)
    pen.blob(500, 350, 78, 56, light)
    _eyes(pen, 278, 68, rng.choice(("#7fbf4d", "#e3b23c", "#5aa9d6")), slit=True)
    pen.shape([(482, 326), (518, 326), (500, 346)], "#e57f88")
    pen.curve((500, 344), (498, 374), (466, 376), (456, 360), _DARK, 6)
    pen.curve((500, 344), (502, 374), (534, 376), (544, 360), _DARK, 6)
    for side in (-1, 1):
        for dy in (-18, 4, 26):
            pen.stroke([(500 + side * 84, 352 + dy * 0.4), (500 + side * 232, 340 + dy * 1.7)], "#ffffff", 4)
            pen.stroke([(500 + side * 84, 355 + dy * 0.4), (500 + side * 232, 343 + dy * 1.7)], dark, 3)
    _collar(pen, rng, 428)


def _dog(pen: Pen, rng: random.Random) -> None:
    """Sits facing us: hanging ears, a long muzzle with a big nose, the tongue out."""
    _room(pen, rng)
    fur, dark, light = rng.choice(_FURS)
    pen.curve((620, 560), (720, 560), (770, 500), (775, 430), fur, 40)
    pen.blob(500, 515, 150, 145, fur)
    pen.blob(500, 545, 92, 108, light)
    for x in (432, 568):
        pen.blob(x, 634, 60, 32, fur)
        for toe in (-18, 0, 18):
            pen.stroke([(x + toe, 632), (x + toe, 648)], dark, 6)
    pen.blob(500, 270, 150, 152, fur)
    if rng.random() < 0.5:
        pen.blob(566, 252, 62, 70, dark)
    for side in (-1, 1):
        ear = [(96, 150), (170, 140), (226, 220), (228, 330), (196, 392), (150, 372), (136, 280)]
        pen.shape([(500 + side * x, y) for x, y in ear], dark)
        pen.blob(500 + side * 186, 346, 42, 56, dark)
        pen.blob(500 + side * 152, 184, 52, 44, dark)
    pen.blob(500, 366, 98, 78, light)
    pen.shape([(470, 404), (530, 404), (526, 462), (500, 478), (474, 462)], "#ef7f8a")
    pen.blob(500, 456, 27, 24, "#ef7f8a")
    pen.stroke([(500, 408), (500, 448)], "#d4616e", 5)
    pen.curve((500, 356), (498, 416), (436, 420), (424, 386), _DARK, 8)
    pen.curve((500, 356), (502, 416), (564, 420), (576, 386), _DARK, 8)
    pen.blob(500, 326, 44, 32, _DARK)
    pen.blob(486, 314, 12, 7, "#8d8792")
    _eyes(pen, 246, 62, rng.choice(("#7a4a22", "#4d3420")), slit=False)
    for side in (-1, 1):
        pen.curve(
            (500 + side * 40, 204), (500 + side * 56, 190), (500 + side * 76, 192), (500 + side * 88, 204), dark, 9
        )
    _collar(pen, rng, 440, below=486)


def _collar(pen: Pen, rng: random.Random, y: float, below: float | None = None) -> None:
    """Some wear one, with a golden tag; `below` moves it under a tongue."""
    if rng.random() < 0.65:
        top = below or y
        colour = rng.choice(_BRIGHT)
        pen.curve((398, top - 22), (440, top + 16), (560, top + 16), (602, top - 22), colour, 24)
        pen.blob(500, top + 30, 20, 20, "#f6c945")
        pen.blob(500, top + 28, 8, 8, "#d79f1c")


def _sky(pen: Pen, rng: random.Random) -> None:
    pen.shape([(0, 0), (960, 0), (960, 720), (0, 720)], rng.choice(("#cdeaf8", "#fde6cf", "#e2e4fa")))
    pen.blob(rng.randint(740, 860), rng.randint(90, 160), 62, 62, "#ffd75e")
    for _ in range(3):
        x, y = rng.randint(60, 700), rng.randint(60, 220)
        for dx, dy, r in ((0, 0, 40), (46, -16, 48), (96, 0, 38)):
            pen.blob(x + dx, y + dy, r * 1.15, r * 0.8, "#ffffff")
    green = rng.choice(("#8cc46a", "#6fb58a", "#a8c95b"))
    pen.blob(480, 760, 800, 210, green)


def _bird(pen: Pen, rng: random.Random) -> None:
    """On a branch, seen from the side."""
    _sky(pen, rng)
    colour, wing = rng.sample(_BRIGHT, 2)
    pen.curve((0, 610), (300, 560), (620, 600), (960, 540), "#7a5233", 34)
    for x, y in ((150, 566), (760, 540), (860, 590)):
        pen.blob(x, y, 46, 22, "#5aa05a")
    pen.shape([(330, 440), (130, 520), (150, 590), (380, 520)], wing)
    for x in (470, 530):
        pen.stroke([(x, 540), (x, 584)], "#d98a1c", 12)
    pen.blob(490, 430, 180, 140, colour)
    pen.blob(560, 470, 108, 92, "#fff3df")
    pen.blob(620, 290, 112, 106, colour)
    pen.shape([(716, 262), (812, 300), (716, 332)], "#f2a81d")
    pen.stroke([(724, 299), (790, 300)], "#c97f10", 5)
    pen.blob(650, 268, 28, 28, "#ffffff")
    pen.blob(656, 268, 17, 17, _DARK)
    pen.blob(650, 260, 6, 6, "#ffffff")
    pen.shape([(560, 370), (300, 390), (240, 480), (420, 500), (540, 470)], wing)
    pen.blob(500, 424, 82, 62, wing)
    for dx in (0, 30, 60):
        pen.curve((560 + dx / 3, 196), (560 + dx, 150), (540 + dx, 140), (530 + dx * 1.3, 128), colour, 16)


def _fish(pen: Pen, rng: random.Random) -> None:
    """In the sea, with stripes and bubbles."""
    pen.shape([(0, 0), (960, 0), (960, 720), (0, 720)], rng.choice(("#8fd0e8", "#7cc4c9", "#9cc4f0")))
    pen.blob(480, 760, 760, 130, "#f0d9a0")
    for x in (90, 180, 850):
        tall = rng.randint(140, 280)
        pen.curve((x, 700), (x - 70, 700 - tall / 3), (x + 70, 700 - tall / 1.5), (x, 700 - tall), "#3d9a6a", 26)
    colour, stripe = rng.sample(_BRIGHT, 2)
    pen.shape([(300, 370), (120, 240), (160, 370), (120, 500)], stripe)
    pen.shape([(400, 270), (520, 150), (640, 260)], stripe)
    pen.shape([(440, 470), (500, 570), (590, 480)], stripe)
    pen.blob(510, 370, 250, 150, colour)
    for x in (400, 500):
        pen.curve((x, 244), (x + 46, 320), (x + 46, 420), (x, 494), "#fff6e6", 30)
    pen.blob(660, 330, 38, 38, "#ffffff")
    pen.blob(670, 330, 21, 23, _DARK)
    pen.blob(662, 320, 8, 8, "#ffffff")
    pen.curve((752, 398), (730, 424), (700, 430), (676, 420), _DARK, 8)
    pen.curve((550, 380), (600, 360), (620, 400), (560, 430), stripe, 22)
    for _ in range(6):
        x, y, r = rng.randint(780, 900), rng.randint(60, 360), rng.randint(9, 24)
        pen.blob(x, y, r, r, "#ffffff")
        pen.blob(x, y, r - 4, r - 4, "#c7ebf5")


def _house(pen: Pen, rng: random.Random) -> None:
    """In a meadow, with smoke from the chimney."""
    _sky(pen, rng)
    wall = rng.choice(("#fbe9c6", "#f4d3d3", "#dfe8f4", "#ffffff"))
    roof, door = rng.sample(_BRIGHT, 2)
    pen.shape([(590, 130), (650, 130), (650, 270), (590, 270)], "#a3664d")
    for dx, dy, r in ((0, 0, 24), (24, -40, 30), (60, -74, 36)):
        pen.blob(622 + dx, 100 + dy, r, r * 0.8, "#f4f4f4")
    pen.shape([(250, 320), (710, 320), (710, 620), (250, 620)], wall)
    pen.shape([(200, 330), (480, 120), (760, 330)], roof)
    pen.shape([(430, 450), (530, 450), (530, 620), (430, 620)], door)
    pen.blob(512, 540, 8, 8, "#f6c945")
    for x in (290, 580):
        pen.shape([(x, 390), (x + 94, 390), (x + 94, 490), (x, 490)], "#ffffff")
        pen.shape([(x + 9, 399), (x + 85, 399), (x + 85, 481), (x + 9, 481)], rng.choice(("#ffe38a", "#bfe3f5")))
        pen.stroke([(x + 47, 395), (x + 47, 485)], "#ffffff", 8)
        pen.stroke([(x + 5, 440), (x + 89, 440)], "#ffffff", 8)
    for x in range(60, 920, 78):
        if not 400 < x < 560:
            y = rng.randint(635, 700)
            pen.stroke([(x, y), (x, y - 30)], "#3d7a4a", 5)
            pen.blob(x, y - 36, 13, 13, rng.choice(_BRIGHT))
            pen.blob(x, y - 36, 5, 5, "#fff3c4")


_SUBJECTS: tuple[tuple[str, Callable[[Pen, random.Random], None]], ...] = (
    ("Cat", _cat),
    ("Dog", _dog),
    ("Something else", _bird),
    ("Cat", _cat),
    ("Dog", _dog),
    ("Something else", _fish),
    ("Cat", _cat),
    ("Dog", _dog),
    ("Something else", _house),
)

_PROMPTS: tuple[dict[str, object], ...] = (
    {"prompt": "My grandmother turns 80 on Sunday. Can you help me write three warm sentences for her card?"},
    {"prompt": "Explain to a ten-year-old why the moon changes its shape."},
    {"prompt": "I have rice, two eggs, an onion and half a cabbage. What can I cook in 20 minutes?"},
    {"prompt": "How do I tell my neighbour politely that his dog barks all night?"},
    {"prompt": "Give me a plan for learning the guitar with 15 minutes a day. I have never played."},
    {"prompt": "What is the difference between weather and climate? Keep it short."},
    {"prompt": "Write a short bedtime story about a snail who wants to see the sea."},
    {"prompt": "I start a new job on Monday and I am nervous. What can I do this weekend to feel ready?"},
    {"prompt": "Which house plants survive somebody who forgets to water them?"},
    {
        "messages": [
            {"role": "user", "content": "Can you recommend a book for a long train ride?"},
            {"role": "assistant", "content": "Gladly! Do you prefer something funny, thrilling or thoughtful?"},
            {"role": "user", "content": "Funny, please, and not longer than 300 pages."},
        ]
    },
)
