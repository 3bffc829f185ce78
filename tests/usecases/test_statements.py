"""A statement is the ledger's word: its sums are the balances, each transfer of a worker stands in it once."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.rendering.message import Message
from domain import ledger as accounts
from domain.books import FLOWS
from domain.people import Person
from domain.refusals import Refusal
from domain.rejections import Target
from domain.rules import DAY, Rules
from domain.statements import (
    ACCOUNTS,
    NOTHING,
    ORDER,
    Balances,
    MonthNotThere,
    Move,
    StatementUnderWay,
    first_day,
    month_of,
    month_of_day,
    plan,
    plus,
)
from storage import grounds, jobs, ledger, payouts, people, rejections, sessions
from storage.payouts import payout
from tests.builders import NOON, make_batch, make_owner, make_person, make_worker
from tests.steps import MESSAGE_IDS, buttons, make_reviewer, screen, the, told
from tests.usecases.desk import Desk
from usecases import earnings, reporting, reviews, settling, statements, work, writing
from usecases import payouts as runs
from usecases import rejections as rejecting
from usecases.statements import Cursor

WORKERS, PICK = st.integers(0, 1), st.integers(0, 99)
EVENTS = st.one_of(
    st.tuples(st.sampled_from(["tap", "tap", "undo", "write", "report"]), WORKERS),
    st.tuples(st.sampled_from(["accept", "reject", "send_back", "uphold", "forfeit", "fail", "return"]), PICK),
    st.tuples(st.sampled_from(["topup", "payday"]), WORKERS),
    st.tuples(st.just("wait"), st.integers(1, 20)),
)


class History:
    """Two workers and what happens to them, by the use cases; what cannot be at the moment does not happen."""

    def __init__(self) -> None:
        self.desk = Desk(Rules(payout_minimum=1, timezone="Europe/Paris", quick_tap_millis=0))
        self.tx = self.desk.tx
        self.owner = self.desk.make(make_owner)
        self.reviewer = self.desk.make(make_reviewer)
        self.workers = [self.desk.make(make_worker, 100 + one, f"W{one}") for one in range(2)]
        self.tapped = self.desk.make(make_batch, n_tasks=12, price=333_333, overlap=2)
        self.written = self.desk.make(make_batch, "write_reply", 12, 1_234_567, 2)
        self.months = month_of(self.desk.rules, NOON)

    def happen(self, event: str, number: int) -> None:
        with suppress(Refusal):
            getattr(self, event)(number)

    def tap(self, who: int) -> None:
        worker = self.workers[who]
        self.desk.do(work.start, worker, batch=self.tapped)
        card = self.desk.card(worker)
        if card is not None:
            self.desk.do(work.submit, worker, assignment=card, answer_index=0)

    def undo(self, who: int) -> None:
        submission = self.desk.undo_id(self.workers[who])
        if submission is not None:
            self.desk.do(work.undo, self.workers[who], submission=submission)

    def write(self, who: int) -> None:
        worker = self.workers[who]
        self.desk.do(work.start, worker, batch=self.written)
        card = sessions.of(self.tx, worker.id).assignment_id
        if card is None:
            return
        message = next(MESSAGE_IDS)
        self.desk.do(writing.take, worker, text="A reply that says something.", message_id=message)
        version = self.tx.value("select draft_version from assignments where id = :id", id=card)
        self.desk.do(writing.submit, worker, assignment=card, version=version)

    def report(self, who: int) -> None:
        """What a coordinator agreed to pays like the task, straight to what is available."""
        worker = self.workers[who]
        self.desk.do(work.start, worker, batch=self.tapped)
        card = self.desk.card(worker)
        if card is None:
            return
        self.desk.do(reporting.report, worker, assignment=card, reason=0)
        number = self.tx.value("select max(id) from reports where worker_id = :id", id=worker.id)
        self.move(f"report:{number}:credited", accounts.reserve(self.tapped), accounts.available(worker.id), 333_333)

    def accept(self, pick: int) -> None:
        submission = self.any_submission("pending", pick)
        if submission is not None:
            version = the(self.tx, submission).version
            self.desk.do(reviews.accept, self.reviewer, submission_id=submission, version=version)

    def send_back(self, pick: int) -> None:
        submission = self.any_submission("pending", pick)
        if submission is not None:
            version = the(self.tx, submission).version
            self.desk.do(reviews.send_back_for, self.reviewer, submission_id=submission, version=version, code=0)

    def reject(self, pick: int) -> None:
        submission = self.any_submission("pending", pick)
        if submission is None:
            return
        self.desk.pass_time(5)
        one = the(self.tx, submission)
        target = Target(one.id, one.id, one.version)
        with self.tx.savepoint():
            ground = grounds.add(
                self.tx,
                by=self.reviewer.id,
                now=self.desk.now,
                code="blank",
                line=None,
                source=None,
                words="Empty",
                rule=1,
                target=target,
            )
            rejecting.reject(self.tx, one, ground=ground, by=self.reviewer.id, version=one.version, now=self.desk.now)

    def uphold(self, pick: int) -> None:
        self.appealed("upheld", pick)

    def forfeit(self, pick: int) -> None:
        self.appealed("kept", pick)

    def appealed(self, state: str, pick: int) -> None:
        rows = self.tx.all("select submission_id from rejections where state = 'open' order by id")
        if not rows:
            return
        self.desk.pass_time(5)
        one = rejections.of_submission(self.tx, rows[pick % len(rows)][0])
        assert one is not None
        with self.tx.savepoint():
            self.tx.run("update rejections set state = 'appealed', appealed_at = :now where id = :id", id=one.id, now=1)
            one = rejections.of_submission(self.tx, one.submission_id)
            assert one is not None
            if state == "upheld":
                rejecting.uphold(self.tx, one, by=None, reason="", now=self.desk.now)
            else:
                rejecting.forfeit(self.tx, one, state=state, by=None, reason=None, now=self.desk.now)

    def topup(self, who: int) -> None:
        self.desk.pass_time(5)
        day, worker = self.desk.rules.day(self.desk.now), self.workers[who].id
        known = self.tx.value("select 1 from topups where worker_id = :id and day = :day", id=worker, day=day)
        if known is not None or ledger.balance(self.tx, accounts.topups(self.tapped)) < 77_777:
            return
        number = self.tx.add(
            "insert into topups (worker_id, day, batch_id, amount, evidence, at)"
            " values (:worker, :day, :batch, 77777, '{}', :now)",
            worker=worker,
            day=day,
            batch=self.tapped,
            now=self.desk.now,
        )
        self.move(f"topup:{number}:credited", accounts.topups(self.tapped), accounts.available(worker), 77_777)

    def payday(self, who: int) -> None:
        """The next payday comes; of its run, the first payout is paid in every second case."""
        self.desk.pass_time(7 * DAY // 1_000_000)
        while runs.run_due(self.tx, now=self.desk.now):
            pass
        for run in payouts.unpaid(self.tx, limit=9):
            with suppress(Refusal):
                self.desk.do(runs.approve, self.owner, run_id=run.id)
            if who:
                for one in payouts.of_run(self.tx, run.id, limit=9):
                    if one.state == "failed":
                        continue
                    self.desk.pass_time(1)
                    settling.paid(self.tx, one, reference=None, now=self.desk.now)

    def fail(self, pick: int) -> None:
        number = self.any_payout("('reserved', 'sending', 'unknown')", pick)
        if number is not None:
            one = payout(self.tx, number)
            assert one is not None
            settling.failed(self.tx, one, problem="denied", now=self.desk.now)

    def wait(self, days: int) -> None:
        self.desk.pass_time(days * DAY // 1_000_000)
        while reviews.accept_due(self.tx, now=self.desk.now) or reviews.expire_sent_back(self.tx, now=self.desk.now):
            pass

    def any_submission(self, state: str, pick: int) -> int | None:
        rows = self.tx.all(
            "select id from submissions where state = :state and batch_id = :batch", state=state, batch=self.written
        )
        return rows[pick % len(rows)][0] if rows else None

    def any_payout(self, states: str, pick: int) -> int | None:
        rows = self.tx.all(f"select id from payouts where state in {states} order by id")
        return rows[pick % len(rows)][0] if rows else None

    def move(self, cause: str, debit: accounts.Account, credit: accounts.Account, amount: int) -> None:
        with self.tx.savepoint():
            ledger.transfer(
                self.tx, cause=cause, debit=debit, credit=credit, amount=amount, currency="USD", now=self.desk.now
            )


def returned(history: History, pick: int) -> None:
    """`return` is a word of Python's."""
    number = history.any_payout("('paid')", pick)
    if number is not None:
        one = payout(history.tx, number)
        assert one is not None
        settling.returned(history.tx, one, problem="denied", now=history.desk.now)


