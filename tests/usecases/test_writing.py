"""Written answers: drafts made of messages, Submit with a version, edits until the review, work that was sent back."""

from __future__ import annotations

import json

import pytest

from domain import ledger as accounts
from domain.kinds import MAX_TEXT, EmptyAnswer, TooLong
from domain.people import Person
from domain.refusals import StaleButton
from domain.refusals_work import AlreadyAnswered, NoDraft, UnderReview
from domain.rules import DAY, SECOND
from storage import assignments, batches, ledger, parts, submissions, worker_days
from tests.builders import make_batch, make_draft, make_owner, make_worker
from tests.usecases.desk import Desk
from usecases import drafts, leases, reviews, typed, work, writing
from usecases.answering import Outcome, Receipt

PRICE = 600_000


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def batch(desk: Desk) -> int:
    return desk.make(make_batch, "write_reply", 2, PRICE)


@pytest.fixture
def ana(desk: Desk, batch: int) -> Person:
    """Ana, with a writing card in hand."""
    ana = desk.make(make_worker)
    desk.do(work.show, ana)
    return ana


def version(desk: Desk, assignment: int | None) -> int:
    """The version of the draft that is shown now."""
    found = assignments.by_id(desk.tx, assignment or 0)
    assert found is not None
    return found.draft_version


def hand_in(desk: Desk, by: Person, **values: int) -> Receipt:
    """Tap Submit below the newest draft."""
    card = desk.card(by)
    return desk.do(writing.submit, by, assignment=card, version=version(desk, card), **values)


def edit(desk: Desk, by: Person, message_id: int, text: str) -> None:
    """Edit an own message."""
    desk.do(typed.edited, by, message_id=message_id, text=text)


def answers(desk: Desk) -> list[str]:
    """The texts handed in, oldest first."""
    return [json.loads(row["answer"])["text"] for row in desk.tx.all("select answer from submissions order by id")]


def test_a_text_is_for_what_asked_last_a_question_about_a_draft_or_a_writing_card(desk: Desk, batch: int) -> None:
    olga = desk.make(make_worker, 1, "Olga")  # the owner does tasks too
    draft = desk.make(make_draft, by=olga, price=None)
    desk.do(work.show, olga)
    desk.do(drafts.ask_field, olga, batch=draft, field=0)
    desk.do(work.show, olga)
    desk.do(typed.text, olga, text="Stir it slowly.", message_id=1)
    card = desk.card(olga)
    assert card is not None
    assert parts.of(desk.tx, card) == ("Stir it slowly.",)
    desk.do(drafts.ask_field, olga, batch=draft, field=0)
    desk.do(typed.text, olga, text="Which animal is it?", message_id=2)
    changed = batches.by_id(desk.tx, draft)
    assert changed is not None
    assert changed.face.question == "Which animal is it?"
    assert parts.of(desk.tx, card) == ("Stir it slowly.",)


def test_messages_become_parts_and_submit_makes_them_one_answer(desk: Desk, ana: Person) -> None:
    desk.say(ana, "One.")
    desk.say(ana, "Two.")
    assert desk.queued(ana) == ["card", "draft"]
    receipt = hand_in(desk, ana)
    assert (receipt.outcome, receipt.amount) == (Outcome.SAVED, PRICE)
    assert answers(desk) == ["One.\n\nTwo."]
    assert desk.queued(ana) == ["draft_saved", "card"], "the preview is settled before the next card comes below it"
    assert ledger.balance(desk.tx, accounts.in_review(ana.id)) == PRICE


def test_a_stale_submit_shows_the_new_text_and_changes_nothing(desk: Desk, ana: Person) -> None:
    desk.say(ana, "One.")
    card = desk.card(ana)
    old = version(desk, card)
    desk.say(ana, "Two.")
    assert desk.do(writing.submit, ana, assignment=card, version=old).outcome is Outcome.CHANGED
    assert answers(desk) == []
    assert not desk.do(writing.discard, ana, assignment=card, version=old)
    assert parts.of(desk.tx, card or 0) == ("One.", "Two.")


def test_a_second_submit_is_refused_and_not_paid(desk: Desk, ana: Person) -> None:
    desk.say(ana, "One.")
    card = desk.card(ana)
    shown = version(desk, card)
    hand_in(desk, ana)
    with pytest.raises(AlreadyAnswered):
        desk.do(writing.submit, ana, assignment=card, version=shown)
    assert ledger.balance(desk.tx, accounts.in_review(ana.id)) == PRICE


def test_the_same_message_twice_is_one_part(desk: Desk, ana: Person) -> None:
    message = desk.say(ana, "One.")
    desk.do(typed.text, ana, text="One.", message_id=message)
    assert parts.of(desk.tx, desk.card(ana) or 0) == ("One.",)


