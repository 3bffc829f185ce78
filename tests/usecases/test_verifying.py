"""Every way in which the ledger can be wrong is found, with its cause and its account; a right one is found right.

One long file: the table of what can be wrong is of the one history at its beginning.
"""

from __future__ import annotations

import pytest

from domain import costs
from domain import ledger as accounts
from domain.books import FLOWS, PAYOUT, REPORT, SUBMISSION, TOPUP
from domain.people import Person
from domain.rejections import Target
from domain.rules import DAY, HOUR, MINUTE, Rules
from storage import batches, consents, grounds, ledger, people, sessions
from storage import payouts as rows
from storage.books import account_name, cause_name
from storage.database import Tx
from tests.builders import NOON, add_funds, make_batch, make_coordinator, make_owner, make_worker
from tests.steps import answer, take, the, violations, write, write_again
from tests.usecases.desk import Desk
from usecases import (
    answering,
    appeals,
    journal,
    leaving,
    payouts,
    publishing,
    rejections,
    reporting,
    reserves,
    reviews,
    settling,
    topups,
    verifying,
)


def history(tx: Tx) -> Person:
    """Every event that moves money, in every order that can be: months of a small team; an open card at the end."""
    owner = make_owner(tx)
    ana, ben = make_worker(tx), make_worker(tx, 101, "Ben")
    _first_weeks(tx, owner, ana, ben)
    _rejections_and_reports(tx, owner, ana)
    _days_below_the_floor(tx, owner, ana)
    _paydays(tx, owner, ben)
    answer(tx, ana, 1, now=NOON + 90 * DAY)
    take(tx, ana, 1, now=NOON + 90 * DAY + HOUR)
    add_funds(tx, by=owner, amount=50_000_000, now=NOON + 91 * DAY)
    make_batch(tx, n_tasks=2)
    tx.run("delete from outbox")
    return owner


def _first_weeks(tx: Tx, owner: Person, ana: Person, ben: Person) -> None:
    """One batch of photos, one of replies, a closed one; undone, returned, accepted; two paydays."""
    photos, replies = make_batch(tx, n_tasks=12, price=333_333, overlap=2), make_batch(tx, "write_reply", 4, 1_234_567)
    closed = make_batch(tx, n_tasks=3)
    for step in range(4):
        answer(tx, ana, photos, now=NOON + step * MINUTE)
    last = sessions.of(tx, ana.id).undo_submission_id
    assert last is not None
    answering.undo(tx, by=ana, submission=last, now=NOON + 5 * MINUTE)
    answer(tx, ben, closed, now=NOON)
    publishing.close(tx, by=owner, batch=closed, now=NOON + HOUR)
    _payday(tx, owner, NOON + 9 * DAY)
    for number in range(2):
        reply = write(tx, ben, replies, f"Reply {number}", now=NOON + 10 * DAY + number * HOUR)
        reviews.send_back(
            tx, by=owner, submission_id=reply, version=1, reason="#short", now=NOON + 10 * DAY + number * HOUR + MINUTE
        )
    write_again(tx, ben, "A longer one", now=NOON + 10 * DAY + 3 * HOUR)
    answer(tx, ana, photos, now=NOON + 10 * DAY)
    take(tx, ben, photos, now=NOON + 10 * DAY + 4 * HOUR)
    reviews.accept_due(tx, now=NOON + 12 * DAY, limit=1)
    for step in range(3):
        answer(tx, ben, photos, now=NOON + 12 * DAY + step * MINUTE)
    answer(tx, ana, photos, now=NOON + 16 * DAY)


