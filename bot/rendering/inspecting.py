"""One-tap work in review, as staff look at it before anything is rejected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.rendering.message import Action, Button, Message, Renderer, StoredPhoto
from bot.rendering.signals import in_words
from domain.batches import Batch
from domain.long_texts import cut_end
from handlers.buttons import encode
from locales.words import Markup, Words
from storage import batches, disputes, people, reviews, signals
from storage.database import Tx
from storage.signals import Signal
from usecases import inspecting
from usecases.inspecting import LISTED, TAPPED, One, Page
from usecases.signals import about

LABEL = 36
NAME = 60
NOTED = 4
"""So much of what stands out about somebody is one tap away above their answers."""


@dataclass(frozen=True, slots=True)
class Workers:
    """Whose answers of a batch are in review: (worker, name, how many)."""

    batch: Batch
    found: tuple[tuple[int, str, int], ...]


@dataclass(frozen=True, slots=True)
class Lists:
    """Batches with one-tap work in review, tasks nobody agrees on, what stands out: (batch, title, how many)."""

    in_review: list[tuple[int, str, int]]
    disputed: list[tuple[int, str, int]]
    signals: list[tuple[int, str, int]]


def _batches_view(tx: Tx, _: int, __: dict[str, Any]) -> Lists:
    waiting = reviews.waiting_batches(tx, kinds=TAPPED, limit=LISTED)
    disputed = disputes.waiting_batches(tx, limit=LISTED)
    return Lists(waiting, disputed, signals.waiting_batches(tx, limit=LISTED))


def batches_in_review(view: Lists, words: Words) -> Action:
    """The batches with one-tap work in review, with tasks nobody agrees on, and where something stands out."""
    text = (
        words.html(
            "One-tap work in review. It is accepted by itself when its period ends; you need not look at it, but you"
            " can."
        )
        if view.in_review
        else words.html("No one-tap work is in review. It is accepted by itself when its period ends.")
    )
    rows = [
        (Button(f"{cut_end(title, LABEL)} · {words.number(count)}", encode("ow_batch", batch)),)
        for batch, title, count in view.in_review
    ]
    if view.disputed:
        more = words.html("Nobody agrees on some tasks, and more answers would not tell. You can say what is right:")
        text = Markup(f"{text}\n\n{more}")
        for batch, title, count in view.disputed:
            label = f"{words.plain('Nobody agrees')}: {cut_end(title, LABEL)} · {words.number(count)}"
            rows.append((Button(label, encode("dp_show", batch, 0)),))
    if view.signals:
        more = words.html("Something stands out in how people answer. It is no verdict: please look for yourself.")
        text = Markup(f"{text}\n\n{more}")
        for batch, title, count in view.signals:
            values = {"title": cut_end(title, LABEL), "count": words.number(count)}
            rows.append((Button(words.plain("To look at: {title} · {count}", **values), encode("sg_show", batch)),))
    return Message(text, tuple(rows))


def _workers_view(tx: Tx, person_id: int, params: dict[str, Any]) -> Workers:
    batch = batches.by_id(tx, params["batch"])
    assert batch is not None
    found = reviews.waiting_workers(tx, batch.id, besides=person_id, limit=LISTED)
    return Workers(batch, tuple((worker, people.name(tx, worker), count) for worker, count in found))


def workers(view: Workers, words: Words) -> Action:
    """Whose answers these are."""
    back = (Button(words.plain("Back"), encode("ow_list")),)
    title = cut_end(view.batch.title, 80)
    if not view.found:
        return Message(words.html("<b>{title}</b>: nothing is in review any more.", title=title), (back,))
    rows = tuple(
        (Button(f"{cut_end(name, LABEL)} · {words.number(count)}", encode("ow_page", view.batch.id, worker, 0)),)
        for worker, name, count in view.found
    )
    text = words.html("<b>{title}</b>: whose answers would you like to look at?", title=title)
    return Message(text, (*rows, back))


@dataclass(frozen=True, slots=True)
class Shown:
    """A page of somebody's answers (None where none is in review), and what stands out about them in that batch."""

    found: Page | None
    name: str
    batch_id: int
    signals: list[Signal]


