"""What an answer adds to the counters, and what taking it back takes out again; a recount gives the same (tested)."""

from __future__ import annotations

from domain.batches import Batch, Submission
from domain.inference.stopping import Decision
from domain.kinds import Answer, kind
from domain.pay import bucket, median_from_histogram
from domain.working import median_is_due
from storage import batches, enrolments, reviews, submissions, tasks, timings, worker_days
from storage.database import Tx
from storage.tasks import Counted
from usecases import beliefs
from usecases.beliefs import Said


def count_in(
    tx: Tx,
    batch: Batch,
    *,
    task_id: int,
    submission_id: int,
    answer: Answer,
    active: int,
    task: Counted,
    said: Said | None,
    leased: int,
    gold_taken: int,
    is_gold: bool,
    now: int,
) -> None:
    """Add an answer to its batch: two statements, one more when the median is due.

    Where the overlap adapts and another answer is worth its price, the task wants one more instead of being done: two
    statements more. `task` is as of after the answer, `said` what its answers say with it (None: they are not
    compared); `leased` is by how much the batch's open assignments changed with it, `gold_taken` by how much what was
    given out of its gold. Answers to gold (`is_gold`) agree with a known one or not: they make no pairs.
    """
    timings.add(tx, batch.id, bucket(active))
    median = batch.median_micros
    if median_is_due(batch.measured + 1):
        median = median_from_histogram(timings.histogram(tx, batch.id))
    alone = is_gold or said is not None or task.answered == 1
    others = [] if alone else _others(tx, batch, task_id, submission_id, answer)
    pairs, same = _pairs(batch, answer, others) if said is None else _pairs_of(batch, answer, said)
    done = task.answered == task.wanted and not task.beside
    if done and said is not None and said.decision is Decision.MORE and batch.overlap_least is not None:
        done = not (batch.state in ("open", "paused") and _widened(tx, batch, task_id))
        if done and said.settled is Decision.GIVE_UP:
            tasks.believe(tx, task_id, said.text, given_up_at=now)
    batches.tally(
        tx,
        batch.id,
        median_micros=median,
        submissions=1,
        measured=1,
        active_micros=active,
        done=int(done),
        leased=leased,
        gold_taken=gold_taken,
        gold_answered=int(is_gold and not task.beside),
        pairs=pairs,
        pairs_same=same,
    )


def take_out(tx: Tx, batch: Batch, submission: Submission, *, now: int) -> None:
    """Undo an answer in every counter; its place in the task stays taken by the assignment, which is open again."""
    timings.remove(tx, batch.id, bucket(submission.active_micros))
    was_done, is_gold = tasks.unanswer(tx, submission.task_id)
    others = _others(tx, batch, submission.task_id, submission.id, submission.answer)
    pairs, same = (0, 0) if is_gold else _pairs(batch, submission.answer, others)
    _renew(tx, batch, submission.task_id, besides=submission.id, is_gold=is_gold, now=now)
    median = batch.median_micros
    if median_is_due(batch.measured - 1):
        median = median_from_histogram(timings.histogram(tx, batch.id))
    batches.tally(
        tx,
        batch.id,
        median_micros=median,
        submissions=-1,
        measured=-1,
        active_micros=-submission.active_micros,
        done=-int(was_done),
        leased=1,
        gold_answered=-int(is_gold),
        pairs=-pairs,
        pairs_same=-same,
    )
    worker_days.add(
        tx,
        submission.worker_id,
        tx.rules.day(submission.submitted_at),
        submissions=-1,
        earned=-submission.price,
        active_micros=-submission.active_micros,
    )


def count_out(tx: Tx, batch: Batch, submission: Submission, *, day_open: bool, anew: bool, now: int) -> None:
    """A rejected answer counts nowhere any more, and its place in the task is free for somebody else.

    `day_open`: it also leaves its day's pay and time. `anew` is work that had been returned: its first time of being
    handed in stays measured, as with work that was not improved.
    """
    task = tasks.by_id(tx, submission.task_id)
    assert task is not None
    tasks.free(tx, batch.id, task.id, leased=False, answered=True)
    is_gold = tasks.is_gold(tx, task.id)
    renewed = _renew(tx, batch, task.id, besides=submission.id, is_gold=is_gold, now=now)
    done = int(renewed) - int(task.answered >= task.wanted)
    _recount(tx, batch, submission, -1, done=done, anew=anew, is_gold=is_gold)
    if day_open:
        _day(tx, submission, -1)


def count_back(tx: Tx, batch: Batch, submission: Submission, *, day_open: bool, anew: bool, now: int) -> None:
    """What `count_out` took out counts again; a task whose place others have taken has one answer more."""
    is_gold = tasks.is_gold(tx, submission.task_id)
    done = add_answer(tx, batch.id, submission.task_id)
    _recount(tx, batch, submission, 1, done=done, anew=anew, is_gold=is_gold)
    believe(tx, batch, submission.task_id, is_gold=is_gold, now=now)
    if day_open:
        _day(tx, submission, 1)


