"""A run over rails: who is in it, who approves it, what becomes of each payout, and whom it keeps waiting."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import ledger, rails
from domain.payouts import (
    AlreadyApproved,
    NotYetApproved,
    SecondLook,
    SecondWanted,
    WrongStep,
    payable,
)
from domain.people import Person
from domain.rails import RAILS
from domain.rules import DAY, HOUR, Rules
from storage import consents, payout_methods, payouts, people
from storage import ledger as books
from tests.builders import NOON, add_funds, make_batch, make_coordinator, make_owner, make_worker
from tests.steps import answer, books_are_right, buttons, money, screen, sent, told
from tests.usecases.desk import Desk
from tests.usecases.runs import EURO, PAYDAY, approved, keep, method, owed, run, the
from usecases import payout_alerts, publishing, reviews, settling
from usecases import payout_files as files
from usecases import payouts as runs
from usecases.dry_runs import dry_run


@pytest.fixture
def desk() -> Desk:
    return Desk(EURO)


def test_each_payout_has_the_rail_of_its_method_and_who_has_none_keeps_the_money_and_is_told(desk: Desk) -> None:
    desk.make(make_owner)
    iban, paypal, hand = (owed(desk, n, 5_000_000, kind=kind) for n, kind in enumerate(("iban", "paypal", "by_hand")))
    none, waiting = owed(desk, 3, 12_000_000, kind=None), owed(desk, 4, 5_000_000, state="waiting")
    mobile, small = owed(desk, 5, 5_000_000, kind="mobile"), owed(desk, 6, 400_000)
    found = run(desk)
    assert found is not None
    assert [the(desk, worker).rail for worker in (iban, paypal, hand)] == ["sepa", "csv_paypal", "by_hand"]
    assert (found.count, found.total) == (3, 15_000_000)
    for worker in (none, waiting, mobile):
        assert the(desk, worker) is None
        assert told(desk.tx, worker) == ["payout_kept"]
    shown = screen(desk.tx, none, "payout_kept")
    assert "No payout method yet: your €12.00 stay on your balance" in shown.text
    assert buttons(shown) == {"Payout method": ("pm", ())}
    assert "new payout method waits" in screen(desk.tx, waiting, "payout_kept").text
    assert "the way you chose" in screen(desk.tx, mobile, "payout_kept").text
    assert told(desk.tx, small) == []  # has not worked since the last payday
    assert money(desk.tx, none).available == 12_000_000


def test_who_earned_little_this_week_reads_that_it_stays() -> None:
    desk = Desk(replace(EURO, currency="USD", rails=("by_hand",)))
    desk.make(make_owner)
    ana = desk.make(make_worker)
    batch = desk.make(make_batch, n_tasks=1, price=300_000)
    answer(desk.tx, ana, batch, now=PAYDAY - 2 * DAY)
    reviews.accept_due(desk.tx, now=PAYDAY)
    assert run(desk) is None
    text = screen(desk.tx, ana, "payout_kept").text
    assert "$1.00" in text
    assert "$0.30 stay" in text


BALANCES = st.integers(0, 3_000_000) | st.sampled_from([9_999, 10_000, 999_999, 1_000_000, 1_000_001, 12_345_678])
WORKERS = st.lists(
    st.tuples(BALANCES, st.sampled_from([None, "iban", "paypal", "mobile", "by_hand"]),
              st.sampled_from(["active", "waiting"]), st.booleans()),
    max_size=12,
)  # fmt: skip
INSTALLATIONS = st.sampled_from(
    [EURO, replace(EURO, rails=("by_hand",)), replace(EURO, currency="HUF", rails=("csv_paypal", "csv")),
     replace(EURO, currency="KES", rails=("csv_mobile", "by_hand")), replace(EURO, payout_minimum=1)]
)  # fmt: skip


@given(WORKERS, INSTALLATIONS)
@settings(max_examples=25, deadline=None)
def test_a_dry_run_says_what_the_run_then_does(workers: list[tuple[int, str | None, str, bool]], rules: Rules) -> None:
    desk = Desk(rules)
    desk.make(make_owner)
    for number, (balance, kind, state, left) in enumerate(workers):
        if balance:
            worker = owed(desk, number, balance, kind=kind, state=state)
            if left:
                consents.withdraw(desk.tx, worker.id, now=NOON)
    said = dry_run(desk.tx)
    changes = desk.value("select total_changes()")
    assert dry_run(desk.tx) == said
    assert desk.value("select total_changes()") == changes
    found = run(desk)
    done = {} if found is None else {rail: (n, amount) for rail, _, n, amount in payouts.standing(desk.tx, found.id)}
    assert {part.name: (part.people, part.amount) for part in said.paid} == done
    assert sum(part.people for part in (*said.paid, *said.left_out)) == sum(
        1 for balance, *_ in workers if balance >= 10 ** (6 - {"EUR": 2, "HUF": 2, "KES": 2}[rules.currency])
    )


def test_a_dry_run_reads_well(desk: Desk) -> None:
    owner = desk.make(make_owner)
    owed(desk, 1, 5_000_000), owed(desk, 2, 7_000_000), owed(desk, 3, 2_000_000, kind="paypal")
    owed(desk, 4, 12_000_000, kind=None), owed(desk, 5, 400_000)
    runs.show_dry_run(desk.tx, by=owner, now=NOON)
    text = screen(desk.tx, owner, "payout_dry_run").text
    assert "SEPA: €12.00 for 2 people" in text
    assert "PayPal mass payment: €2.00 for 1 person" in text
    assert "Together: €14.00 for 3 people" in text
    assert "below the minimum (€1.00): €0.40 for 1 person" in text
    assert "no payout method yet: €12.00 for 1 person" in text
    assert payouts.recent(desk.tx, limit=1) == []


def test_who_left_is_paid_to_the_last_coin_and_the_rest_is_rounded_off(desk: Desk) -> None:
    desk.make(make_owner)
    gone, stays = owed(desk, 1, 123_456), owed(desk, 2, 123_456)
    consents.withdraw(desk.tx, gone.id, now=NOON)
    found = run(desk)
    assert found is not None
    assert (the(desk, gone).amount, the(desk, stays)) == (120_000, None)
    assert money(desk.tx, gone).available == 0
    assert books.balance(desk.tx, ledger.ROUNDING) == 3_456
    assert books.moved(desk.tx, f"worker:{gone.id}:rounded:{found.id}") == 3_456


def test_a_large_run_wants_two_humans(desk: Desk) -> None:
    owner, other = desk.make(make_owner), desk.make(make_coordinator)
    owed(desk, 1, 1_000_010_000)
    found = run(desk)
    assert found is not None
    assert "two people" in screen(desk.tx, owner, "payout_run").text
    assert runs.approve(desk.tx, by=owner, run_id=found.id, now=PAYDAY).state == "confirming"
    assert "one of two" in screen(desk.tx, other, "payout_run").text
    for later in (PAYDAY, PAYDAY + 30 * DAY):
        with pytest.raises(SecondWanted):
            runs.approve(desk.tx, by=owner, run_id=found.id, now=later)
    with pytest.raises(NotYetApproved):
        files.ask(desk.tx, by=owner, run_id=found.id, rail=files.NAMES.index("sepa"), now=PAYDAY)
    assert runs.approve(desk.tx, by=other, run_id=found.id, now=PAYDAY).state == "approved"
    with pytest.raises(AlreadyApproved):
        runs.approve(desk.tx, by=other, run_id=found.id, now=PAYDAY)
    who = desk.tx.all("select person_id, action from audit where subject = :s", s=f"payout_run:{found.id}")
    assert [tuple(row) for row in who] == [
        (owner.id, "payout_run.confirmed"),
        (other.id, "payout_run.approved"),
    ]


def test_who_is_alone_looks_again_a_day_later(desk: Desk) -> None:
    owner = desk.make(make_owner)
    owed(desk, 1, 2_000_000_000)
    found = run(desk)
    assert found is not None
    runs.approve(desk.tx, by=owner, run_id=found.id, now=PAYDAY)
    assert "once more from" in screen(desk.tx, owner, "payout_run").text
    with pytest.raises(SecondLook):
        runs.approve(desk.tx, by=owner, run_id=found.id, now=PAYDAY + DAY - 1)
    assert runs.approve(desk.tx, by=owner, run_id=found.id, now=PAYDAY + DAY).state == "approved"


def test_a_run_at_the_limit_needs_one(desk: Desk) -> None:
    owner = desk.make(make_owner)
    desk.make(make_coordinator)
    owed(desk, 1, 1_000_000_000)
    found = run(desk)
    assert found is not None
    assert runs.approve(desk.tx, by=owner, run_id=found.id, now=PAYDAY).state == "approved"


def test_returned_money_is_on_the_balance_again_and_goes_out_once_more(desk: Desk) -> None:
    owner = desk.make(make_owner)
    ana = owed(desk, 1, 5_000_000)
    one = approved(desk, owner)
    keep(desk, one, "sepa", owner)
    settling.paid(desk.tx, the(desk, ana), reference="R1", now=PAYDAY)
    assert payouts.recent(desk.tx, limit=1)[0].state == "settled"
    receipt = screen(desk.tx, ana, "payout_paid").text
    assert "€5.00" in receipt
    assert "to your account •••• 1991" in receipt
    settling.returned(desk.tx, the(desk, ana), problem="ac04", now=PAYDAY + DAY)
    settling.returned(desk.tx, the(desk, ana), problem="ac04", now=PAYDAY + DAY)
    assert (
        "came back from your account •••• 1991. The account is closed." in screen(desk.tx, ana, "payout_returned").text
    )
    assert (money(desk.tx, ana).paid, money(desk.tx, ana).available) == (0, 5_000_000)
    assert payout_methods.active(desk.tx, ana.id) is None
    method(desk.tx, ana, "paypal", 1)
    following = run(desk, PAYDAY + 7 * DAY)
    assert following is not None
    assert following.id != one.id
    assert (the(desk, ana).amount, the(desk, ana).rail) == (5_000_000, "csv_paypal")


def test_a_problem_on_our_side_keeps_the_method(desk: Desk) -> None:
    owner = desk.make(make_owner)
    ana = owed(desk, 1, 5_000_000)
    one = approved(desk, owner)
    keep(desk, one, "sepa", owner)
    settling.failed(desk.tx, the(desk, ana), problem="file_rejected", now=PAYDAY)
    assert payout_methods.active(desk.tx, ana.id) is not None
    shown = screen(desk.tx, ana, "payout_failed")
    assert "on our side" in shown.text
    assert buttons(shown) == {}


def test_a_step_is_taken_once_and_an_impossible_one_never(desk: Desk) -> None:
    owner = desk.make(make_owner)
    ana = owed(desk, 1, 5_000_000)
    keep(desk, approved(desk, owner), "sepa", owner)
    one = the(desk, ana)
    with pytest.raises(WrongStep):
        settling.returned(desk.tx, one, problem="x", now=PAYDAY)
    settling.unknown(desk.tx, one, now=PAYDAY)
    settling.unknown(desk.tx, one, now=PAYDAY)
    settling.failed(desk.tx, one, problem="ac04", now=PAYDAY)
    settling.failed(desk.tx, one, problem="ac01", now=PAYDAY)
    assert (the(desk, ana).state, the(desk, ana).problem) == ("failed", "ac04")
    for step in (settling.paid, settling.unknown):
        with pytest.raises(WrongStep):
            step(desk.tx, one, now=PAYDAY, **({"reference": None} if step is settling.paid else {}))
    assert told(desk.tx, ana).count("payout_failed") == 1
    assert money(desk.tx, ana).available == 5_000_000


def test_a_fee_comes_out_of_what_was_set_aside_and_then_out_of_the_funds(desk: Desk) -> None:
    owner = desk.make(make_owner)
    owed(desk, 1, 5_000_000)
    one = approved(desk, owner)
    add_funds(desk.tx, by=owner, amount=100_000)
    for _ in range(2):
        settling.fee(desk.tx, one.id, 250_000, number=3, now=PAYDAY)
    assert books.balance(desk.tx, ledger.FEES) == 0
    assert books.moved(desk.tx, f"run:{one.id}:fee:3") == 250_000
    assert books.moved(desk.tx, f"run:{one.id}:fee_covered:3") == 250_000
    assert books.balance(desk.tx, ledger.FUNDS) == 100_000 - 250_000
    assert "owe €0.15" in _dry(desk, owner)


def _dry(desk: Desk, owner: Person) -> str:
    sent(desk.tx)
    runs.show_dry_run(desk.tx, by=owner, now=PAYDAY)
    return screen(desk.tx, owner, "payout_dry_run").text


def test_what_does_not_end_in_a_day_is_told_once_a_day_and_late_pay_to_its_worker(desk: Desk) -> None:
    owner = desk.make(make_owner)
    ana, ben = owed(desk, 1, 5_000_000), owed(desk, 2, 5_000_000)
    one = approved(desk, owner)
    keep(desk, one, "sepa", owner)
    settling.paid(desk.tx, the(desk, ben), reference=None, now=PAYDAY + HOUR)
    sent(desk.tx)
    assert _alerts(desk, owner, PAYDAY + 24 * HOUR) == 0
    assert _alerts(desk, owner, PAYDAY + 26 * HOUR) == 1
    text = screen(desk.tx, owner, "payout_alert").text
    assert "is not finished" in text
    assert "1 under way, 1 paid" in text
    assert "send me its answer" in text
    assert _alerts(desk, owner, PAYDAY + 27 * HOUR) == 1
    assert told(desk.tx, ana) == []
    assert _alerts(desk, owner, PAYDAY + 51 * HOUR) == 2
    assert told(desk.tx, ana) == ["payout_late"]
    assert "Your pay is late: <b>€5.00</b>" in screen(desk.tx, ana, "payout_late").text
    assert told(desk.tx, ben) == []
    assert _alerts(desk, owner, PAYDAY + 52 * HOUR) == 2
    assert told(desk.tx, ana) == ["payout_late"]
    settling.paid(desk.tx, the(desk, ana), reference=None, now=PAYDAY + 53 * HOUR)
    assert _alerts(desk, owner, PAYDAY + 90 * HOUR) == 2


def _alerts(desk: Desk, owner: Person, now: int) -> int:
    while payout_alerts.run_due(desk.tx, now=now):
        pass
    return told(desk.tx, owner).count("payout_alert")


def test_a_run_nobody_approves_is_told_and_its_workers_wait_in_the_open(desk: Desk) -> None:
    owner = desk.make(make_owner)
    ana = owed(desk, 1, 5_000_000)
    run(desk)
    sent(desk.tx)
    assert _alerts(desk, owner, PAYDAY + 25 * HOUR) == 1
    assert "waited for approval" in screen(desk.tx, owner, "payout_alert").text
    (_, (one,)) = buttons(screen(desk.tx, owner, "payout_alert"))["Show the payout"]
    sent(desk.tx)
    runs.show_run(desk.tx, by=owner, run_id=one, now=PAYDAY + 26 * HOUR)
    assert "Approve" in buttons(screen(desk.tx, owner, "payout_run")), "below the list of who is paid what"
    _alerts(desk, owner, PAYDAY + 49 * HOUR)
    assert told(desk.tx, ana) == ["payout_late"]


def test_every_rail_pays_whole_coins_it_can_send() -> None:
    assert payable(1_999_999, replace(EURO, currency="HUF"), RAILS["csv_paypal"]) == 1_000_000
    assert payable(10_999_999, replace(EURO, currency="KES"), RAILS["csv_mobile"]) == 10_000_000
    assert payable(9_999_999, replace(EURO, currency="KES"), RAILS["csv_mobile"]) == 0  # M-Pesa's own minimum
    assert payable(9_999_999, replace(EURO, currency="KES"), RAILS["csv_mobile"], left=True) == 9_000_000
    assert payable(1_999_999, EURO, RAILS["sepa"]) == 1_990_000


def test_the_first_rail_that_is_on_pays_a_method() -> None:
    both = replace(EURO, rails=("csv", "sepa", "by_hand"))
    found = [rails.for_method(kind, both) for kind in ("iban", "paypal", "mobile", "by_hand")]
    assert [rail and rail.name for rail in found] == ["csv", "csv", "csv", "by_hand"]
    assert rails.for_method("iban", replace(EURO, currency="USD")) is None
    assert rails.hand_alone(Rules())


def test_the_books_are_right_through_all_of_it() -> None:
    desk = Desk(replace(EURO, currency="EUR"))
    owner = desk.make(make_owner)
    batch = desk.make(make_batch, n_tasks=8, price=1_500_005)
    workers = [desk.make(make_worker, 100 + n, f"W{n}") for n in range(4)]
    for number, worker in enumerate(workers):
        answer(desk.tx, worker, batch, now=NOON)
        method(desk.tx, worker, "iban", number)
    consents.withdraw(desk.tx, workers[3].id, now=NOON + DAY)
    reviews.accept_due(desk.tx, now=NOON + 3 * DAY)
    publishing.close(desk.tx, by=owner, batch=batch, now=NOON + 3 * DAY)
    one = approved(desk, owner)
    books_are_right(desk.tx)
    keep(desk, one, "sepa", owner)
    books_are_right(desk.tx)
    settling.paid(desk.tx, the(desk, workers[0]), reference="a", now=PAYDAY)
    settling.paid(desk.tx, the(desk, workers[1]), reference="b", now=PAYDAY)
    settling.returned(desk.tx, the(desk, workers[1]), problem="ac04", now=PAYDAY)
    settling.unknown(desk.tx, the(desk, workers[2]), now=PAYDAY)
    books_are_right(desk.tx)
    settling.failed(desk.tx, the(desk, workers[2]), problem="ac01", now=PAYDAY)
    settling.paid(desk.tx, the(desk, workers[3]), reference="c", now=PAYDAY)
    settling.fee(desk.tx, one.id, 50_000, number=1_000_001, now=PAYDAY)
    books_are_right(desk.tx)
    assert people.by_id(desk.tx, owner.id).is_owner
