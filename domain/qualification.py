"""Training, the test and the share of somebody's work that is checked first: the rules, pure and deterministic.

The test is A. Wald's sequential probability ratio test ("Sequential Analysis", 1947) on gold, corrected for chance.
Whoever knows the answer with probability κ and guesses otherwise is right with κ + (1 − κ)·c, where c is the chance of
a guess: the share of the asked class among what could have been asked. Each answer moves the score by the logarithm of
how much likelier it is at κ = KNOWS than at κ = KNOWS_LITTLE; the test ends at either bound, or after LONGEST answers.

Which class is asked is drawn by a hash that nobody outside knows, so whoever answers without looking (by chance, always
the same, in a pattern) is right with that share, whatever they do: the ratio of such answers shrinks on average, and
whoever guesses passes in one or two of a hundred tests (`odds`, tested for 2 to 20 classes). A pass also takes right
answers in two classes at least, so that a constant answer never passes however the gold is mixed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from math import ceil, log
from typing import Final, Literal, NamedTuple

from domain.batches import Batch
from domain.intervals import wilson
from domain.offers import SITTING
from domain.working import expected_micros, limit_for_one

RULE: Final = "test-1"
"""The version of all that is decided here; it is stored with every test."""
KNOWS_LITTLE: Final = 0.25
KNOWS: Final = 0.8
"""The two skills told apart, chance-corrected: of two classes .625 and .9 right, of four .44 and .85."""
ALPHA: Final = 0.1
"""At most about so many of those who know that little pass; of those who only guess far fewer."""
BETA: Final = 0.02
"""At most about so many of those who know are failed before the test's end."""
PASS_AT: Final = log((1 - BETA) / ALPHA)
FAIL_AT: Final = log(BETA / (1 - ALPHA))
LONGEST: Final = 20
"""A test has no more answers than this."""
AT_THE_END: Final = log(1.4)
"""What the score must be at least when the test is over without either bound."""
ENOUGH: Final = 12
"""From so many answers on a test is decided as at its end when the gold runs out; before, it stays undecided."""
MOST_OF_ONE: Final = 2 / 3
"""No class may have a larger share of the gold of a test: too little could be learnt from it."""
CLASSES: Final = 2
"""Right answers must come from so many classes."""
MANY: Final = 10
"""With more classes a test is hardly shorter."""

VALID_DAYS: Final = 180
"""So long a test that was passed opens other batches of the same kind and language."""

MOST_NEWCOMERS: Final = 30
"""No more people than this are reckoned with; more may come while there is gold that was not needed for others."""

MORE: Final = 2

FIRST_CHECKED: Final = 10
"""So many pieces of a newcomer's written work are put before a reviewer first, all of them."""
LEAST_CHECKED: Final = 0.05
"""This share of anybody's written work is."""

_RIGHT_IN_NONE: Final = ""
_RIGHT_IN_SEVERAL: Final = "\0"

Outcome = Literal["passed", "failed", "open"]


class Asked(NamedTuple):
    """One answer of a test: the class it was about, whether it was right, and the `chance` that a guess was."""

    label: str
    right: bool
    chance: float


class Verdict(NamedTuple):
    """Where a test stands: its outcome, how many were right and wrong until then, the score (natural logarithm)."""

    outcome: Outcome
    right: int
    wrong: int
    score: float


def step(chance: float, *, right: bool) -> float:
    """Return by how much an answer moves the score; nothing for a right one that any guess would have got."""
    if right:
        return log((KNOWS + (1 - KNOWS) * chance) / (KNOWS_LITTLE + (1 - KNOWS_LITTLE) * chance))
    return log((1 - KNOWS) / (1 - KNOWS_LITTLE))


def judge(answers: Iterable[Asked], *, over: bool = False) -> Verdict:
    """Return where the test stands; answers behind its end do not count. `over`: no more gold is left to go on with.

    The same for any renaming of the classes. `open` with `over` is a test that was too short to be decided.
    """
    right = wrong = 0
    score, classes = 0.0, _RIGHT_IN_NONE
    for one in answers:
        right, wrong = right + one.right, wrong + (not one.right)
        score += step(one.chance, right=one.right)
        classes = _with(classes, one.label) if one.right else classes
        outcome = _outcome(score, classes, right + wrong)
        if outcome != "open":
            return Verdict(outcome, right, wrong, score)
    if over and right + wrong >= ENOUGH:
        return Verdict(_at_the_end(score, classes), right, wrong, score)
    return Verdict("open", right, wrong, score)


def weights(left: Mapping[str, int], asked: int) -> dict[str, int]:
    """Return how likely each class is to be asked next, given how much unseen gold it has `left`.

    Each has its fair part of the answers still to come, or what is left of it: so the classes are balanced, and none is
    used up early. The order of the classes does not matter.
    """
    some = {label: count for label, count in left.items() if count > 0}
    if not some:
        return {}
    fair = max(1, ceil(max(1, LONGEST - asked) / len(some)))
    return {label: min(count, fair) for label, count in some.items()}


def chance_of(label: str, left: Mapping[str, int], asked: int) -> float:
    """Return the chance that a guess is right about a question of this class, as it is asked; 1 where it was not."""
    shares = weights(left, asked)
    return shares[label] / sum(shares.values()) if label in shares else 1.0


def draw(left: Mapping[str, int], asked: int, *, seed: str) -> str | None:
    """Return the class to ask next, by these weights and a hash of the seed; None when nothing is left."""
    shares = weights(left, asked)
    if not shares:
        return None
    at = _number(seed) % sum(shares.values())
    for label in sorted(shares):
        at -= shares[label]
        if at < 0:
            return label
    raise AssertionError("the weights add up")


