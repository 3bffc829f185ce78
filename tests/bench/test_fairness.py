"""The pay rules replayed on a few made-up histories: what rule 1 promises beside the plain rule."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from bench.fairness import Card, figures, make, median_only, ours, plain, read, truth


@pytest.fixture(scope="module")
def wild() -> list[list[Card]]:
    return make(7, 0.6, 1.0, workers=150, days=3)


def test_more_people_reach_the_floor_than_by_the_plain_rule_and_idling_pays_nearly_nothing(
    wild: list[list[Card]],
) -> None:
    rule, beside = figures(wild, ours, seed=7), figures(wild, plain, seed=7)
    assert rule.share > 0.9 > 0.75 > beside.share
    assert rule.away_day < 3 < 30 < beside.away_day


def test_it_costs_about_what_the_floor_costs(wild: list[list[Card]]) -> None:
    assert figures(wild, ours, seed=7).cost < 1.06 * figures(wild, truth, seed=7).cost


def test_pricing_by_the_median_alone_leaves_most_of_them_under_the_floor(wild: list[list[Card]]) -> None:
    assert figures(wild, median_only, seed=7).share < 0.5


def test_tame_histories_keep_promise_4() -> None:
    assert figures(make(3, 0.3, 0.5, workers=150, days=2), ours, seed=3).share > 0.95


def test_histories_of_a_file_are_replayed_too(tmp_path: Path) -> None:
    made = make(1, 0.3, 0.5, workers=50, days=1)
    path = tmp_path / "histories.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("worker", "day", "batch", "shown_us", "answered_us", "active_us", "price_micro"))
        writer.writerows(card for cards in made for card in cards)
    assert figures(read(path), ours, seed=1) == figures(made, ours, seed=1)
