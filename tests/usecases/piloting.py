"""Drafts with a pilot: begun, answered, measured, published; and what their coordinator sees."""

from __future__ import annotations

from typing import Any

from bot.rendering.message import Message
from domain.batches import Batch
from domain.people import Person
from domain.rules import SECOND
from storage import batches, ledger
from tests.builders import add_funds, make_draft, make_owner
from tests.steps import render, take
from tests.usecases.desk import Desk
from tests.usecases.test_waves import crew, go
from usecases import (
    coordinating,
    pilots,
    publishing,
    work,
)

PRICE = 50_000
FUNDS = 100_000_000


def drafted(desk: Desk, n_tasks: int = 40, *, funds: int = FUNDS, **more: Any) -> tuple[Person, int]:
    owner = desk.make(make_owner)
    desk.make(add_funds, by=owner, amount=funds)
    return owner, desk.make(make_draft, n_tasks=n_tasks, by=owner, **more)


def view(desk: Desk, draft: int) -> coordinating.DraftView:
    found = batches.by_id(desk.tx, draft)
    assert found is not None
    return coordinating.draft_view(desk.tx, found, desk.now)


def piloted(desk: Desk, n_tasks: int = 40, **more: Any) -> tuple[Person, int]:
    owner, draft = drafted(desk, n_tasks, **more)
    begin(desk, owner, draft)
    return owner, draft


def begin(desk: Desk, owner: Person, draft: int) -> int:
    offer = view(desk, draft).pilot
    assert isinstance(offer, pilots.PilotOffer)
    return desk.do(pilots.begin, owner, batch=draft, tasks=offer.tasks, cost=offer.cost.total)


def publish(desk: Desk, owner: Person, draft: int) -> publishing.Published:
    quote = view(desk, draft).quote
    assert quote.fitting is not None
    return desk.do(publishing.publish, owner, batch=draft, tasks=quote.fit, cost=quote.fitting.total)


def answers(desk: Desk, worker: Person, batch: int, count: int, *, seconds: float = 9) -> None:
    for _ in range(count):
        take(desk.tx, worker, batch, now=desk.now)
        desk.pass_time(seconds)
        card = desk.card(worker)
        assert card is not None
        assignments_shown(desk, card, seconds)
        work.submit(desk.tx, by=worker, assignment=card, answer_index=0, now=desk.now)


def assignments_shown(desk: Desk, card: int, ago: float) -> None:
    desk.tx.run("update assignments set shown_at = :at where id = :id", at=desk.now - int(ago * SECOND), id=card)


def measured(desk: Desk, *, seconds: float = 9, **more: Any) -> tuple[Person, int, list[Person]]:
    """A pilot of ten tasks with one answer each, all given by three workers."""
    workers = crew(desk, 3)
    owner, draft = piloted(desk, **more)
    go(desk, draft)
    for worker, count in zip(workers, (4, 4, 2), strict=True):
        answers(desk, worker, draft, count, seconds=seconds)
    return owner, draft, workers


def causes(desk: Desk, batch: int) -> list[str]:
    return [one.cause for one in ledger.caused_by(desk.tx, "batch", batch)]


def screen_of(desk: Desk, person: Person, draft: int) -> Message:
    shown = render(desk.tx, "batch", {"batch": draft, "at": desk.now}, person)
    assert isinstance(shown, Message)
    return shown


def batch_of(desk: Desk, batch: int) -> Batch:
    found = batches.by_id(desk.tx, batch)
    assert found is not None
    return found
