"""A payday from the work to the approval, made by the real use cases: for tests and the soak of what comes after it."""

from __future__ import annotations

from collections.abc import Sequence

from domain.people import Person
from domain.rules import DAY
from storage import payout_methods, payouts, people
from storage.database import Tx
from tests.builders import make_batch, make_coordinator, make_owner, make_worker
from tests.steps import answer
from usecases import payouts as paying
from usecases import reviews

FIRST_WORKER = 700_100_000
STEP = 100
"""So many people a transaction and a price."""


def earn(tx: Tx, addresses: Sequence[str], *, first: int = 0, price: int = 1_500_000, now: int) -> list[Person]:
    """Workers with these PayPal addresses, each of whom has answered one task of a batch at this price."""
    batch = make_batch(
        tx, "choose_one", 2 * len(addresses), price, texts=True, now=now
    )  # each has the next card in hand, too
    workers = []
    for number, address in enumerate(addresses, start=first):
        worker = make_worker(tx, FIRST_WORKER + number, f"Worker {number}", now=now)
        use_paypal(tx, worker, address, now=now)
        answer(tx, worker, batch, now=now)
        workers.append(worker)
    return workers


def use_paypal(tx: Tx, worker: Person, address: str, *, now: int) -> None:
    """The worker's payouts go there from now on."""
    payout_methods.begin(tx, worker.id, "paypal", address, now=now)
    method = payout_methods.begun(tx, worker.id)
    assert method is not None
    payout_methods.confirm(tx, method, name="", active_from=now, now=now)


def come(tx: Tx, *, now: int) -> bool:
    """Make one step towards the proposed run; False when it is there."""
    return reviews.accept_due(tx, now=now) or paying.run_due(tx, now=now)


def approve(tx: Tx, *, now: int) -> int:
    """Two humans approve the newest run; returns its id."""
    run_id = payouts.recent(tx, limit=1)[0].id
    for person in (make_owner(tx, now=now), make_coordinator(tx, now=now)):
        if _state(tx, run_id) != "approved":
            paying.approve(tx, by=people.by_id(tx, person.id), run_id=run_id, now=now)
    assert _state(tx, run_id) == "approved"
    return run_id


def _state(tx: Tx, run_id: int) -> str:
    run = payouts.by_id(tx, run_id)
    assert run is not None
    return run.state


def everybody(tx: Tx) -> list[Person]:
    """The workers who were paid, by payout."""
    rows = tx.all("select worker_id from payouts order by id")
    return [people.by_id(tx, row["worker_id"]) for row in rows]


def payday(tx: Tx, addresses: Sequence[str], *, price: int = 1_500_000, now: int) -> list[Person]:
    """Work two weeks ago, a run that was approved now; who was paid by it."""
    workers = earn(tx, addresses, price=price, now=now - 14 * DAY)
    while come(tx, now=now):
        pass
    approve(tx, now=now)
    return workers
