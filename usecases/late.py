"""Work that came after its lease had ended is not thrown away. While the task wants it, it counts as usual; beyond that
it is paid if it is good: a tapped answer that agrees with the majority, a written one after its review like any other.
"""

from __future__ import annotations

from domain import agreement
from domain.kinds import Answer, kind
from domain.ledger import FUNDS
from domain.refusals_work import AlreadyAnswered
from domain.working import covered
from storage import assignments, ledger, people, rejections, submissions, tasks
from storage.assignments import Hand
from storage.database import Tx
from storage.tasks import Counted
from usecases import counting, reserves


def place_for(tx: Tx, hand: Hand, answer: Answer, *, now: int) -> Counted | None:
    """Count a late answer in its task and see to its money; None when it is not wanted and not good, or not payable.

    Its money comes from the batch's reserve where that covers it beside all open cards, else from the free funds.
    Raises AlreadyAnswered when another answer of theirs to the task was rejected: that one may still be found good. And
    when they have reported it: that is paid like the task.
    """
    batch, task, mine = hand.place.batch, hand.task, hand.assignment
    if "reported" in assignments.on_other_cards(tx, mine.worker_id, task.id, besides=mine.id):
        raise AlreadyAnswered
    if rejections.of_task(tx, task.id, mine.worker_id):
        raise AlreadyAnswered
    if not takes(tx, hand, answer):
        return None
    if not covered(hand.place.reserve, batch.price or 0, hand.place.leased):
        coordinator = people.by_id(tx, batch.created_by)
        reserves.add(tx, batch.id, reserves.one_more(tx, batch.id), by=coordinator, now=now)
    if _wanted(hand):
        return tasks.answer(tx, task.id, late=True)
    done = counting.add_answer(tx, batch.id, task.id)
    after = tasks.by_id(tx, task.id)
    assert after is not None
    return Counted(after.state, after.wanted, after.answered, tasks.is_gold(tx, task.id), beside=not done)


def takes(tx: Tx, hand: Hand, answer: Answer | None) -> bool:
    """Whether a late answer would be taken: wanted or good, and payable. None stands for one still to be written."""
    batch = hand.place.batch
    if batch.state not in ("open", "paused", "closed"):
        return False
    if not covered(hand.place.reserve, batch.price or 0, hand.place.leased):
        payable = ledger.balance(tx, FUNDS) >= reserves.one_more(tx, batch.id).total
        if not payable:
            return False
    return _wanted(hand) or answer is None or _is_good(tx, hand, answer)


def _wanted(hand: Hand) -> bool:
    task = hand.task
    offered = task.state == "open" or task.gold is not None
    return hand.place.batch.state == "open" and offered and task.taken < task.wanted


def _is_good(tx: Tx, hand: Hand, answer: Answer) -> bool:
    """Written work goes to its review. A tapped answer is good when none has more votes; in a tie each of them is.

    On a scale it is good when somebody else's is the same or next to it.
    """
    this = kind(hand.place.batch.kind)
    said = this.label(answer)
    if said is None:
        return True
    votes = agreement.count(map(this.label, submissions.answers(tx, hand.task.id, besides=0)))
    if this.is_ordinal:
        return any(abs(int(other) - int(said)) <= 1 for other in votes)
    return bool(votes) and votes.get(said, 0) == max(votes.values())
