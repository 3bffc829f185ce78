"""Payouts over a provider: whatever breaks off, wherever the process dies, nobody is paid twice, nothing is lost."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator

import pytest

from bot.rendering.message import Message, Nothing
from domain.bank_answers import key_of
from domain.people import Person
from domain.rules import DAY, MINUTE, SECOND
from domain.sendings import SAFE, Line, Look, Sending, Standing
from storage import ledger, payouts, sendings
from tests import paydays
from tests.builders import make_owner
from tests.steps import Money, books_are_right, money, render, screen, told
from tests.storage.plans import NotingTx, scans
from tests.usecases.desk import Desk
from tests.usecases.sendings import ADDRESSES, PRICE, RULES, copy_of
from usecases import payout_alerts, sending
from usecases.payout_files import installation
from usecases.payout_methods import disown


@pytest.fixture(scope="module")
def paid_day() -> Iterator[sqlite3.Connection]:
    """A database with an approved run, made once; each test gets a copy."""
    desk = Desk(RULES)
    paydays.payday(desk.tx, ADDRESSES, price=PRICE, now=desk.now)
    desk.connection.execute("commit")
    yield desk.connection
    desk.connection.close()


@pytest.fixture
def desk(paid_day: sqlite3.Connection) -> Desk:
    return copy_of(paid_day)


def begun(desk: Desk) -> Sending:
    """The run's sending, written."""
    assert sending.begin(desk.tx, now=desk.now)
    one = sendings.next_due(desk.tx)
    assert one is not None
    return one


def called(desk: Desk) -> Sending:
    """And noted as being sent."""
    one = begun(desk)
    assert sending.call(desk.tx, sending_id=one.id, now=desk.now) is not None
    return the(desk, one)


def the(desk: Desk, one: Sending) -> Sending:
    found = sendings.by_id(desk.tx, one.id)
    assert found is not None
    return found


def states(desk: Desk) -> list[str]:
    return [row["state"] for row in desk.tx.all("select state from payouts order by id")]


def lines(desk: Desk, *standings: Standing, **more: str) -> list[Line]:
    """What the provider says of the first payouts."""
    own, ids = installation(desk.tx), [row["id"] for row in desk.tx.all("select id from payouts order by id")]
    return [
        Line(
            key_of(own, number), more.get("value", "1.50"), more.get("currency", "USD"), one, "T1", more.get("problem")
        )
        for number, one in zip(ids, standings, strict=False)
    ]


def see(desk: Desk, one: Sending, *found: Line) -> None:
    """One whole look at a batch that was worked through."""
    sending.settle(desk.tx, sending_id=one.id, lines=found, denied=False, now=desk.now)
    sending.looked(desk.tx, sending_id=one.id, look=Look(True, False, found), now=desk.now)


def workers(desk: Desk) -> list[Person]:
    return paydays.everybody(desk.tx)


def test_what_is_sent_is_on_disk_before_it_leaves_and_the_same_bytes_each_time(desk: Desk) -> None:
    one = begun(desk)
    assert states(desk) == ["sending"] * 4
    first = sending.call(desk.tx, sending_id=one.id, now=desk.now)
    again = sending.call(desk.tx, sending_id=one.id, now=desk.now + MINUTE)
    assert first is not None and first == again
    sent = json.loads(first)
    assert sent["sender_batch_header"]["sender_batch_id"] == one.key
    assert [item["receiver"] for item in sent["items"]] == list(ADDRESSES)
    assert {item["amount"]["value"] for item in sent["items"]} == {"1.50"}
    assert not sending.begin(desk.tx, now=desk.now), "nothing is left to be written"


def test_addresses_are_sealed_and_gone_once_the_provider_has_them(desk: Desk) -> None:
    one = called(desk)
    kept = desk.value("select request from sendings")
    assert b"example.org" not in kept
    sending.taken(desk.tx, sending_id=one.id, reference="B1", now=desk.now)
    assert desk.value("select request from sendings") is None


def test_a_run_goes_out_in_sendings_of_a_bounded_size_with_keys_of_their_own(desk: Desk) -> None:
    for _ in range(3):
        sending.begin(desk.tx, now=desk.now, most=2)
    rows = desk.tx.all("select s.key, count(*) from sendings s join payouts p on p.sending_id = s.id group by s.key")
    assert [row[1] for row in rows] == [2, 2]
    assert len({row[0] for row in rows}) == 2


