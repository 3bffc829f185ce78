"""Make gold: a coordinator answers some tasks as a worker would, and what they say becomes known. Never paid.

In a draft, and in a batch that runs, where only tasks nobody has begun with can become gold that way.
"""

from __future__ import annotations

from domain import gold as rules
from domain.batches import Batch, Task
from domain.costs import gold_answers
from domain.kinds import Tap, kind
from domain.notices import Slot
from domain.people import Person
from domain.refusals import StaleButton
from domain.refusals_batches import BatchGone, DraftChanged, NotPublished
from domain.refusals_gold import AnswersFirst, BegunMeanwhile, NotComparable, NothingForGold, PilotFirst
from storage import audit, batches, tasks
from storage import gold as gold_tasks
from storage.database import Tx
from storage.gold import Given
from usecases import progress, publishing, reserves
from usecases.notify import tell
from usecases.roles import require_coordinator

PARTS = 1_000
"""The next task is looked for from one of so many points of a batch on, for what lies side by side is often alike."""


def make(tx: Tx, *, by: Person, batch: int, now: int) -> None:
    """Show a task to answer. Raises NotComparable, AnswersFirst, PilotFirst, NothingForGold, NotPublished."""
    require_coordinator(by)
    found = _ready(tx, batch)
    task = gold_tasks.untouched(tx, batch, near=now % PARTS, besides=0)
    if task is None:
        raise NothingForGold
    _show(tx, by, found, task.id, made=0, last=None, now=now)


def answer(tx: Tx, *, by: Person, task: int, index: int, made: int, now: int) -> str:
    """The coordinator's answer is what is right, from now on; shows the next task; returns the label.

    `made` counts what they have made since they began. Raises what `make` raises, BegunMeanwhile, UnknownAnswer.
    """
    require_coordinator(by)
    one, found = _task(tx, task)
    this = kind(found.kind)
    label = this.label(this.apply(found.face, one.payload, Tap(index)))
    assert label is not None, "kinds without labels are refused above"
    if one.gold is None and (one.taken or one.state != "open"):
        _next(tx, by, found, one.id, made=made, last=None, now=now)
        tell(tx, by, "refusal", now=now, text=BegunMeanwhile.text, params={})
        return label
    if one.gold is not None:
        raise StaleButton
    if found.state == "draft":
        gold_tasks.give(tx, Given(one.id, label), by=by.id, now=now)
        gold_tasks.adopt_one(tx, one.id, label)
    else:
        gold_tasks.make(tx, one, label, why=None, by=by.id, salt=now, now=now)
    _note(tx, by, one, "gold.made", label, now=now)
    _next(tx, by, found, one.id, made=made + 1, last=one.id, now=now)
    return label


def skip(tx: Tx, *, by: Person, task: int, made: int, now: int) -> None:
    """This one stays ordinary work; shows the next."""
    require_coordinator(by)
    one, found = _task(tx, task)
    _next(tx, by, found, one.id, made=made, last=None, now=now)


def undo(tx: Tx, *, by: Person, task: int, made: int, now: int) -> None:
    """The task answered last is no gold again, and is shown once more. Raises StaleButton when a worker has had it."""
    require_coordinator(by)
    one, found = _task(tx, task)
    if one.gold is None or one.taken:
        raise StaleButton
    if found.state == "draft":
        gold_tasks.ungive(tx, one.id)
    else:
        gold_tasks.unmake(
            tx, one, wanted=found.overlap_least or found.overlap, freed=batches.one_more_free(tx, found.id), added=0
        )
    _note(tx, by, one, "gold.undone", one.gold, now=now)
    _show(tx, by, found, one.id, made=max(0, made - 1), last=None, now=now)


def show(tx: Tx, *, by: Person, batch: int, now: int) -> None:
    """Show what gold a batch has, and what more of it would cost where none is left to give out."""
    require_coordinator(by)
    if batches.by_id(tx, batch) is None:
        raise BatchGone
    tell(tx, by, "gold_made", now=now, slot=Slot.GOLD, batch=batch, made=0)


