"""Newcomers: practice with explanations, the test, its end, the next try, who needs neither; wrong gold repaired.

Over 400 lines: one way in, whose stations are told with the same few helpers.
"""

from __future__ import annotations

import json

import pytest

from domain import ledger as accounts
from domain.brief import Problem
from domain.drafts import GOLD_MISSING, NO_TEST_OF_SCALES, NOTHING_TO_TEST, needs
from domain.people import Person
from domain.qualification import ENOUGH, LONGEST, RULE
from domain.refusals import StaleButton
from domain.refusals_batches import BriefProblem
from domain.refusals_work import InAlready, NewcomersFull, NoMorePractice, NothingToUndo, RetryLater, SkillNeeded
from domain.reviews import OwnWork
from domain.rules import DAY, HOUR
from storage import batches, gold, gold_answers, ledger, submissions, tasks, training
from storage.database import Tx
from tests.builders import add_funds, make_coordinator, make_draft, make_owner, make_person, make_rated, make_worker
from tests.steps import books_are_right, buttons, render, screen
from tests.steps import told as keys_told
from tests.usecases.desk import Desk
from tests.usecases.fitting import gold_counts
from tests.usecases.newcomers import (
    PRICE,
    answer,
    answer_while,
    make_gated,
    make_gated_draft,
    place,
    right,
    the_batch,
    wrong,
)
from usecases import coordinating, drafts, gold_judging, publishing, qualifying, reporting, waves, work
from usecases import gold as gold_making
from usecases.training import is_lesson


@pytest.fixture
def desk() -> Desk:
    return Desk()


def shown(tx: Tx, person: Person, key: str) -> str:
    """The newest waiting message of a key, as text."""
    return str(screen(tx, person, key).text)


def failed(desk: Desk, batch: int, name: str = "Ana", telegram_id: int = 100) -> Person:
    """Somebody new who did the practice and failed the test."""
    person = desk.make(make_worker, telegram_id, name)
    desk.do(work.start, person, batch=batch)
    answer_while(desk, person, batch, "training", right)
    answer_while(desk, person, batch, "testing", wrong)
    assert place(desk, person, batch).stage == "failed"
    return person


def test_a_newcomer_reads_how_they_begin_practises_is_tested_and_works(desk: Desk) -> None:
    batch = desk.make(make_gated)
    ana = desk.make(make_worker)
    desk.do(work.start, ana, batch=batch)
    assert desk.queued(ana) == ["instructions"]
    assert "First 2 practice photos, each with an explanation, then a short test. All of it is paid." in shown(
        desk.tx, ana, "instructions"
    )
    assert place(desk, ana, batch).stage == "training"
    desk.do(work.got_it, ana, assignment=desk.card(ana))
    answer(desk, ana, right)
    card = shown(desk.tx, ana, "card")
    assert card.startswith("✓ <b>Right: ") and "It has whiskers." in card and "Practice: 1 more." in card
    answer(desk, ana, wrong)
    card = shown(desk.tx, ana, "card")
    assert card.startswith("<b>Not quite: the right answer is ") and "You said " in card
    assert "That was the practice. Now the test" in card
    assert place(desk, ana, batch).stage == "testing"
    desk.sent(ana)
    asked = answer_while(desk, ana, batch, "testing", right)
    assert 2 <= asked <= LONGEST
    first_line = shown(desk.tx, ana, "card").splitlines()[0]
    assert "Right" not in first_line and "Not quite" not in first_line
    assert "<b>You are in.</b>\nThe test for <b>" in shown(desk.tx, ana, "test_result")
    assert f"{asked} of {asked} right" in shown(desk.tx, ana, "test_result")
    assert place(desk, ana, batch).stage == "working"
    assert ledger.balance(desk.tx, accounts.in_review(ana.id)) == (2 + asked) * PRICE
    answer(desk, ana, 0)
    books_are_right(desk.tx)
    desk.do(publishing.close, desk.make(make_owner), batch=batch)
    desk.do(work.stop, ana)
    assert ledger.balance(desk.tx, accounts.reserve(batch)) == 0, "what newcomers did not need came back"
    books_are_right(desk.tx)