def test_a_payout_is_paid_once_however_often_the_provider_says_so(desk: Desk) -> None:
    one = called(desk)
    sending.taken(desk.tx, sending_id=one.id, reference="B1", now=desk.now)
    found = lines(desk, *[Standing.PAID] * 4)
    for _ in range(2):
        sending.settle(desk.tx, sending_id=one.id, lines=found, denied=False, now=desk.now)
        look = Look(True, False, tuple(found), ("1.00", "USD"))
        sending.looked(desk.tx, sending_id=one.id, look=look, now=desk.now)
    assert states(desk) == ["paid"] * 4
    assert [money(desk.tx, worker) for worker in workers(desk)] == [Money(0, 0, 0, PRICE)] * 4
    assert desk.value("select state from payout_runs") == "settled"
    assert ledger.moved(desk.tx, "run:1:fee:1000001") == 1_000_000
    assert all(told(desk.tx, worker).count("payout_paid") == 1 for worker in workers(desk))
    books_are_right(desk.tx)


def test_a_batch_that_is_done_pays_nobody_whose_item_is_not(desk: Desk) -> None:
    one = called(desk)
    sending.taken(desk.tx, sending_id=one.id, reference="B1", now=desk.now)
    found = lines(desk, Standing.PAID, Standing.PENDING, Standing.PENDING, Standing.PAID)
    sending.settle(desk.tx, sending_id=one.id, lines=found, denied=False, now=desk.now)
    sending.looked(desk.tx, sending_id=one.id, look=Look(True, False, tuple(found)), now=desk.now)
    assert states(desk) == ["paid", "sending", "sending", "paid"]
    assert the(desk, one).next_at - desk.now <= MINUTE


def test_unclaimed_money_waits_and_comes_back_and_its_worker_reads_both(desk: Desk) -> None:
    one = called(desk)
    sending.taken(desk.tx, sending_id=one.id, reference="B1", now=desk.now)
    found = lines(desk, *[Standing.UNCLAIMED] * 4)
    for _ in range(3):
        sending.settle(desk.tx, sending_id=one.id, lines=found, denied=False, now=desk.now)
    ana = workers(desk)[0]
    assert told(desk.tx, ana).count("payout_unclaimed") == 1
    assert payout_alerts.run_due(desk.tx, now=desk.now + 7 * DAY) is False
    assert "payout_alert" not in told(desk.tx, make_owner(desk.tx)), "where it is, is known"
    assert "$1.50" in screen(desk.tx, ana, "payout_unclaimed").text
    assert money(desk.tx, ana) == Money(0, 0, PRICE, 0)
    back = lines(desk, *[Standing.RETURNED] * 4, problem="receiver_unregistered")
    sending.settle(desk.tx, sending_id=one.id, lines=back, denied=False, now=desk.now + 30 * DAY)
    assert money(desk.tx, ana) == Money(0, PRICE, 0, 0)
    params = {"payout": desk.value("select id from payouts where worker_id = :id", id=ana.id)}
    assert isinstance(render(desk.tx, "payout_unclaimed", params, ana), Nothing), "the news has lost its point"
    books_are_right(desk.tx)


def test_what_was_paid_and_is_reversed_is_the_workers_again(desk: Desk) -> None:
    one = called(desk)
    sending.taken(desk.tx, sending_id=one.id, reference="B1", now=desk.now)
    for standing in (Standing.PAID, Standing.RETURNED):
        found = lines(desk, standing, problem="reversed")
        sending.settle(desk.tx, sending_id=one.id, lines=found, denied=False, now=desk.now)
    assert states(desk)[0] == "returned"
    assert money(desk.tx, workers(desk)[0]) == Money(0, PRICE, 0, 0)
    books_are_right(desk.tx)


def test_of_a_denied_batch_all_money_is_back(desk: Desk) -> None:
    one = called(desk)
    sending.taken(desk.tx, sending_id=one.id, reference="B1", now=desk.now)
    found = lines(desk, Standing.FAILED, Standing.PENDING, problem="sender_restricted")
    sending.settle(desk.tx, sending_id=one.id, lines=found, denied=True, now=desk.now)
    sending.looked(desk.tx, sending_id=one.id, look=Look(True, True, tuple(found)), now=desk.now)
    assert states(desk) == ["failed"] * 4


