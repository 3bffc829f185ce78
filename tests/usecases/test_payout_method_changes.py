"""Payout methods that change: one waits and can be disowned, who has money is asked, who leaves keeps it until paid."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bot.rendering.message import Message
from domain.payout_methods import STOPPED_FOR, WAITS, ChangesStopped, NotThisOne
from domain.people import Person
from domain.refusals import StaleButton
from domain.rules import SECOND, Rules
from storage import payout_methods as methods
from storage import people
from tests.builders import make_owner, make_worker
from tests.steps import buttons, render, screen, told, waiting
from tests.usecases.desk import Desk
from tests.usecases.payees import (
    DAY_SECONDS,
    IBAN,
    OTHER_IBAN,
    RAILS,
    choose,
    earn,
    give,
    pay_out,
    say,
    seen,
    shown_now,
    tick,
)
from usecases import earnings, joining, leaving, method_requests, payout_methods


@pytest.fixture
def desk() -> Desk:
    return Desk(Rules(bot_username="tallyhand_bot", currency="EUR", rails=RAILS, quiet_hours=False))


@pytest.fixture
def ana(desk: Desk) -> Person:
    return desk.make(make_worker)


# A change


def test_a_change_waits_a_day_and_the_old_one_is_used_until_then(desk: Desk, ana: Person) -> None:
    give(desk, ana)
    old = methods.active(desk.tx, ana.id)
    give(desk, ana, OTHER_IBAN)
    told_text = seen(desk, ana, "payout_method_changing")
    assert "•••• 2606" in told_text and "Until then your money goes to IBAN •••• 3000" in told_text
    assert list(buttons(screen(desk.tx, ana, "payout_method_changing"))) == ["That was not me"]
    desk.pass_time(WAITS / SECOND - 60)
    tick(desk)
    assert methods.active(desk.tx, ana.id) == old
    shown = shown_now(desk, ana)
    assert "From " in shown.text and "That was not me" in buttons(shown)
    desk.pass_time(120)
    tick(desk)
    new = methods.active(desk.tx, ana.id)
    assert new is not None and old is not None and new.id != old.id
    assert methods.by_id(desk.tx, old.id).state == "replaced"  # type: ignore[union-attr]
    assert "•••• 2606" in seen(desk, ana, "payout_method_active")


def test_a_change_that_fell_due_during_downtime_counts_at_the_next_tick(desk: Desk, ana: Person) -> None:
    give(desk, ana)
    choose(desk, ana, "by_hand")
    desk.pass_time(9 * DAY_SECONDS)
    tick(desk)
    method = methods.active(desk.tx, ana.id)
    assert method is not None and method.kind == "by_hand"


def test_a_second_change_takes_the_place_of_the_first_and_waits_anew(desk: Desk, ana: Person) -> None:
    give(desk, ana)
    choose(desk, ana, "by_hand")
    desk.pass_time(DAY_SECONDS / 2)
    give(desk, ana, OTHER_IBAN)
    desk.pass_time(DAY_SECONDS * 0.6)
    tick(desk)
    assert methods.details(desk.tx, methods.active(desk.tx, ana.id).id).number == IBAN  # type: ignore[union-attr]
    desk.pass_time(DAY_SECONDS * 0.5)
    tick(desk)
    assert methods.details(desk.tx, methods.active(desk.tx, ana.id).id).number == OTHER_IBAN  # type: ignore[union-attr]


def test_choosing_what_one_has_takes_the_change_back(desk: Desk, ana: Person) -> None:
    give(desk, ana)
    choose(desk, ana, "by_hand")
    choose(desk, ana, "iban")
    say(desk, ana, IBAN)
    assert "It stays" in seen(desk, ana)
    assert methods.waiting(desk.tx, ana.id) is None
    desk.pass_time(2 * DAY_SECONDS)
    tick(desk)
    assert methods.active(desk.tx, ana.id).kind == "iban"  # type: ignore[union-attr]


def test_that_was_not_me_undoes_the_change_tells_staff_and_stops_changes(desk: Desk, ana: Person) -> None:
    owner = desk.make(make_owner)
    give(desk, ana)
    give(desk, ana, OTHER_IBAN)
    change = methods.waiting(desk.tx, ana.id)
    assert change is not None
    desk.do(payout_methods.disown, ana, method_id=change.id)
    undone = desk.now
    assert "•••• 3000" in seen(desk, ana) and "undone" in seen(desk, ana)
    assert methods.waiting(desk.tx, ana.id) is None
    assert desk.queued(owner) == ["payout_method_disowned"]
    assert "Ana" in seen(desk, owner, "payout_method_disowned")
    with pytest.raises(ChangesStopped) as stopped:
        choose(desk, ana, "by_hand")
    assert buttons(shown_now(desk, ana)) == {}
    for tap, values in ((payout_methods.ask_remove, {}), (payout_methods.remove, {"newest": 1})):
        with pytest.raises(ChangesStopped):
            desk.do(tap, ana, wait=0, **values)
    assert stopped.value.params == {"at": undone + STOPPED_FOR}
    with pytest.raises(NotThisOne):
        desk.do(payout_methods.disown, ana, method_id=change.id)
    desk.pass_time(STOPPED_FOR / SECOND)
    choose(desk, ana, "by_hand")
    assert methods.waiting(desk.tx, ana.id) is not None


def test_that_was_not_me_after_a_day_brings_back_what_was_used_before(desk: Desk, ana: Person) -> None:
    owner = desk.make(make_owner)
    give(desk, ana)
    old = methods.active(desk.tx, ana.id)
    give(desk, ana, OTHER_IBAN)
    desk.pass_time(DAY_SECONDS + 60)
    tick(desk)
    change = methods.active(desk.tx, ana.id)
    assert old is not None and change is not None
    desk.do(payout_methods.disown, ana, method_id=change.id)
    again = methods.active(desk.tx, ana.id)
    assert again is not None and again.id == old.id
    assert "under way" in seen(desk, owner, "payout_method_disowned")


def test_a_number_typed_while_changes_are_stopped_is_deleted_and_not_taken(desk: Desk, ana: Person) -> None:
    give(desk, ana)
    choose(desk, ana, "by_hand")
    change = methods.waiting(desk.tx, ana.id)
    assert change is not None
    choose(desk, ana, "iban")
    methods.close(desk.tx, change, state="cancelled", now=desk.now, disowned=True)
    desk.sent(ana)
    say(desk, ana, OTHER_IBAN)
    assert told(desk.tx, ana) == ["taken_out", "payout_method"]
    assert "cannot be changed until" in seen(desk, ana)
    assert methods.begun(desk.tx, ana.id) is None


def test_nobody_touches_anybody_elses_method(desk: Desk, ana: Person) -> None:
    ben = desk.make(make_worker, 101, "Ben")
    give(desk, ana)
    choose(desk, ana, "by_hand")
    change = methods.waiting(desk.tx, ana.id)
    assert change is not None
    with pytest.raises(StaleButton):
        desk.do(payout_methods.disown, ben, method_id=change.id)
    with pytest.raises(StaleButton):
        desk.do(payout_methods.disown, ben, method_id=2**40)
    assert methods.waiting(desk.tx, ana.id) == change


def test_remove_is_asked_once_more_and_an_old_button_removes_nothing_newer(desk: Desk, ana: Person) -> None:
    give(desk, ana)
    desk.do(payout_methods.ask_remove, ana)
    yes = buttons(screen(desk.tx, ana, "payout_method_remove"))["Yes, remove"][1][0]
    choose(desk, ana, "by_hand")
    with pytest.raises(NotThisOne):
        desk.do(payout_methods.remove, ana, newest=yes)
    change = methods.waiting(desk.tx, ana.id)
    assert change is not None
    desk.do(payout_methods.remove, ana, newest=change.id)
    assert methods.active(desk.tx, ana.id) is methods.waiting(desk.tx, ana.id) is None
    assert "Removed" in seen(desk, ana)


def test_removing_is_no_way_around_the_wait(desk: Desk, ana: Person) -> None:
    give(desk, ana)
    active = methods.active(desk.tx, ana.id)
    assert active is not None
    desk.do(payout_methods.remove, ana, newest=active.id)
    give(desk, ana, OTHER_IBAN)
    assert methods.active(desk.tx, ana.id) is None
    assert methods.waiting(desk.tx, ana.id) is not None


# Being asked


def test_who_has_money_for_the_first_time_is_asked_once(desk: Desk, ana: Person) -> None:
    ben = desk.make(make_worker, 101, "Ben")
    give(desk, ben)
    earn(desk, ana)
    earn(desk, ben)
    desk.sent(ben)
    for _ in range(3):
        tick(desk)
        earn(desk, ana)
    assert desk.queued(ana) == ["payout_method_wanted"]
    assert desk.queued(ben) == []
    message = screen(desk.tx, ana, "payout_method_wanted")
    assert "€20.00 is accepted and yours" in message.text
    assert buttons(message) == {"Payout method": ("pm", ())}


def test_who_answers_before_they_read_it_is_not_asked(desk: Desk, ana: Person) -> None:
    earn(desk, ana)
    tick(desk)
    choose(desk, ana, "by_hand")
    row = next(row for row in waiting(desk.tx, ana) if row.key == "payout_method_wanted")
    assert not isinstance(render(desk.tx, row.key, row.params, ana), Message)


def test_a_day_before_payday_who_has_no_method_is_reminded_once(desk: Desk, ana: Person) -> None:
    earn(desk, ana)
    tick(desk)
    desk.sent(ana)
    for _ in range(30):  # four paydays
        desk.pass_time(DAY_SECONDS)
        tick(desk)
    assert desk.queued(ana) == ["payout_method_wanted"]
    (row,) = waiting(desk.tx, ana)
    assert row.params == {"why": "payday"}
    assert "Payday is near" in seen(desk, ana, "payout_method_wanted")


def test_below_the_minimum_nobody_is_reminded(desk: Desk, ana: Person) -> None:
    earn(desk, ana, 990_000)
    tick(desk)
    desk.sent(ana)
    for _ in range(14):
        desk.pass_time(DAY_SECONDS)
        tick(desk)
    assert desk.queued(ana) == []


def test_who_is_asked_within_a_day_of_payday_is_not_reminded_for_that_one(desk: Desk, ana: Person) -> None:
    while desk.tx.rules.local(desk.now).weekday() != 1:
        desk.pass_time(DAY_SECONDS)
    desk.pass_time(2 * 3_600)
    earn(desk, ana)
    tick(desk)
    assert [row.params["why"] for row in waiting(desk.tx, ana)] == ["money"]
    desk.pass_time(DAY_SECONDS / 2)
    tick(desk)
    assert len(waiting(desk.tx, ana)) == 1


def test_after_a_payment_came_back_a_new_method_is_asked_for_before_the_next_payday(desk: Desk, ana: Person) -> None:
    earn(desk, ana)
    give(desk, ana)
    tick(desk)
    desk.sent(ana)
    method = methods.active(desk.tx, ana.id)
    assert method is not None
    methods.fail(desk.tx, method.id, desk.now, problem="closed_account")
    methods.fail(desk.tx, method.id, desk.now, problem="closed_account")
    for _ in range(30):
        tick(desk)
        desk.pass_time(DAY_SECONDS)
    assert desk.queued(ana) == ["payout_method_wanted"]
    assert "your last payout came back" in seen(desk, ana, "payout_method_wanted")
    give(desk, ana)
    assert methods.waiting(desk.tx, ana.id) is not None
    assert desk.value("select problem from method_requests where worker_id = :id", id=ana.id) is None


def test_a_method_that_was_changed_meanwhile_does_not_fail(desk: Desk, ana: Person) -> None:
    give(desk, ana)
    old = methods.active(desk.tx, ana.id)
    choose(desk, ana, "by_hand")
    desk.pass_time(DAY_SECONDS + 60)
    tick(desk)
    desk.sent(ana)
    assert old is not None
    methods.fail(desk.tx, old.id, desk.now, problem="closed_account")
    tick(desk)
    assert desk.queued(ana) == []
    assert methods.active(desk.tx, ana.id) is not None


def test_a_step_of_asking_is_bounded(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(method_requests, "STEP", 2)
    workers = [desk.make(make_worker, 200 + one, f"W{one}") for one in range(5)]
    for worker in workers:
        earn(desk, worker)
    assert method_requests.run_due(desk.tx, now=desk.now) is True
    assert sum(len(desk.queued(worker)) for worker in workers) == 2
    tick(desk)
    assert [desk.queued(worker) for worker in workers] == [["payout_method_wanted"]] * 5


def test_earnings_ask_for_a_method_only_where_one_is_needed(desk: Desk, ana: Person) -> None:
    def shown() -> Message:
        desk.do(earnings.show, ana)
        return screen(desk.tx, ana, "earnings")

    assert "Payout method" not in buttons(shown())
    earn(desk, ana)
    asking = shown()
    assert "Payout method" in buttons(asking) and "Your balance stays yours until you choose" in asking.text
    give(desk, ana)
    given = shown()
    assert "Payout method" not in buttons(given) and "Where shall" not in given.text
    desk.rules = desk.tx.rules = replace(desk.rules, rails=("by_hand", "csv_paypal"))
    assert "Payout method" in buttons(shown())  # an IBAN is paid by nothing any more
    desk.rules = desk.tx.rules = replace(desk.rules, rails=("by_hand",))
    assert "Payout method" not in buttons(shown())


def test_who_stopped_is_not_asked_and_can_still_choose(desk: Desk, ana: Person) -> None:
    desk.do(leaving.stop, ana)
    desk.sent(ana)
    earn(desk, ana)
    tick(desk)
    assert desk.queued(ana) == []
    give(desk, ana)
    assert methods.active(desk.tx, ana.id) is not None


# Leaving


def test_who_withdraws_keeps_the_method_until_they_are_paid(desk: Desk, ana: Person) -> None:
    earn(desk, ana)
    give(desk, ana)
    agreed_at = desk.value("select agreed_at from consents where person_id = :id", id=ana.id)
    desk.do(leaving.ask_withdrawal, ana)
    assert "Your payout method is kept until that is done, then erased." in seen(desk, ana, "withdraw")
    desk.do(leaving.withdraw, ana, agreed_at=agreed_at)
    tick(desk)
    assert methods.active(desk.tx, ana.id) is not None
    pay_out(desk, ana)
    tick(desk)
    assert methods.active(desk.tx, ana.id) is None
    assert desk.value("select count(*) from payout_methods where number is not null or handle is not null") == 0


def test_who_comes_back_in_time_keeps_it(desk: Desk, ana: Person) -> None:
    earn(desk, ana)
    give(desk, ana)
    agreed_at = desk.value("select agreed_at from consents where person_id = :id", id=ana.id)
    desk.do(leaving.withdraw, ana, agreed_at=agreed_at)
    people.change(desk.tx, ana.id, is_worker=1)
    desk.do(joining.agree, ana, version=1)
    pay_out(desk, ana)
    tick(desk)
    assert methods.active(desk.tx, ana.id) is not None


def test_a_method_given_after_leaving_goes_with_the_last_payment_too(desk: Desk, ana: Person) -> None:
    earn(desk, ana)
    agreed_at = desk.value("select agreed_at from consents where person_id = :id", id=ana.id)
    desk.do(leaving.withdraw, ana, agreed_at=agreed_at)
    give(desk, ana)
    tick(desk)
    assert methods.active(desk.tx, ana.id) is not None
    pay_out(desk, ana)
    tick(desk)
    assert methods.active(desk.tx, ana.id) is None


def test_each_step_is_on_record_without_the_number(desk: Desk, ana: Person) -> None:
    give(desk, ana)
    choose(desk, ana, "by_hand")
    change = methods.waiting(desk.tx, ana.id)
    assert change is not None
    desk.do(payout_methods.disown, ana, method_id=change.id)
    rows = desk.tx.all("select action, details from audit where action like 'payout_method%' order by id")
    assert [row["action"].partition(".")[2] for row in rows] == ["given", "changed", "disowned"]
    assert all(json.loads(row["details"]).keys() == {"method", "kind"} for row in rows)
