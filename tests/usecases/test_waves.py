"""Waves of offers: who gets one and when, what stops them, what the coordinator sees."""

from __future__ import annotations

import pytest

from domain.notices import Lane
from domain.offers import A_DAY, ACTIVE, NEXT_WAVE, NOBODY_LEFT, SMALLEST
from domain.people import Person
from domain.rules import DAY
from storage import batches, broadcasts, consents, enrolments, jobs, offers, outbox, people, sessions
from tests.builders import finish_jobs, make_batch, make_owner, make_worker
from tests.steps import screen, sent
from tests.usecases.desk import Desk
from usecases import delivery, leaving, progress, publishing, settings, waves
from usecases import offers as answers

PRICE = 50_000


@pytest.fixture
def desk() -> Desk:
    return Desk()


def crew(desk: Desk, count: int) -> list[Person]:
    return [desk.make(make_worker, 100 + number, f"W{number}") for number in range(count)]


def go(desk: Desk, batch: int, *, limit: int = 200) -> list[int]:
    """Take the steps that are to be taken; returns who has a new offer, in order."""
    before = offered(desk, batch)
    for _ in range(100):
        if not desk.make(waves.offer_step, batch=batch, now=desk.now, limit=limit):
            break
    return [one for one in offered(desk, batch) if one not in before]


def offered(desk: Desk, batch: int) -> list[int]:
    rows = desk.tx.all("select person_id from outbox where key = 'offer' and campaign = :id order by id", id=batch)
    return [row["person_id"] for row in rows]


def due(desk: Desk) -> list[int]:
    """Whom the sender would send to now."""
    return [row.person_id for row in broadcasts.due(desk.tx, now=desk.now, limit=100)]


def big(desk: Desk, **more: int) -> int:
    """A batch with more places than the crew can do."""
    return desk.make(make_batch, n_tasks=200, overlap=3, caption="max 1", **more)


def test_each_matching_worker_is_offered_the_batch_once_in_bounded_steps(desk: Desk) -> None:
    ids = [one.id for one in crew(desk, 9)]
    people.change(desk.tx, ids[0], reachable=0)
    people.change(desk.tx, ids[1], listening="no_offers")
    people.change(desk.tx, ids[2], suspended_at=desk.now)
    people.change(desk.tx, ids[3], is_worker=0)
    people.set_languages(desk.tx, ids[4], ["fr"])
    consents.withdraw(desk.tx, ids[5], now=desk.now)
    people.change(desk.tx, ids[6], listening="nothing")
    batch = big(desk)
    assert go(desk, batch, limit=1) == ids[7:]
    row = desk.tx.one("select lane, campaign from outbox where key = 'offer'")
    assert row is not None and tuple(row) == (Lane.BROADCAST, batch)
    assert desk.value("select offers from batches where id = :id", id=batch) == 2
    sent(desk.tx)
    desk.pass_time(3 * 3600)
    assert go(desk, batch) == []


def test_a_wave_is_as_large_as_the_batch_can_feed_and_the_next_follows_when_places_stay_free(desk: Desk) -> None:
    ids = [one.id for one in crew(desk, 3 * SMALLEST)]
    batch = desk.make(make_batch, n_tasks=3)
    assert go(desk, batch) == ids[:SMALLEST]
    desk.pass_time(60)
    assert go(desk, batch) == []
    desk.pass_time(NEXT_WAVE / 10**6)
    assert go(desk, batch) == [], "the first has not gone out yet"
    sent(desk.tx)
    desk.pass_time(NEXT_WAVE / 10**6)
    assert go(desk, batch) == ids[SMALLEST : 2 * SMALLEST]
    sent(desk.tx)
    batches.change(desk.tx, batch, submissions=3)
    desk.pass_time(NEXT_WAVE / 10**6)
    assert go(desk, batch) == [], "nothing is free"
    batches.change(desk.tx, batch, submissions=2)
    desk.pass_time(NEXT_WAVE / 10**6)
    assert go(desk, batch) == ids[2 * SMALLEST :]


def test_the_tick_asks_for_what_is_due_once(desk: Desk) -> None:
    crew(desk, 1)
    batch = big(desk)
    desk.make(finish_jobs, "offers", now=desk.now)
    waves.begin_due(desk.tx, now=desk.now)
    waves.begin_due(desk.tx, now=desk.now)
    assert len(jobs.of_batch(desk.tx, batch, "offers")) == 1
    go(desk, batch)
    desk.make(finish_jobs, "offers", now=desk.now)
    waves.begin_due(desk.tx, now=desk.now + NOBODY_LEFT - 1)
    assert jobs.of_batch(desk.tx, batch, "offers") == []
    waves.begin_due(desk.tx, now=desk.now + NOBODY_LEFT)
    assert len(jobs.of_batch(desk.tx, batch, "offers")) == 1