def _rejections_and_reports(tx: Tx, owner: Person, ana: Person) -> None:
    """One is appealed and paid, one nobody appealed, one is kept, the others are undecided; a report is paid."""
    now = NOON + 17 * DAY
    batch = make_batch(tx, n_tasks=8, price=70_001)
    found = [answer(tx, ana, batch, now=now + step * MINUTE) for step in range(5)]
    reject(tx, owner, found[0], now=now + HOUR)
    appeals.appeal(tx, by=ana, submission=found[0], now=now + HOUR)  # the owner is alone: paid at once
    reject(tx, owner, found[1], now=now + HOUR)
    appeals.decide_due(tx, now=now + 60 * DAY)
    carla = make_coordinator(tx)
    for one in found[2:]:
        reject(tx, owner, one, now=now + HOUR)
    for one in found[3:]:
        appeals.appeal(tx, by=ana, submission=one, now=now + 2 * HOUR)
    kept = tx.value("select id from rejections where submission_id = :id", id=found[4])
    appeals.keep_written(tx, by=carla, text="There is nothing in it.", rejection=kept, now=now + 3 * HOUR)
    for reason in range(1, 4):
        card = take(tx, ana, batch, now=now + (2 + reason) * HOUR)
        reporting.report(tx, by=ana, assignment=card, reason=reason, now=now + (2 + reason) * HOUR)
    agreed, declined, _ = (row[0] for row in tx.all("select id from reports order by id"))
    judge_report(tx, agreed, "agreed", amount=70_001, now=now + 6 * HOUR)
    judge_report(tx, declined, "declined", amount=0, now=now + 6 * HOUR)
    publishing.close(tx, by=owner, batch=batch, now=now + 7 * HOUR)


def _days_below_the_floor(tx: Tx, owner: Person, ana: Person) -> None:
    """A batch that pays too little: its own top-ups do not suffice, its budget is added to, it agrees early."""
    now = NOON + 20 * DAY
    cheap = make_batch(tx, n_tasks=3, price=1_000, overlap=4, adaptive=2)
    answer(tx, ana, cheap, now=now)
    while topups.run_due(tx, now=now + 2 * DAY):
        pass
    batches.change(tx, cheap, state="open")
    add_funds(tx, by=owner, amount=5_000_001, now=now)
    rates = costs.rates_of(tx.rules)
    for amount in (2_000_000, 1_000_001):
        reserves.add(tx, cheap, costs.split(amount, rates), by=owner, now=now + 3 * DAY)
    cleo = make_worker(tx, 102, "Cleo")
    for step in range(3):
        answer(tx, cleo, cheap, now=now + 3 * DAY + step * MINUTE)
    for step in range(2):
        answer(tx, ana, cheap, now=now + 3 * DAY + step * MINUTE)
    publishing.close(tx, by=owner, batch=cheap, now=now + 3 * DAY + HOUR)
    while topups.run_due(tx, now=now + 6 * DAY):
        pass


def _paydays(tx: Tx, owner: Person, ben: Person) -> None:
    """Payouts in every state; fees that were set aside, and more; somebody leaves with less than a coin."""
    crew = [make_worker(tx, 200 + index, f"W{index}") for index in range(6)]
    batch = make_batch(tx, n_tasks=12, price=1_234_567)
    for step, worker in enumerate(crew):
        answer(tx, worker, batch, now=NOON + 40 * DAY + step * MINUTE)
    consent = consents.of(tx, ben.id)
    assert consent is not None
    leaving.withdraw(tx, by=ben, agreed_at=consent.agreed_at, now=NOON + 41 * DAY)
    run = _payday(tx, owner, NOON + 50 * DAY, paid=False)
    now = NOON + 51 * DAY
    of_run = rows.of_run(tx, run, limit=20)
    for payout in of_run[1:]:
        rows.change(tx, payout.id, state="sending", sent_at=now)
    paid, failed, unknown, returned = of_run[2:6]
    for one in (paid, returned):
        settling.paid(tx, one, reference="r", now=now)
    settling.failed(tx, failed, problem="denied", now=now)
    settling.unknown(tx, unknown, now=now)
    settling.returned(tx, returned, problem="returned", now=now + DAY)
    settling.fee(tx, run, 250_000, number=1, now=now)
    settling.fee(tx, run, 9_000_000, number=2, now=now)
    _payday(tx, owner, NOON + 60 * DAY, paid=False)