setattr(History, "return", returned)


def read(history: History, worker: Person, month: int) -> tuple[Balances, list[Move], Balances]:
    """A statement as the job reads it, page by page: before, the moves in order, after."""
    asked = plan(history.desk.rules, worker=worker.id, month=month, at=history.desk.now)
    moves: list[Move] = []
    cursor, before = Cursor(), NOTHING
    while not cursor.done:
        part = statements.part(history.tx, asked, cursor, limit=3)
        before = tuple(map(sum, zip(before, part.before, strict=True)))
        moves += part.moves
        cursor = part.cursor
    moves.sort(key=lambda move: move[:5])
    return before, moves, plus(before, moves)


def touching(history: History, worker: Person) -> set[str]:
    """The causes of all transfers that touch the worker's accounts or the price of their rejected work."""
    rows = history.tx.all(
        "select id from transfers where debit like :like or credit like :like"
        " or (id like 'submission:%:forfeited%' and subject in (select id from submissions where worker_id = :id))",
        like=f"worker:{worker.id}:%",
        id=worker.id,
    )
    return {row["id"] for row in rows}


def check(history: History) -> None:
    held = 0
    for worker in history.workers:
        after, causes = NOTHING, []
        for month in range(history.months, month_of(history.desk.rules, history.desk.now) + 1):
            before, moves, closing = read(history, worker, month)
            assert before == after, "a month begins with what the one before left"
            after = closing
            causes += [move.cause for move in moves]
            running = before
            for move in moves:
                assert month_of(history.desk.rules, move.at) == month
                running = plus(running, [move])
                assert min(running) >= 0, move
        assert sorted(causes) == sorted(touching(history, worker))
        for use, amount in zip(ACCOUNTS[:4], after, strict=False):
            assert amount == ledger.balance(history.tx, accounts.Account(f"worker:{worker.id}:{use}")), use
        held += after[4]
    assert held == ledger.balance(history.tx, accounts.HELD)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(EVENTS, min_size=10, max_size=40))
