"""Whatever several workers do in whatever order: counters equal a recount, money adds up, nobody is asked twice."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from domain import ledger as accounts
from domain.batches import Batch
from domain.pay import bucket, median_from_histogram
from domain.people import Person
from domain.refusals import Refusal
from storage import batches, ledger, timings
from tests.builders import make_batch, make_owner, make_worker
from tests.usecases.desk import Desk
from usecases import leases, publishing, reporting, reviews, work

PRICE = 50_000
TASKS = 4
WORKERS = st.integers(0, 2)
LIVE = "state in ('pending', 'accepted', 'sent_back')"
COUNTED = """select sum(answered = 0) as unanswered, sum(answered >= wanted) as done, sum(taken > wanted) as over,
 sum(taken <> (select count(*) from assignments a where a.task_id = t.id and a.state = 'offered')
   + (select count(*) from submissions s where s.task_id = t.id and s.state in ('pending', 'accepted', 'sent_back')))
   as wrong_taken,
 sum(answered <> (select count(*) from submissions s where s.task_id = t.id
   and s.state in ('pending', 'accepted', 'sent_back'))) as wrong_answered,
 sum(state = 'done' and answered < wanted) as wrong_state from tasks t"""


class Working(RuleBasedStateMachine):
    """Three workers, one batch of four tasks wanted twice or three times; every refusal is fine, every trace is not."""

    @initialize(overlap=st.integers(1, 3), most=st.sampled_from([None, 3]))
    def open_a_batch(self, overlap: int, most: int | None) -> None:
        self.desk = Desk()
        self.owner = self.desk.make(make_owner)
        self.batch = self.desk.make(make_batch, n_tasks=TASKS, overlap=overlap, price=PRICE)
        batches.change(self.desk.tx, self.batch, most_per_worker=most)
        self.workers: list[Person] = [self.desk.make(make_worker, 100 + one, f"W{one}") for one in range(3)]

    def attempt(self, function: object, by: Person, **values: object) -> None:
        with suppress(Refusal):
            self.desk.do(function, by, **values)  # type: ignore[arg-type]

    def any_card(self, pick: int) -> int:
        return int(self.desk.value("select coalesce(max(id), 0) from assignments") * pick // 100) or 1

    @rule(who=WORKERS)
    def come(self, who: int) -> None:
        self.attempt(work.show, self.workers[who])

    @rule(who=WORKERS)
    def start(self, who: int) -> None:
        self.attempt(work.start, self.workers[who], batch=self.batch)

    @rule(who=WORKERS, answer=st.integers(0, 2), seconds=st.floats(0, 120))
    def answer(self, who: int, answer: int, seconds: float) -> None:
        card = self.desk.card(self.workers[who])
        if card is not None:
            self.attempt(work.submit, self.workers[who], assignment=card, answer_index=answer, wait=seconds)

    @rule(who=WORKERS, pick=st.integers(0, 100), answer=st.integers(0, 3))
    def answer_any_card(self, who: int, pick: int, answer: int) -> None:
        self.attempt(work.submit, self.workers[who], assignment=self.any_card(pick), answer_index=answer)

    @rule(who=WORKERS)
    def undo(self, who: int) -> None:
        undo = self.desk.undo_id(self.workers[who])
        if undo is not None:
            self.attempt(work.undo, self.workers[who], submission=undo)

    @rule(who=WORKERS, pick=st.integers(0, 100))
    def skip(self, who: int, pick: int) -> None:
        self.attempt(
            reporting.skip, self.workers[who], assignment=self.desk.card(self.workers[who]) or self.any_card(pick)
        )

    @rule(who=WORKERS, reason=st.integers(0, 4))
    def report(self, who: int, reason: int) -> None:
        card = self.desk.card(self.workers[who])
        if card is not None:
            self.attempt(reporting.report, self.workers[who], assignment=card, reason=reason)

    @rule(who=WORKERS)
    def stop(self, who: int) -> None:
        self.attempt(work.stop, self.workers[who])

    @rule(who=WORKERS)
    def change_batch(self, who: int) -> None:
        self.attempt(work.change_batch, self.workers[who])

    @rule(seconds=st.sampled_from([30, 500, 700]))
    def time_passes(self, seconds: int) -> None:
        self.desk.pass_time(seconds)
        leases.expire(self.desk.tx, now=self.desk.now)

    @rule()
    def silence_pays(self) -> None:
        self.desk.pass_time(86_400)
        leases.expire(self.desk.tx, now=self.desk.now)
        reviews.accept_due(self.desk.tx, now=self.desk.now)

    @rule(what=st.sampled_from([publishing.pause, publishing.resume]))
    def pause_or_resume(self, what: object) -> None:
        self.attempt(what, self.owner, batch=self.batch)

    @rule()
    def tasks_are_resumed(self) -> None:
        for row in self.desk.tx.all("select id from tasks where state = 'paused'"):
            self.attempt(reporting.resume_task, self.owner, task=row["id"])

    @rule(sure=st.integers(0, 7))
    def close(self, sure: int) -> None:
        if sure == 0:
            self.attempt(publishing.close, self.owner, batch=self.batch)

    @invariant()
    def tasks_are_counted(self) -> None:
        if hasattr(self, "desk"):
            row = self.desk.tx.one(COUNTED)
            assert row is not None
            assert (row["over"], row["wrong_taken"], row["wrong_answered"], row["wrong_state"]) == (0, 0, 0, 0)
            assert self._batch().done == row["done"]

    @invariant()
    def the_batch_is_counted(self) -> None:
        if not hasattr(self, "desk"):
            return
        found = self._batch()
        live = self.desk.tx.all(f"select task_id, answer, active_micros from submissions where {LIVE} order by id")
        pairs = [
            (one["answer"] == other["answer"])
            for index, one in enumerate(live)
            for other in live[:index]
            if one["task_id"] == other["task_id"]
        ]
        leased = self.desk.value("select count(*) from assignments where state = 'offered'")
        assert (found.submissions, found.measured) == (len(live), len(live))
        assert found.active_micros == sum(row["active_micros"] for row in live)
        assert (found.pairs, found.pairs_same) == (len(pairs), sum(pairs))
        assert self.desk.value("select leased from batches") == leased
        counts: dict[str, int] = {}
        for row in live:
            key = str(bucket(row["active_micros"]))
            counts[key] = counts.get(key, 0) + 1
        assert timings.histogram(self.desk.tx, self.batch) == counts
        assert found.median_micros == median_from_histogram(counts)

    @invariant()
    def workers_are_counted(self) -> None:
        if not hasattr(self, "desk"):
            return
        for worker in self.workers:
            mine = self.desk.tx.one(
                f"select count(*), coalesce(sum(price), 0), coalesce(sum(active_micros), 0) from submissions"
                f" where worker_id = :id and {LIVE}",
                id=worker.id,
            )
            days = self.desk.tx.one(
                "select coalesce(sum(submissions), 0), coalesce(sum(earned), 0), coalesce(sum(active_micros), 0)"
                " from worker_days where worker_id = :id",
                id=worker.id,
            )
            assert mine is not None and days is not None and tuple(mine) == tuple(days)
            place = self.desk.tx.one("select done, earned from enrolments where worker_id = :id", id=worker.id)
            assert tuple(place or (0, 0)) == tuple(mine)[:2]

    @invariant()
    def money_adds_up(self) -> None:
        if not hasattr(self, "desk"):
            return
        tx = self.desk.tx
        assert ledger.total(tx) == 0
        assert ledger.cached(tx).items() >= ledger.replay(tx).items()
        reserve = ledger.balance(tx, accounts.reserve(self.batch))
        assert reserve >= PRICE * self.desk.value("select leased from batches")
        for worker in self.workers:
            for state, account in (("pending", accounts.in_review), ("accepted", accounts.available)):
                owed = self.desk.value(
                    "select coalesce(sum(price), 0) from submissions where worker_id = :id and state = :state",
                    id=worker.id,
                    state=state,
                )
                assert ledger.balance(tx, account(worker.id)) == owed

    @invariant()
    def nobody_has_a_task_twice(self) -> None:
        if not hasattr(self, "desk"):
            return
        twice = self.desk.value(
            "select count(*) from (select 1 from assignments a where a.state in ('offered', 'skipped', 'reported')"
            " or (a.state = 'submitted' and exists (select 1 from submissions s where s.assignment_id = a.id"
            " and s.state in ('pending', 'accepted', 'sent_back'))) group by task_id, worker_id having count(*) > 1)"
        )
        assert twice == 0
        for worker in self.workers:
            card = self.desk.card(worker)
            if card is not None:
                state = self.desk.value(
                    "select state from assignments where id = :id and worker_id = :w", id=card, w=worker.id
                )
                assert state == "offered"

    def teardown(self) -> None:
        """In the end everybody can do all that is wanted and that they never had."""
        if not hasattr(self, "desk"):
            return
        self.desk.pass_time(1_000)
        leases.expire(self.desk.tx, now=self.desk.now)
        batches.change(self.desk.tx, self.batch, most_per_worker=None)
        self.attempt(publishing.resume, self.owner, batch=self.batch)
        for worker in (*self.workers, self.desk.make(make_worker, 200, "New")):
            self.attempt(work.start, worker, batch=self.batch)
            while (card := self.desk.card(worker)) is not None:
                self.attempt(work.submit, worker, assignment=card, answer_index=0)
            kept_from = self.desk.value(
                "select count(*) from tasks t where state = 'open' and taken < wanted and not exists (select 1 from"
                " assignments a where a.task_id = t.id and a.worker_id = :id"
                " and a.state not in ('released', 'expired'))",
                id=worker.id,
            )
            assert kept_from == 0 or self._batch().state == "closed"
        self.desk.connection.close()

    def _batch(self) -> Batch:
        found = batches.by_id(self.desk.tx, self.batch)
        assert found is not None
        return found


TestWorking = Working.TestCase
TestWorking.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