def add_answer(tx: Tx, batch_id: int, task_id: int) -> int:
    """Count an answer in its task, whatever the task wants; returns 1 when the task is done by it, else 0."""
    before = tasks.by_id(tx, task_id)
    assert before is not None
    grown, is_gold = tasks.add_answer(tx, task_id)
    if grown:
        batches.count(tx, batch_id, wanted=1)
    if is_gold:
        batches.count(tx, batch_id, gold_taken=1, gold_answered=1)
    return int(not grown and before.answered + 1 == before.wanted)


def believe(tx: Tx, batch: Batch, task_id: int, *, is_gold: bool, now: int) -> None:
    """Keep what the answers of a task say together as they stand, after one came beside the others; of gold nothing."""
    said = beliefs.made_anew(tx, batch, task_id, besides=0)
    if said is not None and is_gold:
        tasks.believe(tx, task_id, None, given_up_at=None)
    elif said is not None:
        _keep(tx, task_id, said, now=now)


def pairs_of_task(tx: Tx, batch: Batch, task_id: int) -> tuple[int, int]:
    """How many pairs the answers of a task make, and how many of them say the same: what its batch counts while the
    task is ordinary work, and not while it is gold."""
    answers = submissions.answers(tx, task_id, besides=0)
    each = [_pairs(batch, answer, answers[:place]) for place, answer in enumerate(answers)]
    return sum(pairs for pairs, _ in each), sum(same for _, same in each)


def _recount(tx: Tx, batch: Batch, submission: Submission, sign: int, *, done: int, anew: bool, is_gold: bool) -> None:
    others = [] if is_gold else _others(tx, batch, submission.task_id, submission.id, submission.answer)
    pairs, same = _pairs(batch, submission.answer, others)
    measured, median = 0 if anew else sign, batch.median_micros
    if not anew:
        change = timings.add if sign > 0 else timings.remove
        change(tx, batch.id, bucket(submission.active_micros))
        if median_is_due(batch.measured + measured):
            median = median_from_histogram(timings.histogram(tx, batch.id))
    batches.tally(
        tx,
        batch.id,
        median_micros=median,
        submissions=sign,
        measured=measured,
        active_micros=sign * submission.active_micros,
        done=done,
        pairs=sign * pairs,
        pairs_same=sign * same,
    )
    enrolments.add(tx, submission.worker_id, submission.batch_id, done=sign, earned=sign * submission.price)


def _day(tx: Tx, submission: Submission, sign: int) -> None:
    """Pay on the day it was first handed in, time on the day it took."""
    counted = tx.rules.day(reviews.first_handed_in(tx, submission))
    own = tx.rules.day(submission.submitted_at)
    add = worker_days.add
    add(tx, submission.worker_id, counted, submissions=sign, earned=sign * submission.price, active_micros=0)
    add(tx, submission.worker_id, own, submissions=0, earned=0, active_micros=sign * submission.active_micros)


def _others(tx: Tx, batch: Batch, task_id: int, submission_id: int, answer: Answer) -> list[Answer]:
    """The other live answers the task has; none for written work, which is not compared."""
    if kind(batch.kind).label(answer) is None:
        return []
    return submissions.answers(tx, task_id, besides=submission_id)


def _pairs(batch: Batch, answer: Answer, others: list[Answer]) -> tuple[int, int]:
    """How many pairs the answer makes, and how many of them say the same."""
    this = kind(batch.kind)
    return len(others), sum(this.compare(answer, other) for other in others)


def _pairs_of(batch: Batch, answer: Answer, said: Said) -> tuple[int, int]:
    """The same by the labels of the others: answers with one label say the same."""
    label = kind(batch.kind).label(answer)
    return sum(said.votes.values()), 0 if label is None else said.votes.get(label, 0)


def _widened(tx: Tx, batch: Batch, task_id: int) -> bool:
    """Ask for one more answer to a task that has all it wanted, while its money is still set aside."""
    freed = batches.want_one_more(tx, batch.id)
    if freed is None:
        return False
    tasks.widen(tx, task_id, freed=freed)
    return True


def _renew(tx: Tx, batch: Batch, task_id: int, *, besides: int, is_gold: bool, now: int) -> bool:
    """After an answer was taken out: what is left is believed, and no more wanted than that asks for where the overlap
    adapts; True when the task is done by it. What others have in hand already stays wanted.

    Of gold nothing is believed, and it stays wanted; it takes the same steps, so that an Undo takes no less time.
    """
    said = beliefs.made_anew(tx, batch, task_id, besides=besides)
    if said is None:
        return False
    done = False
    if is_gold:
        if batch.overlap_least is not None:
            tasks.by_id(tx, task_id)
        tasks.believe(tx, task_id, None, given_up_at=None)
        return False
    if batch.overlap_least is not None:
        more = said.belief.answers + (said.decision is Decision.MORE)
        fewer, done = tasks.narrow(tx, task_id, least=min(batch.overlap, max(batch.overlap_least, more)))
        if fewer:
            batches.count(tx, batch.id, wanted=-fewer)
    _keep(tx, task_id, said, now=now)
    return done


def _keep(tx: Tx, task_id: int, said: Said, *, now: int) -> None:
    tasks.believe(tx, task_id, said.text, given_up_at=now if said.settled is Decision.GIVE_UP else None)