def test_nothing_is_told_of_an_answer_while_the_test_goes_on(desk: Desk) -> None:
    batch = desk.make(make_gated, caption="test yes")
    ana = desk.make(make_worker)
    desk.do(work.start, ana, batch=batch)
    desk.do(work.got_it, ana, assignment=desk.card(ana))
    seen = []
    for tap in (right, wrong):
        desk.sent(ana)
        answer(desk, ana, tap)
        assert desk.queued(ana) == ["card"]
        seen.append(json.loads(desk.value("select params from outbox where person_id = :id", id=ana.id)))
    assert {frozenset(params) for params in seen} == {frozenset({"assignment", "saved"})}


def test_one_who_does_not_pass_reads_kindly_what_to_look_at_and_tries_again_with_other_gold(desk: Desk) -> None:
    batch = desk.make(make_gated)
    ana = failed(desk, batch)
    result = shown(desk.tx, ana, "test_over")
    test = training.last(desk.tx, ana.id, batch)
    assert test is not None and (test.outcome, test.rule, test.right) == ("failed", RULE, 0)
    assert "<b>Not this time.</b>" in result and f"0 of {test.wrong} right" in result
    assert "What to look at:" in result and "you said" in result
    assert "paid like all work: $" in result and "You can try again from " in result
    assert place(desk, ana, batch).retry_at == desk.now + DAY
    assert desk.card(ana) is None
    with pytest.raises(RetryLater):
        desk.do(work.start, ana, batch=batch)
    assert work.choices(desk.tx, ana.id, now=desk.now) == []
    desk.do(work.show, ana)
    assert "you can take the test again from" in shown(desk.tx, ana, "batches_to_start")
    before = {row["task_id"] for row in desk.tx.all("select task_id from assignments where worker_id = :id", id=ana.id)}
    desk.pass_time(DAY / 1_000_000)
    assert [choice.way for choice in work.choices(desk.tx, ana.id, now=desk.now)] == ["testing"]
    desk.do(work.start, ana, batch=batch)
    assert place(desk, ana, batch).stage == "testing"
    assert desk.task(ana) not in before
    answer_while(desk, ana, batch, "testing", right)
    again = training.last(desk.tx, ana.id, batch)
    assert again is not None and (again.attempt, again.outcome, again.wrong) == (2, "passed", 0)
    assert not before & {task for task, *_ in again.evidence["answers"]}


def test_who_taps_one_answer_or_guesses_does_not_come_in(desk: Desk) -> None:
    batch = desk.make(make_gated, caption="test yes", n_gold=60)
    for number, index in enumerate((0, 1, 2)):
        person = desk.make(make_worker, 200 + number, f"Worker {number}")
        desk.do(work.start, person, batch=batch)
        answer_while(desk, person, batch, "testing", index)
        assert place(desk, person, batch).stage == "failed"


def test_no_two_newcomers_are_asked_the_same_in_the_same_order_and_nobody_twice(desk: Desk) -> None:
    batch = desk.make(make_gated, caption="training 3\ntest yes", n_gold=40)
    orders = []
    for number in range(3):
        person = desk.make(make_worker, 200 + number, f"Worker {number}")
        desk.do(work.start, person, batch=batch)
        answer_while(desk, person, batch, "training", right)
        answer_while(desk, person, batch, "testing", right)
        sql = "select task_id from assignments where worker_id = :id and state = 'submitted' order by id"
        orders.append([row["task_id"] for row in desk.tx.all(sql, id=person.id)])
        assert len(set(orders[-1])) == len(orders[-1])
    assert len({tuple(order) for order in orders}) == 3
    explained = {row["id"] for row in desk.tx.all("select id from tasks where gold_why is not null")}
    assert all(set(order[:3]) <= explained for order in orders), "what explains itself is for the practice"


def test_practice_measures_nobody_and_cannot_be_undone_once_it_is_explained(desk: Desk) -> None:
    batch = desk.make(make_gated)
    ana = desk.make(make_worker)
    desk.do(work.start, ana, batch=batch)
    first = desk.card(ana)
    assert first is not None
    answer(desk, ana, wrong)
    one = submissions.live_of_assignment(desk.tx, first)
    assert one is not None and is_lesson(place(desk, ana, batch), one)
    assert desk.undo_id(ana) is None
    with pytest.raises(NothingToUndo):
        desk.do(work.undo, ana, submission=one.id)
    answer_while(desk, ana, batch, "training", right)
    answer(desk, ana, right)
    last = desk.undo_id(ana)
    assert last is not None, "an answer of the test can be undone until the next"
    of_test = submissions.by_id(desk.tx, last)
    assert of_test is not None and not is_lesson(place(desk, ana, batch), of_test)
    desk.do(work.undo, ana, submission=last)
    answer_while(desk, ana, batch, "testing", right)
    test = training.last(desk.tx, ana.id, batch)
    assert test is not None and test.outcome == "passed" and last not in (test.upto, test.after)
    assert desk.undo_id(ana) is None


