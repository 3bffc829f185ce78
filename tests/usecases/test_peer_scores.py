"""Peer scores: written replies rated by other workers, without names, never by who wrote them, and never a verdict."""

from __future__ import annotations

import pytest

from domain import costs
from domain.fits import compute
from domain.joining import CoordinatorsOnly
from domain.people import Person
from domain.refusals_batches import NothingToRate, NotPublished, NotWritten
from domain.refusals_work import UnderReview
from domain.rules import MINUTE
from storage import batches, consents, draft_tasks, peer_scores, scales
from storage import tasks as stored_tasks
from tests import steps
from tests.builders import add_funds, make_batch, make_draft, make_owner, make_worker, publish, publish_all
from tests.rejecting import reject
from tests.steps import books_are_right, money, screen, the, write
from tests.usecases.desk import Desk
from usecases import answering, drafts, exports, leaving, publishing, refits, reporting, reviews, typed, work
from usecases.peer_scores import ASKING, RATERS, ask

SAID = {"en": ASKING, "fr": ASKING._replace(question="La réponse est-elle bonne ?", low="Mauvaise", high="Très bonne")}
NAMES = ("Ana", "Ben", "Cy")


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def owner(desk: Desk) -> Person:
    return desk.make(make_owner)


@pytest.fixture
def written(desk: Desk) -> int:
    """A batch in which Ana, Ben and Cy have written a reply each to the same prompt."""
    batch = desk.make(make_batch, "write_reply", 2, 600_000, 3, caption="> Be kind.")
    for name in NAMES:
        desk.make(write, worker(desk, name), batch, f"{name} would stir it.", now=desk.now)
    desk.pass_time(120)
    return batch


def worker(desk: Desk, name: str) -> Person:
    return desk.make(make_worker, 100 + sum(map(ord, name)), name)


def replies(desk: Desk, batch: int) -> dict[str, int]:
    """The submissions of a batch by the first word of their text."""
    rows = desk.tx.all("select id, answer ->> '$.text' as text from submissions where batch_id = :id", id=batch)
    return {row["text"].split()[0]: row["id"] for row in rows}


def asked(desk: Desk, owner: Person, written: int) -> int:
    """Scores are asked for; returns the draft."""
    desk.do(ask, owner, batch=written, said=SAID)
    return int(desk.value("select max(id) from batches"))


def published(desk: Desk, owner: Person, written: int) -> int:
    draft = asked(desk, owner, written)
    batches.change(desk.tx, draft, price=50_000)
    return desk.make(publish_all, draft, now=desk.now)


def rate_all(desk: Desk, rating: int, given: dict[str, dict[str, int]]) -> None:
    """Everybody rates what they are given, as `given[rater][writer]` says, until nothing is left for them."""
    for name, own in given.items():
        rater = worker(desk, name)
        desk.do(work.start, rater, batch=rating)
        while (card := desk.card(rater)) is not None:
            task = stored_tasks.by_id(desk.tx, desk.task(rater))
            assert task is not None
            writer = task.payload.messages[-1][1].split()[0]
            desk.do(answering.submit, rater, assignment=card, answer_index=own[writer] - 1)


def seen_by(desk: Desk, rater: Person) -> list[str]:
    """Whose replies somebody is given, one after the other, by the first word; they skip each."""
    seen = []
    while (card := desk.card(rater)) is not None:
        task = stored_tasks.by_id(desk.tx, desk.task(rater))
        assert task is not None
        seen.append(task.payload.messages[-1][1].split()[0])
        desk.do(reporting.skip, rater, assignment=card)
    return seen


def refit(desk: Desk, rating: int) -> None:
    """What the job does after enough new ratings: read, pool, store."""
    submissions = refits.begin(desk.tx, rating, 1)
    assert submissions is not None
    fitted = compute(refits.material(desk.tx, rating, refits.votes_page(desk.tx, rating, after=0)), 1)
    refits.store_labels(desk.tx, rating, 1, fitted.labels)
    refits.finish(desk.tx, rating, 1, fitted, submissions=submissions, now=desk.now)


