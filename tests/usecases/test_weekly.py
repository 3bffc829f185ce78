"""Once a week everybody with work or money in it reads their week, and who reviewed reads theirs."""

from __future__ import annotations

import pytest

from domain.periods import day_begins, last_week
from domain.rules import DAY, HOUR, MINUTE, Rules
from locales.words import Words
from storage import outbox, payouts, people
from storage.reviews import decide
from tests.builders import NOON, make_batch, make_owner, make_person, make_worker
from tests.steps import buttons, make_reviewer, screen, sent, the, told
from tests.usecases.desk import Desk
from tests.usecases.test_fairness import _tap, reject
from usecases import payouts as runs
from usecases import reviews, settling, weekly

PRICE = 50_000


def monday(desk: Desk) -> None:
    """The next Monday, a minute past eight."""
    day = desk.rules.day(desk.now)
    day += (7 - desk.rules.local(desk.now).weekday()) or 7
    desk.now = day_begins(desk.rules, day) + 8 * HOUR + MINUTE


def run(desk: Desk) -> None:
    while weekly.run_due(desk.tx, now=desk.now):
        pass


def house(**values: object) -> tuple[Desk, int]:
    desk = Desk(Rules(payout_minimum=1, **values))  # type: ignore[arg-type]
    desk.make(make_owner)
    return desk, desk.make(make_batch, n_tasks=20, price=PRICE, overlap=3)


def test_the_week_says_work_pay_topups_rejections_and_money() -> None:
    desk, batch = house()
    ana = desk.make(make_worker)
    for _ in range(12):
        _tap(desk, ana, batch, 9)
    first = desk.tx.value("select min(id) from submissions")
    reject(desk, first, uphold=False)
    desk.tx.run(
        "insert into topups (worker_id, day, batch_id, amount, evidence, at)"
        " values (:id, :day, :batch, 110000, '{}', 1)",
        id=ana.id,
        day=desk.rules.day(NOON),
        batch=batch,
    )
    desk.pass_time(3 * 86_400)
    while reviews.accept_due(desk.tx, now=desk.now) or runs.run_due(desk.tx, now=desk.now):
        pass
    (one,) = payouts.of_run(desk.tx, 1, limit=9)
    settling.paid(desk.tx, one, reference=None, now=desk.now)
    one_day = desk.now
    _tap(desk, ana, batch, 9)
    monday(desk)
    run(desk)
    shown = screen(desk.tx, ana, "week")
    worked = desk.tx.one("select sum(submissions) as submissions from worker_days where worker_id = :id", id=ana.id)
    assert worked is not None and worked["submissions"] == 12
    assert "12 tasks, $0.60 for" in shown.text
    assert "Top-ups to the floor $0.11" in shown.text
    assert "with the top-ups $" in shown.text
    assert "1 rejected. /history" in shown.text
    assert f"Paid $0.55, {Words('en', desk.rules).day(one_day)}" in shown.text
    assert "Waiting: $0.05 in review" in shown.text
    assert "Statement" in buttons(shown)


def test_it_comes_once_a_week_and_to_nobody_without_a_week_to_tell_of() -> None:
    desk, batch = house()
    ana, ben = desk.make(make_worker), desk.make(make_worker, 101, "Ben")
    stranger = desk.make(make_person, 4711, "Sam")
    _tap(desk, ana, batch, 9)
    sent(desk.tx)
    run(desk)
    assert told(desk.tx, ana) == [], "her week is not over"
    monday(desk)
    run(desk)
    run(desk)
    desk.pass_time(3_600)
    run(desk)
    assert told(desk.tx, ana) == ["week"]
    assert told(desk.tx, ben) == told(desk.tx, stranger) == []
    sent(desk.tx)
    monday(desk)
    run(desk)
    assert "week" not in told(desk.tx, ana), "nothing moved in the second week"


