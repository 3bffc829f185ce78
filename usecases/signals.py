"""Signals before a human: recorded by the fit, looked at in /review, answered with Fine or with words. Never a verdict.

Nothing that pays, rejects, suspends or offers work reads them (tests/test_architecture.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from domain.batches import Batch
from domain.notices import Slot
from domain.people import Person
from domain.refusals import StaleButton
from domain.refusals_signals import AboutYourself, NobodyReached, OnlySignal, SignalSeen
from domain.rejections import checked_words
from storage import audit, batches, consents, people, signals, submissions, tasks
from storage.database import Tx
from storage.signals import Signal
from usecases import inspecting, progress
from usecases.inspecting import Answered
from usecases.notify import inform, tell
from usecases.roles import require_reviewer

LISTED: Final = 20
"""So many signals about one worker are read, the newest."""
COMES_BACK: Final = 150
"""What a human has seen is shown again when it is that many per cent as strong."""
SHOWN: Final = 6
"""So many photos of a group can be looked at."""
FOUND_IN_ANSWERS: Final = ("blind", "constant", "copies", "ring", "speed")
"""What a fit looks for."""


@dataclass(frozen=True, slots=True)
class Look:
    """A signal with what a human needs to judge for themselves: who is meant, and answers as examples, each with what
    others said of the same task."""

    batch: Batch
    signal: Signal
    names: tuple[str, ...]
    examples: tuple[tuple[Answered, tuple[tuple[str, int], ...]], ...]
    photos: tuple[tuple[str, str], ...]
    """Of photos that look alike: (name of the task, hash of its content)."""


def record(
    tx: Tx,
    batch_id: int,
    found: Sequence[tuple[str, Sequence[int], int, dict[str, Any]]],
    *,
    kinds: Sequence[str],
    rule: int,
    now: int,
) -> None:
    """Keep what was found, as (kind, workers, strength, evidence), and forget what is not there any more of `kinds`."""
    named = [(kind, _subject(workers, evidence)) for kind, workers, _, evidence in found]
    signals.drop(tx, batch_id, kinds=kinds, found=named)
    for kind, workers, strength, evidence in found:
        add(tx, batch_id, kind, workers, strength, evidence, rule=rule, now=now)


def add(
    tx: Tx,
    batch_id: int,
    kind: str,
    workers: Sequence[int],
    strength: int,
    evidence: dict[str, Any],
    *,
    rule: int,
    now: int,
) -> None:
    """Keep one thing that was found; found again it is the same one."""
    signals.put(
        tx,
        batch_id,
        kind=kind,
        subject=_subject(workers, evidence),
        workers=workers,
        strength=strength,
        evidence=evidence,
        rule=rule,
        comes_back_at=COMES_BACK,
        now=now,
    )


def show(tx: Tx, *, by: Person, batch: int, now: int) -> None:
    """Show the strongest signal of a batch that nobody has seen, or that none is left."""
    require_reviewer(by)
    if batches.by_id(tx, batch) is None:
        raise StaleButton
    _show_next(tx, by, batch, now=now)


def open_one(tx: Tx, *, by: Person, signal: int, now: int) -> None:
    """Show this one, whoever it is of those that wait."""
    found = _own_turn(tx, by, signal)
    tell(tx, by, "signal", now=now, slot=Slot.REVIEW, batch=found.batch_id, signal=found.id)


def following(tx: Tx, *, by: Person, signal: int, now: int) -> None:
    """**Next**: leave it to later or to somebody else. Raises OnlySignal when there is no other."""
    found = _own_turn(tx, by, signal)
    weaker = signals.next_open(tx, found.batch_id, by.id, below=(found.strength, found.id))
    shown = weaker or signals.next_open(tx, found.batch_id, by.id, below=None)
    if shown is not None and shown.id == found.id:
        raise OnlySignal
    tell(tx, by, "signal", now=now, slot=Slot.REVIEW, batch=found.batch_id, signal=None if shown is None else shown.id)


def turn(tx: Tx, *, by: Person, signal: int, photo: int, now: int) -> None:
    """Show another of the photos a signal is about."""
    found = _own_turn(tx, by, signal)
    tell(tx, by, "signal", now=now, slot=Slot.REVIEW, batch=found.batch_id, signal=found.id, photo=photo)


def fine(tx: Tx, *, by: Person, signal: int, now: int) -> None:
    """**Fine**: a human looked, and nothing is wrong. It stays away while it is no stronger. Then the next is shown."""
    found = _own_turn(tx, by, signal)
    if not signals.seen(tx, found.id, outcome="fine", by=by.id, now=now):
        raise SignalSeen
    audit.add(tx, person_id=by.id, action="signal.fine", subject=f"signal:{found.id}", now=now)
    _refresh_draft(tx, found.batch_id, now=now)
    _show_next(tx, by, found.batch_id, now=now)


def talk(tx: Tx, *, by: Person, signal: int, now: int) -> None:
    """**Talk to them**: put the prompt whose reply goes to the people meant. Raises NobodyReached."""
    found = _own_turn(tx, by, signal)
    if not found.workers:
        raise StaleButton
    _reached(tx, found)
    tell(tx, by, "signal_prompt", now=now, slot=Slot.talk(found.id), signal=found.id)


def talked(tx: Tx, *, by: Person, signal: int, text: str, now: int) -> None:
    """Take the reply to that prompt to everybody meant, each by themselves; nobody learns of the others.

    They can answer: it goes to the coordinators like any question about their work. Who left, blocked the bot or said
    stop gets nothing, and the writer is told so; raises NobodyReached where that is everybody.
    """
    found = _own_turn(tx, by, signal)
    reached = _reached(tx, found)
    words = checked_words(text)
    if found.outcome is None:  # else somebody saw it while this was written: the words still go out
        signals.seen(tx, found.id, outcome="talked", by=by.id, now=now)
    said = signals.add_words(tx, found.id, by=by.id, text=words, now=now)
    for worker in reached:
        about = signals.newest_submission(tx, found.batch_id, worker.id)
        inform(tx, worker, "coordinator_wrote", now=now, batch=found.batch_id, submission=about, words=said)
    audit.add(tx, person_id=by.id, action="signal.talked", subject=f"signal:{found.id}", now=now)
    tell(tx, by, "signal_sent", now=now, batch=found.batch_id, reached=len(reached), of=len(found.workers))


def about(tx: Tx, worker_id: int, batch_id: int, *, reader: int) -> list[Signal]:
    """What nobody has looked at yet about a worker in a batch, for staff; nothing that is about the reader too."""
    return [one for one in signals.of_worker(tx, worker_id, batch_id, limit=LISTED) if reader not in one.workers]


def look(tx: Tx, signal_id: int) -> Look | None:
    """The signal as it is now, with its evidence. Read only."""
    found = signals.by_id(tx, signal_id)
    batch = None if found is None else batches.by_id(tx, found.batch_id)
    if found is None or batch is None:
        return None
    examples = []
    for submission_id in found.evidence.get("examples", []):
        submission = submissions.by_id(tx, int(submission_id))
        if submission is None or submission.state == "withdrawn":
            continue
        votes = inspecting.others_said(tx, batch, submission)
        examples.append((inspecting.answered(tx, batch, submission), votes))
    shown = [tasks.by_id(tx, int(task)) for task in found.evidence.get("tasks", [])[:SHOWN]]
    photos = tuple((one.name, one.payload.photo) for one in shown if one is not None and one.payload.photo)
    names = tuple(people.name(tx, worker) for worker in found.workers)
    return Look(batch, found, names, tuple(examples), photos)


def _own_turn(tx: Tx, by: Person, signal_id: int) -> Signal:
    require_reviewer(by)
    found = signals.by_id(tx, signal_id)
    if found is None:
        raise StaleButton
    if by.id in found.workers:
        raise AboutYourself
    return found


def _reached(tx: Tx, found: Signal) -> list[Person]:
    """Who of those it is about can be written to. Raises NobodyReached."""
    every = [people.by_id(tx, worker_id) for worker_id in found.workers]
    reached = [one for one in every if one.reachable and one.listening != "nothing" and consents.of(tx, one.id)]
    if not reached:
        raise NobodyReached
    return reached


def _refresh_draft(tx: Tx, batch_id: int, *, now: int) -> None:
    """A draft says how many look-alikes wait."""
    batch = batches.by_id(tx, batch_id)
    if batch is not None and batch.state == "draft":
        progress.refresh(tx, batch_id, now)


def _show_next(tx: Tx, by: Person, batch_id: int, *, now: int) -> None:
    found = signals.next_open(tx, batch_id, by.id, below=None)
    tell(tx, by, "signal", now=now, slot=Slot.REVIEW, batch=batch_id, signal=None if found is None else found.id)


def _subject(workers: Sequence[int], evidence: dict[str, Any]) -> str:
    """What names a signal: who is meant, or else the first of the tasks it is about."""
    return "-".join(map(str, workers)) or str(evidence["tasks"][0])
