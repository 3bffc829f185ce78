"""Report a problem pays like the task when a coordinator agrees, once; a report nobody agrees with costs nothing."""

from __future__ import annotations

import pytest

from domain import ledger as accounts
from domain.joining import CoordinatorsOnly
from domain.people import Person
from domain.refusals import StaleButton
from domain.refusals_work import AlreadyAnswered
from domain.rejections import ReportDecided, ReportUnpaid
from domain.reviews import OwnWork
from domain.rules import DAY, HOUR, MINUTE
from storage import assignments, ledger, people, tasks, worker_days
from storage.database import Tx
from tests.builders import NOON, add_funds, make_batch, make_coordinator, make_owner, make_worker
from tests.steps import Money, books_are_right, buttons, make_reviewer, money, screen, sent, take, told
from tests.usecases.desk import Desk
from usecases import leases, publishing, reported, reporting, work

PRICE = 50_000
AT = NOON + HOUR


@pytest.fixture
def tx() -> Tx:
    return Desk().tx


def reports(tx: Tx, n: int = 1, *, n_tasks: int = 2, overlap: int = 3) -> tuple[int, list[Person]]:
    """A batch whose first task n workers reported."""
    batch = make_batch(tx, n_tasks=n_tasks, price=PRICE, overlap=overlap)
    found = [make_worker(tx, 300 + one, f"W{one}") for one in range(n)]
    for worker in found:
        reporting.report(tx, by=worker, assignment=take(tx, worker, batch, now=NOON), reason=0, now=NOON)
    return batch, found


def test_a_coordinator_agrees_and_each_report_pays_like_the_task(tx: Tx) -> None:
    batch, (ana, ben) = reports(tx, 2)
    carla, reserve = make_coordinator(tx), ledger.balance(tx, accounts.reserve(batch))
    reported.show(tx, by=carla, batch=batch, now=AT)
    asked = screen(tx, carla, "reports")
    assert "$0.05 for each of the 2 workers" in asked.text
    action, numbers = buttons(asked)["Agree and pay"]
    assert action == "rp_agree"
    assert reported.agree(tx, by=carla, task=numbers[0], upto=numbers[1], now=AT) == 2 * PRICE
    for worker in (ana, ben):
        assert money(tx, worker) == Money(review=0, available=PRICE, transit=0, paid=0)
        assert "+$0.05" in screen(tx, worker, "report_paid").text
        day = worker_days.between(tx, worker.id, 0, 100_000)
        assert (day.submissions, day.earned, day.active_micros) == (0, PRICE, 0)
    assert ledger.balance(tx, accounts.reserve(batch)) == reserve - 2 * PRICE
    task = tasks.by_id(tx, numbers[0])
    assert task is not None and task.state == "paused"
    books_are_right(tx)


def test_a_second_tap_and_a_second_coordinator_pay_nothing_more(tx: Tx) -> None:
    batch, (ana,) = reports(tx)
    reported.agree(tx, by=make_coordinator(tx), task=1, upto=1, now=AT)
    for press in (reported.agree, reported.decline):
        with pytest.raises(ReportDecided):
            press(tx, by=make_owner(tx), task=1, upto=1, now=AT)
    assert money(tx, ana).available == PRICE
    assert batch
    books_are_right(tx)


def test_not_a_problem_pays_nothing_and_the_task_goes_on(tx: Tx) -> None:
    _, workers = reports(tx, 3)
    task = tasks.by_id(tx, 1)
    assert task is not None and task.state == "paused"
    reported.decline(tx, by=make_coordinator(tx), task=1, upto=3, now=AT)
    task = tasks.by_id(tx, 1)
    assert task is not None and task.state == "open"
    assert all(money(tx, one).available == 0 for one in workers)
    assert "costs you nothing" in screen(tx, workers[0], "report_declined").text
    books_are_right(tx)


def test_the_message_of_a_paused_task_has_the_answers(tx: Tx) -> None:
    reports(tx, 3)
    paused = screen(tx, make_owner(tx), "task_paused")
    assert {"Agree and pay", "Not a problem", "Offer it again"} == buttons(paused).keys()