def test_a_refused_receiver_is_left_out_and_gets_the_money_back_once_the_key_is_decided(desk: Desk) -> None:
    one = called(desk)
    sending.refused(desk.tx, sending_id=one.id, name="VALIDATION_ERROR", items={1: "receiver"}, now=desk.now)
    assert states(desk) == ["sending"] * 4
    body = sending.call(desk.tx, sending_id=one.id, now=desk.now)
    assert body is not None
    sent = json.loads(body)
    assert sent["sender_batch_header"]["sender_batch_id"] == one.key
    assert [item["receiver"] for item in sent["items"]] == ["ana@example.org", "cleo@example.org", "dan@example.org"]
    sending.taken(desk.tx, sending_id=one.id, reference="B1", now=desk.now)
    ana, _, cleo, dan = lines(desk, *[Standing.PAID] * 4)
    see(desk, one, ana, cleo, dan)
    assert states(desk) == ["paid", "failed", "paid", "paid"]


def test_a_refused_receiver_who_was_in_an_earlier_call_after_all_is_paid(desk: Desk) -> None:
    one = called(desk)
    sending.doubted(desk.tx, sending_id=one.id, now=desk.now)
    assert sending.call(desk.tx, sending_id=one.id, now=desk.now) is not None
    sending.refused(desk.tx, sending_id=one.id, name="VALIDATION_ERROR", items={1: "receiver"}, now=desk.now)
    assert sending.call(desk.tx, sending_id=one.id, now=desk.now) is not None
    sending.taken(desk.tx, sending_id=one.id, reference="B1", now=desk.now)
    see(desk, one, *lines(desk, *[Standing.PAID] * 4))
    assert states(desk) == ["paid"] * 4


@pytest.mark.parametrize("doubt", [True, False])
def test_when_all_receivers_are_refused_only_a_doubt_keeps_the_money_from_coming_back(desk: Desk, doubt: bool) -> None:
    one = called(desk)
    if doubt:
        sending.doubted(desk.tx, sending_id=one.id, now=desk.now)
        sending.call(desk.tx, sending_id=one.id, now=desk.now)
    every = dict.fromkeys(range(4), "receiver")
    sending.refused(desk.tx, sending_id=one.id, name="VALIDATION_ERROR", items=every, now=desk.now)
    assert states(desk) == ["unknown" if doubt else "failed"] * 4


def test_no_money_at_the_provider_waits_and_is_told_once_a_run(desk: Desk) -> None:
    owner = make_owner(desk.tx)
    one = called(desk)
    for _ in range(3):
        sending.refused(desk.tx, sending_id=one.id, name="INSUFFICIENT_FUNDS", items={}, now=desk.now)
    assert states(desk) == ["sending"] * 4
    assert told(desk.tx, owner).count("sending_trouble") == 1
    assert "does not cover" in screen(desk.tx, owner, "sending_trouble").text


def test_a_process_that_died_in_a_call_leaves_a_doubt(desk: Desk) -> None:
    one = called(desk)
    assert the(desk, one).doubt_at is None
    desk.pass_time(60)
    sending.call(desk.tx, sending_id=one.id, now=desk.now)
    assert the(desk, one).doubt_at == desk.now - 60 * SECOND


@pytest.mark.parametrize("doubt", [True, False])
def test_after_25_days_only_what_was_never_in_doubt_is_sent_again(desk: Desk, doubt: bool) -> None:
    owner = make_owner(desk.tx)
    one = called(desk)
    if doubt:
        sending.doubted(desk.tx, sending_id=one.id, now=desk.now)
    else:
        sending.put_off(desk.tx, sending_id=one.id, why="too_many", wait=None, now=desk.now)
    body = sending.call(desk.tx, sending_id=one.id, now=desk.now + SAFE + SECOND)
    assert (body is None) is doubt
    assert states(desk) == (["unknown"] if doubt else ["sending"]) * 4
    assert ("sending_trouble" in told(desk.tx, owner)) is doubt


def test_a_duplicate_without_a_way_to_it_is_unknown_and_told_with_its_key(desk: Desk) -> None:
    owner = make_owner(desk.tx)
    one = called(desk)
    sending.taken(desk.tx, sending_id=one.id, reference=None, now=desk.now)
    assert states(desk) == ["unknown"] * 4
    assert one.key in screen(desk.tx, owner, "sending_trouble").text


