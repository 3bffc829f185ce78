"""What leaves the house: every submission, one row a task and one a worker, under numbers in place of names."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from domain import agreement
from domain.batches import Batch
from domain.kinds import kind
from domain.kinds.base import Payload
from domain.money import as_decimal_text
from domain.notices import Json
from domain.people import Person
from domain.quality import WHOLE
from domain.refusals_batches import BatchGone, ExportUnderWay, NothingToExport, NotPublished
from domain.rules import moment
from storage import audit, batches, exports, fits, jobs, labels, peer_scores, scales, signals
from storage.database import Tx
from storage.fits import Standing
from storage.labels import Label
from storage.peer_scores import PeerScore
from storage.scales import Rater, Score
from usecases.notify import tell
from usecases.roles import require_coordinator

Row = dict[str, Any]
STEP = 1_000
UPLOAD_LIMIT = 50 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Plan:
    """What an export covers: submissions up to an id, so that it stays one state while work goes on.

    `numbers` stand in place of workers' names; finding them goes through the whole batch, so it is done once. `scored`:
    other workers were asked to rate its replies.
    """

    batch: Batch
    upto: int
    numbers: dict[int, int]
    scored: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Rows for JSONL; `flat` are the same for a table; `last` is the key to go on behind, None at the end."""

    rows: list[Row]
    flat: list[Row]
    last: int | None


def ask(tx: Tx, *, by: Person, batch: int, now: int) -> None:
    """Have the batch exported; it comes as a document. Refused while one of it is being made, or without answers."""
    require_coordinator(by)
    found = batches.by_id(tx, batch)
    if found is None or found.state == "discarded":
        raise BatchGone
    if found.state == "draft":
        raise NotPublished
    if exports.last_submission(tx, batch) == 0:
        raise NothingToExport
    if any(job.person_id == by.id for job in jobs.of_batch(tx, batch, "export")):
        raise ExportUnderWay
    jobs.ask(tx, "export", person_id=by.id, batch_id=batch, now=now, batch=batch)
    audit.add(tx, person_id=by.id, action="batch.exported", subject=f"batch:{batch}", now=now)


def plan(tx: Tx, batch: int) -> Plan:
    """Fix what the export covers."""
    found = batches.by_id(tx, batch)
    assert found is not None, "batches are never deleted"
    numbers, scored = exports.numbered_workers(tx, batch), peer_scores.are_asked(tx, batch)
    return Plan(found, exports.last_submission(tx, batch), numbers, scored)


def submissions_page(tx: Tx, plan: Plan, *, after: int, upto: int, limit: int = STEP) -> Page:
    """The next submissions: task, worker's number, answer, state, times, price."""
    found = exports.submissions(tx, plan.batch.id, after=after, upto=upto, limit=limit)
    scores = peer_scores.of_submissions(tx, [one.id for one in found]) if plan.scored else {}
    rows, flat = [], []
    for one in found:
        money = as_decimal_text(one.price, currency=tx.rules.currency)
        head: Row = {"task": one.task, "task_id": one.task_id}
        tail: Row = {
            "worker": f"w{plan.numbers[one.worker_id]:02d}",
            **kind(plan.batch.kind).export_row(one.answer),
            "state": one.state,
            "shown_at": _iso(one.shown_at),
            "submitted_at": _iso(one.submitted_at),
            "seconds": round(one.active_micros / 1_000_000, 1),
        }
        if plan.scored:
            score = scores.get(one.id)
            tail |= _score(score) | {"scores": score.ratings if score else 0}
        reviewed = _iso(one.decided_at) if one.decided_at is not None else None
        rest: Row = {"currency": tx.rules.currency, "reviewed_at": reviewed}
        rows.append(head | _subject(one.payload) | tail | {"price": money} | rest)
        flat.append(head | _flat_subject(one.payload) | tail | {"price": Decimal(money)} | rest)
    return Page(rows, flat, found[-1].id if len(found) == limit else None)


def tasks_page(tx: Tx, plan: Plan, *, after: int, upto: int, limit: int = STEP) -> Page:
    """The next tasks: the last fit's label and confidence where the kind has labels, the majority, votes, agreement."""
    batch = plan.batch.id
    found = exports.tasks(tx, batch, after=after, limit=limit)
    made = kind(plan.batch.kind)
    rows, flat = [], []
    scored = (
        scales.scores(tx, first=found[0].id, last=found[-1].id, batch_id=batch) if found and made.is_ordinal else {}
    )
    made_of = labels.between(tx, batch, first=found[0].id, last=found[-1].id) if found else {}
    noted = signals.kinds_of_tasks(tx, batch, first=found[0].id, last=found[-1].id) if found else {}
    given = exports.answers(tx, batch, first=found[0].id, last=found[-1].id, upto=upto) if found else {}
    for task in found:
        answers = given.get(task.id, [])
        votes = agreement.count(made.label(answer) for answer in answers)
        majority = agreement.majority(votes)
        share = agreement.percent_agreement([votes])
        head: Row = {"task": task.name, "task_id": task.id}
        tail: Row = {"answers": len(answers), "wanted": task.wanted}
        if made.input == "tap":
            tail |= _label(made_of.get(task.id))
            tail |= {"majority": majority.label, "share": round(majority.share, 4) if votes else None}
        if made.is_ordinal:
            tail |= _score(scored.get(task.id))
        tail |= {"signals": ", ".join(noted.get(task.id, []))}
        rounded = None if share is None else round(share, 4)
        texts = None if made.input == "tap" else [made.export_row(answer) for answer in answers]
        rows.append(
            head | _subject(task.payload) | tail | {"votes": votes, "tied": list(majority.tied), "agreement": rounded}
            if texts is None
            else head | _subject(task.payload) | tail | {"given": texts}
        )
        flat.append(
            head | _flat_subject(task.payload) | tail | {"votes": _votes(votes), "agreement": rounded}
            if texts is None
            else head | _flat_subject(task.payload) | tail
        )
    return Page(rows, flat, found[-1].id if len(found) == limit else None)


