"""How a worker hears of gold they missed, later and kindly; and that a known answer was wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.rendering.gold import QUESTION, TITLE, task_photo, task_text
from bot.rendering.message import Action, Button, Message, Nothing, Renderer
from domain.batches import Batch, Task
from domain.long_texts import cut_end
from handlers.buttons import encode
from locales.words import Markup, Words
from storage import batches, gold, gold_answers, people, tasks
from storage.database import Tx
from storage.gold_answers import Miss

WHY = 240


@dataclass(frozen=True, slots=True)
class Missed:
    """A missed gold answer as its worker is told: in the words of their language."""

    batch: Batch
    task: Task
    miss: Miss
    why: str | None


def _missed_view(tx: Tx, person_id: int, params: dict[str, Any]) -> Missed | None:
    miss = gold_answers.miss(tx, params["submission"])
    if miss is None or miss.worker_id != person_id:
        return None
    task, batch = tasks.by_id(tx, miss.task_id), batches.by_id(tx, miss.batch_id)
    if task is None or batch is None or not gold_answers.stands(tx, miss.submission_id):
        return None
    return Missed(batch, task, miss, gold.why(tx, miss.task_id))


def missed(view: Missed | None, words: Words) -> Action:
    """One they missed, after they paused: what they said, what is right and why; paid all the same, the first free."""
    if view is None or view.miss.void_at is not None:
        return Nothing()
    miss = view.miss
    label = dict(zip(view.batch.face.answers, _own(view.batch, words), strict=True))
    lines = [
        words.html("<b>{title}</b>: one of the tasks had an answer we knew.", title=cut_end(view.batch.title, TITLE)),
        *task_text(view.task, words),
        words.html(
            "<b>{question}</b>", question=cut_end(view.batch.face.in_language(words.language).question, QUESTION)
        ),
        words.html(
            "You said: {own}\nWe have: <b>{gold}</b>",
            own=label.get(miss.label, miss.label),
            gold=label.get(miss.gold, miss.gold),
        ),
    ]
    if view.why:
        lines.append(words.html("Why: {why}", why=cut_end(view.why, WHY)))
    if miss.forgiven:
        lines.append(
            words.html("That happens to everybody, and the first one does not count. It is paid like any other.")
        )
    else:
        lines.append(words.html("It is paid like any other. Nobody is turned down for single ones like this."))
    if miss.objected_at is not None:
        lines.append(words.html("✓ You think that yours is right. A coordinator will look at it."))
        return Message(Markup("\n\n".join(lines)), photo=task_photo(view.task), protect=True)
    row = (Button(words.plain("I think it is right"), encode("gold_object", miss.submission_id)),)
    return Message(Markup("\n\n".join(lines)), (row,), photo=task_photo(view.task), protect=True)


def void(view: Missed | None, words: Words) -> Action:
    """To who was told that they missed it: the question was wrong."""
    if view is None:
        return Nothing()
    label = dict(zip(view.batch.face.answers, _own(view.batch, words), strict=True))
    lines = [
        words.html(
            "<b>{title}</b>: a known answer we told you about was wrong.", title=cut_end(view.batch.title, TITLE)
        ),
        *task_text(view.task, words),
        words.html(
            "Your answer was: {own}. That question does not count for you any more. Sorry!",
            own=label.get(view.miss.label, view.miss.label),
        ),
    ]
    return Message(Markup("\n\n".join(lines)), photo=task_photo(view.task), protect=True)


def _void_view(tx: Tx, person_id: int, params: dict[str, Any]) -> Missed | None:
    miss = gold_answers.miss(tx, params["submission"])
    if miss is None or miss.worker_id != person_id or miss.void_at is None or people.by_id(tx, person_id) is None:
        return None
    task, batch = tasks.by_id(tx, miss.task_id), batches.by_id(tx, miss.batch_id)
    return None if task is None or batch is None else Missed(batch, task, miss, None)


def _own(batch: Batch, words: Words) -> tuple[str, ...]:
    """The batch's answers in the reader's language, in its order."""
    return batch.face.in_language(words.language).answers


RENDERERS = {"gold_missed": Renderer(missed, _missed_view), "gold_void": Renderer(void, _void_view)}