def test_what_is_skipped_reported_or_expired_counts_for_nothing(desk: Desk) -> None:
    batch = desk.make(make_gated, caption="test yes")
    ana = desk.make(make_worker)
    desk.do(work.start, ana, batch=batch)
    desk.do(reporting.skip, ana, assignment=desk.card(ana))
    desk.do(reporting.report, ana, assignment=desk.card(ana), reason=1)
    answer(desk, ana, right)
    desk.do(work.stop, ana)
    desk.do(work.start, ana, batch=batch)
    answer_while(desk, ana, batch, "testing", right)
    test = training.last(desk.tx, ana.id, batch)
    assert test is not None and (test.outcome, test.wrong) == ("passed", 0)
    assert test.right == len(test.evidence["answers"])


def test_where_the_gold_runs_out_they_are_told_so_and_a_coordinator_lets_them_in_once(desk: Desk) -> None:
    carla = desk.make(make_coordinator)
    batch = desk.make(make_gated, caption="test yes", n_gold=20, by=carla)
    ana = desk.make(make_worker)
    desk.do(work.start, ana, batch=batch)
    answer(desk, ana, right)
    while place(desk, ana, batch).stage == "testing":
        desk.do(reporting.skip, ana, assignment=desk.card(ana))
    test = training.last(desk.tx, ana.id, batch)
    assert test is not None and (test.outcome, test.right, place(desk, ana, batch).retry_at) == ("undecided", 1, None)
    assert "cannot go on" in shown(desk.tx, ana, "test_over")
    assert "The coordinator knows and can let you in." in shown(desk.tx, ana, "test_over")
    with pytest.raises(NoMorePractice):
        desk.do(work.start, ana, batch=batch)
    doubt = shown(desk.tx, carla, "test_doubt")
    assert "<b>Ana</b> took the test of" in doubt and "1 of 1 right" in doubt
    bob = desk.make(make_worker, 101, "Bob")
    with pytest.raises(Exception, match="CoordinatorsOnly"):
        desk.do(qualifying.let_in, bob, test=test.id)
    desk.do(qualifying.let_in, carla, test=test.id)
    assert "lets you work there" in shown(desk.tx, ana, "test_came_in")
    told = len(keys_told(desk.tx, ana))
    gold_judging.run_due(desk.tx, now=desk.now)
    assert gold_answers.summary(desk.tx, batch)[:2] == (1, 1), "their test counts now"
    assert len(keys_told(desk.tx, ana)) == told
    assert desk.value("select outcome || by_id from tests order by id desc limit 1") == f"let_in{carla.id}"
    after = screen(desk.tx, carla, "test_doubt")
    assert "is in" in after.text and not after.keyboard
    with pytest.raises(InAlready):
        desk.do(qualifying.let_in, carla, test=test.id)
    desk.do(work.start, ana, batch=batch)
    assert place(desk, ana, batch).stage == "working" and desk.card(ana) is not None


def test_nobody_lets_themselves_in(desk: Desk) -> None:
    carla = desk.make(make_coordinator)
    desk.make(make_worker, carla.telegram_id, "Carla")
    batch = desk.make(make_gated, caption="test yes", n_gold=20)
    desk.do(work.start, carla, batch=batch)
    answer_while(desk, carla, batch, "testing", wrong)
    test = training.last(desk.tx, carla.id, batch)
    assert test is not None
    with pytest.raises(OwnWork):
        desk.do(qualifying.let_in, carla, test=test.id)
    with pytest.raises(StaleButton):
        desk.do(qualifying.let_in, carla, test=999)


