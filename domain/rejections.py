"""Rejecting work: its codes, the evidence each asks for, how many one person may reject, the clock of appeals.

"Too fast" and "disagrees with the others" are no codes: they are hints to look at the work, never reasons.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from domain.refusals import Refusal
from domain.rules import DAY, SECOND, Rules
from domain.words import N_

RULE: Final = 1
"""The version of all that stands here; stored with each rejection, so that **Why?** can say which one was applied."""

CODES: Final[tuple[tuple[str, str], ...]] = (
    ("blank", N_("It is blank or random.")),
    ("language", N_("It is in the wrong language.")),
    ("copied", N_("It is copied.")),
    ("instruction", N_("It goes against instruction {line}.")),
    ("harmful", N_("It is harmful.")),
)
"""Why work may be rejected, as (code in the row, sentence)."""

MAX_WORDS: Final = 500
LINES: Final = 30
"""So many lines of the instructions are offered to choose from."""

HOURLY: Final = 20
"""So many one person may reject in an hour alone."""
PART: Final = 10
"""And of a batch's answers this part: a tenth. One answer of a batch may always be rejected."""
STANDING: Final = 10
"""So many rejections of a worker's day count towards their standing; all others are about one bad day."""

APPEAL_FOR: Final = 14 * DAY
"""From the delivery of the news."""
UNTOLD_FOR: Final = 30 * DAY
"""News that could not be delivered: so long the time to appeal waits before it begins all the same."""
GRACE: Final = DAY
"""So long after its end the time to appeal is still open: a tap may have waited while the bot was down."""
ANSWER_WITHIN: Final = 7 * DAY
"""An appeal nobody has answered by then is won."""
TOGETHER: Final = 5
"""News that come a tick of each other (a minute) are told together; the first of them waits this many at most."""

AT_ONCE: Final = 500
"""So many rejections one transaction makes; the clock makes the rest."""

ALONE: Final = "#alone"
SILENCE: Final = "#silence"
GOOD: Final = "#good"
"""Reasons of an outcome that are no human's own words: nobody else to hear it, nobody answered, the work is good."""


class Target(NamedTuple):
    """What shall be rejected: submission `first` of a version, or (version 0) the pending answers of its worker in its
    batch from `first` to `last`. Three numbers, so that buttons can carry it."""

    first: int
    last: int
    version: int

    @property
    def single(self) -> bool:
        """One submission, of exactly the version that was shown."""
        return self.version > 0


class Ground(NamedTuple):
    """Why something shall be rejected: code and evidence, by whom, and the version of the rules that was applied."""

    id: int
    by: int
    at: int
    code: str
    line: int | None
    source: int | None
    words: str
    rule: int
    first: int
    last: int
    version: int

    @property
    def target(self) -> Target:
        """What for."""
        return Target(self.first, self.last, self.version)


class Rejection(NamedTuple):
    """A rejected submission. `due_at` is when the clock decides; `told_at` is None until the news was delivered.

    `day_counted` says that the work is out of its day's pay and time; `standing`, that it counts towards standing.
    """

    id: int
    submission_id: int
    batch_id: int
    worker_id: int
    ground_id: int
    by: int
    seconded_by: int | None
    at: int
    day_counted: int
    standing: int
    told_at: int | None
    state: str
    due_at: int
    appealed_at: int | None
    decided_at: int | None
    decided_by: int | None
    reason: str | None


class Proposal(NamedTuple):
    """Rejections that wait for a second human."""

    id: int
    batch_id: int
    by: int
    at: int
    size: int
    state: str
    decided_at: int | None
    decided_by: int | None
    rejected: int


class Inquiry(NamedTuple):
    """What a worker asks about a submission, and the answer."""

    id: int
    worker_id: int
    submission_id: int
    at: int
    text: str
    answered_at: int | None
    answered_by: int | None
    answer: str | None


@dataclass(frozen=True, slots=True)
class Limit:
    """What one person may still reject without a second human: by the hour, and in this batch."""

    hour: int
    batch: int

    def covers(self, count: int) -> bool:
        """Whether so many rejections take effect at once."""
        return count <= min(self.hour, self.batch)


