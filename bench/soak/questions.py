"""What the people of a soak are asked, and what they know: whether a number is even; nobody knows whether one is lucky.

So there is something to be right about: most tests are passed, wrong gold is missed by those who know, and tasks about
luck are given up to a human.
"""

from __future__ import annotations

import re
from random import Random
from typing import Final

KNOWS: Final = 0.9
"""How likely somebody says what they know."""
WRONG: Final = (4, 11)
"""Which of the gold, by its place, says the opposite of what is right."""
GATED: Final = (
    "Is it true?\n- Yes\n- No\n- Cannot say\nprice 0.20\noverlap 2-5\ngold 20%\ntraining 3\ntest yes\nlanguage en"
)
_EVEN = re.compile(r"Is (\d+) an even number\?")
_LUCKY = re.compile(r"Is \d+ a lucky number\?")


def even(number: int) -> str:
    """A question with an answer."""
    return f"Is {number} an even number?"


def lucky(number: int) -> str:
    """A question without one."""
    return f"Is {number} a lucky number?"


def truth(text: str) -> str | None:
    """What is right, of the question that a text has; None where it has none."""
    found = _EVEN.search(text)
    return None if found is None else "Yes" if int(found[1]) % 2 == 0 else "No"


def gold(number: int, place: int) -> str:
    """The known answer to whether a number is even, as the file says it: wrong at some places."""
    right = truth(even(number))
    return {"Yes": "No", "No": "Yes"}[str(right)] if place in WRONG else str(right)


def said(text: str, answers: list[tuple[str, str]], chance: Random) -> str:
    """The data of the button somebody taps who was asked this: of the right answer mostly, else of any."""
    if _LUCKY.search(text):
        return chance.choice(answers[:2])[1]
    right = truth(text)
    known = [data for label, data in answers if label == right]
    return known[0] if known and chance.random() < KNOWS else chance.choice(answers)[1]
