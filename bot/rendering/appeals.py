"""An appeal as who hears it reads it; and questions to a coordinator and their answers, relayed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.rendering.conversation import turns_html
from bot.rendering.message import Action, Button, Message, Nothing, Renderer, StoredPhoto
from bot.rendering.rejecting import EVIDENCE, ground_html
from bot.rendering.rejections import Rejected, rejected, said
from domain.batches import Batch, Submission
from domain.long_texts import cut_end, tail
from domain.rejections import Inquiry
from domain.rules import SECOND
from handlers.buttons import encode
from locales.words import Markup, Words
from storage import batches, inquiries, rejections, submissions
from storage.database import Tx

COUNTED = 1_000
CONVERSATION = 1_500
REPLY = 1_500


@dataclass(frozen=True, slots=True)
class Heard:
    """An appeal on its judge's screen; `waiting` are all that wait for them."""

    one: Rejected
    waiting: int
    at: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A worker's question with what it is about."""

    inquiry: Inquiry
    submission: Submission
    batch: Batch


def _appeal_view(tx: Tx, person_id: int, params: dict[str, Any]) -> Heard | None:
    found = rejections.by_id(tx, params["rejection"])
    if found is None:
        return None
    waiting = rejections.count_appeals(tx, person_id, limit=COUNTED)
    return Heard(rejected(tx, found), waiting, params.get("at", 0))


def appeal(view: Heard | None, words: Words) -> Action:
    """The work, why it was rejected, and the two answers there are."""
    if view is None or view.one.rejection.state != "appealed":
        return Message(words.html("This appeal is decided. /review shows what waits."))
    one = view.one
    photo = one.task.payload.photo
    head = words.html_many(
        "<b>Appeal</b> · {title} · {count} waiting",
        "<b>Appeal</b> · {title} · {count} waiting",
        view.waiting,
        title=cut_end(one.batch.title, 60),
    )
    blocks = [head]
    if one.task.payload.messages:
        turns, _ = tail(one.task.payload.messages, CONVERSATION)
        blocks.append(turns_html(turns, words))
    blocks.append(
        words.html("The answer:\n<b>{said}</b>", said=said(one, 120 if photo else REPLY))
        if one.batch.face.answers
        else words.html("The reply:\n{said}", said=said(one, REPLY))
    )
    why = words.html("Rejected because:")
    blocks.append(Markup(f"{why}\n{ground_html(one.ground, one.batch, words, EVIDENCE)}"))
    blocks.append(
        words.html(
            "{amount} is held. If nobody answers in {time} ({at}), it is paid.",
            amount=words.money(one.submission.price),
            time=words.duration(max(1, (one.rejection.due_at - view.at) // SECOND)),
            at=words.when(one.rejection.due_at),
        )
    )
    number = one.rejection.id
    keyboard = (
        (Button(words.plain("Pay the work"), encode("ap_pay", number), style="success"),),
        (
            Button(words.plain("Keep the rejection"), encode("ap_keep", number)),
            Button(words.plain("Skip"), encode("ap_skip", number)),
        ),
    )
    return Message(Markup("\n\n".join(blocks)), keyboard, photo=StoredPhoto(photo) if photo else None, protect=True)


def ask_keep(params: dict[str, Any], words: Words) -> Action:
    """Why the rejection stands."""
    return Message(
        words.html("Why does the rejection stand? Write it as a message; the writer reads it as you write it."),
        ((Button(words.plain("Cancel"), encode("ap_back", params["rejection"])),),),
    )


def waiting(count: int, words: Words) -> Action:
    """To who may hear them; nothing is said when they have been heard meanwhile."""
    if not count:
        return Nothing()
    return Message(words.html("A worker has appealed a rejection. /review shows it first; you have 7 days to answer."))


def _waiting_view(tx: Tx, person_id: int, _: dict[str, Any]) -> int:
    return rejections.count_appeals(tx, person_id, limit=1)


def _submission_view(tx: Tx, _: int, params: dict[str, Any]) -> Asked | None:
    found = inquiries.by_id(tx, params["inquiry"])
    submission = None if found is None else submissions.by_id(tx, found.submission_id)
    if found is None or submission is None:
        return None
    batch = batches.by_id(tx, submission.batch_id)
    assert batch is not None
    return Asked(found, submission, batch)


def prompt(params: dict[str, Any], words: Words) -> Action:
    """What the worker's question replies to."""
    return Message(
        words.html(
            "What would you like to ask about answer #{number}? Reply to this message. The coordinator reads your"
            " words, not your name.",
            number=params["submission"],
        ),
        prompt=words.plain("Your question"),
    )


def sent(view: Asked | None, words: Words) -> Action:
    """The question is on its way."""
    return Nothing() if view is None else Message(words.html("Sent to the coordinator. The answer comes here."))


def inquiry(view: Asked | None, words: Words) -> Action:
    """A worker's question, as the coordinator reads it."""
    if view is None:
        return Nothing()
    text = words.html(
        "A worker asks about answer #{number} of <b>{title}</b>:\n<blockquote>{words}</blockquote>",
        number=view.submission.id,
        title=cut_end(view.batch.title, 60),
        words=view.inquiry.text,
    )
    if view.inquiry.answered_at is not None:
        return Message(text)
    return Message(text, ((Button(words.plain("Reply"), encode("iq_reply", view.inquiry.id), style="primary"),),))


def reply_prompt(view: Asked | None, words: Words) -> Action:
    """What the coordinator's answer replies to."""
    if view is None or view.inquiry.answered_at is not None:
        return Nothing()
    text = words.html(
        "Your answer about #{number}? Reply to this message. The worker reads your words, not your name.",
        number=view.submission.id,
    )
    return Message(text, prompt=words.plain("Your answer"))


def reply_sent(_: dict[str, Any], words: Words) -> Action:
    """The answer is on its way."""
    return Message(words.html("Sent to the worker."))


def answered(view: Asked | None, words: Words) -> Action:
    """The coordinator's answer, as the worker reads it."""
    if view is None:
        return Nothing()
    text = words.html(
        "The coordinator answers about #{number} of <b>{title}</b>:\n<blockquote>{words}</blockquote>",
        number=view.submission.id,
        title=cut_end(view.batch.title, 60),
        words=view.inquiry.answer or "",
    )
    again = Button(words.plain("Ask the coordinator"), encode("rj_inquire", view.submission.id))
    return Message(text, ((again,),))


RENDERERS = {
    "appeal": Renderer(appeal, _appeal_view),
    "appeal_keep": Renderer(ask_keep),
    "appeals_wait": Renderer(waiting, _waiting_view),
    "inquiry_prompt": Renderer(prompt),
    "inquiry_sent": Renderer(sent, _submission_view),
    "inquiry": Renderer(inquiry, _submission_view),
    "reply_prompt": Renderer(reply_prompt, _submission_view),
    "reply_sent": Renderer(reply_sent),
    "inquiry_answered": Renderer(answered, _submission_view),
}
