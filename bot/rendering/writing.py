"""A written answer on its way: the draft with its buttons, what became of it, and the conversation in full."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.rendering.conversation import turns_html, turns_text
from bot.rendering.message import Action, Button, Document, Message, Nothing, Renderer
from domain.batches import Task
from domain.kinds import MAX_TEXT, Parts, kind
from domain.long_texts import cut_end, pages
from domain.refusals import Refusal
from handlers.buttons import encode
from locales.words import Markup, Words
from storage import assignments, parts, tasks
from storage.database import Tx

SHOWN = 3_300
"""Characters of a draft its preview shows."""


@dataclass(frozen=True, slots=True)
class DraftView:
    """A draft as it is now; `text` is what would be submitted, or what was written when that cannot be yet.

    `goes_on` when a message was added to it: its older preview stands above.
    """

    assignment_id: int
    version: int
    text: str
    count: int
    price: int
    changed: bool
    goes_on: bool = False


def view_draft(tx: Tx, person_id: int, params: dict[str, Any]) -> DraftView | None:
    """The draft of an assignment of theirs."""
    hand = assignments.hand(tx, person_id, params["assignment"])
    if hand is None or hand.assignment.worker_id != person_id:
        return None
    texts = parts.of(tx, hand.assignment.id)
    batch = hand.place.batch
    try:
        text = str(kind(batch.kind).apply(batch.face, hand.task.payload, Parts(texts)).get("text", ""))
    except Refusal:
        text = "\n\n".join(texts)
    return DraftView(
        hand.assignment.id,
        hand.assignment.draft_version,
        text,
        len(texts),
        batch.price or 0,
        params.get("changed", False),
        params.get("goes_on", False),
    )


def view_task(tx: Tx, _: int, params: dict[str, Any]) -> tuple[Task, int] | None:
    """The task whose conversation is shown, and which page of it."""
    task = tasks.by_id(tx, params["task"])
    return None if task is None else (task, params.get("page", 0))


def draft(view: DraftView | None, words: Words) -> Action:
    """The text as it would be submitted, with Submit, Edit, Discard."""
    if view is None:
        return Nothing()
    if not view.count:
        return Message(words.html("There is no draft now. Write your reply as a message whenever you like."))
    head = words.html("<b>Your reply, not submitted yet</b>")
    if view.changed:
        head = words.html("<b>Your text changed; here it is as it is now.</b>")
    blocks = [head, *_text(view, words)]
    if len(view.text) > MAX_TEXT:
        blocks.append(
            words.html(
                "It has {length} characters, {limit} fit. Shorten a message of yours by editing it.",
                length=words.number(len(view.text)),
                limit=words.number(MAX_TEXT),
            )
        )
    above = words.html("<i>Your reply goes on below.</i>") if view.goes_on else None
    return Message(Markup("\n\n".join(blocks)), (_row(view, words, editing=False),), receipt=above)


def draft_edit(view: DraftView | None, words: Words) -> Action:
    """How to change the draft."""
    if view is None or not view.count:
        return Nothing()
    blocks = [
        words.html(
            "<b>Edit any message you wrote, and your reply changes with it. Or write it anew: your next message takes"
            " the place of all this.</b>"
        ),
        *_text(view, words),
    ]
    return Message(Markup("\n\n".join(blocks)), (_row(view, words, editing=True),))


def draft_saved(view: DraftView | None, words: Words) -> Action:
    """What the preview becomes once its text is handed in."""
    if view is None:
        return Nothing()
    head = words.html(
        "✓ Saved · +{amount}. Until its review begins you can still edit your messages.", amount=words.money(view.price)
    )
    return Message(Markup("\n\n".join([head, *_text(view, words)])))


def draft_gone(view: DraftView | None, words: Words) -> Action:
    """The lease had ended and others have finished the task."""
    if view is None:
        return Nothing()
    head = words.html("Your time for this task had ended, and somebody else has finished it. Your text was:")
    return Message(Markup("\n\n".join([head, *_text(view, words)])))


def conversation(view: tuple[Task, int] | None, words: Words) -> Action:
    """One page of the whole conversation, without a sound."""
    if view is None:
        return Nothing()
    task, number = view
    found = pages(task.payload.messages)
    return Message(turns_html(found[number], words), silent=True) if number < len(found) else Nothing()


def conversation_file(view: tuple[Task, int] | None, words: Words) -> Action:
    """A long conversation, as a text file."""
    if view is None:
        return Nothing()
    content = turns_text(view[0].payload.messages, words).encode()
    return Message(
        words.html("The whole conversation."), document=Document("conversation.txt", data=content), silent=True
    )


def _text(view: DraftView, words: Words) -> list[Markup]:
    return [words.html("<blockquote>{reply}</blockquote>", reply=cut_end(view.text, SHOWN))]


def _row(view: DraftView, words: Words, *, editing: bool) -> tuple[Button, ...]:
    numbers = (view.assignment_id, view.version)
    row = [Button(words.plain("Submit"), encode("submit", *numbers), style="success")]
    if not editing:
        row.append(Button(words.plain("Edit"), encode("edit", *numbers)))
    return (*row, Button(words.plain("Discard"), encode("discard", *numbers)))


RENDERERS = {
    "draft": Renderer(draft, view_draft),
    "draft_edit": Renderer(draft_edit, view_draft),
    "draft_saved": Renderer(draft_saved, view_draft),
    "draft_gone": Renderer(draft_gone, view_draft),
    "conversation": Renderer(conversation, view_task),
    "conversation_file": Renderer(conversation_file, view_task),
}