def _page_view(tx: Tx, person_id: int, params: dict[str, Any]) -> Shown:
    batch, worker = params["batch"], params["worker"]
    found = inspecting.page(tx, batch_id=batch, worker_id=worker, after=params["after"])
    name = "" if found is None else people.name(tx, worker)
    return Shown(found, name, batch, about(tx, worker, batch, reader=person_id))


def page(view: Shown, words: Words) -> Action:
    """Some answers of one worker, each to be opened; all of these, or all there are, to be rejected."""
    found, name = view.found, view.name
    noted = tuple((Button(in_words(one.kind, words), encode("sg_one", one.id)),) for one in view.signals[:NOTED])
    back = Button(words.plain("Back"), encode("ow_batch", view.batch_id))
    if found is None or not found.answers:
        return Message(words.html("Nothing of this is in review any more."), (*noted, (back,)))
    head = words.html_many(
        "<b>{title}</b> · {name}\n{count} answer in review",
        "<b>{title}</b> · {name}\n{count} answers in review",
        found.count,
        title=cut_end(found.batch.title, 80),
        name=cut_end(name, NAME),
    )
    lines = [
        words.html(
            "{number}. {task}: <b>{said}</b>", number=number, task=cut_end(one.name, NAME), said=cut_end(one.said, NAME)
        )
        for number, one in enumerate(found.answers, 1)
    ]
    looks = [Button(str(number), encode("ow_one", one.submission.id)) for number, one in enumerate(found.answers, 1)]
    first, last = found.answers[0].submission.id, found.answers[-1].submission.id
    rows = [tuple(looks[at : at + 4]) for at in range(0, len(looks), 4)]
    reject = [Button(words.plain("Reject these"), encode("rj_ask", first, last, 0))]
    if found.count > len(found.answers):
        label = words.plain("Reject all {count}", count=words.number(found.count))
        reject.append(Button(label, encode("rj_ask", found.first, found.last, 0)))
    rows.append(tuple(reject))
    moves = [back]
    if found.after:
        moves.append(Button(words.plain("Next"), encode("ow_page", found.batch.id, found.worker_id, found.after)))
    if noted:
        lines += [Markup(""), words.html("Something stands out here. It is no verdict: please look for yourself.")]
    return Message(Markup("\n".join([head, "", *lines])), (*rows, *noted, tuple(moves)), protect=True)


def _one_view(tx: Tx, _: int, params: dict[str, Any]) -> One | None:
    return inspecting.one(tx, params["submission"])


def one(view: One | None, words: Words) -> Action:
    """One answer with its photo and what others said; another opinion is no reason to reject it."""
    if view is None:
        return Message(words.html("Nothing of this is in review any more."))
    submission = view.answered.submission
    blocks = [
        words.html(
            "<b>{title}</b> · {task} · answer #{number}",
            title=cut_end(view.batch.title, 80),
            task=cut_end(view.answered.name, NAME),
            number=submission.id,
        ),
        words.html(
            "{question}\n<b>{said}</b>",
            question=cut_end(view.batch.face.question, 200),
            said=cut_end(view.answered.said, NAME),
        ),
    ]
    if view.task.payload.messages:
        blocks.insert(1, words.html("{said}", said=cut_end(view.task.payload.messages[-1][1], 400)))
    if view.others:
        votes = ", ".join(f"{cut_end(said, LABEL)} ×{words.number(count)}" for said, count in view.others[:5])
        blocks.append(words.html("Others: {votes}", votes=votes))
    back = Button(words.plain("Back"), encode("ow_page", view.batch.id, submission.worker_id, 0))
    row = [back]
    if submission.state == "pending":
        data = encode("rj_ask", submission.id, submission.id, submission.version)
        row.insert(0, Button(words.plain("Reject"), data))
    photo = StoredPhoto(view.task.payload.photo) if view.task.payload.photo else None
    return Message(Markup("\n\n".join(blocks)), (tuple(row),), photo=photo, protect=True)


RENDERERS = {
    "inspect": Renderer(batches_in_review, _batches_view),
    "inspect_batch": Renderer(workers, _workers_view),
    "inspect_page": Renderer(page, _page_view),
    "inspect_one": Renderer(one, _one_view),
}
