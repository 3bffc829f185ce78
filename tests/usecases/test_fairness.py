"""/fairness says what the ledger and the rows say, to anyone, and nothing that tells one person's pay."""

from __future__ import annotations

import pickle
from random import Random
from statistics import median_low

import pytest

from bot.rendering.fairness import fairness as rendered
from bot.rendering.message import Drawn, Message
from bot.rendering.summary import summary
from domain import ledger as accounts
from domain.fairness import FLOOR_AT, LEAST_DRAWN, LEAST_PEOPLE, Facts, bar_width, nearest_rank
from domain.long_texts import CAPTION, units
from domain.people import Person
from domain.periods import last_summary
from domain.rejections import Target
from domain.rules import DAY, HOUR, SECOND, Rules
from handlers.routes import COMMANDS
from locales.words import Words
from storage import fairness as rows
from storage import grounds, ledger, payouts, people, rejections
from storage.database import Tx
from tests.builders import NOON, make_batch, make_owner, make_person, make_worker
from tests.steps import screen, the, told
from tests.usecases.desk import Desk
from usecases import fairness, reviews, settling, summaries, work
from usecases import payouts as runs
from usecases import rejections as rejecting

PRICE = 50_000


def run(desk: Desk) -> int:
    """The tick until nothing is left; how many steps it took."""
    steps = 0
    while fairness.run_due(desk.tx, now=desk.now):
        steps += 1
        assert steps < 1_000
    return steps


def crowd(people: int, *, seed: int = 3, days: int = 24) -> Desk:
    """So many workers at their own pace, on random days; the day after the last."""
    desk, rng = Desk(Rules(timezone="Europe/Paris", payout_minimum=1)), Random(seed)
    make_owner(desk.tx)
    workers = [desk.make(make_worker, 100 + one, f"W{one}") for one in range(people)]
    paces = [rng.uniform(4, 22) for _ in workers]
    batch = desk.make(make_batch, n_tasks=20, price=PRICE, overlap=people)
    for _ in range(days):
        desk.pass_time(86_400)
        for worker, pace in zip(workers, paces, strict=True):
            if rng.random() < 0.4:
                _tap(desk, worker, batch, pace)
        while reviews.accept_due(desk.tx, now=desk.now):
            pass
        while runs.run_due(desk.tx, now=desk.now):
            pass
        for one in payouts.unpaid(desk.tx, limit=9):
            if one.state == "proposed":
                desk.tx.run("update payout_runs set state = 'approved' where id = :id", id=one.id)
            for part in payouts.of_run(desk.tx, one.id, limit=1_000):
                settling.paid(desk.tx, part, reference=None, now=desk.now + 3 * HOUR)
    desk.pass_time(86_400)
    return desk


def _tap(desk: Desk, worker: Person, batch: int, pace: float) -> None:
    desk.do(work.start, worker, batch=batch)
    card = desk.card(worker)
    if card is None:
        return
    desk.pass_time(60)
    desk.show(worker, ago=pace)
    with desk.tx.savepoint():
        work.submit(desk.tx, by=worker, assignment=card, answer_index=0, now=desk.now)


