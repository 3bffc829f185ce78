"""A draft on its way to a batch: its brief, what it still needs, what it costs and brings. Money is micro-units."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import PurePath
from typing import Final

from domain import gold
from domain.batches import Batch
from domain.brief import Brief, Problem, Scale, clean
from domain.brief.model import Data
from domain.costs import NOTHING, Cost, Rates, beyond, cost, fitting
from domain.floors import Measure
from domain.kinds import Kind, kind, kind_for
from domain.kinds.base import BatchFace
from domain.pay import estimate_rate, per_hour
from domain.qualification import least_gold
from domain.rules import SECOND, Rules
from domain.words import N_
from domain.working import Source

MAX_TASKS: Final = 10_000
"""Of one batch: publishing and closing touch them all in one transaction."""
MAX_TITLE: Final = 60
FIELDS: Final = (
    "question",
    "answers",
    "instructions",
    "price",
    "overlap",
    "language",
    "most",
    "seconds",
    "review",
    "title",
    "floor",
    "region",
    "training",
    "test",
    "skill",
    "gold",
)
"""What can be changed about a draft by a button. The order is in the data of buttons: append, never reorder."""

NOTHING_TO_COMPARE: Final = N_(
    "A range of overlap needs answers that can be compared, and written ones cannot. Write for example: overlap {most}"
)
FROM_TWO: Final = N_(
    "A range of overlap begins with 2, so that there are answers to compare. Write for example: overlap 2-{most}"
)
AVERAGED: Final = N_(
    "A range of overlap stops where answers are the same. On a scale neighbours mean nearly the same, so each task gets"
    " as many ratings as you say. Write for example: overlap {most}"
)
NOTHING_TO_TEST: Final = N_(
    "Training and a test need answers that are right or wrong, and written ones are neither. Write: training none, and:"
    " test no"
)
NO_TEST_OF_SCALES: Final = N_(
    "A test needs answers that are right or wrong, and marks on a scale are near. Write: test no"
)
GOLD_MISSING: Final = N_(
    "Training and test need {count} tasks with a known answer, and there are {have}. Send a gold.csv (file,label), a"
    " column gold, or answer some yourself with Make gold."
)
GOLD_ALIKE: Final = N_(
    "A test needs known answers of several kinds: too many of them are the same. Make gold of others, or write: test no"
)
PRICE_MISSING: Final = Problem(N_("The price is missing. Write what one task pays, for example: price 0.05"))


@dataclass(frozen=True, slots=True)
class Settled:
    """What a brief makes of a draft: its kind and the columns that follow from it."""

    kind: Kind
    face: BatchFace
    language: str
    price: int | None
    overlap: int
    overlap_least: int | None
    most_per_worker: int | None
    seconds: int | None
    review_seconds: int
    lease_seconds: int
    floor: int | None
    region: str | None
    training: int | None
    test: bool
    skill_least: int | None
    gold_share: int | None


@dataclass(frozen=True, slots=True)
class Quote:
    """The money of a draft: `cost` of all its tasks, how many `fit` the free funds, what an hour of it brings.

    `fitting` is the cost of those that fit. With a pilot, costs are what is missing to what it has reserved, and those
    that fit include its own. `seconds` a task are as its answers, its kind's last ones or an estimate say (`source`).
    """

    cost: Cost | None
    free: int
    fit: int
    fitting: Cost | None
    rate: int | None
    seconds: int
    source: Source


def brief_of(batch: Batch, rules: Rules) -> Brief:
    """The brief a draft stands for: what was given, not what follows from it."""
    given_review = None if batch.review_seconds == default_review(kind(batch.kind), rules) else batch.review_seconds
    scale = scale_of(batch)
    return Brief(
        question=batch.face.question,
        answers=() if scale else batch.face.answers,
        scale=scale,
        instructions=batch.face.instructions,
        translations=batch.face.translations,
        price=batch.price,
        overlap_min=batch.overlap_least or batch.overlap,
        overlap_max=batch.overlap,
        language=batch.language,
        seconds=batch.seconds if batch.seconds_given else None,
        max_per_worker=batch.most_per_worker,
        review_seconds=given_review,
        floor=batch.floor,
        region=batch.region,
        training=batch.training,
        test=True if batch.test else None,
        skill_least=batch.skill_least,
        gold=batch.gold_share,
        problems=batch.problems,
    )


def scale_of(batch: Batch) -> Scale | None:
    """The scale of a batch whose kind has one."""
    if not kind(batch.kind).is_ordinal or not batch.face.answers:
        return None
    return Scale(int(batch.face.answers[0]), int(batch.face.answers[-1]), batch.face.ends)


def settle(brief: Brief, data: Data | None, *, language: str, rules: Rules) -> Settled:
    """What the draft becomes by this brief; `language` is the batch's when the brief names none."""
    made = kind_for(data or "texts", brief)
    seconds = brief.seconds
    lease = rules.lease_tap_seconds if made.input == "tap" else rules.lease_written_seconds
    return Settled(
        kind=made,
        face=BatchFace.of(brief, language=language),
        language=brief.language or language,
        price=brief.price,
        overlap=brief.overlap_max or 1,
        overlap_least=None if brief.overlap_min == brief.overlap_max else brief.overlap_min,
        most_per_worker=brief.max_per_worker,
        seconds=seconds,
        review_seconds=brief.review_seconds or default_review(made, rules),
        lease_seconds=max(lease, 4 * (seconds or 0)),
        floor=brief.floor,
        region=brief.region,
        training=brief.training or None,
        test=bool(brief.test),
        skill_least=brief.skill_least or None,
        gold_share=brief.gold,
    )


