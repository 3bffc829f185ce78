"""A batch with gold for newcomers, and people who know what they see, guess, or always tap the same."""

from __future__ import annotations

from collections.abc import Callable

from domain.batches import Batch
from domain.people import Person
from storage import batches, enrolments, gold, tasks
from storage.database import Tx
from storage.enrolments import Enrolment
from storage.gold import Given
from tests.builders import ANSWERS, NOON, add_funds, make_draft, make_owner, publish
from tests.usecases.desk import Desk
from usecases import measuring, work

PRICE = 50_000
Tapper = Callable[[str], int]
"""Which answer somebody taps, given the right one."""


def right(label: str) -> int:
    """Knows each of them."""
    return ANSWERS.index(label)


def wrong(label: str) -> int:
    """Is always mistaken."""
    return (ANSWERS.index(label) + 1) % len(ANSWERS)


def make_gated(
    tx: Tx,
    *,
    caption: str = "training 2\ntest yes",
    n_gold: int = 40,
    n_tasks: int = 30,
    why: str | None = "It has whiskers.",
    by: Person | None = None,
    now: int = NOON,
) -> int:
    """A published batch with gold of two classes in turn; the odd ones say why their answer is right."""
    owner = make_owner(tx, now=now)
    by = by or owner
    draft = make_gated_draft(tx, caption=caption, n_gold=n_gold, n_tasks=n_tasks, why=why, by=by, now=now)
    found = batches.by_id(tx, draft)
    assert found is not None
    quote = measuring.quote_of(tx, found)
    assert quote.cost is not None
    add_funds(tx, by=owner, amount=quote.cost.total, now=now)
    publish(tx, by=by, batch=draft, tasks=found.tasks, cost=quote.cost.total, now=now)
    return draft


def make_gated_draft(
    tx: Tx, *, caption: str, n_gold: int, n_tasks: int = 30, why: str | None = None, by: Person, now: int = NOON
) -> int:
    """The same before it is published."""
    draft = make_draft(tx, n_tasks=n_tasks + n_gold, by=by, caption=caption, now=now)
    ids = [row["id"] for row in tx.all("select id from tasks where batch_id = :id order by id", id=draft)]
    for number, task in enumerate(ids[n_tasks:]):
        gold.give(tx, Given(task, ANSWERS[number % 2], why if number % 4 < 2 else None), by=by.id, now=now)
    gold.adopt(tx, draft, {label: label for label in ANSWERS})
    return draft


def answer(desk: Desk, person: Person, tap: Tapper | int) -> None:
    """Tap an answer on the card in hand."""
    card = desk.card(person)
    assert card is not None, "no card in hand"
    task = tasks.by_id(desk.tx, desk.task(person))
    assert task is not None
    index = tap if isinstance(tap, int) else tap(task.gold or ANSWERS[0])
    desk.do(work.submit, person, assignment=card, answer_index=index)


def answer_while(desk: Desk, person: Person, batch: int, stage: str, tap: Tapper | int) -> int:
    """Answer as long as they are at this stage and have a card; returns how often."""
    count = 0
    while place(desk, person, batch).stage == stage and desk.card(person) is not None:
        answer(desk, person, tap)
        count += 1
        assert count < 100
    return count


def place(desk: Desk, person: Person, batch: int) -> Enrolment:
    """Where they stand."""
    found = enrolments.of(desk.tx, person.id, batch)
    assert found is not None
    return found


def the_batch(desk: Desk, batch: int) -> Batch:
    """The batch as it is now."""
    found = batches.by_id(desk.tx, batch)
    assert found is not None
    return found
