"""Add budget: once a message, divided as the batch's own money was, with a sentence for what cannot be."""

from __future__ import annotations

import pytest

from domain import ledger as accounts
from domain.costs import Cost
from domain.joining import CoordinatorsOnly
from domain.money import AmountNotUnderstood, AmountTooSmall, as_decimal_text
from domain.people import Person
from domain.refusals_batches import BudgetTooLarge, BudgetTooSmall, NotPublished
from storage import additions, batches, ledger, questions
from tests.builders import add_funds, make_batch, make_coordinator, make_draft, make_owner, make_worker
from tests.rejecting import reject
from tests.steps import answer, books_are_right, buttons, screen, told
from tests.usecases.desk import Desk
from usecases import budgets, coordinating, publishing, reserves, topups, work
from usecases.drafts import cancel

PRICE = 50_000


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def owner(desk: Desk) -> Person:
    person = desk.make(make_owner)
    desk.make(add_funds, by=person, amount=10_000_000)
    return person


def test_the_amount_leaves_the_funds_and_is_divided_without_a_rest(desk: Desk, owner: Person) -> None:
    batch = desk.make(make_batch, n_tasks=2, price=PRICE)
    desk.do(budgets.ask, owner, batch=batch)
    free = ledger.balance(desk.tx, accounts.FUNDS)
    desk.say(owner, "3,00")
    assert additions.given(desk.tx, batch) == Cost(1_960_784, 980_392, 58_824)
    assert ledger.balance(desk.tx, accounts.FUNDS) == free - 3_000_000
    assert ledger.balance(desk.tx, accounts.reserve(batch)) == 2 * PRICE + 1_960_784
    assert "enough for 39 more" in screen(desk.tx, owner, "budget_added").text
    assert "Spent $0.00 of $2.060784" in screen(desk.tx, owner, "batch").text
    books_are_right(desk.tx)


def test_a_second_message_adds_nothing(desk: Desk, owner: Person) -> None:
    batch = desk.make(make_batch, price=PRICE)
    desk.do(budgets.ask, owner, batch=batch)
    desk.say(owner, "1")
    desk.say(owner, "1")
    assert sum(additions.given(desk.tx, batch)) == 1_000_000
    assert told(desk.tx, owner).count("hint") == 1


@pytest.mark.parametrize(
    ("text", "refusal"),
    [("a lot", AmountNotUnderstood), ("-5", AmountTooSmall), ("0.07", BudgetTooSmall), ("10.01", BudgetTooLarge)],
)
def test_what_cannot_be_added_gets_a_sentence_and_stays_asked_for(
    desk: Desk, owner: Person, text: str, refusal: type[Exception]
) -> None:
    batch = desk.make(make_batch, price=PRICE)
    desk.do(budgets.ask, owner, batch=batch)
    with pytest.raises(refusal):
        desk.say(owner, text)
    assert questions.open_for(desk.tx, owner.id) is not None
    desk.say(owner, "10")
    assert ledger.balance(desk.tx, accounts.FUNDS) == 0


def test_the_least_that_is_named_pays_one_more_answer(desk: Desk, owner: Person) -> None:
    batch = desk.make(make_batch, price=33_333)
    desk.do(budgets.ask, owner, batch=batch)
    with pytest.raises(BudgetTooSmall) as refusal:
        desk.say(owner, "0.01")
    least = as_decimal_text(int(str(refusal.value.params["amount_least"])))
    cost = desk.do(budgets.add, owner, batch=batch, text=least)
    assert cost.pay >= 33_333
    books_are_right(desk.tx)


def test_only_coordinators_and_only_for_a_batch_that_runs(desk: Desk, owner: Person) -> None:
    batch = desk.make(make_batch)
    draft = desk.make(make_draft, by=owner)
    ana, carla = desk.make(make_worker), desk.make(make_coordinator)
    with pytest.raises(CoordinatorsOnly):
        desk.do(budgets.ask, ana, batch=batch)
    with pytest.raises(CoordinatorsOnly):
        desk.do(budgets.add, ana, batch=batch, text="1")
    with pytest.raises(NotPublished):
        desk.do(budgets.ask, carla, batch=draft)
    desk.do(budgets.ask, carla, batch=batch)
    desk.do(publishing.close, owner, batch=batch)
    assert questions.open_for(desk.tx, carla.id) is None
    with pytest.raises(NotPublished):
        desk.do(budgets.add, carla, batch=batch, text="1")


def test_cancel_asks_no_more(desk: Desk, owner: Person) -> None:
    batch = desk.make(make_batch)
    desk.do(budgets.ask, owner, batch=batch)
    assert "Cancel" in buttons(screen(desk.tx, owner, "budget_ask"))
    desk.do(cancel, owner, batch=batch)
    desk.say(owner, "1")
    assert additions.given(desk.tx, batch) == Cost(0, 0, 0)


def test_a_rejected_task_is_done_anew_with_added_budget(desk: Desk, owner: Person) -> None:
    batch = desk.make(make_batch, n_tasks=1, price=PRICE)
    ana, ben = desk.make(make_worker), desk.make(make_worker, 101, "Ben")
    submission = desk.make(answer, ana, batch, now=desk.now)
    desk.pass_time(60)
    desk.make(reject, owner, submission, now=desk.now)
    desk.do(work.start, ben, batch=batch)
    assert desk.card(ben) is None  # its price is held
    desk.do(budgets.add, owner, batch=batch, text="1")
    desk.do(work.start, ben, batch=batch)
    card = desk.card(ben)
    assert card is not None
    desk.do(work.submit, ben, assignment=card, answer_index=1)
    books_are_right(desk.tx)


def test_a_batch_that_rests_for_its_top_ups_goes_on_when_they_are_covered(desk: Desk, owner: Person) -> None:
    batch = desk.make(make_batch, n_tasks=2, price=1_000)
    ana = desk.make(make_worker)
    desk.make(answer, ana, batch, now=desk.now)
    desk.pass_time(60)
    while desk.make(topups.run_due, now=desk.now):
        pass
    assert screen(desk.tx, owner, "topups_short") is not None
    desk.do(budgets.add, owner, batch=batch, text="0.01")
    assert desk.value("select state from batches where id = :id", id=batch) == "paused"
    desk.do(budgets.add, owner, batch=batch, text="1")
    assert desk.value("select state from batches where id = :id", id=batch) == "open"
    while desk.make(topups.run_due, now=desk.now + 2 * 86_400_000_000):
        pass
    published = batches.by_id(desk.tx, batch)
    assert published is not None
    found = coordinating.progress_view(desk.tx, published, desk.now)
    assert 0 < found.lifted <= found.kept
    books_are_right(desk.tx)


def test_what_was_added_goes_back_with_the_rest_and_its_fees(desk: Desk, owner: Person) -> None:
    batch = desk.make(make_batch, price=PRICE)
    before = ledger.balance(desk.tx, accounts.FUNDS)
    for amount in ("1", "0.333333", "2.5"):
        desk.do(budgets.add, owner, batch=batch, text=amount)
    desk.do(publishing.close, owner, batch=batch)
    desk.make(reserves.release_topups, batch, desk.now)
    assert ledger.balance(desk.tx, accounts.FEES) == 0
    assert ledger.balance(desk.tx, accounts.FUNDS) == before + 3 * PRICE * 153 // 100
    books_are_right(desk.tx)
