"""A task nobody agrees on, as whoever decides reads it: the task, the votes, the answers as buttons."""

from __future__ import annotations

from typing import Any

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
SAID = 600
VOTES = 6


def _view(tx: Tx, _: int, params: dict[str, Any]) -> tuple[Batch | None, Disputed | None]:
    task = params["task"]
    return batches.by_id(tx, params["batch"]), None if task is None else disputes.view(tx, task)


def dispute(view: tuple[Batch | None, Disputed | None], words: Words) -> Action:
    """The task with its votes, and what each button means; or that none is left."""
    batch, found = view
    back = Button(words.plain("One-tap work"), encode("ow_list"))
    if batch is None or found is None:
        title = "" if batch is None else cut_end(batch.title, 80)
        return Message(words.html("<b>{title}</b>: nothing waits for your decision.", title=title), ((back,),))
    task = found.task
    head = words.html("<b>{title}</b> · {task}", title=cut_end(batch.title, 80), task=cut_end(task.name, NAME))
    if found.dispute is None or found.dispute.at is not None:
        following = Button(words.plain("Next"), encode("dp_show", batch.id, task.id))
        return Message(Markup(f"{head}\n{_outcome(found, words)}"), ((following, back),))
    face = batch.face.in_language(words.language)
    shown = dict(zip(batch.face.answers, face.answers, strict=True))
    votes = " · ".join(
        words.plain("{answer} {count}", answer=cut_end(shown.get(label, label), NAME), count=words.number(count))
        for label, count in found.votes[:VOTES]
    )
    blocks = [
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
    last = (
        Button(words.plain("Skip it"), encode("dp_skip", task.id)),
        Button(words.plain("Not usable"), encode("dp_none", task.id)),
    )
    photo = StoredPhoto(task.payload.photo) if task.payload.photo else None
    return Message(Markup("\n\n".join(blocks)), (*in_rows(answers, ROW_WIDTH), last), photo=photo, protect=True)


def _outcome(found: Disputed, words: Words) -> Markup:
    if found.dispute is None:
        return words.html("It is clear by now: nothing is to be decided.")
    if found.dispute.label is None:
        return words.html("Decided: it is not usable, and has no label.")
    return words.html("Decided: {label}", label=cut_end(found.dispute.label, NAME))


RENDERERS = {"dispute": Renderer(dispute, _view)}