def test_who_waited_longest_comes_first(desk: Desk) -> None:
    ids = [one.id for one in crew(desk, SMALLEST + 5)]
    assert go(desk, desk.make(make_batch, n_tasks=1)) == ids[:SMALLEST]
    desk.pass_time(60)
    assert go(desk, desk.make(make_batch, n_tasks=1)) == ids[SMALLEST:] + ids[: SMALLEST - 5]


def test_who_worked_lately_or_is_new_comes_before_the_others(desk: Desk) -> None:
    old = [one.id for one in crew(desk, SMALLEST + 5)]
    desk.pass_time((ACTIVE + DAY) / 10**6)
    back = old[-2:]
    for one in back:
        sessions.put(desk.tx, one, batch_id=None, assignment_id=None, undo_submission_id=None, now=desk.now - 2 * DAY)
    new = desk.make(make_worker, 500, "New", now=desk.now)
    assert go(desk, desk.make(make_batch, n_tasks=1, now=desk.now)) == [*back, new.id, *old[: SMALLEST - 3]]


def test_nobody_is_offered_more_than_so_many_batches_a_day(desk: Desk) -> None:
    (ana,) = crew(desk, 1)
    assert [go(desk, big(desk)) for _ in range(A_DAY + 1)] == [[ana.id]] * A_DAY + [[]]
    desk.pass_time(24 * 3600)
    assert go(desk, big(desk, now=desk.now)) == [ana.id]


def test_who_changes_languages_does_not_jump_the_line(desk: Desk) -> None:
    ana, ben = crew(desk, 2)
    go(desk, big(desk))
    offers.offered(desk.tx, ben.id, day=0, now=1)
    people.set_languages(desk.tx, ana.id, ["en", "fr"])
    desk.pass_time(60)
    assert go(desk, big(desk)) == [ben.id, ana.id]


def test_in_quiet_hours_nothing_is_offered_and_in_the_morning_it_is() -> None:
    desk = Desk()
    ana, ben = crew(desk, 2)
    people.change(desk.tx, ben.id, utc_offset=-8 * 60)
    desk.pass_time(10 * 3600)  # 22:00 with Ana, 14:00 with Ben
    batch = big(desk, now=desk.now)
    assert go(desk, batch) == [ben.id]
    sent(desk.tx)
    desk.pass_time(10 * 3600)
    assert go(desk, batch) == [ana.id]


def test_who_sleeps_holds_up_no_wave_to_others(desk: Desk) -> None:
    crew(desk, SMALLEST)
    batch = desk.make(make_batch, n_tasks=3)
    asleep = go(desk, batch)[0]
    row = next(row for row in broadcasts.due(desk.tx, now=desk.now, limit=99) if row.person_id == asleep)
    delivery.postponed(desk.tx, row_id=row.id, not_before=desk.now + DAY)
    desk.tx.run("delete from outbox where key = 'offer' and id <> :id", id=row.id)
    late = desk.make(make_worker, 900, "Late")
    desk.pass_time(NEXT_WAVE / 10**6)
    assert go(desk, batch) == [late.id]


@pytest.mark.parametrize("answer", ["later", "refused", "working"])
def test_who_answered_an_offer_gets_no_other_of_that_batch(desk: Desk, answer: str) -> None:
    (ana,) = crew(desk, 1)
    batch = big(desk)
    enrolments.set_state(desk.tx, ana.id, batch, answer)
    assert go(desk, batch) == []


def test_an_offer_leads_to_work_and_its_answers_count(desk: Desk) -> None:
    ana, ben = crew(desk, 2)
    batch = big(desk)
    go(desk, batch)
    desk.do(answers.accept, ana, batch=batch)
    desk.do(answers.put_off, ben, batch=batch)
    assert desk.value("select opened from batches where id = :id", id=batch) == 1
    assert desk.card(ana) is not None


def test_a_pause_holds_what_waits_at_once_and_resume_goes_on(desk: Desk) -> None:
    ids = [one.id for one in crew(desk, 6)]
    batch, owner = big(desk), desk.make(make_owner)
    for _ in range(2):
        assert waves.offer_step(desk.tx, batch=batch, now=desk.now, limit=2)
    row = broadcasts.due(desk.tx, now=desk.now, limit=9)[0]
    desk.do(publishing.pause, owner, batch=batch)
    assert due(desk) == []
    assert outbox.load(desk.tx, row.id) is None, "nor what the sender has in hand"
    assert go(desk, batch) == []
    desk.make(finish_jobs, "offers", now=desk.now)
    desk.do(publishing.resume, owner, batch=batch)
    assert due(desk) == ids[:4]
    assert outbox.load(desk.tx, row.id) is not None
    assert len(jobs.of_batch(desk.tx, batch, "offers")) == 1
    assert go(desk, batch) == ids[4:]


