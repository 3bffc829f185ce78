"""What a worker is given and for how long: leases, late work, limits, what the choice of a task costs."""

from __future__ import annotations

import pytest

from domain import ledger as accounts
from domain.refusals_work import (
    BatchNotOpen,
)
from domain.rules import SECOND
from storage import assignments, batches, ledger, tasks
from tests.builders import make_batch, make_owner, make_worker
from tests.usecases.desk import Desk
from usecases import delivery, leases, publishing, work
from usecases.answering import Outcome

PRICE = 50_000


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_released_task_comes_back_to_who_had_it(desk: Desk) -> None:
    batch = desk.make(make_batch, n_tasks=2)
    ana = desk.make(make_worker)
    desk.do(work.show, ana)
    released = desk.task(ana)
    desk.do(work.stop, ana)
    assert desk.card(ana) is None
    assert desk.queued(ana)[-1] == "stopped_for_now"
    desk.do(work.start, ana, batch=batch)
    desk.do(work.submit, ana, assignment=desk.card(ana), answer_index=0)
    assert desk.task(ana) == released


def test_change_batch_keeps_the_card_reserved_until_its_lease_ends(desk: Desk) -> None:
    first, second = desk.make(make_batch), desk.make(make_batch)
    ana = desk.make(make_worker)
    desk.do(work.start, ana, batch=first)
    card = desk.card(ana)
    desk.do(work.change_batch, ana)
    assert desk.card(ana) is None
    desk.do(work.start, ana, batch=second)
    assert desk.card(ana) != card
    desk.do(work.start, ana, batch=first)
    assert desk.card(ana) == card


def test_an_expired_lease_is_told_before_it_ends_and_lowers_nothing(desk: Desk) -> None:
    batch = desk.make(make_batch, n_tasks=1)
    ana, ben = desk.make(make_worker), desk.make(make_worker, 101, "Ben")
    desk.do(work.show, ana)
    card = desk.card(ana)
    desk.pass_time(600 - 100)
    assert not leases.expire(desk.tx, now=desk.now)
    assert not leases.expire(desk.tx, now=desk.now)
    assert desk.queued(ana, "lease_ends") == ["lease_ends"]
    assert desk.card(ana) == card
    desk.pass_time(200)
    leases.expire(desk.tx, now=desk.now)
    assert desk.card(ana) is None
    desk.do(work.start, ben, batch=batch)
    assert desk.card(ben) is not None


def test_late_work_counts_while_the_task_is_open(desk: Desk) -> None:
    desk.make(make_batch, n_tasks=1)
    ana = desk.make(make_worker)
    desk.do(work.show, ana)
    card = desk.card(ana)
    desk.show(ana)
    desk.pass_time(700)
    leases.expire(desk.tx, now=desk.now)
    assert desk.do(work.submit, ana, assignment=card, answer_index=0).amount == PRICE
    assert desk.value("select active_micros from submissions") == 50 * SECOND, "capped at 5 times the estimate"


def test_late_work_on_a_finished_task_is_told_kindly(desk: Desk) -> None:
    batch = desk.make(make_batch, n_tasks=1)
    ana, ben = desk.make(make_worker), desk.make(make_worker, 101, "Ben")
    desk.do(work.show, ana)
    card = desk.card(ana)
    desk.pass_time(700)
    leases.expire(desk.tx, now=desk.now)
    desk.do(work.start, ben, batch=batch)
    desk.do(work.submit, ben, assignment=desk.card(ben), answer_index=0)
    assert desk.do(work.submit, ana, assignment=card, answer_index=0).outcome is Outcome.GONE
    assert desk.queued(ana)[-1] == "nothing_left"
    assert desk.value("select count(*) from submissions") == 1


