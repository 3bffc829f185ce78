"""Write a brief as the caption it could have been: what a draft stores and a coordinator can copy."""

from __future__ import annotations

from collections.abc import Iterator

from domain.brief.model import Brief
from domain.brief.reading import is_question
from domain.money import as_input_text


def write_brief(brief: Brief) -> str:
    """Return text that `read_brief` reads back to the same brief, without its problems.

    Holds for every brief that was read, and for any other whose texts are clean lines and whose translated instructions
    have at least as many lines as the original.
    """
    return "\n".join((*_question(brief), *_answers(brief), *_instructions(brief), *_scale(brief), *_settings(brief)))


def _question(brief: Brief) -> Iterator[str]:
    if brief.question:
        yield brief.question if is_question(brief.question) else f"question: {brief.question}"
        yield from (f"{code}: {words.question}" for code, words in brief.translations.items() if words.question)


def _answers(brief: Brief) -> Iterator[str]:
    for index, answer in enumerate(brief.answers):
        yield f"- {answer}"
        for code, words in brief.translations.items():
            if words.answers and words.answers[index]:
                yield f"{code}: {words.answers[index]}"


def _instructions(brief: Brief) -> Iterator[str]:
    yield from (f"> {line}" for line in brief.instructions.splitlines())
    for code, words in brief.translations.items():
        yield from (f"{code}: {line}" for line in words.instructions.splitlines())


def _scale(brief: Brief) -> Iterator[str]:
    if brief.scale is not None:
        ends = f": {' - '.join(brief.scale.ends)}" if brief.scale.ends else ""
        yield f"scale {brief.scale.first}-{brief.scale.last}{ends}"
        yield from (f"{code}: {' - '.join(words.ends)}" for code, words in brief.translations.items() if words.ends)


def _settings(brief: Brief) -> Iterator[str]:
    if brief.price is not None:
        yield f"price {as_input_text(brief.price)}"
    if brief.overlap_min is not None:
        yield f"overlap {brief.overlap_min}" + ("" if brief.overlap else f"-{brief.overlap_max}")
    if brief.language is not None:
        yield f"language {brief.language}"
    if brief.seconds is not None:
        yield f"seconds {brief.seconds}"
    if brief.max_per_worker is not None:
        yield f"max {brief.max_per_worker}"
    if brief.review_seconds is not None:
        yield f"review {_period(brief.review_seconds)}"
    if brief.deadline_days is not None:
        yield f"deadline {brief.deadline_days}"
    if brief.gold is not None:
        yield f"gold {brief.gold}%"
    if brief.training is not None:
        yield f"training {brief.training}"
    if brief.test is not None:
        yield f"test {'yes' if brief.test else 'no'}"
    if brief.skill_least is not None:
        yield f"skill {brief.skill_least}"
    if brief.region is not None:
        yield f"region {brief.region}"
    if brief.floor is not None:
        yield f"floor {as_input_text(brief.floor)}"


def _period(seconds: int) -> str:
    for size, word in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        if seconds % size == 0:
            return f"{seconds // size} {word}"
    return f"{seconds} seconds"