def test_gold_that_is_taken_back_repairs_the_tests_it_touched(desk: Desk) -> None:
    batch = desk.make(make_gated, caption="test yes", n_gold=40)
    ana = failed(desk, batch)
    test = training.last(desk.tx, ana.id, batch)
    assert test is not None
    asked = [task for task, *_ in test.evidence["answers"]]
    for task in asked[:-1]:
        _take_back(desk, task)
        qualifying.gold_changed(desk.tx, task, now=desk.now)
    mine = place(desk, ana, batch)
    assert (mine.stage, mine.retry_at) == ("testing", None)
    assert "does not count, and the test goes on where it was" in shown(desk.tx, ana, "test_goes_on")
    assert training.last(desk.tx, ana.id, batch) is None
    desk.do(work.start, ana, batch=batch)
    answer_while(desk, ana, batch, "testing", right)
    ended = training.last(desk.tx, ana.id, batch)
    assert ended is not None and (ended.outcome, ended.wrong) == ("passed", 1), "the miss that stands still counts"


def test_who_passes_without_the_wrong_gold_comes_in_and_who_had_passed_stays(desk: Desk) -> None:
    batch = desk.make(make_gated, caption="test yes", n_gold=40)
    ana, bob = desk.make(make_worker), desk.make(make_worker, 101, "Bob")
    desk.do(work.start, bob, batch=batch)
    answer_while(desk, bob, batch, "testing", right)
    desk.do(work.start, ana, batch=batch)
    for tap in [right, wrong] * 6:
        if place(desk, ana, batch).stage == "testing":
            answer(desk, ana, tap)
    answer_while(desk, ana, batch, "testing", wrong)
    assert place(desk, ana, batch).stage == "failed"
    test = training.last(desk.tx, ana.id, batch)
    assert test is not None
    missed = [task for task, label, said, _ in test.evidence["answers"] if label != said]
    hits = [task for task, label, said, _ in test.evidence["answers"] if label == said]
    for task in missed:
        _take_back(desk, task)
        qualifying.gold_changed(desk.tx, task, now=desk.now)
    assert place(desk, ana, batch).stage in ("testing", "working")
    for task in hits:
        _take_back(desk, task)
        qualifying.gold_changed(desk.tx, task, now=desk.now)
    assert place(desk, bob, batch).stage == "working"
    kept = training.last(desk.tx, bob.id, batch)
    assert kept is not None and kept.outcome == "passed"


def test_who_passed_such_a_test_lately_or_has_the_skill_begins_at_once(desk: Desk) -> None:
    first = desk.make(make_gated, caption="test yes")
    ana = desk.make(make_worker)
    desk.do(work.start, ana, batch=first)
    answer_while(desk, ana, first, "testing", right)
    second = desk.make(make_gated, caption="training 2\ntest yes\nskill 80")
    desk.do(work.start, ana, batch=second)
    assert place(desk, ana, second).stage == "working"
    test = training.last(desk.tx, ana.id, second)
    earlier = training.last(desk.tx, ana.id, first)
    assert test is not None and earlier is not None
    assert (test.outcome, test.evidence) == ("passed_before", {"test": earlier.id})
    bob = desk.make(make_worker, 101, "Bob")
    _skill(desk, bob.id, low=8_100)
    desk.do(work.start, bob, batch=second)
    known = training.last(desk.tx, bob.id, second)
    assert known is not None and known.outcome == "skilled"
    assert known.evidence == {"skill_low": 8_100, "least": 80}
    desk.pass_time(181 * DAY / 1_000_000)
    third = desk.make(make_gated, caption="test yes", now=desk.now)
    desk.do(work.start, ana, batch=third)
    assert place(desk, ana, third).stage == "testing"


def test_a_gate_without_a_test_is_for_the_skilled_alone(desk: Desk) -> None:
    batch = desk.make(make_gated, caption="skill 80", n_gold=4)
    ana, bob = desk.make(make_worker), desk.make(make_worker, 101, "Bob")
    _skill(desk, bob.id, low=8_000)
    _skill(desk, ana.id, low=7_999)
    assert work.choices(desk.tx, ana.id, now=desk.now) == []
    with pytest.raises(SkillNeeded):
        desk.do(work.start, ana, batch=batch)
    assert [choice.way for choice in work.choices(desk.tx, bob.id, now=desk.now)] == ["skilled"]
    desk.do(work.start, bob, batch=batch)
    assert desk.card(bob) is not None


