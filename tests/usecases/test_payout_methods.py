"""Payout methods: chosen, checked, sealed, shown masked; a number is one person's alone."""

from __future__ import annotations

import pytest

from bot.rendering.message import Deletion
from domain.incoming import Incoming
from domain.payout_methods import KEPT, KindNotPaid, NoMoneyHere
from domain.people import Person
from domain.refusals import StaleButton
from domain.rules import SECOND, Rules
from storage import payout_methods as methods
from storage import questions
from storage.cipher import WrongKey
from tests.builders import make_batch, make_coordinator, make_owner, make_person, make_worker
from tests.steps import buttons, render, told, waiting
from tests.usecases.desk import Desk
from tests.usecases.payees import (
    DAY_SECONDS,
    IBAN,
    OTHER_IBAN,
    OUTSIDE,
    RAILS,
    choose,
    earn,
    give,
    say,
    seen,
    shown_now,
    tick,
)
from usecases import payout_methods, received, typed, work
from usecases.payout_methods import ANSWERS


@pytest.fixture
def desk() -> Desk:
    return Desk(Rules(bot_username="tallyhand_bot", currency="EUR", rails=RAILS, quiet_hours=False))


@pytest.fixture
def ana(desk: Desk) -> Person:
    return desk.make(make_worker)


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
