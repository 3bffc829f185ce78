"""A slow day in the world of `world.py`: a card that asks, a day that is lifted, a batch that rests for its reserve."""

from __future__ import annotations

from domain.drafts import MAX_TITLE
from domain.rules import DAY, SECOND
from storage import assignments, batches
from storage.database import Tx
from tests.builders import add_funds, make_batch, make_owner, make_worker
from tests.steps import take
from usecases import presence, topups, work


def queue_topups(tx: Tx, text: str, now: int) -> None:
    """Every message about work time and top-ups waits to be sent."""
    lea = make_worker(tx, 140, "Lea", now=now)
    add_funds(tx, by=make_owner(tx), amount=100_000_000, now=now)
    batch = make_batch(tx, n_tasks=6, now=now)
    batches.change(tx, batch, title=text[:MAX_TITLE] or "Pets")
    for _ in range(4):
        card = take(tx, lea, batch, now=now)
        assignments.shown(tx, card, now=now)
        now += 29 * SECOND
        work.submit(tx, by=lea, assignment=card, answer_index=0, now=now)
    _tick(tx, now=now)
    card = take(tx, lea, batch, now=now)
    assignments.shown(tx, card, now=now)
    presence.ask(tx, now=now + 31 * SECOND)
    _tick(tx, now=now + 2 * DAY)
    day = int(tx.value("select day from topups where worker_id = :id", id=lea.id))
    topups.why(tx, by=lea, day=day, now=now)


def _tick(tx: Tx, *, now: int) -> None:
    while topups.run_due(tx, now=now):
        pass