def _payday(tx: Tx, owner: Person, now: int, *, paid: bool = True) -> int:
    """The newest run; approved and paid unless it is not."""
    while payouts.run_due(tx, now=now):
        pass
    (run,) = rows.recent(tx, limit=1)
    if paid:
        payouts.approve(tx, by=owner, run_id=run.id, now=now)
        payouts.mark_paid(tx, by=owner, run_id=run.id, now=now)
    return run.id


def reject(tx: Tx, by: Person, submission: int, *, now: int) -> None:
    """A person rejects a submission, with evidence."""
    one = the(tx, submission)
    target = Target(one.id, one.id, one.version)
    ground = grounds.add(
        tx, by=by.id, now=now, code="blank", line=None, source=None, words="Nothing in it", rule=1, target=target
    )
    assert rejections.reject(tx, one, ground=ground, by=by.id, version=one.version, now=now)


def judge_report(tx: Tx, report: int, state: str, *, amount: int, now: int) -> None:
    """A coordinator has looked at a report; one they agree with pays like the task."""
    row = tx.one("select worker_id, batch_id from reports where id = :id", id=report)
    assert row is not None
    tx.run(
        "update reports set state = :state, amount = :amount, decided_at = :now, decided_by = 1 where id = :id",
        id=report,
        state=state,
        amount=amount,
        now=now,
    )
    if amount:
        ledger.transfer(
            tx,
            cause=f"report:{report}:credited",
            debit=accounts.reserve(row["batch_id"]),
            credit=accounts.available(row["worker_id"]),
            amount=amount,
            currency="USD",
            now=now,
        )


@pytest.fixture
def tx() -> Tx:
    desk = Desk(Rules(payout_minimum=1, quick_tap_millis=0))
    desk.make(history)
    return desk.tx


def test_every_kind_of_event_is_in_the_history(tx: Tx) -> None:
    assert {row[0] for row in tx.all("select distinct kind from ledger")} == set(ledger.KINDS.values())
    states = "select distinct s.state || coalesce(', ' || r.state, '') from submissions s left join rejections r"
    assert {row[0] for row in tx.all(f"{states} on r.submission_id = s.id")} == SUBMISSION.keys()
    assert {row[0] for row in tx.all("select distinct state from payouts")} == PAYOUT.keys()
    assert {row[0] for row in tx.all("select distinct state from reports")} == REPORT.keys()
    assert tx.value("select count(*) from topups") > 1
    assert tx.value("select max(spared) from batches") > 0


@pytest.mark.parametrize("limit", [1, 3, 10_000])
def test_a_right_ledger_is_found_right_whatever_the_page(tx: Tx, limit: int) -> None:
    assert violations(tx, limit=limit) == []


def test_names_are_those_of_the_views(tx: Tx) -> None:
    named = tx.all("select kind, subject, number, part, id from transfers")
    assert [cause_name(*tuple(row)[:4]) for row in named] == [row[4] for row in named]
    kept = tx.all("select number, id from accounts")
    assert [account_name(row[0]) for row in kept] == [row[1] for row in kept]


def test_every_event_and_every_state_has_its_flow() -> None:
    assert FLOWS.keys() == ledger.KINDS.keys()
    for noun, states in (("submission", SUBMISSION), ("payout", PAYOUT), ("topup", TOPUP), ("report", REPORT)):
        assert {event for allowed in states.values() for one in allowed for event in one} == {
            event for one, event in FLOWS if one == noun
        }


ONE = "(select min(id) from submissions where state = '{}')"
ACCEPTED, PENDING, BACK = (ONE.format(state) for state in ("accepted", "pending", "sent_back"))
OFF = "drop trigger ledger_no_update", "drop trigger ledger_no_delete", "drop trigger ledger_moves"
INSERT = "insert into ledger (kind, subject, at, debit, credit, amount, currency) select"

