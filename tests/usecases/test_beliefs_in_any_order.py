"""Whatever is answered, undone, rejected, upheld, late, decided or fitted in whatever order: what a task's row says its
answers say is what they say, nothing is given up that is open or clear, and what was saved is counted right."""

from __future__ import annotations

import json
from contextlib import suppress

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from domain.batches import Batch
from domain.inference.stopping import Decision, decide
from domain.inference.streaming import Belief, Prior, of
from domain.people import Person
from domain.refusals import Refusal
from domain.rules import Rules
from storage import batches, disputes
from storage import rejections as stored_rejections
from tests import rejecting
from tests.builders import make_batch, make_owner, make_worker
from tests.steps import books_are_right, make_reviewer
from tests.usecases.desk import Desk
from usecases import beliefs, leases, rejections, reporting, work
from usecases import disputes as deciding

LIVE = "('pending', 'accepted', 'sent_back')"
CROWD = 6
WHO = st.integers(0, CROWD - 1)
PICK = st.integers(0, 100)


class Believing(RuleBasedStateMachine):
    """Six workers, one batch of three tasks with an overlap that adapts, or a fixed one; every refusal is fine."""

    @initialize(
        overlap=st.sampled_from([(2, 5), (2, 3), (3, 6), (None, 3)]),
        first=st.lists(st.tuples(WHO, st.integers(0, 2)), min_size=8, max_size=14),
    )
    def open_a_batch(self, overlap: tuple[int | None, int], first: list[tuple[int, int]]) -> None:
        self.desk = Desk(Rules(quick_tap_millis=0))
        self.owner = self.desk.make(make_owner)
        self.rita = self.desk.make(make_reviewer)
        least, most = overlap
        self.batch = self.desk.make(make_batch, n_tasks=3, overlap=most, adaptive=least, price=50_000)
        self.workers: list[Person] = [self.desk.make(make_worker, 100 + one, f"W{one}") for one in range(CROWD)]
        self.fits = 0
        self.answer_all(first)

    def attempt(self, function: object, by: Person, **values: object) -> None:
        with suppress(Refusal):
            self.desk.do(function, by, **values)  # type: ignore[arg-type]

    def any_of(self, sql: str, pick: int) -> int | None:
        found = [row[0] for row in self.desk.tx.all(sql)]
        return int(found[pick % len(found)]) if found else None

    @rule(answers=st.lists(st.tuples(WHO, st.integers(0, 2)), min_size=1, max_size=8))
    def answer(self, answers: list[tuple[int, int]]) -> None:
        self.answer_all(answers)

    def answer_all(self, answers: list[tuple[int, int]]) -> None:
        for who, choice in answers:
            self.attempt(work.start, self.workers[who], batch=self.batch)
            card = self.desk.card(self.workers[who])
            if card is not None:
                self.attempt(work.submit, self.workers[who], assignment=card, answer_index=choice)

    @rule(who=WHO)
    def undo(self, who: int) -> None:
        undo = self.desk.undo_id(self.workers[who])
        if undo is not None:
            self.attempt(work.undo, self.workers[who], submission=undo)

    @rule(who=WHO, what=st.sampled_from([reporting.skip, work.stop]))
    def leave(self, who: int, what: object) -> None:
        card = self.desk.card(self.workers[who])
        if what is work.stop:
            self.attempt(what, self.workers[who])
        elif card is not None:
            self.attempt(what, self.workers[who], assignment=card)

    @rule(pick=PICK, answer=st.integers(0, 2))
    def answer_late(self, pick: int, answer: int) -> None:
        one = self.any_of("select id from assignments where state = 'expired' order by id", pick)
        if one is not None:
            who = self.desk.value("select worker_id from assignments where id = :id", id=one)
            by = next(worker for worker in self.workers if worker.id == who)
            self.attempt(work.submit, by, assignment=one, answer_index=answer)

    @rule()
    def leases_end(self) -> None:
        self.desk.pass_time(2 * 3_600)
        leases.expire(self.desk.tx, now=self.desk.now)

    @rule(pick=PICK)
    def reject(self, pick: int) -> None:
        one = self.any_of("select id from submissions where state = 'pending' order by id", pick)
        if one is not None:
            self.desk.pass_time(1)
            with suppress(Refusal):
                self.desk.make(rejecting.reject, self.owner, one, now=self.desk.now)

    @rule(pick=PICK)
    def uphold(self, pick: int) -> None:
        one = self.any_of("select id from rejections where state = 'open' order by id", pick)
        if one is not None:
            stored_rejections.appeal(self.desk.tx, one, now=self.desk.now)
            found = stored_rejections.by_id(self.desk.tx, one)
            assert found is not None
            self.desk.make(rejections.uphold, found, by=self.owner.id, reason="good", now=self.desk.now)

    @rule(rights=st.lists(st.integers(0, 10_000), min_size=0, max_size=CROWD), right=st.integers(3_000, 9_900))
    def fit(self, rights: list[int], right: int) -> None:
        self.fits += 1
        known = {worker.id: one for worker, one in zip(self.workers, rights, strict=False)}
        self.desk.make(beliefs.adopt, self.batch, Prior(self.fits, right, 250), known)

    @rule(pick=PICK, choice=st.integers(0, 3))
    def decide(self, pick: int, choice: int) -> None:
        task = self.any_of("select id from tasks order by id", pick)
        assert task is not None
        if choice == 3:
            self.attempt(deciding.not_usable, self.rita, task=task)
        else:
            self.attempt(deciding.decide, self.rita, task=task, choice=choice)

    @invariant()
    def rows_say_what_answers_say(self) -> None:
        if not hasattr(self, "desk"):
            return
        batch = self._batch()
        prior = Prior.from_text(batch.prior)
        for row in self.desk.tx.all("select id, state, answered, belief, given_up_at, decided_at from tasks"):
            live = self.desk.tx.all(
                "select s.answer, e.reliance from submissions s join enrolments e using (worker_id, batch_id)"
                f" where s.task_id = :id and s.state in {LIVE}",
                id=row["id"],
            )
            votes = [(json.loads(one["answer"])["label"], one["reliance"]) for one in live]
            if not votes:
                assert row["belief"] is None
                continue
            anew = of(votes, prior)
            if batch.overlap_least is None:
                assert row["belief"] is None, "where the overlap is fixed only the last answer asks"
                kept = anew if prior.fit == 0 else anew._replace(fit=-1)
            else:
                kept = Belief.from_text(row["belief"])
            assert kept.votes == anew.votes
            assert kept.fit != prior.fit or kept == anew
            if row["decided_at"] is None and row["given_up_at"] is not None:
                assert row["state"] == "done" and len(kept.votes) > 1
            if row["decided_at"] is None and row["state"] == "done" and kept.fit == prior.fit:
                settled = decide(anew, prior, labels=3, least=0, most=0)
                assert (row["given_up_at"] is not None) == (settled is Decision.GIVE_UP)

    @invariant()
    def counters_equal_a_recount(self) -> None:
        if not hasattr(self, "desk"):
            return
        batch = self._batch()
        tasks = self.desk.tx.all("select state, wanted, answered from tasks")
        assert batch.wanted == sum(row["wanted"] for row in tasks)
        assert batch.done == sum(row["answered"] >= row["wanted"] for row in tasks)
        spared = sum(batch.overlap - row["wanted"] for row in tasks if row["state"] == "done")
        assert batches.unasked(self.desk.tx, self.batch) == (spared if batch.overlap_least is not None else 0)
        open_ones = "select count(*) from tasks where given_up_at is not null and decided_at is null"
        assert disputes.count(self.desk.tx, self.batch) == self.desk.value(open_ones)

    def teardown(self) -> None:
        """The books are right, and no decided task has lost its label."""
        if hasattr(self, "desk"):
            books_are_right(self.desk.tx)
            self.desk.connection.close()

    def _batch(self) -> Batch:
        found = batches.by_id(self.desk.tx, self.batch)
        assert found is not None
        return found


TestBelieving = Believing.TestCase
TestBelieving.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
