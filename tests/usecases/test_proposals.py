"""The breaker: more than a tenth of a batch, or 20 an hour, takes a second human; until then nothing happens."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from domain import ledger as accounts
from domain.joining import ReviewersOnly
from domain.pay import bucket
from domain.people import Person
from domain.refusals import StaleButton
from domain.rejections import OwnProposal, limit
from domain.rules import DAY, HOUR, MINUTE, SECOND
from storage import ledger, people, proposals, reviews
from storage.database import Tx
from tests.builders import NOON, make_batch, make_coordinator, make_owner, make_worker
from tests.rejecting import WORDS, reject, weigh
from tests.steps import (
    answer,
    books_are_right,
    buttons,
    make_reviewer,
    money,
    screen,
    sent,
    the,
    told,
    written_replies,
)
from tests.usecases.desk import Desk
from usecases import appeals, inspecting, rejecting
from usecases import proposals as breaker
from usecases import reviews as reviewing
from usecases.proposals import Decided
from usecases.rejecting import Effect

AT = NOON + HOUR


@pytest.fixture
def tx() -> Tx:
    return Desk().tx


def tapped(tx: Tx, n: int, *, workers: int = 1) -> tuple[int, list[Person], list[int]]:
    """A batch of n photos, each answered once by the workers in turn."""
    batch = make_batch(tx, n_tasks=n, price=10_000)
    found = [make_worker(tx, 200 + one, f"W{one}") for one in range(workers)]
    answers = [answer(tx, found[number % workers], batch, now=NOON + number * 10 * SECOND) for number in range(n)]
    return batch, found, answers


@pytest.mark.parametrize(
    ("hour", "batch", "answers", "left"),
    [(0, 0, 400, 20), (19, 0, 400, 1), (20, 0, 400, 0), (0, 39, 400, 1), (0, 0, 9, 1), (0, 1, 9, 0), (0, 2, 29, 0)],
)
def test_what_one_person_may_reject_alone(hour: int, batch: int, answers: int, left: int) -> None:
    found = limit(in_an_hour=hour, in_batch=batch, answers=answers)
    assert found.covers(left)
    assert not found.covers(left + 1)


def test_more_than_a_tenth_of_a_batch_stops_until_a_second_human_agrees(tx: Tx) -> None:
    reviewer, worker, _, replies = written_replies(tx, 30)
    carla = make_coordinator(tx)
    effects = [reject(tx, reviewer, reply, now=AT + n * HOUR)[0] for n, reply in enumerate(replies[:5])]
    assert effects == [Effect.REJECTED] * 3 + [Effect.PROPOSED] * 2
    assert [the(tx, reply).state for reply in replies[:5]] == ["rejected"] * 3 + ["pending"] * 2
    assert told(tx, carla).count("proposal") == 1
    asked = screen(tx, carla, "proposal")
    assert "2 rejections wait for a second person" in asked.text
    action, numbers = buttons(asked)["Agree"]
    assert action == "pp_agree"
    assert breaker.agree(tx, by=carla, proposal=numbers[0], count=numbers[1], now=AT + 6 * HOUR) == (Decided.AGREED, 2)
    assert [the(tx, reply).state for reply in replies[3:5]] == ["rejected"] * 2
    assert "proposal_decided" in told(tx, reviewer)
    assert "agreed to 2 rejections" in screen(tx, reviewer, "proposal_decided").text
    assert money(tx, worker).review == 25 * 500_000
    books_are_right(tx)


def test_who_agrees_agrees_to_the_reason_that_was_shown(tx: Tx) -> None:
    reviewer, _, _, replies = written_replies(tx, 30)
    carla = make_coordinator(tx)
    for number, reply in enumerate(replies[:4]):
        reject(tx, reviewer, reply, now=AT + number * HOUR)
    _, numbers = buttons(screen(tx, carla, "proposal"))["Agree"]
    reject(tx, reviewer, replies[3], words="It is something else after all.", now=AT + 4 * HOUR)
    breaker.agree(tx, by=carla, proposal=numbers[0], count=numbers[1], now=AT + 5 * HOUR)
    ground = tx.value("select ground_id from rejections where submission_id = :id", id=replies[3])
    assert tx.value("select words from grounds where id = :id", id=ground) == WORDS


def test_agreeing_in_the_queue_goes_on_with_what_waits_next_in_the_same_message(tx: Tx) -> None:
    reviewer, _, _, replies = written_replies(tx, 30)
    carla = make_coordinator(tx)
    for number, reply in enumerate(replies[:4]):
        reject(tx, reviewer, reply, now=AT + number * HOUR)
    sent(tx)
    appeals.open_queue(tx, by=carla, now=AT + 5 * HOUR)
    asked = screen(tx, carla, "proposal")
    assert "1 answer still waits. Until you agree nothing happens to it" in asked.text
    action, numbers = buttons(asked)["Agree"]
    assert action == "pq_agree"
    sent(tx)
    outcome = breaker.agree_in_queue(tx, by=carla, proposal=numbers[0], count=numbers[1], now=AT + 5 * HOUR)
    assert outcome == (Decided.AGREED, 1)
    assert "Reply 4" in screen(tx, carla, "review").text


def test_the_twenty_first_in_an_hour_stops_and_an_hour_later_it_goes_on(tx: Tx) -> None:
    reviewer = make_reviewer(tx)
    make_coordinator(tx)
    _, _, answers = tapped(tx, 400)
    at = NOON + 2 * HOUR
    done = [reject(tx, reviewer, one, now=at + n * SECOND)[0] for n, one in enumerate(answers[:21])]
    assert done == [Effect.REJECTED] * 20 + [Effect.PROPOSED]
    assert reject(tx, reviewer, answers[30], now=at + HOUR + MINUTE)[0] is Effect.REJECTED
    books_are_right(tx)


def test_the_screen_says_beforehand_that_a_second_person_must_agree(tx: Tx) -> None:
    rita = make_reviewer(tx)
    make_coordinator(tx)
    _, _, answers = tapped(tx, 40)
    asked = weigh(tx, rita, answers[0], answers[-1], now=AT)
    assert "A second person must agree" in asked.text
    assert "Until then nothing happens" in asked.text
    # Of the two others one would agree, so one is left to hear an appeal; the owner made the batch.
    assert "Somebody else hears an appeal" in asked.text
    assert "Propose to reject 40" in buttons(asked)


def test_with_one_staff_member_the_work_is_paid_when_its_period_ends(tx: Tx) -> None:
    owner = make_owner(tx)
    _, (worker,), answers = tapped(tx, 40)
    asked = weigh(tx, owner, answers[0], answers[-1], now=AT)
    assert "There is nobody else on the team, so it is paid when its period ends" in asked.text
    assert reject(tx, owner, answers[0], answers[-1], now=AT) == (Effect.WAITS, 40)
    with pytest.raises(OwnProposal):
        breaker.agree(tx, by=owner, proposal=1, count=40, now=AT)
    appeals.open_queue(tx, by=owner, now=AT)
    assert "proposal" not in told(tx, owner)
    reviewing.accept_due(tx, now=NOON + 2 * DAY)
    assert money(tx, worker).available == 400_000
    books_are_right(tx)


def test_agreeing_to_what_was_paid_meanwhile_changes_nothing(tx: Tx) -> None:
    rita, carla = make_reviewer(tx), make_coordinator(tx)
    _, (worker,), answers = tapped(tx, 40)
    reject(tx, rita, answers[0], answers[-1], now=AT)
    reviewing.accept_due(tx, now=NOON + 2 * DAY)
    breaker.agree(tx, by=carla, proposal=1, count=40, now=NOON + 2 * DAY)
    while appeals.decide_due(tx, now=NOON + 2 * DAY):
        pass
    assert money(tx, worker).available == 400_000
    assert tx.value("select count(*) from rejections") == 0
    assert proposals.by_id(tx, 1).state == "done"  # type: ignore[union-attr]


def test_declining_leaves_the_work_and_a_second_decision_is_told(tx: Tx) -> None:
    rita, carla, olga = make_reviewer(tx), make_coordinator(tx), make_owner(tx)
    _, _, answers = tapped(tx, 40)
    reject(tx, rita, answers[0], answers[-1], now=AT)
    assert breaker.decline(tx, by=carla, proposal=1, count=40, now=AT)[0] is Decided.DECLINED
    assert breaker.agree(tx, by=olga, proposal=1, count=40, now=AT)[0] is Decided.CHANGED
    assert "declined 40 rejections" in screen(tx, rita, "proposal_decided").text
    assert tx.value("select count(*) from rejections") == 0
    assert {the(tx, one).state for one in answers} == {"pending"}


def test_a_tap_agrees_to_exactly_what_was_shown(tx: Tx) -> None:
    rita, carla = make_reviewer(tx), make_coordinator(tx)
    _, _, answers = tapped(tx, 40, workers=2)
    reject(tx, rita, answers[0], answers[-2], now=AT)
    reject(tx, rita, answers[1], answers[-1], now=AT + MINUTE)
    assert breaker.agree(tx, by=carla, proposal=1, count=20, now=AT + HOUR) == (Decided.CHANGED, 0)
    assert "40 rejections" in screen(tx, carla, "proposal").text
    assert {the(tx, one).state for one in answers} == {"pending"}
    assert breaker.agree(tx, by=carla, proposal=1, count=40, now=AT + HOUR)[0] is Decided.AGREED


def test_who_agrees_never_judges_own_work_and_needs_the_role(tx: Tx) -> None:
    rita = make_reviewer(tx)
    batch, (worker, other), answers = tapped(tx, 40, workers=2)
    people.change(tx, worker.id, is_reviewer=1)
    reject(tx, rita, answers[0], answers[-2], now=AT)
    reject(tx, rita, answers[1], answers[-1], now=AT)
    with pytest.raises(ReviewersOnly):
        breaker.agree(tx, by=other, proposal=1, count=40, now=AT)
    with pytest.raises(StaleButton):
        breaker.agree(tx, by=rita, proposal=99, count=40, now=AT)
    breaker.agree(tx, by=people.by_id(tx, worker.id), proposal=1, count=40, now=AT)
    states = {one.worker_id: one.state for one in (the(tx, each) for each in answers)}
    assert states == {worker.id: "pending", other.id: "rejected"}
    assert batch


def test_review_shows_what_waits_for_a_second_human_and_skip_goes_on(tx: Tx) -> None:
    rita, carla = make_reviewer(tx), make_coordinator(tx)
    _, _, answers = tapped(tx, 40)
    reject(tx, rita, answers[0], answers[-1], now=AT)
    sent(tx)
    appeals.open_queue(tx, by=carla, now=AT)
    assert {"Agree", "Decline", "Skip", "Look at one"} == buttons(screen(tx, carla, "proposal")).keys()
    appeals.skip_proposal(tx, by=carla, proposal=1, now=AT)
    assert "review_empty" in told(tx, carla)


def test_one_tap_work_is_looked_at_by_batch_worker_page_and_answer(tx: Tx) -> None:
    rita = make_reviewer(tx)
    batch, (ana, ben), answers = tapped(tx, 40, workers=2)
    inspecting.show_batches(tx, by=rita, now=AT)
    assert ("ow_batch", (batch,)) in buttons(screen(tx, rita, "inspect")).values()
    inspecting.show_workers(tx, by=rita, batch=batch, now=AT)
    assert {"W0 · 20", "W1 · 20"} < buttons(screen(tx, rita, "inspect_batch")).keys()
    inspecting.show_page(tx, by=rita, batch=batch, worker=ana.id, after=0, now=AT)
    page = screen(tx, rita, "inspect_page")
    mine = [one for one in answers if the(tx, one).worker_id == ana.id]
    assert buttons(page)["Reject these"] == ("rj_ask", (mine[0], mine[7], 0))
    assert buttons(page)["Reject all 20"] == ("rj_ask", (mine[0], mine[-1], 0))
    inspecting.show_one(tx, by=rita, submission=mine[0], now=AT)
    one = screen(tx, rita, "inspect_one")
    assert one.photo is not None
    assert buttons(one)["Reject"] == ("rj_ask", (mine[0], mine[0], 1))
    assert reject(tx, rita, mine[0], now=AT) == (Effect.REJECTED, 1)
    assert "W0 · 19" in buttons(screen(tx, rita, "inspect_batch"))
    assert ben.id != ana.id


def _seed(tx: Tx, batch: int, worker: Person, first_task: int, count: int, now: int) -> None:
    """Answers as a tap makes them, in three statements: rows, transfers, counters."""
    price = 10_000
    tx.run(
        "insert into assignments (task_id, batch_id, worker_id, state, offered_at, expires_at)"
        " select id, batch_id, :worker, 'submitted', :now, :now from tasks where batch_id = :batch"
        " and id between :first and :last",
        worker=worker.id, batch=batch, first=first_task, last=first_task + count - 1, now=now,
    )  # fmt: skip
    tx.run(
        "insert into submissions (assignment_id, task_id, batch_id, worker_id, state, answer, price, shown_at,"
        " submitted_at, active_micros, review_until) select id, task_id, batch_id, worker_id, 'pending', :answer,"
        " :price, :now, :now, 1000000, :until from assignments where batch_id = :batch and worker_id = :worker",
        answer=json.dumps({"choice": 0, "label": "Cat"}), price=price, now=now, until=now + DAY, batch=batch,
        worker=worker.id,
    )  # fmt: skip
    tx.run(
        "insert into ledger (kind, subject, at, debit, credit, amount, currency) select 4, id, :now, :batch * 8 + 2,"
        " :worker * 8 + 3, :price, 'USD' from submissions where batch_id = :batch and worker_id = :worker",
        now=now, batch=batch, worker=worker.id, price=price,
    )  # fmt: skip
    tx.run(
        "update tasks set taken = 1, answered = 1, state = 'done' where batch_id = :batch"
        " and id between :first and :last",
        batch=batch, first=first_task, last=first_task + count - 1,
    )  # fmt: skip
    tx.run(
        "update batches set submissions = submissions + :n, done = done + :n, measured = measured + :n,"
        " active_micros = active_micros + :n * 1000000 where id = :batch",
        n=count, batch=batch,
    )  # fmt: skip
    tx.run(
        "insert into timings (batch_id, bucket, count) values (:batch, :bucket, :n)"
        " on conflict do update set count = count + excluded.count",
        batch=batch, bucket=bucket(1_000_000), n=count,
    )  # fmt: skip
    tx.run(
        "insert into enrolments (worker_id, batch_id, state, done, earned) values (:w, :b, 'working', :n, :e)",
        w=worker.id, b=batch, n=count, e=count * price,
    )  # fmt: skip
    tx.run(
        "insert into worker_days (worker_id, day, submissions, earned, active_micros) values (:w, :d, :n, :e, :a)"
        " on conflict do update set submissions = submissions + excluded.submissions, earned = earned"
        " + excluded.earned, active_micros = active_micros + excluded.active_micros",
        w=worker.id, d=tx.rules.day(now), n=count, e=count * price, a=count * 1_000_000,
    )  # fmt: skip


@contextmanager
def crowd(n_batches: int, per_batch: int, workers: int) -> Iterator[tuple[Tx, list[int], list[Person]]]:
    """Batches of one-cent tasks, each answered by the workers in equal shares."""
    desk = Desk()
    tx = desk.tx
    batches_made = [make_batch(tx, n_tasks=per_batch, price=10_000) for _ in range(n_batches)]
    found = [make_worker(tx, 1_000 + one, f"W{one}") for one in range(workers)]
    share = per_batch // workers
    for batch in batches_made:
        first = tx.value("select min(id) from tasks where batch_id = :id", id=batch)
        for number, worker in enumerate(found):
            _seed(tx, batch, worker, first + number * share, share, NOON)
    sent(tx)
    yield tx, batches_made, found
    desk.connection.close()


def _mass_rejection(n_batches: int, per_batch: int, workers: int) -> None:
    with crowd(n_batches, per_batch, workers) as (tx, batches_made, found):
        requester = make_coordinator(tx)
        total, price = n_batches * per_batch, 10_000
        for batch in batches_made:
            for worker in found:
                _, first, last = reviews.span(tx, batch, worker.id)
                effect, count = reject(tx, requester, first, last, now=AT)
                assert (effect, count) == (Effect.PROPOSED, per_batch // workers)
        assert tx.value("select count(*) from submissions where state = 'pending'") == total
        assert tx.value("select count(*) from rejections") == 0
        assert ledger.balance(tx, accounts.HELD) == 0
        assert all("rejected" not in told(tx, worker) for worker in found[:3])
        owner = make_owner(tx)
        assert told(tx, owner).count("proposal") == n_batches  # one message a batch, whatever it holds
        # The owner agrees to one batch; nothing else takes effect, and the rest is paid when its period ends.
        agreed = proposals.next_for(tx, owner.id)
        assert agreed is not None
        breaker.agree(tx, by=owner, proposal=agreed.id, count=agreed.size, now=AT)
        steps = 1
        while appeals.decide_due(tx, now=AT):
            steps += 1
            assert steps <= per_batch // 500 + 3
        assert tx.value("select count(*) from rejections where seconded_by = :id", id=owner.id) == per_batch
        while reviewing.accept_due(tx, now=NOON + 2 * DAY):
            pass
        assert tx.value("select count(*) from submissions where state = 'accepted'") == total - per_batch
        paid = sum(money(tx, worker).available for worker in found)
        assert paid == (total - per_batch) * price
        books_are_right(tx)


def test_mass_rejection_by_one_requester_takes_no_effect_without_a_second_human() -> None:
    _mass_rejection(2, 1_000, 10)


@pytest.mark.soak
@pytest.mark.timeout(1_200)
def test_seventy_thousand_one_cent_tasks_rejected_by_one_requester() -> None:
    _mass_rejection(7, 10_000, 100)


def test_confirming_twice_proposes_once(tx: Tx) -> None:
    rita = make_reviewer(tx)
    _, _, answers = tapped(tx, 40)
    asked = weigh(tx, rita, answers[0], answers[-1], now=AT)
    ground = buttons(asked)["Propose to reject 40"][1][0]
    for _ in range(2):
        assert rejecting.confirm(tx, by=rita, ground=ground, now=AT) == (Effect.PROPOSED, 40)
    assert tx.value("select size from proposals") == 40