def is_enough(gold: Mapping[str, int], *, training: int) -> bool:
    """Tell whether this much gold of each class makes a test after the training: enough, and balanced enough."""
    whole = sum(gold.values())
    return whole >= least_gold(training) and max(gold.values()) <= MOST_OF_ONE * whole


def can_try(left: Mapping[str, int]) -> bool:
    """Tell whether the unseen gold is enough to begin a test: it can be decided, and by more than one class."""
    return sum(left.values()) >= ENOUGH and sum(1 for count in left.values() if count > 0) >= CLASSES


def least_gold(training: int, *, test: bool = True) -> int:
    """Return how many gold tasks a batch needs for its training and its test."""
    return training + LONGEST * test


def answers_of_one(training: int, *, test: bool, classes: int) -> int:
    """Return how many paid answers one newcomer is thought to give before they are in: of a test, its mean length for
    whoever takes longest."""
    return training + (max(ceil(length) for length in _lengths(min(max(CLASSES, classes), MANY))) if test else 0)


def newcomers(batch: Batch, tasks: int) -> int:
    """Return how many people are thought to begin in a batch of so many tasks: as many as do them in a sitting each,
    and MORE, for not everybody comes in."""
    each = max(1, min(limit_for_one(batch), SITTING // max(1, expected_micros(batch))))
    return min(MOST_NEWCOMERS, max(batch.overlap, -(-tasks * batch.overlap // each)) + MORE)


def answers_of_newcomers(batch: Batch, tasks: int) -> int:
    """Return how many gold answers are paid for so that those who begin are trained and tested; 0 without either."""
    return newcomers(batch, tasks) * _each(batch) if tasks else 0


def kept_for_newcomers(batch: Batch) -> int:
    """Return how many of the gold answers left are for those who are still to begin: others are not given them."""
    each = _each(batch)
    return max(0, newcomers(batch, batch.tasks) - batch.opened) * each if each else 0


def _each(batch: Batch) -> int:
    if batch.training is None and not batch.test:
        return 0
    return answers_of_one(batch.training or 0, test=bool(batch.test), classes=len(batch.face.answers))


class Odds(NamedTuple):
    """How a test ends for somebody: the probability to pass, and the mean number of answers."""

    passes: float
    answers: float


def odds(shares: Sequence[float], right: Sequence[float]) -> Odds:
    """Return, exactly, how the test ends for who is right about each class with a probability of `right`.

    `shares` say how often each class is asked, answer for answer (the classes are drawn anew each time: gold without
    end). By summing over all courses of the score; no simulation.
    """
    gains = [step(share, right=True) for share in shares]
    loss = step(0.0, right=False)
    missed = sum(share * (1 - sure) for share, sure in zip(shares, right, strict=True))
    states: dict[tuple[float, str], float] = {(0.0, _RIGHT_IN_NONE): 1.0}
    passes = answers = 0.0
    for number in range(1, LONGEST + 1):
        answers += sum(states.values())
        following: dict[tuple[float, str], float] = {}
        for (score, classes), likely in states.items():
            courses = [(loss, classes, missed)]
            for label, (gain, share, sure) in enumerate(zip(gains, shares, right, strict=True)):
                courses.append((gain, _with(classes, str(label)), share * sure))
            for moved, reached, part in courses:
                # As in `judge`, but rounded: two courses of the same answers in another order are one.
                at = round(score + moved, 9)
                outcome = _outcome(at, reached, number)
                if outcome == "passed":
                    passes += likely * part
                elif outcome == "open" and part:
                    following[at, reached] = following.get((at, reached), 0.0) + likely * part
        states = following
    return Odds(passes, answers)


def share_checked(checked: int, low: float) -> float:
    """Return what share of somebody's next work is put before a reviewer first: all at the beginning, then as much as
    it may be bad, `low` being the lower end of the interval of their skill; never less than LEAST_CHECKED."""
    return 1.0 if checked < FIRST_CHECKED else min(1.0, max(LEAST_CHECKED, 1.0 - low))


def lowest_share(good: int, checked: int) -> float:
    """Return the lower end of the interval of the share that is good, where `good` of those `checked` were."""
    interval = wilson(good, checked)
    return 0.0 if interval is None else interval[0]


def sampled(seed: str, share: float) -> bool:
    """Tell whether the piece of work with this seed falls into the sample: the same answer whenever it is asked."""
    return _number(seed) % 10_000 < round(share * 10_000)


def _outcome(score: float, classes: str, answers: int) -> Outcome:
    if score >= PASS_AT and classes == _RIGHT_IN_SEVERAL:
        return "passed"
    if score <= FAIL_AT:
        return "failed"
    return "open" if answers < LONGEST else _at_the_end(score, classes)


def _at_the_end(score: float, classes: str) -> Outcome:
    return "passed" if score >= AT_THE_END and classes == _RIGHT_IN_SEVERAL else "failed"


def _with(classes: str, label: str) -> str:
    """Which classes had right answers: none, this one, or several."""
    return f"={label}" if classes in (_RIGHT_IN_NONE, f"={label}") else _RIGHT_IN_SEVERAL


@lru_cache(64)
def _lengths(classes: int) -> tuple[float, ...]:
    chance, found = 1 / classes, []
    for skill in (0.0, KNOWS_LITTLE, 0.5, KNOWS):
        sure = skill + (1 - skill) * chance
        found.append(odds([chance] * classes, [sure] * classes).answers)
    return tuple(found)


def _number(seed: str) -> int:
    return int.from_bytes(blake2b(seed.encode(), digest_size=8).digest())
