"""Working: the next card, one tap, undo, skip, reports, stopping; told by rows on the real schema."""

from __future__ import annotations

import itertools

import pytest

from domain import ledger as accounts
from domain.kinds import UnknownAnswer
from domain.people import CONSENT_VERSION
from domain.refusals import StaleButton
from domain.refusals_work import (
    AlreadyAnswered,
    NewPhoto,
    NewTask,
    NoConsent,
    NotAWorker,
    NothingToUndo,
    OtherLanguage,
    Suspended,
)
from domain.rules import SECOND
from storage import batches, consents, enrolments, ledger, people, worker_days
from tests.builders import make_batch, make_owner, make_person, make_worker
from tests.usecases.desk import Desk
from usecases import leaving, offers, publishing, reporting, typed, work
from usecases.answering import Outcome

PRICE = 50_000


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_with_one_batch_open_the_card_comes_at_once(desk: Desk) -> None:
    batch = desk.make(make_batch)
    ana = desk.make(make_worker)
    desk.do(work.show, ana)
    assert desk.queued(ana) == ["card"]
    assert desk.card(ana) is not None
    found = batches.by_id(desk.tx, batch)
    assert found is not None and found.opened == 1


def test_one_tap_saves_pays_and_shows_the_next(desk: Desk) -> None:
    batch = desk.make(make_batch)
    ana = desk.make(make_worker)
    desk.do(work.show, ana)
    first = desk.card(ana)
    receipt = desk.do(work.submit, ana, assignment=first, answer_index=1)
    assert (receipt.outcome, receipt.amount) == (Outcome.SAVED, PRICE)
    assert ledger.balance(desk.tx, accounts.in_review(ana.id)) == PRICE
    assert ledger.balance(desk.tx, accounts.reserve(batch)) == 2 * PRICE
    assert desk.card(ana) not in (None, first)
    assert desk.value("select answer from submissions") == '{"choice": 1, "label": "Dog"}'
    assert desk.value("select active_micros from submissions") == 1 * SECOND
    today = worker_days.between(desk.tx, ana.id, 0, 2**31)
    assert (today.submissions, today.earned, today.active_micros) == (1, PRICE, 1 * SECOND)


def test_second_tap_is_refused_and_not_paid(desk: Desk) -> None:
    desk.make(make_batch)
    ana = desk.make(make_worker)
    desk.do(work.show, ana)
    first = desk.card(ana)
    desk.do(work.submit, ana, assignment=first, answer_index=0)
    with pytest.raises(AlreadyAnswered):
        desk.do(work.submit, ana, wait=0.01, assignment=first, answer_index=0)
    assert desk.value("select count(*) from submissions") == 1
    assert ledger.balance(desk.tx, accounts.in_review(ana.id)) == PRICE


def test_foreign_and_altered_buttons_do_nothing(desk: Desk) -> None:
    desk.make(make_batch)
    ana, ben = desk.make(make_worker), desk.make(make_worker, 101, "Ben")
    desk.do(work.show, ana)
    card = desk.card(ana)
    for tap in (work.submit,):
        with pytest.raises(StaleButton):
            desk.do(tap, ben, assignment=card, answer_index=0)
        with pytest.raises(StaleButton):
            desk.do(tap, ana, assignment=9_999, answer_index=0)
    for verb in (reporting.skip, reporting.ask, work.instructions, work.got_it):
        with pytest.raises(StaleButton):
            desk.do(verb, ben, assignment=card)
    with pytest.raises(UnknownAnswer):
        desk.do(work.submit, ana, assignment=card, answer_index=17)
    with pytest.raises(StaleButton):
        desk.do(work.undo, ben, submission=1)
    assert desk.value("select count(*) from submissions") == 0


def test_a_tap_within_300_milliseconds_of_a_new_card_stores_nothing(desk: Desk) -> None:
    desk.make(make_batch)
    ana = desk.make(make_worker)
    desk.do(work.show, ana)
    desk.pass_time(5)
    desk.show(ana, ago=0.299)
    with pytest.raises(NewPhoto):
        desk.do(work.submit, ana, wait=0, assignment=desk.card(ana), answer_index=0)
    assert desk.do(work.submit, ana, wait=0.001, assignment=desk.card(ana), answer_index=0).amount == PRICE


