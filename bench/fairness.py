"""What pay rules do to people: seeded work histories replayed on each, beside pricing by the median alone.

A history is what `read` takes as CSV: worker, day, batch, shown_us, answered_us, active_us, price_micro. `active_us` is
the truth that no rule may see: the work without the idle stretch some cards hold. Made-up histories (`make`) give each
worker a speed and each card a noise (log-normal), idle stretches of 2 to 40 minutes in 3 cards of 100, and prices at
which a worker of median speed earns exactly the floor. One worker in fifty idles: a card lies for 2 to 40 minutes and
is then answered in 3 seconds. These shapes are assumed, not measured on people; the spreads go from tame to wild.

How people answer "Still there?" is assumed too, and no rule sees more of it than the taps. The question is on the
screen 1 to 6 seconds after the limit (the tick), twice for one stretch. Who works then notices it with probability
`NOTICES` each time and taps 2 to 8 seconds later; who is in an idle stretch does not, and taps with the same
probability when back with work left. Where in the work the idle stretch lies is uniform. Who only idles never taps.

Besides, three who want something for nothing: *away* is the idler of the histories; *waits* knows the rule and answers
each card just before it would ask; *taps* answers each question and works no further until the card counts no more.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from statistics import median
from typing import Final, NamedTuple

import numpy as np

from bench.options import Options
from bench.report import Report, table
from domain.active_time import QUESTIONS, Record, card_time, in_time, quiet_limit, stretch
from domain.pay import HOUR, SECOND

FLOOR: Final = 15_000_000
SPREADS: Final = ((0.3, 0.5), (0.5, 0.6), (0.6, 1.0))
"""Of the workers' speeds, and of the cards."""
BATCHES: Final = (("photos", 9), ("captions", 45), ("replies", 180))
"""Median seconds of a worker of median speed."""
NOTICES: Final = 0.9
NOTICES_LESS: Final = 0.7
IDLE: Final = 0.03
IDLERS_EVERY: Final = 50
DAYS: Final = 5
CARDS: Final = 60
ENOUGH: Final = 0.95
SEEDS: Final = 3


class Card(NamedTuple):
    """One answered card; instants and times in microseconds, `price` in micro-units."""

    worker: int
    day: int
    batch: str
    shown: int
    answered: int
    active: int
    price: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares of honest days, `cost` over median-only pay; what idlers gain in dollars; questions in 100 cards."""

    share: float
    cost: float
    away_hour: float
    away_day: float
    asked: float = 0.0


Rule = Callable[[list[Card], dict[str, int], Random], tuple[list[int], int]]
"""The counted time of each card of one worker in order, by the batches' medians, and how often they were asked."""


def make(seed: int, speeds: float, noise: float, *, workers: int, days: int = DAYS) -> list[list[Card]]:
    """Return the histories of so many workers, each in order of time."""
    rng = np.random.default_rng(seed)
    histories = []
    for worker in range(workers):
        n = days * CARDS
        kinds = np.minimum((rng.random(n) ** 2 * len(BATCHES)).astype(int), len(BATCHES) - 1)
        usual = np.array([seconds for _, seconds in BATCHES], float)[kinds]
        idler = worker % IDLERS_EVERY == IDLERS_EVERY - 1
        active = np.full(n, 3.0) if idler else usual * np.exp(rng.normal(0, speeds) + rng.normal(0, noise, n))
        idle = np.where((rng.random(n) < IDLE) | idler, rng.uniform(120, 2_400, n), 0.0)
        pauses, begins = rng.uniform(0.2, 1.5, n), rng.uniform(8, 12, days) * 3_600
        cards = []
        for day in range(days):
            at = day * 24 * HOUR + int(begins[day] * SECOND)
            for i in range(day * CARDS, (day + 1) * CARDS):
                name, seconds = BATCHES[kinds[i]]
                answered = at + int((active[i] + idle[i]) * SECOND)
                price = seconds * FLOOR // 3_600
                cards.append(Card(worker, day, name, at, answered, int(active[i] * SECOND), price))
                at = answered + int(pauses[i] * SECOND)
        histories.append(cards)
    return histories


def read(path: Path) -> list[list[Card]]:
    """Return the histories of a CSV. KeyError or ValueError for another shape."""
    found: dict[int, list[Card]] = defaultdict(list)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            shown, answered = int(row["shown_us"]), int(row["answered_us"])
            card = Card(int(row["worker"]), int(row["day"]), row["batch"], shown, answered, 0, int(row["price_micro"]))
            found[card.worker].append(card._replace(active=int(row["active_us"])))
    return [sorted(cards, key=lambda card: card.shown) for _, cards in sorted(found.items())]