GIVEN = {
    "Ana": {"Ben": 4, "Cy": 1},
    "Ben": {"Ana": 5, "Cy": 2},
    "Cy": {"Ana": 4, "Ben": 3},
    "Dee": {"Ana": 5, "Ben": 4, "Cy": 1},
}


@pytest.fixture
def rated(desk: Desk, owner: Person, written: int) -> int:
    """The batch of ratings, rated by the writers and by Dee, and pooled."""
    rating = published(desk, owner, written)
    rate_all(desk, rating, GIVEN)
    refit(desk, rating)
    return rating


def test_asking_drafts_a_batch_of_ratings_without_names(desk: Desk, owner: Person, written: int) -> None:
    draft = batches.by_id(desk.tx, asked(desk, owner, written))
    assert draft is not None
    assert (draft.kind, draft.state, draft.tasks, draft.overlap, draft.price) == ("rate", "draft", 3, RATERS, None)
    assert draft.face.in_language("fr").ends == ("Mauvaise", "Très bonne")
    assert draft.face.instructions == "The writers were told:\nBe kind."
    first = draft_tasks.first(desk.tx, draft.id)
    assert first is not None
    assert first.payload.messages == (("user", "Prompt 0"), ("reply", "Ana would stir it."))
    assert "Ana" not in first.name
    assert peer_scores.rated_batch(desk.tx, draft.id) == written


def test_what_the_draft_lacks_can_be_written_as_a_message(desk: Desk, owner: Person, written: int) -> None:
    draft = asked(desk, owner, written)
    desk.say(owner, "price 0.05")
    found = batches.by_id(desk.tx, draft)
    assert found is not None
    assert found.price == 50_000


def test_nobody_is_given_their_own_reply(desk: Desk, owner: Person, written: int) -> None:
    rating = published(desk, owner, written)
    for name in (*NAMES, "Dee"):
        rater = worker(desk, name)
        desk.do(work.start, rater, batch=rating)
        assert seen_by(desk, rater) == [writer for writer in NAMES if writer != name]


def test_a_reply_is_asked_for_once_and_a_second_asking_takes_what_is_new(
    desk: Desk, owner: Person, written: int
) -> None:
    asked(desk, owner, written)
    with pytest.raises(NothingToRate):
        asked(desk, owner, written)
    desk.make(write, worker(desk, "Ana"), written, "Again she stirs it.", now=desk.now)
    desk.pass_time(120)
    second = asked(desk, owner, written)
    assert desk.value("select group_concat(rated_submission) from tasks where batch_id = :id", id=second) == str(
        replies(desk, written)["Again"]
    )


def test_a_discarded_draft_can_be_asked_for_again(desk: Desk, owner: Person, written: int) -> None:
    draft = asked(desk, owner, written)
    desk.do(drafts.discard, owner, batch=draft)
    again = batches.by_id(desk.tx, asked(desk, owner, written))
    assert again is not None
    assert again.tasks == 3


def test_a_reply_that_is_being_rated_cannot_be_changed_any_more(desk: Desk, owner: Person, written: int) -> None:
    ana = worker(desk, "Ana")
    message = int(desk.value("select message_id from parts where worker_id = :id", id=ana.id))
    asked(desk, owner, written)
    with pytest.raises(UnderReview):
        desk.do(typed.edited, ana, message_id=message, text="Something else.")


def test_rejected_replies_and_writers_without_consent_are_left_out(desk: Desk, owner: Person, written: int) -> None:
    found = replies(desk, written)
    desk.tx.run("update submissions set state = 'rejected' where id = :id", id=found["Ana"])
    consents.withdraw(desk.tx, worker(desk, "Ben").id, now=desk.now)
    draft = asked(desk, owner, written)
    assert desk.value("select group_concat(rated_submission) from tasks where batch_id = :id", id=draft) == str(
        found["Cy"]
    )


