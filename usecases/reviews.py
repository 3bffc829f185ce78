"""Judging written submissions, and what the clock does where nobody judged: silence pays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from domain import ledger
from domain.batches import Submission
from domain.kinds import KINDS, Message, kind
from domain.long_texts import PAGES, pages
from domain.notices import Slot
from domain.people import Person
from domain.refusals import StaleButton
from domain.reviews import (
    AT_ONCE,
    RETURN_CODES,
    NothingToAccept,
    OnlyOne,
    OwnWork,
    ReasonEmpty,
    Verdict,
    checked_reason,
)
from domain.rules import SECOND
from storage import batches, peer_scores, people, questions, reviews, tasks
from storage.database import Tx
from storage.ledger import transfer
from usecases import progress
from usecases.notify import inform, tell
from usecases.roles import require_reviewer
from usecases.withdrawals import withdraw

WRITTEN: Final = tuple(name for name, one in KINDS.items() if one.input == "text")
REASON: Final = "return_reason"
REJECT_WORDS: Final = "reject_words"
KEEP_WORDS: Final = "keep_words"
ASKED: Final = {REASON, REJECT_WORDS, KEEP_WORDS}
"""What a reviewer is asked in words; another screen ends it."""
REPLY: Final = "reply"
"""The role of the worker's own text, beside those of the chat format."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a tap; `price` is what the writer now has or keeps reserved (micro-units)."""

    verdict: Verdict
    price: int


def open_queue(tx: Tx, *, by: Person, now: int) -> None:
    """Show the oldest written submission that waits for this reviewer, or that none does."""
    require_reviewer(by)
    show_next(tx, by, after=0, now=now)


def show(tx: Tx, *, by: Person, submission_id: int, now: int) -> None:
    """Show a submission again as it is now (Back); the next one when it is decided."""
    submission = judgeable(tx, by, submission_id)
    stop_asking(tx, by)
    if submission.state == "pending":
        _show(tx, by, submission, now=now)
    else:
        show_next(tx, by, after=submission.id, now=now)


def skip(tx: Tx, *, by: Person, submission_id: int, now: int) -> None:
    """Leave a submission to somebody else or to later, and show the next; after the last comes the first."""
    submission = judgeable(tx, by, submission_id)
    following = _next(tx, by, after=submission.id) or _next(tx, by, after=0)
    if following is not None and following.id == submission.id:
        raise OnlyOne
    show_next(tx, by, after=submission.id, now=now)


def show_all(tx: Tx, *, by: Person, submission_id: int, now: int) -> None:
    """Send the whole conversation and reply in silent messages, above PAGES as one file; then the screen again."""
    submission = judgeable(tx, by, submission_id)
    count = len(pages(in_full(tx, submission)))
    if count > PAGES:
        tell(tx, by, "review_file", now=now, submission=submission.id)
    else:
        for page in range(count):
            tell(tx, by, "review_page", now=now, submission=submission.id, page=page)
    _show(tx, by, submission, now=now)


def in_full(tx: Tx, submission: Submission) -> tuple[Message, ...]:
    """The conversation with the writer's reply as its last turn, in the role REPLY."""
    task = tasks.by_id(tx, submission.task_id)
    batch = batches.by_id(tx, submission.batch_id)
    assert task is not None and batch is not None
    written = str(kind(batch.kind).export_row(submission.answer)["answer"])
    return (*task.payload.messages, (REPLY, written))


def accept(tx: Tx, *, by: Person, submission_id: int, version: int, now: int) -> Judged:
    """Accept exactly the text that was shown; its money is the writer's in the same commit. Then show the next.

    A text that changed meanwhile is shown anew and nothing else happens.
    """
    submission = judgeable(tx, by, submission_id)
    judged = unless_stale(tx, by, submission, version, now=now)
    if judged is None:
        _accept(tx, [submission], by=by.id, now=now)
        judged = Judged(Verdict.ACCEPTED, submission.price)
        show_next(tx, by, after=submission.id, now=now)
    return judged


def ask_accept_all(tx: Tx, *, by: Person, batch_id: int, submission_id: int, until: int, now: int) -> None:
    """Ask whether to accept all of a batch that was handed in until the screen was made, saying how many these are."""
    require_reviewer(by)
    if not _is_written(tx, batch_id):
        raise StaleButton
    count = len(reviews.pending_of_batch(tx, batch_id, reviewer_id=by.id, until=until, limit=AT_ONCE))
    if count == 0:
        raise NothingToAccept
    tell(
        tx,
        by,
        "review_all",
        now=now,
        slot=Slot.REVIEW,
        batch=batch_id,
        submission=submission_id,
        until=until,
        count=count,
    )