@pytest.mark.parametrize("more", [{"value": "1.51"}, {"currency": "EUR"}])
def test_another_amount_is_never_taken_for_ours(desk: Desk, more: dict[str, str]) -> None:
    one = called(desk)
    sending.taken(desk.tx, sending_id=one.id, reference="B1", now=desk.now)
    found = lines(desk, Standing.PAID, **more)
    sending.settle(desk.tx, sending_id=one.id, lines=found, denied=False, now=desk.now)
    assert states(desk)[0] == "unknown"


def test_what_the_provider_does_not_list_is_unknown_once_it_is_done(desk: Desk) -> None:
    one = called(desk)
    sending.taken(desk.tx, sending_id=one.id, reference="B1", now=desk.now)
    found = lines(desk, Standing.PAID)
    for worked, expected in ((False, "sending"), (True, "unknown")):
        sending.looked(desk.tx, sending_id=one.id, look=Look(worked, False, tuple(found)), now=desk.now)
        assert states(desk)[1:] == [expected] * 3


def test_who_has_nowhere_to_be_paid_to_any_more_keeps_the_money(desk: Desk) -> None:
    desk.tx.run("update payout_methods set number = null, closed_at = 1, state = 'cancelled' where id = 1")
    begun(desk)
    assert states(desk) == ["failed", "sending", "sending", "sending"]
    assert money(desk.tx, workers(desk)[0]) == Money(0, PRICE, 0, 0)


def test_nothing_is_sent_to_an_address_its_owner_disowned(desk: Desk) -> None:
    ana = workers(desk)[0]
    disown(desk.tx, by=ana, method_id=1, now=desk.now)
    begun(desk)
    assert states(desk) == ["failed", "sending", "sending", "sending"]
    assert money(desk.tx, ana) == Money(0, PRICE, 0, 0)


@pytest.mark.parametrize("language", ["en", "fr", "es"])
@pytest.mark.parametrize(
    "why", ["credentials", "INSUFFICIENT_FUNDS", "paid_after_all", "no_link", "AUTHORIZATION_ERROR"]
)
def test_staff_read_what_to_do(desk: Desk, why: str, language: str) -> None:
    one, owner = begun(desk), make_owner(desk.tx)
    shown = render(desk.tx, "sending_trouble", {"sending": one.id, "why": why}, owner, language)
    assert isinstance(shown, Message)
    assert "PayPal" in shown.text


def test_no_statement_of_a_sending_goes_through_what_grows(desk: Desk) -> None:
    tx = NotingTx(desk.connection, RULES)
    desk.tx = tx
    one = called(desk)
    assert sendings.waiting_run(tx, sending.RAIL) is None
    sending.put_off(tx, sending_id=one.id, why="credentials", wait=None, now=desk.now)
    sending.doubted(tx, sending_id=one.id, now=desk.now)
    sending.refused(tx, sending_id=one.id, name="VALIDATION_ERROR", items={3: "receiver"}, now=desk.now + DAY)
    sending.taken(tx, sending_id=one.id, reference="B1", now=desk.now)
    found = lines(desk, Standing.PAID, Standing.UNCLAIMED, Standing.PENDING)
    sending.settle(tx, sending_id=one.id, lines=found, denied=False, now=desk.now)
    sending.looked(tx, sending_id=one.id, look=Look(True, False, tuple(found), ("0.75", "USD")), now=desk.now)
    steps = [
        f"{row[3]}   in   {sql}"
        for sql, values in tx.noted.items()
        if "from payouts order by id" not in sql  # the test's own
        for row in desk.connection.execute(f"explain query plan {sql}", values)
        if "TEMP B-TREE" in row[3] or scans(row[3], sql)
    ]
    assert steps == []


def test_payouts_of_a_run_that_waits_for_approval_stay_where_they_are() -> None:
    desk = Desk(RULES)
    paydays.earn(desk.tx, ADDRESSES, now=desk.now - 14 * DAY)
    while paydays.come(desk.tx, now=desk.now):
        pass
    assert not sending.begin(desk.tx, now=desk.now)
    assert {one.state for one in payouts.of_run(desk.tx, 1, limit=10)} == {"reserved"}