def test_the_quick_tap_rule_names_a_task_where_there_is_no_photo(desk: Desk) -> None:
    desk.make(make_batch, texts=True)
    ana = desk.make(make_worker)
    desk.do(work.show, ana)
    desk.show(ana, ago=0)
    with pytest.raises(NewTask):
        desk.do(work.submit, ana, wait=0, assignment=desk.card(ana), answer_index=0)


def test_a_tap_read_before_the_showing_was_noted_counts_from_the_offer(desk: Desk) -> None:
    desk.make(make_batch)
    ana = desk.make(make_worker)
    desk.do(work.show, ana)
    card = desk.card(ana)
    desk.pass_time(3)
    receipt = work.submit(desk.tx, by=ana, assignment=card or 0, answer_index=0, now=desk.now)
    assert receipt.amount == PRICE
    assert desk.value("select active_micros from submissions") == 3 * SECOND


def test_the_card_at_hand_comes_back_with_work(desk: Desk) -> None:
    desk.make(make_batch)
    ana = desk.make(make_worker)
    desk.do(work.show, ana)
    card = desk.card(ana)
    desk.do(work.show, ana)
    assert desk.card(ana) == card
    assert desk.value("select count(*) from assignments") == 1


def test_several_batches_make_a_list_and_a_refused_one_is_last_in_it(desk: Desk) -> None:
    first, second = desk.make(make_batch), desk.make(make_batch)
    french = desk.make(make_batch)
    batches.change(desk.tx, french, language="fr")
    ana = desk.make(make_worker)
    desk.do(offers.refuse, ana, batch=first)
    desk.do(work.show, ana)
    assert desk.queued(ana) == ["offer_answered", "batches_to_start"]
    assert [(one.batch.id, one.refused) for one in work.choices(desk.tx, ana.id, now=desk.now)] == [
        (second, False),
        (first, True),
    ]
    desk.do(work.start, ana, batch=first)
    assert desk.value("select batch_id from assignments") == first
    with pytest.raises(OtherLanguage):
        desk.do(work.start, ana, batch=french)


def test_batches_that_are_done_and_not_closed_hide_no_newer_one(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "LOOKED_AT", 1)
    done, newer = desk.make(make_batch, n_tasks=1), desk.make(make_batch)
    ana, ben = desk.make(make_worker), desk.make(make_worker, 2, "Ben")
    desk.do(work.start, ben, batch=done)
    desk.do(work.submit, ben, assignment=desk.card(ben), answer_index=0)
    assert [one.batch.id for one in work.choices(desk.tx, ana.id, now=desk.now)] == [newer]


def test_put_off_and_refused_batches_can_be_started_later(desk: Desk) -> None:
    batch = desk.make(make_batch)
    ana = desk.make(make_worker)
    desk.do(offers.put_off, ana, batch=batch)
    desk.do(offers.refuse, ana, batch=batch)
    desk.do(work.show, ana)
    assert desk.card(ana) is None
    desk.do(work.start, ana, batch=batch)
    assert desk.card(ana) is not None
    desk.do(offers.refuse, ana, batch=batch)
    place = enrolments.of(desk.tx, ana.id, batch)
    assert place is not None and place.state == "working"


def test_who_may_not_work_is_told_the_way(desk: Desk) -> None:
    desk.make(make_batch)
    zoe = desk.make(make_person, 7, "Zoe")
    with pytest.raises(NotAWorker):
        desk.do(work.show, zoe)
    ana = desk.make(make_worker)
    desk.do(work.show, ana)
    card = desk.card(ana)
    people.change(desk.tx, ana.id, suspended_at=desk.now)
    with pytest.raises(Suspended):
        desk.do(work.submit, ana, assignment=card, answer_index=0)
    people.change(desk.tx, ana.id, suspended_at=None)
    consents.agree(desk.tx, ana.id, version=CONSENT_VERSION + 1, now=desk.now)
    with pytest.raises(NoConsent):
        desk.do(work.show, ana)


