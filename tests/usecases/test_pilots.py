"""A pilot: whom it goes to, what it measures, what it fixes, and what becomes of its money and its answers."""

from __future__ import annotations

import pytest

from bot.rendering.message import Nothing
from domain import ledger as accounts
from domain.drafts import FIELDS
from domain.floors import WAKING_HOURS
from domain.joining import CoordinatorsOnly
from domain.offers import NEXT_WAVE
from domain.refusals_batches import (
    DraftChanged,
    NotEnoughFunds,
    NotPublished,
    PilotBegun,
    PilotFixes,
    PriceOnlyUp,
)
from domain.refusals_work import PilotFull
from domain.rules import DAY, HOUR, MINUTE, SECOND, Rules
from storage import ledger
from tests.builders import make_draft, make_worker
from tests.steps import books_are_right, buttons, make_reviewer, render, screen, sent, take, told, write, write_again
from tests.usecases.desk import Desk
from tests.usecases.piloting import (
    PRICE,
    answers,
    batch_of,
    begin,
    causes,
    drafted,
    measured,
    piloted,
    publish,
    screen_of,
    view,
)
from tests.usecases.test_waves import crew, go, offered
from usecases import (
    drafts,
    exports,
    leases,
    pilots,
    publishing,
    reporting,
    reviews,
    work,
)


@pytest.fixture
def desk() -> Desk:
    return Desk(Rules(bot_username="tallyhand_bot", quick_tap_millis=0))


def test_a_pilot_reserves_ten_tasks_and_stays_a_draft_for_its_coordinator(desk: Desk) -> None:
    owner, draft = drafted(desk)
    assert begin(desk, owner, draft) == 10 * PRICE * 153 // 100  # half as much for top-ups, 2 % of both for fees
    assert ledger.balance(desk.tx, accounts.reserve(draft)) == 10 * PRICE
    shown = screen(desk.tx, owner, "batch")
    assert "40 photos" in shown.text and "draft" in shown.text and "Pilot: 0 of 10 answered" in shown.text
    assert "30 × 1 × $0.05 = $1.50" in shown.text
    assert {"Preview", "Price", "Discard"} <= set(buttons(shown))
    assert not {"Pilot", "Publish", "Question", "Answers", "Overlap", "Floor"} & set(buttons(shown))
    with pytest.raises(PilotBegun):
        desk.do(pilots.begin, owner, batch=draft, tasks=10, cost=765_000)
    with pytest.raises(NotPublished):
        desk.do(publishing.pause, owner, batch=draft)
    books_are_right(desk.tx)


def test_a_pilot_has_all_tasks_when_there_are_fewer_and_at_most_what_the_funds_cover(desk: Desk) -> None:
    owner, few = drafted(desk, 4, overlap=3)
    quoted = view(desk, few).quote.cost
    assert quoted is not None and view(desk, few).pilot == pilots.PilotOffer(4, quoted)
    other = desk.make(make_draft, n_tasks=40, price=20_000_000, by=owner)
    offer = view(desk, other).pilot
    assert isinstance(offer, pilots.PilotOffer) and offer.tasks == 3  # 3 × 30.60 fit the 100
    dear = desk.make(make_draft, n_tasks=40, price=90_000_000, by=owner)
    assert view(desk, dear).pilot is None
    with pytest.raises(NotEnoughFunds):
        desk.do(pilots.begin, owner, batch=dear, tasks=1, cost=137_700_000)
    with pytest.raises(DraftChanged):
        desk.do(pilots.begin, owner, batch=other, tasks=2, cost=1)


def test_who_waited_longest_are_offered_it_three_at_most(desk: Desk) -> None:
    ids = [one.id for one in crew(desk, 7)]
    desk.tx.run("update people_languages set turn = 100 - person_id")
    _, draft = piloted(desk)
    assert go(desk, draft) == sorted(ids, reverse=True)[:3]
    sent(desk.tx)
    desk.pass_time(NEXT_WAVE / SECOND)
    assert len(go(desk, draft)) == 3, "nobody came, so the next three are asked"


def test_a_fourth_worker_is_told_kindly_and_gets_in_when_those_before_have_left_it(desk: Desk) -> None:
    *first, fourth = crew(desk, 4)
    _, draft = piloted(desk, overlap=4)
    go(desk, draft)
    for worker in first:
        take(desk.tx, worker, draft, now=desk.now)
    assert [choice.batch.id for choice in work.choices(desk.tx, fourth.id, now=desk.now)] == []
    with pytest.raises(PilotFull):
        desk.do(work.start, fourth, batch=draft)
    for worker in first:
        desk.do(work.stop, worker)
    assert [choice.batch.id for choice in work.choices(desk.tx, fourth.id, now=desk.now)] == [draft]
    answers(desk, fourth, draft, 1)


