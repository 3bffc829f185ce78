"""The settings lines of a brief: `price 0.05`, `overlap: 2-5`, `review = 3 days`. One small reader a setting."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from domain.brief.languages import language_code
from domain.brief.model import Problem, Scale
from domain.money import parse_amount
from domain.refusals import Refusal
from domain.words import N_

MAX_OVERLAP: Final = 100
MAX_SECONDS: Final = 7_200
MAX_PER_WORKER: Final = 100_000
MAX_DEADLINE_DAYS: Final = 365
MAX_REVIEW_SECONDS: Final = 14 * 86_400
MIN_REVIEW_SECONDS: Final = 60
MAX_TRAINING: Final = 50

MOST_STEPS: Final = 11
MAX_END: Final = 40
ENDS: Final = Problem(
    N_("Write what both ends of the scale mean, {limit} letters each at most, like: scale 1-5: Bad - Very good"),
    {"limit": MAX_END},
)

Values = dict[str, int | str | Scale]
_YES: Final = ("yes", "y", "on", "oui", "sí", "si")
_NO: Final = ("no", "n", "off", "none", "non")
_UNITS: Final = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_UNIT: Final = r"(s|secs?|seconds?|m|mins?|minutes?|h|hours?|d|days?|w|weeks?)"


def split_setting(line: str) -> tuple[str, str] | None:
    """Return (setting, value) of a clean line that starts with a setting's name, else None.

    A line that ends in a question mark is a setting only with `:` or `=`: "Price tag or shelf?" is a question.
    """
    found = _LINE.fullmatch(line)
    if found is None or (not found["sign"] and line.endswith(("?", "？", "؟"))):
        return None
    return _ALIASES[" ".join(found["key"].casefold().split())], found["value"]


def read_setting(setting: str, value: str, *, currency: str) -> Values | Problem:
    """Return the brief's fields this value sets, or the sentence that says what to write instead."""
    longest = 60 if setting != "scale" else 3 * MAX_END
    return _READERS[setting](value if len(value) <= longest else value[: longest - 1] + "…", currency)


def _price(value: str, currency: str) -> Values | Problem:
    if not value:
        return Problem(N_("The price is missing. Write it like: price 0.05"))
    try:
        return {"price": parse_amount(value, currency=currency)}
    except Refusal as refusal:
        return Problem(refusal.text, refusal.params)


def _overlap(value: str, _: str) -> Values | Problem:
    found = re.fullmatch(r"(\d{1,6})(?:\s*(?:-|–|—|\.\.|to)\s*(\d{1,6}))?", value, re.IGNORECASE)
    least, most = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
    if not 1 <= least <= most <= MAX_OVERLAP:
        return Problem(
            N_("I cannot use “{value}” as overlap. Write from 1 to {limit}, like: overlap 3"),
            {"value": value, "limit": MAX_OVERLAP},
        )
    return {"overlap_min": least, "overlap_max": most}


def _language(value: str, _: str) -> Values | Problem:
    code = language_code(value)
    return unknown_language(value) if code is None else {"language": code}


def unknown_language(value: str) -> Problem:
    """Return the sentence for a language code nobody knows."""
    return Problem(
        N_("I do not know the language “{value}”. Write its two letters, for example: language en"), {"value": value}
    )


def _seconds(value: str, _: str) -> Values | Problem:
    seconds = _duration(value, default="s")
    if seconds is None or not 1 <= seconds <= MAX_SECONDS:
        return Problem(
            N_("I cannot use “{value}” as seconds a task. Write from 1 to {limit}, like: seconds 9"),
            {"value": value, "limit": MAX_SECONDS},
        )
    return {"seconds": seconds}


def _max_per_worker(value: str, _: str) -> Values | Problem:
    number = int(value) if re.fullmatch(r"\d{1,6}", value) else 0
    if not 1 <= number <= MAX_PER_WORKER:
        return Problem(
            N_("I cannot use “{value}” as the most tasks for one worker. Write a whole number, like: max 50"),
            {"value": value},
        )
    return {"max_per_worker": number}


def _review(value: str, _: str) -> Values | Problem:
    seconds = _duration(value, default="d")
    if seconds is None or not MIN_REVIEW_SECONDS <= seconds <= MAX_REVIEW_SECONDS:
        return Problem(
            N_("I cannot use “{value}” as review period. Write up to 14 days, like: review 3 days"), {"value": value}
        )
    return {"review_seconds": seconds}


