"""/history and Why?: each state explained by what was stored; Ask the coordinator relays and shows no account."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.brief.model import Translation
from domain.notices import Slot
from domain.people import Person
from domain.refusals import StaleButton
from domain.rejections import AlreadyReplied, EvidenceMissing, TooManyInquiries
from domain.rules import DAY, HOUR, MINUTE
from storage import batches, outbox, topups
from storage.database import Tx
from tests.builders import NOON, make_batch, make_coordinator, make_owner, make_worker
from tests.rejecting import told_rejection
from tests.steps import answer, buttons, make_reviewer, screen, told, written_replies
from tests.usecases.desk import Desk
from usecases import asking, history, reviews, typed, work
from usecases.earnings import NoEarnings

AT = NOON + HOUR


@pytest.fixture
def tx() -> Tx:
    return Desk().tx


def why(tx: Tx, worker: Person, submission: int) -> str:
    """What Why? says."""
    history.why(tx, by=worker, submission=submission, now=AT)
    return screen(tx, worker, "why").text


def test_each_state_is_shown_and_explained(tx: Tx) -> None:
    reviewer, worker, _, (waits, accepted, returned, rejected, silent) = written_replies(tx, 5)
    make_coordinator(tx)
    reviews.accept(tx, by=reviewer, submission_id=accepted, version=1, now=AT)
    reviews.send_back(tx, by=reviewer, submission_id=returned, version=1, reason="Be kinder", now=AT)
    told_rejection(tx, reviewer, worker, rejected, now=AT)
    tx.run("update submissions set review_until = :at where id = :id", at=AT, id=silent)
    reviews.accept_due(tx, now=AT)
    history.show(tx, by=worker, now=AT)
    shown = screen(tx, worker, "history")
    for part in ("in review until", "accepted", "returned to you", "rejected", "$0.50"):
        assert part in shown.text
    assert [text for text in buttons(shown) if text.startswith("Appeal")] == ["Appeal 2"]
    assert "nobody reviews by" in why(tx, worker, waits).replace("What ", "")
    assert "A reviewer accepted it" in why(tx, worker, accepted)
    assert "Be kinder" in why(tx, worker, returned)
    assert "silence pays" in why(tx, worker, silent)
    explained = why(tx, worker, rejected)
    for part in ("It is blank or random.", "It is asdf all over.", "A reviewer rejected it", "version 1", "until"):
        assert part in explained
    assert "Rita" not in explained


def test_pages_go_back_in_time(tx: Tx) -> None:
    _, worker, _, replies = written_replies(tx, 14)
    history.show(tx, by=worker, now=AT)
    first = screen(tx, worker, "history")
    assert "Reply 13" in first.text and "Reply 8" in first.text and "Reply 7<" not in first.text
    action, (before,) = buttons(first)["Older"]
    assert action == "hs_page"
    history.show(tx, by=worker, before=before, now=AT)
    second = screen(tx, worker, "history")
    assert "Reply 7" in second.text and "Reply 8" not in second.text
    assert {"Newest", "Older"} < buttons(second).keys()
    assert len(replies) == 14


def test_top_ups_are_lines_of_their_own_on_the_page_of_their_day(tx: Tx) -> None:
    _, worker, batch, _ = written_replies(tx, 8)
    later = tx.rules.day(NOON)
    for day, amount in ((later, 700_000), (later - 1, 300_000)):
        topups.add(tx, worker_id=worker.id, day=day, batch_id=batch, amount=amount, evidence={"rule": 1}, now=AT)
    history.show(tx, by=worker, now=AT)
    first = screen(tx, worker, "history")
    assert "Top-up for Sep 21: +$0.70" in first.text
    assert "Sep 20" not in first.text
    assert buttons(first)["Why? Top-up for Sep 21"] == ("tu_why", (later,))
    history.show(tx, by=worker, before=buttons(first)["Older"][1][0], now=AT)
    second = screen(tx, worker, "history")
    assert "Top-up for Sep 20: +$0.30" in second.text
    assert "Sep 21: +" not in second.text


def test_answers_are_named_as_on_ones_own_card(tx: Tx) -> None:
    worker, batch = make_worker(tx), make_batch(tx, n_tasks=1)
    found = batches.by_id(tx, batch)
    assert found is not None
    french = Translation("Quoi ?", ("Chat", "Chien", "Autre"), "")
    batches.change(tx, batch, face=replace(found.face, translations={"fr": french}).to_json())
    answer(tx, worker, batch, now=NOON)
    history.show(tx, by=worker, now=AT)
    assert "<b>Cat</b>" in screen(tx, worker, "history").text
    assert "<b>Chat</b>" in screen(tx, worker, "history", "fr").text


def test_what_was_taken_back_is_not_in_it_and_nobody_elses(tx: Tx) -> None:
    ana, ben = make_worker(tx), make_worker(tx, 101, "Ben")
    batch = make_batch(tx, n_tasks=3)
    one = answer(tx, ana, batch, now=NOON)
    work.undo(tx, by=ana, submission=one, now=NOON + MINUTE)
    history.show(tx, by=ana, now=AT)
    assert "Nothing is here yet" in screen(tx, ana, "history").text
    with pytest.raises(StaleButton):
        history.why(tx, by=ben, submission=one, now=AT)
    with pytest.raises(NoEarnings):
        history.show(tx, by=make_reviewer(tx), now=AT)


def prompted(tx: Tx, person: Person, slot: str, message_id: int) -> None:
    """The prompt went out as this message."""
    outbox.adopt(tx, person.id, slot, message_id=message_id, media=False)


def test_a_question_and_its_answer_are_relayed_by_replies_to_the_prompts_alone(tx: Tx) -> None:
    reviewer, worker, _, (reply, _) = written_replies(tx, 2)
    owner = make_owner(tx)
    told_rejection(tx, reviewer, worker, reply, now=AT)
    asking.ask(tx, by=worker, submission=reply, now=AT)
    assert screen(tx, worker, "inquiry_prompt").prompt
    prompted(tx, worker, Slot.inquiry(reply), 700)
    typed.text(tx, by=worker, text="Not a reply to it", message_id=701, now=AT)
    assert "inquiry" not in told(tx, owner)
    with pytest.raises(EvidenceMissing), tx.savepoint():
        typed.text(tx, by=worker, text=" ", message_id=702, reply_to=700, now=AT)
    typed.text(tx, by=worker, text="Why <b>me</b>?", message_id=703, reply_to=700, now=AT)
    asked = screen(tx, owner, "inquiry")
    assert "Why &lt;b&gt;me&lt;/b&gt;?" in asked.text
    assert "Ana" not in asked.text and "100" not in asked.text
    asking.reply(tx, by=owner, inquiry=buttons(asked)["Reply"][1][0], now=AT)
    prompted(tx, owner, Slot.reply(1), 800)
    typed.text(tx, by=owner, text="It was a test.", message_id=801, reply_to=800, now=AT)
    answered = screen(tx, worker, "inquiry_answered")
    assert "It was a test." in answered.text
    assert "Olga" not in answered.text
    assert "Ask the coordinator" in buttons(answered)
    carla = make_coordinator(tx)
    with pytest.raises(AlreadyReplied):
        asking.reply(tx, by=carla, inquiry=1, now=AT)
    with pytest.raises(AlreadyReplied):
        asking.replied(tx, by=carla, inquiry=1, text="Another", now=AT)


def test_questions_are_about_own_work_and_not_without_end(tx: Tx) -> None:
    _, worker, _, (reply, _) = written_replies(tx, 2)
    with pytest.raises(StaleButton):
        asking.ask(tx, by=make_worker(tx, 101, "Ben"), submission=reply, now=AT)
    for number in range(asking.MOST):
        asking.asked(tx, by=worker, submission=reply, text=f"Question {number}", now=AT)
    with pytest.raises(TooManyInquiries):
        asking.ask(tx, by=worker, submission=reply, now=AT + DAY)
