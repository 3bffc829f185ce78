"""The payout run: once a period whatever clock and restarts do, to the minor unit, approved and paid by people."""

from __future__ import annotations

import csv
import io
import json

import pytest

from domain.joining import CoordinatorsOnly
from domain.payouts import LISTED, AlreadyApproved, AlreadyPaid, NotYetApproved, PayoutRun, payable
from domain.people import Person
from domain.periods import last_payout
from domain.refusals import StaleButton
from domain.rules import DAY, HOUR, MINUTE, Rules
from storage import payouts as rows
from storage import people
from storage.database import Database, Tx
from tests.builders import NOON, make_batch, make_coordinator, make_owner, make_worker
from tests.steps import Money, answer, books_are_right, buttons, money, screen, sent, told
from usecases import payouts, reviews

PRICE = 750_005
"""Three of them are 2.250015: 2.25 is paid, 0.000015 stays."""


def _earned(tx: Tx, n: int = 3, *, telegram_id: int = 100, name: str = "Ana", now: int = NOON) -> Person:
    """A worker with n accepted answers."""
    worker = make_worker(tx, telegram_id, name)
    batch = make_batch(tx, n_tasks=n, price=PRICE)
    for index in range(n):
        answer(tx, worker, batch, now=now + index * MINUTE)
    reviews.accept_due(tx, now=now + 2 * DAY)
    return worker


def _run(tx: Tx, now: int) -> int:
    steps = 1
    while payouts.run_due(tx, now=now):
        steps += 1
        assert steps < 100, "it never ends"
    return steps


def _only(tx: Tx) -> PayoutRun:
    (run,) = rows.recent(tx, limit=10)
    return run


async def test_a_balance_becomes_a_payout_in_whole_cents_and_the_rest_stays(db: Database) -> None:
    def story(tx: Tx) -> None:
        owner, worker = make_owner(tx), _earned(tx)
        _run(tx, NOON + 8 * DAY)
        run = _only(tx)
        assert (run.state, run.total, run.count) == ("proposed", 2_250_000, 1)
        assert money(tx, worker) == Money(review=0, available=15, transit=2_250_000, paid=0)
        payouts.approve(tx, by=owner, run_id=run.id, now=NOON + 8 * DAY)
        payouts.mark_paid(tx, by=owner, run_id=run.id, now=NOON + 8 * DAY)
        assert money(tx, worker) == Money(review=0, available=15, transit=0, paid=2_250_000)
        assert _only(tx).state == "settled"
        books_are_right(tx)

    await db.write(story)


async def test_below_one_unit_nothing_is_paid_and_the_balance_waits(db: Database) -> None:
    def story(tx: Tx) -> None:
        make_owner(tx)
        worker = _earned(tx, 1)
        _run(tx, NOON + 8 * DAY)
        assert rows.recent(tx, limit=10) == []
        assert money(tx, worker).available == PRICE
        batch = make_batch(tx, n_tasks=1, price=PRICE)
        answer(tx, worker, batch, now=NOON + 9 * DAY)
        reviews.accept_due(tx, now=NOON + 11 * DAY)
        _run(tx, NOON + 16 * DAY)
        assert _only(tx).total == 1_500_000 + 10 - 10
        books_are_right(tx)

    await db.write(story)


def test_payable_follows_the_currencys_smallest_coin() -> None:
    assert payable(1_999_999, Rules(currency="USD")) == 1_990_000
    assert payable(1_999_999, Rules(currency="JPY")) == 1_000_000
    assert payable(1_999_999, Rules(currency="KWD")) == 1_999_000
    assert payable(999_999, Rules(currency="USD")) == 0
    assert payable(500_000, Rules(currency="JPY", payout_minimum=1)) == 0


