"""Gold in a batch: paid for, served among the other tasks, balanced, never twice, never more than is paid for."""

from __future__ import annotations

from collections import Counter

import pytest

from domain import gold as rules
from domain.costs import cost, rates_of
from domain.ledger import reserve
from domain.people import Person
from domain.working import limit_for_one
from storage import batches, gold, ledger
from storage.gold import Given
from tests.builders import add_funds, make_draft, make_owner, make_worker, publish
from tests.steps import books_are_right
from tests.usecases.desk import Desk
from usecases import gold_matching, leases, measuring, work

PRICE = 50_000


def gold_batch(
    desk: Desk,
    *,
    tasks: int = 20,
    known: dict[int, str] | None = None,
    overlap: int = 3,
    share: int | None = None,
    salt: int = 7,
    **draft: object,
) -> tuple[int, dict[int, str]]:
    """A published batch in which some of the photos (by number) have a known answer; its id, labels by task."""
    owner = desk.make(make_owner)
    batch = desk.make(make_draft, n_tasks=tasks, by=owner, price=PRICE, overlap=overlap, **draft)
    ids = [row["id"] for row in desk.tx.all("select id from tasks where batch_id = :b order by id", b=batch)]
    labels = {ids[number]: label for number, label in (known or {}).items()}
    for task, label in labels.items():
        desk.make(gold.give, Given(task, label, f"It is a {label.lower()}."), by=owner.id, now=desk.now)
    desk.make(gold_matching.match_again, batch)
    if share is not None:
        desk.make(batches.change, batch, gold_share=share)
    found = batches.by_id(desk.tx, batch)
    assert found is not None
    whole = cost(found.tasks, overlap, PRICE, rates_of(desk.rules), gold=rules.budget(found, found.tasks)).total
    desk.make(add_funds, by=owner, amount=whole, now=desk.now)
    desk.make(publish, by=owner, batch=batch, tasks=found.tasks, cost=whole, now=desk.now)
    desk.make(batches.change, batch, gold_salt=salt)
    return batch, labels


def crew(desk: Desk, count: int) -> list[Person]:
    return [desk.make(make_worker, telegram_id=100 + number, name=f"W{number}") for number in range(count)]


def work_through(desk: Desk, worker: Person, batch: int, *, most: int = 10_000, choice: int = 0) -> list[int]:
    """Answer card after card; returns the tasks in the order they came."""
    desk.do(work.start, worker, batch=batch)
    seen: list[int] = []
    while desk.card(worker) is not None and len(seen) < most:
        seen.append(desk.task(worker))
        desk.do(work.submit, worker, assignment=desk.card(worker), answer_index=choice)
    return seen


def counters(desk: Desk, batch: int) -> dict[str, int]:
    """What the batch counts of its gold, and the same from the rows."""
    found = batches.by_id(desk.tx, batch)
    assert found is not None
    row = desk.tx.one(
        "select count(*) as gold, coalesce(sum(taken), 0) as taken, coalesce(sum(answered), 0) as answered from tasks"
        " where batch_id = :b and (gold is not null or gold_rests = 1)",
        b=batch,
    )
    assert row is not None
    assert (found.gold_taken, found.gold_answered) == (row["taken"], row["answered"])
    plain = desk.tx.one(
        "select count(*) as tasks, sum(state = 'done') as done, sum(wanted) as wanted, sum(answered) as answered"
        " from tasks where batch_id = :b and gold is null and gold_rests = 0",
        b=batch,
    )
    assert plain is not None
    assert (found.tasks, found.done, found.wanted) == (plain["tasks"], plain["done"], plain["wanted"])
    assert found.plain_submissions == plain["answered"]
    return {"gold": found.gold, "taken": found.gold_taken, "budget": found.gold_budget}


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_gold_is_paid_for_beside_the_other_answers(desk: Desk) -> None:
    batch, _ = gold_batch(desk, tasks=20, known={0: "Cat", 1: "Dog"}, overlap=3)
    found = batches.by_id(desk.tx, batch)
    assert found is not None
    assert (found.tasks, found.gold, found.gold_budget) == (18, 2, 6)  # a tenth of 54, upwards
    assert ledger.balance(desk.tx, reserve(batch)) == (54 + 6) * PRICE
    books_are_right(desk.tx)


def test_without_gold_nothing_is_paid_for_it_whatever_the_share(desk: Desk) -> None:
    batch, _ = gold_batch(desk, tasks=20, share=50)
    assert ledger.balance(desk.tx, reserve(batch)) == 60 * PRICE


def test_everybody_gets_some_gold_nobody_twice_and_it_pays_like_any_task(desk: Desk) -> None:
    batch, labels = gold_batch(
        desk, tasks=60, known={n: "Cat" if n % 2 else "Dog" for n in range(12)}, overlap=2, share=25
    )
    for worker in crew(desk, 2):
        seen = work_through(desk, worker, batch)
        mine = [task for task in seen if task in labels]
        assert len(set(seen)) == len(seen)
        assert mine, "gold came"
        by_label = Counter(labels[task] for task in mine)
        assert abs(by_label["Cat"] - by_label["Dog"]) <= 1
        counters(desk, batch)
    assert desk.value("select count(*) from submissions where price <> :p", p=PRICE) == 0
    found = batches.by_id(desk.tx, batch)
    assert found is not None and found.done == found.tasks == 48
    assert 0 < found.gold_taken <= found.gold_budget == 24
    books_are_right(desk.tx)


