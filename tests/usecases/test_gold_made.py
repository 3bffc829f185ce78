"""Gold into a batch: from files, by a coordinator's own answers, from what workers agree on; bad input told."""

from __future__ import annotations

import pytest

from domain.people import Person
from domain.refusals import StaleButton
from domain.refusals_batches import DraftChanged, NotEnoughFunds
from domain.refusals_gold import AllGold, NotComparable, NothingToConfirm
from files.gold import read_gold
from storage import batches, gold, jobs, refused_files, tasks
from storage.gold import Given
from tests.builders import add_funds, add_task, make_batch, make_draft, make_owner, make_worker, publish_all
from tests.steps import books_are_right, buttons, screen
from tests.usecases.desk import Desk
from tests.usecases.fitting import answered, refit
from tests.usecases.test_gold import PRICE, counters, crew, gold_batch, work_through
from usecases import drafts, gold_confirming, gold_matching, imports, publishing
from usecases import gold as making
from usecases.imports import KnownAnswer


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def owner(desk: Desk) -> Person:
    return desk.make(make_owner)


def known_file(desk: Desk, draft: int, text: str) -> list[str]:
    """A gold.csv comes into a draft of photos named 1, 2, 3 …; the reasons of what of it was refused."""
    read = read_gold(text.encode(), "gold.csv")
    job = desk.make(
        jobs.ask, "import", person_id=1, batch_id=draft, now=desk.now, batch=draft, what="gold", name="gold.csv"
    )
    lines = [KnownAnswer(one.names, one.label, one.why) for one in read.lines]
    desk.make(imports.finish, job=job, refused=read.refused, known=lines, now=desk.now)
    return [one.reason for one in refused_files.of_batch(desk.tx, draft, limit=100)]


def labels(desk: Desk, batch: int) -> dict[str, str]:
    rows = desk.tx.all("select name, gold from tasks where batch_id = :b and gold is not null order by id", b=batch)
    return {row["name"]: row["gold"] for row in rows}


def test_a_gold_csv_names_photos_and_answers_whatever_case_and_spaces(desk: Desk, owner: Person) -> None:
    draft = desk.make(make_draft, n_tasks=6, by=owner)
    assert known_file(desk, draft, "File;Label;Why\n1; cat ;Whiskers\n2;DOG;\nphotos/3;something  ELSE;\n") == []
    assert labels(desk, draft) == {"1": "Cat", "2": "Dog", "3": "Something else"}
    found = batches.by_id(desk.tx, draft)
    assert found is not None and (found.tasks, found.gold) == (3, 3)
    assert gold.why(desk.tx, gold.names(desk.tx, draft)["1"]) == "Whiskers"
    text = screen(desk.tx, owner, "batch").text
    assert "Gold: Cat 1 · Dog 1 · Something else 1" in text and "6 photos" in text


@pytest.mark.parametrize(
    ("text", "reasons", "used"),
    [
        ("", ["gold_empty"], 0),
        ("file,label\n", ["gold_empty"], 0),
        ("photo of a cat\n1\n", ["gold_header"], 0),
        ("label,why\nCat,x\n", ["gold_header"], 0),
        ("file,label\n99,Cat\n", ["gold_unknown"], 0),
        ("file,label\n1,Cat\n1,Cat\n", [], 1),
        ("file,label\n1,Cat\n1,Dog\n2,Cat\n", ["gold_twice"], 1),
        ("file,label\n1,Cat\nx/1,Dog\n", ["gold_twice"], 0),
        ("file,label\n1,Cat\nx/1,Dog\ny/1,Cat\n", ["gold_twice"], 0),
        ("file,label\n1,\n,Cat\n2,Dog\n", ["gold_line", "gold_line"], 1),
        ('file,label\n"1,Cat\n', ["gold_line"], 0),
    ],
)
def test_bad_gold_is_listed_by_name_and_reason_and_the_rest_is_used(
    desk: Desk, owner: Person, text: str, reasons: list[str], used: int
) -> None:
    draft = desk.make(make_draft, n_tasks=4, by=owner)
    assert known_file(desk, draft, text) == reasons
    found = batches.by_id(desk.tx, draft)
    assert found is not None and (found.tasks, found.gold) == (4 - used, used)


def test_labels_that_are_no_answers_are_told_with_the_answers_and_not_used(desk: Desk, owner: Person) -> None:
    draft = desk.make(make_draft, n_tasks=4, by=owner)
    known_file(desk, draft, "file,label\n1,Fish\n2,Cat\n3,1\n")
    assert labels(desk, draft) == {"2": "Cat"}
    text = screen(desk.tx, owner, "batch").text
    assert "“1” (1), “Fish” (1)" in text and "The answers are: Cat, Dog, Something else." in text