def test_a_late_tap_on_a_task_leased_again_counts_once(desk: Desk) -> None:
    batch = desk.make(make_batch, n_tasks=1, overlap=3)
    ana = desk.make(make_worker)
    desk.do(work.show, ana)
    old = desk.card(ana)
    desk.pass_time(700)
    leases.expire(desk.tx, now=desk.now)
    desk.do(work.start, ana, batch=batch)
    assert desk.card(ana) != old
    assert desk.do(work.submit, ana, assignment=old, answer_index=0).amount == PRICE
    assert desk.value("select group_concat(state) from assignments") == "expired,submitted"
    assert desk.card(ana) is None


def test_most_per_worker_is_kept(desk: Desk) -> None:
    batch = desk.make(make_batch, n_tasks=5)
    batches.change(desk.tx, batch, most_per_worker=2)
    ana = desk.make(make_worker)
    desk.do(work.show, ana)
    for _ in range(2):
        desk.do(work.submit, ana, assignment=desk.card(ana), answer_index=0)
    assert desk.card(ana) is None
    assert work.choices(desk.tx, ana.id, now=desk.now) == []


def test_no_task_is_offered_beyond_the_reserve(desk: Desk) -> None:
    batch = desk.make(make_batch, n_tasks=3)
    ledger.transfer(
        desk.tx,
        cause=f"batch:{batch}:released",
        debit=accounts.reserve(batch),
        credit=accounts.FUNDS,
        amount=PRICE + 1,
        currency="USD",
        now=desk.now,
    )
    ana, ben = desk.make(make_worker), desk.make(make_worker, 101, "Ben")
    desk.do(work.start, ana, batch=batch)
    desk.do(work.start, ben, batch=batch)
    assert desk.card(ana) is not None
    assert desk.card(ben) is None


def test_a_paused_batch_takes_the_open_card_and_gives_no_other(desk: Desk) -> None:
    batch = desk.make(make_batch)
    ana = desk.make(make_worker)
    desk.do(work.show, ana)
    desk.do(publishing.pause, make_owner(desk.tx), batch=batch)
    assert desk.do(work.submit, ana, assignment=desk.card(ana), answer_index=0).amount == PRICE
    assert desk.card(ana) is None
    with pytest.raises(BatchNotOpen):
        desk.do(work.start, ana, batch=batch)


def test_a_card_open_at_the_closing_is_still_paid_and_the_rest_goes_back(desk: Desk) -> None:
    batch = desk.make(make_batch)
    ana, ben = desk.make(make_worker), desk.make(make_worker, 101, "Ben")
    desk.do(work.show, ana)
    desk.do(work.show, ben)
    desk.do(publishing.close, make_owner(desk.tx), batch=batch)
    assert desk.do(work.submit, ana, assignment=desk.card(ana), answer_index=0).amount == PRICE
    desk.do(work.stop, ben)
    assert ledger.balance(desk.tx, accounts.reserve(batch)) == 0
    assert ledger.balance(desk.tx, accounts.in_review(ana.id)) == PRICE
    assert ledger.total(desk.tx) == 0


def test_an_unreachable_worker_frees_their_task(desk: Desk) -> None:
    desk.make(make_batch)
    ana = desk.make(make_worker)
    desk.do(work.show, ana)
    delivery.unreachable(desk.tx, person_id=ana.id, now=desk.now)
    assert desk.value("select state from assignments") == "released"


def test_nothing_of_the_choice_scans(desk: Desk) -> None:
    for sql, index in ((tasks.NEXT_BY_ID, "tasks_free"), (tasks.NEXT_FREED, "tasks_freed")):
        plan = [row[3] for row in desk.tx.all(f"explain query plan {sql}", batch_id=1, worker_id=1, after=0)]
        assert any(f"INDEX {index} (batch_id=? AND" in step for step in plan), plan
        assert any("INDEX assignments_had (worker_id=? AND task_id=?)" in step for step in plan), plan
        assert not any("SCAN" in step or "TEMP B-TREE" in step for step in plan), plan
    for sql in (assignments.HAND, assignments.BATCH_PLACE):
        plan = [row[3] for row in desk.tx.all(f"explain query plan {sql}", batch_id=1, worker_id=1, assignment_id=1)]
        assert not any(step.startswith("SCAN") and "CONSTANT" not in step for step in plan), plan
