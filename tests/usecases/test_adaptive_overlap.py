"""An overlap that adapts: two answers where they agree, more where they differ, the money of the rest back."""

from __future__ import annotations

import pytest

from domain import ledger as accounts
from domain.inference.streaming import Belief, Prior, of
from domain.people import Person
from domain.rules import MINUTE, Rules
from storage import batches, ledger
from storage.database import Tx
from tests.builders import NOON, make_batch, make_draft, make_owner, make_worker
from tests.steps import books_are_right, buttons, screen, told
from tests.usecases.desk import Desk
from usecases import beliefs, drafts, leases, publishing, work
from usecases.answering import undo

PRICE = 50_000


@pytest.fixture
def desk() -> Desk:
    return Desk(Rules(quick_tap_millis=0))


def crew(desk: Desk, size: int) -> list[Person]:
    return [desk.make(make_worker, 100 + index, f"W{index}") for index in range(size)]


def tap(desk: Desk, who: Person, batch: int, choice: int) -> None:
    desk.do(work.start, who, batch=batch)
    card = desk.card(who)
    assert card is not None, "nothing to do"
    desk.do(work.submit, who, assignment=card, answer_index=choice)


def wanted(tx: Tx, batch: int) -> tuple[list[int], int, int]:
    """What each task wants, what the batch counts as wanted, how many tasks are done."""
    each = [row[0] for row in tx.all("select wanted from tasks where batch_id = :id order by id", id=batch)]
    found = batches.by_id(tx, batch)
    assert found is not None
    assert sum(each) == found.wanted
    return each, found.wanted, found.done


def test_publishing_reserves_the_most_and_each_task_begins_with_the_least(desk: Desk) -> None:
    batch = desk.make(make_batch, n_tasks=3, price=PRICE, overlap=4, adaptive=2)
    assert ledger.balance(desk.tx, accounts.reserve(batch)) == 3 * 4 * PRICE
    assert wanted(desk.tx, batch) == ([2, 2, 2], 6, 0)


def test_answers_that_agree_are_enough_and_the_money_of_the_rest_is_free_once_all_are_done(desk: Desk) -> None:
    owner = desk.make(make_owner)
    batch = desk.make(make_batch, n_tasks=2, price=PRICE, overlap=4, adaptive=2)
    one, two = crew(desk, 2)
    free = ledger.balance(desk.tx, accounts.FUNDS)
    for _ in range(2):
        tap(desk, one, batch, 0)
        tap(desk, two, batch, 0)
    assert wanted(desk.tx, batch) == ([2, 2], 4, 2)
    assert told(desk.tx, owner).count("batch_done") == 1
    saved = 2 * 2 * PRICE * 102 // 100
    assert ledger.balance(desk.tx, accounts.FUNDS) == free + saved
    assert f"${saved / 1_000_000:.3f} is free again" in screen(desk.tx, owner, "batch_done").text
    assert ledger.balance(desk.tx, accounts.reserve(batch)) == 0
    books_are_right(desk.tx)


def test_where_answers_differ_one_more_is_asked_for_up_to_the_most(desk: Desk) -> None:
    batch = desk.make(make_batch, n_tasks=1, price=PRICE, overlap=5, adaptive=2)
    workers = crew(desk, 6)
    found = []
    for worker, choice in zip(workers, (0, 1, 0, 1, 0), strict=False):
        tap(desk, worker, batch, choice)
        found.append(wanted(desk.tx, batch))
    assert found == [([2], 2, 0), ([3], 3, 0), ([4], 4, 0), ([5], 5, 0), ([5], 5, 1)]
    desk.do(work.start, workers[5], batch=batch)
    assert desk.card(workers[5]) is None
    assert ledger.balance(desk.tx, accounts.reserve(batch)) == 0
    books_are_right(desk.tx)


def test_an_answer_that_could_not_overturn_the_label_is_not_asked_for(desk: Desk) -> None:
    """Two to one with one left: it could make a tie at most."""
    batch = desk.make(make_batch, n_tasks=1, price=PRICE, overlap=4, adaptive=2)
    for worker, choice in zip(crew(desk, 3), (0, 1, 0), strict=True):
        tap(desk, worker, batch, choice)
    assert wanted(desk.tx, batch) == ([3], 3, 1)
    assert ledger.balance(desk.tx, accounts.reserve(batch)) == 0
    books_are_right(desk.tx)