def test_gold_waits_for_answers_and_follows_when_they_change(desk: Desk, owner: Person) -> None:
    draft = desk.make(drafts.new_draft, owner, "photos", None, "What is in the photo?", now=desk.now)
    for number in range(3):
        desk.make(add_task, draft, number, text=False)
    desk.make(batches.change, draft, tasks=3)
    known_file(desk, draft, "file,label\n1,Cat\n2,Dog\n")
    assert "2 known answers wait" in screen(desk.tx, owner, "batch").text
    desk.do(drafts.amend, owner, text="- Cat\n- Dog", batch=draft)
    assert labels(desk, draft) == {"1": "Cat", "2": "Dog"}
    desk.do(drafts.amend, owner, text="- Cat\n- Horse", batch=draft)
    assert labels(desk, draft) == {"1": "Cat"}
    assert "“Dog” (1)" in screen(desk.tx, owner, "batch").text
    found = batches.by_id(desk.tx, draft)
    assert found is not None and (found.tasks, found.gold) == (2, 1)


def test_gold_for_everything_leaves_nothing_to_publish(desk: Desk, owner: Person) -> None:
    draft = desk.make(make_draft, n_tasks=2, by=owner)
    known_file(desk, draft, "file,label\n1,Cat\n2,Dog\n")
    assert "Every answer here is known" in screen(desk.tx, owner, "batch").text
    with pytest.raises(AllGold):
        desk.make(publishing.publishable, draft)
    assert desk.do(making.forget, owner, batch=draft) == 2
    assert labels(desk, draft) == {}


def test_gold_for_written_work_is_told_and_left(desk: Desk, owner: Person) -> None:
    draft = desk.make(make_draft, "write_reply", n_tasks=2, by=owner)
    known_file(desk, draft, "id,label\n1,Hello\n")
    assert "1 known answer is not used: here workers write" in screen(desk.tx, owner, "batch").text
    with pytest.raises(NotComparable):
        desk.do(making.make, owner, batch=draft)


def test_make_gold_in_a_draft_as_a_worker_would_with_skip_undo_and_stop(desk: Desk, owner: Person) -> None:
    draft = desk.make(make_draft, n_tasks=6, by=owner)
    desk.do(making.make, owner, batch=draft)
    message = screen(desk.tx, owner, "gold_make")
    assert {"Cat", "Dog", "Something else", "Skip", "Stop"} <= buttons(message).keys()
    assert message.photo is not None
    task, index, made = buttons(message)["Dog"][1]
    assert desk.do(making.answer, owner, task=task, index=index, made=made) == "Dog"
    with pytest.raises(StaleButton):
        desk.do(making.answer, owner, task=task, index=0, made=made)
    message = screen(desk.tx, owner, "gold_make")
    assert "gold you made: 1" in message.text
    back = buttons(message)["Undo"][1]
    desk.do(making.undo, owner, task=back[0], made=back[1])
    found = batches.by_id(desk.tx, draft)
    assert found is not None and (found.tasks, found.gold) == (6, 0)
    for _ in range(5):
        task, made = buttons(screen(desk.tx, owner, "gold_make"))["Skip"][1]
        desk.do(making.skip, owner, task=task, made=made)
        desk.do(
            making.answer, owner, task=buttons(screen(desk.tx, owner, "gold_make"))["Cat"][1][0], index=0, made=made
        )
    desk.do(making.stop, owner, batch=draft, made=5)
    said = screen(desk.tx, owner, "gold_made").text
    assert "5 tasks became gold" in said and "None yet with the answer: Dog, Something else" in said
    assert desk.value("select count(*) from submissions") == 0


def test_make_gold_in_an_open_batch_takes_only_what_nobody_has_and_moves_its_money(desk: Desk, owner: Person) -> None:
    batch = desk.make(make_batch, n_tasks=8, overlap=2)
    ana = desk.make(make_worker)
    first = work_through(desk, ana, batch, most=3)
    for _ in range(3):
        desk.do(making.make, owner, batch=batch)
        task, index, made = buttons(screen(desk.tx, owner, "gold_make"))["Cat"][1]
        assert task not in first
        desk.do(making.answer, owner, task=task, index=index, made=made)
    counted = counters(desk, batch)
    assert counted == {"gold": 3, "taken": 0, "budget": 6}
    books_are_right(desk.tx)
    for worker in [ana, *crew(desk, 3)[1:]]:
        work_through(desk, worker, batch)
    counters(desk, batch)
    books_are_right(desk.tx)
    desk.do(publishing.close, owner, batch=batch)
    books_are_right(desk.tx)


