"""What a brief holds: plain values, complete or not, with the sentences about what could not be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal

MAX_QUESTION: Final = 500
MAX_INSTRUCTIONS: Final = 3_000

Data = Literal["photos", "texts"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One clear sentence that says what to write instead: a gettext msgid and what fills its `{fields}`."""

    text: str
    params: Mapping[str, object] = field(default_factory=dict, hash=False)

    def english(self) -> str:
        """Return the sentence untranslated: for tests, logs and the command line."""
        return self.text.format(**self.params)


@dataclass(frozen=True, slots=True)
class Scale:
    """Whole numbers to rate with, from `first` to `last`; `ends` is what these two mean, or ()."""

    first: int
    last: int
    ends: tuple[str, ...] = ()

    @property
    def steps(self) -> tuple[str, ...]:
        """Its numbers as texts, lowest first."""
        return tuple(map(str, range(self.first, self.last + 1)))


@dataclass(frozen=True, slots=True)
class Translation:
    """A batch's words in another language. "" means not translated: the original is shown.

    `answers` is empty or as long as the batch's answers, `ends` empty or what the two ends of its scale mean.
    """

    question: str = ""
    answers: tuple[str, ...] = ()
    instructions: str = ""
    ends: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Brief:
    """What the caption said; None, "" or () is what it did not say. `price` is in micro-units, times in seconds.

    `overlap_min == overlap_max` is a fixed overlap. `instructions` is lines without blank ones between. `floor` is what
    an hour shall bring at least (micro-units), `region` the two letters of the region the work is for. `training` is
    with how many known answers newcomers are trained (0: none), `test` whether they are tested, `skill_least` the skill
    in per cent (0: none asked for) from which one works without. `gold` is how many answers more are paid for tasks
    whose answer is known, in per cent.
    """

    question: str = ""
    answers: tuple[str, ...] = ()
    instructions: str = ""
    price: int | None = None
    overlap_min: int | None = None
    overlap_max: int | None = None
    language: str | None = None
    seconds: int | None = None
    max_per_worker: int | None = None
    review_seconds: int | None = None
    deadline_days: int | None = None
    floor: int | None = None
    region: str | None = None
    training: int | None = None
    test: bool | None = None
    skill_least: int | None = None
    gold: int | None = None
    translations: Mapping[str, Translation] = field(default_factory=dict, hash=False)
    scale: Scale | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def overlap(self) -> int | None:
        """The fixed overlap; None when it was not given or is adaptive (`overlap_min` to `overlap_max`)."""
        return self.overlap_min if self.overlap_min == self.overlap_max else None


def merged(old: Brief, new: Brief) -> Brief:
    """Return `old` with everything `new` says; the problems are those of `new`.

    For a draft that is corrected line by line: a new question, new answers, new instructions replace the old ones
    together with their translations, nothing else changes. A translation needs its original line in the same message.
    New answers take the place of a scale, and a scale that of answers.
    """
    question, instructions = bool(new.question), bool(new.instructions)
    answers = bool(new.answers or new.scale)
    translations: dict[str, Translation] = {}
    for language in [*old.translations, *(code for code in new.translations if code not in old.translations)]:
        was, now = old.translations.get(language, Translation()), new.translations.get(language, Translation())
        both = Translation(
            question=(now if question else was).question,
            answers=(now if answers else was).answers,
            instructions=(now if instructions else was).instructions,
            ends=(now if answers else was).ends,
        )
        if both != Translation():
            translations[language] = both
    return replace(
        new,
        question=new.question or old.question,
        answers=(new if answers else old).answers,
        scale=(new if answers else old).scale,
        instructions=new.instructions or old.instructions,
        price=old.price if new.price is None else new.price,
        overlap_min=old.overlap_min if new.overlap_min is None else new.overlap_min,
        overlap_max=old.overlap_max if new.overlap_max is None else new.overlap_max,
        language=new.language or old.language,
        seconds=old.seconds if new.seconds is None else new.seconds,
        max_per_worker=old.max_per_worker if new.max_per_worker is None else new.max_per_worker,
        review_seconds=old.review_seconds if new.review_seconds is None else new.review_seconds,
        deadline_days=old.deadline_days if new.deadline_days is None else new.deadline_days,
        floor=old.floor if new.floor is None else new.floor,
        region=new.region or old.region,
        training=old.training if new.training is None else new.training,
        test=old.test if new.test is None else new.test,
        skill_least=old.skill_least if new.skill_least is None else new.skill_least,
        gold=old.gold if new.gold is None else new.gold,
        translations=translations,
    )