def default_review(made: Kind, rules: Rules) -> int:
    """The seconds after which silence accepts work of this kind in this installation."""
    return rules.review_tap_seconds if made.input == "tap" else rules.review_written_seconds


def not_yet(brief: Brief) -> tuple[Problem, ...]:
    """What a brief may say and this version cannot do; each says what happens instead."""
    problems: list[Problem] = []
    if brief.deadline_days is not None:
        problems.append(Problem(N_("A deadline is not possible yet. Close the batch when the time has come.")))
    return tuple(problems)


def needs(batch: Batch) -> tuple[Problem, ...]:
    """What is missing before the draft can be published, each in a sentence; () when nothing is."""
    scale = scale_of(batch)
    answers = () if scale else batch.face.answers
    brief = Brief(batch.face.question, answers, batch.face.instructions, scale=scale)
    made = kind(batch.kind)
    checked = made.check_brief(brief)
    if batch.overlap_least is not None and (batch.overlap_least == 1 or not made.has_labels or made.is_ordinal):
        alone = AVERAGED if made.is_ordinal else FROM_TWO if made.has_labels else NOTHING_TO_COMPARE
        checked = (*checked, Problem(alone, {"most": batch.overlap}))
    checked = (*checked, *_for_newcomers(batch, made))
    return checked if batch.price is not None else (*checked, PRICE_MISSING)


def _for_newcomers(batch: Batch, made: Kind) -> tuple[Problem, ...]:
    """What training and test lack: answers that can be right or wrong, and gold."""
    if batch.training is None and not batch.test:
        return ()
    if not made.has_labels:
        return (Problem(NOTHING_TO_TEST),)
    if batch.test and made.is_ordinal:
        return (Problem(NO_TEST_OF_SCALES),)
    count = least_gold(batch.training or 0, test=bool(batch.test))
    return () if batch.gold >= count else (Problem(GOLD_MISSING, {"count": count, "have": batch.gold}),)


def sentences(batch: Batch) -> tuple[Problem, ...]:
    """All there is to say about a draft's brief: the bad lines, then what is missing, nothing twice.

    A bad price line says how to write one, so the missing price is not told besides.
    """
    about_price = any(concerns(problem, "price") for problem in batch.problems)
    missing = [need for need in needs(batch) if not (about_price and need is PRICE_MISSING)]
    told: dict[str, Problem] = {}
    for problem in (*batch.problems, *missing):
        told.setdefault(problem.english(), problem)
    return tuple(told.values())


def concerns(problem: Problem, field: str) -> bool:
    """Whether a bad line was about this thing, so that setting the thing settles it."""
    if field == "price":
        return "given" in problem.params or "currency" in problem.params or problem.text.startswith("The price")
    word = {
        "most": "most tasks",
        "review": "review period",
        "answers": "nswer",
        "test": "as test",
        "skill": "as skill",
    }.get(field, field)
    return word in problem.text


def quote(batch: Batch, *, free: int, rates: Rates, reserved: Cost = NOTHING, measure: Measure | None = None) -> Quote:
    """The money of a draft against the free funds, by what was measured so far; `reserved` is what its pilot took."""
    seconds = batch.seconds if measure is None else max(1, round(measure.micros / SECOND))
    source: Source = "estimate" if measure is None else measure.source
    if batch.price is None:
        return Quote(None, free, 0, None, None, seconds, source)
    tasks, overlap, price = batch.all_tasks, batch.overlap, batch.price
    funds, answers = max(0, free) + reserved.total, partial(gold.budget, batch)
    fit = fitting(funds, tasks=tasks, overlap=overlap, price=price, rates=rates, gold=answers)
    whole, part = (beyond(cost(count, overlap, price, rates, gold=answers(count)), reserved) for count in (tasks, fit))
    rate = estimate_rate(price, seconds) if measure is None else per_hour(price, max(1, measure.micros))
    return Quote(whole, free, fit, part, rate, seconds, source)


def title_of(filename: str | None, data: Data, day: str) -> str:
    """A first title: the file's name without its ending, else what came and the day (YYYY-MM-DD)."""
    stem = clean(PurePath(filename or "").stem.replace("_", " "))
    return stem[:MAX_TITLE] or f"{'Photos' if data == 'photos' else 'Texts'} {day}"


def as_lines(text: str, mark: str) -> str:
    """Each line of a message with the mark a brief wants before it, where it has none."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    starts = ("-", "–", "—", "•", "*") if mark == "-" else (mark,)
    return "\n".join(line if line.startswith(starts) else f"{mark} {line}" for line in lines)