def is_idler(cards: list[Card]) -> bool:
    """Tell who does nothing: each card took the same few seconds."""
    return len({card.active for card in cards}) == 1


def median_only(cards: list[Card], _: dict[str, int], __: Random) -> tuple[list[int], int]:
    """No top-up at all."""
    return [0] * len(cards), 0


def plain(cards: list[Card], medians: dict[str, int], _: Random) -> tuple[list[int], int]:
    """Each gap capped at 5 × the batch's median, 30 s at least."""
    caps = {batch: max(30 * SECOND, 5 * one) for batch, one in medians.items()}
    return [min(card.answered - card.shown, caps[card.batch]) for card in cards], 0


def ours(cards: list[Card], medians: dict[str, int], rng: Random) -> tuple[list[int], int]:
    """Rule 1 of domain.active_time, with people who answer "Still there?" as the docstring above says."""
    return _asking(cards, medians, rng, notices=NOTICES)


def ours_unnoticed(cards: list[Card], medians: dict[str, int], rng: Random) -> tuple[list[int], int]:
    """The same where people notice the question less."""
    return _asking(cards, medians, rng, notices=NOTICES_LESS)


def truth(cards: list[Card], _: dict[str, int], __: Random) -> tuple[list[int], int]:
    """What the floor costs if one could see into people: no rule can do it for less."""
    return [card.active for card in cards], 0


RULES: Final[dict[str, Rule]] = {
    "median only": median_only,
    "plain rule": plain,
    "rule 1": ours,
    f"rule 1, noticed {NOTICES_LESS:g}": ours_unnoticed,
    "the truth": truth,
}


def _asking(cards: list[Card], medians: dict[str, int], rng: Random, *, notices: float) -> tuple[list[int], int]:
    absent, record, counted, asked = is_idler(cards), Record(), [], 0
    for card in cards:
        time, record, questions = _card(card, medians[card.batch], record, rng, notices=0.0 if absent else notices)
        counted.append(time)
        asked += questions
    return counted, asked


def _card(card: Card, usual: int, record: Record, rng: Random, *, notices: float) -> tuple[int, Record, int]:
    """Replay one card: its stretches, the questions in them, and the signs of life that come."""
    limit, since, counted, asked = quiet_limit(usual), card.shown, 0, 0
    idle = max(0, card.answered - card.shown - card.active)
    away = card.shown + int(rng.random() * card.active)
    while True:
        sign, put, first = None, 0, None
        while sign is None and put < QUESTIONS:
            at = since + (put + 1) * limit + rng.randint(1 * SECOND, 6 * SECOND)
            if at >= card.answered:
                break
            first, put = first or at, put + 1
            tap = at + rng.randint(2 * SECOND, 8 * SECOND)
            if not (idle and away <= tap < away + idle) and rng.random() < notices and tap < card.answered:
                sign = tap
        asked += put
        if sign is None and first is not None and idle and away + idle > first:
            back = away + idle + rng.randint(2 * SECOND, 8 * SECOND)
            sign = back if first < back < card.answered and rng.random() < notices else None
        missed = int(put == QUESTIONS)
        if sign is None:
            more = stretch(since, card.answered, median=usual, asked_at=first, said=False, record=record)
            return card_time(counted, more, usual), Record(record.asked + missed, record.answered), asked
        counted += stretch(since, sign, median=usual, asked_at=first, said=True, record=record)
        told = int(in_time(since, sign, usual))
        record = Record(record.asked + max(missed, told), record.answered + told)
        since = sign