def accept_all(tx: Tx, *, by: Person, batch_id: int, until: int, now: int) -> int:
    """Accept a batch's submissions handed in until an instant, at most AT_ONCE of them; return how many."""
    require_reviewer(by)
    if not _is_written(tx, batch_id):
        raise StaleButton
    found = reviews.pending_of_batch(tx, batch_id, reviewer_id=by.id, until=until, limit=AT_ONCE)
    if not found:
        raise NothingToAccept
    _accept(tx, found, by=by.id, now=now)
    show_next(tx, by, after=0, now=now)
    return len(found)


def ask_reason(tx: Tx, *, by: Person, submission_id: int, version: int, now: int) -> Judged | None:
    """Ask why a submission goes back: a reason in one tap, or the next text of the reviewer's. None when it asked."""
    submission = _unless_silent(tx, judgeable(tx, by, submission_id), now=now)
    judged = unless_stale(tx, by, submission, version, now=now)
    if judged is None:
        questions.ask(tx, by.id, REASON, now=now, submission_id=submission_id, version=version)
        tell(tx, by, "review_reason", now=now, slot=Slot.REVIEW, submission=submission_id, version=version)
    return judged


def send_back_for(tx: Tx, *, by: Person, submission_id: int, version: int, code: int, now: int) -> Judged:
    """Return a submission for one of RETURN_CODES, by its place in them."""
    if not 0 <= code < len(RETURN_CODES):
        raise StaleButton
    return send_back(tx, by=by, submission_id=submission_id, version=version, reason=RETURN_CODES[code][0], now=now)


def reason_written(tx: Tx, *, by: Person, text: str, submission_id: int, version: int, now: int) -> Judged:
    """Return a submission for a reason in the reviewer's own words; a reason that cannot be used is asked for again."""
    return send_back(tx, by=by, submission_id=submission_id, version=version, reason=checked_reason(text), now=now)


def send_back(tx: Tx, *, by: Person, submission_id: int, version: int, reason: str, now: int) -> Judged:
    """Return exactly the text that was shown to its writer, who is told why; its money stays reserved.

    The next one is shown then. The writer has `sent_back_seconds` to improve it before anybody else gets the task.
    """
    if not reason:
        raise ReasonEmpty
    submission = _unless_silent(tx, judgeable(tx, by, submission_id), now=now)
    stop_asking(tx, by)
    judged = unless_stale(tx, by, submission, version, now=now)
    if judged is not None:
        return judged
    reviews.decide(tx, submission.id, version=version, state="sent_back", by=by.id, reason=reason, now=now)
    transfer(
        tx,
        cause=f"submission:{submission.id}:sent_back:{version}",
        debit=ledger.in_review(submission.worker_id),
        credit=ledger.reserve(submission.batch_id),
        amount=submission.price,
        currency=tx.rules.currency,
        now=now,
    )
    inform(
        tx,
        people.by_id(tx, submission.worker_id),
        "sent_back",
        now=now,
        dedupe=f"submission:{submission.id}:sent_back:{version}",
        submission=submission.id,
        at=now,
    )
    progress.refresh(tx, submission.batch_id, now)
    show_next(tx, by, after=submission.id, now=now, said=Verdict.RETURNED)
    return Judged(Verdict.RETURNED, submission.price)


def accept_due(tx: Tx, *, now: int, limit: int = 500) -> bool:
    """Accept what nobody judged in its review period, also after downtime: silence pays. True when there is more."""
    found = reviews.due(tx, now=now, limit=limit)
    _accept(tx, found, by=None, now=now)
    return len(found) == limit


def expire_sent_back(tx: Tx, *, now: int, limit: int = 500) -> bool:
    """Free the tasks whose writers did not answer in time, and tell them kindly. True when there is more."""
    found = reviews.sent_back_until(tx, before=now - tx.rules.sent_back_seconds * SECOND, limit=limit)
    for submission in found:
        if reviews.close_sent_back(tx, submission.id):
            withdraw(tx, submission, now=now)
            worker = people.by_id(tx, submission.worker_id)
            inform(tx, worker, "sent_back_over", now=now, submission=submission.id)
    return len(found) == limit