def test_newcomers_are_paid_for_beforehand_and_turned_away_kindly_when_that_is_used_up(desk: Desk) -> None:
    batch = desk.make(make_gated, caption="training 2\ntest yes")
    plain = desk.make(make_gated, caption="training none")
    extra = the_batch(desk, batch).gold_budget - the_batch(desk, plain).gold_budget
    assert extra >= 2 + ENOUGH
    batches.change(desk.tx, batch, gold_taken=the_batch(desk, batch).gold_budget)
    ana = desk.make(make_worker)
    with pytest.raises(NewcomersFull):
        desk.do(work.start, ana, batch=batch)
    assert [choice.batch.id for choice in work.choices(desk.tx, ana.id, now=desk.now)] == [plain]
    owner = desk.make(make_owner)
    desk.do(coordinating.open_batch, owner, batch=batch)
    progress = screen(desk.tx, owner, "batch")
    assert "Nobody new can begin: all the gold that was paid for is used up." in progress.text
    assert buttons(progress)["Pay for gold"] == ("gm_show", (batch,))
    desk.do(gold_making.show, owner, batch=batch)
    offer = screen(desk.tx, owner, "gold_made")
    ((answers, cost),) = [numbers[1:] for kind, numbers in buttons(offer).values() if kind == "gm_pay"]
    desk.make(add_funds, by=owner, now=desk.now)
    desk.do(gold_making.pay_for, owner, batch=batch, answers=answers, cost=cost)
    desk.do(work.start, ana, batch=batch)
    desk.do(coordinating.open_batch, owner, batch=batch)
    assert "Pay for gold" not in buttons(screen(desk.tx, owner, "batch"))


def test_why_shows_each_answer_and_the_rule_to_its_worker_and_to_coordinators(desk: Desk) -> None:
    batch = desk.make(make_gated, caption="test yes")
    ana = failed(desk, batch)
    test = training.last(desk.tx, ana.id, batch)
    assert test is not None
    desk.do(qualifying.why, ana, test=test.id)
    said = shown(desk.tx, ana, "test_why")
    assert "; right is" in said and f"Rule {RULE}." in said and "−" in said
    desk.do(qualifying.why, desk.make(make_owner), test=test.id)
    with pytest.raises(StaleButton):
        desk.do(qualifying.why, desk.make(make_worker, 101, "Bob"), test=test.id)
    with pytest.raises(StaleButton):
        desk.do(qualifying.why, desk.make(make_person, 102, "Eve"), test=test.id)


def test_a_draft_says_in_one_sentence_what_its_test_lacks(desk: Desk) -> None:
    owner = desk.make(make_owner)
    few = desk.make(make_gated_draft, caption="training 5\ntest yes", n_gold=10, by=owner)
    assert Problem(GOLD_MISSING, {"count": 5 + LONGEST, "have": 10}) in needs(the_batch(desk, few))
    draft = render(desk.tx, "batch", {"batch": few, "at": desk.now}, owner)
    assert "Training and test need 25 tasks with a known answer, and there are 10." in str(draft)
    enough = desk.make(make_gated_draft, caption="training 5\ntest yes", n_gold=26, by=owner)
    assert needs(the_batch(desk, enough)) == ()
    for task in desk.tx.all("select id, gold from tasks where batch_id = :id and gold = 'Dog'", id=enough):
        gold.give(desk.tx, gold.Given(task["id"], "Cat"), by=owner.id, now=desk.now)
    gold.adopt(desk.tx, enough, {"Cat": "Cat", "Dog": "Dog"})
    with pytest.raises(BriefProblem):
        desk.do(drafts.preview, owner, batch=enough)
    alike = render(desk.tx, "batch", {"batch": enough, "at": desk.now}, owner)
    assert "A test needs known answers of several kinds" in str(alike)
    written = desk.make(make_draft, "write_reply", by=owner, caption="test yes")
    assert [one.text for one in needs(the_batch(desk, written))] == [NOTHING_TO_TEST]
    rated = the_batch(desk, desk.make(make_rated))._replace(test=True, gold=100)
    assert [one.text for one in needs(rated)] == [NO_TEST_OF_SCALES]


def test_a_tap_costs_no_statement_more_where_nobody_is_a_newcomer(desk: Desk) -> None:
    """Counted against the same batch without training and test; in the stages themselves it may be a few more."""
    counts = {}
    for caption in ("gold 0", "gold 0\ntraining 2\ntest yes"):
        one = Desk()
        batch = one.make(make_gated, caption=caption)
        ana = one.make(make_worker)
        one.do(work.start, ana, batch=batch)
        answer_while(one, ana, batch, "training", right)
        answer_while(one, ana, batch, "testing", right)
        answer(one, ana, 0)
        seen: list[str] = []
        one.connection.set_trace_callback(seen.append)
        answer(one, ana, 0)
        one.connection.set_trace_callback(None)
        counts[caption] = sum(not sql.startswith("--") for sql in seen)
    assert len(set(counts.values())) == 1


