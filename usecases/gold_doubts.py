"""Gold that looks wrong, before a coordinator: right as it is, another label, or taken back and all of it repaired.

Wrong gold is common, and whoever it judged was judged wrongly: what they answered to it counts no more, who was told
that they missed it is told so, their tests are judged anew, and the labels are fitted again.
"""

from __future__ import annotations

from dataclasses import dataclass

from domain import ledger as accounts
from domain.batches import Batch, Task
from domain.gold_doubts import Doubt
from domain.inference.stopping import Decision
from domain.kinds import Tap, kind
from domain.notices import Slot
from domain.people import Person
from domain.refusals import StaleButton
from domain.reviews import OwnWork
from storage import audit, batches, gold_answers, ledger, people, tasks
from storage import gold as gold_tasks
from storage.database import Tx
from storage.gold_answers import Miss
from usecases import beliefs, counting, progress, reserves
from usecases.gold_judging import judge, notice_key
from usecases.gold_standing import found, refresh
from usecases.notify import inform, tell
from usecases.qualifying import gold_changed
from usecases.roles import require_coordinator


@dataclass(frozen=True, slots=True)
class Doubted:
    """A gold task that looks wrong (None: none does), and how many more of its batch do; `why` is its explanation."""

    batch: Batch
    task: Task | None
    doubt: Doubt | None
    more: int
    why: str | None = None


def show(tx: Tx, *, by: Person, batch: int, after: int = 0, now: int) -> None:
    """Show the gold of a batch that looks most wrong; `after` a task the next; or that none does."""
    require_coordinator(by)
    if batches.by_id(tx, batch) is None:
        raise StaleButton
    _show(tx, by, batch, after=after, said=None, now=now)


def keep(tx: Tx, *, by: Person, task: int, known: int | None = None, now: int) -> bool:
    """**Right as it is**: not doubted again until twice as many have answered it. Raises OwnWork.

    Of all three: `known` is the place of the answer that was shown as the known one (None: whichever it is). Where
    somebody else has decided meanwhile nothing is done but to show what there is now; False, or None, says so.
    """
    decidable = _decidable(tx, by, task, known, now=now)
    if decidable is None:
        return False
    gold_answers.keep(tx, task)
    _decided(tx, by, decidable[0], "gold.kept", "kept", now=now)
    return True


def take_back(tx: Tx, *, by: Person, task: int, known: int | None = None, now: int) -> str | None:
    """**Take it back**: the task is ordinary work again, with the answers it has; returns "asked" while it wants more,
    "done" when they are enough, "retired" when there is no money to ask. Raises OwnWork."""
    decidable = _decidable(tx, by, task, known, now=now)
    if decidable is None:
        return None
    one, batch = decidable
    voided = gold_answers.void(tx, task, now=now)
    became = _become_ordinary(tx, by, one, batch, now=now)
    _repair(tx, one, voided, now=now)
    _decided(tx, by, one, "gold.taken_back", became, now=now)
    return became


def change(tx: Tx, *, by: Person, task: int, index: int, known: int | None = None, now: int) -> str | None:
    """Another answer is the right one; who answered before is not judged by it. Returns the label.

    Raises OwnWork, UnknownAnswer, and StaleButton where that is what the gold says.
    """
    decidable = _decidable(tx, by, task, known, now=now)
    if decidable is None:
        return None
    one, batch = decidable
    this = kind(batch.kind)
    label = this.label(this.apply(batch.face, one.payload, Tap(index)))
    if label is None or label == one.gold:
        raise StaleButton
    voided = gold_answers.void(tx, task, now=now)
    gold_tasks.relabel(tx, one, label, by=by.id, salt=batch.gold_salt or now, now=now)
    _repair(tx, one, voided, now=now)
    _decided(tx, by, one, "gold.changed", "changed", now=now, to=label)
    return label


def doubted(tx: Tx, batch_id: int, task_id: int | None) -> Doubted | None:
    """What the screen shows of a task, as it is now."""
    batch = batches.by_id(tx, batch_id)
    if batch is None:
        return None
    everything = found(tx, batch)
    task = None if task_id is None else tasks.by_id(tx, task_id)
    doubt = next((one for one in everything if one.task_id == task_id), None)
    why = None if task_id is None else gold_tasks.why(tx, task_id)
    return Doubted(batch, task, doubt, len(everything) - (doubt is not None), why)


