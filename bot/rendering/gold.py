"""Gold: what a coordinator makes and confirms of it, and what a draft says of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.rendering.card import choices, times
from bot.rendering.message import Action, Button, Keyboard, Message, Nothing, Renderer, StoredPhoto
from domain.batches import Batch, Task
from domain.long_texts import cut_end
from handlers.buttons import encode
from locales.words import Markup, Words
from storage import batches, tasks
from storage.database import Tx
from usecases import gold as gold_usecase
from usecases import gold_confirming, gold_matching
from usecases.gold_confirming import Candidate
from usecases.gold_matching import GoldView

TITLE = 80
QUESTION = 200
NAME = 60
TEXT = 500
ROW_WIDTH = 34
LABELS_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Making:
    """A task a coordinator answers to make gold: how many they have made, which one Undo would take back."""

    batch: Batch
    task: Task
    made: int
    last: int | None


@dataclass(frozen=True, slots=True)
class Made:
    """How much gold a batch has by now; what was made, and paid for, just now; how many answers more cost how much."""

    batch: Batch
    gold: GoldView
    made: int
    paid: int
    offer: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Confirming:
    """A task workers agree on, for a coordinator to look at."""

    batch: Batch
    task: Task
    candidate: Candidate
    made: int


def _making_view(tx: Tx, _: int, params: dict[str, Any]) -> Making | None:
    batch, task = batches.by_id(tx, params["batch"]), tasks.by_id(tx, params["task"])
    if batch is None or task is None:
        return None
    return Making(batch, task, params["made"], params["last"])


def making(view: Making | None, words: Words) -> Action:
    """**Make gold**: the task with its answers as buttons. What is tapped is what is right from then on."""
    if view is None:
        return Nothing()
    title = cut_end(view.batch.title, TITLE)
    lines = [
        words.html("<b>{title}</b> · gold you made: {made}", title=title, made=words.number(view.made)),
        *task_text(view.task, words),
        question(view.batch, words),
        words.html("Your answer counts as the right one; workers are measured by it. Skip what is not clear."),
    ]
    answers = [
        Button(text, encode("gm_answer", view.task.id, index, view.made))
        for index, text in enumerate(view.batch.face.answers)
    ]
    rows = list(choices(view.batch, answers))
    if view.last is not None:
        rows.append((Button(words.plain("Undo"), encode("gm_undo", view.last, view.made)),))
    skip = Button(words.plain("Skip"), encode("gm_skip", view.task.id, view.made))
    stop = Button(words.plain("Stop"), encode("gm_stop", view.batch.id, view.made))
    return Message(Markup("\n\n".join(lines)), (*rows, (skip, stop)), photo=task_photo(view.task))


def _made_view(tx: Tx, _: int, params: dict[str, Any]) -> Made | None:
    batch = batches.by_id(tx, params["batch"])
    if batch is None:
        return None
    offer = gold_usecase.offer(tx, batch)
    return Made(batch, gold_matching.view(tx, batch), params["made"], params.get("paid", 0), offer)


def made(view: Made | None, words: Words) -> Action:
    """What there is after making or confirming gold, and what it lacks."""
    if view is None:
        return Nothing()
    lines = []
    if view.paid:
        lines.append(
            words.html_many(
                "{count} more answer to gold is paid for.", "{count} more answers to gold are paid for.", view.paid
            )
        )
    if view.made:
        lines.append(
            words.html_many(
                "{count} task became gold just now, thank you.",
                "{count} tasks became gold just now, thank you.",
                view.made,
            )
        )
    lines.append(summary(view.gold, words) or words.html("There is no gold in this batch."))
    missing = [name for name in view.batch.face.answers if name not in dict(view.gold.by_label)]
    if view.gold.by_label and missing:
        names = ", ".join(cut_end(name, NAME) for name in missing[:LABELS_SHOWN])
        lines.append(
            words.html("None yet with the answer: {names}. Gold measures best with some of each.", names=names)
        )
    rows = _gold_buttons(view.batch, words)
    if view.offer is not None:
        answers, cost = view.offer
        lines.append(
            words.html_many(
                "No answer to gold is left to give out. {count} more costs {cost}.",
                "No answer to gold is left to give out. {count} more cost {cost}.",
                answers,
                cost=words.money(cost),
            )
        )
        rows = (*rows, (Button(words.plain("Pay for gold"), encode("gm_pay", view.batch.id, answers, cost)),))
    head = words.html("<b>{title}</b>", title=cut_end(view.batch.title, TITLE))
    return Message(Markup("\n".join([head, *lines])), rows)


def summary(gold: GoldView, words: Words) -> Markup:
    """ "Gold: Cat 10 · Dog 9. 36 answers to it are paid for." Empty without any."""
    if not gold.by_label:
        return Markup("")
    shown = " · ".join(times(cut_end(label, NAME), count, words) for label, count in gold.by_label[:LABELS_SHOWN])
    rest = len(gold.by_label) - LABELS_SHOWN
    labels = shown + (f" · +{rest}" if rest > 0 else "")
    return words.html_many(
        "Gold: {labels}. {count} answer to it is paid for.",
        "Gold: {labels}. {count} answers to it are paid for.",
        gold.answers,
        labels=labels,
    )


def in_draft(batch: Batch, gold: GoldView, words: Words) -> Markup:
    """What a draft says of its known answers: how many, and which cannot be used and why."""
    lines = [summary(gold, words)] if gold.by_label else []
    if gold.waiting:
        lines.append(
            words.html_many(
                "{count} known answer waits for the answers to choose from.",
                "{count} known answers wait for the answers to choose from.",
                gold.waiting,
            )
        )
    if gold.unknown:
        shown = ", ".join(f"“{cut_end(label, NAME)}” ({count})" for label, count in gold.unknown[:LABELS_SHOWN])
        rest = len(gold.unknown) - LABELS_SHOWN
        lines.append(
            words.html(
                "⚠️ Known answers that are not among the answers, and so are not used: {labels}. The answers are:"
                " {answers}.",
                labels=shown + (f", +{rest}" if rest > 0 else ""),
                answers=", ".join(batch.face.answers[:LABELS_SHOWN]),
            )
        )
    if gold.written:
        lines.append(
            words.html_many(
                "⚠️ {count} known answer is not used: here workers write, and what is written cannot be compared.",
                "⚠️ {count} known answers are not used: here workers write, and what is written cannot be compared.",
                gold.written,
            )
        )
    if batch.gold and not batch.tasks:
        lines.append(
            words.html("⚠️ Every answer here is known, so there is nothing to ask. Send more, or tap Forget gold.")
        )
    return Markup("\n".join(lines))


def _gold_buttons(batch: Batch, words: Words) -> Keyboard:
    if batch.state not in ("draft", "open", "paused") or (batch.state == "draft" and not batch.tasks):
        return ()
    row = [Button(words.plain("Make gold"), encode("gm_make", batch.id))]
    if batch.state != "draft" and batch.done:
        row.append(Button(words.plain("Confirm gold"), encode("gc_show", batch.id)))
    return (tuple(row),)


def _confirming_view(tx: Tx, _: int, params: dict[str, Any]) -> Confirming | None:
    found = gold_confirming.candidate_of(tx, params["task"])
    return None if found is None else Confirming(*found, params["made"])


def confirming(view: Confirming | None, words: Words) -> Action:
    """A task workers agree on: is that right?"""
    if view is None:
        return Nothing()
    one, title = view.candidate, cut_end(view.batch.title, TITLE)
    said = words.html(
        "{agree} of {answers} workers say: <b>{label}</b>",
        agree=words.number(one.agree),
        answers=words.number(one.answers),
        label=one.label,
    )
    lines = [
        words.html("<b>{title}</b> · confirmed: {made}", title=title, made=words.number(view.made)),
        *task_text(view.task, words),
        question(view.batch, words),
        said,
        words.html("Is that right? Then others can be measured by it. Look yourself: many can be wrong together."),
    ]
    index = view.batch.face.answers.index(one.label)
    yes = Button(words.plain("Right, use as gold"), encode("gc_yes", view.task.id, index, view.made), style="success")
    no = Button(words.plain("No"), encode("gc_no", view.task.id, view.made))
    stop = Button(words.plain("Stop"), encode("gm_stop", view.batch.id, view.made))
    return Message(Markup("\n\n".join(lines)), ((yes,), (no, stop)), photo=task_photo(view.task))


def question(batch: Batch, words: Words) -> Markup:
    """What is asked, in the batch's words; of a scale with what its ends mean."""
    face, asked = batch.face, words.html("<b>{question}</b>", question=cut_end(batch.face.question, QUESTION))
    if not face.ends:
        return asked
    ends = f"{face.answers[0]} = {face.ends[0]} · {face.answers[-1]} = {face.ends[1]}"
    return Markup(asked + words.html("\n{scale}", scale=cut_end(ends, QUESTION)))


def task_text(task: Task, words: Words) -> list[Markup]:
    """What a text task is about; a photo is the message's own."""
    if not task.payload.messages:
        return []
    return [words.html("<blockquote>{said}</blockquote>", said=cut_end(task.payload.messages[-1][1], TEXT))]


def task_photo(task: Task) -> StoredPhoto | None:
    """The photo of a task that has one."""
    return StoredPhoto(task.payload.photo) if task.payload.photo else None


RENDERERS = {
    "gold_make": Renderer(making, _making_view),
    "gold_made": Renderer(made, _made_view),
    "gold_confirm": Renderer(confirming, _confirming_view),
}
