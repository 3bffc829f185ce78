"""What a rejection does and what undoes it: money held, counters, the news; each step once, by people or by the clock.

Who may reject what stands in usecases/rejecting.py, who may do how much in usecases/proposals.py, and what becomes of
it in usecases/appeals.py.
"""

from __future__ import annotations

from domain import ledger
from domain.batches import Submission
from domain.notices import Slot
from domain.people import Person
from domain.periods import day_begins
from domain.rejections import Rejection, told_together
from storage import batches, peer_scores, people, rejections, reviews, topups
from storage.database import Tx
from storage.ledger import transfer
from usecases import progress
from usecases.counting import count_back, count_out
from usecases.notify import inform
from usecases.reserves import release_rest

TOLD_AGAIN = 200
"""So many (worker, batch) are told once more in one step of the clock."""


def reject(
    tx: Tx, submission: Submission, *, ground: int, by: int, seconded_by: int | None = None, version: int, now: int
) -> bool:
    """Reject a pending submission of exactly this version, once: its price is held, its task free for somebody else.

    False when it is decided, undone or another text by now. Tell its writer with `announce`.
    """
    if not reviews.decide(tx, submission.id, version=version, state="rejected", by=by, reason=None, now=now):
        return False
    _move(tx, submission, "rejected", ledger.in_review(submission.worker_id), ledger.HELD, now=now)
    peer_scores.stop(tx, submission.id)
    batch = batches.by_id(tx, submission.batch_id)
    assert batch is not None
    # A settled top-up is never taken back, so what it was computed from stays as it was.
    day_open = _day_counts(tx, submission)
    count_out(tx, batch, submission, day_open=day_open, anew=_anew(tx, submission), now=now)
    rejections.add(
        tx,
        submission_id=submission.id,
        batch_id=submission.batch_id,
        worker_id=submission.worker_id,
        ground_id=ground,
        by=by,
        seconded_by=seconded_by,
        day_counted=day_open,
        standing=rejections.standing_left(tx, submission.worker_id, since=day_begins(tx.rules, tx.rules.day(now))),
        now=now,
    )
    return True


def uphold(tx: Tx, rejection: Rejection, *, by: int | None, reason: str, now: int) -> bool:
    """The work is good after all, by a person or (None) by silence: accepted, paid, once. False when it is decided."""
    if not rejections.decide(tx, rejection.id, was=rejection.state, state="upheld", by=by, reason=reason, now=now):
        return False
    submission = reviews.submission(tx, rejection.submission_id)
    assert submission is not None
    reviews.uphold(tx, submission.id, by=by, now=now)
    _move(tx, submission, "upheld", ledger.HELD, ledger.available(submission.worker_id), now=now)
    batch = batches.by_id(tx, submission.batch_id)
    assert batch is not None
    day_open = bool(rejection.day_counted)
    count_back(tx, batch, submission, day_open=day_open, anew=_anew(tx, submission), now=now)
    if day_open and not _day_counts(tx, submission):
        # Its own day was lifted without it: it counts to today's, so that no rejection saves a top-up.
        today = max(tx.rules.day(now), topups.walked(tx)[1])
        topups.note_upheld(tx, day=today, rejection_id=rejection.id, active=submission.active_micros)
    batches.count(tx, batch.id, accepted=1)
    progress.refresh(tx, batch.id, now)
    return True


def forfeit(tx: Tx, rejection: Rejection, *, state: str, by: int | None, reason: str | None, now: int) -> bool:
    """The rejection stands (`kept`), or nobody appealed (`lapsed`): its price is the batch's again. False as above."""
    if not rejections.decide(tx, rejection.id, was=rejection.state, state=state, by=by, reason=reason, now=now):
        return False
    submission = reviews.submission(tx, rejection.submission_id)
    assert submission is not None
    _move(tx, submission, "forfeited", ledger.HELD, ledger.reserve(submission.batch_id), now=now)
    release_rest(tx, submission.batch_id, now)
    progress.refresh(tx, submission.batch_id, now)
    return True


def announce(tx: Tx, worker_id: int, batch_id: int, *, now: int) -> None:
    """Tell a worker of what is rejected in a batch and not told yet, all of it in one message, soon."""
    first = rejections.untold(tx, worker_id, batch_id, limit=1)
    if not first:
        return
    not_before = told_together(tx.rules, first=first[0].at, now=now)
    slot = Slot.rejected(batch_id)
    worker = people.by_id(tx, worker_id)
    inform(tx, worker, "rejected", now=now, slot=slot, not_before=not_before, batch=batch_id)


def delivered(tx: Tx, *, worker_id: int, batch_id: int, upto: int, now: int) -> None:
    """The news was delivered: the time to appeal begins; what was rejected meanwhile is told in another message."""
    rejections.told(tx, worker_id, batch_id, upto=upto, now=now)
    announce(tx, worker_id, batch_id, now=now)


def tell_again(tx: Tx, *, now: int) -> bool:
    """Tell once more what could not be delivered, to who can be reached again. Always False: one step looks at all."""
    after = (0, 0)
    while found := rejections.untold_anywhere(tx, after=after, limit=TOLD_AGAIN):
        for worker_id, batch_id in found:
            announce(tx, worker_id, batch_id, now=now)
        after = found[-1]
    return False


def somebody_else(tx: Tx, rejection: Rejection) -> bool:
    """Whether anybody on the team can hear the appeal: who neither rejected the work, nor agreed to it, nor did it."""
    return bool(hearers(tx, (rejection.by, rejection.seconded_by, rejection.worker_id)))


def hearers(tx: Tx, without: tuple[int | None, ...]) -> list[Person]:
    """Who on the team can be reached, besides these."""
    return [one for one in people.staff(tx) if one.id not in without and one.suspended_at is None]


def _day_counts(tx: Tx, submission: Submission) -> bool:
    """The day it was handed in on is not settled for its worker."""
    return topups.still_counts(
        tx,
        day=tx.rules.day(submission.submitted_at),
        worker_id=submission.worker_id,
        batch_id=submission.batch_id,
        submission_id=submission.id,
    )


def _anew(tx: Tx, submission: Submission) -> bool:
    return reviews.first_handed_in(tx, submission) != submission.submitted_at


def _move(
    tx: Tx, submission: Submission, event: str, debit: ledger.Account, credit: ledger.Account, *, now: int
) -> None:
    transfer(
        tx,
        cause=f"submission:{submission.id}:{event}",
        debit=debit,
        credit=credit,
        amount=submission.price,
        currency=tx.rules.currency,
        now=now,
    )
