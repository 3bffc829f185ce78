"""The picture of a report: as wide as a phone shows, everything in it, nothing told by colour alone."""

from __future__ import annotations

import io
import pickle
from dataclasses import replace
from functools import cache

import pytest
from PIL import Image

from files import canvas
from files.canvas import AMBER, GREEN, PAPER, RED
from files.quality_charts import Bar, Card, Tile, quality_chart
from tests.files.test_drawings import colours, opened

BARS = tuple(
    Bar(label, str(count), count, place > 3)
    for place, (label, count) in enumerate(
        [("under 50%", 1), ("50–60%", 0), ("60–70%", 2), ("70–80%", 4), ("80–90%", 11), ("90–100%", 100)]
    )
)
KNOWN = Card(
    title="Photos of pets",
    when="As of Wed, Nov 25, 9:00 AM · open",
    done=0.6,
    progress="120 of 200 photos done",
    end="Expected end Fri, Nov 27, 2:30 PM",
    tiles=(
        Tile("Right on gold", "92%", "46 of 50 answers; likely 81–97%", (0.81, 0.92, 0.97)),
        Tile("Two answers agree", "84%", "α 0.71 (0 is chance, 1 is always)", (0.84, 0.84, 0.84)),
    ),
    heading="How sure the labels are",
    average="94% of them expected right",
    bars=BARS,
    missing="Not fitted yet.",
    money=(
        Tile("Pay per hour", "$16.20/h", "with top-ups; the floor is $15/h"),
        Tile("A result costs", "$0.16", "3.2 answers each, with top-ups"),
        Tile("Saved", "24%", "120 answers were not needed"),
    ),
    foot=("Half of the reviews came within 3 h", "Labels fitted Wed, Nov 25, 8:55 AM from 380 answers, rule 3"),
)
NOTHING = replace(
    KNOWN,
    done=0.0,
    progress="0 of 200 photos done",
    end="",
    tiles=(Tile("Right on gold", "–", "No gold yet."), Tile("Two answers agree", "–", "No answers yet.")),
    average="",
    bars=(),
    money=(Tile("Pay per hour", "–", "not measured yet"), Tile("A result costs", "–", "none is finished yet")),
    foot=(),
)


@cache
def picture(card: Card) -> bytes:
    return quality_chart(card)


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, float, float, float]]:
    """Every text that is drawn: as it is after shortening, with its height and where it begins and ends."""
    found: list[tuple[str, float, float, float]] = []
    write = canvas.write

    def noted(axes: object, x: float, y: float, text: str, pixels: float, **how: object) -> None:
        widest, bold = float(how.get("widest", 960)), bool(how.get("bold"))  # type: ignore[arg-type]
        shown = canvas._fitting(canvas.drawable(text), pixels, widest, bold)
        wide = canvas.length(shown, pixels, bold)
        left = x - wide if how.get("side") == "right" else x - wide / 2 if how.get("side") == "center" else x
        found.append((shown, pixels, left, left + wide))
        write(axes, x, y, text, pixels, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(canvas, "write", noted)
    monkeypatch.setattr("files.quality_charts.write", noted)
    return found


def test_it_is_one_card_of_its_own_paper_and_as_wide_as_a_phone_shows() -> None:
    image = opened(picture(KNOWN))
    assert image.width == 1_080
    assert 1_000 < image.height <= 1_380, "taller ones are shown smaller"
    edges = image.crop((0, 0, image.width, 20)), image.crop((0, image.height - 20, image.width, image.height))
    assert [colours(edge) for edge in edges] == [{PAPER}, {PAPER}]
    assert Image.open(io.BytesIO(picture(KNOWN))).convert("RGBA").getextrema()[3] == (255, 255)  # type: ignore[misc]
    assert {GREEN, AMBER} <= colours(image)
    assert len(picture(KNOWN)) < 200_000


def test_everything_it_has_to_say_is_there_and_inside(written: list[tuple[str, float, float, float]]) -> None:
    quality_chart(KNOWN)
    text = " ".join(one[0] for one in written)
    tiles = [part for tile in (*KNOWN.tiles, *KNOWN.money) for part in (tile.label, tile.value, tile.note)]
    bars = [part for one in BARS for part in (one.label, one.shown)]
    for part in (KNOWN.title, KNOWN.when, KNOWN.progress, KNOWN.end, KNOWN.average, *tiles, *bars, *KNOWN.foot):
        assert part in text
    assert all(left >= 40 and right <= 1_060 for _, _, left, right in written)
    assert min(pixels for _, pixels, *_ in written) >= 17, "a third of it on a phone: still to be read"


def test_long_words_are_made_smaller_and_wrapped_before_they_are_cut(
    written: list[tuple[str, float, float, float]],
) -> None:
    french = replace(
        KNOWN,
        progress="12 345 photos terminées sur 12 345",
        end="Fin attendue mer. 25 nov., 14:30",
        tiles=(
            Tile("Justes sur les réponses connues", "100 %", "3 réponses sur 3 ; probablement entre 44 et 100 %"),
            Tile("Accord entre deux réponses", "84 %", "α 0,71 (0 est le hasard, 1 un accord parfait)"),
        ),
        money=(
            Tile("Rémunération horaire", "16,20 $ US/h", "compléments compris ; le plancher est de 15 $ US/h"),
            Tile("Coût d’un résultat", "0,167 $ US", "3,2 réponses chacun, compléments compris"),
            Tile("Économisé", "24 %", "120 réponses n’ont pas été nécessaires"),
        ),
    )
    quality_chart(french)
    assert [shown for shown, *_ in written if shown.endswith("…")] == []
    assert all(left >= 40 and right <= 1_060 for _, _, left, right in written)


def test_what_nobody_can_fit_is_cut_inside_the_picture(written: list[tuple[str, float, float, float]]) -> None:
    endless = "Unpronounceable" * 30
    quality_chart(replace(KNOWN, title=endless, end=endless, tiles=(Tile(endless, endless, endless), KNOWN.tiles[1])))
    assert all(left >= 40 and right <= 1_060 for _, _, left, right in written)


def test_with_nothing_known_yet_it_is_shorter_and_without_bars() -> None:
    image = opened(quality_chart(NOTHING))
    assert image.height < opened(picture(KNOWN)).height
    assert {GREEN, AMBER, RED}.isdisjoint(colours(image))


def test_pay_below_the_floor_has_a_mark_beside_its_colour(written: list[tuple[str, float, float, float]]) -> None:
    low = replace(KNOWN, money=(Tile("Pay per hour", "$9/h", "with top-ups", low=True), *KNOWN.money[1:]))
    assert RED in colours(opened(quality_chart(low)))
    assert "▼ $9/h" in [shown for shown, *_ in written]
    assert RED not in colours(opened(picture(KNOWN)))


@pytest.mark.parametrize("count", [2, 5, 11])
def test_a_scale_has_a_bar_for_each_step(count: int, written: list[tuple[str, float, float, float]]) -> None:
    steps = tuple(Bar(str(step + 1), str(step * 1_000), step * 1_000, sure=True) for step in range(count))
    quality_chart(replace(KNOWN, bars=steps))
    texts = [shown for shown, *_ in written]
    assert all(one.label in texts and one.shown in texts for one in steps)


def test_the_same_card_is_the_same_picture_and_can_be_sent_to_a_worker_process() -> None:
    again = pickle.loads(pickle.dumps(KNOWN))
    assert quality_chart(again) == picture(KNOWN)
