"""A worker's private mirror: how often they are right, and two answers to learn from. Told with their week, to nobody
else.

Only what cannot give anything away is shown: gold they were told of, and tasks that are done and are no gold. Nothing
follows from it, and nobody is compared with anybody.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import mode
from typing import Final

from domain.batches import Batch, Task
from domain.kinds import kind
from domain.people import Person
from domain.refusals import StaleButton
from domain.skills import Skill
from storage import batches, mirrors, peer_scores, skills, tasks
from storage.database import Tx
from storage.mirrors import Missed
from usecases.notify import tell

EXAMPLES: Final = 2
LOOKED_AT: Final = 500
"""So many of a worker's newest answers are looked through for examples."""
SURE: Final = 9_000
"""How sure (in 1/10,000) a label must be to be held against an answer."""
READ: Final = 20
LEAST_OTHERS: Final = 2
"""So many others at least, and all of them with another answer."""


@dataclass(frozen=True, slots=True)
class Known:
    """How often somebody is right in a kind of work and language, in 1/10,000, likely from low to high."""

    kind: str
    language: str
    share: int | None = None
    low: int = 0
    high: int = 0
    answers: int = 0

    @classmethod
    def of(cls, name: str, language: str, skill: Skill | None) -> Known:
        """What may be said of a skill: `share` is None while that is not enough yet."""
        if skill is None or not skill.enough:
            return cls(name, language)
        return cls(name, language, skill.estimate, skill.low, skill.high, skill.answers)


@dataclass(frozen=True, slots=True)
class Rated:
    """What others' ratings of their replies come to: `score` on average, in thousandths of a step up to `most`."""

    replies: int
    score: int
    most: int


@dataclass(frozen=True, slots=True)
class Example:
    """One answer to learn from: what they said and what is right, as labels; `others` is 0 where it was gold."""

    submission_id: int
    batch: Batch
    task: Task
    said: str
    right: str
    why: str | None
    others: int


def examples(tx: Tx, worker_id: int, *, since: int, until: int) -> tuple[Example, ...]:
    """Two at most: missed gold first, then where all others said something else; different mistakes if possible."""
    gold = mirrors.missed_gold(tx, worker_id, since=since, until=until, limit=READ)
    found = _read(tx, gold)
    if len(_varied(found)) < EXAMPLES:
        found += _read(tx, mirrors.alone(tx, worker_id, since=since, until=until, sure=SURE, limit=LOOKED_AT)[:READ])
    varied = _varied(found)
    rest = [one for one in found if one not in varied]
    return (*varied, *rest)[:EXAMPLES]


def known(tx: Tx, worker_id: int, *, since: int, until: int) -> tuple[Known, ...]:
    """How often they are right in what they did in this time, by kind of work and language; `share` None: not enough
    yet."""
    worked = mirrors.worked_in(tx, worker_id, since=since, until=until, limit=LOOKED_AT)
    done = {(batch.kind, batch.language) for one in worked if (batch := batches.by_id(tx, one)) is not None}
    skill_of = {(one.kind, one.language): one.skill for one in skills.of_worker(tx, worker_id)}
    compared = [one for one in sorted(done) if kind(one[0]).has_labels and not kind(one[0]).is_ordinal]
    return tuple(Known.of(*one, skill_of.get(one)) for one in compared)


def show(tx: Tx, *, by: Person, submission: int, now: int) -> None:
    """**Example 1**: the photo or the text of one's own answer with what is right. Raises StaleButton for others', and
    when the answer that was thought right no longer is."""
    if example(tx, by.id, submission) is None:
        raise StaleButton
    tell(tx, by, "example", now=now, submission=submission)


def example(tx: Tx, worker_id: int, submission_id: int) -> Example | None:
    """One of a worker's examples as it is now; None for what is none (any more)."""
    missed = mirrors.missed_one(tx, worker_id, submission_id)
    if missed is None:
        missed = mirrors.alone_one(tx, worker_id, submission_id, sure=SURE)
    found = _read(tx, [] if missed is None else [missed])
    return found[0] if found else None


def rated(tx: Tx, worker_id: int, *, since: int, until: int) -> Rated | None:
    """What others think of the replies they wrote in this time, on the scale that most were rated on."""
    found = peer_scores.of_writer(tx, worker_id, since=since, until=until, limit=LOOKED_AT)
    if not found:
        return None
    most = mode(reply.score.most for reply in found)
    scores = [reply.score.score for reply in found if reply.score.most == most]
    return Rated(len(scores), sum(scores) // len(scores), most)


def _read(tx: Tx, missed: Iterable[Missed]) -> list[Example]:
    found = []
    for one in missed:
        batch, task = batches.by_id(tx, one.batch_id), tasks.by_id(tx, one.task_id)
        assert batch is not None and task is not None
        said = kind(batch.kind).label(json.loads(one.answer))
        by_others = one.why is None and one.others
        if (
            said is None
            or said == one.label
            or (by_others and (by_others < LEAST_OTHERS or kind(batch.kind).is_ordinal))
        ):
            continue  # a step beside the others' on a scale is no mistake
        found.append(Example(one.submission_id, batch, task, said, one.label, one.why, one.others))
    return found


def _varied(found: Iterable[Example]) -> list[Example]:
    """The first of each mistake: one thing taken for another, in one batch."""
    first: dict[tuple[int, str, str], Example] = {}
    for one in found:
        first.setdefault((one.batch.id, one.said, one.right), one)
    return list(first.values())
