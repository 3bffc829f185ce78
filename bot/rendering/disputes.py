"""A task nobody agrees on, as whoever decides reads it: the task, the votes, the answers as buttons."""

from __future__ import annotations

from typing import Any, NamedTuple

from bot.rendering.card import ROW_WIDTH, in_rows
from bot.rendering.message import Action, Button, Message, Renderer, StoredPhoto
from domain.batches import Batch
from domain.long_texts import cut_end
from handlers.buttons import encode
from locales.words import Markup, Words
from storage import batches
from storage.database import Tx
from usecases import disputes
from usecases.disputes import Disputed

NAME = 60
DONE = 30
SAID = 600
VOTES = 6
VOTED = 40
"""Characters of an answer among the votes: its button has it whole, and a photo's caption has room for 1,024."""


class View(NamedTuple):
    """The next task of a batch, None where none is left; `last` was just decided by who looks at it."""

    batch: Batch | None
    found: Disputed | None
    last: Disputed | None


def _view(tx: Tx, person_id: int, params: dict[str, Any]) -> View:
    task, last = params["task"], params.get("last")
    decided = None if last is None else disputes.view(tx, last)
    if decided is not None and (decided.dispute is None or decided.dispute.by != person_id):
        decided = None
    return View(batches.by_id(tx, params["batch"]), None if task is None else disputes.view(tx, task), decided)


def dispute(view: View, words: Words) -> Action:
    """What was just decided, and Undo; the task with its votes and a button for each answer, or that none is left."""
    batch, found, last = view
    done = [] if last is None else [_done(last, words)]
    undo = () if last is None else ((Button(words.plain("Undo"), encode("dp_undo", last.task.id)),),)
    back = Button(words.plain("One-tap work"), encode("ow_list"))
    if batch is None or found is None:
        title = "" if batch is None else cut_end(batch.title, 80)
        nothing = words.html("<b>{title}</b>: nothing waits for your decision.", title=title)
        return Message(Markup("\n\n".join((*done, nothing))), (*undo, (back,)))
    task = found.task
    head = words.html("<b>{title}</b> · {task}", title=cut_end(batch.title, 80), task=cut_end(task.name, NAME))
    if found.dispute is None or found.dispute.at is not None:
        following = Button(words.plain("Next"), encode("dp_show", batch.id, task.id))
        return Message(Markup(f"{head}\n{_outcome(found, words)}"), ((following, back),))
    face = batch.face.in_language(words.language)
    shown = dict(zip(batch.face.answers, face.answers, strict=True))
    votes = " · ".join(
        words.plain("{answer} {count}", answer=cut_end(shown.get(label, label), VOTED), count=words.number(count))
        for label, count in found.votes[:VOTES]
    )
    blocks = [
        *done,
        head,
        *(words.html("{said}", said=cut_end(said, SAID)) for _, said in task.payload.messages[-1:]),
        words.html("{question}", question=cut_end(face.question, 200)),
        words.html("Nobody agrees: <b>{votes}</b>", votes=votes),
        words.html(
            "Which answer is right? Yours becomes the label. The workers are paid as they are: to differ is no fault."
        ),
        words.html_many(
            "{count} task of this batch waits for a decision.",
            "{count} tasks of this batch wait for a decision.",
            found.waiting,
        ),
    ]
    answers = [Button(text, encode("dp_pick", task.id, index)) for index, text in enumerate(face.answers)]
    row = (
        Button(words.plain("Skip it"), encode("dp_skip", task.id)),
        Button(words.plain("Not usable"), encode("dp_none", task.id)),
    )
    photo = StoredPhoto(task.payload.photo) if task.payload.photo else None
    return Message(Markup("\n\n".join(blocks)), (*in_rows(answers, ROW_WIDTH), row, *undo), photo=photo, protect=True)


def _done(last: Disputed, words: Words) -> Markup:
    return Markup(f"✓ {words.html('{said}', said=cut_end(last.task.name, DONE))} · {_outcome(last, words)}")


def _outcome(found: Disputed, words: Words) -> Markup:
    if found.dispute is None:
        return words.html("It is clear by now: nothing is to be decided.")
    if found.dispute.label is None:
        return words.html("Decided: it is not usable, and has no label.")
    face = found.batch.face
    shown = dict(zip(face.answers, face.in_language(words.language).answers, strict=True))
    label = shown.get(found.dispute.label, found.dispute.label)
    return words.html("Decided: {label}", label=cut_end(label, NAME))


RENDERERS = {"dispute": Renderer(dispute, _view)}
