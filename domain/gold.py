"""Gold: tasks whose answer is known. How many answers to them are paid, when a worker gets one, and which.

Dense at first and rarer later, as in Mephisto's gold blueprint (a new worker is checked early, a known one now and
then), but drawn by chance instead of at fixed places, so that nobody can tell which card it is; and never more than is
paid for. Nothing here keeps state: the same worker at the same place of the same batch gets the same draw, whenever and
however often it is asked (`has_next` asks, `next_in` acts).
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from domain.batches import Batch
from domain.costs import gold_answers
from domain.qualification import answers_of_newcomers, kept_for_newcomers
from domain.working import limit_for_one

DEFAULT_SHARE: Final = 10
"""Per cent of extra answers that are paid where a batch has gold and nothing was said."""
MAX_WHY: Final = 300
WANTED: Final = 1_000_000
"""What a gold task wants: more answers than it can get, so that it is never done."""
DENSE: Final = 10
"""After so many cards gold comes half as densely as at the first."""
LASTING: Final = 0.125
"""What is left of the density at first, however many cards somebody has done."""
AT_MOST: Final = 0.5
"""However much gold is paid for, at least every other card is ordinary work."""
FEW_WORKERS: Final = 3
"""So many more workers are reckoned with than have begun: the first must not use up what is for all."""


def share_of(batch: Batch) -> int:
    """How many gold answers are paid for, in per cent of those to ordinary tasks; 0 without gold."""
    if not batch.gold:
        return 0
    return DEFAULT_SHARE if batch.gold_share is None else batch.gold_share


def budget(batch: Batch, tasks: int) -> int:
    """How many gold answers publishing so many tasks of the draft pays for: its share, and newcomers' first ones."""
    return gold_answers(tasks, batch.overlap, share_of(batch)) + answers_of_newcomers(batch, tasks)


def left(batch: Batch) -> int:
    """How many gold answers are paid for and not given out."""
    return max(0, batch.gold_budget - batch.gold_taken)


def chance(batch: Batch, *, seen: int, done: int) -> float:
    """How likely the next card of a worker is gold, who has been given `seen` and has answered `done` of all cards.

    On average what is left of the gold (beside what newcomers begin with) over what is left of the work; `weight`
    makes that dense at first. So the expected number of gold answers is what is paid for, whatever the workers do, and
    never more than that is given.
    """
    spare = left(batch) - kept_for_newcomers(batch)
    if spare <= 0 or seen >= batch.gold:
        return 0.0
    rate = spare / max(1, batch.wanted - batch.plain_submissions)
    return min(AT_MOST, rate * weight(max(0, done - seen), load=_load(batch)))


def weight(done: int, *, load: int) -> float:
    """How dense gold is for somebody with so many ordinary cards behind them; over `load` cards the mean is 1."""
    mean = DENSE / load * math.log1p(load / DENSE) + LASTING
    return (1 / (1 + done / DENSE) + LASTING) / mean


def is_due(batch: Batch, worker_id: int, *, seen: int, done: int, place: Sequence[int]) -> bool:
    """Whether the worker's next card is gold. `place` is where they are in the batch: it changes with every card."""
    odds = chance(batch, seen=seen, done=done)
    return odds > 0 and _draw(batch.gold_salt, worker_id, seen, *place) < odds


def choice(batch: Batch, worker_id: int, seen: int) -> tuple[int, int] | None:
    """Which gold a worker who was given `seen` gets next, as (class, order in the class); None after the last.

    Each class once a round, in an order drawn anew; in each class from a start of the worker's own. So classes are
    balanced as long as there is some of each, everybody begins elsewhere, and nobody gets one twice.
    """
    counts = _classes(batch.gold_classes)
    size = tuple(counts)
    number, before = 0, 0
    while any(count > number for count in size):
        alive = [one for one, count in enumerate(size) if count > number]
        if seen < before + len(alive):
            alive.sort(key=lambda one: _draw(batch.gold_salt, worker_id, -1 - number, one))
            one = alive[seen - before]
            start = int(_draw(batch.gold_salt, worker_id, -1, -1 - one) * size[one])
            return one, (start + number) % size[one]
        number, before = number + 1, before + len(alive)
    return None


def shuffled(ids: Sequence[int], *, salt: int) -> list[int]:
    """Ids in an order nobody can guess."""
    return sorted(ids, key=lambda one: _draw(salt, one, 0, 0))


def match(given: str, answers: Sequence[str]) -> str | None:
    """The answer that somebody meant: by its words, whatever case, spaces and accents' form; None for no single one.

    Numbers are not read as places in the list: "1" and "2" may be answers, and the first may be 0 or 1.
    """
    wanted = _plain(given)
    found = [one for one in answers if _plain(one) == wanted]
    exact = [one for one in found if one == given]
    return (exact or found)[0] if len(exact or found) == 1 else None


def clean_why(text: str) -> str | None:
    """An explanation as it is kept: one line, not too long; None for nothing."""
    line = " ".join(text.split())
    return line[:MAX_WHY] or None


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip().casefold()


def _load(batch: Batch) -> int:
    """How many cards one worker of the batch does, as far as one can tell."""
    each = batch.wanted // (batch.opened + FEW_WORKERS)
    return max(DENSE, min(each, limit_for_one(batch)))


@lru_cache(256)
def _classes(text: str) -> tuple[int, ...]:
    return tuple(json.loads(text))


def _draw(*values: int) -> float:
    """A number in [0, 1) that follows from the values and looks like chance to whoever does not know the salt."""
    digest = hashlib.blake2b(",".join(map(str, values)).encode(), digest_size=8).digest()
    return int.from_bytes(digest) / 2**64