PLANTED = {
    "a balance changed": (["update balances set balance = balance + 1 where id = 1"], ["funds: its balance", "not 0"]),
    "money moved without a cause": (
        ["update balances set balance = balance + iif(id = 1, -5, 5) where id in (1, 18)"],
        ["funds: its balance", "batch:2:reserve: its balance is 0.000005 more"],
    ),
    "somebody owes": (
        ["pragma ignore_check_constraints = on", "update balances set balance = -7 where id & 7 = 6"],
        [":paid: owes 0.000007"],
    ),
    "a credit is missing": (
        [*OFF, f"delete from ledger where kind = 4 and subject = {PENDING}"],
        [":credited, batch:"],
    ),
    "a credit of another amount": (
        [*OFF, f"update ledger set amount = amount + 1 where kind = 4 and subject = {PENDING}"],
        [":credited, batch:1:reserve: 0.333334 USD"],
    ),
    "a credit to somebody else": (
        [*OFF, f"update ledger set credit = 8 * 999 + 3 where kind = 4 and subject = {ACCEPTED}"],
        ["to worker:999:review moved; submission"],
    ),
    "another currency": (
        [*OFF, f"update ledger set currency = 'EUR' where kind = 4 and subject = {ACCEPTED}"],
        ["0.333333 EUR"],
    ),
    "accepted and not paid for": (
        [f"update submissions set state = 'accepted' where id = {PENDING}"],
        [":accepted, worker:", "missing; submission"],
    ),
    "paid for and not accepted": (
        [f"update submissions set state = 'pending' where id = {ACCEPTED}"],
        ["too much; submission"],
    ),
    "withdrawn and still paid for": (
        [f"update submissions set state = 'withdrawn' where id = {PENDING}"],
        [":undone", "missing; submission"],
    ),
    "accepted twice over": (
        [f"{INSERT} 5, id, 1, worker_id * 8 + 4, batch_id * 8 + 2, 1, 'USD' from submissions where id = {ACCEPTED}"],
        [":undone, worker:", "too much; submission"],
    ),
    "sent back as another version": (
        [f"update submissions set version = 2 where id = {BACK}"],
        [":sent_back:1, worker:", "too much", ":sent_back:2, worker:", "missing"],
    ),
    "rejected without its transfer": (
        [f"update submissions set state = 'rejected' where id = {PENDING}"],
        ["is rejected, a state no transfers are known for"],
    ),
    "a submission that is not there": (
        [f"{INSERT} 4, 9999, 1, 10, 8 * 4 + 3, 1, 'USD'"],
        ["submission:9999:credited, batch:1:reserve: 0.000001 USD", "there is no submission 9999"],
    ),
    "a submission that is gone": (
        [f"delete from submissions where id = {ACCEPTED}"],
        ["there is no submission"],
    ),
    "paid without a transfer": (
        ["update payouts set state = 'paid', closed_at = 1 where state = 'reserved'"],
        ["payout:", ":paid, worker:", "missing; payout"],
    ),
    "paid and still to be paid": (
        ["update payouts set state = 'reserved', closed_at = null where state = 'paid'"],
        [":paid, worker:", "too much; payout"],
    ),
    "a payout of another amount": (["update payouts set amount = amount + 10000"], ["which asks for", "payout_run:"]),
    "a payout to somebody else": (
        ["update payouts set worker_id = 1 where id = 1"],
        ["payout:1:reserved, worker:"],
    ),
    "a run counted wrong": (["update payout_runs set count = count + 1 where id = 1"], ["payout_run:1: says"]),
    "a batch that reserved nothing": (
        [*OFF, "delete from ledger where kind = 2 and subject = 1"],
        ["batch:1:reserved, batch:1:reserve: nothing reserved; batch 1 is open"],
    ),
    "a batch that grew": (
        ["update batches set tasks = tasks + 1 where id = 1"],
        ["batch:1:reserved, batch:1:reserve: 7.999992 reserved", "which asks for 8.666658", "batch:1:topups_reserved"],
    ),
    "given back and not counted": (
        ["update batches set released = 0, releases = 0 where releases > 0"],
        [":released, batch:3:reserve", "the batch counts 0.00 in 0"],
    ),
    "a reserve that is too small": (
        [
            f"{INSERT} 3, 1, 1, 10, 1, balance - 1, 'USD' from balances where id = 10",
            "update batches set releases = 1, released = (select amount from ledger where kind = 3 and subject = 1)"
            " where id = 1",
        ],
        ["batch:1:reserve: holds 0.000001; 1 open assignments and 0 submissions sent back may still earn 0.333333"],
    ),
    "funds from nobody": ([f"{INSERT} 1, 777, 1, 0, 1, 5, 'USD'"], ["funds:777:recorded, world:", "no person 777"]),
    "a rejection that stands and still holds the money": (
        ["update rejections set state = 'lapsed', decided_at = 1 where state = 'open'"],
        [":forfeited, held: missing; submission", "is rejected, lapsed", "held: has"],
    ),
    "an appeal that was won and lost": (
        [
            "update rejections set state = 'kept' where state = 'upheld'",
            "update submissions set state = 'rejected'"
            " where id in (select submission_id from rejections where state = 'kept')",
        ],
        [":upheld, held: too much; submission", ":forfeited, held: missing"],
    ),
    "paid although it is still rejected": (
        ["update rejections set state = 'open', decided_at = null where state = 'lapsed'"],
        [":forfeited, held: too much", "held: has 0.140002"],
    ),
    "money that is held for nobody": (
        ["update balances set balance = balance + iif(id = 1, -5, 5) where id in (1, 25)"],
        ["held: has", "held: its balance is 0.000005 more"],
    ),
    "a top-up without its transfer": (
        [*OFF, "delete from ledger where kind = 19 and subject = 1"],
        ["topup:1:credited, batch:", "missing; topup 1"],
    ),
    "a top-up of another amount": (
        ["update topups set amount = amount + 1 where id = 1"],
        ["topup:1:credited", "which asks for"],
    ),
    "a top-up to somebody else": (["update topups set worker_id = 1 where id = 1"], ["to worker:1:available"]),
    "a top-up that is not there": (
        [f"{INSERT} 19, 999, 1, (select 8 * max(id) + 7 from batches), 8 * 2 + 4, 1, 'USD'"],
        ["topup:999:credited", "there is no topup 999"],
    ),
    "a report agreed with and not paid": (
        ["update reports set state = 'agreed', amount = 5 where state = 'declined'"],
        [":credited, batch:4:reserve: missing; report"],
    ),
    "a report paid and not agreed with": (
        ["update reports set state = 'open' where state = 'agreed'"],
        [":credited, batch:4:reserve: too much; report"],
    ),
    "failed without its transfer": (
        ["update payouts set state = 'failed', closed_at = 1 where state = 'unknown'"],
        [":failed, worker:", "missing; payout"],
    ),
    "returned and still paid": (
        ["update payouts set state = 'paid' where state = 'returned'"],
        [":returned, worker:", "too much; payout"],
    ),
    "sent, and its money back already": (
        ["update payouts set state = 'sending', closed_at = null where state = 'failed'"],
        [":failed, worker:", "too much; payout"],
    ),
    "top-ups that were not reserved": (
        [*OFF, "delete from ledger where kind = 13 and subject = 1"],
        ["batch:1:topups_reserved, batch:1:topups: nothing reserved", "asks for 3.999996"],
    ),
    "fees of another amount": (
        [*OFF, "update ledger set amount = amount + 1 where kind = 15 and subject = 1 and number = 0"],
        ["batch:1:fees_reserved, fees: 0.240001 reserved", "asks for 0.24"],
    ),
    "money added that nobody added": (
        [f"{INSERT.replace('subject, at', 'subject, number, at')} 17, 1, 99, 1, 1, 10, 5, 'USD'"],
        ["batch:1:added:99, batch:1:reserve: 0.000005 added; batch 1 is open, which asks for nothing"],
    ),
    "an addition that moved nothing": (
        ["insert into additions (batch_id, pay, topups, fees, by, at) values (1, 5, 4, 3, 1, 1)"],
        [":reserve: nothing added", ":topups: nothing added", "fees: nothing reserved"],
    ),
    "top-ups owed without a row": (
        ["delete from additions where by is null"],
        ["batch:5:topups_added:", "which asks for nothing"],
    ),
    "top-ups given back while it is open": (
        [f"{INSERT} 14, 1, 1, 15, 1, 5, 'USD'"],
        ["batch:1:topups_released, batch:1:topups: 0.000005 given back; batch 1 is open"],
    ),
    "fees given back too often": (
        [f"{INSERT.replace('subject, at', 'subject, number, at')} 16, 3, 9, 1, 9, 1, 5, 'USD'"],
        ["batch:3:fees_released, fees: 0.002005 given back; batch 3 is closed", "which asks for 0.002"],
    ),
    "fees kept for what is not paid": (
        [*OFF, "delete from ledger where kind = 16 and subject = 3"],
        ["batch:3:fees_released, fees: 0.00 given back"],
    ),
    "the fee of a run there is not": (
        [f"{INSERT} 22, 999, 1, 9, 0, 1, 'USD'"],
        ["run:999:fee, fees: 0.000001 USD", "there is no run 999"],
    ),
    "a fee that went to the funds": (
        [f"{INSERT.replace('subject, at', 'subject, number, at')} 22, 1, 7, 1, 9, 1, 1, 'USD'"],
        ["run:1:fee:7, fees:", "it should go from fees to world"],
    ),
    "rounded off somebody who is not there": (
        ["pragma ignore_check_constraints = on", f"{INSERT} 24, 999, 1, 1, 17, 1, 'USD'"],
        ["worker:999:rounded, funds:", "there is no person 999"],
    ),
    "rounded off somebody else": (
        ["pragma ignore_check_constraints = on", f"{INSERT} 24, 2, 1, 8 * 3 + 4, 17, 1, 'USD'"],
        ["worker:2:rounded, worker:3:available:", "it should go from worker:2:available to rounding"],
    ),
    "funds that went elsewhere": (
        [f"{INSERT} 1, 1, 1, 0, 8 * 4 + 6, 5, 'USD'"],
        ["moved; it should go from world to funds"],
    ),
}