def test_a_task_that_wants_one_more_comes_to_who_has_passed_it_and_not_to_who_answered(desk: Desk) -> None:
    batch = desk.make(make_batch, n_tasks=2, price=PRICE, overlap=3, adaptive=2)
    ana, ben, cleo = crew(desk, 3)
    tap(desk, cleo, batch, 0)  # the first task; then the second is in hand
    desk.do(work.stop, cleo)
    for who, choice in ((ana, 0), (ben, 1)):
        tap(desk, who, batch, choice)  # ana agrees with cleo: done
    tap(desk, ana, batch, 0)  # the second: differs from ben's
    assert wanted(desk.tx, batch) == ([2, 3], 5, 1)
    assert desk.card(ana) is None
    tap(desk, cleo, batch, 0)
    assert wanted(desk.tx, batch) == ([2, 3], 5, 2)


def test_undo_takes_back_what_a_difference_asked_for(desk: Desk) -> None:
    batch = desk.make(make_batch, n_tasks=1, price=PRICE, overlap=4, adaptive=2)
    ana, ben = crew(desk, 2)
    tap(desk, ana, batch, 0)
    tap(desk, ben, batch, 1)
    assert wanted(desk.tx, batch) == ([3], 3, 0)
    last = desk.undo_id(ben)
    assert last is not None
    desk.do(undo, ben, submission=last)
    assert wanted(desk.tx, batch) == ([2], 2, 0)
    card = desk.card(ben)
    assert card is not None
    desk.do(work.submit, ben, assignment=card, answer_index=0)
    assert wanted(desk.tx, batch) == ([2], 2, 1)
    books_are_right(desk.tx)


def test_what_somebody_has_in_hand_stays_wanted_when_the_difference_is_gone(desk: Desk) -> None:
    batch = desk.make(make_batch, n_tasks=1, price=PRICE, overlap=4, adaptive=2)
    ana, ben, cleo = crew(desk, 3)
    tap(desk, ana, batch, 0)
    tap(desk, ben, batch, 1)
    desk.do(work.start, cleo, batch=batch)
    last = desk.undo_id(ben)
    assert last is not None
    desk.do(undo, ben, submission=last)
    assert wanted(desk.tx, batch) == ([3], 3, 0)


def test_what_was_given_back_is_not_asked_for_again(desk: Desk) -> None:
    """The last answer is undone after the batch was done, and comes again as another one."""
    batch = desk.make(make_batch, n_tasks=1, price=PRICE, overlap=4, adaptive=2)
    ana, ben = crew(desk, 2)
    tap(desk, ana, batch, 0)
    tap(desk, ben, batch, 0)
    last = desk.undo_id(ben)
    assert last is not None
    desk.do(undo, ben, submission=last)
    card = desk.card(ben)
    assert card is not None
    desk.do(work.submit, ben, assignment=card, answer_index=1)
    assert wanted(desk.tx, batch) == ([2], 2, 1)
    assert ledger.balance(desk.tx, accounts.reserve(batch)) == 0
    books_are_right(desk.tx)


def test_a_range_is_shown_changed_and_split_with_its_draft(desk: Desk) -> None:
    owner = desk.make(make_owner)
    draft = desk.make(make_draft, n_tasks=2, by=owner, price=PRICE, overlap=3)
    desk.do(drafts.answer_field, owner, batch=draft, field="overlap", text="2-4")
    assert "2 to 4 answers a task" in screen(desk.tx, owner, "batch").text
    rest = desk.make(publishing._split, batches.by_id(desk.tx, draft), keep=1, now=NOON + MINUTE)
    found = batches.by_id(desk.tx, rest)
    assert found is not None
    assert (found.overlap_least, found.overlap) == (2, 4)


@pytest.mark.parametrize(
    ("kind", "overlap", "sentence"),
    [("write_reply", "2-4", "Write for example: overlap 4"), ("choose_one", "1-3", "Write for example: overlap 2-3")],
)
def test_a_range_that_cannot_be_decided_by_answers_is_refused_with_what_to_write(
    desk: Desk, kind: str, overlap: str, sentence: str
) -> None:
    owner = desk.make(make_owner)
    draft = desk.make(make_draft, kind, 2, by=owner, price=500_000)
    desk.do(drafts.answer_field, owner, batch=draft, field="overlap", text=overlap)
    shown = screen(desk.tx, owner, "batch")
    assert sentence in shown.text
    assert not any(name.startswith("Publish") for name in buttons(shown))


