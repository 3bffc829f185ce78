"""Newcomers to a batch: trained with gold and told after each answer, then tested, then at work, or told when to retry.

Where somebody stands is their enrolment's stage. In none of these stages but "working" more statements run than always;
who works costs nothing here. Everything is judged from the live answers to gold that stands, so whatever is undone, has
expired or is reported, and gold that is taken back, counts for nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final, Literal, NamedTuple

from domain import gold
from domain.batches import Batch, Submission
from domain.kinds import kind
from domain.notices import Json
from domain.offers import free_places
from domain.people import Person
from domain.qualification import RULE, VALID_DAYS, Asked, Verdict, can_try, chance_of, draw, judge
from domain.refusals_work import NewcomersFull, NoMorePractice, RetryLater, SkillNeeded
from domain.rules import DAY, SECOND
from storage import people, skills, training
from storage.assignments import Hand, Place
from storage.database import Tx
from storage.enrolments import Enrolment
from storage.training import Gold, Test
from usecases.notify import inform, tell

Way = Literal["open", "skilled", "passed_before", "training", "testing", "closed", "full"]
"""How somebody would begin in a batch: simply, by what they know already, by training or a test first; or not, for they
have not the skill, or no more newcomers are paid for."""

STAGES: Final = ("training", "testing")


class Lesson(NamedTuple):
    """What the next card says of the answer before: the submission (`lesson`); `left` more to practise, or what comes
    `then` (test, work, or "")."""

    lesson: int
    left: int = 0
    then: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What an answer of a newcomer leads to: where they stand now, what the next card says of the answer first.

    `lesson` is for the next card (None where nothing is explained); `ended` tells that a test ended with this answer.
    After either, the answer cannot be undone.
    """

    enrolment: Enrolment
    lesson: Lesson | None = None
    ended: bool = False


def way_in(tx: Tx, worker_id: int, batch: Batch, *, now: int) -> Way:
    """How this worker would begin in the batch now. Read only; no statement where a batch asks for nothing."""
    if not batch.is_gated:
        return "open"
    since = now - VALID_DAYS * DAY
    if training.passed_since(tx, worker_id, kind=batch.kind, language=batch.language, since=since) is not None:
        return "passed_before"
    if batch.skill_least is not None and _is_skilled(tx, worker_id, batch):
        return "skilled"
    if batch.skill_least is not None and not batch.test:
        return "closed"
    if batch.piloting:
        return "open"  # ten tasks measure the batch; its gold is for those who come afterwards
    if batch.training is None and not batch.test:
        return "open"
    if is_used_up(batch):
        return "full"
    return "testing" if batch.training is None else "training"


def is_used_up(batch: Batch) -> bool:
    """Whether newcomers would be trained or tested here and no gold is left for it."""
    return (batch.training is not None or bool(batch.test)) and not batch.piloting and not gold.left(batch)


def enter(tx: Tx, by: Person, place: Place, *, now: int) -> Place:
    """Where the worker stands as they begin, or go on; to be stored with the enrolment.

    Raises SkillNeeded for who does not fit, RetryLater and NoMorePractice for who did not pass the test (yet).
    """
    batch, mine = place.batch, place.enrolment
    if mine.staged_at is None:
        if not batch.is_gated or mine.done:
            return place
        way = way_in(tx, by.id, batch, now=now)
        if way == "closed":
            raise SkillNeeded(skill=batch.skill_least)
        if way == "full":
            raise NewcomersFull
        if way == "open" and batch.piloting:
            return place
        if way in STAGES and not free_places(batch, place.leased):
            return place  # a test for work that is all given out would be paid for nothing
        if way in ("skilled", "passed_before"):
            _keep(tx, by.id, batch, way, now=now)
        mine = mine._replace(stage=way if way in STAGES else "working", staged_at=now)
    elif mine.stage == "failed":
        mine = _again(tx, by, place, now=now)
    if mine.stage in STAGES and place.reserved is None:
        mine = _while_there_is_gold(tx, by.id, batch, mine, now=now)
    return place._replace(enrolment=mine)


def way_on(tx: Tx, worker_id: int, place: Place, *, now: int) -> Way:
    """How this worker would begin or go on in the batch now. Read only; no statement for who has begun."""
    mine = place.enrolment
    if mine.staged_at is None:
        return "open" if mine.done else way_in(tx, worker_id, place.batch, now=now)
    if mine.stage == "failed":
        return "testing" if mine.retry_at is not None and mine.retry_at <= now else "closed"
    return "open"