@pytest.mark.parametrize("name", PLANTED)
def test_what_is_wrong_is_found_with_its_cause_and_account(tx: Tx, name: str) -> None:
    statements, said = PLANTED[name]
    for statement in statements:
        assert tx.run(statement).rowcount != 0, statement
    found = "\n".join(violations(tx, limit=2))
    for part in said:
        assert part in found
    for person in ("Ana", "Ben", "Olga"):
        assert person not in found


def test_what_happens_while_it_reads_is_no_violation_and_is_not_in_the_export(tx: Tx) -> None:
    owner = people.by_telegram_id(tx, 1)
    assert owner is not None
    work, found = verifying.begin(tx, currency="USD")
    book, exported = journal.begin(tx)
    there = tx.value("select count(*) from ledger")

    for run in rows.recent(tx, limit=9):
        if run.state == "proposed":
            payouts.approve(tx, by=owner, run_id=run.id, now=NOON + 92 * DAY)
            payouts.mark_paid(tx, by=owner, run_id=run.id, now=NOON + 92 * DAY)
    cleo = people.by_telegram_id(tx, 102)
    assert cleo is not None
    answer(tx, cleo, 1, now=NOON + 92 * DAY)
    while reviews.accept_due(tx, now=NOON + 120 * DAY):
        pass
    assert tx.value("select count(*) from ledger") > there + 3

    while not work.done:
        found += verifying.step(tx, work, limit=2)
    while not book.done:
        exported += journal.step(tx, book, limit=2)
    assert found == []
    assert len(exported) == work.transfers == there


def test_what_was_wrong_before_is_found_however_much_happens_meanwhile(tx: Tx) -> None:
    tx.run("update balances set balance = balance + 5 where id & 7 = 4 and balance > 0")
    work, found = verifying.begin(tx, currency="USD")
    while reviews.accept_due(tx, now=NOON + 120 * DAY):
        pass
    while not work.done:
        found += verifying.step(tx, work, limit=2)
    assert any("available: its balance is 0.000005 more" in str(one) for one in found)