def test_somebody_elses_draft_is_out_of_reach(desk: Desk, ana: Person) -> None:
    ben = desk.make(make_worker, 101, "Ben")
    desk.say(ana, "One.")
    card = desk.card(ana)
    for verb in (writing.submit, writing.edit, writing.discard):
        with pytest.raises(StaleButton):
            desk.do(verb, ben, assignment=card, version=version(desk, card))
    with pytest.raises(StaleButton):
        desk.do(writing.show_all, ben, assignment=card)


def test_edit_lets_the_next_message_take_the_drafts_place(desk: Desk, ana: Person) -> None:
    desk.say(ana, "One.")
    desk.say(ana, "Two.")
    card = desk.card(ana)
    desk.do(writing.edit, ana, assignment=card, version=version(desk, card))
    desk.say(ana, "Anew.")
    desk.say(ana, "And more.")
    assert parts.of(desk.tx, card or 0) == ("Anew.", "And more.")


def test_an_edited_message_changes_its_part_and_ends_the_rewriting(desk: Desk, ana: Person) -> None:
    first = desk.say(ana, "One.")
    card = desk.card(ana)
    desk.do(writing.edit, ana, assignment=card, version=version(desk, card))
    edit(desk, ana, first, "First.")
    desk.say(ana, "Two.")
    assert parts.of(desk.tx, card or 0) == ("First.", "Two.")


def test_discard_leaves_the_task_in_hand(desk: Desk, ana: Person) -> None:
    desk.say(ana, "One.")
    card = desk.card(ana)
    assert desk.do(writing.discard, ana, assignment=card, version=version(desk, card))
    assert desk.card(ana) == card
    with pytest.raises(NoDraft):
        hand_in(desk, ana)
    desk.say(ana, "Two.")
    hand_in(desk, ana)
    assert answers(desk) == ["Two."]


def test_a_draft_that_is_no_answer_is_refused_and_kept(desk: Desk, ana: Person) -> None:
    desk.say(ana, "x" * 4_000)
    desk.say(ana, "y" * 4_000)
    with pytest.raises(TooLong):
        hand_in(desk, ana)
    desk.say(ana, "z" * 4_000)
    with pytest.raises(TooLong):
        desk.say(ana, "z" * 4_097)
    assert len(parts.of(desk.tx, desk.card(ana) or 0)) == 3
    assert answers(desk) == []
    assert MAX_TEXT == 8_000


def test_editing_the_message_edits_the_answer_until_its_review_starts(desk: Desk, ana: Person) -> None:
    first = desk.say(ana, "One.")
    hand_in(desk, ana)
    desk.sent(ana)
    edit(desk, ana, first, "Uno.")
    assert answers(desk) == ["Uno."]
    assert desk.value("select version from submissions") == 2
    assert desk.queued(ana) == ["reaction"]
    with pytest.raises(EmptyAnswer):
        edit(desk, ana, first, " ")
    assert answers(desk) == ["Uno."]
    desk.do(reviews.open_queue, make_owner(desk.tx))
    with pytest.raises(UnderReview):
        edit(desk, ana, first, "Eins.")
    assert (answers(desk), parts.of(desk.tx, 1)) == (["Uno."], ("Uno.",))


