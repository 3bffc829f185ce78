"""Rating on a scale: from the brief's line to the card, one tap, Undo, and what a coordinator gets."""

from __future__ import annotations

import json

import pytest

from bot.rendering.card import CardView, card_message
from domain.batches import Batch
from domain.brief.model import Scale
from domain.drafts import brief_of, needs
from domain.people import Person
from domain.refusals_batches import BriefProblem
from domain.rules import Rules
from locales.words import Words
from storage import assignments, batches, draft_tasks
from tests.builders import make_draft, make_owner, make_rated, make_worker
from tests.steps import buttons, screen
from tests.usecases.desk import Desk
from tests.usecases.fitting import answered, refit
from usecases import accuracy, answering, drafts, gold, labels, mirrors, publishing, work

SCALE = (
    "How useful is this photo?\nscale 1-5: Not useful - Very useful\nfr: Inutile - Très utile\noverlap 3\nprice 0.05"
)


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def owner(desk: Desk) -> Person:
    return desk.make(make_owner)


def drafted(desk: Desk, draft: int) -> Batch:
    found = batches.by_id(desk.tx, draft)
    assert found is not None
    return found


def card(desk: Desk, batch: int, language: str = "en") -> tuple[str, list[list[str]]]:
    """The text of a batch's first card, and its rows of buttons."""
    task = draft_tasks.first(desk.tx, batch)
    assert task is not None
    shown = card_message(CardView(drafted(desk, batch), task.payload, 1, 7), Words(language, Rules()))
    return shown.text, [[button.text for button in row] for row in shown.keyboard]


def test_a_caption_with_a_scale_makes_a_batch_of_ratings(desk: Desk, owner: Person) -> None:
    draft = desk.do(drafts.new_draft, owner, data="photos", name=None, caption=SCALE)
    made = drafted(desk, draft)
    assert (made.kind, made.face.answers, made.face.ends) == (
        "rate",
        ("1", "2", "3", "4", "5"),
        ("Not useful", "Very useful"),
    )
    assert needs(made) == ()
    assert brief_of(made, desk.rules).scale == Scale(1, 5, ("Not useful", "Very useful"))


def test_the_card_has_one_row_of_numbers_and_says_what_the_ends_mean(desk: Desk) -> None:
    batch = desk.make(make_rated, 1)
    text, rows = card(desk, batch)
    assert rows[0] == ["1", "2", "3", "4", "5"]
    assert "1 = Not useful · 5 = Very useful" in text
    assert "1 = Inutile · 5 = Très utile" in card(desk, batch, "fr")[0]
    desk.do(
        drafts.answer_field,
        desk.make(make_owner),
        text="scale 0-10",
        batch=(long := desk.make(make_draft, by=desk.make(make_owner))),
        field="answers",
    )
    assert [len(row) for row in card(desk, long)[1][:2]] == [6, 5]


def test_answers_and_a_scale_replace_one_another(desk: Desk, owner: Person) -> None:
    draft = desk.make(make_draft, by=owner)
    desk.do(drafts.answer_field, owner, text="1-7 bad-good", batch=draft, field="answers")
    assert drafted(desk, draft).face.answers == tuple("1234567")
    desk.do(drafts.answer_field, owner, text="Cat\nDog", batch=draft, field="answers")
    assert (drafted(desk, draft).kind, drafted(desk, draft).face.answers) == ("choose_one", ("Cat", "Dog"))
    desk.do(drafts.amend, owner, text="scale 1-3", batch=draft)
    assert (drafted(desk, draft).kind, drafted(desk, draft).face.answers) == ("rate", ("1", "2", "3"))


def test_a_range_of_overlap_is_refused_for_a_scale_and_says_why(desk: Desk, owner: Person) -> None:
    draft = desk.make(make_draft, by=owner)
    desk.do(drafts.amend, owner, text="scale 1-5\noverlap 2-5", batch=draft)
    assert [need.english()[:62] for need in needs(drafted(desk, draft))] == [
        "A range of overlap stops where answers are the same. On a scal"
    ]
    with pytest.raises(BriefProblem):
        desk.do(publishing.publish, owner, batch=draft, tasks=3, cost=1)


def test_one_tap_rates_and_undo_takes_it_back(desk: Desk) -> None:
    batch = desk.make(make_rated, 2)
    ana = desk.make(make_worker)
    desk.do(work.show, ana)
    first = desk.card(ana)
    desk.do(answering.submit, ana, assignment=first, answer_index=3)
    assert json.loads(desk.value("select answer from submissions")) == {"value": 4}
    desk.do(answering.undo, ana, submission=desk.undo_id(ana))
    assert desk.card(ana) == first
    desk.do(answering.submit, ana, assignment=first, answer_index=0)
    states = desk.tx.all("select state, answer ->> '$.value' as value from submissions order by id")
    assert [tuple(row) for row in states] == [("withdrawn", 4), ("pending", 1)]
    found = assignments.by_id(desk.tx, first or 0)
    assert found is not None
    assert found.batch_id == batch


def test_neighbours_on_the_scale_are_not_the_same_answer(desk: Desk) -> None:
    batch = desk.make(make_rated, 1)
    for number, index in enumerate((3, 4, 4)):
        worker = desk.make(make_worker, 100 + number, f"Worker {number}")
        desk.do(work.show, worker)
        desk.do(answering.submit, worker, assignment=desk.card(worker), answer_index=index)
    found = drafted(desk, batch)
    assert (found.pairs, found.pairs_same, found.done) == (3, 1, 1)


def test_who_only_rates_is_not_told_forever_that_it_is_not_enough_to_say_how_right_they_are(desk: Desk) -> None:
    batch, rater = desk.make(make_rated, 2), desk.make(make_worker)
    desk.do(work.start, rater, batch=batch)
    desk.do(work.submit, rater, assignment=desk.card(rater), answer_index=3)
    assert mirrors.known(desk.tx, rater.id, since=0, until=desk.now + 1) == ()
    assert accuracy.of(desk.tx, rater.id).known == ()


def test_gold_on_a_scale_is_made_with_its_ends_in_sight_and_counted_so_that_steps_and_counts_differ(
    desk: Desk, owner: Person
) -> None:
    batch = desk.make(make_rated, 4)
    desk.do(gold.make, owner, batch=batch)
    shown = screen(desk.tx, owner, "gold_make")
    assert "1 = Not useful · 5 = Very useful" in shown.text
    assert [button.text for button in shown.keyboard[0]] == ["1", "2", "3", "4", "5"]
    (_, (task, *_)) = buttons(shown)["3"]
    desk.do(gold.answer, owner, task=task, index=2, made=0)
    desk.do(gold.stop, owner, batch=batch, made=1)
    assert "Gold: 3 × 1." in screen(desk.tx, owner, "gold_made").text


def test_labels_of_a_scale_tell_steps_from_counts_and_claim_nothing_about_gold(desk: Desk, owner: Person) -> None:
    batch = desk.make(make_rated, 2)
    for number in range(3):
        answered(desk, batch, desk.make(make_worker, 300 + number, "W"), [3, 3])
    refit(desk, batch)
    desk.do(labels.show, owner, batch=batch)
    text = screen(desk.tx, owner, "labels").text
    assert "4 × 3" in text and "gold" not in text