def workers_page(tx: Tx, plan: Plan, *, after: int, upto: int, limit: int = STEP) -> Page:
    """The next workers by their numbers behind `after`: how often they are right with its interval, or how they rate.

    Blank where there is too little to say. People who withdrew are left out, and keep their numbers.
    """
    del upto  # it is what stands now, as the last fit sees it
    batch, made = plan.batch.id, kind(plan.batch.kind)
    numbered = {number: worker for worker, number in plan.numbers.items() if after < number <= after + limit}
    ids = list(numbered.values())
    answers, noted = exports.workers(tx, batch, ids), signals.kinds_of_workers(tx, batch, ids)
    known = fits.standings(tx, batch, ids)
    raters = {one.worker_id: one for one in scales.raters(tx, batch)} if made.is_ordinal else {}
    rows, flat = [], []
    for number in sorted(numbered):
        worker = numbered[number]
        if worker not in answers:
            continue
        row: Row = {"worker": f"w{number:02d}", "answers": answers[worker]}
        by_label: Row = {}
        if made.is_ordinal:
            row |= _rates(raters.get(worker))
        elif made.has_labels:
            found = known.get(worker)
            row |= _accuracy(found)
            details = {} if found is None else found.details
            by_label = {label: {"answers": many, "right": right / WHOLE} for label, (right, many) in details.items()}
        row["signals"] = ", ".join(noted.get(worker, []))
        flat.append(row)
        rows.append(row | {"by_label": by_label} if made.has_labels and not made.is_ordinal else row)
    return Page(rows, flat, after + limit if len(numbered) == limit else None)


def step(tx: Tx, *, job: int, progress: dict[str, Json]) -> None:
    """Remember how far the files are written."""
    jobs.progress(tx, job, **progress)


def finish(tx: Tx, *, job: int, filename: str, size: int, submissions: int, now: int) -> None:
    """End the job, once, and send the document; one that Telegram would not take stays on the machine and is named."""
    asked = jobs.open_by_id(tx, job)
    if asked is None:
        return
    jobs.close(tx, job, now=now)
    key = "export" if size <= UPLOAD_LIMIT else "export_too_big"
    batch = int(asked.params["batch"])
    tell(tx, asked.person_id, key, now=now, batch=batch, job=job, filename=filename, submissions=submissions)


def _label(found: Label | None) -> Row:
    """What the last fit says of a task, or a human did; blank where there is nothing to say."""
    if found is None:
        return {"label": None, "confidence": None, "source": None}
    return {"label": found.label, "confidence": found.confidence / WHOLE, "source": found.source}


def _accuracy(found: Standing | None) -> Row:
    """How often a worker is right; figures only with an interval, and only where there is enough to say."""
    shares: tuple[float | None, ...] = (None,) * 4
    if found is not None and found.enough:
        above = (found.estimate - found.chance) / max(1, WHOLE - found.chance)
        shares = (found.estimate / WHOLE, found.low / WHOLE, found.high / WHOLE, round(above, 4))
    names = ("accuracy", "accuracy_low", "accuracy_high", "above_chance")
    counts = (0, 0, 0) if found is None else (found.answers, found.gold_right, found.gold_wrong)
    return dict(zip(("compared", "gold_right", "gold_wrong"), counts, strict=True)) | dict(
        zip(names, shares, strict=True)
    )


def _rates(found: Rater | None) -> Row:
    """How a worker rates beside others, in steps of the scale."""
    names = ("bias", "bias_low", "bias_high", "spread", "spread_low", "spread_high")
    if found is None or not found.enough:
        return {"compared": 0 if found is None else found.ratings} | dict.fromkeys(names)
    return {"compared": found.ratings} | {name: getattr(found, name) / 1000 for name in names}


def _score(found: Score | PeerScore | None) -> Row:
    """A pooled rating with its interval, in steps of its scale."""
    numbers = (None, None, None) if found is None else (found.score / 1000, found.low / 1000, found.high / 1000)
    return dict(zip(("score", "score_low", "score_high"), numbers, strict=True))


def _iso(at: int) -> str:
    return moment(at).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _subject(payload: Payload) -> Row:
    if payload.photo:
        return {"photo": f"{payload.photo}.jpg"}
    return {"messages": [{"role": role, "content": text} for role, text in payload.messages]}


def _flat_subject(payload: Payload) -> Row:
    return {"photo": f"{payload.photo}.jpg"} if payload.photo else {"prompt": payload.messages[-1][1]}


def _votes(votes: dict[str, int]) -> str:
    return "; ".join(f"{label}: {count}" for label, count in agreement.ranked(votes))
