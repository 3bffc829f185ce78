"""News about pilots: nobody takes one, one is over."""

from __future__ import annotations

from bot.rendering.briefs import by_params
from bot.rendering.drafts import counted
from bot.rendering.message import Action, Button, Message, Nothing, Renderer
from domain.batches import Batch
from domain.drafts import FIELDS
from domain.joining import INVITED, WORKER
from domain.working import promise
from handlers.buttons import encode
from locales.words import Words


def waits(batch: Batch | None, words: Words) -> Action:
    """Nobody has taken the pilot in a day of waking hours."""
    if batch is None or not batch.is_draft or not batch.piloting or batch.submissions:
        return Nothing()
    said = promise(batch)
    text = words.html(
        "Nobody has taken the pilot of <b>{title}</b> yet, and it has been offered for a whole day. It pays {price} a"
        " task, about {rate}. More people may help, or a higher price.",
        title=batch.title,
        price=words.money(said.price),
        rate=words.rate(said.per_hour),
    )
    invite = Button(words.plain("Invite"), encode("invite", INVITED.index(WORKER)))
    price = Button(words.plain("Raise price"), encode("b_field", batch.id, FIELDS.index("price")))
    return Message(text, ((invite, price),))


def over(batch: Batch | None, words: Words) -> Action:
    """Every answer of the pilot is given."""
    if batch is None or not batch.is_draft or not batch.piloting:
        return Nothing()
    said = promise(batch)
    text = words.html(
        "The pilot of <b>{title}</b> is over: about {time} a task, {rate}. {rest} wait to be published.",
        title=batch.title,
        time=words.duration(said.seconds),
        rate=words.rate(said.per_hour),
        rest=counted(batch, words, batch.resting),
    )
    return Message(text, ((Button(words.plain("Show the draft"), encode("b_open", batch.id), style="primary"),),))


RENDERERS = {
    "pilot_waits": Renderer(waits, by_params),
    "pilot_done": Renderer(over, by_params),
}