def test_who_withdraws_is_not_rated_any_more(desk: Desk, owner: Person, written: int) -> None:
    rating = published(desk, owner, written)
    ben = worker(desk, "Ben")
    draft_tasks.rest(desk.tx, rating, behind=2)
    agreed = consents.of(desk.tx, ben.id)
    assert agreed is not None
    desk.do(leaving.withdraw, ben, agreed_at=agreed.agreed_at)
    draft_tasks.wake(desk.tx, rating)
    dee = worker(desk, "Dee")
    desk.do(work.start, dee, batch=rating)
    assert seen_by(desk, dee) == ["Ana", "Cy"]


def test_scores_are_for_written_batches_that_run_and_for_coordinators(desk: Desk, owner: Person, written: int) -> None:
    tapped = desk.make(make_batch, by=owner)
    with pytest.raises(NotWritten):
        asked(desk, owner, tapped)
    with pytest.raises(NotPublished):
        asked(desk, owner, desk.make(make_draft, "write_reply", by=owner))
    with pytest.raises(CoordinatorsOnly):
        asked(desk, worker(desk, "Ana"), written)


def test_review_shows_scores_and_the_worst_first(desk: Desk, owner: Person, written: int, rated: int) -> None:
    found = replies(desk, written)
    order = sorted(NAMES, key=lambda name: peer_scores.of_submission(desk.tx, found[name]) or ())
    assert order == ["Cy", "Ben", "Ana"]
    desk.make(write, worker(desk, "Ana"), written, "Unscored yet.", now=desk.now)
    desk.pass_time(120)
    reviewer = desk.make(steps.make_reviewer)
    desk.do(reviews.open_queue, reviewer)
    seen = []
    for _ in range(4):
        shown = screen(desk.tx, reviewer, "review").text
        seen.append(next(name for name in (*NAMES, "Unscored") if f"{name} would" in shown or f"{name} yet" in shown))
        assert ("Other workers give it" in shown) == (seen[-1] in NAMES)
        current = found[seen[-1]] if seen[-1] in found else replies(desk, written)["Unscored"]
        desk.do(reviews.skip, reviewer, submission_id=current)
    assert seen == ["Cy", "Ben", "Ana", "Unscored"]


def test_a_score_never_rejects_and_never_pays_less(desk: Desk, owner: Person, written: int) -> None:
    before = {name: money(desk.tx, worker(desk, name)) for name in NAMES}
    states = {name: the(desk.tx, one).state for name, one in replies(desk, written).items()}
    rating = published(desk, owner, written)
    rate_all(desk, rating, {"Dee": {"Ana": 1, "Ben": 1, "Cy": 1}})
    refit(desk, rating)
    assert {name: the(desk.tx, one).state for name, one in replies(desk, written).items()} == states
    assert {name: money(desk.tx, worker(desk, name)) for name in NAMES} == before
    desk.make(books_are_right)


def test_the_export_has_scores_beside_replies_and_ratings(desk: Desk, owner: Person, written: int, rated: int) -> None:
    submissions = exports.submissions_page(desk.tx, exports.plan(desk.tx, written), after=0, upto=10_000)
    said = {row["answer"].split()[0]: row for row in submissions.rows}
    assert [said[name]["scores"] for name in NAMES] == [3, 3, 3]
    assert said["Cy"]["score"] < said["Ben"]["score"] < said["Ana"]["score"]
    assert said["Cy"]["score_low"] <= said["Cy"]["score"] <= said["Cy"]["score_high"]
    ratings = exports.tasks_page(desk.tx, exports.plan(desk.tx, rated), after=0, upto=10_000)
    assert [row["score"] for row in ratings.flat] == [said[name]["score"] for name in NAMES]
    numbers = exports.submissions_page(desk.tx, exports.plan(desk.tx, rated), after=0, upto=10_000).rows
    assert {row["answer"] for row in numbers} == {1, 2, 3, 4, 5}