def test_withdrawing_consent_frees_the_task_in_hand(desk: Desk) -> None:
    batch = desk.make(make_batch)
    ana = desk.make(make_worker)
    desk.do(work.show, ana)
    consent = consents.of(desk.tx, ana.id)
    assert consent is not None
    desk.do(leaving.withdraw, ana, agreed_at=consent.agreed_at)
    assert desk.card(ana) is None
    assert desk.value("select state from assignments") == "released"
    assert desk.value("select leased from batches where id = :id", id=batch) == 0


def test_two_workers_race_for_the_last_task_and_one_is_told_kindly(desk: Desk) -> None:
    batch = desk.make(make_batch, n_tasks=1)
    ana, ben = desk.make(make_worker), desk.make(make_worker, 101, "Ben")
    desk.do(work.start, ana, batch=batch)
    desk.do(work.start, ben, batch=batch)
    assert desk.card(ben) is None
    assert desk.queued(ben) == ["nothing_left"]


def test_undo_brings_back_the_task_and_keeps_the_card_in_hand(desk: Desk) -> None:
    batch = desk.make(make_batch)
    ana = desk.make(make_worker)
    desk.do(work.show, ana)
    first = desk.card(ana)
    desk.do(work.submit, ana, assignment=first, answer_index=0)
    second = desk.card(ana)
    undone = desk.undo_id(ana)
    desk.do(work.undo, ana, submission=undone)
    assert desk.card(ana) == first
    assert ledger.balance(desk.tx, accounts.in_review(ana.id)) == 0
    assert ledger.balance(desk.tx, accounts.reserve(batch)) == 3 * PRICE
    assert desk.value("select leased from batches where id = :id", id=batch) == 2
    with pytest.raises(NothingToUndo):
        desk.do(work.undo, ana, submission=undone)
    desk.do(work.submit, ana, assignment=first, answer_index=2)
    assert desk.card(ana) == second
    assert [row["state"] for row in desk.tx.all("select state from submissions order by id")] == [
        "withdrawn",
        "pending",
    ]
    found = batches.by_id(desk.tx, batch)
    assert found is not None and (found.submissions, found.measured, found.done) == (1, 1, 1)


def test_undo_ends_with_the_next_answer_a_review_and_the_closing(desk: Desk) -> None:
    batch = desk.make(make_batch, n_tasks=5)
    ana = desk.make(make_worker)
    desk.do(work.show, ana)
    desk.do(work.submit, ana, assignment=desk.card(ana), answer_index=0)
    old = desk.undo_id(ana)
    desk.do(work.submit, ana, assignment=desk.card(ana), answer_index=0)
    with pytest.raises(NothingToUndo):
        desk.do(work.undo, ana, submission=old)
    last = desk.undo_id(ana)
    desk.tx.run("update submissions set review_started_at = 1 where id = :id", id=last)
    with pytest.raises(NothingToUndo):
        desk.do(work.undo, ana, submission=last)
    desk.do(work.submit, ana, assignment=desk.card(ana), answer_index=0)
    desk.do(publishing.close, make_owner(desk.tx), batch=batch)
    with pytest.raises(NothingToUndo):
        desk.do(work.undo, ana, submission=desk.undo_id(ana))


def test_a_skipped_task_goes_to_others_and_does_not_come_back(desk: Desk) -> None:
    batch = desk.make(make_batch, n_tasks=2)
    ana, ben = desk.make(make_worker), desk.make(make_worker, 101, "Ben")
    desk.do(work.show, ana)
    skipped = desk.task(ana)
    desk.do(reporting.skip, ana, assignment=desk.card(ana))
    assert desk.task(ana) != skipped
    desk.do(work.submit, ana, assignment=desk.card(ana), answer_index=0)
    assert desk.card(ana) is None
    desk.do(work.start, ben, batch=batch)
    assert desk.task(ben) == skipped