def by_hand(desk: Desk, facts: Facts) -> list[int]:
    """Each worker's pay an hour from the raw rows, the lowest first."""
    found = []
    for (worker,) in desk.tx.all("select id from people where is_worker = 1"):
        pay = active = 0
        for one in desk.tx.all("select * from submissions where worker_id = :id", id=worker):
            if facts.first_day <= desk.rules.day(one["submitted_at"]) <= facts.day:
                pay += one["price"] * (one["state"] in ("pending", "accepted"))
        for one in desk.tx.all("select * from worker_days where worker_id = :id", id=worker):
            active += one["active_micros"] * (facts.first_day <= one["day"] <= facts.day)
        for one in desk.tx.all("select * from topups where worker_id = :id", id=worker):
            pay += one["amount"] * (facts.first_day <= one["day"] <= facts.day)
        if active:
            found.append(pay * HOUR // active)
    return sorted(found)


def reject(desk: Desk, submission: int, *, uphold: bool, by: int = 1) -> None:
    """Somebody rejects it; on appeal that is taken back, or stands."""
    one = the(desk.tx, submission)
    target = Target(one.id, one.id, one.version)
    ground = grounds.add(
        desk.tx, by=by, now=desk.now, code="blank", line=None, source=None, words="Empty", rule=1, target=target
    )
    assert rejecting.reject(desk.tx, one, ground=ground, by=by, version=one.version, now=desk.now)
    found = rejections.of_submission(desk.tx, submission)
    assert found is not None
    if uphold:
        desk.tx.run("update rejections set state = 'appealed', appealed_at = 1 where id = :id", id=found.id)
        found = rejections.of_submission(desk.tx, submission)
        assert found is not None
        assert rejecting.uphold(desk.tx, found, by=None, reason="", now=desk.now)


def test_rejected_work_is_not_pay_until_it_is_upheld() -> None:
    desk = Desk()
    desk.make(make_owner)
    workers = [desk.make(make_worker, 100 + one, f"W{one}") for one in range(6)]
    batch = desk.make(make_batch, n_tasks=4, price=PRICE, overlap=6)
    for worker in workers:
        for _ in range(4):
            _tap(desk, worker, batch, 10)
    first, second = (row[0] for row in desk.tx.all("select id from submissions where worker_id = :id limit 2",
                                                   id=workers[0].id))  # fmt: skip
    reject(desk, first, uphold=False)
    reject(desk, second, uphold=True)
    desk.pass_time(86_400)
    run(desk)
    facts = facts_of(desk.tx)
    assert (facts.rejected, facts.overturned, facts.workers) == (2, 1, 6)
    pay = desk.tx.value("select pay from fairness_workers where worker_id = :id", id=workers[0].id)
    assert pay == 3 * PRICE


def facts_of(tx: Tx) -> Facts:
    found = rows.newest(tx)
    assert found is not None
    return found


def test_the_figures_are_those_counted_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fairness, "STEP", 7)
    monkeypatch.setattr(fairness, "PEOPLE", 4)
    desk = crowd(23)
    lifted = desk.tx.value("select worker_id from worker_days order by day desc limit 1")
    number = desk.tx.add(
        "insert into topups (worker_id, day, batch_id, amount, evidence, at) values (:id, :day, 1, 4321, '{}', :now)",
        id=lifted,
        day=desk.rules.day(desk.now) - 2,
        now=desk.now,
    )
    with desk.tx.savepoint():
        ledger.transfer(
            desk.tx,
            cause=f"topup:{number}:credited",
            debit=accounts.topups(1),
            credit=accounts.available(lifted),
            amount=4321,
            currency="USD",
            now=desk.now,
        )
    assert run(desk) > 20, "in many steps"
    facts = facts_of(desk.tx)
    hourly = by_hand(desk, facts)
    assert facts.workers == len(hourly) == 23
    assert facts.day == desk.rules.day(desk.now) - 1
    assert facts.median == median_low(hourly)
    assert facts.tenth == hourly[nearest_rank(23, 10)] == hourly[2]
    assert facts.at_floor == sum(one * 100 >= facts.floor * 95 for one in hourly)
    width = bar_width(facts.floor, median_low(hourly))
    for place, count in enumerate(facts.bars):
        last = place == len(facts.bars) - 1
        places = [(one + facts.floor // 100) // width for one in hourly]
        assert count == sum(one == place or (last and one > place) for one in places)
    assert sum(facts.bars) == facts.workers
    waits = [
        one[0] for one in desk.tx.all("select decided_at - submitted_at from submissions where decided_at is not null")
    ]
    assert facts.review_micros is not None
    assert abs(facts.review_micros - median_low(sorted(waits))) < median_low(waits) / 16
    assert facts.pay_micros is not None
    assert DAY < facts.pay_micros < 9 * DAY, "accepted after a day, then until the next payday"
    assert facts.decided == len(waits)


def test_it_is_counted_once_a_day_and_again_the_next() -> None:
    desk = crowd(6, days=4)
    assert run(desk) > 1
    assert run(desk) == 0
    first = facts_of(desk.tx)
    desk.pass_time(86_400)
    assert run(desk) > 1
    assert facts_of(desk.tx).day == first.day + 1
    assert facts_of(desk.tx).workers == len(by_hand(desk, facts_of(desk.tx))) == first.workers


def test_a_counting_that_was_interrupted_goes_on_and_counts_nothing_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fairness, "STEP", 5)
    desk = crowd(8, days=10)
    for _ in range(4):
        fairness.run_due(desk.tx, now=desk.now)
    assert rows.newest(desk.tx) is None, "half a counting is not shown"
    desk.pass_time(3 * 86_400)
    run(desk)
    facts = facts_of(desk.tx)
    assert facts.day == desk.rules.day(desk.now) - 1
    hourly = by_hand(desk, facts)
    assert [facts.median, facts.workers] == [median_low(hourly), len(hourly)]


def test_with_few_people_nothing_is_shown_but_the_rule() -> None:
    desk = crowd(LEAST_PEOPLE - 1, days=5)
    stranger = desk.make(make_person, 4711, "Sam")
    for counted in (False, True):
        if counted:
            run(desk)
        desk.do(fairness.show, stranger)
        shown = screen(desk.tx, stranger, "fairness")
        assert "Fewer than 5 people" in shown.text
        assert "$15/h" in shown.text, "the rule"
        assert "lowest" not in shown.text
        assert shown.photo is None


@pytest.mark.parametrize("language", ["en", "fr", "es"])
def test_anyone_reads_the_facts_and_the_caption_fits(language: str) -> None:
    facts = Facts(
        day=Rules().day(NOON),
        floor=15_000_000,
        measured_at=NOON,
        workers=123_456,
        at_floor=121_987,
        median=19_876_543,
        tenth=15_010_000,
        bars=(0, 0, 0, 3, 20, 1_469, 61_000, 40_000, 12_000, 6_000, 2_000, 964),
        decided=2_500_000,
        rejected=1_234,
        overturned=617,
        review_micros=22 * HOUR,
        pay_micros=5 * DAY,
    )
    message = rendered(facts, Words(language, Rules()))
    assert isinstance(message, Message)
    assert units(message.text) <= CAPTION
    assert "617" in message.text
    drawn = message.photo
    assert isinstance(drawn, Drawn)
    again = pickle.loads(pickle.dumps(drawn))
    assert again.function(*again.args).startswith(b"\x89PNG")


def test_a_picture_needs_more_people_than_the_figures() -> None:
    desk = crowd(LEAST_PEOPLE, days=8)
    run(desk)
    facts = facts_of(desk.tx)
    assert facts.shown and not facts.drawn
    stranger = desk.make(make_person, 4711, "Sam")
    desk.do(fairness.show, stranger)
    shown = screen(desk.tx, stranger, "fairness")
    assert "5 people worked" in shown.text and "with top-ups" in shown.text
    assert shown.photo is None
    assert LEAST_PEOPLE < LEAST_DRAWN
    assert "fairness" in COMMANDS


def test_it_is_due_when_the_summary_is() -> None:
    desk = Desk(Rules(summary_hour=8))
    desk.now = (NOON // DAY) * DAY + 7 * HOUR
    yesterday = run(desk)
    assert yesterday > 0 and run(desk) == 0
    desk.now += HOUR + SECOND
    assert run(desk) > 0
    assert facts_of(desk.tx).workers == 0
    assert summaries.day_told(desk.rules, last_summary(desk.rules, desk.now).due_at) == facts_of(desk.tx).day


@pytest.mark.parametrize(("count", "tenth", "half"), [(1, 0, 0), (5, 0, 2), (10, 0, 4), (11, 1, 5), (100, 9, 49)])
def test_percentiles_are_by_the_nearest_rank(count: int, tenth: int, half: int) -> None:
    assert (nearest_rank(count, 10), nearest_rank(count, 50)) == (tenth, half)
    assert FLOOR_AT < 12


def test_nothing_is_told_by_the_tick_itself() -> None:
    desk = crowd(6, days=3)
    worker = desk.tx.value("select id from people where is_worker = 1")
    person = people.by_id(desk.tx, worker)
    before = told(desk.tx, person)
    run(desk)
    assert told(desk.tx, person) == before


def test_the_daily_summary_names_the_month_once_enough_people_work() -> None:
    desk = crowd(LEAST_PEOPLE, days=8)
    day, at = summaries.day_told(desk.rules, last_summary(desk.rules, desk.now).due_at), desk.now
    assert summaries.of(desk.tx, day=day, at=at).facts is None
    run(desk)
    seen = summaries.of(desk.tx, day=day, at=at)
    message = summary((seen, at, []), Words("en", desk.rules))
    assert isinstance(message, Message)
    assert "half of the people earned $" in message.text and "/fairness has the rest" in message.text
    assert units(message.text) <= CAPTION