def test_exports_leave_out_what_others_said_of_who_has_withdrawn(
    desk: Desk, owner: Person, written: int, rated: int
) -> None:
    consents.withdraw(desk.tx, worker(desk, "Ben").id, now=desk.now)
    plan = exports.plan(desk.tx, rated)
    tasks = exports.tasks_page(desk.tx, plan, after=0, upto=10_000).rows
    assert [row["messages"][-1]["content"].split()[0] for row in tasks] == ["Ana", "Cy"]
    submissions = exports.submissions_page(desk.tx, plan, after=0, upto=10_000).rows
    assert {row["messages"][-1]["content"].split()[0] for row in submissions} == {"Ana", "Cy"}


def test_a_writer_reads_their_own_scores_alone(desk: Desk, owner: Person, written: int, rated: int) -> None:
    ana = worker(desk, "Ana")
    until = desk.now + MINUTE
    own = peer_scores.of_writer(desk.tx, ana.id, since=0, until=until, limit=10)
    assert [(one.submission_id, one.score.ratings, one.score.most) for one in own] == [
        (replies(desk, written)["Ana"], 3, 5)
    ]
    assert own[0].score.low <= own[0].score.score <= own[0].score.high
    assert peer_scores.of_writer(desk.tx, worker(desk, "Dee").id, since=0, until=until, limit=10) == []
    every = peer_scores.of_submissions(desk.tx, list(replies(desk, written).values()))
    assert sorted(every, key=lambda one: every[one].score) == [
        replies(desk, written)[name] for name in ("Cy", "Ben", "Ana")
    ]


def test_raters_bias_is_kept_and_says_when_there_is_too_little(
    desk: Desk, owner: Person, written: int, rated: int
) -> None:
    found = scales.raters(desk.tx, rated)
    assert {one.worker_id for one in found} == {worker(desk, name).id for name in GIVEN}
    assert all(one.bias_low <= one.bias <= one.bias_high and one.enough == 0 for one in found)


def test_a_rejected_reply_has_no_score_any_more(desk: Desk, owner: Person, written: int, rated: int) -> None:
    found = replies(desk, written)
    desk.tx.run("update submissions set state = 'rejected' where id = :id", id=found["Cy"])
    assert peer_scores.of_submission(desk.tx, found["Cy"]) is None
    assert set(peer_scores.of_submissions(desk.tx, list(found.values()))) == {found["Ana"], found["Ben"]}


def test_a_rejected_reply_is_rated_no_more(desk: Desk, owner: Person, written: int) -> None:
    rating = published(desk, owner, written)
    cy = replies(desk, written)["Cy"]
    desk.make(reject, owner, cy, now=desk.now)
    assert the(desk.tx, cy).state == "rejected"
    dee = worker(desk, "Dee")
    desk.do(work.start, dee, batch=rating)
    assert seen_by(desk, dee) == ["Ana", "Ben"]


def test_what_the_funds_do_not_cover_stays_a_draft_of_scores(desk: Desk, owner: Person, written: int) -> None:
    draft = asked(desk, owner, written)
    batches.change(desk.tx, draft, price=50_000)
    cost = costs.cost(2, RATERS, 50_000, costs.rates_of(desk.rules)).total
    desk.make(add_funds, by=owner, amount=cost, now=desk.now)
    desk.make(publish, by=owner, batch=draft, tasks=2, cost=cost, now=desk.now)
    rest = int(desk.value("select max(id) from batches"))
    assert peer_scores.rated_batch(desk.tx, rest) == peer_scores.rated_batch(desk.tx, draft) == written
    with pytest.raises(NothingToRate):
        asked(desk, owner, written)


def test_a_closed_batch_of_ratings_nobody_rated_can_be_asked_for_again(desk: Desk, owner: Person, written: int) -> None:
    rating = published(desk, owner, written)
    desk.do(publishing.close, owner, batch=rating)
    again = batches.by_id(desk.tx, asked(desk, owner, written))
    assert again is not None
    assert again.tasks == 3
