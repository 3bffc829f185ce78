"""From draft to batch and to its end: the money is reserved, workers get their offers, what is left goes back."""

from __future__ import annotations

from dataclasses import dataclass

from domain import gold
from domain import ledger as accounts
from domain.batches import Batch
from domain.costs import beyond
from domain.costs import cost as cost_of
from domain.drafts import needs
from domain.floors import house_floor
from domain.notices import Slot
from domain.people import Person
from domain.refusals_batches import (
    BatchGone,
    BriefProblem,
    DraftChanged,
    NotADraft,
    NotEnoughFunds,
    NothingToPublish,
    NotPublished,
    StillTakingIn,
)
from domain.refusals_gold import AllGold
from storage import audit, batches, draft_tasks, jobs, ledger, peer_scores, questions
from storage import gold as gold_tasks
from storage.database import Tx
from usecases import lookalikes, measuring, progress, qualifying, reserves, waves
from usecases.notify import tell
from usecases.roles import require_coordinator

OVER: dict[str, object] = {"piloting": 0, "pilot_share": None, "resting": 0, "done_told": 0}
"""What a pilot's columns are once the whole is published."""


@dataclass(frozen=True, slots=True)
class Published:
    """What publishing did: micro-units set aside, tasks offered, tasks left in a new draft (None when all fitted)."""

    amount: int
    tasks: int
    left_in: int | None


def publish(tx: Tx, *, by: Person, batch: int, tasks: int, cost: int, now: int, salt: int | None = None) -> Published:
    """Set aside what the first `tasks` tasks cost and open the batch, once; the rest stays a draft of its own.

    `tasks` and `cost` (micro-units, top-ups and fees included, less what a pilot reserved) are what the button showed:
    anything else than what is true now is refused, and so is less than the floor by the time that was measured. `salt`
    is chance: what the order of the gold follows from.
    """
    require_coordinator(by)
    draft = publishable(tx, batch)
    floor = measuring.require_floor(tx, draft)
    assert draft.price is not None
    rates, reserved = measuring.reserved_so_far(tx, draft)
    answers = gold.budget(draft, tasks)
    missing = beyond(cost_of(tasks, draft.overlap, draft.price, rates, gold=answers), reserved)
    if not (draft.tasks if draft.piloting else 1) <= tasks <= draft.all_tasks or cost != missing.total:
        raise DraftChanged
    require_funds(tx, cost)
    if draft.piloting:
        draft_tasks.wake(tx, batch)
    left_in = _split(tx, draft, keep=tasks, now=now) if tasks < draft.all_tasks else None
    each = draft.overlap_least or draft.overlap
    if not draft.piloting:
        draft_tasks.set_wanted(tx, batch, each)
        reserves.begin(tx, batch, missing, now=now)
        wanted, columns = tasks * each, measuring.expected_seconds(tx, draft) | rates._asdict()
    else:
        if missing.total:
            reserves.add(tx, batch, missing, by=by, now=now)
        wanted, columns = draft.wanted + (tasks - draft.tasks) * each, OVER
    batches.change(
        tx,
        batch,
        state="open",
        collecting=0,
        tasks=tasks,
        wanted=wanted,
        published_at=now,
        floor=floor,
        gold_budget=answers,
        **columns,
    )
    gold_tasks.settle(tx, batch, salt=salt or now)
    audit.add(
        tx, person_id=by.id, action="batch.published", subject=f"batch:{batch}", now=now, tasks=tasks, amount=cost
    )
    waves.begin(tx, batch, by=by.id, now=now)
    if draft.piloting:
        waves.again(tx, batch, now=now)
    questions.close_about(tx, batch)
    _shown(tx, by, draft, now=now)
    if left_in is not None:
        progress.show(tx, by, left_in, now=now)
    return Published(cost, tasks, left_in)


def publishable(tx: Tx, batch_id: int) -> Batch:
    """The draft, with all that its workers need. Raises what is missing."""
    draft = batches.by_id(tx, batch_id)
    if draft is None or draft.state == "discarded":
        raise BatchGone
    if not draft.is_draft:
        raise NotADraft
    if jobs.of_batch(tx, batch_id, "import", limit=1):
        raise StillTakingIn
    if draft.tasks == 0:
        raise AllGold if draft.gold else NothingToPublish
    for problem in (*needs(draft), *qualifying.lacking(tx, draft), *draft.problems):
        raise BriefProblem(problem)
    return draft


def require_funds(tx: Tx, cost: int) -> None:
    """Raise NotEnoughFunds where the free funds do not cover it (micro-units)."""
    free = ledger.balance(tx, accounts.FUNDS)
    if cost > free:
        raise NotEnoughFunds(amount=cost, amount_free=max(0, free))


