"""Messages of training and tests, with people's words in them: an explanation, names, titles."""

from __future__ import annotations

from domain.people import Person
from domain.rules import SECOND
from storage import batches, people, sessions, training
from storage.database import Tx
from tests.builders import make_worker
from tests.handlers.world import OWNER
from tests.usecases.newcomers import make_gated
from usecases import work
from usecases.notify import tell

NEWCOMER = 190


def queue_training(tx: Tx, text: str, now: int) -> None:
    """A newcomer practises, is tested and not let in; each message is queued, whatever became of it."""
    owner = people.by_telegram_id(tx, OWNER)
    assert owner is not None
    batch = make_gated(tx, why=text[:300], n_tasks=3, now=now)
    batches.change(tx, batch, title=text[:60])
    newcomer = make_worker(tx, NEWCOMER, text[:128])
    work.start(tx, by=newcomer, batch=batch, now=now)
    first = _answer_all(tx, newcomer, now=now)
    test = training.last(tx, newcomer.id, batch)
    assert test is not None and test.outcome == "failed"
    tell(tx, newcomer, "lesson", now=now, lesson=first, left=0, then="work")
    for key in ("test_result", "test_why"):
        tell(tx, newcomer, key, now=now, test=test.id)
    tell(tx, newcomer, "test_over", now=now, batch=batch)
    tell(tx, owner, "test_doubt", now=now, test=test.id)
    tell(tx, newcomer, "test_goes_on", now=now, batch=batch)


def queue_let_in(tx: Tx, now: int) -> None:
    """The same newcomer has come in."""
    newcomer = people.by_telegram_id(tx, NEWCOMER)
    assert newcomer is not None
    test = tx.value("select max(id) from tests where worker_id = :id", id=newcomer.id)
    tx.run("update enrolments set stage = 'working' where worker_id = :id", id=newcomer.id)
    tell(tx, newcomer, "test_came_in", now=now, test=test)
    for outcome in ("passed", "undecided", "let_in"):
        tx.run("update tests set outcome = :outcome where id = :id", outcome=outcome, id=test)


def _answer_all(tx: Tx, newcomer: Person, *, now: int) -> int:
    """Tap the last answer, which is never right, as long as there is a card; returns the first submission's id."""
    submitted: list[int] = []
    while (card := sessions.of(tx, newcomer.id).assignment_id) is not None:
        now += 10 * SECOND
        receipt = work.submit(tx, by=newcomer, assignment=card, answer_index=2, now=now)
        assert receipt.submission_id is not None
        submitted.append(receipt.submission_id)
    return submitted[0]