def choose(tx: Tx, worker_id: int, batch: Batch, mine: Enrolment) -> int | None:
    """The gold task of a newcomer's next card, None for none (or none that is paid for); the same at each look until
    they were given it.

    Training takes what explains itself first. Of a test, the class is drawn by its weight and the task by chance, both
    by a hash with the batch's salt: nobody can tell what comes, and no two workers get the same.
    """
    if mine.stage not in STAGES or not gold.left(batch):
        return None
    met = training.met(tx, worker_id, batch.id)
    unseen = _unseen(met)
    if mine.stage == "training":
        unseen = [one for one in unseen if one.explained] or unseen
    asked = len(_questions(met, after=mine.test_after)) if mine.stage == "testing" else 0
    had = sum(one.assignment_id is not None for one in met)
    seed = f"{batch.gold_salt}:{batch.id}:{worker_id}:{had}"
    label = draw(Counter(one.label for one in unseen), asked, seed=seed)
    of_class = [one.task_id for one in unseen if one.label == label]
    return min(of_class, key=lambda task: blake2b(f"{seed}:{task}".encode()).digest(), default=None)


def judged(tx: Tx, by: Person, hand: Hand, mine: Enrolment, submission_id: int, *, now: int) -> Told:
    """What a newcomer's answer, just stored, leads to; `mine` is their enrolment with it. Nothing for other tasks."""
    if mine.stage not in STAGES or hand.task.gold is None:
        return Told(mine)
    batch, met = hand.place.batch, training.met(tx, by.id, hand.place.batch.id)
    if mine.stage == "testing":
        ended = _test(tx, by.id, batch, mine, met, now=now)
        return Told(mine) if ended is None else Told(ended, ended=True)
    left = max(0, (batch.training or 0) - sum(one.submission_id is not None for one in met))
    if left and _unseen(met):
        return Told(mine, Lesson(submission_id, left=left))
    mine = mine._replace(trained_upto=submission_id, test_after=submission_id)
    if not batch.test:
        return Told(mine._replace(stage="working"), Lesson(submission_id, then="work"))
    after = _while_there_is_gold(tx, by.id, batch, mine._replace(stage="testing"), now=now)
    then = "test" if after.stage == "testing" else ""
    return Told(after, Lesson(submission_id, then=then), ended=after.stage == "failed")


def ran_out(tx: Tx, worker_id: int, batch: Batch, mine: Enrolment, *, now: int) -> Enrolment:
    """A newcomer for whom no card was found: where they stand if that is because the gold is used up (they skipped)."""
    return _while_there_is_gold(tx, worker_id, batch, mine, now=now)


def is_right(batch: Batch, one: Gold) -> bool:
    """Whether what was answered to a gold task is its label."""
    return one.answer is not None and kind(batch.kind).label(one.answer) == one.label


def is_lesson(mine: Enrolment | None, submission: Submission) -> bool:
    """Whether an answer to gold was given in training: it was explained at once, and measures nobody."""
    if mine is None or mine.staged_at is None:
        return False
    return mine.stage == "training" or (mine.trained_upto is not None and submission.id <= mine.trained_upto)


def is_told_by_test(mine: Enrolment, submission_id: int) -> bool:
    """Whether an answer to gold was given in training or a test: these tell how it went, at once or at their end."""
    if mine.staged_at is None:
        return False
    return mine.stage in STAGES or submission_id <= mine.test_after


def standing(tx: Tx, test: Test, batch: Batch) -> tuple[Verdict, dict[str, Json], bool]:
    """Where an ended test stands by the gold of now, its evidence, and whether unseen gold is left to go on with."""
    met = training.met(tx, test.worker_id, batch.id)
    verdict = judge(_asked(batch, met, after=test.after, upto=test.upto), over=not _unseen(met))
    return verdict, _evidence(batch, met, verdict, after=test.after, upto=test.upto), bool(_unseen(met))


def _again(tx: Tx, by: Person, place: Place, *, now: int) -> Enrolment:
    """Who failed tries again, once their time has come."""
    mine = place.enrolment
    if mine.retry_at is None:
        raise NoMorePractice
    if now < mine.retry_at:
        raise RetryLater(at=mine.retry_at)
    last = training.last(tx, by.id, place.batch.id)
    return mine._replace(stage="testing", retry_at=None, test_after=0 if last is None else last.upto)


def _while_there_is_gold(tx: Tx, worker_id: int, batch: Batch, mine: Enrolment, *, now: int) -> Enrolment:
    """The stage, or what follows from it where no gold is left that they have not seen: no training without gold, and
    a test that cannot begin, or go on, has ended."""
    met = training.met(tx, worker_id, batch.id)
    if mine.stage == "training":
        if _unseen(met):
            return mine
        upto = max((one.submission_id or 0 for one in met), default=0)
        mine = mine._replace(trained_upto=upto, test_after=upto, stage="testing" if batch.test else "working")
    if mine.stage != "testing":
        return mine
    begun = bool(_questions(met, after=mine.test_after))
    left = _unseen(met)
    if left and (begun or can_try(_by_class(left))):
        return mine
    return _test(tx, worker_id, batch, mine, met, now=now) or mine


