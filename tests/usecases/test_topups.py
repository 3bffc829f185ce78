"""Top-ups: each day lifted to the floor, once, with its evidence, whatever the batches hold."""

from __future__ import annotations

import json
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from domain import ledger as accounts
from domain.pay import SECOND
from domain.people import Person
from domain.refusals import StaleButton
from domain.rules import DAY, HOUR, Rules, instant
from storage import assignments, batches, ledger, people, rejections, topups
from tests import rejecting, steps
from tests.builders import NOON, make_batch, make_owner, make_worker
from tests.usecases.desk import Desk
from usecases import leases, publishing, reviews, work
from usecases import rejections as effects
from usecases import topups as settling
from usecases.answering import submit, undo

PRICE = 50_000
SLOWLY = 15
"""Seconds of an answer: $12 an hour, $3 under the floor."""
MORNING = NOON + DAY - 6 * HOUR


class Day:
    """Ana, a batch of photos that pays less than the floor, and the clock."""

    def __init__(self, *, rules: Rules | None = None, now: int = NOON, tasks: int = 6) -> None:
        self.desk = Desk(rules)
        self.tx = self.desk.tx
        self.now = now
        self.ana: Person = self.desk.make(make_worker, now=now)
        self.batch: int = self.desk.make(make_batch, "choose_one", tasks, PRICE, now=now)

    def work(self, answers: int, *, at: int | None = None, batch: int | None = None, seconds: int = SLOWLY) -> None:
        """Ana's answers, one after the other, of so many seconds each."""
        for _ in range(answers):
            start = self.now if at is None else at
            with self.tx.savepoint():
                card = steps.take(self.tx, self.ana, batch or self.batch, now=start)
                assignments.shown(self.tx, card, now=start)
                self.now = start + seconds * SECOND
                submit(self.tx, by=self.ana, assignment=card, answer_index=0, now=self.now)
            at = None

    def clock(self, now: int) -> None:
        """The ticks of that moment."""
        self.now = now
        for _ in range(50):
            with self.tx.savepoint():
                if not settling.run_due(self.tx, now=now):
                    return
        raise AssertionError("the tick never rests")

    def added(self, who: Person | None = None) -> list[tuple[int, int]]:
        """The top-ups: batch and amount."""
        return [
            (one.batch_id, one.amount) for one in reversed(topups.of_worker(self.tx, (who or self.ana).id, limit=99))
        ]

    def available(self) -> int:
        """Ana's."""
        return ledger.balance(self.tx, accounts.available(self.ana.id))


def test_a_day_is_lifted_to_the_floor_the_next_morning() -> None:
    one = Day()
    one.work(4)
    one.clock(MORNING - 1)
    assert one.added() == []
    one.clock(MORNING)
    # A minute at $15 an hour is $0.25, and 4 × $0.05 were earned.
    assert one.added() == [(one.batch, 50_000)]
    assert one.available() == 50_000
    assert one.desk.value("select topup from worker_days where worker_id = :id", id=one.ana.id) == 50_000
    assert one.desk.value("select topup from days") == 50_000
    steps.books_are_right(one.tx)


def test_it_is_told_once_with_why() -> None:
    one = Day()
    one.work(4)
    one.clock(MORNING)
    said = steps.screen(one.tx, one.ana, "topped_up")
    assert said.text == (
        "Yesterday came to $12.00 an hour of active time, so $0.05 was added: you never earn less than $15.00 an hour"
        " here."
    )
    action, (day,) = steps.buttons(said)["Why?"]
    assert action == "tu_why"
    with one.tx.savepoint():
        settling.why(one.tx, by=one.ana, day=day, now=one.now)
    why = steps.screen(one.tx, one.ana, "topup_why").text
    assert "4 tasks, 60 s of active time, $0.20 earned. At $15.00 an hour this is $0.25." in why
    assert "Rule 1" in why
    assert steps.told(one.tx, one.ana).count("topped_up") == 1


def test_the_evidence_is_kept_with_it() -> None:
    one = Day()
    one.work(4)
    one.clock(MORNING)
    kept = json.loads(one.desk.value("select evidence from topups"))
    assert kept == {"rule": 1, "parts": [[one.batch, 15_000_000, 60 * SECOND, 200_000, 4, kept["parts"][0][-1]]]}


def test_nobody_else_sees_why() -> None:
    one = Day()
    ben = one.desk.make(make_worker, 101, "Ben")
    one.work(4)
    one.clock(MORNING)
    with pytest.raises(StaleButton):
        one.desk.do(settling.why, ben, day=topups.of_worker(one.tx, one.ana.id, limit=1)[0].day)


def test_each_day_is_settled_once_however_often_the_clock_ticks() -> None:
    one = Day()
    one.work(4)
    for hours in range(30):
        one.clock(MORNING + hours * HOUR)
    assert one.added() == [(one.batch, 50_000)]


