"""A rejection as its writer reads it: the work, the code, the evidence, what can be done; later the outcome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.rendering.message import Action, Button, Message, Nothing, Renderer, StoredPhoto
from bot.rendering.rejecting import EVIDENCE, ground_html, quoted
from domain.batches import Batch, Submission, Task
from domain.kinds import kind
from domain.long_texts import cut_end
from domain.rejections import ALONE, GOOD, SILENCE, Ground, Rejection, appeal_until
from handlers.buttons import encode
from locales.words import Markup, Words
from storage import batches, grounds, rejections, reviews, tasks
from storage.database import Tx
from usecases.rejections import somebody_else

SHOWN = 5
OUTCOMES = 6
WORK = 200
"""Of a text that was rejected, in a list."""
ALL = 10_000
"""More than a worker can have done in a batch."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """One rejected submission with all that was stored about it."""

    rejection: Rejection
    submission: Submission
    batch: Batch
    task: Task
    ground: Ground


@dataclass(frozen=True, slots=True)
class News:
    """What is rejected in a batch and was not told yet: the first few, and the sums of all up to `upto`."""

    found: tuple[Rejected, ...]
    count: int
    amount: int
    upto: int
    alone: bool


def rejected(tx: Tx, rejection: Rejection) -> Rejected:
    """A rejection with its surroundings."""
    submission = reviews.submission(tx, rejection.submission_id)
    ground = grounds.by_id(tx, rejection.ground_id)
    batch = batches.by_id(tx, rejection.batch_id)
    assert submission is not None and ground is not None and batch is not None
    task = tasks.by_id(tx, submission.task_id)
    assert task is not None
    return Rejected(rejection, submission, batch, task, ground)


def said(view: Rejected, limit: int = WORK) -> str:
    """The answer in words, cut."""
    return cut_end(str(kind(view.batch.kind).export_row(view.submission.answer)["answer"]), limit)


def _news_view(tx: Tx, person_id: int, params: dict[str, Any]) -> News | None:
    batch = params["batch"]
    found = rejections.untold(tx, person_id, batch, limit=ALL)
    if not found:
        return None
    first, last = found[0].id, found[-1].id
    count, amount = rejections.untold_between(tx, person_id, batch, first=first, last=last)
    alone = not any(somebody_else(tx, one) for one in found[:SHOWN])
    return News(tuple(rejected(tx, one) for one in found[:SHOWN]), count, amount, last, alone)


def news(view: News | None, words: Words) -> Action:
    """As it happens; several of a batch as one message. Its delivery begins the time to appeal."""
    if view is None:
        return Nothing()
    batch = view.found[0].batch
    blocks = [
        words.html_many(
            "A reviewer rejected {count} answer of yours in <b>{title}</b>.",
            "A reviewer rejected {count} answers of yours in <b>{title}</b>.",
            view.count,
            title=cut_end(batch.title, 60),
        ),
        *(_block(number, one, view.count, words) for number, one in enumerate(view.found, 1)),
    ]
    if view.count > len(view.found):
        more = view.count - len(view.found)
        blocks.append(words.html_many("… and {count} more: /history", "… and {count} more: /history", more))
    blocks.append(_what_now(view, words))
    one_photo = view.found[0].task.payload.photo if view.count == 1 else None
    return Message(
        Markup("\n\n".join(blocks)),
        _news_keyboard(view, words),
        photo=StoredPhoto(one_photo) if one_photo else None,
        protect=True,
        tells=(batch.id, view.upto),
    )


def _what_now(view: News, words: Words) -> Markup:
    count, amount = view.count, view.amount
    if view.alone:
        return words.html_many(
            "Its {amount} is held for you. If you see it otherwise, appeal within 14 days: nobody else is on the team"
            " to hear it, so it is paid at once.",
            "Their {amount} is held for you. If you see it otherwise, appeal within 14 days: nobody else is on the team"
            " to hear it, so it is paid at once.",
            count,
            amount=words.money(amount),
        )
    return words.html_many(
        "Its {amount} is held for you. If you see it otherwise, appeal within 14 days: somebody else looks at it, and"
        " what nobody answers within 7 days is paid.",
        "Their {amount} is held for you. If you see it otherwise, appeal within 14 days: somebody else looks at it, and"
        " what nobody answers within 7 days is paid.",
        count,
        amount=words.money(amount),
    )


def _block(number: int, view: Rejected, count: int, words: Words) -> Markup:
    """One of them: which, what was answered, why. A single one has more room, above a photo less."""
    single = count == 1
    room = 120 if view.task.payload.photo else WORK
    which = "" if single else words.plain("{number}. ", number=number)
    head = words.html(
        "{which}{task}: <b>{said}</b>", which=which, task=cut_end(view.task.name, 30), said=said(view, room)
    )
    return Markup(f"{head}\n{ground_html(view.ground, view.batch, words, EVIDENCE if single else 120)}")


def _news_keyboard(view: News, words: Words) -> tuple[tuple[Button, ...], ...]:
    if view.count == 1:
        return _buttons(view.found[0], words)
    rows = [
        (
            Button(words.plain("Appeal {number}", number=number), encode("rj_appeal", one.submission.id)),
            Button(words.plain("Why? {number}", number=number), encode("rj_why", one.submission.id)),
        )
        for number, one in enumerate(view.found, 1)
    ]
    first = view.found[0]
    last = (
        Button(words.plain("Appeal all"), encode("rj_all", first.batch.id), style="primary"),
        Button(words.plain("Ask the coordinator"), encode("rj_inquire", first.submission.id)),
    )
    return (*rows, last)


def _buttons(view: Rejected, words: Words) -> tuple[tuple[Button, ...], ...]:
    one = view.submission.id
    why = Button(words.plain("Why?"), encode("rj_why", one))
    ask = Button(words.plain("Ask the coordinator"), encode("rj_inquire", one))
    if view.rejection.state != "open":
        return ((why, ask),)
    return ((Button(words.plain("Appeal"), encode("rj_appeal", one), style="primary"), why), (ask,))


def _one_view(tx: Tx, person_id: int, params: dict[str, Any]) -> Rejected | None:
    found = rejections.of_submission(tx, params["submission"])
    return None if found is None or found.worker_id != person_id else rejected(tx, found)


def one(view: Rejected | None, words: Words) -> Action:
    """One rejection as it stands now, where the news of it was tapped."""
    if view is None:
        return Nothing()
    title = cut_end(view.batch.title, 60)
    head = words.html("<b>{title}</b> · {task}", title=title, task=cut_end(view.task.name, 30))
    photo = StoredPhoto(view.task.payload.photo) if view.task.payload.photo else None
    text = Markup(f"{head}\n\n{standing(view, words)}")
    return Message(text, _buttons(view, words), photo=photo, protect=True)


def standing(view: Rejected, words: Words) -> Markup:
    """How a rejection stands: what can be done, by when, or what became of it and why."""
    found, amount = view.rejection, words.money(view.submission.price)
    if found.state == "open":
        until = appeal_until(found)
        if until is None:
            return words.html("Rejected; its {amount} is held. You can appeal.", amount=amount)
        return words.html(
            "Rejected; its {amount} is held. You can appeal until {at}.", amount=amount, at=words.when(until)
        )
    if found.state == "appealed":
        return words.html(
            "Your appeal waits for an answer of somebody else, until {at}. If nobody answers by then, its {amount} is"
            " paid.",
            amount=amount,
            at=words.when(found.due_at),
        )
    if found.state == "lapsed":
        return words.html("Rejected. Nobody appealed in time, so it is not paid.")
    return outcome(found, amount, words)


def outcome(found: Rejection, amount: str, words: Words) -> Markup:
    """An appeal's outcome and its reason."""
    if found.reason == ALONE:
        return words.html("Your appeal is won: {amount} is paid. There is nobody else to hear it.", amount=amount)
    if found.reason == SILENCE:
        return words.html("Your appeal is won: {amount} is paid. Nobody answered it within 7 days.", amount=amount)
    if found.reason == GOOD:
        return words.html("Your appeal is won: {amount} is paid. A second person found your work good.", amount=amount)
    head = words.html("Your appeal is lost: a second person looked at it and wrote")
    return Markup(f"{head}\n{quoted(cut_end(found.reason or '', 300), words)}")