def test_one_worker_does_a_share_unless_nobody_else_is_there(desk: Desk) -> None:
    ana, _, _ = crew(desk, 3)
    _, draft = piloted(desk)
    go(desk, draft)
    answers(desk, ana, draft, 4)
    desk.do(work.show, ana)
    assert desk.card(ana) is None, "ten tasks are shared by three"
    sent(desk.tx)
    desk.pass_time(NEXT_WAVE / SECOND)
    go(desk, draft)
    answers(desk, ana, draft, 6)
    books_are_right(desk.tx)


def test_pilot_answers_are_paid_and_count_when_the_whole_is_published(desk: Desk) -> None:
    owner, draft, workers = measured(desk)
    assert "pilot_done" in told(desk.tx, owner)
    shown = screen_of(desk, owner, draft)
    assert "measured in the pilot" in shown.text and "Pilot: 10 of 10 answered, 3 workers, about 9 s each" in shown.text
    assert publish(desk, owner, draft).tasks == 40
    found = batch_of(desk, draft)
    assert (found.tasks, found.done, found.submissions, found.wanted, found.piloting) == (40, 10, 10, 40, False)
    assert causes(desk, draft)[:3] == [
        f"batch:{draft}:{event}" for event in ("reserved", "topups_reserved", "fees_reserved")
    ]
    assert ledger.balance(desk.tx, accounts.reserve(draft)) == 30 * PRICE
    assert ledger.balance(desk.tx, accounts.topups(draft)) == 40 * PRICE // 2
    answers(desk, workers[0], draft, 30)
    assert batch_of(desk, draft).done == 40
    assert ledger.balance(desk.tx, accounts.in_review(workers[0].id)) == 34 * PRICE
    books_are_right(desk.tx)
    desk.do(exports.ask, owner, batch=draft)
    plan = exports.plan(desk.tx, draft)
    assert len(exports.submissions_page(desk.tx, plan, after=0, upto=10**9).rows) == 40


def test_when_it_is_published_those_of_the_pilot_are_offered_it_too(desk: Desk) -> None:
    owner, draft, workers = measured(desk)
    sent(desk.tx)
    publish(desk, owner, draft)
    assert sorted(offered(desk, draft)) == sorted(one.id for one in workers)
    assert "36 photos" in screen(desk.tx, workers[0], "offer").text


def test_a_pilot_fixes_what_its_workers_were_asked_and_its_price_only_rises(desk: Desk) -> None:
    owner, draft = piloted(desk, caption="> Look well.")
    for field, text in (("question", "Is it a dog?"), ("answers", "Yes\nNo"), ("overlap", "2"), ("language", "fr")):
        with pytest.raises(PilotFixes):
            desk.do(drafts.answer_field, owner, text=text, batch=draft, field=field)
    with pytest.raises(PilotFixes):
        desk.do(drafts.amend, owner, text="Is it a cat?", batch=draft)
    with pytest.raises(PriceOnlyUp):
        desk.do(drafts.answer_field, owner, text="0.04", batch=draft, field="price")
    desk.do(drafts.answer_field, owner, text="Look very well.", batch=draft, field="instructions")
    assert batch_of(desk, draft).face.instructions == "Look very well."
    desk.do(drafts.answer_field, owner, text="0.06", batch=draft, field="price")
    assert ledger.balance(desk.tx, accounts.reserve(draft)) == 10 * 60_000
    with pytest.raises(NotEnoughFunds):
        desk.do(drafts.answer_field, owner, text="50", batch=draft, field="price")
    books_are_right(desk.tx)


def test_a_higher_price_holds_for_what_is_not_answered_yet_also_when_an_answer_is_taken_back(desk: Desk) -> None:
    owner, draft = piloted(desk)
    ana = desk.make(make_worker)
    answers(desk, ana, draft, 2)
    desk.do(drafts.answer_field, owner, text="0.07", batch=draft, field="price")
    undo = desk.undo_id(ana)
    assert undo is not None
    desk.do(work.undo, ana, submission=undo)
    books_are_right(desk.tx)
    answers(desk, ana, draft, 2)
    earned = [row["price"] for row in desk.tx.all("select price from submissions where state = 'pending' order by id")]
    assert earned == [PRICE, 70_000, 70_000]
    books_are_right(desk.tx)


def test_leases_skips_and_reports_go_on_in_a_pilot(desk: Desk) -> None:
    ana, ben, cleo = crew(desk, 3)
    _owner, draft = piloted(desk, overlap=3)
    first = take(desk.tx, ana, draft, now=desk.now)
    desk.do(reporting.skip, ana, assignment=first)
    take(desk.tx, ben, draft, now=desk.now)
    desk.pass_time(DAY / SECOND)
    desk.make(leases.expire, now=desk.now)
    for worker in (ana, ben, cleo):
        card = take(desk.tx, worker, draft, now=desk.now)
        desk.do(reporting.report, worker, assignment=card, reason=1)
    waiting = desk.tx.all("select id from tasks where batch_id = :id and state = 'paused' and reports = 0", id=draft)
    assert len(waiting) == 30, "what rests is not what was reported"
    books_are_right(desk.tx)