def test_a_tap_speaks_for_the_reports_that_were_shown(tx: Tx) -> None:
    batch, (ana,) = reports(tx)
    ben = make_worker(tx, 350, "Ben")
    reporting.report(tx, by=ben, assignment=take(tx, ben, batch, now=AT), reason=1, now=AT)
    reported.agree(tx, by=make_coordinator(tx), task=1, upto=1, now=AT + HOUR)
    assert (money(tx, ana).available, money(tx, ben).available) == (PRICE, 0)


def test_money_comes_from_the_free_funds_when_the_reserve_is_spoken_for(tx: Tx) -> None:
    batch, (ana,) = reports(tx, n_tasks=1, overlap=2)
    ben, cem = make_worker(tx, 350, "Ben"), make_worker(tx, 351, "Cem")
    take(tx, ben, batch, now=AT)
    take(tx, cem, batch, now=AT)
    reserve = ledger.balance(tx, accounts.reserve(batch))
    tx.run("savepoint before")
    tx.run("update balances set balance = 0 where id = 1")
    with pytest.raises(ReportUnpaid):
        reported.agree(tx, by=make_coordinator(tx), task=1, upto=1, now=AT)
    tx.run("rollback to before")
    add_funds(tx, by=make_owner(tx), amount=2 * PRICE, now=AT)
    reported.agree(tx, by=make_coordinator(tx), task=1, upto=1, now=AT)
    assert money(tx, ana).available == PRICE
    assert ledger.balance(tx, accounts.reserve(batch)) == reserve
    books_are_right(tx)


def test_nobody_but_coordinators_and_never_for_oneself(tx: Tx) -> None:
    _, (ana,) = reports(tx)
    for somebody in (ana, make_reviewer(tx)):
        for press in (reported.agree, reported.decline):
            with pytest.raises(CoordinatorsOnly):
                press(tx, by=somebody, task=1, upto=1, now=AT)
    people.change(tx, ana.id, is_coordinator=1)
    with pytest.raises(OwnWork):
        reported.agree(tx, by=people.by_id(tx, ana.id), task=1, upto=1, now=AT)
    with pytest.raises(StaleButton):
        reported.agree(tx, by=make_coordinator(tx), task=99, upto=1, now=AT)
    assert money(tx, ana).available == 0


def test_a_report_of_a_closed_batch_is_paid_too(tx: Tx) -> None:
    batch, (ana,) = reports(tx)
    publishing.close(tx, by=make_owner(tx), batch=batch, now=AT)
    sent(tx)
    reported.agree(tx, by=make_coordinator(tx), task=1, upto=1, now=AT + DAY)
    assert money(tx, ana).available == PRICE
    assert "report_paid" in told(tx, ana)
    books_are_right(tx)


def card_taken_anew(tx: Tx) -> tuple[Person, int, int]:
    """Ana's lease of a task has ended and she has it in hand anew: the old card and the new one."""
    batch, ana = make_batch(tx, n_tasks=1, price=PRICE, overlap=3), make_worker(tx)
    old = take(tx, ana, batch, now=NOON)
    leases.expire(tx, now=AT)
    return ana, old, take(tx, ana, batch, now=AT)


def test_an_old_card_of_a_task_that_was_answered_since_reports_nothing(tx: Tx) -> None:
    ana, old, new = card_taken_anew(tx)
    work.submit(tx, by=ana, assignment=new, answer_index=0, now=AT + MINUTE)
    with pytest.raises(StaleButton):
        reporting.report(tx, by=ana, assignment=old, reason=0, now=AT + HOUR)
    assert tx.value("select count(*) from reports") == 0


@pytest.mark.parametrize("answered", ["old", "new"])
def test_an_old_card_reports_the_new_one_and_what_is_reported_is_not_answered(tx: Tx, answered: str) -> None:
    ana, old, new = card_taken_anew(tx)
    reporting.report(tx, by=ana, assignment=old, reason=0, now=AT + MINUTE)
    assert (assignments.by_id(tx, new).state, tx.value("select assignment_id from reports")) == ("reported", new)  # type: ignore[union-attr]
    with pytest.raises((StaleButton, AlreadyAnswered)):
        work.submit(tx, by=ana, assignment={"old": old, "new": new}[answered], answer_index=0, now=AT + HOUR)
    assert reported.agree(tx, by=make_owner(tx), task=1, upto=99, now=AT + HOUR) == PRICE
    assert money(tx, ana) == Money(review=0, available=PRICE, transit=0, paid=0)
    books_are_right(tx)
