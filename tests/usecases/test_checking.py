"""How much of somebody's written work is read first: all of a newcomer's, a sample of everybody's."""

from __future__ import annotations

from itertools import pairwise

import pytest

from domain.people import Person
from domain.qualification import FIRST_CHECKED, LEAST_CHECKED
from domain.rules import MINUTE, SECOND
from storage import batches, reviews
from storage.database import Tx
from tests.builders import NOON, make_batch, make_worker
from tests.steps import REPLY_PRICE, make_reviewer, write
from tests.usecases.desk import Desk
from usecases import checking
from usecases.reviews import accept, open_queue, send_back_for, skip


@pytest.fixture
def tx() -> Tx:
    return Desk().tx


def judged(tx: Tx, reviewer: Person, submission: int, *, good: bool, now: int) -> None:
    """The reviewer accepts it, or sends it back."""
    if good:
        accept(tx, by=reviewer, submission_id=submission, version=1, now=now)
    else:
        send_back_for(tx, by=reviewer, submission_id=submission, version=1, code=0, now=now)


def shown_to(tx: Tx, reviewer: Person) -> int:
    """The submission on the reviewer's screen."""
    return int(
        tx.value(
            "select params ->> 'submission' from outbox where person_id = :id and key = 'review'"
            " order by id desc limit 1",
            id=reviewer.id,
        )
    )


def test_all_first_pieces_are_checked_then_as_many_as_may_be_bad_and_never_none(tx: Tx) -> None:
    ana, rita = make_worker(tx), make_reviewer(tx)
    batch = batches.by_id(tx, make_batch(tx, "write_reply", 80, REPLY_PRICE))
    assert batch is not None
    shares = []
    for number in range(40):
        shares.append(checking.share(tx, ana.id, batch))
        one = write(tx, ana, batch.id, f"Reply {number}", now=NOON + number * 2 * MINUTE)
        assert (number >= FIRST_CHECKED) or reviews.comes_first(tx, one)
        judged(tx, rita, one, good=True, now=NOON + number * 2 * MINUTE + 90 * SECOND)
    assert shares[:FIRST_CHECKED] == [1.0] * FIRST_CHECKED
    assert all(1 > one >= other >= LEAST_CHECKED for one, other in pairwise(shares[10:]))
    assert shares[-1] < 0.1
    first = [reviews.comes_first(tx, row["id"]) for row in tx.all("select id from submissions order by id")]
    assert not all(first[FIRST_CHECKED:])


def test_work_that_came_back_raises_the_share_again(tx: Tx) -> None:
    ana, rita = make_worker(tx), make_reviewer(tx)
    batch = batches.by_id(tx, make_batch(tx, "write_reply", 40, REPLY_PRICE))
    assert batch is not None
    for number in range(16):
        one = write(tx, ana, batch.id, f"Reply {number}", now=NOON + number * 2 * MINUTE)
        before = checking.share(tx, ana.id, batch)
        judged(tx, rita, one, good=number < 14, now=NOON + number * 2 * MINUTE + 90 * SECOND)
        if number >= 14:
            assert checking.share(tx, ana.id, batch) > before
    assert checking.share(tx, make_worker(tx, 101, "Bob").id, batch) == 1.0


def test_a_newcomers_work_is_read_before_older_work_of_somebody_known_and_all_is_read(tx: Tx) -> None:
    ana, bob, rita = make_worker(tx), make_worker(tx, 101, "Bob"), make_reviewer(tx)
    batch = make_batch(tx, "write_reply", 20, REPLY_PRICE, 2)
    known = [write(tx, ana, batch, f"Known {number}", now=NOON + number * 2 * MINUTE) for number in range(3)]
    tx.run("update submissions set review_first = 0 where worker_id = :id", id=ana.id)
    new = [write(tx, bob, batch, f"New {number}", now=NOON + (10 + number) * 2 * MINUTE) for number in range(2)]
    now = NOON + 60 * MINUTE
    open_queue(tx, by=rita, now=now)
    seen = [shown_to(tx, rita)]
    for _ in range(5):
        skip(tx, by=rita, submission_id=seen[-1], now=now)
        seen.append(shown_to(tx, rita))
    assert seen == [*new, *known, new[0]]
    accept(tx, by=rita, submission_id=new[0], version=1, now=now)
    assert shown_to(tx, rita) == new[1]


def test_tapped_work_asks_nothing_and_is_never_put_first(tx: Tx) -> None:
    ana = make_worker(tx)
    batch = batches.by_id(tx, make_batch(tx))
    assert batch is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.delattr(Tx, "one")  # any look-up would fail
        assert checking.comes_first(tx, ana.id, batch, 1) is False