def test_silence_pays_a_pilot_too(desk: Desk) -> None:
    _, _draft, workers = measured(desk)
    desk.pass_time(2 * DAY / SECOND)
    desk.make(reviews.accept_due, now=desk.now)
    assert ledger.balance(desk.tx, accounts.available(workers[0].id)) >= 4 * PRICE
    books_are_right(desk.tx)


def test_discarding_pays_what_was_answered_and_gives_back_the_rest(desk: Desk) -> None:
    owner, draft = piloted(desk)
    ana = desk.make(make_worker)
    answers(desk, ana, draft, 3)
    desk.do(work.stop, ana)
    desk.do(drafts.ask_discard, owner, batch=draft)
    assert "Its pilot ends" in screen(desk.tx, owner, "brief_discard").text
    desk.do(drafts.discard, owner, batch=draft)
    assert batch_of(desk, draft).state == "closed" and not batch_of(desk, draft).piloting
    assert ledger.balance(desk.tx, accounts.reserve(draft)) == 0
    assert ledger.balance(desk.tx, accounts.in_review(ana.id)) == 3 * PRICE
    desk.do(exports.ask, owner, batch=draft)
    books_are_right(desk.tx)


def test_a_pilot_of_all_there_is_becomes_the_batch(desk: Desk) -> None:
    workers = crew(desk, 2)
    owner, draft = piloted(desk, 6)
    for worker, count in zip(workers, (4, 2), strict=True):
        answers(desk, worker, draft, count)
    found = batch_of(desk, draft)
    assert (found.state, found.piloting, found.done) == ("open", False, 6)
    assert "batch_done" in told(desk.tx, owner)
    desk.do(publishing.close, owner, batch=draft)
    books_are_right(desk.tx)


def test_publishing_a_part_leaves_the_rest_as_a_draft_that_can_have_its_own_pilot(desk: Desk) -> None:
    owner, draft, _ = measured(desk, funds=2_000_000)
    quote = view(desk, draft).quote
    assert 10 < quote.fit < 40
    left = publish(desk, owner, draft).left_in
    assert left is not None
    rest = batch_of(desk, left)
    assert (rest.state, rest.tasks, rest.pilot_tasks, rest.floor) == ("draft", 40 - quote.fit, None, None)
    assert desk.value("select count(*) from tasks where batch_id = :id and state <> 'open'", id=left) == 0
    books_are_right(desk.tx)


def test_a_pilot_nobody_takes_is_told_once_after_a_day_of_waking_hours(desk: Desk) -> None:
    owner, draft = piloted(desk)
    desk.sent(owner)
    begun = desk.now
    desk.make(pilots.run_due, now=begun + WAKING_HOURS * HOUR)
    assert told(desk.tx, owner) == [], "eleven hours of these were quiet"
    desk.make(pilots.run_due, now=begun + (WAKING_HOURS + 22) * HOUR - SECOND)
    assert told(desk.tx, owner) == []
    for _ in range(2):
        desk.make(pilots.run_due, now=begun + (WAKING_HOURS + 22) * HOUR)
    assert told(desk.tx, owner) == ["pilot_waits"]
    shown = buttons(screen(desk.tx, owner, "pilot_waits"))
    assert shown["Raise price"] == ("b_field", (draft, FIELDS.index("price")))
    assert shown["Invite"][0] == "invite"
    answers(desk, desk.make(make_worker), draft, 1)
    assert isinstance(render(desk.tx, "pilot_waits", {"batch": draft}, owner), Nothing), "it has lost its point"


def test_a_taken_pilot_is_not_told_of(desk: Desk) -> None:
    owner, draft = piloted(desk)
    answers(desk, desk.make(make_worker), draft, 1)
    desk.sent(owner)
    desk.make(pilots.run_due, now=desk.now + 9 * DAY)
    assert "pilot_waits" not in told(desk.tx, owner)


def test_only_coordinators_pilot(desk: Desk) -> None:
    _, draft = drafted(desk)
    with pytest.raises(CoordinatorsOnly):
        desk.do(pilots.begin, desk.make(make_worker), batch=draft, tasks=10, cost=765_000)
    with pytest.raises(CoordinatorsOnly):
        desk.do(drafts.set_price, desk.make(make_worker), batch=draft, price=1)


def test_a_pilot_answer_that_is_sent_back_is_written_anew_also_at_a_higher_price(desk: Desk) -> None:
    ana, rita = desk.make(make_worker), desk.make(make_reviewer)
    owner, draft = piloted(desk, kind="write_reply")
    reply = write(desk.tx, ana, draft, "Short.", now=desk.now)
    reviews.send_back(
        desk.tx, by=rita, submission_id=reply, version=1, reason="Please say more.", now=desk.now + 2 * MINUTE
    )
    desk.pass_time(600)
    desk.do(drafts.answer_field, owner, text="0.90", batch=draft, field="price")
    books_are_right(desk.tx)
    write_again(desk.tx, ana, "A longer reply.", now=desk.now)
    books_are_right(desk.tx)