def pause(tx: Tx, *, by: Person, batch: int, now: int) -> None:
    """Offer nothing more of the batch until it is resumed, what waits to be sent included; open cards go on."""
    require_coordinator(by)
    found = running(tx, batch)
    if found.state == "open":
        batches.change(tx, batch, state="paused")
        audit.add(tx, person_id=by.id, action="batch.paused", subject=f"batch:{batch}", now=now)
    _shown(tx, by, found, now=now)


def resume(tx: Tx, *, by: Person, batch: int, now: int) -> None:
    """Offer the batch again, and go on with the offers where they stopped."""
    require_coordinator(by)
    found = running(tx, batch)
    if found.state == "paused":
        batches.change(tx, batch, state="open")
        audit.add(tx, person_id=by.id, action="batch.resumed", subject=f"batch:{batch}", now=now)
        waves.ask(tx, batch, by=by.id, now=now)
    _shown(tx, by, found, now=now)


def ask_close(tx: Tx, *, by: Person, batch: int, now: int) -> None:
    """Ask whether the batch shall be closed; nothing is closed yet."""
    require_coordinator(by)
    running(tx, batch)
    tell(tx, by, "batch_close", now=now, batch=batch)


def close(tx: Tx, *, by: Person, batch: int, now: int) -> int:
    """End the batch, once, and give back what it will not need; returns micro-units that are free again.

    What open cards and work sent back may still earn stays reserved until they end (`reserves.release_rest`), and what
    is kept back for top-ups until the days worked in it are settled (`reserves.release_topups`).
    """
    require_coordinator(by)
    return end(tx, by, running(tx, batch), now=now)


def end(tx: Tx, by: Person, found: Batch, *, now: int) -> int:
    """Close a batch that runs, or a pilot whose draft is discarded; returns micro-units that are free again."""
    batch = found.id
    batches.change(tx, batch, state="closed", closed_at=now, piloting=0)
    audit.add(tx, person_id=by.id, action="batch.closed", subject=f"batch:{batch}", now=now)
    waves.end(tx, batch, by=by.id, now=now)
    questions.close_about(tx, batch)
    freed = reserves.release_rest(tx, batch, now)
    _shown(tx, by, found, now=now)
    tell(tx, by, "batch_closed", now=now, slot=Slot.confirm(batch), batch=batch, amount=freed)
    return freed


def running(tx: Tx, batch_id: int) -> Batch:
    """The batch, open or paused, and no pilot. Raises BatchGone, NotPublished."""
    batch = batches.by_id(tx, batch_id)
    if batch is None:
        raise BatchGone
    if batch.state not in ("open", "paused") or batch.is_draft:
        raise NotPublished
    return batch


def forget_question(tx: Tx, by: Person, batch_id: int) -> None:
    """What the person was asked about this batch is not asked any more."""
    question = questions.open_for(tx, by.id)
    if question is not None and question.params.get("batch") == batch_id:
        questions.close(tx, by.id)


def _shown(tx: Tx, by: Person, batch: Batch, *, now: int) -> None:
    """To who pressed the button and, where that is somebody else, to whose batch it is."""
    progress.show(tx, by, batch.id, now=now)
    if batch.created_by != by.id:
        progress.show(tx, batch.created_by, batch.id, now=now)


def _split(tx: Tx, draft: Batch, *, keep: int, now: int) -> int:
    """Move the tasks behind the first `keep` to a new draft with the same brief; returns its id."""
    rest = batches.add(
        tx,
        kind=draft.kind,
        title=draft.title,
        face=draft.face,
        language=draft.language,
        seconds=draft.seconds,
        review_seconds=draft.review_seconds,
        lease_seconds=draft.lease_seconds,
        created_by=draft.created_by,
        now=now,
        collecting=False,
    )
    moved = draft_tasks.move_rest(tx, draft.id, keep=keep, to=rest)
    batches.change(
        tx,
        rest,
        price=draft.price,
        overlap=draft.overlap,
        overlap_least=draft.overlap_least,
        most_per_worker=draft.most_per_worker,
        seconds_given=int(draft.seconds_given),
        data=draft.data,
        tasks=moved,
        region=draft.region,
        training=draft.training,
        test=int(draft.test),
        skill_least=draft.skill_least,
        rates_batch=peer_scores.rated_batch(tx, draft.id),
        floor=None if draft.floor == house_floor(draft.region, tx.rules) else draft.floor,
    )
    if draft.data == "photos":
        for searched in (draft.id, rest):
            lookalikes.want(tx, searched)
    return rest
