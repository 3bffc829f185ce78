"""Nobody can tell gold from other work: two worlds alike, in one of which some tasks are gold, byte for byte the same.

The worlds do the same steps at the same instants. What a worker's client is sent and shown is compared, with the
photos' names taken out (another task may come at that place), and so is how many statements each step runs, triggers
left out: a tap on gold, and a tap before gold, take the same way as any other.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from typing import Any

from domain.people import Person
from storage import enrolments, gold, outbox
from storage.gold import Given
from tests.builders import make_draft, make_owner, make_worker, publish_all
from tests.steps import render
from tests.usecases.desk import Desk
from usecases import gold_matching, leases, reporting, work

PHOTOS = 24
STEPS = "answer skip answer report undo answer expire answer list answer stop answer skip report undo answer"
PLAN = STEPS.split()
HASH = re.compile(r"[0-9a-f]{64}")


class World:
    """One of the two: a worker, a batch, what they were shown, how many statements it took."""

    def __init__(self, *, gold_tasks: int, salt: int, overlap: int) -> None:
        self.desk = desk = Desk()
        owner = desk.make(make_owner)
        self.batch = desk.make(make_draft, n_tasks=PHOTOS, by=owner, overlap=overlap, caption="gold 100%")
        ids = [row["id"] for row in desk.tx.all("select id from tasks where batch_id = :b order by id", b=self.batch)]
        self.gold = set(ids[:: PHOTOS // gold_tasks]) if gold_tasks else set()
        for number, task in enumerate(sorted(self.gold)):
            given = Given(task, "Cat" if number % 2 else "Dog")
            desk.make(gold.give, given, by=owner.id, now=desk.now)
        desk.make(gold_matching.match_again, self.batch)
        desk.make(publish_all, self.batch)
        desk.tx.run("update batches set gold_salt = :salt where id = :id", salt=salt, id=self.batch)
        self.worker: Person = desk.make(make_worker, telegram_id=100, name="Ana")
        desk.make(enrolments.offer, self.worker.id, self.batch)
        self.seen: list[Any] = []
        self.statements: list[int] = []
        self.on_gold: set[str] = set()

    def step(self, function: Callable[..., Any], *, wait: float = 5, **values: Any) -> None:
        """Do it, count its statements, and take down what its worker is sent."""
        ran: list[str] = []
        self.desk.connection.set_trace_callback(ran.append)
        done = self.desk.do(function, self.worker, wait=wait, **values)
        self.desk.connection.set_trace_callback(None)
        self.statements.append(sum(before != sql for before, sql in itertools.pairwise(["", *ran])))
        self.seen.append(repr(done))
        self.look()

    def look(self) -> None:
        """What waits for the worker, as rows and as their client gets it."""
        tx = self.desk.tx
        for pending in outbox.pending(tx, after=0, limit=1_000):
            row = outbox.load(tx, pending.id)
            if row is None or row.person_id != self.worker.id:
                continue
            times = (row.lane, row.slot, row.key, row.not_before, pending.longest)
            shown = HASH.sub("photo", repr(render(tx, row.key, row.params, self.worker)))
            self.seen.append((times, row.params, shown))
            outbox.sent(tx, row.id)

    def go(self) -> None:
        """Through the plan, one card after the other."""
        self.step(work.start, batch=self.batch)
        for what in PLAN:
            card = self.desk.card(self.worker)
            assert card is not None
            if self.desk.task(self.worker) in self.gold:
                self.on_gold.add(what)
            if what == "skip":
                self.step(reporting.skip, assignment=card)
            elif what == "report":
                self.step(reporting.ask, assignment=card)
                self.step(reporting.report, assignment=card, reason=2)
            elif what == "expire":
                self.desk.pass_time(100_000)
                self.desk.make(leases.expire, now=self.desk.now)
                self.look()
                self.step(work.submit, assignment=card, answer_index=0)
            elif what == "list":
                self.step(work.change_batch)
                self.step(work.start, batch=self.batch)
            elif what == "stop":
                self.step(work.stop)
                self.step(work.show)
            else:
                self.step(work.submit, assignment=card, answer_index=0)
                if what == "undo":
                    self.step(work.undo, submission=self.desk.undo_id(self.worker))
                    self.step(work.submit, assignment=self.desk.card(self.worker), answer_index=1)


def test_a_world_with_gold_looks_like_one_without_to_the_last_byte_and_statement() -> None:
    done_on_gold: set[str] = set()
    for overlap in (1, 2):
        plain = World(gold_tasks=0, salt=0, overlap=overlap)
        plain.go()
        for salt in range(1, 13):
            other = World(gold_tasks=8, salt=salt, overlap=overlap)
            other.go()
            assert other.on_gold
            assert len(other.seen) == len(plain.seen)
            for mine, theirs in zip(other.seen, plain.seen, strict=True):
                assert mine == theirs
            assert other.statements == plain.statements
            done_on_gold |= other.on_gold
    assert done_on_gold == set(PLAN)