def figures(histories: list[list[Card]], rule: Rule, *, seed: int) -> Figures:
    """Replay a rule on all of them."""
    medians = usual(histories)
    honest = enough = asked = cards_asked = 0
    pay = paid_by_median = gained = idled = idle_days = 0
    for number, cards in enumerate(histories):
        counted, questions = rule(cards, medians, Random(f"{seed}:{number}"))
        idler = is_idler(cards)
        for day in _days(cards, counted):
            topup = max(0, FLOOR * day.counted // HOUR - day.earned)
            if idler:
                gained, idled, idle_days = gained + topup, idled + day.elapsed, idle_days + 1
                continue
            honest += 1
            enough += day.earned + topup >= ENOUGH * FLOOR * day.active / HOUR
            pay, paid_by_median = pay + day.earned + topup, paid_by_median + day.earned
        if not idler:
            asked, cards_asked = asked + questions, cards_asked + len(cards)
    return Figures(
        share=enough / max(1, honest),
        cost=pay / max(1, paid_by_median),
        away_hour=gained / 1e6 / max(1.0, idled / HOUR),
        away_day=gained / 1e6 / max(1, idle_days),
        asked=100 * asked / max(1, cards_asked),
    )


def usual(histories: list[list[Card]]) -> dict[str, int]:
    """The median time from shown to answered of each batch: what the house itself can see."""
    gaps: dict[str, list[int]] = defaultdict(list)
    for cards in histories:
        for card in cards:
            gaps[card.batch].append(card.answered - card.shown)
    return {batch: int(median(times)) for batch, times in gaps.items()}


class _Day(NamedTuple):
    counted: int
    earned: int
    active: int
    elapsed: int


def _days(cards: Iterable[Card], counted: Iterable[int]) -> list[_Day]:
    days: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for card, time in zip(cards, counted, strict=True):
        for place, value in enumerate((time, card.price, card.active, card.answered - card.shown)):
            days[card.day][place] += value
    return [_Day(*values) for values in days.values()]


def waits_an_hour(rule: str, seconds: int) -> float:
    """Dollars an hour that who answers each card just before the limit gains beyond the cards' own pay."""
    limit = {"plain rule": max(30, 5 * seconds), "rule 1": quiet_limit(seconds * SECOND) / SECOND}.get(rule)
    return 0.0 if limit is None else FLOOR / 1e6 * (1 - seconds / limit)


def taps_an_hour(rule: str, seconds: int) -> float:
    """The same for who answers each question and leaves the card when it counts no more; plain has no question."""
    most = card_time(0, HOUR * 24, seconds * SECOND) / SECOND
    return waits_an_hour(rule, seconds) if rule != "rule 1" else FLOOR / 1e6 * (1 - seconds / most)


async def run(report: Report, _: Path, options: Options) -> None:
    """Print the rules side by side, over several seeds or on the CSV of `--histories`; then 10,000 workers at once."""
    lines: list[tuple[str, ...]] = []
    workers, many = options.size("workers", 400), options.size("many", 10_000)
    given = [("the file", [read(Path(options.histories))])] if options.histories else _made(options.seed, workers)
    for name, sets in given:
        for rule, replay in RULES.items():
            found = _mean([figures(one, replay, seed=options.seed + i) for i, one in enumerate(sets)])
            report.add("fairness", histories=name, rule=rule, **asdict(found))
            lines.append(_line(name, rule, found))
    head: tuple[str, ...] = ("histories", "rule", "at the floor", "cost", "away $/h", "away $/day", "asked in 100")
    print(f"\nPay rules, floor ${FLOOR / 1e6:g} an hour; honest days at {ENOUGH:.0%} of it on their true active time\n")
    print(table(head, lines))
    print("\nWho knows the rule: dollars an hour beyond the cards' own pay\n")
    head = ("rule", *(f"{how}, {name}" for how in ("waits", "taps") for name, _ in BATCHES))
    print(table(head, [_knowing(rule) for rule in ("plain rule", "rule 1")]))
    if options.histories:
        return
    for speeds, noise in SPREADS[:2]:
        found = figures(make(options.seed, speeds, noise, workers=many, days=1), ours, seed=options.seed)
        what = f"days of {many} workers within 5 % of the floor or above, spreads {speeds}, {noise}"
        report.goal(what, "promise 4", wanted=95, reached=100 * found.share)


def _made(seed: int, workers: int) -> list[tuple[str, list[list[list[Card]]]]]:
    return [
        (f"spreads {speeds}, {noise}", [make(seed + i, speeds, noise, workers=workers) for i in range(SEEDS)])
        for speeds, noise in SPREADS
    ]


def _mean(found: list[Figures]) -> Figures:
    rows = [list(asdict(one).values()) for one in found]
    return Figures(*(sum(column) / len(rows) for column in zip(*rows, strict=True)))


def _line(name: str, rule: str, one: Figures) -> tuple[str, ...]:
    return (
        name,
        rule,
        f"{one.share:.1%}",
        f"{one.cost:.2f}",
        f"{one.away_hour:.2f}",
        f"{one.away_day:.2f}",
        f"{one.asked:.1f}",
    )


def _knowing(rule: str) -> tuple[str, ...]:
    return (rule, *(f"{how(rule, seconds):.2f}" for how in (waits_an_hour, taps_an_hour) for _, seconds in BATCHES))
