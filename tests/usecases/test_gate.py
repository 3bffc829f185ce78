"""The gate: nothing is published below its floor, nor unmeasured where there is one."""

from __future__ import annotations

import pytest

from domain import ledger as accounts
from domain.floors import answers_to_measure
from domain.refusals_batches import (
    BelowFloor,
    BriefProblem,
    DraftChanged,
    NotMeasured,
)
from domain.rules import Rules
from storage import ledger
from tests.builders import make_draft, make_worker
from tests.builders import publish as publish_anyway
from tests.steps import books_are_right, buttons, screen, take
from tests.usecases.desk import Desk
from tests.usecases.piloting import (
    PRICE,
    answers,
    batch_of,
    begin,
    drafted,
    measured,
    publish,
    screen_of,
    view,
)
from usecases import (
    drafts,
    measuring,
)


@pytest.fixture
def desk() -> Desk:
    return Desk(Rules(bot_username="tallyhand_bot", quick_tap_millis=0))


def test_nothing_is_published_unmeasured_where_there_is_a_floor(desk: Desk) -> None:
    owner, draft = drafted(desk)
    shown = screen_of(desk, owner, draft)
    assert "Pilot" in buttons(shown) and "Publish" not in buttons(shown)
    with pytest.raises(NotMeasured):
        publish(desk, owner, draft)
    begin(desk, owner, draft)
    with pytest.raises(NotMeasured):
        publish(desk, owner, draft)


def test_without_a_floor_nothing_needs_measuring() -> None:
    desk = Desk(Rules(floor=0))
    owner, draft = drafted(desk)
    assert {"Pilot", "Publish"} <= set(buttons(screen_of(desk, owner, draft)))
    assert publish(desk, owner, draft).tasks == 40
    assert batch_of(desk, draft).floor == 0


def test_below_the_floor_the_price_that_would_do_is_one_tap(desk: Desk) -> None:
    owner, draft, _ = measured(desk, seconds=18)
    shown = screen_of(desk, owner, draft)
    assert "Set price to $0.0" in "".join(buttons(shown)) and "Publish" not in buttons(shown)
    with pytest.raises(BelowFloor) as refused:
        publish(desk, owner, draft)
    would_do = refused.value.params["amount"]
    assert isinstance(would_do, int) and would_do > PRICE
    with pytest.raises(DraftChanged):
        desk.do(drafts.set_price, owner, batch=draft, price=would_do + 1)
    desk.do(drafts.set_price, owner, batch=draft, price=would_do)
    assert publish(desk, owner, draft).tasks == 40
    assert ledger.balance(desk.tx, accounts.reserve(draft)) == 40 * would_do - 10 * PRICE
    books_are_right(desk.tx)


def test_a_batch_or_a_region_may_ask_for_more_or_for_something_else(desk: Desk) -> None:
    rules = Rules(bot_username="tallyhand_bot", region_floors={"MX": 6_000_000, "FR": 30_000_000})
    for line, floor in (
        ("", 15_000_000),
        ("floor 25", 25_000_000),
        ("region MX", 6_000_000),
        ("region FR", 30_000_000),
    ):
        desk = Desk(rules)
        owner, draft = drafted(desk, caption=line)
        assert measuring.gate_of(desk.tx, batch_of(desk, draft)).floor == floor
        begin(desk, owner, draft)
        assert batch_of(desk, draft).floor == floor, "what holds for its top-ups"
    desk = Desk(rules)
    for line in ("floor 14", "region XX", "region FR\nfloor 20"):
        owner, draft = drafted(desk, caption=line)
        assert batch_of(desk, draft).problems, line
    owner, draft = drafted(desk)
    for field, text in (("floor", "3"), ("region", "DE"), ("region", "Mars")):
        with pytest.raises(BriefProblem):
            desk.do(drafts.answer_field, owner, text=text, batch=draft, field=field)
    desk.do(drafts.answer_field, owner, text="mx", batch=draft, field="region")
    desk.do(drafts.answer_field, owner, text="7", batch=draft, field="floor")
    assert (batch_of(desk, draft).region, batch_of(desk, draft).floor) == ("MX", 7_000_000)
    desk.do(drafts.answer_field, owner, text="none", batch=draft, field="floor")
    assert batch_of(desk, draft).floor is None


def test_thirty_answers_of_the_kind_measure_without_a_pilot_and_are_named_as_what_they_are(desk: Desk) -> None:
    owner, earlier = drafted(desk, 30)
    quoted = view(desk, earlier).quote.cost
    assert quoted is not None
    publish_anyway(desk.tx, by=owner, batch=earlier, tasks=30, cost=quoted.total, now=desk.now)
    ana = desk.make(make_worker)
    answers(desk, ana, earlier, 29, seconds=7)
    draft = desk.make(make_draft, n_tasks=20, by=owner)
    with pytest.raises(NotMeasured):
        publish(desk, owner, draft)
    answers(desk, ana, earlier, 1, seconds=7)
    shown = screen_of(desk, owner, draft)
    assert "About 7 s a task (as in your last batches of this kind)" in shown.text
    assert {"Publish", "Pilot"} <= set(buttons(shown))
    written = desk.make(make_draft, "write_reply", n_tasks=20, by=owner)
    with pytest.raises(NotMeasured):
        publish(desk, owner, written)
    publish(desk, owner, draft)
    assert (batch_of(desk, draft).seconds, batch_of(desk, draft).seconds_from) == (7, "kind")
    take(desk.tx, ana, draft, now=desk.now)
    assert "(as in earlier batches)" in screen(desk.tx, ana, "card").text


def test_how_many_answers_tell() -> None:
    assert [answers_to_measure(places) for places in (1, 2, 5, 6, 10, 30)] == [1, 1, 4, 4, 8, 8]
