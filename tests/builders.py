"""People and batches for tests, made by the real use cases inside one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace

from domain import costs, gold
from domain import ledger as accounts
from domain.kinds.base import Payload, payload_to_json
from domain.people import CONSENT_VERSION, Person, Sender
from storage import batches, consents, jobs, ledger, people, photos, tasks
from storage.database import Tx
from usecases import drafts, funds, publishing

NOON = 1_790_000_000_000_000 // 86_400_000_000 * 86_400_000_000 + 12 * 3_600_000_000
"""Noon UTC of a day in 2026: no quiet hours for anybody near."""
ANSWERS = ("Cat", "Dog", "Something else")


def make_person(tx: Tx, telegram_id: int, name: str, *, now: int = NOON) -> Person:
    """Somebody who wrote to the bot once; no roles."""
    return people.by_telegram_id(tx, telegram_id) or people.add(tx, Sender(telegram_id, name, None, "en"), now=now)


def make_owner(tx: Tx, *, telegram_id: int = 1, name: str = "Olga", now: int = NOON) -> Person:
    """An owner, who may coordinate and review too."""
    person = make_person(tx, telegram_id, name, now=now)
    people.change(tx, person.id, is_owner=1)
    return people.by_id(tx, person.id)


def make_coordinator(tx: Tx, *, telegram_id: int = 2, name: str = "Carla", now: int = NOON) -> Person:
    """A coordinator."""
    person = make_person(tx, telegram_id, name, now=now)
    people.change(tx, person.id, is_coordinator=1)
    return people.by_id(tx, person.id)


def make_worker(
    tx: Tx, telegram_id: int = 100, name: str = "Ana", *, languages: Iterable[str] = ("en",), now: int = NOON
) -> Person:
    """A worker who agreed and chose languages."""
    person = make_person(tx, telegram_id, name, now=now)
    people.change(tx, person.id, is_worker=1)
    consents.agree(tx, person.id, version=CONSENT_VERSION, now=now)
    people.set_languages(tx, person.id, languages)
    return people.by_id(tx, person.id)


def add_funds(tx: Tx, *, by: Person, amount: int = 1_000_000_000, now: int = NOON) -> None:
    """Money from a client, in micro-units."""
    received = -ledger.balance(tx, accounts.WORLD)  # makes the cause another one when `now` is the same
    funds.record(tx, by=by, amount=amount, now=now + received)


def make_draft(
    tx: Tx,
    kind: str = "choose_one",
    n_tasks: int = 3,
    *,
    by: Person,
    price: int | None = 50_000,
    overlap: int = 1,
    caption: str = "",
    texts: bool = False,
    adaptive: int | None = None,
    now: int = NOON,
) -> int:
    """A complete draft: photos to choose for, texts to choose for (`texts`), or prompts to write a reply to.

    `adaptive` is the smaller end of a range of overlap.
    """
    written = kind == "write_reply"
    lines = ["Write a helpful reply."] if written else ["What is in the photo?", *(f"- {one}" for one in ANSWERS)]
    lines += [
        f"overlap {overlap}" if adaptive is None else f"overlap {adaptive}-{overlap}",
        "language en",
        *([caption] if caption else []),
    ]
    draft = drafts.new_draft(tx, by, "texts" if written or texts else "photos", None, "\n".join(lines), now=now)
    if price is not None:
        batches.change(tx, draft, price=price)
    for number in range(n_tasks):
        add_task(tx, draft, number, text=written or texts, now=now)
    batches.change(tx, draft, tasks=n_tasks)
    return draft


def make_batch(
    tx: Tx,
    kind: str = "choose_one",
    n_tasks: int = 3,
    price: int = 50_000,
    overlap: int = 1,
    *,
    by: Person | None = None,
    caption: str = "",
    texts: bool = False,
    adaptive: int | None = None,
    now: int = NOON,
) -> int:
    """A published batch with its money reserved and its offers asked for; the owner's unless `by` says otherwise."""
    owner = make_owner(tx, now=now)
    by = by or owner
    draft = make_draft(
        tx, kind, n_tasks, by=by, price=price, overlap=overlap, caption=caption, texts=texts, adaptive=adaptive, now=now
    )
    found = batches.by_id(tx, draft)
    assert found is not None
    cost = costs.cost(n_tasks, found.overlap, price, costs.rates_of(tx.rules)).total
    add_funds(tx, by=owner, amount=cost, now=now)
    publish(tx, by=by, batch=draft, tasks=n_tasks, cost=cost, now=now)
    return draft


def make_rated(tx: Tx, n_tasks: int = 3, *, overlap: int = 3, texts: bool = False, now: int = NOON) -> int:
    """A published batch of photos (or prompts) to rate from 1 to 5."""
    scale = "scale 1-5: Not useful - Very useful\nfr: Inutile - Très utile"
    draft = drafts.new_draft(
        tx, make_owner(tx), "texts" if texts else "photos", None, f"How useful is it?\n{scale}", now=now
    )
    batches.change(tx, draft, price=50_000, overlap=overlap)
    for number in range(n_tasks):
        add_task(tx, draft, number, text=texts, now=now)
    batches.change(tx, draft, tasks=n_tasks)
    return publish_all(tx, draft, now=now)


def publish_all(tx: Tx, draft: int, *, now: int = NOON) -> int:
    """Publish a complete draft as its maker, with the money it takes recorded before; returns its id."""
    found = batches.by_id(tx, draft)
    assert found is not None and found.price is not None
    answers = gold.budget(found, found.tasks)
    cost = costs.cost(found.tasks, found.overlap, found.price, costs.rates_of(tx.rules), gold=answers).total
    add_funds(tx, by=make_owner(tx, now=now), amount=cost, now=now)
    publish(tx, by=people.by_id(tx, found.created_by), batch=draft, tasks=found.tasks, cost=cost, now=now)
    return draft


def publish(tx: Tx, *, by: Person, batch: int, tasks: int, cost: int, now: int) -> publishing.Published:
    """Publish a draft in a test that is not about the floor: as where none was asked for on that day.

    Afterwards the batch has the installation's floor again, for what is.
    """
    rules = tx.rules
    tx.rules = replace(rules, floor=0, region_floors={})
    try:
        done = publishing.publish(tx, by=by, batch=batch, tasks=tasks, cost=cost, now=now)
    finally:
        tx.rules = rules
    batches.change(tx, batch, floor=None)
    return done


def add_task(tx: Tx, batch_id: int, number: int, *, text: bool, now: int = NOON) -> int:
    """One task of a draft: photo `number`, or prompt `number`."""
    content = hashlib.sha256(f"{batch_id}:{number}".encode()).hexdigest()
    payload = Payload(messages=(("user", f"Prompt {number}"),)) if text else Payload(photo=content)
    if not text:
        photos.add(tx, content, width=640, height=480, size=50_000, now=now)
    added = tasks.add(tx, batch_id, str(number + 1), content, payload_to_json(payload), 1)
    assert added is not None
    return added


def finish_jobs(tx: Tx, kind: str, *, now: int = NOON) -> None:
    """Close waiting jobs of a kind without doing them."""
    for job in jobs.waiting(tx, kind, limit=1_000):
        jobs.close(tx, job.id, now=now)