def _accept(tx: Tx, found: Sequence[Submission], *, by: int | None, now: int) -> None:
    """The one way money becomes available: decided once each, by a person or (None) by the clock."""
    accepted: Counter[int] = Counter()
    for submission in found:
        if reviews.decide(tx, submission.id, version=submission.version, state="accepted", by=by, reason=None, now=now):
            transfer(
                tx,
                cause=f"submission:{submission.id}:accepted",
                debit=ledger.in_review(submission.worker_id),
                credit=ledger.available(submission.worker_id),
                amount=submission.price,
                currency=tx.rules.currency,
                now=now,
            )
            accepted[submission.batch_id] += 1
    for batch_id, count in accepted.items():
        batches.count(tx, batch_id, accepted=count)
        progress.refresh(tx, batch_id, now)


def _unless_silent(tx: Tx, submission: Submission, *, now: int) -> Submission:
    """The submission as it is now: one whose review period is over is accepted, whether its tick has come or not."""
    if submission.state != "pending" or submission.review_until > now:
        return submission
    _accept(tx, [submission], by=None, now=now)
    return reviews.submission(tx, submission.id) or submission


def judgeable(tx: Tx, by: Person, submission_id: int) -> Submission:
    """The written submission, which this person may judge. Raises ReviewersOnly, OwnWork, StaleButton."""
    require_reviewer(by)
    submission = reviews.submission(tx, submission_id)
    if submission is None or not _is_written(tx, submission.batch_id):
        raise StaleButton
    if submission.worker_id == by.id:
        raise OwnWork
    return submission


def _is_written(tx: Tx, batch_id: int) -> bool:
    """One-tap work has no screen here: a button that names it is none of ours."""
    batch = batches.by_id(tx, batch_id)
    return batch is not None and batch.kind in WRITTEN


def unless_stale(tx: Tx, by: Person, submission: Submission, version: int, *, now: int) -> Judged | None:
    """None when exactly this text still waits; otherwise show what there is now and say what happened."""
    if submission.state != "pending":
        show_next(tx, by, after=submission.id, now=now, said=Verdict.GONE)
        return Judged(Verdict.GONE, submission.price)
    if submission.version != version:
        _show(tx, by, submission, now=now, said=Verdict.CHANGED)
        return Judged(Verdict.CHANGED, submission.price)
    return None


def _next(tx: Tx, by: Person, *, after: int) -> Submission | None:
    """What other workers' ratings have a score for comes first, the lowest first; then what is checked first (of
    newcomers all, of others a sample); then the rest, the oldest first."""
    score = peer_scores.place_of(tx, after) if after else None
    if score is not None or not after:
        behind = (-1, 0) if score is None else (score, after)
        found = reviews.next_scored(tx, kinds=WRITTEN, reviewer_id=by.id, after=behind)
        if found is not None:
            return found
    behind_unscored = 0 if score is not None else after
    unscored = partial(reviews.next_pending, tx, kinds=WRITTEN, reviewer_id=by.id, besides_scored=True)
    if not behind_unscored or reviews.comes_first(tx, behind_unscored):
        found = unscored(after=behind_unscored, first=True)
        if found is not None:
            return found
        behind_unscored = 0
    return unscored(after=behind_unscored, first=False)


def show_next(tx: Tx, by: Person, *, after: int, now: int, said: Verdict | None = None) -> None:
    """Show the written submission that waits behind a submission; behind the last, the first of all.

    `said` is what the older message keeps: whoever wrote a reason instead of tapping one gets no toast.
    """
    stop_asking(tx, by)
    submission = _next(tx, by, after=after) or (_next(tx, by, after=0) if after else None)
    if submission is None:
        tell(tx, by, "review_empty", now=now, slot=Slot.REVIEW, said=said and said.value)
    else:
        _show(tx, by, submission, now=now, said=said)


def _show(tx: Tx, by: Person, submission: Submission, *, now: int, said: Verdict | None = None) -> None:
    reviews.begin(tx, submission.id, now=now)
    tell(tx, by, "review", now=now, slot=Slot.REVIEW, submission=submission.id, at=now, said=said and said.value)


def stop_asking(tx: Tx, by: Person) -> None:
    """A reason that was asked for another submission must not hit it later."""
    question = questions.open_for(tx, by.id)
    if question is not None and question.purpose in ASKED:
        questions.close(tx, by.id)
