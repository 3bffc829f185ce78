"""What is said around a draft: questions for the brief, previews, files that could not be used, ways on."""

from __future__ import annotations

from typing import Any

from bot.rendering.card import CardView, card_message
from bot.rendering.drafts import counted, reason
from bot.rendering.message import Action, Button, Document, Message, Nothing, Renderer
from domain.batches import Batch, Task
from domain.file_problems import Refused
from domain.words import N_
from handlers.buttons import encode
from locales.words import Markup, Words
from storage import batches
from storage.database import Tx
from usecases import coordinating

ASKED = {
    "question": N_("What shall workers be asked? Write the question, for example: What is in the photo?"),
    "answers": N_("Which answers can they choose from? Write 2 to 20, one a line. Or a scale, for example: scale 1-5"),
    "instructions": N_("What should workers know? Write the instructions as a message, or “none”."),
    "price": N_("What does one task pay? Write an amount, for example 0.05"),
    "overlap": N_("How many workers shall answer each task? Write a number, for example 3"),
    "language": N_("Which language must workers know for this? Write for example: en"),
    "most": N_("How many tasks may one worker do at most? Write a number, or “none”."),
    "seconds": N_("How many seconds does a task take? Write a number, for example 9"),
    "review": N_("How long may a review take before work is accepted by itself? Write for example: 1 day"),
    "floor": N_("What shall an hour of it bring at least? Write an amount, for example 20, or “none”."),
    "region": N_("Which region is it for? Write its two letters, for example FR, or “none”."),
    "training": N_(
        "With how many tasks shall newcomers practise first? Their answers are known, and explained after each. Write a"
        " number, for example 5, or “none”."
    ),
    "test": N_("Shall newcomers pass a short test before they work? Write “yes” or “no”."),
    "skill": N_(
        "Which skill shall workers have at least, of 100? Who has it begins at once, others take the test. Write a"
        " number, for example 80, or “none”."
    ),
    "gold": N_(
        "How many answers more shall be paid for tasks whose answer is known? They measure the others. Write a share,"
        " for example 10 %, or “none”."
    ),
    "title": N_("What shall the batch be called in the list workers see?"),
}


def ask(params: dict[str, Any], words: Words) -> Action:
    """One question of ours; the next message is the answer."""
    field, batch = params["field"], params["batch"]
    text = words.html("{sentence}", sentence=words.plain(ASKED[field]))
    cancel = Button(words.plain("Cancel"), encode("b_cancel", batch))
    if not params["step"]:
        return Message(text, ((cancel,),))
    if field == "question":
        text = Markup(
            text
            + "\n\n"
            + words.html("Or send everything at once, in this form, with a ZIP of photos or on its own:")
            + "\n<pre>"
            + words.html("{example}", example=words.plain(EXAMPLE))
            + "</pre>"
        )
    if field == "answers":
        none = Button(words.plain("No answers: they write"), encode("b_none", batch))
        return Message(text, ((none,), (cancel,)))
    return Message(text, ((cancel,),))


EXAMPLE = N_(
    "What is in the photo?\n- Cat\n- Dog\n- Something else\n> Choose what is biggest in the photo.\nprice 0.05\n"
    "overlap 3\nlanguage en"
)


def ask_data(params: dict[str, Any], words: Words) -> Action:
    """The brief is there, the data are not."""
    cancel = Button(words.plain("Discard"), encode("b_discard", params["batch"]))
    show = Button(words.plain("Show the draft"), encode("b_open", params["batch"]))
    text = words.html("Now send the photos (a ZIP, an album or one by one), or a CSV, TSV, JSONL or TXT file of texts.")
    return Message(text, ((show, cancel),))


def cancelled(params: dict[str, Any], words: Words) -> Action:
    """A question of ours was called off."""
    return Message(words.html("Nothing was changed."))