def test_skip_keeps_undo(desk: Desk) -> None:
    desk.make(make_batch, n_tasks=3)
    ana = desk.make(make_worker)
    desk.do(work.show, ana)
    first = desk.card(ana)
    desk.do(work.submit, ana, assignment=first, answer_index=0)
    desk.do(reporting.skip, ana, assignment=desk.card(ana))
    desk.do(work.undo, ana, submission=desk.undo_id(ana))
    assert desk.card(ana) == first


def test_the_third_report_pauses_the_task_and_tells_the_coordinator_once(desk: Desk) -> None:
    batch = desk.make(make_batch, n_tasks=1, overlap=5)
    owner = make_owner(desk.tx)
    workers = [desk.make(make_worker, 100 + number, f"W{number}") for number in range(4)]
    for worker in workers:
        desk.do(work.start, worker, batch=batch)
    for worker in workers:
        desk.do(reporting.ask, worker, assignment=desk.card(worker))
        desk.do(reporting.report, worker, assignment=desk.card(worker), reason=0)
    assert desk.value("select state from tasks") == "paused"
    assert desk.queued(owner, "task_paused") == ["task_paused"]
    desk.do(reporting.resume_task, owner, task=desk.value("select id from tasks"))
    late = desk.make(make_worker, 110, "Late")
    desk.do(work.start, late, batch=batch)
    assert desk.card(late) is not None


def test_instructions_come_before_the_first_card_and_reading_them_is_active_time(desk: Desk) -> None:
    desk.make(make_batch, caption="> Choose what is biggest.")
    ana = desk.make(make_worker)
    desk.do(work.show, ana)
    assert desk.queued(ana) == ["instructions"]
    desk.show(ana, ago=0)
    desk.do(work.got_it, ana, wait=20, assignment=desk.card(ana))
    assert desk.queued(ana) == ["card"]
    desk.do(work.submit, ana, wait=10, assignment=desk.card(ana), answer_index=0)
    assert desk.value("select active_micros from submissions") == 30 * SECOND
    assert desk.queued(ana) == ["card"], "they are not shown again"


def test_text_where_a_tap_is_expected_gets_one_hint_and_the_card_again(desk: Desk) -> None:
    desk.make(make_batch)
    ana = desk.make(make_worker)
    desk.do(work.show, ana)
    desk.sent(ana)
    desk.say(ana, "a cat")
    assert desk.queued(ana) == ["card_hint", "card"]
    desk.sent(ana)
    desk.do(typed.stray, ana)
    assert desk.queued(ana) == []
    assert desk.value("select count(*) from parts") == 0


def test_agreement_is_counted_in_pairs(desk: Desk) -> None:
    batch = desk.make(make_batch, n_tasks=1, overlap=3)
    for number, index in enumerate((0, 0, 1)):
        worker = desk.make(make_worker, 100 + number, f"W{number}")
        desk.do(work.start, worker, batch=batch)
        desk.do(work.submit, worker, assignment=desk.card(worker), answer_index=index)
    found = batches.by_id(desk.tx, batch)
    assert found is not None and (found.pairs, found.pairs_same, found.done) == (3, 1, 1)


def test_one_tap_takes_17_statements(desk: Desk) -> None:
    desk.make(make_batch, n_tasks=400)
    ana = desk.make(make_worker)
    desk.do(work.show, ana)
    for _ in range(102):
        desk.do(work.submit, ana, assignment=desk.card(ana), answer_index=0)
    card = desk.card(ana)
    desk.pass_time(5)
    seen: list[str] = []
    desk.connection.set_trace_callback(seen.append)
    work.submit(desk.tx, by=ana, assignment=card or 0, answer_index=0, now=desk.now)
    desk.connection.set_trace_callback(None)
    triggered = [sql for before, sql in itertools.pairwise(seen) if sql == before]
    assert len(seen) - len(triggered) == 17, "\n".join(seen)
