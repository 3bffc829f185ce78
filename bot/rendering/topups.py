"""Top-ups in words: what was added to a day and why; to coordinators, that a batch rests for its top-up reserve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.rendering.message import Action, Button, Message, Nothing, Renderer
from domain import ledger as accounts
from domain.batches import Batch
from domain.long_texts import cut_end
from domain.money import smallest_coin
from domain.pay import HOUR, SECOND
from domain.topups import Part
from handlers.buttons import encode
from locales.words import Markup, Words
from storage import batches, ledger
from storage.database import Tx
from usecases import topups
from usecases.topups import Lifted

LINES = 20
"""Batches that are listed one by one; a day has few."""


@dataclass(frozen=True, slots=True)
class News:
    """A lifted day, and whether it was yesterday when it was settled."""

    lifted: Lifted
    yesterday: bool


@dataclass(frozen=True, slots=True)
class Short:
    """A batch that rests because what it keeps back for top-ups (`left`) does not hold what they may need."""

    batch: Batch
    projected: int
    left: int


def view_news(tx: Tx, person_id: int, params: dict[str, Any]) -> News | None:
    """The day, while there is a top-up for it."""
    found = topups.lifted(tx, person_id, params["day"])
    return None if found is None else News(found, params["day"] == tx.rules.day(params.get("at", 0)) - 1)


def view_short(tx: Tx, _: int, params: dict[str, Any]) -> Short | None:
    """The batch, while it rests for that reason."""
    batch = batches.by_id(tx, params["batch"])
    paused_for, projected = batches.rests(tx, params["batch"])
    if batch is None or paused_for != "topups":
        return None
    return Short(batch, projected, ledger.balance(tx, accounts.topups(batch.id)))


def news(view: News | None, words: Words) -> Action:
    """What was added to a day, and that nobody earns less than the floor."""
    if view is None:
        return Nothing()
    one = view.lifted
    values = {
        "day": words.date(one.day),
        "hourly": whole_coins(one.hourly or 0, words),
        "amount": words.money(one.amount),
        "floor": "" if one.floor is None else words.money(one.floor),
    }
    if one.floor is None:
        text = words.html(
            "{day} came to {hourly} an hour of active time, so {amount} was added: you never earn less than the floor"
            " of each batch here.",
            **values,
        )
    elif view.yesterday:
        text = words.html(
            "Yesterday came to {hourly} an hour of active time, so {amount} was added: you never earn less than {floor}"
            " an hour here.",
            **values,
        )
    else:
        text = words.html(
            "{day} came to {hourly} an hour of active time, so {amount} was added: you never earn less than {floor} an"
            " hour here.",
            **values,
        )
    return Message(text, ((Button(words.plain("Why?"), encode("tu_why", one.day)),),))


def why(view: News | None, words: Words) -> Action:
    """What a top-up was computed from: each batch of the day, its time, what it earned, its floor."""
    if view is None:
        return Nothing()
    one = view.lifted
    blocks = [
        words.html("<b>Why {amount} was added to {day}</b>", amount=words.money(one.amount), day=words.date(one.day)),
        *(_line(title, count, part, words) for title, count, part in one.lines[:LINES]),
        words.html("What is missing to the floor over all of the day is added, rounded up to the next coin."),
        words.html(
            "Active time runs from when a card is shown to your answer. In a long silence the card asks whether you are"
            " still there; what you confirm counts in full, the rest as usual for the batch. (Rule {rule})",
            rule=one.rule,
        ),
    ]
    return Message(Markup("\n\n".join(blocks)))


def short(view: Short | None, words: Words) -> Action:
    """To the coordinator: the batch rests, why, and what can be done."""
    if view is None:
        return Nothing()
    title = cut_end(view.batch.title, 100)
    blocks = [words.html("<b>{title}</b> is paused: the top-up reserve is used up.", title=title)]
    if view.projected > view.left:
        blocks.append(
            words.html(
                "It holds {left}, and lifting the last days to the floor may take {projected}.",
                left=coins(view.left, words),
                projected=coins(view.projected, words),
            )
        )
    blocks.append(
        words.html(
            "Everybody gets what they are owed either way. Its price may be too low for the time the work takes. With"
            " more budget it goes on; Resume offers it again as it is."
        )
    )
    one = view.batch.id
    return Message(
        Markup(" ".join(blocks)),
        (
            (Button(words.plain("Show the batch"), encode("b_open", one)),),
            (
                Button(words.plain("Add budget"), encode("b_budget", one), style="success"),
                Button(words.plain("Resume"), encode("b_resume", one)),
            ),
        ),
    )


def whole_coins(micro: int, words: Words) -> str:
    """A rate in whole coins, rounded down: what was earned is not made to look like more."""
    coin = smallest_coin(words.rules.currency)
    return words.money(micro // coin * coin)


def coins(micro: int, words: Words) -> str:
    """An amount that is a measure and no payment, rounded up to the smallest coin as a top-up is."""
    coin = smallest_coin(words.rules.currency)
    return words.money(-(-micro // coin) * coin)


def _line(title: str, count: int, part: Part, words: Words) -> Markup:
    return words.html_many(
        "<b>{title}</b>: {count} task, {time} of active time, {earned} earned. At {floor} an hour this is {due}.",
        "<b>{title}</b>: {count} tasks, {time} of active time, {earned} earned. At {floor} an hour this is {due}.",
        count,
        title=cut_end(title, 60),
        time=words.duration(part.active_micros // SECOND),
        earned=words.money(part.earned),
        floor=words.money(part.floor),
        due=coins(-(-part.floor * part.active_micros // HOUR), words),
    )


RENDERERS = {
    "topped_up": Renderer(news, view_news),
    "topup_why": Renderer(why, view_news),
    "topups_short": Renderer(short, view_short),
}
