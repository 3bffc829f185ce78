"""Appeals: one tap of the writer's, one answer of another human, and what the clock does where there is none."""

from __future__ import annotations

from enum import StrEnum

from domain.notices import Slot
from domain.people import Person
from domain.refusals import StaleButton
from domain.rejections import (
    ALONE,
    AT_ONCE,
    GOOD,
    SILENCE,
    AlreadyAppealed,
    AppealDecided,
    CannotAppeal,
    NotYourAppeal,
    Rejection,
    checked_words,
    told_together,
)
from storage import audit, outbox, people, questions, rejections
from storage.database import Tx
from usecases import proposals
from usecases.notify import inform, tell
from usecases.rejections import forfeit, hearers, somebody_else, uphold
from usecases.reviews import KEEP_WORDS, stop_asking
from usecases.reviews import open_queue as open_written
from usecases.roles import require_reviewer


class Appealed(StrEnum):
    """What became of an appeal's tap."""

    ASKED = "asked"
    """Another human answers."""
    PAID = "paid"
    """There is nobody else on the team: paid at once."""


def appeal(tx: Tx, *, by: Person, submission: int, now: int) -> Appealed:
    """Appeal a rejection of one's own work, once: another human answers, or it is paid at once where there is none.

    Also for who withdrew or is suspended. Raises CannotAppeal, AlreadyAppealed.
    """
    outcome = _appeal(tx, by, submission, now=now)
    tell(tx, by, "rejection", now=now, slot=Slot.REJECTION, submission=submission)
    return outcome


def appeal_in_history(tx: Tx, *, by: Person, submission: int, now: int) -> Appealed:
    """The same from /history, in whose place it is shown how it stands."""
    outcome = _appeal(tx, by, submission, now=now)
    tell(tx, by, "why", now=now, slot=Slot.HISTORY, submission=submission)
    return outcome


def appeal_all(tx: Tx, *, by: Person, batch: int, now: int) -> tuple[Appealed, int]:
    """Appeal every rejection of one's own work in a batch that can be appealed; returns how many these were.

    Of many, AT_ONCE at a time are appealed in one step; tap again for more, as the message says. Raises CannotAppeal.
    """
    found = rejections.open_of(tx, by.id, batch, limit=AT_ONCE)
    outcomes = [_sent_on(tx, one.id, now=now) for one in found if rejections.appeal(tx, one.id, now=now)]
    if not outcomes:
        raise CannotAppeal
    tell(tx, by, "appealed_all", now=now, slot=Slot.REJECTION, batch=batch, count=len(outcomes))
    return (Appealed.ASKED if Appealed.ASKED in outcomes else Appealed.PAID), len(outcomes)


def open_queue(tx: Tx, *, by: Person, now: int) -> None:
    """`/review`: appeals first, then what waits for a second human, then written work."""
    require_reviewer(by)
    stop_asking(tx, by)
    outbox.forget_slot(tx, by.id, Slot.APPEALS)
    if not _show_first(tx, by, now=now) and not proposals.show_next(tx, by, now=now):
        open_written(tx, by=by, now=now)


def skip(tx: Tx, *, by: Person, rejection: int, now: int) -> None:
    """Leave an appeal to somebody else or to later; behind the last come proposals and written work."""
    found = _hearable(tx, by, rejection)
    stop_asking(tx, by)
    if not _show_first(tx, by, after=(found.due_at, found.id), now=now) and not proposals.show_next(tx, by, now=now):
        open_written(tx, by=by, now=now)


def skip_proposal(tx: Tx, *, by: Person, proposal: int, now: int) -> None:
    """Leave a proposal to somebody else or to later."""
    require_reviewer(by)
    if not proposals.show_next(tx, by, after=proposal, now=now):
        open_written(tx, by=by, now=now)


def show(tx: Tx, *, by: Person, rejection: int, now: int) -> None:
    """Show an appeal again (Cancel), or the next when it is decided."""
    found = _hearable(tx, by, rejection)
    stop_asking(tx, by)
    _show(tx, by, found, now=now)


def pay(tx: Tx, *, by: Person, rejection: int, now: int) -> int:
    """The work is good: pay it, tell its writer, show what waits next. Returns micro-units. Raises AppealDecided."""
    found = _undecided(tx, by, rejection)
    uphold(tx, found, by=by.id, reason=GOOD, now=now)
    _told(tx, by.id, found, "appeal.upheld", now=now)
    open_queue(tx, by=by, now=now)
    return rejections.price(tx, found.id)