def test_after_a_month_of_downtime_the_last_week_is_told_once() -> None:
    desk, batch = house()
    ana = desk.make(make_worker)
    _tap(desk, ana, batch, 9)
    for _ in range(4):
        monday(desk)
    desk.now -= 7 * DAY
    _tap(desk, ana, batch, 9)
    desk.now += 7 * DAY
    sent(desk.tx)
    run(desk)
    assert told(desk.tx, ana) == ["week"]
    assert "1 task," in screen(desk.tx, ana, "week").text


def test_it_waits_for_the_morning_and_is_silent_for_who_said_stop() -> None:
    desk, batch = house(summary_hour=3)
    ana, ben = desk.make(make_worker), desk.make(make_worker, 101, "Ben")
    for one in (ana, ben):
        _tap(desk, one, batch, 9)
    people.change(desk.tx, ben.id, listening="nothing")
    sent(desk.tx)
    monday(desk)
    desk.now -= 5 * HOUR
    run(desk)
    assert told(desk.tx, ben) == []
    due = desk.tx.value("select not_before from outbox where person_id = :id and key = 'week'", id=ana.id)
    assert desk.rules.local(due).hour == 8
    assert outbox.pending(desk.tx, after=0, limit=9)


def test_everybody_is_told_in_bounded_steps_that_a_restart_repeats_without_a_second_message(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(weekly, "STEP", 2)
    desk, batch = house()
    workers = [desk.make(make_worker, 100 + one, f"W{one}") for one in range(5)]
    for one in workers[:3]:
        _tap(desk, one, batch, 9)
    sent(desk.tx)
    monday(desk)
    steps = 0
    while weekly.run_due(desk.tx, now=desk.now):
        steps += 1
    assert steps >= 3
    assert [told(desk.tx, one) for one in workers] == [["week"]] * 3 + [[]] * 2


def test_the_mirror_shows_reviewers_how_long_people_waited_and_which_appeals_they_lost() -> None:
    desk, batch = house()
    ana, rita, idle = desk.make(make_worker), desk.make(make_reviewer), desk.make(make_reviewer, 51, "Idle")
    for _ in range(5):
        _tap(desk, ana, batch, 9)
    numbers = [row[0] for row in desk.tx.all("select id from submissions order by id")]
    for hours, number in zip((1, 2, 30), numbers, strict=False):
        at = the(desk.tx, number).submitted_at + hours * HOUR
        decide(desk.tx, number, version=1, state="accepted", by=rita.id, reason=None, now=at)
    for number, uphold in zip(numbers[3:], (True, False), strict=True):
        reject(desk, number, uphold=uphold, by=rita.id)
    sent(desk.tx)
    monday(desk)
    run(desk)
    text = screen(desk.tx, rita, "mirror").text
    assert "5 decided by you; half of the writers waited 60 min or less." in text
    assert "2 of them rejected (40%)." in text
    assert "1 appeal against you was decided; 1 went to the worker." in text
    assert told(desk.tx, idle) == []
    assert "mirror" not in told(desk.tx, ana)


@pytest.mark.parametrize("weekday", range(7))
def test_the_week_is_the_seven_finished_days_before_the_day_it_is_due(weekday: int) -> None:
    rules = Rules(timezone="Europe/Paris", statement_weekday=weekday)
    for days in range(9):
        period = last_week(rules, NOON + days * DAY)
        first, last = weekly.days_of(rules, period.due_at)
        assert rules.local(period.due_at).weekday() == weekday
        assert 0 <= NOON + days * DAY - period.due_at < 7 * DAY + HOUR
        assert last == rules.day(period.due_at) - 1 and last - first == 6


def test_a_trial_tells_who_worked_since_the_last_time_alone() -> None:
    desk, batch = house(every_seconds=300)
    ana, ben = desk.make(make_worker), desk.make(make_worker, 101, "Ben")
    run(desk)
    _tap(desk, ana, batch, 9)
    desk.pass_time(300)
    sent(desk.tx)
    run(desk)
    assert (told(desk.tx, ana), told(desk.tx, ben)) == (["week"], [])
    assert "1 task, $0.05" in screen(desk.tx, ana, "week").text
    sent(desk.tx)
    for _ in range(2):
        desk.pass_time(300)
        run(desk)
    assert told(desk.tx, ana) == []
