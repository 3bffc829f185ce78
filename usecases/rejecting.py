"""Reject: a code, evidence for it, what will happen, and only then the rejection; one submission, or one worker's taps.

What is not confirmed has no effect. What goes beyond what one person may do alone becomes a proposal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from domain.batches import Batch, Submission
from domain.kinds import kind
from domain.notices import Slot
from domain.people import Person
from domain.refusals import StaleButton
from domain.rejections import (
    AT_ONCE,
    CODES,
    HOURLY,
    RULE,
    Ground,
    NoInstructions,
    NoSuchSource,
    NotRejectable,
    Target,
    checked_words,
    instruction_lines,
    limit,
)
from domain.reviews import OwnWork
from domain.rules import HOUR
from storage import audit, batches, grounds, questions, rejections, reviews, submissions
from storage.database import Tx
from usecases import inspecting, progress, proposals
from usecases.notify import tell
from usecases.rejections import announce, hearers, reject
from usecases.reviews import REJECT_WORDS, show_next, stop_asking
from usecases.roles import require_reviewer


class Effect(StrEnum):
    """What became of a confirmed rejection."""

    REJECTED = "rejected"
    PROPOSED = "proposed"
    """It waits for a second human."""
    WAITS = "waits"
    """It would, and there is none: the work is paid when its period ends."""


@dataclass(frozen=True, slots=True)
class Work:
    """What a target names, as it is now: how many of it wait for a decision, their micro-units, when silence pays."""

    target: Target
    submission: Submission
    batch: Batch
    count: int
    amount: int
    silent_at: int | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What will happen: does it take a `second` human, is there one (`seconds`), can nobody hear appeals (`alone`)."""

    ground: Ground
    work: Work
    line: str | None
    alone: bool
    second: bool
    seconds: bool


def ask_code(tx: Tx, *, by: Person, first: int, last: int, version: int, now: int) -> None:
    """Ask why it shall be rejected. Nothing happens yet. Raises NotRejectable, OwnWork, StaleButton."""
    work = work_of(tx, by, Target(first, last, version), now=now)
    stop_asking(tx, by)
    reviews.begin(tx, work.submission.id, now=now)
    tell(tx, by, "reject_code", now=now, slot=Slot.REVIEW, at=now, **work.target._asdict())


def ask_evidence(tx: Tx, *, by: Person, code: int, first: int, last: int, version: int, now: int) -> None:
    """Ask for the evidence of a code, by its place in CODES: a line of the instructions, or the reviewer's words."""
    work = work_of(tx, by, Target(first, last, version), now=now)
    if not 0 <= code < len(CODES):
        raise StaleButton
    name = CODES[code][0]
    stop_asking(tx, by)
    if name == "instruction":
        if not instruction_lines(work.batch.face.instructions):
            raise NoInstructions
        tell(tx, by, "reject_line", now=now, slot=Slot.REVIEW, at=now, **work.target._asdict())
        return
    questions.ask(tx, by.id, REJECT_WORDS, now=now, code=name, **work.target._asdict())
    tell(tx, by, "reject_words", now=now, slot=Slot.REVIEW, at=now, code=code, **work.target._asdict())


def choose_line(tx: Tx, *, by: Person, line: int, first: int, last: int, version: int, now: int) -> None:
    """Against this line of the instructions, counted from 1: show what will happen."""
    work = work_of(tx, by, Target(first, last, version), now=now)
    if not 0 < line <= len(instruction_lines(work.batch.face.instructions)):
        raise StaleButton
    _confirm(tx, by, work, code="instruction", line=line, now=now)


def choose_source(tx: Tx, *, by: Person, source: int, first: int, last: int, version: int, now: int) -> None:
    """Copied from this other submission of the batch: show what will happen."""
    work = work_of(tx, by, Target(first, last, version), now=now)
    _confirm(tx, by, work, code="copied", source=_source(tx, work, source), now=now)


def words_written(tx: Tx, *, by: Person, text: str, code: str, first: int, last: int, version: int, now: int) -> None:
    """The reviewer's own words: show what will happen. For a copy a number alone is the other submission's."""
    work = work_of(tx, by, Target(first, last, version), now=now)
    words = checked_words(text)
    number = words.lstrip("#№ ").strip()
    if code == "copied" and number.isdecimal() and len(number) < 19:
        _confirm(tx, by, work, code=code, source=_source(tx, work, int(number)), now=now)
    else:
        _confirm(tx, by, work, code=code, words=words, now=now)


