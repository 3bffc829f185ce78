"""A batch offered by message, and what becomes of the offer."""

from __future__ import annotations

from typing import Any

from bot.rendering import card, training
from bot.rendering.message import Action, Button, Message, Nothing, Renderer
from domain.batches import Batch
from domain.long_texts import cut_end
from domain.working import limit_for_one, promise
from handlers.buttons import encode
from locales.words import Markup, Words
from storage import batches, enrolments
from storage.database import Tx
from usecases.training import STAGES, Way, way_in


def _offer_view(tx: Tx, person_id: int, params: dict[str, Any]) -> tuple[Batch, int, Way] | None:
    """The batch, while it is open and the worker has not begun or refused it; what they did of it in its pilot; how
    they would begin."""
    batch = batches.by_id(tx, params["batch"])
    place = enrolments.of(tx, person_id, params["batch"])
    if batch is None or batch.state != "open":
        return None
    answered = place is not None and place.state in ("working", "refused")
    worked_in_pilot = place is not None and place.state == "working" and batch.pilot_tasks and not batch.piloting
    if answered and not worked_in_pilot:
        return None
    done = 0 if place is None else place.done
    way = "open" if done else way_in(tx, person_id, batch, now=batch.published_at or 0)
    return (batch, done, way)


def offer(view: tuple[Batch, int, Way] | None, words: Words) -> Action:
    """One message when a batch opens: how much there is to do, how long it takes, what it brings."""
    if view is None:
        return Nothing()
    batch, done, way = view
    said = promise(batch)
    count = max(1, limit_for_one(batch) - done)
    values = {
        "title": cut_end(batch.title, 100),
        "time": words.duration(said.seconds * count),
        "amount": words.money(said.price * count),
    }
    if batch.data == "photos":
        text = words.html_many(
            "<b>{title}</b>\n{count} photo, about {time}, about {amount}",
            "<b>{title}</b>\n{count} photos, about {time}, about {amount}",
            count,
            **values,
        )
    else:
        text = words.html_many(
            "<b>{title}</b>\n{count} task, about {time}, about {amount}",
            "<b>{title}</b>\n{count} tasks, about {time}, about {amount}",
            count,
            **values,
        )
    pay = words.html("Each: {pay}", pay=card.pay_line(batch, words))
    keyboard = (
        (Button(words.plain("Start"), encode("offer_start", batch.id), style="primary"),),
        (
            Button(words.plain("Later"), encode("offer_later", batch.id)),
            Button(words.plain("Not this one"), encode("offer_no", batch.id)),
        ),
    )
    begins = [training.beginning(batch, words, stage=way)] if way in STAGES else []
    return Message(Markup("\n".join([text, pay, card.terms_line(batch, words), *begins])), keyboard)


def _answered_view(tx: Tx, _: int, params: dict[str, Any]) -> tuple[Batch | None, str]:
    """The batch of an offer, and what was answered."""
    return batches.by_id(tx, params["batch"]), params["answer"]


def offer_answered(view: tuple[Batch | None, str], words: Words) -> Action:
    """What became of an offer, in its place."""
    batch, answer = view
    if batch is None:
        return Nothing()
    title = cut_end(batch.title, 100)
    start = Button(words.plain("Start"), encode("offer_start", batch.id))
    if answer == "started":
        return Message(words.html("<b>{title}</b>: started. /work goes on with it.", title=title))
    if answer == "later":
        return Message(words.html("<b>{title}</b> waits for you in /work.", title=title), ((start,),))
    return Message(
        words.html("<b>{title}</b>: not this one. Should you change your mind, it stays in /work.", title=title)
    )


RENDERERS = {
    "offer": Renderer(offer, _offer_view),
    "offer_answered": Renderer(offer_answered, _answered_view),
}