def test_no_more_gold_is_given_than_is_paid_for(desk: Desk) -> None:
    batch, _ = gold_batch(desk, tasks=40, known=dict.fromkeys(range(10), "Cat"), overlap=4, share=5)
    for worker in crew(desk, 4):
        work_through(desk, worker, batch)
    counted = counters(desk, batch)
    assert counted["taken"] <= counted["budget"] == 6
    assert ledger.balance(desk.tx, reserve(batch)) == (counted["budget"] - counted["taken"]) * PRICE
    books_are_right(desk.tx)


def test_gold_comes_only_while_ordinary_work_would(desk: Desk) -> None:
    batch, labels = gold_batch(desk, tasks=5, known=dict.fromkeys(range(4), "Cat"), overlap=1, share=100)
    (worker,) = crew(desk, 1)
    seen = work_through(desk, worker, batch)
    assert seen[-1] not in labels
    assert sum(task not in labels for task in seen) == 1


def test_a_share_of_none_serves_none(desk: Desk) -> None:
    batch, labels = gold_batch(desk, tasks=30, known=dict.fromkeys(range(10), "Cat"), overlap=1, share=0)
    (worker,) = crew(desk, 1)
    assert not set(work_through(desk, worker, batch)) & set(labels)


def test_each_worker_gets_another_order(desk: Desk) -> None:
    batch, labels = gold_batch(
        desk, tasks=80, known={n: "Cat" if n % 2 else "Dog" for n in range(20)}, overlap=4, share=30
    )
    orders = [[task for task in work_through(desk, worker, batch) if task in labels][:4] for worker in crew(desk, 4)]
    assert len({tuple(order) for order in orders}) == 4


def test_skipped_expired_and_undone_gold_counts_as_given_out_no_more(desk: Desk) -> None:
    batch, labels = gold_batch(desk, tasks=30, known=dict.fromkeys(range(10), "Cat"), overlap=1, share=100)
    (worker,) = crew(desk, 1)
    desk.do(work.start, worker, batch=batch)
    met: Counter[str] = Counter()
    for _ in range(60):
        card = desk.card(worker)
        if card is None:
            break
        is_gold = desk.task(worker) in labels
        if is_gold and met["gold"] % 3 == 0:
            from usecases import reporting

            desk.do(reporting.skip, worker, assignment=card)
        elif is_gold and met["gold"] % 3 == 1:
            desk.pass_time(100_000)
            desk.make(leases.expire, now=desk.now)
            counters(desk, batch)
            desk.do(work.start, worker, batch=batch)
        else:
            desk.do(work.submit, worker, assignment=card, answer_index=0)
            if is_gold:
                desk.do(work.undo, worker, submission=desk.undo_id(worker))
                counters(desk, batch)
                desk.do(work.submit, worker, assignment=desk.card(worker), answer_index=1)
        met["gold"] += is_gold
        counters(desk, batch)
    assert met["gold"] >= 6
    books_are_right(desk.tx)


def test_a_fresh_worker_meets_gold_sooner_than_one_who_has_done_much(desk: Desk) -> None:
    first = rules.weight(0, load=300)
    later = rules.weight(200, load=300)
    assert first > 4 * later
    mean = sum(rules.weight(done, load=300) for done in range(300)) / 300
    assert mean == pytest.approx(1, rel=0.05)


def test_gold_counts_in_what_a_worker_may_do(desk: Desk) -> None:
    batch, _ = gold_batch(desk, tasks=12, known={0: "Cat"})
    found = batches.by_id(desk.tx, batch)
    assert found is not None and limit_for_one(found) == 12


def test_the_quote_and_what_fits_have_the_gold_in_them(desk: Desk) -> None:
    owner = desk.make(make_owner)
    draft = desk.make(make_draft, n_tasks=100, by=owner, price=PRICE, overlap=2)
    ids = [row["id"] for row in desk.tx.all("select id from tasks where batch_id = :b order by id limit 10", b=draft)]
    for task in ids:
        desk.make(gold.give, Given(task, "cat "), by=owner.id, now=desk.now)
    desk.make(gold_matching.match_again, draft)
    found = batches.by_id(desk.tx, draft)
    assert found is not None and (found.tasks, found.gold) == (90, 10)
    desk.make(add_funds, by=owner, amount=5_000_000, now=desk.now)
    quote = measuring.quote_of(desk.tx, found)
    assert quote.cost is not None and quote.cost.pay == (180 + 18) * PRICE
    assert quote.fitting is not None and quote.fitting.total <= 5_000_000
    one_more = cost(quote.fit + 1, 2, PRICE, rates_of(desk.rules), gold=rules.budget(found, quote.fit + 1))
    assert one_more.total > 5_000_000
    desk.make(publish, by=owner, batch=draft, tasks=quote.fit, cost=quote.fitting.total, now=desk.now)
    counters(desk, draft)
    rest = batches.newest(desk.tx, "draft", limit=1)[0]
    assert (rest.tasks, rest.gold) == (90 - quote.fit, 0)
    books_are_right(desk.tx)
