"""Steps of rejecting and appealing, for tests: through the same screens as people go, without a bot."""

from __future__ import annotations

from bot.rendering.message import Message
from domain.people import Person
from domain.rejections import CODES
from domain.rules import MINUTE
from storage import people, rejections, submissions
from storage.database import Tx
from tests.steps import buttons, screen
from usecases import rejecting, typed
from usecases import rejections as effects
from usecases.rejecting import Effect

CODE = {code: index for index, (code, _) in enumerate(CODES)}


def person(tx: Tx, one: Person) -> Person:
    """Somebody as they are now."""
    return people.by_id(tx, one.id)


WORDS = "It is asdf all over."


def weigh(
    tx: Tx, by: Person, first: int, last: int | None = None, *, code: str = "blank", words: str = WORDS, now: int
) -> Message:
    """Reject, a code, words: the screen that says what will happen."""
    submission = submissions.by_id(tx, first)
    assert submission is not None
    target = {"first": first, "last": last or first, "version": submission.version if last is None else 0}
    rejecting.ask_code(tx, by=by, now=now, **target)
    rejecting.ask_evidence(tx, by=by, code=CODE[code], now=now, **target)
    typed.text(tx, by=by, text=words, message_id=now % 10_000_000, now=now)
    return screen(tx, by, "reject_confirm")


def reject(
    tx: Tx, by: Person, first: int, last: int | None = None, *, code: str = "blank", words: str = WORDS, now: int
) -> tuple[Effect, int]:
    """All of it, confirmed."""
    asked = weigh(tx, by, first, last, code=code, words=words, now=now)
    ground = next(numbers[0] for action, numbers in buttons(asked).values() if action == "rj_yes")
    return rejecting.confirm(tx, by=by, ground=ground, now=now)


def deliver(tx: Tx, worker: Person, *, now: int) -> Message:
    """The news of rejections goes out to their writer and is on the screen."""
    message = screen(tx, worker, "rejected")
    assert message.tells is not None
    batch_id, upto = message.tells
    tx.run("delete from outbox where person_id = :id and key = 'rejected'", id=worker.id)
    effects.delivered(tx, worker_id=worker.id, batch_id=batch_id, upto=upto, now=now)
    return message


def told_rejection(tx: Tx, by: Person, worker: Person, submission: int, *, now: int) -> None:
    """Rejected, and its writer has the news a minute later."""
    assert reject(tx, by, submission, now=now) == (Effect.REJECTED, 1)
    deliver(tx, worker, now=now + MINUTE)


def state(tx: Tx, submission: int) -> str:
    """How a rejection stands."""
    found = rejections.of_submission(tx, submission)
    assert found is not None
    return found.state
