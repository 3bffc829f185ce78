"""Steps of work and what people would see, for tests that tell of what comes after: reviews, money, summaries."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

from bot.rendering import RENDERERS
from bot.rendering.message import Message
from domain import ledger as accounts
from domain.batches import Submission
from domain.people import Person
from domain.rules import MINUTE, SECOND
from handlers.buttons import decode
from locales.words import Words
from storage import assignments, ledger, outbox, people, reviews, sessions
from storage.database import Tx
from storage.outbox import Outgoing
from tests.builders import NOON, make_batch, make_person, make_worker
from usecases import verifying, work, writing

TASK_SECONDS = 9
MESSAGE_IDS = itertools.count(1_000)

REPLY_PRICE = 500_000


def answer(tx: Tx, worker: Person, batch: int, *, now: int, choice: int = 0) -> int:
    """Take the next task of a batch and tap an answer TASK_SECONDS later; returns the submission's id."""
    assignment = take(tx, worker, batch, now=now)
    receipt = work.submit(tx, by=worker, assignment=assignment, answer_index=choice, now=now + TASK_SECONDS * SECOND)
    assert receipt.submission_id is not None
    return receipt.submission_id


def write(tx: Tx, worker: Person, batch: int, text: str, *, now: int, message_id: int | None = None) -> int:
    """Take the next task of a batch, write a reply and submit it; returns the submission's id."""
    assignment = take(tx, worker, batch, now=now)
    return hand_in(tx, worker, assignment, text, now=now + 60 * SECOND, message_id=message_id)


def write_again(tx: Tx, worker: Person, text: str, *, now: int) -> int:
    """Open /work, which shows what was sent back first, and hand it in with another text."""
    work.show(tx, by=worker, now=now)
    session = sessions.of(tx, worker.id)
    assert session.assignment_id is not None
    return hand_in(tx, worker, session.assignment_id, text, now=now)


def take(tx: Tx, worker: Person, batch: int, *, now: int) -> int:
    """Have the next task of a batch in hand, its instructions read."""
    work.start(tx, by=worker, batch=batch, now=now)
    session = sessions.of(tx, worker.id)
    assert session.assignment_id is not None, "nothing left to do"
    return session.assignment_id


def hand_in(tx: Tx, worker: Person, assignment: int, text: str, *, now: int, message_id: int | None = None) -> int:
    """Write one message and submit the draft; returns the submission's id."""
    message_id = next(MESSAGE_IDS) if message_id is None else message_id
    assert writing.take(tx, by=worker, text=text, message_id=message_id, now=now)
    hand = assignments.hand(tx, worker.id, assignment)
    assert hand is not None
    version = hand.assignment.draft_version
    receipt = writing.submit(tx, by=worker, assignment=assignment, version=version, now=now)
    assert receipt.submission_id is not None, receipt
    return receipt.submission_id


def the(tx: Tx, submission_id: int) -> Submission:
    """The submission as it is now."""
    found = reviews.submission(tx, submission_id)
    assert found is not None
    return found


@dataclass(frozen=True, slots=True)
class Money:
    """A worker's balances in micro-units."""

    review: int
    available: int
    transit: int
    paid: int


def money(tx: Tx, worker: Person) -> Money:
    """What the worker has where."""
    accounts_of = (accounts.in_review, accounts.available, accounts.in_transit, accounts.paid)
    return Money(*(ledger.balance(tx, account(worker.id)) for account in accounts_of))


def books_are_right(tx: Tx) -> None:
    """Every balance is what its transfers make, and these are what people and the clock did."""
    assert violations(tx) == []


def violations(tx: Tx, *, limit: int = 10_000) -> list[str]:
    """What `python -m bot ledger verify` says of the database as it is now."""
    work, found = verifying.begin(tx, currency=tx.rules.currency)
    while not work.done:
        found += verifying.step(tx, work, limit=limit)
    return list(map(str, found))


def waiting(tx: Tx, person: Person) -> list[Outgoing]:
    """The rows that wait for a person, in order."""
    rows = [outbox.load(tx, row.id) for row in outbox.pending(tx, after=0, limit=10_000) if row.person_id == person.id]
    return [row for row in rows if row is not None]


def render(tx: Tx, key: str, params: dict[str, Any], person: Person, language: str = "en") -> object:
    """One notice as it would be sent now."""
    renderer = RENDERERS[key]
    view = renderer.view(tx, person.id, params) if renderer.view else params
    return renderer.render(view, Words(language, tx.rules))


def screen(tx: Tx, person: Person, key: str, language: str = "en") -> Message:
    """The newest waiting message of a key, as it would be sent now."""
    found = [row for row in waiting(tx, person) if row.key == key]
    assert found, f"no {key}, but {told(tx, person)}"
    message = render(tx, key, found[-1].params, person, language)
    assert isinstance(message, Message), message
    return message


def told(tx: Tx, person: Person) -> list[str]:
    """The keys of what waits for a person."""
    return [row.key for row in waiting(tx, person)]


def buttons(message: Message) -> dict[str, tuple[str, tuple[int, ...]]]:
    """The buttons of a message: text → action and numbers."""
    return {button.text: decode(button.data) for row in message.keyboard for button in row if button.data is not None}


def sent(tx: Tx) -> None:
    """Everything that waits has gone out."""
    for row in outbox.pending(tx, after=0, limit=10_000):
        outbox.sent(tx, row.id)


def make_reviewer(tx: Tx, telegram_id: int = 50, name: str = "Rita") -> Person:
    """Somebody who judges written work."""
    person = make_person(tx, telegram_id, name)
    people.change(tx, person.id, is_reviewer=1)
    return people.by_id(tx, person.id)


def written_replies(tx: Tx, n: int = 1, *, overlap: int = 1) -> tuple[Person, Person, int, list[int]]:
    """A reviewer, a worker, a batch of replies, and n replies of the worker's, a minute apart."""
    worker, reviewer = make_worker(tx), make_reviewer(tx)
    batch = make_batch(tx, "write_reply", max(n, 2), REPLY_PRICE, overlap)
    replies = [write(tx, worker, batch, f"Reply {index}", now=NOON + index * 2 * MINUTE) for index in range(n)]
    return reviewer, worker, batch, replies