def _test(tx: Tx, worker_id: int, batch: Batch, mine: Enrolment, met: Sequence[Gold], *, now: int) -> Enrolment | None:
    """The enrolment after a test that has ended with these answers, stored and told; None while it goes on."""
    questions, left = _questions(met, after=mine.test_after), _unseen(met)
    verdict = judge(_asked(batch, met, after=mine.test_after), over=not left)
    if verdict.outcome == "open" and left and (questions or can_try(_by_class(left))):
        return None
    passed = verdict.outcome == "passed"
    test = Test(
        id=0,
        worker_id=worker_id,
        batch_id=batch.id,
        kind=batch.kind,
        language=batch.language,
        attempt=0,
        after=mine.test_after,
        upto=max((one.submission_id or 0 for one in questions), default=mine.test_after),
        began_at=min((one.submitted_at or now for one in questions), default=now),
        ended_at=now,
        outcome="undecided" if verdict.outcome == "open" else verdict.outcome,
        right=verdict.right,
        wrong=verdict.wrong,
        by_id=None,
        rule=RULE,
        evidence=_evidence(batch, met, verdict, after=mine.test_after),
    )
    test_id = training.add(tx, test)
    if passed:
        tell(tx, worker_id, "test_result", now=now, test=test_id)
        return mine._replace(stage="working", retry_at=None, test_after=test.upto)
    again = verdict.outcome == "failed" and can_try(_by_class(left))
    if not again:
        inform(tx, people.by_id(tx, batch.created_by), "test_doubt", now=now, test=test_id)
    retry_at = now + tx.rules.retry_test_seconds * SECOND if again else None
    return mine._replace(stage="failed", retry_at=retry_at, test_after=test.upto)


def _keep(tx: Tx, worker_id: int, batch: Batch, outcome: str, *, now: int) -> None:
    """Note why somebody needs no test: which skill they had, or which test they passed."""
    evidence: dict[str, Json] = {}
    if outcome == "skilled":
        evidence = {"skill_low": skills.low(tx, worker_id, batch.kind, batch.language), "least": batch.skill_least}
    else:
        since = now - VALID_DAYS * DAY
        passed = training.passed_since(tx, worker_id, kind=batch.kind, language=batch.language, since=since)
        evidence = {"test": passed}
    one = Test(
        0, worker_id, batch.id, batch.kind, batch.language, 0, 0, 0, now, now, outcome, 0, 0, None, RULE, evidence
    )
    training.add(tx, one)


def _is_skilled(tx: Tx, worker_id: int, batch: Batch) -> bool:
    low = skills.low(tx, worker_id, batch.kind, batch.language)
    return low is not None and low >= (batch.skill_least or 0) * 100


def _unseen(met: Sequence[Gold]) -> list[Gold]:
    """What could still be asked: offered to people, and never given to this one."""
    return [one for one in met if one.assignment_id is None and one.submission_id is None and not one.rests]


def _by_class(some: Sequence[Gold]) -> Counter[str]:
    return Counter(one.label for one in some)


def _questions(met: Sequence[Gold], *, after: int, upto: int | None = None) -> list[Gold]:
    """What a test asked and was answered, in the order of the answers."""
    answered = [
        (one.submission_id, one)
        for one in met
        if one.submission_id is not None and one.submission_id > after and (upto is None or one.submission_id <= upto)
    ]
    return [one for _, one in sorted(answered, key=lambda pair: pair[0])]


def _asked(batch: Batch, met: Sequence[Gold], *, after: int, upto: int | None = None) -> list[Asked]:
    """The answers of a test with the chance each had to be guessed, by the gold this worker had not seen by then."""
    found = []
    for number, one in enumerate(_questions(met, after=after, upto=upto)):
        given = one.assignment_id or 0
        left = Counter(
            other.label
            for other in met
            if other is one or (not other.rests and (other.assignment_id is None or other.assignment_id > given))
        )
        found.append(Asked(one.label, is_right(batch, one), chance_of(one.label, left, number)))
    return found


def _evidence(
    batch: Batch, met: Sequence[Gold], verdict: Verdict, *, after: int, upto: int | None = None
) -> dict[str, Json]:
    """What Why? shows: each answer with its task, the right label, what was said, the chance of a guess; the score."""
    questions = _questions(met, after=after, upto=upto)
    label = kind(batch.kind).label
    rows: list[Json] = [
        [one.task_id, one.label, label(one.answer or {}) if one.answer else None, round(asked.chance * 10_000)]
        for one, asked in zip(questions, _asked(batch, met, after=after, upto=upto), strict=True)
    ]
    return {"answers": rows, "score": round(verdict.score * 1_000)}
