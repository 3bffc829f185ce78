"""Where a step's processor time goes: each part of our path by itself, in one thread, without commits or network.

The parts run one after the other in one transaction, on the same data as the rows of full steps, so their sum is what a
step costs before threads hand over to each other, commits are shared and HTTP calls are made.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import thread_time_ns
from typing import Any

import orjson

from bench import seeding
from bench.crowd import ids
from bench.options import Options
from bench.report import Report, table
from bot.rendering import RENDERERS
from bot.rendering.message import Message
from domain.notices import Slot
from domain.people import Sender
from domain.refusals import Refusal
from domain.rules import Rules
from handlers.buttons import encode
from locales.words import Words
from storage import inbox, outbox, sessions
from storage.cipher import Cipher
from storage.database import Database, Tx
from usecases import arrivals, delivery, work
from usecases.arrivals import Arrival, Tapped
from usecases.delivery import Delivered

PEOPLE = 16
STEPS = 600
WARM = 100
MESSAGE = 4711


@dataclass(slots=True)
class Clock:
    """Microseconds of this thread by part."""

    spent: dict[str, list[float]] = field(default_factory=dict)

    def time(self, part: str, do: Callable[[], Any]) -> Any:
        """Do it and note how long it took."""
        began = thread_time_ns()
        result = do()
        self.spent.setdefault(part, []).append((thread_time_ns() - began) / 1000)
        return result


async def run(report: Report, folder: Path, _: Options) -> None:
    """Measure and print; the median of each part."""
    await seeding.seed(folder / "parts", workers=ids(PEOPLE), submissions=STEPS * 2)
    db = await Database.open(folder / "parts" / "tallyhand.db", Cipher(b"bench"), Rules(quick_tap_millis=0))
    try:
        clock = await db.write(_steps)
    finally:
        await db.close()
    found = {part: median(spent[WARM:]) for part, spent in clock.spent.items()}
    found["all of these"] = sum(found.values())
    for part, micros in found.items():
        report.add("parts", part=part, micros=round(micros, 1))
    print("\nProcessor time of one step by part, in one thread (median, µs)\n")
    print(
        table(
            ("part", "µs", "share"),
            [(part, f"{us:.0f}", f"{us / found['all of these']:.0%}") for part, us in found.items()],
        )
    )


def _steps(tx: Tx) -> Clock:
    now = time.time_ns() // 1000
    people = [(number, tx.value("select id from people where telegram_id = :id", id=number)) for number in ids(PEOPLE)]
    for telegram_id, person_id in people:
        arrival = Arrival(0, now, Sender(telegram_id, f"Worker {telegram_id}", None, "en"))
        work.show(tx, by=arrivals.arrive(tx, arrival), now=now)
        _send(tx, person_id, Clock(), now=now)
    clock = Clock()
    for number in range(STEPS):
        now += 10_000_000
        _step(tx, *people[number % PEOPLE], number, clock, now=now)
    return clock


def _step(tx: Tx, telegram_id: int, person_id: int, number: int, clock: Clock, *, now: int) -> None:
    assignment = sessions.of(tx, person_id).assignment_id
    assert assignment is not None
    update = _tap(telegram_id, number, encode("answer", assignment, 0), now)
    seq = clock.time(
        "inbox: seal and keep", lambda: inbox.add(tx, bot=1, update_id=number, payload=orjson.dumps(update), now=now)
    )
    arrival = Arrival(
        seq, now, Sender(telegram_id, f"Worker {telegram_id}", None, "en"), None, Tapped(MESSAGE, media=False)
    )
    handled = clock.time(
        "the use case: submission, money, counters, next task, outbox",
        lambda: arrivals.handle(tx, arrival, Slot.CARD, work.submit, assignment=assignment, answer_index=0),
    )
    assert not isinstance(handled.result, Refusal)
    clock.time("the toast's words", lambda: Words("en", tx.rules).filled("Saved · +{amount}", {"amount": 50_000}))
    _send(tx, person_id, clock, now=now + 1)


def _send(tx: Tx, person_id: int, clock: Clock, *, now: int) -> None:
    """What the sender does with the queued card, the call itself left out."""
    row_id = tx.value("select max(id) from outbox where person_id = :id and state = 'waiting'", id=person_id)
    row = clock.time("outbox: load", lambda: outbox.load(tx, row_id))
    renderer = RENDERERS[row.key]
    assert renderer.view is not None
    view = renderer.view
    seen = clock.time("card: read", lambda: view(tx, person_id, row.params))
    message = clock.time("card: words and buttons", lambda: renderer.render(seen, Words("en", tx.rules)))
    assert isinstance(message, Message)
    assert message.shows is not None
    delivered = Delivered(row_id, person_id, row.slot, MESSAGE, False, False, message.shows)
    clock.time("outbox: note that it went out", lambda: delivery.sent(tx, delivered=delivered, now=now))


def _tap(telegram_id: int, number: int, data: str, now: int) -> dict[str, Any]:
    """A tap as the inbox keeps it."""
    person = {"id": telegram_id, "is_bot": False, "first_name": f"Worker {telegram_id}", "language_code": "en"}
    chat = {"id": telegram_id, "type": "private", "first_name": f"Worker {telegram_id}"}
    message = {"message_id": MESSAGE, "date": now // 1_000_000, "chat": chat}
    query = {"id": str(number), "from": person, "message": message, "chat_instance": "1", "data": data}
    return {"update_id": number, "callback_query": query}