def test_a_closed_batch_sends_nothing_more_and_its_rows_go_in_steps(desk: Desk) -> None:
    crew(desk, 6)
    batch, owner = big(desk), desk.make(make_owner)
    go(desk, batch)
    outbox.sent(desk.tx, broadcasts.due(desk.tx, now=desk.now, limit=1)[0].id)
    desk.make(finish_jobs, "offers", now=desk.now)
    desk.do(publishing.close, owner, batch=batch)
    assert due(desk) == []
    assert len(jobs.of_batch(desk.tx, batch, "offers")) == 1
    assert broadcasts.cancel(desk.tx, batch, limit=2) == 2
    assert not waves.offer_step(desk.tx, batch=batch, now=desk.now)
    assert broadcasts.waiting(desk.tx, batch) == 0
    assert desk.value("select offers from batches where id = :id", id=batch) == 1, "what went out"


def test_a_close_between_the_last_step_and_the_end_of_the_job_drops_what_waits(desk: Desk) -> None:
    crew(desk, 6)
    batch, owner = big(desk), desk.make(make_owner)
    go(desk, batch)
    (last,) = jobs.of_batch(desk.tx, batch, "offers")
    desk.do(publishing.close, owner, batch=batch)
    jobs.close(desk.tx, last.id, now=desk.now)
    assert len(jobs.of_batch(desk.tx, batch, "offers")) == 1


def test_a_batch_without_free_places_offers_nothing_until_one_is_free(desk: Desk) -> None:
    crew(desk, 3)
    batch = big(desk)
    go(desk, batch)
    batches.change(desk.tx, batch, submissions=590, leased=10)
    assert due(desk) == []
    batches.change(desk.tx, batch, leased=9)
    assert len(due(desk)) == 3


@pytest.mark.parametrize("how", ["stop", "stop offers only", "offers off", "blocked"])
def test_who_wants_no_offers_any_more_gets_none_that_wait(desk: Desk, how: str) -> None:
    ana, ben = crew(desk, 2)
    batch = big(desk)
    go(desk, batch)
    if how == "stop":
        desk.do(leaving.stop, ana)
    elif how == "stop offers only":
        desk.do(leaving.stop_offers_only, ana)
    elif how == "offers off":
        desk.do(settings.set_offers, ana, wanted=False)
    else:
        delivery.unreachable(desk.tx, person_id=ana.id, now=desk.now)
    assert due(desk) == [ben.id]
    assert desk.value("select offers from batches where id = :id", id=batch) == 1


def test_a_clock_that_is_set_back_holds_up_no_offer_but_those_put_off(desk: Desk) -> None:
    ana, ben = crew(desk, 2)
    go(desk, big(desk))
    row = next(row for row in broadcasts.due(desk.tx, now=desk.now, limit=9) if row.person_id == ben.id)
    delivery.postponed(desk.tx, row_id=row.id, not_before=desk.now + DAY)
    desk.pass_time(-3600)
    assert due(desk) == [ana.id]


def test_two_batches_share_the_way_out(desk: Desk) -> None:
    crew(desk, 4)
    first, second = big(desk), big(desk)
    go(desk, first)
    go(desk, second)
    assert [row.campaign for row in broadcasts.due(desk.tx, now=desk.now, limit=2)] == [first, second, first, second]


def test_the_coordinator_sees_how_far_the_offers_are(desk: Desk) -> None:
    crew(desk, 90)
    batch, owner = big(desk), desk.make(make_owner)
    go(desk, batch)
    for row in broadcasts.due(desk.tx, now=desk.now, limit=30):
        outbox.sent(desk.tx, row.id)
    progress.show(desk.tx, owner, batch, now=desk.now)
    shown = screen(desk.tx, owner, "batch").text
    assert "Offers: 30 of 90 sent, about 2 s left" in shown
    assert "Offered 30 · opened 0" in shown
    desk.do(publishing.pause, owner, batch=batch)
    assert "Offers: 30 of 90 sent\n" in screen(desk.tx, owner, "batch").text
    desk.tx.run("delete from outbox where key = 'offer'")
    assert "Offers:" not in screen(desk.tx, owner, "batch").text
