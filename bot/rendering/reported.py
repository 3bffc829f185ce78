"""Reports of problems: what the coordinator decides about, and what the worker who reported is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.rendering.message import Action, Button, Keyboard, Message, Nothing, Renderer, StoredPhoto
from domain.batches import Batch, Task
from domain.long_texts import cut_end
from domain.working import REPORT_REASONS
from handlers.buttons import encode
from locales.words import Markup, Words
from storage import batches, reports, tasks
from storage.database import Tx
from storage.reports import Report


@dataclass(frozen=True, slots=True)
class Reported:
    """A task with its reports: those nobody decided about, and whether another task of the batch has some."""

    batch: Batch
    task: Task | None
    found: tuple[Report, ...]
    more: bool


def _view(tx: Tx, _: int, params: dict[str, Any]) -> Reported | None:
    batch = batches.by_id(tx, params["batch"])
    if batch is None:
        return None
    task = None if params["task"] is None else tasks.by_id(tx, params["task"])
    found = () if task is None else tuple(reports.open_of_task(tx, batch.id, task.id))
    return Reported(batch, task, found, reports.count_open(tx, batch.id) > len(found))


def reported(view: Reported | None, words: Words) -> Action:
    """A reported task, with what workers say of it and what each answer means."""
    if view is None:
        return Nothing()
    title = cut_end(view.batch.title, 80)
    following = Button(words.plain("Next"), encode("rp_next", view.batch.id, view.task.id if view.task else 0))
    if view.task is None:
        return Message(words.html("<b>{title}</b>: no report waits for you.", title=title))
    if not view.found:
        text = words.html("<b>{title}</b> · {task}: decided.", title=title, task=cut_end(view.task.name, 60))
        return Message(text, _after(view, following, words))
    said = dict(REPORT_REASONS)
    votes = {code: sum(one.reason == code for one in view.found) for code in said}
    lines = [
        words.html("<b>{title}</b> · {task}", title=title, task=cut_end(view.task.name, 60)),
        *(
            words.html("• {reason}: {count}", reason=words.plain(said[code]), count=words.number(count))
            for code, count in votes.items()
            if count
        ),
        words.html_many(
            "Agree and pay: {price} for the worker who reported it, and nobody gets the task until you say so."
            " Not a problem: the task goes on, and nothing is paid.",
            "Agree and pay: {price} for each of the {count} workers who reported it, and nobody gets the task until you"
            " say so. Not a problem: the task goes on, and nothing is paid.",
            len(view.found),
            price=words.money(view.batch.price or 0),
        ),
    ]
    if view.task.payload.messages:
        lines.insert(1, words.html("{said}", said=cut_end(view.task.payload.messages[-1][1], 400)))
    rows = decide_rows(view.task.id, view.found, words)
    photo = StoredPhoto(view.task.payload.photo) if view.task.payload.photo else None
    more = ((following,),) if view.more else ()
    return Message(Markup("\n\n".join(lines)), (*rows, *more), photo=photo)


def _after(view: Reported, following: Button, words: Words) -> Keyboard:
    assert view.task is not None
    row = [following] if view.more else []
    if view.task.state == "paused":
        row.append(Button(words.plain("Offer it again"), encode("resume_task", view.task.id)))
    return (tuple(row),) if row else ()


def decide_rows(task_id: int, found: tuple[Report, ...], words: Words) -> Keyboard:
    """The two answers to a task's reports; they speak for exactly those that are shown."""
    if not found:
        return ()
    upto = found[-1].id
    return (
        (
            Button(words.plain("Agree and pay"), encode("rp_agree", task_id, upto), style="success"),
            Button(words.plain("Not a problem"), encode("rp_decline", task_id, upto)),
        ),
    )


def _told_view(tx: Tx, _: int, params: dict[str, Any]) -> tuple[Batch, Task, int] | None:
    task = tasks.by_id(tx, params["task"])
    batch = None if task is None else batches.by_id(tx, task.batch_id)
    return None if task is None or batch is None else (batch, task, params.get("amount", 0))


def paid(view: tuple[Batch, Task, int] | None, words: Words) -> Action:
    """A report that pays."""
    if view is None:
        return Nothing()
    batch, task, amount = view
    return Message(
        words.html(
            "Thank you for reporting {task} of <b>{title}</b>: a coordinator agrees. +{amount}, as for the task.",
            task=cut_end(task.name, 60),
            title=cut_end(batch.title, 80),
            amount=words.money(amount),
        )
    )


def declined(view: tuple[Batch, Task, int] | None, words: Words) -> Action:
    """A report that does not."""
    if view is None:
        return Nothing()
    batch, task, _ = view
    return Message(
        words.html(
            "A coordinator looked at {task} of <b>{title}</b>, which you reported: it can be done as it is. Your report"
            " costs you nothing.",
            task=cut_end(task.name, 60),
            title=cut_end(batch.title, 80),
        )
    )


@dataclass(frozen=True, slots=True)
class Paused:
    """A task that was reported several times; `found` are the reports nobody has decided about."""

    batch: Batch
    task: Task
    reasons: dict[str, int]
    found: tuple[Report, ...]


def _paused_view(tx: Tx, _: int, params: dict[str, Any]) -> Paused | None:
    """The paused task and why."""
    task = tasks.by_id(tx, params["task"])
    batch = None if task is None else batches.by_id(tx, task.batch_id)
    if task is None or batch is None:
        return None
    found = tuple(reports.open_of_task(tx, batch.id, task.id))
    return Paused(batch, task, reports.reasons(tx, batch.id, task.id), found)


def task_paused(view: Paused | None, words: Words) -> Action:
    """To the coordinator: a task several workers reported."""
    if view is None:
        return Nothing()
    said = dict(REPORT_REASONS)
    blocks = [
        words.html(
            "Task {name} of <b>{title}</b> was reported several times and is paused: nobody gets it until you say so.",
            name=view.task.name,
            title=view.batch.title,
        ),
        *(
            words.html("• {reason}: {count}", reason=words.plain(said[code]), count=count)
            for code, count in view.reasons.items()
        ),
    ]
    photo = StoredPhoto(view.task.payload.photo) if view.task.payload.photo else None
    again = ((Button(words.plain("Offer it again"), encode("resume_task", view.task.id)),),)
    if view.found:
        blocks.append(
            words.html(
                "If you agree that something is wrong with it, each report pays {amount}, like the task.",
                amount=words.money(view.batch.price or 0),
            )
        )
    rows = decide_rows(view.task.id, view.found, words)
    return Message(Markup("\n".join(blocks)), (*rows, *(again if view.task.state == "paused" else ())), photo=photo)


RENDERERS = {
    "reports": Renderer(reported, _view),
    "report_paid": Renderer(paid, _told_view),
    "report_declined": Renderer(declined, _told_view),
    "task_paused": Renderer(task_paused, _paused_view),
    "task_resumed": Renderer(task_paused, _paused_view),
}