def ask_keep(tx: Tx, *, by: Person, rejection: int, now: int) -> None:
    """Ask why the rejection stands, for its writer to read. Raises AppealDecided."""
    found = _unanswered(tx, by, rejection, now=now)
    questions.ask(tx, by.id, KEEP_WORDS, now=now, rejection=found.id)
    tell(tx, by, "appeal_keep", now=now, slot=Slot.REVIEW, rejection=found.id)


def keep_written(tx: Tx, *, by: Person, text: str, rejection: int, now: int) -> None:
    """The rejection stands, for a reason in the judge's own words; its money is the batch's again."""
    reason = checked_words(text)
    found = _unanswered(tx, by, rejection, now=now)
    stop_asking(tx, by)
    forfeit(tx, found, state="kept", by=by.id, reason=reason, now=now)
    _told(tx, by.id, found, "appeal.kept", now=now)
    open_queue(tx, by=by, now=now)


def decide_due(tx: Tx, *, now: int, limit: int = AT_ONCE) -> bool:
    """What the clock decides, also after downtime: an appeal nobody answered is won; a rejection nobody appealed in
    time stands, and its money is the batch's again. First what a second human agreed to. True when there is more."""
    if proposals.step(tx, now=now):
        return True
    found = rejections.due(tx, now=now, limit=limit)
    for one in found:
        if one.state == "appealed":
            uphold(tx, one, by=None, reason=SILENCE, now=now)
            _told(tx, None, one, "appeal.upheld", now=now)
        else:
            forfeit(tx, one, state="lapsed", by=None, reason=None, now=now)
    return len(found) == limit


def _appeal(tx: Tx, by: Person, submission_id: int, *, now: int) -> Appealed:
    found = _own(tx, by, submission_id)
    if found.state == "appealed":
        raise AlreadyAppealed
    if not rejections.appeal(tx, found.id, now=now):
        raise CannotAppeal
    return _sent_on(tx, found.id, now=now)


def _sent_on(tx: Tx, rejection_id: int, *, now: int) -> Appealed:
    """To another human; where there is none it is paid."""
    found = rejections.by_id(tx, rejection_id)
    assert found is not None
    if not somebody_else(tx, found):
        uphold(tx, found, by=None, reason=ALONE, now=now)
        return Appealed.PAID
    at = told_together(tx.rules, first=now, now=now)
    for one in hearers(tx, (found.by, found.seconded_by, found.worker_id)):
        if not outbox.waits_in_slot(tx, one.id, Slot.APPEALS):
            inform(tx, one, "appeals_wait", now=now, slot=Slot.APPEALS, not_before=at)
    return Appealed.ASKED


def _own(tx: Tx, by: Person, submission_id: int) -> Rejection:
    found = rejections.of_submission(tx, submission_id)
    if found is None or found.worker_id != by.id:
        raise StaleButton
    return found


def _hearable(tx: Tx, by: Person, rejection_id: int) -> Rejection:
    require_reviewer(by)
    found = rejections.by_id(tx, rejection_id)
    if found is None or found.appealed_at is None:
        raise StaleButton
    if by.id in (found.by, found.seconded_by, found.worker_id):
        raise NotYourAppeal
    return found


def _undecided(tx: Tx, by: Person, rejection_id: int) -> Rejection:
    found = _hearable(tx, by, rejection_id)
    if found.state != "appealed":
        raise AppealDecided
    return found


def _unanswered(tx: Tx, by: Person, rejection_id: int, *, now: int) -> Rejection:
    """One whose week is over is won, whether the clock's tick has come or not."""
    found = _undecided(tx, by, rejection_id)
    if found.due_at <= now:
        raise AppealDecided
    return found


def _show_first(tx: Tx, by: Person, *, after: tuple[int, int] = (-1, 0), now: int) -> bool:
    found = rejections.next_appeal(tx, by.id, after=after)
    if found is not None:
        _show(tx, by, found, now=now)
    return found is not None


def _show(tx: Tx, by: Person, found: Rejection, *, now: int) -> None:
    tell(tx, by, "appeal", now=now, slot=Slot.REVIEW, rejection=found.id, at=now)


def _told(tx: Tx, by: int | None, found: Rejection, action: str, *, now: int) -> None:
    """The writer reads each outcome with its reason; those of a batch that come close together in one message."""
    subject = f"submission:{found.submission_id}"
    audit.add(tx, person_id=by, action=action, subject=subject, now=now)
    slot = Slot.outcomes(found.batch_id)
    waiting = outbox.waiting_params(tx, found.worker_id, slot)
    since = now if waiting is None else waiting["since"]
    outbox.forget_slot(tx, found.worker_id, slot)
    inform(
        tx,
        people.by_id(tx, found.worker_id),
        "appeal_decided",
        now=now,
        slot=slot,
        not_before=told_together(tx.rules, first=since, now=now),
        batch=found.batch_id,
        since=since,
    )