def test_what_workers_agree_on_becomes_gold_once_a_coordinator_said_so(desk: Desk, owner: Person) -> None:
    batch, _ = gold_batch(desk, tasks=6, known={0: "Cat"}, overlap=2, share=100)
    with pytest.raises(NothingToConfirm):
        desk.do(gold_confirming.show, owner, batch=batch)
    for worker in crew(desk, 2):
        work_through(desk, worker, batch, choice=1)
    desk.do(gold_confirming.show, owner, batch=batch)
    message = screen(desk.tx, owner, "gold_confirm")
    assert "2 of 2 workers say: <b>Dog</b>" in message.text
    task, index, made = buttons(message)["Right, use as gold"][1]
    with pytest.raises(StaleButton):
        desk.do(gold_confirming.confirm, owner, task=task, index=0, made=made)
    assert desk.do(gold_confirming.confirm, owner, task=task, index=index, made=made) == "Dog"
    counters(desk, batch)
    books_are_right(desk.tx)
    found = tasks.by_id(desk.tx, task)
    assert found is not None and found.gold == "Dog"
    desk.make(gold_matching.match_again, batch)
    again, made = buttons(screen(desk.tx, owner, "gold_confirm"))["No"][1]
    desk.do(gold_confirming.decline, owner, task=again, made=made)
    assert buttons(screen(desk.tx, owner, "gold_confirm"))["No"][1][0] not in (task, again)
    pairs = desk.tx.one("select pairs, pairs_same from batches where id = :b", b=batch)
    assert pairs is not None and tuple(pairs) == (4, 4)


def test_what_all_agree_on_can_be_confirmed_where_the_fit_without_gold_is_not_sure_of_it(
    desk: Desk, owner: Person
) -> None:
    batch = desk.make(make_batch, n_tasks=4, price=50_000, overlap=2)
    for number in range(2):
        answered(desk, batch, desk.make(make_worker, 300 + number, "W"), [0, 0, 0, number])
    refit(desk, batch)
    assert desk.value("select max(confidence) from labels") < gold_confirming.SURE
    desk.do(gold_confirming.show, owner, batch=batch)
    for _ in range(3):
        task, index, made = buttons(screen(desk.tx, owner, "gold_confirm"))["Right, use as gold"][1]
        assert desk.do(gold_confirming.confirm, owner, task=task, index=index, made=made) == "Cat"
    with pytest.raises(NothingToConfirm):
        desk.do(gold_confirming.show, owner, batch=batch)


def test_gold_can_be_paid_for_when_none_is_left_to_give_out(desk: Desk, owner: Person) -> None:
    batch, _ = gold_batch(desk, tasks=20, known={0: "Cat", 1: "Dog"}, overlap=1, share=0)
    found = batches.by_id(desk.tx, batch)
    assert found is not None and making.offer(desk.tx, found) is None
    desk.make(batches.change, batch, gold_share=20)
    found = batches.by_id(desk.tx, batch)
    assert found is not None
    answers, cost = making.offer(desk.tx, found) or (0, 0)
    assert answers == 4
    with pytest.raises(DraftChanged):
        desk.do(making.pay_for, owner, batch=batch, answers=answers, cost=1)
    with pytest.raises(NotEnoughFunds):
        desk.do(making.pay_for, owner, batch=batch, answers=answers, cost=cost)
    desk.make(add_funds, by=owner, amount=10_000_000, now=desk.now)
    desk.do(making.pay_for, owner, batch=batch, answers=answers, cost=cost)
    assert counters(desk, batch)["budget"] == 4
    books_are_right(desk.tx)
    work_through(desk, crew(desk, 1)[0], batch)
    assert counters(desk, batch)["taken"] > 0
    desk.do(publishing.close, owner, batch=batch)
    books_are_right(desk.tx)


def test_a_column_of_a_table_is_gold_too(desk: Desk, owner: Person) -> None:
    draft = desk.make(make_draft, n_tasks=0, by=owner, texts=True)
    job = desk.make(
        jobs.ask, "import", person_id=owner.id, batch_id=draft, now=desk.now, batch=draft, what="table", name="a.csv"
    )
    rows = [
        imports.of_row(
            str(n), (("user", f"Text {n}"),), gold="cat" if n < 2 else None, why="See the tail." if n else None
        )
        for n in range(4)
    ]
    desk.make(imports.take_in, job=job, start=0, total=4, found=rows, now=desk.now)
    desk.make(imports.finish, job=job, now=desk.now)
    assert labels(desk, draft) == {"0": "Cat", "1": "Cat"}
    found = batches.by_id(desk.tx, draft)
    assert found is not None and (found.tasks, found.gold) == (2, 2)
    assert gold.why(desk.tx, gold.names(desk.tx, draft)["1"]) == "See the tail."


def test_a_gold_task_keeps_its_money_when_a_draft_is_published_in_part(desk: Desk, owner: Person) -> None:
    draft = desk.make(make_draft, n_tasks=5, by=owner, price=PRICE)
    (first, *_) = gold.names(desk.tx, draft).values()
    desk.make(gold.give, Given(first, "Cat"), by=owner.id, now=desk.now)
    desk.make(gold_matching.match_again, draft)
    desk.make(publish_all, draft)
    books_are_right(desk.tx)
    assert counters(desk, draft)["gold"] == 1
