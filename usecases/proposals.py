"""The breaker: what one person rejects beyond their part waits for a second human, in one message; meanwhile nothing
happens and the review clock goes on, so that silence pays it."""

from __future__ import annotations

from enum import StrEnum

from domain.batches import Batch, Submission
from domain.notices import Slot
from domain.people import Person
from domain.refusals import StaleButton
from domain.rejections import AT_ONCE, Ground, OwnProposal, Proposal, told_together
from storage import audit, people, proposals, reviews
from storage.database import Tx
from usecases import progress
from usecases.notify import inform, tell
from usecases.rejections import announce, hearers, reject
from usecases.reviews import open_queue
from usecases.roles import require_reviewer


class Decided(StrEnum):
    """What became of a second human's tap."""

    AGREED = "agreed"
    DECLINED = "declined"
    CHANGED = "changed"
    """More was proposed, or it was decided, since the screen was made: it is shown as it is now."""


def propose(tx: Tx, by: Person, batch: Batch, submission: Submission, ground: Ground, *, now: int) -> bool:
    """Hold what the ground names for a second human, who is told. False when there is none: silence will pay it."""
    found = proposals.waiting_of(tx, batch.id, by.id, now=now)
    if ground.target.single:
        proposals.add(
            tx,
            found.id,
            submission_id=submission.id,
            version=submission.version,
            worker_id=submission.worker_id,
            ground_id=ground.id,
        )
    else:
        proposals.add_pending(
            tx,
            found.id,
            batch_id=batch.id,
            worker_id=submission.worker_id,
            first=ground.first,
            last=ground.last,
            ground_id=ground.id,
        )
    audit.add(
        tx,
        person_id=by.id,
        action="rejections.proposed",
        subject=f"proposal:{found.id}",
        now=now,
        ground=ground.id,
        code=ground.code,
    )
    others = hearers(tx, (by.id,))
    for other in others:
        slot = Slot.proposal(found.id)
        at = told_together(tx.rules, first=now, now=now)
        inform(tx, other, "proposal", now=now, slot=slot, not_before=at, proposal=found.id)
    return bool(others)


def agree(tx: Tx, *, by: Person, proposal: int, count: int, now: int) -> tuple[Decided, int]:
    """A second human agrees to exactly what was shown (`count`): the first AT_ONCE are rejected now, the clock does the
    rest. What was decided, undone or changed meanwhile stays as it is, and so does the own work of who agrees."""
    found = _decidable(tx, by, proposal)
    if _changed(tx, by, found, count, now=now):
        return Decided.CHANGED, 0
    if not proposals.decide(tx, found.id, state="agreed", by=by.id, now=now):
        return Decided.CHANGED, 0
    _noted(tx, by, found, "rejections.agreed", now=now)
    step(tx, now=now, proposal=proposals.by_id(tx, found.id))
    _shown(tx, by, found, now=now)
    return Decided.AGREED, count


def decline(tx: Tx, *, by: Person, proposal: int, count: int, now: int) -> tuple[Decided, int]:
    """A second human says no: nothing happens to the work, and who proposed it is told."""
    found = _decidable(tx, by, proposal)
    if _changed(tx, by, found, count, now=now):
        return Decided.CHANGED, 0
    if not proposals.decide(tx, found.id, state="declined", by=by.id, now=now):
        return Decided.CHANGED, 0
    _noted(tx, by, found, "rejections.declined", now=now)
    _shown(tx, by, found, now=now)
    return Decided.DECLINED, count


def agree_in_queue(tx: Tx, *, by: Person, proposal: int, count: int, now: int) -> tuple[Decided, int]:
    """**Agree** on the screen of `/review`, which goes on with what waits next; as `agree` otherwise."""
    outcome = agree(tx, by=by, proposal=proposal, count=count, now=now)
    _go_on(tx, by, proposal, outcome[0], now=now)
    return outcome


def decline_in_queue(tx: Tx, *, by: Person, proposal: int, count: int, now: int) -> tuple[Decided, int]:
    """**Decline** there."""
    outcome = decline(tx, by=by, proposal=proposal, count=count, now=now)
    _go_on(tx, by, proposal, outcome[0], now=now)
    return outcome


def step(tx: Tx, *, now: int, proposal: Proposal | None = None, limit: int = AT_ONCE) -> bool:
    """Work off the next part of what was agreed to; True when there may be more."""
    found = proposal or proposals.agreed(tx)
    if found is None or found.state != "agreed":
        return False
    taken = proposals.take(tx, found.id, limit=limit)
    told: dict[tuple[int, int], None] = {}
    rejected = 0
    for one in taken:
        submission = reviews.submission(tx, one.submission_id)
        if submission is None or one.worker_id == found.decided_by:
            continue
        if reject(
            tx,
            submission,
            ground=one.ground_id,
            by=found.by,
            seconded_by=found.decided_by,
            version=one.version,
            now=now,
        ):
            rejected += 1
            told[one.worker_id, submission.batch_id] = None
    for worker_id, batch_id in told:
        announce(tx, worker_id, batch_id, now=now)
    proposals.worked_off(tx, found.id, rejected=rejected, done=len(taken) < limit)
    progress.refresh(tx, found.batch_id, now)
    return True


def show_next(tx: Tx, by: Person, *, after: int = 0, now: int) -> bool:
    """Show the next proposal that this person may decide; False when there is none."""
    found = proposals.next_for(tx, by.id, after=after)
    if found is None:
        return False
    tell(tx, by, "proposal", now=now, slot=Slot.REVIEW, proposal=found.id, queue=True)
    return True


def _go_on(tx: Tx, by: Person, proposal: int, decided: Decided, *, now: int) -> None:
    """The same screen as it is now, or the next."""
    found = proposals.by_id(tx, proposal)
    if decided is Decided.CHANGED and found is not None and found.state == "waiting":
        tell(tx, by, "proposal", now=now, slot=Slot.REVIEW, proposal=proposal, queue=True)
    elif not show_next(tx, by, now=now):
        open_queue(tx, by=by, now=now)


def _decidable(tx: Tx, by: Person, proposal_id: int) -> Proposal:
    require_reviewer(by)
    found = proposals.by_id(tx, proposal_id)
    if found is None:
        raise StaleButton
    if found.by == by.id:
        raise OwnProposal
    return found


def _changed(tx: Tx, by: Person, found: Proposal, count: int, *, now: int) -> bool:
    if found.state == "waiting" and found.size == count:
        return False
    tell(tx, by, "proposal", now=now, slot=Slot.proposal(found.id), proposal=found.id)
    return True


def _noted(tx: Tx, by: Person, found: Proposal, action: str, *, now: int) -> None:
    subject = f"proposal:{found.id}"
    audit.add(tx, person_id=by.id, action=action, subject=subject, now=now, count=found.size, batch=found.batch_id)


def _shown(tx: Tx, by: Person, found: Proposal, *, now: int) -> None:
    """To who decided, to who proposed it, and in the messages of all others."""
    for other in hearers(tx, (by.id, found.by)):
        inform(tx, other, "proposal", now=now, slot=Slot.proposal(found.id), proposal=found.id)
    tell(tx, by, "proposal", now=now, slot=Slot.proposal(found.id), proposal=found.id)
    inform(tx, people.by_id(tx, found.by), "proposal_decided", now=now, proposal=found.id)