def _take_back(desk: Desk, task_id: int) -> None:
    """The coordinator takes gold back (what of it the rows say)."""
    task = tasks.by_id(desk.tx, task_id)
    assert task is not None
    gold.unmake(desk.tx, task, wanted=task.answered, freed=None, added=1)


def _skill(desk: Desk, worker_id: int, *, low: int) -> None:
    desk.tx.run(
        "insert into skills (worker_id, kind, language, estimate, low, high, corrected_low,"
        " answers, enough, rule, at, evidence) values (:worker_id, 'choose_one', 'en', 9000, 8500, 9500, :low,"
        " 100, 1, 1, :now, '[]')",
        worker_id=worker_id,
        low=low,
        now=desk.now,
    )


def test_a_batch_for_the_skilled_is_offered_and_counted_for_them_alone_one_with_a_test_for_all(desk: Desk) -> None:
    owner = desk.make(make_owner)
    ana, bob, cleo = (desk.make(make_worker, 100 + number, name) for number, name in enumerate(("Ana", "Bob", "Cleo")))
    _skill(desk, bob.id, low=9_000)
    passed = desk.make(make_gated, caption="test yes")
    desk.do(work.start, cleo, batch=passed)
    answer_while(desk, cleo, passed, "testing", right)
    draft = desk.make(make_gated_draft, caption="skill 80", n_gold=0, by=owner)
    batches.change(desk.tx, draft, overlap=3)
    assert "2 workers with a skill of 80 take work in English; 3 answers" in str(
        render(desk.tx, "batch", {"batch": draft, "at": desk.now}, owner)
    )
    for caption, wanted in (("skill 80", {bob.id, cleo.id}), ("skill 80\ntest yes", {ana.id, bob.id, cleo.id})):
        batch = desk.make(make_gated, caption=caption, now=desk.now)
        while waves.offer_step(desk.tx, batch=batch, now=desk.now):
            pass
        rows = desk.tx.all("select worker_id from enrolments where batch_id = :id and state = 'offered'", id=batch)
        assert {row["worker_id"] for row in rows} == wanted
    offer = render(desk.tx, "offer", {"batch": batch}, ana)
    assert f"First a short test of at most {LONGEST} tasks. All of it is paid." in str(offer)
    assert "First a short test" not in str(render(desk.tx, "offer", {"batch": batch}, bob))


def test_answers_of_a_test_are_counted_but_told_by_its_result_alone_later_misses_as_always(desk: Desk) -> None:
    batch = desk.make(make_gated, caption="training 1\ntest yes", n_gold=60)
    ana = desk.make(make_worker)
    desk.do(work.start, ana, batch=batch)
    answer(desk, ana, wrong)
    answer(desk, ana, right)
    answer(desk, ana, wrong)
    answer_while(desk, ana, batch, "testing", right)
    desk.do(work.stop, ana)
    desk.pass_time(HOUR / 1_000_000)
    desk.sent(ana)
    gold_judging.run_due(desk.tx, now=desk.now)
    assert desk.queued(ana, "gold_missed") == []
    test = training.last(desk.tx, ana.id, batch)
    assert test is not None and test.outcome == "passed"
    assert gold_counts(desk.tx, ana.id, batch) == (test.right, 1), "practice does not count, the test does"
    assert test.wrong == 1


def test_nobody_is_tested_for_work_that_is_all_given_out(desk: Desk) -> None:
    batch = desk.make(make_gated, caption="test yes", n_tasks=1)
    bob, ana = desk.make(make_worker, 101, "Bob"), desk.make(make_worker)
    desk.do(work.start, bob, batch=batch)
    answer_while(desk, bob, batch, "testing", right)
    assert desk.card(bob) is not None, "the only task there is"
    assert work.choices(desk.tx, ana.id, now=desk.now) == []
    desk.do(work.start, ana, batch=batch)
    assert (desk.card(ana), desk.queued(ana)) == (None, ["nothing_left"])
    assert place(desk, ana, batch).staged_at is None
