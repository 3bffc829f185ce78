"""Payout methods: checked, sealed, shown masked; a change waits and can be disowned; who has money is asked."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bot.rendering.message import Deletion, Message
from domain.incoming import Incoming
from domain.ledger import FUNDS, ROUNDING, WORLD, available, in_review, reserve
from domain.payout_methods import KEPT, KINDS, STOPPED_FOR, WAITS, ChangesStopped, KindNotPaid, NoMoneyHere, NotThisOne
from domain.people import Person
from domain.refusals import StaleButton
from domain.rules import SECOND, Rules
from files.account_numbers import read
from storage import ledger, people, questions
from storage import payout_methods as methods
from storage.cipher import WrongKey
from tests.builders import make_batch, make_coordinator, make_owner, make_person, make_worker
from tests.steps import buttons, render, screen, told, waiting
from tests.usecases.desk import Desk
from usecases import earnings, joining, leaving, method_requests, payout_methods, received, typed, work
from usecases.payout_methods import ANSWERS

IBAN, OTHER_IBAN, OUTSIDE = "DE89370400440532013000", "FR1420041010050500013M02606", "BR1800360305000010009795493C1"
RAILS = ("by_hand", "sepa", "csv_paypal", "csv_mobile")
DAY_SECONDS = 86_400


@pytest.fixture
def desk() -> Desk:
    return Desk(Rules(bot_username="tallyhand_bot", currency="EUR", rails=RAILS, quiet_hours=False))


@pytest.fixture
def ana(desk: Desk) -> Person:
    return desk.make(make_worker)


def say(desk: Desk, by: Person, text: str) -> int:
    """Send a text as the handler hands it in."""
    desk.messages += 1
    desk.do(typed.text, by, text=text, message_id=desk.messages, read=read)
    return desk.messages


def choose(desk: Desk, by: Person, kind: str) -> None:
    desk.do(payout_methods.choose, by, kind=KINDS.index(kind))


def give(desk: Desk, by: Person, number: str = IBAN, name: str = "Ana García") -> None:
    """Choose an IBAN and answer both questions."""
    choose(desk, by, "iban")
    say(desk, by, number)
    say(desk, by, name)


def seen(desk: Desk, by: Person, key: str = "payout_method") -> str:
    return screen(desk.tx, by, key).text


def shown_now(desk: Desk, by: Person) -> Message:
    """What /payout shows."""
    desk.sent(by)
    desk.do(payout_methods.show, by)
    return screen(desk.tx, by, "payout_method")


def tick(desk: Desk) -> None:
    for _ in range(20):
        if not method_requests.run_due(desk.tx, now=desk.now):
            return
    raise AssertionError("it never ends")


def earn(desk: Desk, worker: Person, amount: int = 5_000_000) -> None:
    """Money becomes available, by the transfers of an accepted answer."""
    number = desk.value("select count(*) from ledger") + 1
    for cause, debit, credit in (
        (f"funds:{worker.id}:recorded:{number}", WORLD, FUNDS),
        (f"batch:{number}:reserved", FUNDS, reserve(number)),
        (f"submission:{number}:credited", reserve(number), in_review(worker.id)),
        (f"submission:{number}:accepted", in_review(worker.id), available(worker.id)),
    ):
        ledger.transfer(desk.tx, cause=cause, debit=debit, credit=credit, amount=amount, currency="EUR", now=desk.now)


def pay_out(desk: Desk, worker: Person) -> None:
    """All that is available leaves."""
    left = ledger.balance(desk.tx, available(worker.id))
    ledger.transfer(
        desk.tx,
        cause=f"worker:{worker.id}:rounded:{desk.now}",
        debit=available(worker.id),
        credit=ROUNDING,
        amount=left,
        currency="EUR",
        now=desk.now,
    )


# Choosing


def test_with_by_hand_alone_there_is_nothing_to_choose_and_nobody_is_asked() -> None:
    desk = Desk(Rules(bot_username="tallyhand_bot", currency="EUR", quiet_hours=False))
    ana = desk.make(make_worker)
    earn(desk, ana)
    tick(desk)
    assert desk.queued(ana) == []
    message = shown_now(desk, ana)
    assert "paid by hand" in message.text
    assert buttons(message) == {}
    with pytest.raises(KindNotPaid):
        choose(desk, ana, "iban")


@pytest.mark.parametrize(
    ("currency", "rails", "names"),
    [
        ("EUR", RAILS, ["IBAN", "PayPal e-mail", "Mobile money number", "Paid by hand"]),
        ("USD", RAILS, ["PayPal e-mail", "Mobile money number", "Paid by hand"]),
        ("KES", ("csv_mobile",), ["Mobile money number"]),
        ("KES", RAILS, ["Mobile money number", "Paid by hand"]),
    ],
)
def test_only_what_pays_the_currency_is_offered(currency: str, rails: tuple[str, ...], names: list[str]) -> None:
    desk = Desk(Rules(bot_username="tallyhand_bot", currency=currency, rails=rails))
    ana = desk.make(make_worker)
    assert list(buttons(shown_now(desk, ana))) == names


def test_a_first_iban_is_used_at_once_and_shown_masked(desk: Desk, ana: Person) -> None:
    give(desk, ana)
    assert "IBAN •••• 3000" in seen(desk, ana, "payout_method_set")
    message = shown_now(desk, ana)
    assert "IBAN •••• 3000" in message.text
    assert "Next payday: Wed" in message.text
    method = methods.active(desk.tx, ana.id)
    assert method is not None
    assert methods.details(desk.tx, method.id) == (IBAN, "Ana García")
    assert questions.open_for(desk.tx, ana.id) is None


@pytest.mark.parametrize(
    ("kind", "typed_text", "kept"),
    [
        ("paypal", "Ana@Example.org", "ana@example.org"),
        ("mobile", "+254 712 345678", "+254712345678"),
    ],
)
def test_paypal_and_mobile_ask_for_no_name(desk: Desk, ana: Person, kind: str, typed_text: str, kept: str) -> None:
    choose(desk, ana, kind)
    say(desk, ana, typed_text)
    method = methods.active(desk.tx, ana.id)
    assert method is not None
    assert methods.details(desk.tx, method.id) == (kept, "")
    assert kept not in seen(desk, ana, "payout_method_set")


def test_by_hand_needs_no_number_and_a_second_tap_changes_nothing(desk: Desk, ana: Person) -> None:
    choose(desk, ana, "by_hand")
    choose(desk, ana, "by_hand")
    method = methods.active(desk.tx, ana.id)
    assert method is not None
    assert (method.kind, methods.waiting(desk.tx, ana.id)) == ("by_hand", None)
    assert "already" in seen(desk, ana)


def test_who_neither_works_nor_has_money_here_has_no_method_here(desk: Desk) -> None:
    stranger = desk.make(make_person, 50, "Sam")
    with pytest.raises(NoMoneyHere):
        desk.do(payout_methods.show, stranger)
    earn(desk, stranger)
    desk.do(payout_methods.show, stranger)


@pytest.mark.parametrize("kind", [-1, 4, 2**40])
def test_a_kind_there_is_none_of_is_a_stale_button(desk: Desk, ana: Person, kind: int) -> None:
    with pytest.raises(StaleButton):
        desk.do(payout_methods.choose, ana, kind=kind)


# What they type


@pytest.mark.parametrize(
    ("kind", "typed_text", "says", "goes"),
    [
        ("iban", "DE88370400440532013000", "check digits", True),
        ("iban", "DE893704004405320130001", "1 character too many", True),
        ("iban", OUTSIDE, "account is in BR", True),
        ("iban", "4111 1111 1111 1111", "bank card", True),
        ("iban", "hello?", "only the letters A to Z", False),
        ("iban", "🙂", "only the letters A to Z", False),
        ("iban", "x" * 4_000, "longer than any number", False),
        ("paypal", "ana.example.org 1234", "has an @", True),
        ("mobile", "0712 345 678", "begin with +", True),
    ],
)
def test_what_cannot_be_used_is_asked_for_again_and_nothing_is_kept(
    desk: Desk, ana: Person, kind: str, typed_text: str, says: str, goes: bool
) -> None:
    choose(desk, ana, kind)
    desk.sent(ana)
    message_id = say(desk, ana, typed_text)
    assert says in seen(desk, ana, "payout_number")
    taken_out = [row.params for row in waiting(desk.tx, ana) if row.key == "taken_out"]
    assert taken_out == ([{"message_id": message_id}] if goes else [])
    assert desk.value("select count(*) from payout_methods") == 0
    question = questions.open_for(desk.tx, ana.id)
    assert question is not None and question.params == {"kind": kind}


def test_the_message_with_the_number_is_deleted(desk: Desk, ana: Person) -> None:
    choose(desk, ana, "iban")
    desk.sent(ana)
    first = say(desk, ana, IBAN)
    second = say(desk, ana, "Ana García")
    rows = [row for row in waiting(desk.tx, ana) if row.key == "taken_out"]
    assert [render(desk.tx, row.key, row.params, ana) for row in rows] == [Deletion(first), Deletion(second)]


def test_only_ids_and_codes_stand_in_rows_that_are_not_sealed(desk: Desk, ana: Person) -> None:
    ben = desk.make(make_worker, 101, "Ben")
    owner = desk.make(make_owner)
    choose(desk, ana, "iban")
    for text in ("DE88370400440532013000", IBAN, "1234 5678", "Ana García"):
        say(desk, ana, text)
    give(desk, ben)
    give(desk, ana, OTHER_IBAN)
    earn(desk, ana)
    tick(desk)
    assert desk.queued(owner) == ["payout_method_shared"]
    dump = "\n".join(desk.connection.iterdump())
    for secret in (IBAN, "DE883704", OTHER_IBAN, "García", "0532013000", "5678"):
        assert secret not in dump
        assert secret.encode().hex().upper() not in dump.upper()


@pytest.mark.parametrize("name", ["", "🙂", "12345678", "x" * 90])
def test_a_name_that_is_none_is_asked_for_again(desk: Desk, ana: Person, name: str) -> None:
    choose(desk, ana, "iban")
    say(desk, ana, IBAN)
    desk.sent(ana)
    say(desk, ana, name)
    assert "In whose name" in seen(desk, ana, "payout_holder")
    assert methods.active(desk.tx, ana.id) is None
    say(desk, ana, "Ana García")
    assert methods.active(desk.tx, ana.id) is not None


def test_a_photo_where_a_number_is_asked_for_is_taken_out_and_a_sentence_says_so(desk: Desk, ana: Person) -> None:
    choose(desk, ana, "iban")
    desk.sent(ana)
    desk.do(received.file, ana, file=Incoming(what="photo", file_id="f", size=1, message_id=77))
    assert "as a text message" in seen(desk, ana, "payout_number")
    assert [row.params["message_id"] for row in waiting(desk.tx, ana) if row.key == "taken_out"] == [77]
    desk.sent(ana)
    desk.do(typed.stray, ana)
    assert told(desk.tx, ana) == ["payout_number"]
    say(desk, ana, IBAN)
    desk.sent(ana)
    desk.do(typed.stray, ana)
    assert told(desk.tx, ana) == ["payout_holder"]


def test_a_number_does_not_become_part_of_a_written_answer(desk: Desk, ana: Person) -> None:
    batch = desk.make(make_batch, "write_reply", 2, 500_000)
    choose(desk, ana, "iban")
    desk.do(work.start, ana, batch=batch)
    say(desk, ana, "Dear customer, thank you.")
    assert desk.value("select group_concat(text) from parts") == "Dear customer, thank you."
    say(desk, ana, IBAN)
    assert desk.value("select count(*) from parts") == 1
    assert methods.begun(desk.tx, ana.id) is not None


def test_back_forgets_what_was_begun(desk: Desk, ana: Person) -> None:
    choose(desk, ana, "iban")
    say(desk, ana, IBAN)
    desk.do(payout_methods.back, ana)
    assert desk.value("select count(*) from payout_methods") == 0
    assert questions.open_for(desk.tx, ana.id) is None


def test_a_number_without_its_holder_is_forgotten_after_a_day(desk: Desk, ana: Person) -> None:
    choose(desk, ana, "iban")
    say(desk, ana, IBAN)
    tick(desk)
    assert methods.begun(desk.tx, ana.id) is not None
    desk.pass_time(DAY_SECONDS + 60)
    tick(desk)
    assert desk.value("select count(*) from payout_methods") == 0
    say(desk, ana, "Ana García")
    assert methods.active(desk.tx, ana.id) is None


def test_every_question_has_what_takes_its_answer() -> None:
    assert set(ANSWERS) == {"payout_number", "payout_holder"}
    assert not set(ANSWERS) & set(typed.ANSWERS)


# Somebody else's


def test_somebody_elses_iban_is_refused_kindly_and_staff_get_one_hint(desk: Desk, ana: Person) -> None:
    ben: Person = desk.make(make_worker, 101, "Ben")
    owner, carla = desk.make(make_owner), desk.make(make_coordinator)
    give(desk, ana)
    for _ in range(3):
        choose(desk, ben, "iban")
        say(desk, ben, "de89 3704 0044 0532 0130 00")
    text = seen(desk, ben, "payout_number")
    assert "I cannot pay you to this number" in text
    assert "Ana" not in text
    assert methods.active(desk.tx, ben.id) is methods.begun(desk.tx, ben.id) is None
    for staff in (owner, carla):
        assert desk.queued(staff) == ["payout_method_shared"]
        hint = seen(desk, staff, "payout_method_shared")
        assert "Ben" in hint and "Ana" in hint and "3000" not in hint
    assert "payout_method_shared" not in told(desk.tx, ana)
    say(desk, ben, OTHER_IBAN)
    say(desk, ben, "Ben")
    assert methods.active(desk.tx, ben.id) is not None


def test_two_who_give_one_number_at_the_same_time_do_not_both_get_it(desk: Desk, ana: Person) -> None:
    ben = desk.make(make_worker, 101, "Ben")
    for one in (ana, ben):
        choose(desk, one, "iban")
        say(desk, one, IBAN)
    say(desk, ana, "Ana")
    say(desk, ben, "Ben")
    assert methods.active(desk.tx, ana.id) is not None
    assert methods.active(desk.tx, ben.id) is None
    assert "I cannot pay you to this number" in seen(desk, ben, "payout_number")


def test_a_number_somebody_left_is_free_again_when_it_is_erased_and_its_owner_may_take_it_back(
    desk: Desk, ana: Person
) -> None:
    ben = desk.make(make_worker, 101, "Ben")
    give(desk, ana)
    first = methods.active(desk.tx, ana.id)
    assert first is not None
    desk.do(payout_methods.remove, ana, newest=first.id)
    give(desk, ben)
    assert methods.active(desk.tx, ben.id) is None
    desk.pass_time(KEPT / SECOND + 60)
    tick(desk)
    assert methods.details(desk.tx, first.id) == ("", "")
    give(desk, ben)
    assert methods.active(desk.tx, ben.id) is not None


def test_ones_own_number_may_be_taken_back(desk: Desk, ana: Person) -> None:
    give(desk, ana)
    give(desk, ana, OTHER_IBAN)
    desk.pass_time(DAY_SECONDS + 60)
    tick(desk)
    give(desk, ana)
    method = methods.waiting(desk.tx, ana.id)
    assert method is not None
    assert methods.details(desk.tx, method.id).number == IBAN


def test_a_row_moved_to_somebody_elses_name_does_not_open(desk: Desk, ana: Person) -> None:
    ben = desk.make(make_worker, 101, "Ben")
    give(desk, ana)
    desk.tx.run("update payout_methods set worker_id = :ben", ben=ben.id)
    method = methods.active(desk.tx, ben.id)
    assert method is not None
    with pytest.raises(WrongKey):
        methods.details(desk.tx, method.id)


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