def test_days_that_passed_while_the_process_was_down_are_settled_each_by_itself() -> None:
    one = Day(tasks=9)
    one.work(2)
    one.work(3, at=NOON + DAY)
    one.work(4, at=NOON + 2 * DAY)
    one.clock(NOON + 9 * DAY)
    assert one.added() == [(one.batch, 30_000), (one.batch, 40_000), (one.batch, 50_000)]
    assert len({row.day for row in topups.of_worker(one.tx, one.ana.id, limit=9)}) == 3
    assert steps.told(one.tx, one.ana).count("topped_up") == 3
    steps.books_are_right(one.tx)


def test_an_answer_that_came_late_from_a_settled_day_is_lifted_with_the_next() -> None:
    one = Day()
    one.work(2)
    one.clock(MORNING)
    one.work(2, at=NOON + 2 * HOUR)
    one.clock(MORNING + DAY)
    assert [amount for _, amount in one.added()] == [30_000, 30_000]


@pytest.mark.parametrize("last_of", [(2026, 3, 28), (2026, 10, 24), (2026, 2, 28), (2026, 12, 31)])
def test_the_end_of_a_month_and_the_change_of_clocks_change_nothing(last_of: tuple[int, int, int]) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    evening = instant(datetime(*last_of, 23, 50, tzinfo=berlin))
    one = Day(rules=Rules(bot_username="b", timezone="Europe/Berlin"), now=evening)
    one.work(2)
    one.work(2, at=evening + 20 * 60 * SECOND)
    one.clock(evening + 7 * HOUR + 10 * 60 * SECOND)
    assert [amount for _, amount in one.added()] == [30_000]
    one.clock(evening + 32 * HOUR)
    assert [amount for _, amount in one.added()] == [30_000, 30_000]


def test_what_a_good_batch_brings_counts_for_a_poor_one() -> None:
    one = Day()
    good = one.desk.make(make_batch, "choose_one", 3, PRICE)
    one.work(2)
    one.work(1, batch=good, seconds=5)
    one.clock(MORNING)
    # 35 s are $0.1458, and 3 × $0.05 were earned.
    assert one.added() == []


def test_rejected_work_is_out_of_the_pay_and_of_the_time() -> None:
    one = Day()
    one.work(4)
    one.tx.run(
        "update submissions set state = 'rejected', review_until = 0 where id = (select max(id) from submissions)"
    )
    one.clock(MORNING)
    kept = json.loads(one.desk.value("select evidence from topups"))
    assert kept["parts"][0][2:5] == [45 * SECOND, 150_000, 3]
    assert one.added() == [(one.batch, 40_000)]  # $0.1875 - $0.15, rounded up to a cent


def test_work_sent_back_and_handed_in_again_counts_where_it_stands_with_both_its_times() -> None:
    desk = Desk()
    with desk.tx.savepoint():
        reviewer, worker, batch, (reply,) = steps.written_replies(desk.tx, 1)
        reviews.send_back(desk.tx, by=reviewer, submission_id=reply, version=1, reason="Too short", now=NOON + HOUR)
        steps.write_again(desk.tx, worker, "Longer now", now=NOON + DAY)
        for _ in range(3):
            settling.run_due(desk.tx, now=NOON + 2 * DAY)
    first = steps.the(desk.tx, reply)
    again = steps.the(desk.tx, reply + 1)
    part, count = topups.part(desk.tx, worker.id, topups.Worked(batch, 1, 99), floor=15_000_000)
    assert (count, part.earned) == (1, again.price)
    assert part.active_micros == first.active_micros + again.active_micros


def test_an_undone_answer_counts_once() -> None:
    one = Day()
    one.work(2)
    last = one.desk.undo_id(one.ana)
    assert last is not None
    with one.tx.savepoint():
        undo(one.tx, by=one.ana, submission=last, now=one.now)
        card = one.desk.card(one.ana)
        assert card is not None
        submit(one.tx, by=one.ana, assignment=card, answer_index=1, now=one.now + 3 * SECOND)
    one.clock(MORNING)
    kept = json.loads(one.desk.value("select evidence from topups"))
    assert kept["parts"][0][2:5] == [33 * SECOND, 100_000, 2]


def test_what_the_reserve_does_not_hold_is_owed_and_paid() -> None:
    one = Day()
    one.work(4)
    left = ledger.balance(one.tx, accounts.topups(one.batch))
    with one.tx.savepoint():
        ledger.transfer(
            one.tx,
            cause=f"batch:{one.batch}:topups_released",
            debit=accounts.topups(one.batch),
            credit=accounts.FUNDS,
            amount=left,
            currency="USD",
            now=one.now,
        )
        free = ledger.balance(one.tx, accounts.FUNDS)
        ledger.transfer(
            one.tx,
            cause="batch:999:reserved",
            debit=accounts.FUNDS,
            credit=accounts.reserve(999),
            amount=free,
            currency="USD",
            now=one.now,
        )
    one.clock(MORNING)
    assert one.available() == 50_000
    assert ledger.balance(one.tx, accounts.FUNDS) == -50_000
    assert ledger.total(one.tx) == 0


def test_a_batch_has_its_own_floor() -> None:
    one = Day()
    batches.change(one.tx, one.batch, floor=30_000_000)
    one.work(4)
    one.clock(MORNING)
    assert one.added() == [(one.batch, 300_000)]


