"""What a text on a button or a card must be: clean, short, unlike its neighbours and unlike the controls."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable
from typing import Final

from domain.brief.model import MAX_INSTRUCTIONS, MAX_QUESTION, Brief, Problem
from domain.words import N_

MIN_ANSWERS: Final = 2
MAX_ANSWERS: Final = 20
MAX_ANSWER: Final = 40

CONTROLS: Final = (
    N_("Undo"),
    N_("Skip"),
    N_("Report a problem"),
    N_("Instructions"),
    N_("Change batch"),
    N_("Stop for now"),
    N_("Submit"),
    N_("Edit"),
    N_("Discard"),
    N_("Show all"),
    N_("Ask the coordinator"),
    N_("All are bad"),
)

# Invisible: zero-width space, word joiner, byte order mark, soft hyphen; marks that turn a line's direction around.
_UNSEEN: Final = frozenset("\u200b\u2060\ufeff\u00ad\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def clean(text: str) -> str:
    """Return one line of text as it is shown: NFC, single spaces, nothing unprintable. Idempotent."""
    seen = "".join(c for c in text if c.isspace() or (c not in _UNSEEN and unicodedata.category(c) not in {"Cc", "Cs"}))
    return " ".join(unicodedata.normalize("NFC", seen).split())


def same(text: str) -> str:
    """Return the key under which two answers are the same answer: without case and width."""
    return clean(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()))


def _letters(text: str) -> str:
    return "".join(c for c in same(text) if c.isalnum())


def control_keys(translated: Iterable[str] = ()) -> frozenset[str]:
    """Return what an answer must not be named like: the controls in English and the given translations."""
    return frozenset(key for name in (*CONTROLS, *translated) if (key := _letters(name)))


def answer_problem(answer: str, *, taken: Collection[str], controls: frozenset[str]) -> Problem | None:
    """Return what is wrong with a clean answer, or None.

    `taken` holds the `same` keys of the other answers, `controls` comes from `control_keys`.
    """
    if not any(unicodedata.category(c)[0] in "LNPS" for c in answer):
        return Problem(N_("An answer is empty. Write a word after the dash, for example: - Cat"))
    if len(answer) > MAX_ANSWER:
        return Problem(
            N_("The answer “{answer}” has {length} characters; a button holds {limit}. Write it shorter."),
            {"answer": _short(answer), "length": len(answer), "limit": MAX_ANSWER},
        )
    if _letters(answer) in controls:
        return Problem(
            N_("“{answer}” is the name of a button every card has. Write the answer in other words."),
            {"answer": answer},
        )
    if same(answer) in taken:
        return Problem(N_("The answer “{answer}” is there twice. Write each answer once."), {"answer": answer})
    return None


def check_question(brief: Brief) -> tuple[Problem, ...]:
    """Return what is wrong with the question and the instructions as a whole."""
    problems: list[Problem] = []
    if not brief.question:
        problems.append(Problem(N_("The question is missing. Write it first, for example: What is in the photo?")))
    elif len(brief.question) > MAX_QUESTION:
        problems.append(question_too_long(brief.question))
    if len(brief.instructions) > MAX_INSTRUCTIONS:
        problems.append(
            Problem(
                N_("The instructions have {length} characters; {limit} fit. Write them shorter."),
                {"length": len(brief.instructions), "limit": MAX_INSTRUCTIONS},
            )
        )
    return tuple(problems)


def check_answers(brief: Brief, *, needed: bool) -> tuple[Problem, ...]:
    """Return what is wrong with the number of answers: none (when they are needed), one, or too many."""
    count = len(brief.answers)
    if count == 0 and needed:
        return (Problem(N_("The answers to choose from are missing. Write each on its own line, like: - Cat")),)
    if count == 1:
        return (
            Problem(
                N_("“{answer}” is the only answer. Write at least two, each on its own line after a dash."),
                {"answer": brief.answers[0]},
            ),
        )
    if count > MAX_ANSWERS:
        return (
            Problem(
                N_("There are {count} answers; a card holds {limit}. Keep the {limit} that matter most."),
                {"count": count, "limit": MAX_ANSWERS},
            ),
        )
    return ()


def question_too_long(question: str) -> Problem:
    """Return the sentence for a question over the limit."""
    return Problem(
        N_("The question has {length} characters; {limit} fit. Ask shorter; put the rest on lines that start with >."),
        {"length": len(question), "limit": MAX_QUESTION},
    )


def _short(text: str) -> str:
    return text if len(text) <= MAX_ANSWER else text[: MAX_ANSWER - 1] + "…"