def ask_discard(batch: Batch | None, words: Words) -> Action:
    """Whether a draft shall go."""
    if batch is None or not batch.is_draft:
        return Nothing()
    yes = Button(words.plain("Discard"), encode("b_discard_yes", batch.id), style="danger")
    no = Button(words.plain("Keep it"), encode("b_keep", batch.id))
    if batch.piloting:
        text = words.html(
            "Discard <b>{title}</b> with {contents}? Its pilot ends: what was answered is paid and can be exported, the"
            " rest of its money goes back.",
            title=batch.title,
            contents=counted(batch, words, batch.all_tasks),
        )
        return Message(text, ((yes, no),))
    text = words.html("Discard <b>{title}</b> with {contents}?", title=batch.title, contents=counted(batch, words))
    return Message(text, ((yes, no),))


def discarded(batch: Batch | None, words: Words) -> Action:
    """A draft has gone."""
    return Message(words.html("<b>{title}</b> is discarded.", title=batch.title if batch else "?"))


def preview(view: tuple[Batch, Task] | None, words: Words) -> Action:
    """The worker's own card, with buttons that do nothing."""
    if view is None:
        return Nothing()
    batch, task = view
    return card_message(CardView(batch, task.payload), words)


def _preview_view(tx: Tx, _: int, params: dict[str, Any]) -> tuple[Batch, Task] | None:
    batch, task = batches.by_id(tx, params["batch"]), coordinating.first_task(tx, params["batch"])
    return None if batch is None or task is None or batch.price is None else (batch, task)


def by_params(tx: Tx, _: int, params: dict[str, Any]) -> Batch | None:
    """The batch a notice is about."""
    return batches.by_id(tx, params["batch"])


def too_big(params: dict[str, Any], words: Words) -> Action:
    """A file Telegram does not hand to bots: its size and the three ways on."""
    size = params["bytes"]
    if size:
        megabytes = words.plain("{size} MB", size=f"{size / 1_000_000:.1f}")
        head = words.html("This file has {size}. Telegram lets bots fetch up to 20 MB.", size=megabytes)
    else:
        head = words.html("This file has more than the 20 MB that Telegram lets bots fetch.")
    ways = [
        words.html("Three ways on:"),
        words.html("1. Send several ZIPs of up to 20 MB each; they all go into the same draft."),
        words.html("2. Send the photos as albums, ten at a time."),
        words.html("3. On the machine the bot runs on: <code>python -m bot import FOLDER</code>"),
    ]
    return Message(Markup("\n".join([head, *ways])))


def file_refused(params: dict[str, Any], words: Words) -> Action:
    """A file that cannot be used as a whole, and what to do."""
    sentence = words.filled(params["text"], params["params"])
    if params["name"]:
        return Message(words.html("<b>{name}</b>: {sentence}", name=params["name"], sentence=sentence))
    return Message(words.html("{sentence}", sentence=sentence))


def refused_files(view: tuple[Batch, list[Refused]] | None, words: Words) -> Action:
    """The whole list of what was left out, as a text file."""
    if view is None:
        return Nothing()
    batch, refused = view
    text = "\n".join(reason(one, words) for one in refused) + "\n"
    name = words.plain("not used.txt")
    return Message(
        words.html("What of <b>{title}</b> could not be used, by name and reason.", title=batch.title),
        document=Document(name, data=text.encode()),
    )


def _refused_view(tx: Tx, _: int, params: dict[str, Any]) -> tuple[Batch, list[Refused]] | None:
    batch = batches.by_id(tx, params["batch"])
    return None if batch is None else (batch, coordinating.refused_list(tx, batch.id))


RENDERERS = {
    "brief_ask": Renderer(ask),
    "brief_data": Renderer(ask_data),
    "brief_cancelled": Renderer(cancelled),
    "brief_discard": Renderer(ask_discard, by_params),
    "brief_discarded": Renderer(discarded, by_params),
    "batch_preview": Renderer(preview, _preview_view),
    "file_too_big": Renderer(too_big),
    "file_refused": Renderer(file_refused),
    "refused_files": Renderer(refused_files, _refused_view),
}