def test_offering_stops_when_the_reserve_does_not_cover_the_open_days_told_once() -> None:
    one = Day()
    carla = people_of(one)
    one.work(2, seconds=29)  # $6.20 an hour: the half of the pay that is kept back is soon used up
    one.clock(one.now)
    assert batches.by_id(one.tx, one.batch).state == "open"  # type: ignore[union-attr]
    one.work(1, seconds=29)
    one.clock(one.now)
    assert batches.by_id(one.tx, one.batch).state == "paused"  # type: ignore[union-attr]
    said = steps.screen(one.tx, carla, "topups_short")
    assert "the top-up reserve is used up" in said.text
    assert "Resume" in steps.buttons(said)
    one.clock(one.now)
    assert steps.told(one.tx, carla).count("topups_short") == 1


def test_a_coordinator_who_resumes_it_is_not_asked_again() -> None:
    one = Day()
    one.work(3, seconds=29)
    one.clock(one.now)
    assert batches.rests(one.tx, one.batch)[0] == "topups"
    owner = one.desk.make(make_owner)
    with one.tx.savepoint():
        publishing.resume(one.tx, by=owner, batch=one.batch, now=one.now)
    assert batches.rests(one.tx, one.batch)[0] is None
    one.work(1)
    one.clock(one.now)
    assert batches.by_id(one.tx, one.batch).state == "open"  # type: ignore[union-attr]


def test_a_settled_day_asks_nothing_of_the_reserve_any_more() -> None:
    one = Day()
    one.work(4)
    one.clock(one.now)
    assert batches.rests(one.tx, one.batch)[1] == 50_000
    one.clock(MORNING)
    assert batches.rests(one.tx, one.batch)[1] == 0


def test_what_a_closed_batch_kept_back_is_free_when_its_last_day_is_settled() -> None:
    one = Day()
    one.work(2)
    owner = one.desk.make(make_owner)
    with one.tx.savepoint():
        publishing.close(one.tx, by=owner, batch=one.batch, now=one.now)
    one.clock(one.now)
    assert ledger.balance(one.tx, accounts.topups(one.batch)) > 0
    with one.tx.savepoint():
        work.stop(one.tx, by=one.ana, now=one.now)
    one.clock(MORNING)
    assert ledger.balance(one.tx, accounts.topups(one.batch)) == 0
    steps.books_are_right(one.tx)


def people_of(one: Day) -> Person:
    """Whose batch it is."""
    return people.by_id(one.tx, one.desk.value("select created_by from batches where id = :id", id=one.batch))


def rejected_and_won(one: Day, *, won_at: int) -> None:
    """Rita rejects Ana's last answer on the day it was given; somebody finds it good at an instant."""
    with one.tx.savepoint():
        rita = steps.make_reviewer(one.tx)
        last = one.desk.value("select max(id) from submissions")
        rejecting.reject(one.tx, rita, last, now=one.now + HOUR)
    if won_at > MORNING:
        one.clock(MORNING)
    rejections.appeal(one.tx, 1, now=won_at)
    found = rejections.of_submission(one.tx, last)
    assert found is not None
    with one.tx.savepoint():
        assert effects.uphold(one.tx, found, by=None, reason="#silence", now=won_at)


def test_work_found_good_after_its_day_was_settled_is_lifted_with_the_day_it_is_found_good_on() -> None:
    one = Day()
    one.work(4)
    rejected_and_won(one, won_at=NOON + 3 * DAY)
    assert one.added() == [(one.batch, 40_000)]  # the three that stood
    one.work(1, at=NOON + 3 * DAY + HOUR)
    one.clock(MORNING + 3 * DAY)
    # Two answers of 15 s: $0.125 - $0.10, rounded up to a cent.
    assert one.added() == [(one.batch, 40_000), (one.batch, 30_000)]
    assert json.loads(one.desk.value("select evidence from topups order by id desc"))["parts"][0][4] == 2
    one.clock(MORNING + 5 * DAY)
    assert len(one.added()) == 2
    steps.books_are_right(one.tx)


def test_work_found_good_on_a_day_without_other_work_and_in_a_closed_batch_is_lifted_too() -> None:
    one = Day()
    one.work(4)
    with one.tx.savepoint():
        publishing.close(one.tx, by=make_owner(one.tx), batch=one.batch, now=one.now)
        leases.release_all(one.tx, one.ana, now=one.now)
    rejected_and_won(one, won_at=NOON + 3 * DAY)
    one.clock(MORNING + 3 * DAY)
    assert one.added() == [(one.batch, 40_000), (one.batch, 20_000)]  # $0.0625 - $0.05, rounded up to a cent
    assert ledger.balance(one.tx, accounts.topups(one.batch)) == 0
    steps.books_are_right(one.tx)


def test_work_found_good_before_its_day_is_settled_counts_once_with_it() -> None:
    one = Day()
    one.work(4)
    rejected_and_won(one, won_at=one.now + 2 * HOUR)
    one.clock(MORNING)
    one.clock(MORNING + 4 * DAY)
    assert one.added() == [(one.batch, 50_000)]  # $0.25 - $0.20
    steps.books_are_right(one.tx)