def test_a_late_answer_that_fills_a_task_of_a_paused_batch_makes_it_done(desk: Desk) -> None:
    owner = desk.make(make_owner)
    batch = desk.make(make_batch, n_tasks=1, price=PRICE, overlap=2)
    ana, ben = crew(desk, 2)
    tap(desk, ana, batch, 0)
    desk.do(work.start, ben, batch=batch)
    card = desk.card(ben)
    assert card is not None
    desk.pass_time(2 * 3600)
    desk.make(leases.expire, now=desk.now)
    desk.do(publishing.pause, owner, batch=batch)
    desk.do(work.submit, ben, assignment=card, answer_index=0)
    assert wanted(desk.tx, batch) == ([2], 2, 1)
    books_are_right(desk.tx)


def test_what_is_known_of_workers_decides_how_many_are_asked(desk: Desk) -> None:
    """Two who are right nine times in ten settle a task; two who guess do not."""
    batch = desk.make(make_batch, n_tasks=2, price=PRICE, overlap=5, adaptive=2)
    good, fair, lazy, idle = crew(desk, 4)
    for one in (good, fair, lazy, idle):
        desk.do(work.start, one, batch=batch)
        desk.do(work.stop, one)
    known = {good.id: 9_000, fair.id: 9_000, lazy.id: 5_000, idle.id: 5_000}
    desk.make(beliefs.adopt, batch, Prior(1, 7_000, 200), known)
    for one in (good, fair):
        tap(desk, one, batch, 0)
        desk.do(work.stop, one)
    assert wanted(desk.tx, batch) == ([2, 2], 4, 1)
    for one in (lazy, idle):
        tap(desk, one, batch, 0)
    each, all_wanted, done = wanted(desk.tx, batch)
    assert (sorted(each), all_wanted, done) == ([2, 3], 5, 1)


def test_after_a_fit_a_task_is_believed_anew_with_its_weights(desk: Desk) -> None:
    batch = desk.make(make_batch, n_tasks=1, price=PRICE, overlap=5, adaptive=2)
    ana, ben, cleo = crew(desk, 3)
    tap(desk, ana, batch, 0)
    before = Belief.from_text(desk.value("select belief from tasks"))
    desk.make(beliefs.adopt, batch, Prior(7, 8_000, 250), {ana.id: 6_000})
    tap(desk, ben, batch, 1)
    after = Belief.from_text(desk.value("select belief from tasks"))
    assert (before.fit, after.fit) == (0, 7)
    assert after == of([("Cat", 6_000), ("Dog", None)], Prior(7, 8_000, 250))
    assert desk.card(cleo) is None


def test_the_coordinator_sees_what_is_saved_while_it_goes_on_and_at_the_end(desk: Desk) -> None:
    owner = desk.make(make_owner)
    batch = desk.make(make_batch, n_tasks=2, price=PRICE, overlap=5, adaptive=2)
    ana, ben, cleo = crew(desk, 3)
    for who in (ana, ben):
        tap(desk, who, batch, 0)
    assert "Saved $0.15: 3 answers were not needed" in screen(desk.tx, owner, "batch").text
    tap(desk, ana, batch, 0)
    tap(desk, ben, batch, 1)
    assert "Saved $0.15: 3 answers were not needed" in screen(desk.tx, owner, "batch").text
    tap(desk, cleo, batch, 1)
    desk.do(publishing.close, owner, batch=batch)
    assert "Saved $0.15: 3 answers were not needed." in screen(desk.tx, owner, "batch_closed").text
    assert batches.unasked(desk.tx, batch) == 3


def test_a_batch_whose_overlap_is_fixed_saves_nothing_and_says_nothing_of_it(desk: Desk) -> None:
    owner = desk.make(make_owner)
    batch = desk.make(make_batch, n_tasks=1, price=PRICE, overlap=2)
    for who in crew(desk, 2):
        tap(desk, who, batch, 0)
    assert "Saved" not in screen(desk.tx, owner, "batch").text
    assert batches.unasked(desk.tx, batch) == 0


def test_written_work_is_not_compared(desk: Desk) -> None:
    batch = desk.make(make_batch, "write_reply", n_tasks=1, price=500_000, overlap=1)
    found = batches.by_id(desk.tx, batch)
    assert found is not None and not beliefs.is_compared(found)
    assert desk.make(beliefs.made_anew, found, desk.value("select id from tasks"), besides=0) is None
