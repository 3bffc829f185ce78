"""One thing about a brief, set by what a coordinator wrote for it: each setter reads the text or says what to write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from domain.batches import Batch
from domain.brief import Brief, Problem, clean, merged, read_brief
from domain.brief.settings import read_setting, split_setting
from domain.drafts import as_lines, not_yet
from domain.floors import unfit
from domain.refusals_batches import BriefProblem
from storage.database import Tx

NONE = ("none", "no", "-", "aucune", "aucun", "ninguna", "ninguno")
"""What people write for: no answers, no instructions, no limit."""
CAN_BE_NONE = {"max": "max_per_worker", "floor": "floor", "region": "region"}
"""Settings that can be taken back, and their fields of a brief."""


def read(tx: Tx, text: str) -> Brief:
    """What a text says of a brief; nothing is reported as missing."""
    return read_brief(text, currency=tx.rules.currency, controls=tx.rules.controls, partial=True)


def problems(brief: Brief) -> tuple[Problem, ...]:
    """The lines that cannot be used, and what this version cannot do yet."""
    return (*brief.problems, *not_yet(brief))


def guessed(draft: Batch, text: str) -> str:
    """The text as a brief: several plain lines for a draft that only lacks its answers are those answers."""
    lines = [line for line in text.splitlines() if line.strip()]
    lacks_answers = draft.data == "photos" and draft.face.question and not draft.face.answers
    if lacks_answers and len(lines) > 1:
        said = read_brief(text, currency="USD", partial=True)
        if not said.answers and replace(said, question="", problems=()) == Brief():
            return as_lines(text, "-")
    return text


def is_whole(text: str) -> bool:
    """A message that answers more than one step at once: a caption, copied and changed."""
    said = read_brief(text, currency="USD", partial=True)
    return bool(said.question) and bool(said.answers or said.scale or said.price is not None)


def _set_question(tx: Tx, old: Brief, text: str) -> Brief:
    return _one(tx, old, f"question: {clean(text)}")


def _set_answers(tx: Tx, old: Brief, text: str) -> Brief:
    """Answers to choose from, or a scale: `scale 1-5 bad-good`, also without the word."""
    if clean(text).casefold() in NONE:
        translations = {code: replace(words, answers=(), ends=()) for code, words in old.translations.items()}
        return replace(old, answers=(), scale=None, translations=translations)
    if not isinstance(read_setting("scale", clean(text), currency=tx.rules.currency), Problem):
        text = f"scale {text}"
    if any((split_setting(clean(line)) or ("", ""))[0] == "scale" for line in text.splitlines()):
        return _one(tx, old, text)
    return _one(tx, old, as_lines(text, "-"))


def _set_instructions(tx: Tx, old: Brief, text: str) -> Brief:
    if clean(text).casefold() in NONE:
        translations = {code: replace(words, instructions="") for code, words in old.translations.items()}
        return replace(old, instructions="", translations=translations)
    return _one(tx, old, as_lines(text, ">"))


def _one(tx: Tx, old: Brief, lines: str) -> Brief:
    """The brief with these lines in it. Raises BriefProblem for the first that cannot be used."""
    new = read(tx, lines)
    for problem in problems(new):
        raise BriefProblem(problem)
    return merged(old, new)


def _setting(name: str) -> Callable[[Tx, Brief, str], Brief]:
    def set_value(tx: Tx, old: Brief, text: str) -> Brief:
        value = clean(text)
        if name in CAN_BE_NONE and value.casefold() in NONE:
            return replace(old, **{CAN_BE_NONE[name]: None})  # type: ignore[arg-type]
        named = value.casefold().removeprefix(name).lstrip(" :=") if value.casefold().startswith(name) else value
        found = read_setting(name, named, currency=tx.rules.currency)
        if isinstance(found, Problem):
            raise BriefProblem(found)
        new = replace(old, **found)  # type: ignore[arg-type]
        for problem in (*not_yet(new), *unfit(new, tx.rules)[1]):
            raise BriefProblem(problem)
        return new

    return set_value


SETTERS: dict[str, Callable[[Tx, Brief, str], Brief]] = {
    "question": _set_question,
    "answers": _set_answers,
    "instructions": _set_instructions,
    "price": _setting("price"),
    "overlap": _setting("overlap"),
    "language": _setting("language"),
    "most": _setting("max"),
    "seconds": _setting("seconds"),
    "review": _setting("review"),
    "floor": _setting("floor"),
    "region": _setting("region"),
    "training": _setting("training"),
    "test": _setting("test"),
    "skill": _setting("skill"),
    "gold": _setting("gold"),
}
"""By the field's name; `title` is no part of a brief."""