async def test_a_period_is_run_once_however_often_it_ticks(db: Database) -> None:
    def story(tx: Tx) -> None:
        make_owner(tx)
        worker = _earned(tx)
        for later in range(5):
            _run(tx, NOON + 8 * DAY + later * MINUTE)
            batch = make_batch(tx, n_tasks=2, price=PRICE)
            for index in range(2):
                answer(tx, worker, batch, now=NOON + 8 * DAY + later * MINUTE + index * MINUTE)
            reviews.accept_due(tx, now=NOON + 30 * DAY)
        assert _only(tx).total == 2_250_000
        _run(tx, NOON + 15 * DAY)
        first, second = reversed(rows.recent(tx, limit=10))
        assert (first.total, second.total) == (2_250_000, 7_500_000 + 65 // 10_000)
        books_are_right(tx)

    await db.write(story)


async def test_weeks_of_downtime_are_caught_up_in_one_run(db: Database) -> None:
    def story(tx: Tx) -> None:
        make_owner(tx)
        _earned(tx)
        now = NOON + 31 * DAY
        _run(tx, now)
        run = _only(tx)
        assert run.period == last_payout(tx.rules, now).name
        assert run.total == 2_250_000
        assert payouts.run_due(tx, now=now) is False

    await db.write(story)


async def test_what_silence_has_paid_by_the_cut_off_is_in_the_run(db: Database) -> None:
    def story(tx: Tx) -> None:
        make_owner(tx)
        worker, batch = make_worker(tx), make_batch(tx, n_tasks=2, price=PRICE)
        for index in range(2):
            answer(tx, worker, batch, now=NOON + index * MINUTE)
        _run(tx, NOON + 8 * DAY)
        assert _only(tx).total == 1_500_000

    await db.write(story)


async def test_a_clock_put_back_pays_nothing_twice_and_one_that_was_ahead_stops_nothing(db: Database) -> None:
    def story(tx: Tx) -> None:
        make_owner(tx)
        worker = _earned(tx)
        _run(tx, NOON + 8 * DAY)
        _run(tx, NOON + DAY)
        _run(tx, NOON + 8 * DAY)
        assert money(tx, worker).transit == 2_250_000
        _run(tx, NOON + 3_000 * DAY)
        batch = make_batch(tx, n_tasks=2, price=PRICE)
        for index in range(2):
            answer(tx, worker, batch, now=NOON + 9 * DAY + index * MINUTE)
        reviews.accept_due(tx, now=NOON + 12 * DAY)
        _run(tx, NOON + 15 * DAY)
        assert [run.total for run in rows.recent(tx, limit=10)] == [1_500_000, 2_250_000]
        books_are_right(tx)

    await db.write(story)


async def test_a_restart_between_steps_goes_on_where_it_was(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(payouts, "STEP", 2)

    def people_with_money(tx: Tx) -> list[Person]:
        make_owner(tx)
        return [_earned(tx, 2, telegram_id=100 + index, name=f"W{index}") for index in range(5)]

    workers = await db.write(people_with_money)
    now = NOON + 8 * DAY
    assert await db.write(payouts.run_due, now=now) is True
    assert await db.write(payouts.run_due, now=now) is True
    assert await db.read(rows.recent, limit=10) == []  # not shown before it is whole

    def killed(tx: Tx) -> None:
        payouts.run_due(tx, now=now)
        raise RuntimeError("kill -9")

    with pytest.raises(RuntimeError):
        await db.write(killed)
    next_week = now + 7 * DAY  # it was down for a week in between

    def finish(tx: Tx) -> None:
        _run(tx, next_week)
        (run,) = rows.recent(tx, limit=10)
        assert run.period == last_payout(tx.rules, now).name
        assert (run.count, run.total) == (5, 5 * 1_500_000)
        assert run.total == sum(payout.amount for payout in rows.of_run(tx, run.id, limit=100))
        assert [money(tx, worker).transit for worker in workers] == [1_500_000] * 5
        books_are_right(tx)

    await db.write(finish)


async def test_approve_then_mark_paid_and_each_second_tap_is_polite(db: Database) -> None:
    def story(tx: Tx) -> None:
        owner, other, worker = make_owner(tx), make_coordinator(tx), _earned(tx)
        _run(tx, NOON + 8 * DAY)
        run, at = _only(tx), NOON + 8 * DAY + HOUR
        with pytest.raises(NotYetApproved):
            payouts.mark_paid(tx, by=owner, run_id=run.id, now=at)
        payouts.approve(tx, by=owner, run_id=run.id, now=at)
        with pytest.raises(AlreadyApproved):
            payouts.approve(tx, by=other, run_id=run.id, now=at)
        payouts.mark_paid(tx, by=other, run_id=run.id, now=at)
        for late in (payouts.approve, payouts.mark_paid):
            with pytest.raises(AlreadyPaid):
                late(tx, by=owner, run_id=run.id, now=at)
        assert money(tx, worker).paid == 2_250_000
        details = tx.all("select person_id, action, details from audit where subject = :s", s=f"payout_run:{run.id}")
        assert [(row["person_id"], row["action"]) for row in details] == [
            (owner.id, "payout_run.approved"),
            (other.id, "payout_run.paid"),
        ]
        assert json.loads(details[1]["details"]) == {"period": run.period, "total": 2_250_000, "count": 1}

    await db.write(story)


async def test_only_coordinators_see_and_decide(db: Database) -> None:
    def story(tx: Tx) -> None:
        make_owner(tx)
        worker = _earned(tx)
        people.change(tx, worker.id, is_reviewer=1)
        worker = people.by_id(tx, worker.id)
        _run(tx, NOON + 8 * DAY)
        run = _only(tx)
        for tap in (payouts.approve, payouts.mark_paid):
            with pytest.raises(CoordinatorsOnly):
                tap(tx, by=worker, run_id=run.id, now=NOON)
        with pytest.raises(CoordinatorsOnly):
            payouts.overview(tx, by=worker, now=NOON)
        with pytest.raises(StaleButton):
            payouts.approve(tx, by=make_owner(tx), run_id=99, now=NOON)
        assert "payout_run" not in told(tx, worker)

    await db.write(story)


async def test_the_list_has_names_and_a_total_and_the_receipt_says_what_was_paid(db: Database) -> None:
    def story(tx: Tx) -> None:
        owner, carla = make_owner(tx), make_coordinator(tx)
        ana = _earned(tx, name="Ana <b>")
        _earned(tx, 2, telegram_id=101, name="Ben")
        sent(tx)
        _run(tx, NOON + 8 * DAY)
        run = _only(tx)
        shown = screen(tx, carla, "payout_run")
        assert "$2.25 · Ana &lt;b&gt;" in shown.text
        assert "$1.50 · Ben" in shown.text
        assert "$3.75" in shown.text
        assert buttons(shown) == {"Approve": ("po_approve", (run.id,)), "List": ("po_list", (run.id,))}
        payouts.approve(tx, by=owner, run_id=run.id, now=NOON + 8 * DAY)
        assert buttons(screen(tx, carla, "payout_run")).keys() == {"Mark paid", "List"}
        payouts.mark_paid(tx, by=owner, run_id=run.id, now=NOON + 8 * DAY)
        assert buttons(screen(tx, owner, "payout_run")) == {}
        receipt = screen(tx, ana, "payout_paid")
        assert "$2.25" in receipt.text
        assert "by hand" in receipt.text
        assert "payout_file" not in told(tx, owner)

    await db.write(story)


async def test_a_long_list_comes_as_a_file_beside_the_message(db: Database) -> None:
    def story(tx: Tx) -> None:
        owner = make_owner(tx)
        names = [f"Worker {index}" for index in range(LISTED + 2)] + ["=cmd()"]
        for index, name in enumerate(names):
            _earned(tx, 2, telegram_id=200 + index, name=name)
        _run(tx, NOON + 8 * DAY)
        shown = screen(tx, owner, "payout_run")
        assert "and 3 more" in shown.text
        document = screen(tx, owner, "payout_file").document
        assert document is not None
        assert document.data is not None
        lines = list(csv.DictReader(io.StringIO(document.data.decode("utf-8-sig"))))
        assert len(lines) == len(names)
        assert {line["amount"] for line in lines} == {"1.50"}
        assert lines[-1]["name"] == "'=cmd()"

    await db.write(story)


async def test_a_great_run_is_settled_in_steps_by_the_clock(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(payouts, "SETTLED_AT_ONCE", 2)

    def story(tx: Tx) -> None:
        owner = make_owner(tx)
        workers = [_earned(tx, 2, telegram_id=100 + index, name=f"W{index}") for index in range(5)]
        now = NOON + 8 * DAY
        _run(tx, now)
        run = _only(tx)
        payouts.approve(tx, by=owner, run_id=run.id, now=now)
        payouts.mark_paid(tx, by=owner, run_id=run.id, now=now)
        assert _only(tx).state == "approved"
        with pytest.raises(AlreadyPaid):
            payouts.mark_paid(tx, by=owner, run_id=run.id, now=now)
        _run(tx, now + MINUTE)
        assert _only(tx).state == "settled"
        assert [money(tx, worker).paid for worker in workers] == [1_500_000] * 5
        assert [told(tx, worker).count("payout_paid") for worker in workers] == [1] * 5
        books_are_right(tx)

    await db.write(story)


async def test_who_left_or_was_suspended_is_paid_all_the_same(db: Database) -> None:
    def story(tx: Tx) -> None:
        make_owner(tx)
        left, suspended = _earned(tx, name="Left"), _earned(tx, telegram_id=101, name="Sus")
        people.change(tx, left.id, is_worker=0, reachable=0)
        people.change(tx, suspended.id, suspended_at=NOON)
        _run(tx, NOON + 8 * DAY)
        assert _only(tx).count == 2

    await db.write(story)


async def test_payouts_lists_runs_and_brings_back_the_buttons(db: Database) -> None:
    def story(tx: Tx) -> None:
        owner = make_owner(tx)
        payouts.overview(tx, by=owner, now=NOON)
        assert "no payout yet" in screen(tx, owner, "payouts").text
        _earned(tx)
        _run(tx, NOON + 8 * DAY)
        sent(tx)
        payouts.overview(tx, by=owner, now=NOON + 8 * DAY)
        assert told(tx, owner) == ["payouts", "payout_run"]
        assert "waits for Approve" in screen(tx, owner, "payouts").text
        assert "$2.25" in screen(tx, owner, "payouts").text

    await db.write(story)


class TestTrial:
    """A payday every five minutes."""

    @pytest.fixture
    def rules(self) -> Rules:
        return Rules(bot_username="tallyhand_bot", every_seconds=300, quiet_hours=False, review_tap_seconds=60)

    async def test_each_five_minutes_have_their_own_run(self, db: Database) -> None:
        def story(tx: Tx) -> None:
            make_owner(tx)
            worker = make_worker(tx)
            now = NOON
            for turn in range(3):
                batch = make_batch(tx, n_tasks=2, price=PRICE)
                for index in range(2):
                    answer(tx, worker, batch, now=now + index * MINUTE)
                reviews.accept_due(tx, now=now + 4 * MINUTE)
                now = NOON + (turn + 1) * 5 * MINUTE
                _run(tx, now)
                _run(tx, now)
            assert [run.total for run in rows.recent(tx, limit=10)] == [1_500_000] * 3
            books_are_right(tx)

        await db.write(story)