def test_a_draft_survives_its_lease_and_a_week_away(desk: Desk, ana: Person, batch: int) -> None:
    task = desk.task(ana)
    desk.say(ana, "Half of it.")
    desk.pass_time(7 * DAY // SECOND)
    leases.expire(desk.tx, now=desk.now)
    assert desk.card(ana) is None
    desk.sent(ana)
    desk.do(work.show, ana)
    assert desk.task(ana) == task
    assert desk.queued(ana) == ["card", "draft"]
    desk.say(ana, "The rest.")
    hand_in(desk, ana)
    assert answers(desk) == ["Half of it.\n\nThe rest."]
    found = batches.by_id(desk.tx, batch)
    assert found is not None and found.submissions == 1


def test_a_draft_whose_task_others_finished_gives_way_to_the_next(desk: Desk, ana: Person, batch: int) -> None:
    ben = desk.make(make_worker, 101, "Ben")
    task, card = desk.task(ana), desk.card(ana)
    desk.say(ana, "Half of it.")
    shown = version(desk, card)
    desk.do(work.stop, ana)
    desk.do(work.start, ben, batch=batch)
    while desk.task(ben) != task:
        desk.say(ben, "Ben's.")
        hand_in(desk, ben)
    desk.say(ben, "Ben's.")
    hand_in(desk, ben)
    desk.do(work.show, ana)
    assert desk.card(ana) is None
    with pytest.raises(StaleButton):
        desk.do(writing.submit, ana, assignment=card, version=shown)


def test_a_late_draft_is_told_kindly_when_somebody_else_has_finished(desk: Desk, ana: Person, batch: int) -> None:
    ben = desk.make(make_worker, 101, "Ben")
    card = desk.card(ana)
    desk.say(ana, "Half of it.")
    shown = version(desk, card)
    desk.pass_time(4_000)
    leases.expire(desk.tx, now=desk.now)
    desk.do(work.start, ben, batch=batch)
    while desk.card(ben) is not None:
        desk.say(ben, "Ben's.")
        hand_in(desk, ben)
    desk.sent(ana)
    assert desk.do(writing.submit, ana, assignment=card, version=shown).outcome is Outcome.GONE
    assert desk.queued(ana) == ["draft_gone", "nothing_left"]


def test_writing_keeps_the_lease_alive(desk: Desk, ana: Person) -> None:
    for _ in range(3):
        desk.say(ana, "More.", wait=3_000)
        leases.expire(desk.tx, now=desk.now)
    assert hand_in(desk, ana).outcome is Outcome.SAVED


def test_undo_brings_the_text_back(desk: Desk, ana: Person, batch: int) -> None:
    desk.say(ana, "One.")
    first = desk.card(ana)
    hand_in(desk, ana)
    desk.sent(ana)
    desk.do(work.undo, ana, submission=desk.undo_id(ana))
    assert desk.card(ana) == first
    assert desk.queued(ana) == ["card", "draft"]
    desk.say(ana, "Two.")
    hand_in(desk, ana)
    assert answers(desk) == ["One.", "One.\n\nTwo."]
    assert ledger.balance(desk.tx, accounts.in_review(ana.id)) == PRICE


def test_work_sent_back_comes_first_and_is_paid_once(desk: Desk, ana: Person, batch: int) -> None:
    owner = make_owner(desk.tx)
    desk.say(ana, "Short.")
    task = desk.task(ana)
    hand_in(desk, ana)
    first = submissions.by_id(desk.tx, 1)
    assert first is not None
    desk.do(reviews.send_back, owner, submission_id=1, version=1, reason="#short")
    assert ledger.balance(desk.tx, accounts.in_review(ana.id)) == 0
    assert ledger.balance(desk.tx, accounts.reserve(batch)) == 2 * PRICE
    desk.sent(ana)
    desk.do(work.show, ana)
    assert desk.queued(ana) == ["returned", "draft"]
    assert desk.task(ana) == task
    card = desk.card(ana)
    desk.say(ana, "But longer now.")
    shown = version(desk, card)
    assert hand_in(desk, ana).outcome is Outcome.SAVED
    with pytest.raises(AlreadyAnswered):
        desk.do(writing.submit, ana, assignment=card, version=shown)
    assert [row["state"] for row in desk.tx.all("select state from submissions order by id")] == [
        "withdrawn",
        "pending",
    ]
    assert answers(desk)[-1] == "Short.\n\nBut longer now."
    assert ledger.balance(desk.tx, accounts.in_review(ana.id)) == PRICE
    assert ledger.balance(desk.tx, accounts.reserve(batch)) == PRICE
    found = batches.by_id(desk.tx, batch)
    assert found is not None and (found.submissions, found.done, found.measured) == (1, 1, 1)
    ever = worker_days.between(desk.tx, ana.id, 0, 2**31)
    assert (ever.submissions, ever.earned) == (1, PRICE)
    assert desk.undo_id(ana) is None


def test_a_late_draft_of_a_task_leased_again_counts_for_the_new_lease(desk: Desk) -> None:
    batch = desk.make(make_batch, "write_reply", 1, PRICE, 3)
    ana = desk.make(make_worker)
    desk.do(work.start, ana, batch=batch)
    old = desk.card(ana)
    desk.pass_time(4_000)
    leases.expire(desk.tx, now=desk.now)
    desk.tx.run("update sessions set assignment_id = :old where worker_id = :id", old=old, id=ana.id)
    desk.say(ana, "Late.")
    shown = version(desk, old)
    desk.do(work.start, ana, batch=batch)
    assert desk.card(ana) != old
    assert desk.do(writing.submit, ana, assignment=old, version=shown).outcome is Outcome.SAVED
    assert desk.card(ana) is None
    assert answers(desk) == ["Late."]


def test_show_all_sends_pages_and_the_card_again(desk: Desk) -> None:
    batch = desk.make(make_batch, "write_reply", 2, PRICE)
    ana = desk.make(make_worker)
    for index, length in enumerate((2, 5)):
        said = [["user", "word " * 700]] * length
        desk.tx.run(
            "update tasks set payload = :said where batch_id = :batch and name = :name",
            said=json.dumps({"messages": said}),
            batch=batch,
            name=str(index + 1),
        )
    desk.do(work.start, ana, batch=batch)
    desk.sent(ana)
    desk.do(writing.show_all, ana, assignment=desk.card(ana))
    assert desk.queued(ana) == ["conversation", "conversation", "card"]
    desk.say(ana, "Done.")
    hand_in(desk, ana)
    desk.sent(ana)
    desk.do(writing.show_all, ana, assignment=desk.card(ana))
    assert desk.queued(ana) == ["conversation_file", "card"]
