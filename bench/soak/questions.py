"""What the people of a soak are asked, and what they know: whether a number is even; nobody knows whether one is lucky.

So there is something to be right about: most tests are passed, wrong gold is missed by those who know, and tasks about
luck are given up to a human.
"""

from __future__ import annotations

import json
import re
from random import Random
from typing import Final

KNOWS: Final = 0.9
"""How likely somebody says what they know."""
GUESSES: Final = 6
"""Each so manieth worker taps whatever comes: some do not pass a test, and try again."""
WRONG: Final = (4, 11, 23, 34)
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


def file(chance: Random, *, known: int = 0, lines: int = 60) -> bytes:
    """JSONL of questions about numbers of chance, the first so many with their answer, which is not always right."""
    found: list[object] = []
    for place in range(lines):
        number = chance.randrange(10**9)
        text = even(number)
        found.append({"prompt": text, "gold": gold(number, place)} if place < known else {"prompt": text})
    return "\n".join(map(json.dumps, found)).encode()


def said(text: str, answers: list[tuple[str, str]], chance: Random, *, knows: float = KNOWS) -> str:
    """The data of the button somebody taps who was asked this: the right answer's as likely as they know it."""
    if _LUCKY.search(text):
        return chance.choice(answers[:2])[1]
    right = truth(text)
    known = [data for label, data in answers if label == right]
    return known[0] if known and chance.random() < knows else chance.choice(answers)[1]