def _decidable(tx: Tx, by: Person, task_id: int, known: int | None, *, now: int) -> tuple[Task, Batch] | None:
    """The gold as it was shown, to be decided; None, with what there is now on the screen, where somebody else was
    first: two coordinators may look at the same one."""
    require_coordinator(by)
    one = tasks.by_id(tx, task_id)
    batch = None if one is None else batches.by_id(tx, one.batch_id)
    if one is None or batch is None:
        raise StaleButton
    if gold_answers.has_answered(tx, task_id, by.id):
        raise OwnWork
    is_another = known is not None and batch.face.answers[known : known + 1] != (one.gold,)
    kept = task_id in gold_answers.kept(tx, batch.id)
    if one.gold is None or is_another or (kept and all(doubt.task_id != task_id for doubt in found(tx, batch))):
        _show(tx, by, batch.id, after=task_id, said=None, now=now)
        return None
    return one, batch


def _become_ordinary(tx: Tx, by: Person, one: Task, batch: Batch, *, now: int) -> str:
    """Gold is ordinary work again: its money pays for it; what lacks comes from the free funds if they cover it."""
    lacking = max(0, batch.gold_taken - one.taken + batch.overlap - batch.gold_budget)
    cost = reserves.for_answers(tx, batch.id, lacking) if lacking else None
    runs = batch.state in ("open", "paused")
    if not runs or (cost is not None and ledger.balance(tx, accounts.FUNDS) < cost.total):
        gold_tasks.retire(tx, one)
        return "retired"
    if cost is not None:
        reserves.add(tx, batch.id, cost, by=by, now=now)
    wanted = max(batch.overlap_least or batch.overlap, one.taken, 1)
    said = beliefs.made_anew(tx, batch, one.id, besides=0)
    if batch.overlap_least is not None and said is not None and said.decision is Decision.MORE:
        wanted = max(wanted, min(batch.overlap, one.answered + 1))
    freed = batches.one_more_free(tx, batch.id)
    done = gold_tasks.unmake(tx, one, wanted=wanted, freed=freed, added=lacking)
    pairs, same = counting.pairs_of_task(tx, batch, one.id)
    batches.count(tx, batch.id, pairs=pairs, pairs_same=same)
    counting.believe(tx, batch, one.id, is_gold=False, now=now)
    if not done:
        return "asked"
    reserves.release_spared(tx, batch.id, now)
    return "done"


def _repair(tx: Tx, one: Task, voided: list[Miss], *, now: int) -> None:
    """All it touched: counts of who answered it, what they were told, their tests, the labels."""
    for worker_id in gold_answers.workers_of_task(tx, one.id):
        judge(tx, worker_id, one.batch_id, now=now)
    for miss in voided:
        if not gold_answers.waits(tx, notice_key(miss.submission_id)):
            worker = people.by_id(tx, miss.worker_id)
            inform(tx, worker, "gold_void", now=now, submission=miss.submission_id)
    gold_changed(tx, one.id, now=now)
    refresh(tx, one.batch_id)


def _decided(tx: Tx, by: Person, one: Task, action: str, said: str, *, now: int, **details: str) -> None:
    audit.add(tx, person_id=by.id, action=action, subject=f"task:{one.id}", now=now, label=one.gold, **details)
    refresh(tx, one.batch_id)
    progress.refresh(tx, one.batch_id, now)
    _show(tx, by, one.batch_id, after=one.id, said=said, now=now)


def _show(tx: Tx, by: Person, batch_id: int, *, after: int, said: str | None, now: int) -> None:
    batch = batches.by_id(tx, batch_id)
    assert batch is not None
    order = [one.task_id for one in found(tx, batch)]
    if after in order:
        order = order[order.index(after) + 1 :] + order[: order.index(after)] or [after]
    task = order[0] if order else None
    tell(tx, by, "gold_doubt", now=now, slot=Slot.GOLD, batch=batch_id, task=task, said=said)
