"""Whatever people and the clock do in whatever order: no money appears, vanishes, is owed or is paid twice.

One long file, because one state machine has all that can happen and all that must hold.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain import ledger as accounts
from domain.payouts import WrongStep
from domain.people import CONSENT_VERSION, Person
from domain.periods import next_payout
from domain.refusals import Refusal
from domain.rejections import CODES, Target
from domain.rules import DAY, HOUR, MINUTE, Rules
from storage import assignments, consents, counted_gold, grounds, ledger, people, sessions
from storage import gold as gold_tasks
from storage import payouts as rows
from storage.cipher import Cipher
from storage.database import Tx
from storage.migrate import migrate
from tests.builders import NOON, make_batch, make_coordinator, make_owner, make_worker
from tests.steps import MESSAGE_IDS, books_are_right, money, the
from usecases import (
    appeals,
    budgets,
    funds,
    gold,
    gold_confirming,
    gold_doubts,
    gold_judging,
    joining,
    journal,
    leases,
    leaving,
    payouts,
    proposals,
    publishing,
    rejecting,
    reported,
    reporting,
    reserves,
    reviews,
    settling,
    topups,
    verifying,
    work,
    writing,
)

WORKERS = st.integers(0, 2)
NTH = st.integers(0, 7)


def there_is(what: str) -> Callable[[Any], bool]:
    """The rule is for when such rows are there: `what` is a table and a condition."""
    return lambda machine: machine.tx.one(f"select 1 from {what} limit 1") is not None


class Money(RuleBasedStateMachine):
    """Three workers, two of the staff, three batches and a clock that mostly goes forward.

    The photos' overlap adapts, the replies are written, and the texts pay so little that days must be lifted.
    """

    @initialize()
    def open_house(self) -> None:
        connection = sqlite3.connect(":memory:", isolation_level=None)
        connection.row_factory = sqlite3.Row
        connection.execute("pragma foreign_keys = on")
        migrate(connection)
        self.connection = connection
        self.tx = Tx(connection, Cipher(b"test"), Rules(payout_minimum=1))
        self.now = NOON
        self.verification: verifying.Verification | None = None
        self.export: journal.Journal | None = None
        self.exported: list[accounts.Transfer] = []
        with self.step():
            self.owner = make_owner(self.tx)
            self.staff = [self.owner, make_coordinator(self.tx)]
            self.workers = [make_worker(self.tx, 100 + index, f"W{index}") for index in range(3)]
            self.batches = [
                make_batch(self.tx, n_tasks=6, price=333_333, overlap=3, adaptive=2),
                make_batch(self.tx, "write_reply", 4, 1_234_567, 2),
                make_batch(self.tx, n_tasks=8, price=7_001, overlap=1, texts=True),
            ]

        for who in range(3):
            self.tap(who, 0, [0, who % 2, 0])
            self.write(who, sent_back_first=False)

    def step(self) -> Any:
        """What a person or the clock does: whole or, when it is refused, not at all."""
        return self.tx.savepoint()

    def attempt(self, what: Any, **values: Any) -> Any:
        try:
            with self.step():
                return what(self.tx, now=self.now, **values)
        except (Refusal, WrongStep):
            return None

    @rule(minutes=st.sampled_from([0, 1, 30, 12 * 60, 30 * 60, 100 * 60, 9 * 24 * 60, -12 * 60]))
    def time_passes(self, minutes: int) -> None:
        self.now = max(NOON, self.now + minutes * MINUTE)

    @rule(who=WORKERS, which=st.sampled_from([0, 0, 2]), choices=st.lists(st.integers(0, 2), min_size=1, max_size=4))
    def tap(self, who: int, which: int, choices: list[int]) -> None:
        worker = self.workers[who]
        self.attempt(work.start, by=self.me(who), batch=self.batches[which])
        for choice in choices:
            self.now += MINUTE
            in_hand = sessions.of(self.tx, worker.id).assignment_id
            if in_hand is not None:
                self.attempt(work.submit, by=self.me(who), assignment=in_hand, answer_index=choice)
                if choice == 0:  # a double tap
                    self.attempt(work.submit, by=self.me(who), assignment=in_hand, answer_index=choice)

    @rule(who=WORKERS, sent_back_first=st.booleans())
    def write(self, who: int, sent_back_first: bool) -> None:
        worker = self.workers[who]
        if sent_back_first:
            self.attempt(work.show, by=worker)
        else:
            self.attempt(work.start, by=self.me(who), batch=self.batches[1])
        self.now += MINUTE
        in_hand = sessions.of(self.tx, worker.id).assignment_id
        if in_hand is None:
            return
        self.attempt(writing.take, by=self.me(who), text=f"Reply {self.now}", message_id=next(MESSAGE_IDS))
        hand = assignments.hand(self.tx, worker.id, in_hand)
        assert hand is not None
        self.attempt(writing.submit, by=self.me(who), assignment=in_hand, version=hand.assignment.draft_version)

    @rule(who=WORKERS)
    def undo(self, who: int) -> None:
        worker = self.workers[who]
        last = sessions.of(self.tx, worker.id).undo_submission_id
        if last is not None:
            self.attempt(work.undo, by=self.me(who), submission=last)

    @rule(which=st.sampled_from([0, 2]), near=st.integers(0, 999), index=st.integers(0, 2))
    def make_gold(self, which: int, near: int, index: int) -> None:
        """Of a task nobody has begun with."""
        task = gold_tasks.untouched(self.tx, self.batches[which], near=near, besides=0)
        if task is not None:
            self.attempt(gold.answer, by=self.owner, task=task.id, index=index, made=0)

    @precondition(there_is("tasks where state = 'done'"))
    @rule(which=st.sampled_from([0, 2]), index=st.integers(0, 2))
    def confirm_gold(self, which: int, index: int) -> None:
        """Of a task with answers: one they agree on."""
        for task in counted_gold.agreed(self.tx, self.batches[which], least=1)[:2]:
            self.attempt(gold_confirming.confirm, by=self.owner, task=task.id, index=index, made=0)

    @precondition(there_is("tasks where gold is not null"))
    @rule(nth=NTH, what=st.sampled_from(["back", "back", "keep", "change", "pay", "judge"]))
    def gold_goes_on(self, nth: int, what: str) -> None:
        found = self.tx.all("select id, batch_id from tasks where gold is not null order by id")
        one, batch = found[nth % len(found)]["id"], found[nth % len(found)]["batch_id"]
        if what == "back":
            self.attempt(gold_doubts.take_back, by=self.owner, task=one)
        elif what == "keep":
            self.attempt(gold_doubts.keep, by=self.owner, task=one)
        elif what == "change":
            self.attempt(gold_doubts.change, by=self.owner, task=one, index=nth % 3)
        elif what == "pay":
            cost = reserves.for_answers(self.tx, batch, nth).total
            self.attempt(gold.pay_for, by=self.owner, batch=batch, answers=nth, cost=cost)
        else:
            self.attempt(gold_judging.run_due)

    @rule(who=WORKERS)
    def stop(self, who: int) -> None:
        self.attempt(work.stop, by=self.workers[who])

    @precondition(there_is("submissions where state = 'pending'"))
    @rule(nth=NTH, version=st.integers(1, 2))
    def accept(self, nth: int, version: int) -> None:
        for submission in self.some(nth):
            self.attempt(reviews.accept, by=self.owner, submission_id=submission, version=version)

    @precondition(there_is("submissions where state = 'pending'"))
    @rule(nth=NTH)
    def send_back(self, nth: int) -> None:
        for submission in self.some(nth):
            version = the(self.tx, submission).version
            self.attempt(
                reviews.send_back, by=self.owner, submission_id=submission, version=version, reason="Once more"
            )

    @precondition(there_is("submissions where state = 'pending'"))
    @rule(nth=NTH, who=st.integers(0, 1), code=st.sampled_from([0, 4]), following=st.integers(0, 3))
    def reject(self, nth: int, who: int, code: int, following: int) -> None:
        for submission in self.some(nth, "where state = 'pending'"):
            one = the(self.tx, submission)
            last, version = (submission + following, 0) if following else (submission, one.version)
            with self.step():
                ground = grounds.add(
                    self.tx,
                    by=self.staff[who].id,
                    now=self.now,
                    code=CODES[code][0],
                    line=None,
                    source=None,
                    words="It is asdf",
                    rule=1,
                    target=Target(submission, last, version),
                )
            for _ in range(2):  # a double tap
                self.attempt(rejecting.confirm, by=self.staff[who], ground=ground)

    @precondition(there_is("proposals where state = 'waiting'"))
    @rule(who=st.integers(0, 1), agree=st.booleans())
    def second(self, who: int, agree: bool) -> None:
        for row in self.tx.all("select id, size from proposals where state = 'waiting'"):
            decide = proposals.agree if agree else proposals.decline
            self.attempt(decide, by=self.staff[who], proposal=row["id"], count=row["size"])

    @precondition(there_is("rejections where state = 'open'"))
    @rule(who=WORKERS, nth=st.integers(0, 3), everything=st.booleans())
    def appeal(self, who: int, nth: int, everything: bool) -> None:
        found = self.tx.all(
            "select submission_id, batch_id, worker_id from rejections order by state = 'open' desc, id desc"
        )
        one = found[nth % len(found)]
        by = self.me(who) if who else people.by_id(self.tx, one["worker_id"])
        if everything:
            self.attempt(appeals.appeal_all, by=by, batch=one["batch_id"])
        else:
            self.attempt(appeals.appeal, by=by, submission=one["submission_id"])

    @precondition(there_is("rejections where state = 'appealed'"))
    @rule(who=st.integers(0, 1), good=st.booleans())
    def judge(self, who: int, good: bool) -> None:
        for row in self.tx.all("select id from rejections where state = 'appealed' order by id limit 2"):
            for by in (self.staff[who], self.staff[1 - who]):  # who rejected it may not
                if good:
                    self.attempt(appeals.pay, by=by, rejection=row["id"])
                else:
                    self.attempt(appeals.keep_written, by=by, text="It stays asdf", rejection=row["id"])

    @precondition(there_is("rejections where state in ('open', 'appealed')"))
    @rule(days=st.sampled_from([0, 8, 50]))
    def appeals_clock(self, days: int) -> None:
        self.now += days * DAY
        self.attempt(appeals.decide_due, limit=3)

    @rule(days=st.sampled_from([0, 1, 1, 2]), steps=st.integers(1, 4))
    def lift_days(self, days: int, steps: int) -> None:
        self.now += days * DAY
        for _ in range(steps):
            self.attempt(topups.run_due)

    @rule(which=st.integers(0, 2), amount=st.sampled_from(["0.01", "0.5", "1.234567", "40"]))
    def add_budget(self, which: int, amount: str) -> None:
        self.attempt(budgets.add, by=self.owner, batch=self.batches[which], text=amount)

    @rule(amount=st.sampled_from([1, 2_000_000, 30_000_000]))
    def receive_money(self, amount: int) -> None:
        self.attempt(funds.record, by=self.owner, amount=amount, message_id=next(MESSAGE_IDS))

    @precondition(there_is("reports where state = 'open'"))
    @rule(agree=st.booleans())
    def look_at_reports(self, agree: bool) -> None:
        for row in self.tx.all("select task_id, max(id) as upto from reports group by task_id"):
            decide = reported.agree if agree else reported.decline
            self.attempt(decide, by=self.owner, task=row["task_id"], upto=row["upto"])

    @precondition(there_is("payout_runs where state in ('approved', 'settled')"))
    @rule(nth=st.integers(0, 5), end=st.sampled_from(["sending", "paid", "failed", "unknown", "returned"]))
    def settle_a_payout(self, nth: int, end: str) -> None:
        found = self.tx.all(
            "select p.id from payouts p join payout_runs r on r.id = p.run_id and r.state in ('approved', 'settled')"
            " order by p.id desc"
        )
        one = rows.payout(self.tx, found[nth % len(found)]["id"])
        assert one is not None
        if end == "sending":
            if one.state == "reserved":
                with self.step():
                    rows.change(self.tx, one.id, state="sending", sent_at=self.now)
            return
        more = {"paid": {"reference": None}, "unknown": {}}.get(end, {"problem": "denied"})
        for _ in range(2):  # told twice
            self.attempt(getattr(settling, end), payout=one, **more)

    @precondition(there_is("payout_runs"))
    @rule(amount=st.sampled_from([1, 20_000, 900_000]), number=st.integers(1, 3))
    def charge_a_fee(self, amount: int, number: int) -> None:
        for run in rows.recent(self.tx, limit=1):
            try:
                self.attempt(settling.fee, run_id=run.id, amount=amount, number=number)
            except ledger.CauseReused:
                assert ledger.moved(self.tx, f"run:{run.id}:fee:{number}") not in (0, amount)

    @rule(which=st.integers(0, 2))
    def accept_all(self, which: int) -> None:
        until = self.now - HOUR
        self.attempt(reviews.accept_all, by=self.owner, batch_id=self.batches[which], until=until)

    @rule(hours=st.sampled_from([0, 1, 25, 49, 73]))
    def review_clock(self, hours: int) -> None:
        self.now += hours * HOUR
        self.attempt(reviews.accept_due, limit=3)
        self.attempt(reviews.expire_sent_back, limit=3)
        self.attempt(leases.expire, limit=3)

    @rule(wait=st.booleans(), steps=st.integers(1, 4), approve=st.booleans())
    def payday(self, wait: bool, steps: int, approve: bool) -> None:
        if wait:
            self.now = next_payout(self.tx.rules, self.now).due_at
        for _ in range(steps):
            self.attempt(payouts.run_due)
        for run in rows.unpaid(self.tx, limit=1) if approve else []:
            self.attempt(payouts.approve, by=self.owner, run_id=run.id)

    @precondition(there_is("payout_runs where state <> 'settled'"))
    @rule(taps=st.lists(st.sampled_from([payouts.approve, payouts.mark_paid]), min_size=1, max_size=3))
    def decide_payout(self, taps: list[Any]) -> None:
        for tap in taps:
            for run in rows.recent(self.tx, limit=3):
                for by in self.staff:
                    self.attempt(tap, by=by, run_id=run.id)

    @rule(who=WORKERS, nth=st.integers(0, 11), choice=st.integers(0, 2))
    def tap_an_old_card(self, who: int, nth: int, choice: int) -> None:
        self.now += MINUTE
        self.attempt(work.submit, by=self.me(who), assignment=self.card(nth), answer_index=choice)

    @rule(who=WORKERS, nth=st.integers(0, 11), what=st.sampled_from([writing.submit, writing.edit, writing.discard]))
    def tap_an_old_draft(self, who: int, nth: int, what: Any) -> None:
        hand = assignments.hand(self.tx, self.workers[who].id, self.card(nth))
        if hand is not None:
            version = hand.assignment.draft_version
            self.attempt(what, by=self.me(who), assignment=hand.assignment.id, version=version)

    @rule(who=WORKERS, nth=NTH)
    def edit_a_message(self, who: int, nth: int) -> None:
        found = self.tx.all(
            "select message_id from parts where worker_id = :id order by message_id desc", id=self.workers[who].id
        )
        if nth < len(found):
            self.attempt(
                writing.edited, by=self.me(who), text=f"Edited {self.now}", message_id=found[nth]["message_id"]
            )

    @rule(who=WORKERS, nth=st.integers(0, 11), reason=st.integers(0, 3))
    def leave_a_card(self, who: int, nth: int, reason: int) -> None:
        mine = sessions.of(self.tx, self.workers[who].id).assignment_id
        card = mine if mine is not None and nth % 2 else self.card(nth)
        if reason:
            self.attempt(reporting.report, by=self.me(who), assignment=card, reason=reason)
        else:
            self.attempt(reporting.skip, by=self.me(who), assignment=card)

    @rule(nth=NTH)
    def offer_a_reported_task_again(self, nth: int) -> None:
        self.attempt(reporting.resume_task, by=self.owner, task=nth + 1)

    @rule(who=WORKERS, really=st.integers(0, 3))
    def withdraw_or_agree_again(self, who: int, really: int) -> None:
        given = consents.of(self.tx, self.workers[who].id)
        if given is None:
            self.attempt(joining.agree, by=self.me(who), version=CONSENT_VERSION)
        elif really == 0:
            self.attempt(leaving.withdraw, by=self.me(who), agreed_at=given.agreed_at)

    @rule(which=st.integers(0, 2), what=st.sampled_from([publishing.pause, publishing.resume]))
    def pause_or_resume(self, which: int, what: Any) -> None:
        self.attempt(what, by=self.owner, batch=self.batches[which])

    @rule(which=st.integers(0, 2), really=st.integers(0, 5))
    def close(self, which: int, really: int) -> None:
        if really == 0:
            self.attempt(publishing.close, by=self.owner, batch=self.batches[which])

    def some(self, nth: int, which: str = "") -> list[int]:
        """One of the newest submissions."""
        found = self.tx.all(f"select id from submissions {which} order by id desc limit 8")
        return [found[nth % len(found)]["id"]] if found else []

    def me(self, who: int) -> Person:
        """A worker as they are now."""
        return people.by_id(self.tx, self.workers[who].id)

    def card(self, nth: int) -> int:
        """The nth newest assignment, anybody's."""
        found = self.tx.all("select id from assignments order by id desc limit 12")
        return int(found[nth]["id"]) if nth < len(found) else 0

    @invariant()
    def books_are_right(self) -> None:
        books_are_right(self.tx)

    @invariant()
    def a_verification_under_way_finds_nothing(self) -> None:
        """It reads a page between any two steps of anybody, and goes by the balances it began with."""
        if self.verification is None:
            self.verification, found = verifying.begin(self.tx, currency="USD")
        else:
            found = verifying.step(self.tx, self.verification, limit=2)
            if self.verification.done:
                self.verification = None
        assert found == []

    @invariant()
    def an_export_under_way_is_whole(self) -> None:
        """Its transfers make the balances it began with, whatever moves meanwhile."""
        if self.export is None:
            self.export, self.exported = journal.begin(self.tx)
            return
        self.exported += journal.step(self.tx, self.export, limit=2)
        if self.export.done:
            made: Counter[str] = Counter()
            for transfer in self.exported:
                made[transfer.debit] -= transfer.amount
                made[transfer.credit] += transfer.amount
            assert {name: made[name] for name, _ in self.export.accounts()} == dict(self.export.accounts())
            assert len({transfer.cause for transfer in self.exported}) == len(self.exported)
            self.export = None

    @invariant()
    def everybody_has_what_their_work_makes(self) -> None:
        for worker in self.workers:
            has = money(self.tx, worker)
            assert has.review == self.worth(worker.id, "pending")
            lifted = self.sum("select sum(amount) from topups where worker_id = :id", id=worker.id)
            told = self.sum("select sum(amount) from reports where worker_id = :id and state = 'agreed'", id=worker.id)
            rounded = ledger.all_moved(self.tx, "worker", "rounded", worker.id)[0]
            made = self.worth(worker.id, "accepted") + lifted + told
            assert has.available + has.transit + has.paid + rounded == made

    @invariant()
    def what_can_be_appealed_is_held(self) -> None:
        held = self.sum(
            "select sum(s.price) from submissions s join rejections r on r.submission_id = s.id"
            " where s.state = 'rejected' and r.state in ('open', 'appealed')"
        )
        assert ledger.balance(self.tx, accounts.HELD) == held

    @invariant()
    def nothing_but_the_funds_owes(self) -> None:
        below = "select id from accounts where balance < 0 and id not in ('world', 'funds')"
        assert self.tx.all(below) == []
        owed = self.sum("select sum(topups) from additions where by is null")
        assert ledger.balance(self.tx, accounts.FUNDS) >= -owed - self.sum(
            "select sum(amount) from ledger where kind = :kind", kind=ledger.KINDS["run", "fee_covered"]
        )

    @invariant()
    def what_is_promised_is_reserved(self) -> None:
        for batch in self.batches:
            row = self.tx.one(
                "select price, leased, state, submissions, accepted from batches where id = :id", id=batch
            )
            assert row is not None
            back = self.tx.value(
                "select count(*) from submissions where batch_id = :id and state = 'sent_back'", id=batch
            )
            assert ledger.balance(self.tx, accounts.reserve(batch)) >= row["price"] * (row["leased"] + back)
            counted = self.tx.one(
                "select coalesce(sum(state in ('pending', 'accepted', 'sent_back')), 0),"
                " coalesce(sum(state = 'accepted'), 0) from submissions where batch_id = :id",
                id=batch,
            )
            assert counted is not None
            assert (row["submissions"], row["accepted"]) == tuple(counted)

    @invariant()
    def gold_is_counted_as_it_is(self) -> None:
        for batch in self.batches:
            has = self.tx.one(
                "select tasks, done, wanted, gold, gold_taken, gold_answered, submissions from batches where id = :id",
                id=batch,
            )
            is_gold = "(gold is not null or gold_rests = 1)"
            made = self.tx.one(
                f"select sum((not {is_gold})), sum(state = 'done' and (not {is_gold})), sum(wanted * (not {is_gold})),"
                f" sum(gold is not null), sum(taken * {is_gold}), sum(answered * {is_gold}), sum(answered) from tasks"
                " where batch_id = :id",
                id=batch,
            )
            assert has is not None and made is not None and tuple(has) == tuple(made)

    @invariant()
    def agreement_and_what_was_not_asked_for_are_counted_from_ordinary_work(self) -> None:
        """Of ordinary tasks alone, whatever became gold or stopped being it. Replies are not compared."""
        for batch in (self.batches[0], self.batches[2]):
            has = self.tx.one("select pairs, pairs_same, unasked from batches where id = :id", id=batch)
            made = self.tx.one(
                "select count(*), coalesce(sum(s.answer = o.answer), 0) from tasks t"
                " join submissions s on s.task_id = t.id and s.state in ('pending', 'accepted', 'sent_back')"
                " join submissions o on o.task_id = t.id and o.state in ('pending', 'accepted', 'sent_back')"
                " and o.id > s.id where t.batch_id = :id and t.gold is null and t.gold_rests = 0",
                id=batch,
            )
            spared = self.sum(
                "select sum(b.overlap - t.wanted) from tasks t join batches b on b.id = t.batch_id"
                " where b.id = :id and t.state = 'done' and b.overlap_least is not null",
                id=batch,
            )
            assert has is not None and made is not None
            assert tuple(has) == (*tuple(made), spared)

    @invariant()
    def payouts_are_the_sum_of_their_parts(self) -> None:
        for run in self.tx.all("select id, total, count from payout_runs"):
            parts = rows.of_run(self.tx, run["id"], limit=100)
            assert (run["total"], run["count"]) == (sum(part.amount for part in parts), len(parts))
            assert all(part.amount % 10_000 == 0 for part in parts)

    @invariant()
    def a_closed_batch_keeps_what_it_may_still_pay_and_no_more(self) -> None:
        for row in self.tx.all(
            "select id, price * (leased + (select count(*) from submissions s where s.batch_id = b.id"
            " and s.state = 'sent_back')) as needed from batches b where state = 'closed'"
        ):
            assert ledger.balance(self.tx, accounts.reserve(row["id"])) == row["needed"]

    @invariant()
    def places_are_counted_right(self) -> None:
        wrong = (
            "select id from tasks t where taken > wanted or answered <> (select count(*) from submissions s"
            " where s.task_id = t.id and s.state in ('pending', 'accepted', 'sent_back')) or taken - answered <>"
            " (select count(*) from assignments a where a.task_id = t.id and a.state = 'offered')"
        )
        assert self.tx.all(wrong) == []
        miscounted = (
            "select id from batches b where leased <> (select count(*) from assignments a where a.batch_id = b.id"
            " and a.state = 'offered') or done <> (select count(*) from tasks t where t.batch_id = b.id"
            " and t.answered >= t.wanted) or wanted <> (select coalesce(sum(wanted), 0) from tasks t"
            " where t.batch_id = b.id and t.gold is null and t.gold_rests = 0)"
        )
        assert self.tx.all(miscounted) == []

    @invariant()
    def no_day_is_below_zero(self) -> None:
        below = "select worker_id, day from worker_days where submissions < 0 or earned < 0 or active_micros < 0"
        assert self.tx.all(below) == []

    def sum(self, sql: str, **values: object) -> int:
        return int(self.tx.value(sql, **values) or 0)

    def worth(self, worker_id: int, state: str) -> int:
        return int(
            self.tx.value(
                "select coalesce(sum(price), 0) from submissions where worker_id = :worker and state = :state",
                worker=worker_id,
                state=state,
            )
        )

    def teardown(self) -> None:
        if hasattr(self, "connection"):
            self.connection.close()


TestMoneyInAnyOrder = Money.TestCase
TestMoneyInAnyOrder.settings = settings(
    max_examples=20, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


class _Longer(Money):
    """The same, for longer."""


TestMoneyForLong = pytest.mark.soak(pytest.mark.timeout(1_200)(_Longer.TestCase))
TestMoneyForLong.settings = settings(
    max_examples=1_000, stateful_step_count=80, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