def test_sums_equal_the_ledger_and_every_transfer_stands_once_whatever_happened(events: list[tuple[str, int]]) -> None:
    history = History()
    for event, number in events:
        history.happen(event, number)
    check(history)


def test_a_year_of_everything_adds_up() -> None:
    history = History()
    for month in range(3):
        for event, number in (
            *(("tap", 0), ("tap", 1), ("undo", 0), ("write", 0), ("write", 1), ("write", 0), ("report", 1)),
            *(("accept", 0), ("send_back", 0), ("topup", 0), ("reject", 0), ("write", 1), ("wait", 2)),
            *(("uphold" if month else "forfeit", 0), ("reject", 0), ("payday", 1), ("topup", 1), ("tap", 1)),
            *(("wait", 2), ("payday", 0), ("fail", 0), ("return", 0), ("wait", 17)),
        ):
            history.happen(event, number)
    check(history)
    seen = {move.event for worker in history.workers for month in range(history.months, history.months + 6)
            for move in read(history, worker, month)[1]}  # fmt: skip
    assert {ORDER[event] for event in seen} == set(ORDER) - {("worker", "rounded")}


def test_every_event_that_moves_a_workers_money_is_in_a_statement() -> None:
    touching_workers = {one for one, uses in FLOWS.items() if set(uses) & set(ACCOUNTS[:4])}
    assert touching_workers - set(ORDER) == set()
    assert set(ORDER) - touching_workers == {("submission", "forfeited")}