def _deadline(value: str, _: str) -> Values | Problem:
    seconds = _duration(value, default="d")
    if seconds is None or seconds % 86_400 or not 1 <= seconds // 86_400 <= MAX_DEADLINE_DAYS:
        return Problem(
            N_("I cannot use “{value}” as deadline. Write the number of days from now, like: deadline 7"),
            {"value": value},
        )
    return {"deadline_days": seconds // 86_400}


def _floor(value: str, currency: str) -> Values | Problem:
    per_hour = re.sub(r"\s*(/\s*h|an hour|per hour)\s*$", "", value, flags=re.IGNORECASE)
    if not per_hour:
        return Problem(N_("The floor is missing. Write what an hour shall bring at least, like: floor 20"))
    try:
        return {"floor": parse_amount(per_hour, currency=currency)}
    except Refusal as refusal:
        return Problem(refusal.text, refusal.params)


def _region(value: str, _: str) -> Values | Problem:
    if not re.fullmatch(r"[A-Za-z]{2}", value):
        return Problem(
            N_("I do not know the region “{value}”. Write its two letters, for example: region FR"), {"value": value}
        )
    return {"region": value.upper()}


def _training(value: str, _: str) -> Values | Problem:
    number = 0 if value.casefold() in _NO else int(value) if re.fullmatch(r"\d{1,3}", value) else -1
    if not 0 <= number <= MAX_TRAINING:
        return Problem(
            N_("I cannot use “{value}” as training. Write with how many tasks newcomers practise, like: training 5"),
            {"value": value},
        )
    return {"training": number}


def _test(value: str, _: str) -> Values | Problem:
    if value.casefold() in _YES or value.casefold() in _NO:
        return {"test": value.casefold() in _YES}
    return Problem(N_("I cannot use “{value}” as test. Write: test yes, or: test no"), {"value": value})


def _skill(value: str, _: str) -> Values | Problem:
    found = re.fullmatch(r"(\d{1,3})\s*%?", value)
    number = 0 if value.casefold() in _NO else int(found[1]) if found else -1
    if not 0 <= number <= 100:
        return Problem(
            N_("I cannot use “{value}” as skill. Write what is needed at least, of 100, like: skill 80"),
            {"value": value},
        )
    return {"skill_least": number}


def _gold(value: str, _: str) -> Values | Problem:
    found = re.fullmatch(r"(\d{1,3})\s*(?:%|percent|per cent)?", value, re.IGNORECASE)
    share = 0 if value.casefold() in _NO else int(found[1]) if found else -1
    if not 0 <= share <= 100:
        return Problem(
            N_("I cannot use “{value}” as gold share. Write how many answers more to pay for, like: gold 10%"),
            {"value": value},
        )
    return {"gold": share}


def _scale(value: str, _: str) -> Values | Problem:
    found = re.fullmatch(r"(\d{1,3})\s*(?:-|–|—|\.\.|to)\s*(\d{1,3})(?:(?:\s*[:,]\s*|\s+)(.*))?", value, re.IGNORECASE)
    first, last = (int(found[1]), int(found[2])) if found else (0, 0)
    if found is None or not 2 <= last - first + 1 <= MOST_STEPS:
        return Problem(
            N_(
                "I cannot use “{value}” as scale. Write its ends, lower one first, up to {limit} steps, like: scale 1-5"
            ),
            {"value": value, "limit": MOST_STEPS},
        )
    ends = scale_ends(found[3]) if found[3] else ()
    return ENDS if ends is None else {"scale": Scale(first, last, ends)}


def scale_ends(text: str) -> tuple[str, ...] | None:
    """Return what the ends of a scale mean from `Not useful - Very useful` or `bad-good`; None for something else."""
    spaced = re.split(r"\s+[-–—]\s+", text.strip(), maxsplit=1)
    ends = spaced if len(spaced) == 2 else re.split(r"[-–—]", text.strip())
    named = tuple(one.strip() for one in ends)
    if len(named) != 2 or not all(1 <= len(one) <= MAX_END for one in named):
        return None
    return named


def _duration(value: str, *, default: str) -> int | None:
    found = re.fullmatch(rf"(\d{{1,7}})\s*{_UNIT}?", value, re.IGNORECASE)
    return int(found[1]) * _UNITS[(found[2] or default)[0].lower()] if found else None


_READERS: Final[dict[str, Callable[[str, str], Values | Problem]]] = {
    "price": _price,
    "overlap": _overlap,
    "language": _language,
    "seconds": _seconds,
    "max": _max_per_worker,
    "review": _review,
    "deadline": _deadline,
    "floor": _floor,
    "region": _region,
    "scale": _scale,
    "training": _training,
    "test": _test,
    "skill": _skill,
    "gold": _gold,
}
_ALIASES: Final = {name: name for name in _READERS} | {
    "lang": "language",
    "max per worker": "max",
    "most per worker": "max",
    "review period": "review",
    "gold share": "gold",
}
_LINE: Final = re.compile(
    rf"(?P<key>{'|'.join(sorted(_ALIASES, key=len, reverse=True))})(?:\s*(?P<sign>[:=])\s*|\s+|$)(?P<value>.*)",
    re.IGNORECASE,
)