def confirm(tx: Tx, *, by: Person, ground: int, now: int) -> tuple[Effect, int]:
    """Reject what was shown, or propose it; returns which, and how many. Raises NotRejectable when none of it waits."""
    found = grounds.by_id(tx, ground)
    if found is None or found.by != by.id:
        raise StaleButton
    work = work_of(tx, by, found.target, now=now)
    if work.count > left_for(tx, by, work.batch, now=now):
        seconds = proposals.propose(tx, by, work.batch, work.submission, found, now=now)
        effect, count = (Effect.PROPOSED if seconds else Effect.WAITS), work.count
    else:
        effect, count = Effect.REJECTED, _reject(tx, by, work, found, now=now)
    if kind(work.batch.kind).input == "text":
        show_next(tx, by, after=work.submission.id, now=now)
    else:
        inspecting.show_workers(tx, by=by, batch=work.batch.id, now=now)
    return effect, count


def preview(tx: Tx, by: Person, ground: Ground, *, now: int) -> Preview | None:
    """What a tap on Reject would do now; None when nothing of it waits any more. Read only."""
    try:
        work = work_of(tx, by, ground.target, now=now)
    except NotRejectable:
        return None
    lines = instruction_lines(work.batch.face.instructions)
    others = hearers(tx, (by.id, work.submission.worker_id))
    second = work.count > left_for(tx, by, work.batch, now=now)
    return Preview(
        ground=ground,
        work=work,
        line=lines[ground.line - 1] if ground.line and ground.line <= len(lines) else None,
        alone=len(others) <= int(second),
        second=second,
        seconds=bool(others),
    )


def left_for(tx: Tx, by: Person, batch: Batch, *, now: int) -> int:
    """How many of the batch's answers the person may still reject now without a second human."""
    hourly = rejections.alone(tx, by.id, since=now - HOUR, limit=HOURLY)
    all_of_batch, alone = rejections.in_batch(tx, batch.id)
    found = limit(in_an_hour=hourly, in_batch=alone, answers=batch.submissions + all_of_batch)
    return min(found.hour, found.batch)


def work_of(tx: Tx, by: Person, target: Target, *, now: int) -> Work:
    """What the target names and this person may reject, without what silence has paid by now.

    Raises ReviewersOnly, OwnWork, StaleButton, NotRejectable.
    """
    require_reviewer(by)
    submission = reviews.submission(tx, target.first)
    batch = None if submission is None else batches.by_id(tx, submission.batch_id)
    if submission is None or batch is None or target.last < target.first:
        raise StaleButton
    if submission.worker_id == by.id:
        raise OwnWork
    if target.single:
        if target.last != target.first:
            raise StaleButton
        over = submission.review_until <= now
        if submission.state != "pending" or submission.version != target.version or over:
            raise NotRejectable
        return Work(target, submission, batch, 1, submission.price, submission.review_until)
    if kind(batch.kind).input != "tap":
        raise StaleButton
    count, amount, silent_at = reviews.summed_between(
        tx, batch.id, submission.worker_id, first=target.first, last=target.last, now=now
    )
    if count == 0:
        raise NotRejectable
    return Work(target, submission, batch, count, amount, silent_at)


def alike(tx: Tx, work: Work) -> Sequence[int]:
    """Other submissions to the same task that say exactly the same in writing, as a hint where it was copied from."""
    if kind(work.batch.kind).input != "text" or not work.target.single:
        return ()
    written = kind(work.batch.kind).export_row(work.submission.answer)
    return tuple(
        one.id
        for one in submissions.of_task(tx, work.submission.task_id, besides=work.submission.id)
        if one.worker_id != work.submission.worker_id and kind(work.batch.kind).export_row(one.answer) == written
    )


def _source(tx: Tx, work: Work, number: int) -> int:
    source = submissions.by_id(tx, number)
    if source is None or source.batch_id != work.batch.id or source.worker_id == work.submission.worker_id:
        raise NoSuchSource(number=f"#{number}")
    return source.id


def _confirm(
    tx: Tx,
    by: Person,
    work: Work,
    *,
    code: str,
    line: int | None = None,
    source: int | None = None,
    words: str = "",
    now: int,
) -> None:
    ground = grounds.add(
        tx, by=by.id, now=now, code=code, line=line, source=source, words=words, rule=RULE, target=work.target
    )
    stop_asking(tx, by)
    tell(tx, by, "reject_confirm", now=now, slot=Slot.REVIEW, ground=ground, at=now)


def _reject(tx: Tx, by: Person, work: Work, ground: Ground, *, now: int) -> int:
    one, target = work.submission, work.target
    found = (
        [one]
        if target.single
        else reviews.pending_between(
            tx, one.batch_id, one.worker_id, first=target.first, last=target.last, limit=AT_ONCE
        )
    )
    done = sum(reject(tx, each, ground=ground.id, by=by.id, version=each.version, now=now) for each in found)
    audit.add(
        tx,
        person_id=by.id,
        action="submission.rejected",
        subject=f"submission:{one.id}",
        now=now,
        ground=ground.id,
        code=ground.code,
        count=done,
    )
    announce(tx, one.worker_id, one.batch_id, now=now)
    progress.refresh(tx, one.batch_id, now)
    return done