def test_what_leaving_rounded_off_is_in_it() -> None:
    history = History()
    history.tap(0)
    history.wait(3)
    worker = history.workers[0]
    account = accounts.available(worker.id)
    history.move(f"worker:{worker.id}:rounded:7", account, accounts.ROUNDING, ledger.balance(history.tx, account))
    check(history)


def test_a_month_begins_at_midnight_of_the_installation() -> None:
    rules = Rules(timezone="Europe/Paris")
    november = month_of_day(first_day(2026 * 12 + 10))
    assert november == 2026 * 12 + 10
    asked = plan(rules, worker=1, month=november, at=NOON + 400 * DAY)
    assert month_of(rules, asked.begins) == november
    assert month_of(rules, asked.begins - 1) == november - 1
    assert month_of(rules, asked.ends) == november + 1
    assert rules.local(asked.begins).hour == 0
    assert asked.until == asked.ends


def test_the_months_offered_are_those_since_the_first_work() -> None:
    history = History()
    worker, tx = history.workers[0], history.tx
    history.tap(0)
    history.desk.do(statements.choose, worker)
    assert list(buttons(screen(tx, worker, "statement_months"))) == ["This month"]
    history.wait(20)
    history.wait(20)
    history.wait(20)
    history.desk.do(statements.choose, worker)
    shown = buttons(screen(tx, worker, "statement_months"))
    assert list(shown) == ["This month", "Last month", "An earlier month"]
    now = month_of(history.desk.rules, history.desk.now)
    assert shown["Last month"] == ("st_month", (now - 1,))
    history.desk.do(statements.choose_earlier, worker, newest=shown["An earlier month"][1][0])
    assert list(buttons(screen(tx, worker, "statement_months")))[-1] == "Back"
    for month in (now + 1, now - 9, -5, 10**12):
        with pytest.raises(MonthNotThere):
            history.desk.do(statements.ask, worker, month=month)


def test_one_statement_at_a_time_and_only_for_who_has_money_here() -> None:
    history = History()
    history.tap(0)
    worker, month = history.workers[0], month_of(history.desk.rules, history.desk.now)
    assert history.desk.do(statements.ask, worker, month=month) == month
    with pytest.raises(StatementUnderWay):
        history.desk.do(statements.ask, worker, month=month)
    (job,) = jobs.of_person(history.tx, worker.id, "statement")
    stranger = history.desk.make(make_person, 4711, "Sam")
    with pytest.raises(earnings.NoEarnings):
        history.desk.do(statements.ask, stranger, month=month)
    statements.finish(history.tx, job=job.id, name="x", before=[0] * 5, after=[0] * 5, lines=0, now=history.desk.now)
    statements.finish(history.tx, job=job.id, name="x", before=[0] * 5, after=[0] * 5, lines=0, now=history.desk.now)
    assert told(history.tx, worker).count("statement_pdf") == 1
    history.desk.do(statements.ask, worker, month=month)


def test_who_was_suspended_or_left_still_gets_their_statement() -> None:
    history = History()
    history.tap(0)
    worker = history.workers[0]
    people.change(history.tx, worker.id, is_worker=0, suspended_at=history.desk.now)
    history.desk.do(statements.ask, worker, month=month_of(history.desk.rules, history.desk.now))


def test_the_caption_says_what_was_and_what_is() -> None:
    history = History()
    worker = history.workers[0]
    history.desk.do(statements.ask, worker, month=month_of(history.desk.rules, history.desk.now))
    (job,) = jobs.of_person(history.tx, worker.id, "statement")
    before, after = [0, 125_000, 0, 0, 0], [50_000, 1_125_000, 0, 28_000_000, 0]
    statements.finish(history.tx, job=job.id, name="s", before=before, after=after, lines=3, now=history.desk.now)
    text = screen(history.tx, worker, "statement_pdf").text
    assert "Available: $0.125 → $1.125" in text
    assert "3 movements" in text
    assert "Held" not in text
    assert isinstance(screen(history.tx, worker, "statement_csv"), Message)