def limit(*, in_an_hour: int, in_batch: int, answers: int) -> Limit:
    """What is left of HOURLY after `in_an_hour`, and of a PART of `answers` (rejected ones too) after `in_batch`."""
    return Limit(max(0, HOURLY - in_an_hour), max(0, max(1, answers // PART) - in_batch))


def told_together(rules: Rules, *, first: int, now: int) -> int:
    """When news are to go out of which the `first` is of then: a tick from now, at most TOGETHER ticks after it."""
    tick = rules.tick_seconds * SECOND
    return max(now, min(now + tick, first + TOGETHER * tick))


def appeal_until(rejection: Rejection) -> int | None:
    """The end of the time to appeal as its writer reads it; None while the news has not been delivered."""
    return None if rejection.told_at is None else rejection.told_at + APPEAL_FOR


def sentence(code: str) -> str:
    """The sentence (a msgid, with `{line}` for an instruction) of a code."""
    return dict(CODES)[code]


def instruction_lines(instructions: str) -> list[str]:
    """The lines a rejection can point at, counted from 1, without blank ones."""
    return [line.strip() for line in instructions.splitlines() if line.strip()][:LINES]


def checked_words(text: str, *, least: int = 1) -> str:
    """Return a reviewer's own words as stored. Raises EvidenceMissing, WordsTooLong."""
    words = text.replace("\0", "").strip()
    if sum(char.isprintable() and not char.isspace() for char in words) < least:
        raise EvidenceMissing
    if len(words) > MAX_WORDS:
        raise WordsTooLong(length=len(words), limit=MAX_WORDS)
    return words


class EvidenceMissing(Refusal):
    """Words nobody can read."""

    text = N_("Please write what is wrong with it, so that the writer can understand it and answer.")


class WordsTooLong(Refusal):
    """Words above MAX_WORDS characters."""

    text = N_("That is {length} characters, {limit} fit. Please write it shorter.")


class NoInstructions(Refusal):
    """Against instruction N, of a batch without any."""

    text = N_("This batch has no instructions, so nothing can be against them. Please choose another reason.")


class NoSuchSource(Refusal):
    """A number that is no other answer of this batch."""

    text = N_("There is no other answer {number} in this batch. Write its number, or where the original stands.")


class NotRejectable(Refusal):
    """The work is decided, changed, or gone."""

    text = N_("This work is decided already or has changed, so nothing happened. /review shows what waits now.")


class OwnProposal(Refusal):
    """Who proposed it agrees to it."""

    text = N_("A second person must decide about this: it is your own proposal, or your own work.")


class CannotAppeal(Refusal):
    """The time to appeal is over, or the rejection is decided."""

    text = N_("This can no longer be appealed: its time is over, or it is decided. /history shows how it stands.")


class AlreadyAppealed(Refusal):
    """A second tap."""

    text = N_("Your appeal is on its way. Somebody else reads it; you will be told here.")


class NotYourAppeal(Refusal):
    """Who rejected the work, or wrote it, hears its appeal."""

    text = N_("This appeal is for somebody else: you rejected the work, or it is your own.")


class AppealDecided(Refusal):
    """Somebody or the clock decided the appeal before."""

    text = N_("This appeal is decided already. /review shows what waits now.")


class TooManyInquiries(Refusal):
    """More questions without an answer than a person can read."""

    text = N_("You have asked {count} questions that wait for an answer. Please wait for one before asking more.")


class AlreadyReplied(Refusal):
    """A second answer to a worker's question."""

    text = N_("Somebody has answered this question already.")


class ReportDecided(Refusal):
    """Agree and pay, or Not a problem, of reports that are decided."""

    text = N_("These reports are decided already.")


class ReportUnpaid(Refusal):
    """Neither the batch nor the funds hold a report's money."""

    text = N_("There is no money left for this in the batch, nor free in the funds. Record money with /funds first.")