def stop(tx: Tx, *, by: Person, batch: int, made: int, now: int) -> None:
    """Say how much gold there is now, and show the batch."""
    require_coordinator(by)
    if batches.by_id(tx, batch) is None:
        raise BatchGone
    tell(tx, by, "gold_made", now=now, slot=Slot.GOLD, batch=batch, made=made)
    progress.show(tx, by, batch, now=now)


def forget(tx: Tx, *, by: Person, batch: int, now: int) -> int:
    """A draft has no known answers any more, they become ordinary work; returns how many these were."""
    require_coordinator(by)
    found = batches.by_id(tx, batch)
    if found is None or found.state != "draft":
        raise StaleButton
    count = gold_tasks.forget(tx, batch)
    audit.add(tx, person_id=by.id, action="gold.forgotten", subject=f"batch:{batch}", now=now, count=count)
    progress.show(tx, by, batch, now=now)
    return count


def pay_for(tx: Tx, *, by: Person, batch: int, answers: int, cost: int, now: int) -> int:
    """Pay for so many gold answers more in a batch that runs, from the free funds; returns micro-units.

    `cost` is what the button showed. Raises DraftChanged when it is another by now, NotEnoughFunds, NotPublished.
    """
    require_coordinator(by)
    publishing.running(tx, batch)
    price = reserves.for_answers(tx, batch, answers)
    if answers <= 0 or price.total != cost:
        raise DraftChanged
    publishing.require_funds(tx, cost)
    reserves.add(tx, batch, price, by=by, now=now)
    gold_tasks.pay_for(tx, batch, answers)
    audit.add(tx, person_id=by.id, action="gold.paid", subject=f"batch:{batch}", now=now, answers=answers, amount=cost)
    tell(tx, by, "gold_made", now=now, slot=Slot.GOLD, batch=batch, made=0, paid=answers)
    progress.show(tx, by, batch, now=now)
    return cost


def offer(tx: Tx, batch: Batch) -> tuple[int, int] | None:
    """How many gold answers more could be paid for and what they cost (micro-units), where none is left to give out.

    None while there are some, without gold, and in a batch that does not run. `pay_for` asks whether the funds do.
    """
    if not batch.gold or rules.left(batch) or batch.is_draft or batch.state not in ("open", "paused"):
        return None
    answers = gold_answers(1, max(1, batch.wanted - batch.plain_submissions), rules.share_of(batch))
    cost = reserves.for_answers(tx, batch.id, answers).total
    return (answers, cost) if answers else None


def ready(batch: Batch) -> None:
    """Raise why nothing of this batch can be gold: NotComparable, AnswersFirst, PilotFirst, NotPublished."""
    if not kind(batch.kind).has_labels:
        raise NotComparable if batch.face.answers or batch.price is not None else AnswersFirst
    if not batch.face.answers:
        raise AnswersFirst
    if batch.piloting:
        raise PilotFirst
    if batch.state not in ("draft", "open", "paused"):
        raise NotPublished


def _ready(tx: Tx, batch_id: int) -> Batch:
    found = batches.by_id(tx, batch_id)
    if found is None or found.state == "discarded":
        raise BatchGone
    ready(found)
    return found


def _task(tx: Tx, task_id: int) -> tuple[Task, Batch]:
    one = tasks.by_id(tx, task_id)
    if one is None:
        raise StaleButton
    return one, _ready(tx, one.batch_id)


def _note(tx: Tx, by: Person, task: Task, action: str, label: str, *, now: int) -> None:
    audit.add(tx, person_id=by.id, action=action, subject=f"task:{task.id}", now=now, label=label)
    progress.refresh(tx, task.batch_id, now)


def _next(tx: Tx, by: Person, batch: Batch, besides: int, *, made: int, last: int | None, now: int) -> None:
    task = gold_tasks.untouched(tx, batch.id, near=now % PARTS, besides=besides)
    if task is None:
        stop(tx, by=by, batch=batch.id, made=made, now=now)
    else:
        _show(tx, by, batch, task.id, made=made, last=last, now=now)


def _show(tx: Tx, by: Person, batch: Batch, task: int, *, made: int, last: int | None, now: int) -> None:
    tell(tx, by, "gold_make", now=now, slot=Slot.GOLD, batch=batch.id, task=task, made=made, last=last)