def _all_view(tx: Tx, person_id: int, params: dict[str, Any]) -> tuple[Batch | None, int, int]:
    batch = params["batch"]
    return batches.by_id(tx, batch), params["count"], rejections.count_open(tx, person_id, batch)


def appealed_all(view: tuple[Batch | None, int, int], words: Words) -> Action:
    """What was appealed together."""
    batch, count, left = view
    if batch is None:
        return Nothing()
    text = words.html_many(
        "<b>{title}</b>: you appealed {count} rejection. You are told here what becomes of it.",
        "<b>{title}</b>: you appealed {count} rejections. You are told here what becomes of them.",
        count,
        title=cut_end(batch.title, 60),
    )
    more = (Button(words.plain("Appeal all"), encode("rj_all", batch.id), style="primary"),)
    return Message(text, (more,) if left else ())


def _outcomes_view(tx: Tx, person_id: int, params: dict[str, Any]) -> list[Rejected]:
    found = rejections.decided_since(tx, person_id, params["batch"], since=params["since"], limit=ALL)
    return [rejected(tx, one) for one in found[:OUTCOMES]] + [None] * max(0, len(found) - OUTCOMES)  # type: ignore[list-item]


def outcomes(view: list[Rejected | None], words: Words) -> Action:
    """Appeals that were decided: each with its reason."""
    shown = [one for one in view if one is not None]
    if not shown:
        return Nothing()
    blocks = [words.html("<b>{title}</b>: your appeal", title=cut_end(shown[0].batch.title, 60))]
    for one in shown:
        head = words.html("{task}: <b>{said}</b>", task=cut_end(one.task.name, 30), said=said(one, 60))
        blocks.append(Markup(f"{head}\n{outcome(one.rejection, words.money(one.submission.price), words)}"))
    if len(view) > len(shown):
        more = len(view) - len(shown)
        blocks.append(words.html_many("… and {count} more: /history", "… and {count} more: /history", more))
    return Message(Markup("\n\n".join(blocks)), _buttons(shown[0], words) if len(view) == 1 else (), protect=True)


RENDERERS = {
    "rejected": Renderer(news, _news_view),
    "rejection": Renderer(one, _one_view),
    "appealed_all": Renderer(appealed_all, _all_view),
    "appeal_decided": Renderer(outcomes, _outcomes_view),
}
