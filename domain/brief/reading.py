"""Read a brief from a caption: line by line, in any order, keeping what is good and saying what is not.

A line is one of: an answer (`- Cat`), an instruction (`> Look twice.`), a setting (`price 0.05`), a translation of the
line above it (`fr: Chat`), or the question.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Any, Final

from domain.brief.answers import (
    answer_problem,
    check_answers,
    check_question,
    clean,
    control_keys,
    question_too_long,
    same,
)
from domain.brief.languages import LANGUAGES
from domain.brief.model import MAX_QUESTION, Brief, Data, Problem, Translation
from domain.brief.settings import ENDS, read_setting, scale_ends, split_setting, unknown_language
from domain.words import N_

SCALE_OR_ANSWERS: Final = Problem(
    N_("A scale has no answers to choose from, so the scale is kept. Write either a scale or answers after a dash.")
)
_RULE: Final = re.compile(r"[-=*_–—]{3,}")
_ANSWER: Final = re.compile(r"(?:[-–—•*·▪●‣◦]|\d{1,2}[.)](?!\d))\s*(?P<text>.*)")
_QUESTION: Final = re.compile(r"question\s*[:=]\s*(?P<text>.+)", re.IGNORECASE)
_TRANSLATION: Final = re.compile(r"(?P<code>[a-z]{2,3})(?:[-_][a-z]{2,4})?\s*:\s*(?P<text>.*)", re.IGNORECASE)
_LIKE_SETTING: Final = re.compile(r"[^\W\d]+(?: [^\W\d]+)?(?:\s*[:=].*|\s+[-+]?[\d.,]+\S*)")


@dataclass(slots=True)
class _Line:
    """A line that can be translated: its text and, by language, the translations that followed it."""

    text: str
    translations: dict[str, list[str]] = field(default_factory=dict)


def read_brief(
    text: str, *, currency: str, for_kind: Data | None = None, controls: Collection[str] = (), partial: bool = False
) -> Brief:
    """Read a caption; never raise. Each bad line is left out and gives one sentence in `problems`.

    `for_kind` is the data it came with: photos need answers. `controls` are the translated names of the card's buttons;
    the English ones are always refused as answers. With `partial` nothing is reported as missing: for a correction.
    Too many answers are all kept, so that the brief stays unfit to publish until somebody chooses.
    """
    reader = _Reader(currency=currency, controls=control_keys(controls))
    for line in text.splitlines():
        reader.read(clean(line))
    brief = reader.brief()
    missing: list[Problem] = []
    if not reader.bad_question:
        missing += [found for found in check_question(brief) if brief.question or not partial]
    if not reader.bad_answer:
        missing += check_answers(brief, needed=for_kind == "photos" and brief.scale is None and not partial)
    return replace(brief, problems=(*reader.problems, *missing))


def is_question(line: str) -> bool:
    """Tell whether a clean line, alone, would be read as the question it is (else it needs `question:` before it)."""
    asked = line.endswith(("?", "？", "؟")) or not _LIKE_SETTING.fullmatch(line)
    taken = line.startswith(">") or any(form.fullmatch(line) for form in (_RULE, _ANSWER, _QUESTION))
    return bool(line) and asked and not taken and split_setting(line) is None and _translation(line) is None


def _translation(line: str) -> tuple[str, str] | None:
    found = _TRANSLATION.fullmatch(line)
    if found is None or (len(found["code"]) == 3 and found["code"].lower() not in LANGUAGES):
        return None
    return found["code"].lower(), found["text"]


@dataclass(slots=True)
class _Reader:
    currency: str
    controls: frozenset[str]
    plain: list[_Line] = field(default_factory=list)
    questions: list[_Line] = field(default_factory=list)
    answers: list[_Line] = field(default_factory=list)
    instructions: list[_Line] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    given: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    scale: _Line | None = None
    above: _Line | None = None
    bad_question: bool = False
    bad_answer: bool = False

    def read(self, line: str) -> None:
        if not line or _RULE.fullmatch(line):
            return
        if line.startswith(">"):
            self._instruction(line[1:].strip())
        elif found := _ANSWER.fullmatch(line):
            self._answer(found["text"])
        elif found := _QUESTION.fullmatch(line):
            self._keep(self.questions, found["text"])
        elif setting := split_setting(line):
            self._setting(*setting)
        elif translation := _translation(line):
            self._translate(*translation)
        else:
            self._keep(self.plain, line)

    def _keep(self, lines: list[_Line], text: str) -> None:
        self.above = _Line(text)
        lines.append(self.above)

    def _instruction(self, text: str) -> None:
        if text:
            self._keep(self.instructions, text)

    def _answer(self, text: str) -> None:
        problem = answer_problem(text, taken=self.taken, controls=self.controls)
        if problem is None:
            self.taken.add(same(text))
            self._keep(self.answers, text)
            return
        self.above, self.bad_answer = _Line(text), True
        self.problems.append(problem)

    def _setting(self, name: str, value: str) -> None:
        self.above = None
        if name in self.given:
            self.problems.append(Problem(N_("“{setting}” is there twice. Write it once."), {"setting": name}))
            return
        self.given.add(name)
        read = read_setting(name, value, currency=self.currency)
        if isinstance(read, Problem):
            self.problems.append(read)
            return
        self.values |= read
        if name == "scale":
            self.above = self.scale = _Line(value)

    def _translate(self, code: str, text: str) -> None:
        if code not in LANGUAGES:
            self.problems.append(unknown_language(code))
        elif self.above is None or not text:
            self.problems.append(
                Problem(
                    N_("“{language}:” translates the line above it. Write it below a question, an answer or a > line."),
                    {"language": code},
                )
            )
        else:
            self.above.translations.setdefault(code, []).append(text)

    def brief(self) -> Brief:
        question = self._question()
        if len(question.text) > MAX_QUESTION:
            self.problems.append(question_too_long(question.text))
            question, self.bad_question = _Line(""), True
        if self.scale is not None and self.answers:
            self.problems.append(SCALE_OR_ANSWERS)
            self.answers = []
        answers = tuple(line.text for line in self.answers)
        original = [line.text for line in self.instructions]
        lines = (question, *self.answers, *self.instructions, *([self.scale] if self.scale else []))
        codes = dict.fromkeys(code for line in lines for code in line.translations)
        translations = {
            code: Translation(
                question=self._translated_question(question, code),
                answers=self._translated_answers(code),
                instructions="\n".join(self._translated_instructions(code)),
                ends=self._translated_ends(code),
            )
            for code in codes
        }
        return Brief(
            question=question.text,
            answers=answers,
            instructions="\n".join(original),
            translations={code: words for code, words in translations.items() if words != Translation()},
            **self.values,
        )

    def _question(self) -> _Line:
        """Choose the question: the line so named, else the first with a question mark, else the first that can be."""
        asked = [line for line in self.plain if line.text.endswith(("?", "？", "؟"))]
        usable = [line for line in self.plain if is_question(line.text)]
        chosen = next(iter((*self.questions, *asked, *usable)), None)
        for line in (*self.questions, *self.plain):
            if line is not chosen:
                self.problems.append(
                    Problem(
                        N_(
                            "I cannot use “{line}”. Start an answer with -, an instruction with >, or write: price 0.05"
                        ),
                        {"line": line.text[:60]},
                    )
                )
        return chosen or _Line("")

    def _translated_question(self, question: _Line, code: str) -> str:
        text = " ".join(question.translations.get(code, ()))
        if len(text) > MAX_QUESTION:
            self.problems.append(question_too_long(text))
            return ""
        return text

    def _translated_answers(self, code: str) -> tuple[str, ...]:
        texts: list[str] = []
        taken: set[str] = set()
        for line in self.answers:
            text = " ".join(line.translations.get(code, ()))
            problem = answer_problem(text, taken=taken, controls=self.controls) if text else None
            taken.add(same(text))
            if problem is not None:
                self.problems.append(problem)
            texts.append("" if problem else text)
        return tuple(texts) if any(texts) else ()

    def _translated_ends(self, code: str) -> tuple[str, ...]:
        text = " ".join(self.scale.translations.get(code, ())) if self.scale else ""
        ends = scale_ends(text) if text else ()
        if ends is None:
            self.problems.append(ENDS)
        return ends or ()

    def _translated_instructions(self, code: str) -> list[str]:
        """Return the lines: each below its original, or all below the last one; a gap shows the original."""
        below = [line.translations.get(code, []) for line in self.instructions]
        if not any(below):
            return []
        if not any(below[:-1]) and len(below[-1]) >= len(below):
            return below[-1]
        return [text for line, texts in zip(self.instructions, below, strict=True) for text in texts or [line.text]]
